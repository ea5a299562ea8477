//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// Somebody else than the owner wants to change something.
    OWNER_ONLY {
        en: "Only this bot's owner can change that.",
        id: "Hanya pemilik bot ini yang dapat mengubahnya.",
        es: "Solo el propietario de este bot puede cambiar eso.",
    }
    /// Before the prefixes.
    PREFIXES { en: "*Prefixes*", id: "*Awalan*", es: "*Prefijos*" }
    /// They were changed.
    PREFIXES_SET {
        en: "*Kept.* Commands begin with {prefixes} from now on.",
        id: "*Disimpan.* Mulai sekarang perintah diawali {prefixes}",
        es: "*Guardado.* Desde ahora los comandos empiezan con {prefixes}",
    }
    /// They can't be these.
    PREFIXES_WRONG {
        en: "Write 1 to 8 prefixes with spaces between them, each of 1 to 3 signs that are neither letters nor digits: {prefix}prefix ! . $",
        id: "Tulis 1 sampai 8 awalan dengan spasi di antaranya, masing-masing 1 sampai 3 tanda yang bukan huruf atau angka: {prefix}prefix ! . $",
        es: "Escribe de 1 a 8 prefijos separados por espacios, cada uno de 1 a 3 signos que no sean letras ni cifras: {prefix}prefix ! . $",
    }
    /// The language as it is, and which there are.
    LANGUAGE {
        en: "*Language*: {language}\nThere are: {all}",
        id: "*Bahasa*: {language}\nYang ada: {all}",
        es: "*Idioma*: {language}\nHay: {all}",
    }
    /// In the new language.
    LANGUAGE_SET {
        en: "I speak English now.",
        id: "Sekarang aku berbahasa Indonesia.",
        es: "Ahora hablo español.",
    }
    /// It is not among them.
    NO_LANGUAGE {
        en: "I don't speak that. There are: {all}",
        id: "Aku tidak bisa bahasa itu. Yang ada: {all}",
        es: "No hablo eso. Hay: {all}",
    }
    /// Above the list of plugins.
    PLUGINS { en: "*Plugins*", id: "*Plugin*", es: "*Complementos*" }
    /// Below it.
    PLUGINS_HOW {
        en: "{plugins} <name> tells more; {plugins} enable | disable <name>",
        id: "{plugins} <nama> untuk selengkapnya; {plugins} enable | disable <nama>",
        es: "{plugins} <nombre> dice más; {plugins} enable | disable <nombre>",
    }
    /// There is none of this name.
    NO_PLUGIN {
        en: "There is no plugin {name}.",
        id: "Tidak ada plugin {name}.",
        es: "No hay ningún complemento {name}.",
    }
    /// It was switched.
    ENABLED {
        en: "*{name}* is on now.",
        id: "*{name}* sekarang aktif.",
        es: "*{name}* queda activado.",
    }
    /// Likewise.
    DISABLED {
        en: "*{name}* is off now.",
        id: "*{name}* sekarang mati.",
        es: "*{name}* queda desactivado.",
    }
    /// Nothing was to be done.
    ALREADY_ON {
        en: "*{name}* is already on.",
        id: "*{name}* sudah aktif.",
        es: "*{name}* ya está activado.",
    }
    /// Likewise.
    ALREADY_OFF {
        en: "*{name}* is already off.",
        id: "*{name}* sudah mati.",
        es: "*{name}* ya está desactivado.",
    }
    /// Another one has one of its commands.
    CLASH {
        en: "*{name}* and *{other}* have a command in common. Disable {other} first.",
        id: "*{name}* dan *{other}* punya perintah yang sama. Matikan {other} dulu.",
        es: "*{name}* y *{other}* tienen un comando en común. Desactiva antes {other}.",
    }
    /// It would be the last thing that it did.
    NOT_ITSELF {
        en: "I can't switch that off: nobody could switch it on again in chat.",
        id: "Itu tidak bisa kumatikan: tidak ada yang bisa menyalakannya lagi lewat chat.",
        es: "Eso no lo puedo desactivar: nadie podría volver a activarlo por chat.",
    }
    /// Above a plugin's settings.
    SETTINGS { en: "*Settings*", id: "*Pengaturan*", es: "*Ajustes*" }
    /// Below them.
    SETTINGS_HOW {
        en: "{plugins} set {name} <setting> <value>",
        id: "{plugins} set {name} <pengaturan> <nilai>",
        es: "{plugins} set {name} <ajuste> <valor>",
    }
    /// The plugin has no such setting.
    NO_SETTING {
        en: "*{name}* has no setting {setting}.",
        id: "*{name}* tidak punya pengaturan {setting}.",
        es: "*{name}* no tiene el ajuste {setting}.",
    }
    /// It can't be this.
    NOT_ALLOWED {
        en: "{setting} must be {right}.",
        id: "{setting} harus berupa {right}.",
        es: "{setting} debe ser {right}.",
    }
    /// It was set.
    SET {
        en: "*{name}* – {setting}: {value}",
        id: "*{name}* – {setting}: {value}",
        es: "*{name}* – {setting}: {value}",
    }
    /// Values of a switch.
    ON { en: "on", id: "nyala", es: "activado" }
    /// Likewise.
    OFF { en: "off", id: "mati", es: "desactivado" }
    /// Nothing is set.
    EMPTY { en: "(empty)", id: "(kosong)", es: "(vacío)" }
    /// Somebody may not use commands any more.
    BANNED {
        en: "{who} can't use my commands any more.",
        id: "{who} tidak bisa lagi memakai perintahku.",
        es: "{who} ya no puede usar mis comandos.",
    }
    /// Nothing was to be done.
    ALREADY_BANNED {
        en: "{who} is already banned.",
        id: "{who} sudah diblokir.",
        es: "{who} ya está bloqueado.",
    }
    /// Somebody may use them again.
    UNBANNED {
        en: "{who} can use my commands again.",
        id: "{who} bisa memakai perintahku lagi.",
        es: "{who} puede volver a usar mis comandos.",
    }
    /// Nothing was to be done.
    NOT_BANNED {
        en: "{who} is not banned.",
        id: "{who} tidak diblokir.",
        es: "{who} no está bloqueado.",
    }
    /// Above those who are.
    ALL_BANNED { en: "*Banned*", id: "*Diblokir*", es: "*Bloqueados*" }
    /// There are none.
    NOBODY_BANNED {
        en: "Nobody is banned. {prefix}ban <person>",
        id: "Tidak ada yang diblokir. {prefix}ban <orang>",
        es: "Nadie está bloqueado. {prefix}ban <persona>",
    }
    /// An owner bans themselves.
    NOT_YOURSELF {
        en: "That would be you.",
        id: "Itu kamu sendiri.",
        es: "Ese eres tú.",
    }
}
