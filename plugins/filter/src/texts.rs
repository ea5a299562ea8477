//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// To who wrote an unwanted word.
    WARNING {
        en: "⚠️ {who}, that word is not wanted here.",
        id: "⚠️ {who}, kata itu tidak diizinkan di sini.",
        es: "⚠️ {who}, esa palabra no se permite aquí.",
    }
    /// There are none.
    NONE {
        en: "No words are filtered here. {command} add <word>",
        id: "Tidak ada kata yang disaring di sini. {command} add <kata>",
        es: "Aquí no se filtra ninguna palabra. {command} add <palabra>",
    }
    /// Above the words.
    ALL { en: "*Filtered words*", id: "*Kata yang disaring*", es: "*Palabras filtradas*" }
    /// It was added.
    ADDED {
        en: "*{word}* is filtered now.",
        id: "*{word}* sekarang disaring.",
        es: "*{word}* queda filtrada.",
    }
    /// It was there.
    ALREADY {
        en: "*{word}* is already filtered.",
        id: "*{word}* sudah disaring.",
        es: "*{word}* ya está filtrada.",
    }
    /// It was removed.
    REMOVED {
        en: "*{word}* is not filtered any more.",
        id: "*{word}* tidak disaring lagi.",
        es: "*{word}* ya no se filtra.",
    }
    /// It was not there.
    NOT_THERE {
        en: "*{word}* is not filtered.",
        id: "*{word}* tidak disaring.",
        es: "*{word}* no está filtrada.",
    }
    /// What is to be typed.
    HOW {
        en: "{command} add <word> | del <word>",
        id: "{command} add <kata> | del <kata>",
        es: "{command} add <palabra> | del <palabra>",
    }
    /// There are too many.
    FULL {
        en: "There is room for {most} words of up to {length} characters.",
        id: "Hanya muat {most} kata, masing-masing paling banyak {length} karakter.",
        es: "Caben {most} palabras de hasta {length} caracteres.",
    }
}
