//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// Nobody was named.
    WHOM {
        en: "Whom? Mention them, answer a message of theirs, or write their number.",
        id: "Siapa? Sebut orangnya, balas pesannya, atau tulis nomornya.",
        es: "¿A quién? Menciónalo, responde a un mensaje suyo o escribe su número.",
    }
    /// Who was named is not in the group.
    NOT_HERE {
        en: "Not in this group: {who}",
        id: "Tidak ada di grup ini: {who}",
        es: "No está en este grupo: {who}",
    }
    /// Who was to be added is in it.
    ALREADY_HERE {
        en: "Already in this group: {who}",
        id: "Sudah ada di grup ini: {who}",
        es: "Ya está en este grupo: {who}",
    }
    /// Who was to become an admin is one.
    ALREADY_ADMIN {
        en: "Already an admin: {who}",
        id: "Sudah menjadi admin: {who}",
        es: "Ya es administrador: {who}",
    }
    /// Who was to be an admin no more is none.
    NO_ADMIN {
        en: "Not an admin: {who}",
        id: "Bukan admin: {who}",
        es: "No es administrador: {who}",
    }
    /// The bot was named.
    NOT_ME {
        en: "I can't do that to myself.",
        id: "Aku tidak bisa melakukannya pada diriku sendiri.",
        es: "No puedo hacérmelo a mí mismo.",
    }
    /// Before the number of people.
    MEMBERS { en: "Members", id: "Anggota", es: "Miembros" }
    /// Before the number of admins.
    ADMINS { en: "Admins", id: "Admin", es: "Administradores" }
    /// Above the settings of all plugins.
    SETTINGS { en: "*Settings of {group}*", id: "*Pengaturan {group}*", es: "*Ajustes de {group}*" }
    /// Before the language.
    LANGUAGE { en: "Language", id: "Bahasa", es: "Idioma" }
    /// The language as it is, and which there are.
    LANGUAGE_NOW {
        en: "*Language of this group*: {language}\nThere are: {all}. {command} off takes the bot's.",
        id: "*Bahasa grup ini*: {language}\nYang ada: {all}. {command} off memakai bahasa bot.",
        es: "*Idioma de este grupo*: {language}\nHay: {all}. {command} off usa el del bot.",
    }
    /// In the new language.
    LANGUAGE_SET {
        en: "I speak English in this group now.",
        id: "Sekarang aku berbahasa Indonesia di grup ini.",
        es: "Ahora hablo español en este grupo.",
    }
    /// It is not among them.
    NO_LANGUAGE {
        en: "I don't speak that. There are: {all}",
        id: "Aku tidak bisa bahasa itu. Yang ada: {all}",
        es: "No hablo eso. Hay: {all}",
    }
    /// The bot's own language counts again.
    LANGUAGE_OFF {
        en: "The bot's language counts here again.",
        id: "Bahasa bot berlaku lagi di sini.",
        es: "Aquí vuelve a contar el idioma del bot.",
    }
    /// The bot is off here from now on.
    MUTED {
        en: "*Mute* is on now: I heed nobody here but admins.",
        id: "*Mute* sekarang aktif: di sini aku hanya menuruti admin.",
        es: "*Mute* queda activado: aquí solo hago caso a los administradores.",
    }
}
