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
    /// Who made the group was to be removed, or to be an admin no more.
    CREATOR {
        en: "WhatsApp lets nobody do this to who made the group: {who}",
        id: "WhatsApp tidak mengizinkannya pada pembuat grup: {who}",
        es: "WhatsApp no permite hacer esto a quien creó el grupo: {who}",
    }
    /// Who was to be removed is an admin.
    ADMIN {
        en: "An admin, whom I don't remove: {who}. Take that away first.",
        id: "Admin tidak kukeluarkan: {who}. Cabut dulu status adminnya.",
        es: "No expulso a administradores: {who}. Quítale eso primero.",
    }
    /// Nobody has the number.
    NOT_ON_WHATSAPP {
        en: "Not on WhatsApp: {who}",
        id: "Tidak ada di WhatsApp: {who}",
        es: "No está en WhatsApp: {who}",
    }
    /// They were sent an invitation.
    INVITED {
        en: "Their privacy settings don't let me add them, so I sent them an invitation: {who}",
        id: "Pengaturan privasinya tidak mengizinkanku menambahkan, jadi kukirim undangan: {who}",
        es: "Su privacidad no me deja añadirlo, así que le envié una invitación: {who}",
    }
    /// No invitation could be sent.
    PRIVATE {
        en: "Their privacy settings don't let me add them; send them the group's link: {who}",
        id: "Pengaturan privasinya tidak mengizinkanku menambahkan; kirimi tautan grup: {who}",
        es: "Su privacidad no me deja añadirlo; envíale el enlace del grupo: {who}",
    }
    /// They have left a short while ago.
    LEFT_LATELY {
        en: "They left a short while ago, and WhatsApp does not let me bring them back yet: {who}",
        id: "Baru saja keluar, dan WhatsApp belum mengizinkanku mengajaknya kembali: {who}",
        es: "Salió hace poco y WhatsApp aún no me deja traerlo de vuelta: {who}",
    }
    /// No more people fit in.
    FULL {
        en: "The group is full, so this is not done: {who}",
        id: "Grup sudah penuh, jadi tidak bisa: {who}",
        es: "El grupo está lleno, así que no se hizo: {who}",
    }
    /// The bot was an admin when it was asked, and is none any more.
    NOT_ADMIN {
        en: "I am not an admin of this group any more, so this is not done: {who}",
        id: "Aku bukan admin grup ini lagi, jadi tidak bisa: {who}",
        es: "Ya no soy administrador de este grupo, así que no se hizo: {who}",
    }
    /// WhatsApp was away for long.
    UNAVAILABLE {
        en: "WhatsApp could not be reached, so this may not be done: {who}. Try again later.",
        id: "WhatsApp tidak bisa dihubungi, jadi mungkin gagal: {who}. Coba lagi nanti.",
        es: "No se pudo llegar a WhatsApp, así que quizá no se hizo: {who}. Inténtalo más tarde.",
    }
    /// WhatsApp gave a reason that is not known.
    REFUSED {
        en: "WhatsApp refused this: {who}",
        id: "WhatsApp menolaknya: {who}",
        es: "WhatsApp lo rechazó: {who}",
    }
    /// The bot was named.
    NOT_ME {
        en: "I can't do that to myself.",
        id: "Aku tidak bisa melakukannya pada diriku sendiri.",
        es: "No puedo hacérmelo a mí mismo.",
    }
    /// WhatsApp does not give it.
    NO_LINK {
        en: "WhatsApp does not give me this group's link.",
        id: "WhatsApp tidak memberiku tautan grup ini.",
        es: "WhatsApp no me da el enlace de este grupo.",
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
