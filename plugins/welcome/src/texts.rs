//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// To newcomers, unless the group has a text of its own.
    WELCOME {
        en: "👋 Welcome to *{group}*, {user}!\n{desc}",
        id: "👋 Selamat datang di *{group}*, {user}!\n{desc}",
        es: "👋 ¡Te damos la bienvenida a *{group}*, {user}!\n{desc}",
    }
    /// To those who leave, unless the group has a text of its own.
    GOODBYE {
        en: "Goodbye, {user}. We are {count} now.",
        id: "Selamat jalan, {user}. Sekarang kita {count} orang.",
        es: "Adiós, {user}. Ahora somos {count}.",
    }
    /// Between the last two of a list of people.
    AND { en: "and", id: "dan", es: "y" }
    /// The text as it is, and how to change it.
    NOW {
        en: "*Text now*\n{text}\n\nTo change it: {command} <text>, with {placeholders} where you like. {command} reset takes mine again.",
        id: "*Teks sekarang*\n{text}\n\nUntuk mengubah: {command} <teks>, dengan {placeholders} di mana saja. {command} reset memakai teksku lagi.",
        es: "*Texto actual*\n{text}\n\nPara cambiarlo: {command} <texto>, con {placeholders} donde quieras. {command} reset vuelve a usar el mío.",
    }
    /// A new text, as it will look.
    SET {
        en: "*Kept.* It will look like this:\n{text}",
        id: "*Disimpan.* Tampilannya nanti:\n{text}",
        es: "*Guardado.* Se verá así:\n{text}",
    }
    /// Like `SET`, while the switch is off.
    SET_BUT_OFF {
        en: "*Kept*, but it is off. To switch it on: {switch} on\n{text}",
        id: "*Disimpan*, tetapi masih mati. Untuk menyalakan: {switch} on\n{text}",
        es: "*Guardado*, pero está desactivado. Para activarlo: {switch} on\n{text}",
    }
    /// The text is longer than it may be.
    TOO_LONG {
        en: "That is too long: {most} characters at most.",
        id: "Terlalu panjang: paling banyak {most} karakter.",
        es: "Es demasiado largo: {most} caracteres como máximo.",
    }
}
