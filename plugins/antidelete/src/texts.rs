//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// Above a message that its author deleted.
    DELETED {
        en: "🗑️ {who} deleted at {time}:",
        id: "🗑️ {who} menghapus pukul {time}:",
        es: "🗑️ {who} eliminó a las {time}:",
    }
    /// Above somebody's message that an admin deleted.
    DELETED_OF {
        en: "🗑️ {who} deleted of {author} at {time}:",
        id: "🗑️ {who} menghapus pesan {author} pukul {time}:",
        es: "🗑️ {who} eliminó de {author} a las {time}:",
    }
    /// Above the rest of a burst.
    MORE {
        en: "🗑️ *Also deleted: {count}*",
        id: "🗑️ *Juga dihapus: {count}*",
        es: "🗑️ *También eliminados: {count}*",
    }
}
