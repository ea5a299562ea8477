//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// What is to be typed.
    HOW {
        en: "When, and what: {command} in 10m tea, {command} tomorrow 9:00 call Ana, {command} 18:30 dinner. {command} list, {command} cancel <number>",
        id: "Kapan dan apa: {command} in 10m teh, {command} besok 9:00 telepon Ana, {command} 18:30 makan malam. {command} list, {command} cancel <nomor>",
        es: "Cuándo y qué: {command} en 10m té, {command} mañana 9:00 llamar a Ana, {command} 18:30 cena. {command} list, {command} cancel <número>",
    }
    /// It was kept.
    KEPT {
        en: "⏰ {time}: {text}",
        id: "⏰ {time}: {text}",
        es: "⏰ {time}: {text}",
    }
    /// There are none.
    NONE {
        en: "No reminders here.",
        id: "Tidak ada pengingat di sini.",
        es: "Aquí no hay recordatorios.",
    }
    /// Above them.
    ALL { en: "*Reminders* ({zone})", id: "*Pengingat* ({zone})", es: "*Recordatorios* ({zone})" }
    /// There is none with this number, or it is another's.
    NO_SUCH {
        en: "You have no such reminder.",
        id: "Kamu tidak punya pengingat itu.",
        es: "No tienes ese recordatorio.",
    }
    /// It was taken back.
    CANCELLED {
        en: "Taken back.",
        id: "Dibatalkan.",
        es: "Cancelado.",
    }
    /// There are too many, or it is too far away.
    TOO_MUCH {
        en: "There is room for {most} reminders here, up to a year ahead.",
        id: "Hanya muat {most} pengingat di sini, paling lama setahun ke depan.",
        es: "Aquí caben {most} recordatorios, hasta un año por delante.",
    }
    /// It is due.
    DUE {
        en: "⏰ {who}: {text}",
        id: "⏰ {who}: {text}",
        es: "⏰ {who}: {text}",
    }
    /// The zone as it is.
    ZONE {
        en: "*Time zone of this chat*: {zone}. It is {time}. To change it: {command} +7",
        id: "*Zona waktu obrolan ini*: {zone}. Sekarang {time}. Untuk mengubah: {command} +7",
        es: "*Zona horaria de este chat*: {zone}. Son las {time}. Para cambiarla: {command} +7",
    }
    /// It is none.
    NO_ZONE {
        en: "A time zone is what is added to UTC: +7, -3, +5:30.",
        id: "Zona waktu adalah selisih dari UTC: +7, -3, +5:30.",
        es: "Una zona horaria es lo que se suma a UTC: +7, -3, +5:30.",
    }
    /// Somebody who is no admin changes a group's zone.
    ADMINS_ONLY {
        en: "Only group admins can change that.",
        id: "Hanya admin grup yang dapat mengubahnya.",
        es: "Solo los administradores del grupo pueden cambiar eso.",
    }
}
