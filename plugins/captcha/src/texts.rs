//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// To a newcomer.
    ASK {
        en: "🔐 {who}, write {code} within {minutes} minutes to stay.",
        id: "🔐 {who}, tulis {code} dalam {minutes} menit agar tetap di sini.",
        es: "🔐 {who}, escribe {code} antes de {minutes} minutos para quedarte.",
    }
    /// They wrote it.
    RIGHT {
        en: "✅ Thank you, {who}. Welcome!",
        id: "✅ Terima kasih, {who}. Selamat datang!",
        es: "✅ Gracias, {who}. ¡Te damos la bienvenida!",
    }
    /// They did not.
    LATE {
        en: "⏳ {who} did not answer in time and was removed.",
        id: "⏳ {who} tidak menjawab tepat waktu dan dikeluarkan.",
        es: "⏳ {who} no respondió a tiempo y ha sido expulsado.",
    }
    /// The bot can't keep its word.
    NO_ADMIN {
        en: "⚠️ I have to be an admin of this group to remove who does not answer.",
        id: "⚠️ Aku harus menjadi admin grup ini untuk mengeluarkan yang tidak menjawab.",
        es: "⚠️ Para expulsar a quien no responda tengo que ser administrador de este grupo.",
    }
}
