//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// The first time.
    WARNING {
        en: "⚠️ {who}, slow down, please.",
        id: "⚠️ {who}, tolong pelan-pelan.",
        es: "⚠️ {who}, más despacio, por favor.",
    }
    /// Somebody was removed.
    REMOVED {
        en: "🚫 {who} went on flooding the group and was removed.",
        id: "🚫 {who} terus membanjiri grup dan dikeluarkan.",
        es: "🚫 {who} siguió inundando el grupo y ha sido expulsado.",
    }
    /// What is done, as it is and as it can be.
    ACTION_NOW {
        en: "*Antispam* does this: {action}. To change it: {command} delete | warn | remove",
        id: "*Antispam* melakukan ini: {action}. Untuk mengubah: {command} delete | warn | remove",
        es: "*Antispam* hace esto: {action}. Para cambiarlo: {command} delete | warn | remove",
    }
    /// It was changed.
    ACTION_SET {
        en: "*Antispam* does this from now on: {action}.",
        id: "Mulai sekarang *antispam* melakukan ini: {action}.",
        es: "Desde ahora *antispam* hace esto: {action}.",
    }
}
