//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// There are none.
    NONE {
        en: "No notes yet. {command} set <name> <text>",
        id: "Belum ada catatan. {command} set <nama> <teks>",
        es: "Todavía no hay notas. {command} set <nombre> <texto>",
    }
    /// Above the names.
    ALL { en: "*Notes*", id: "*Catatan*", es: "*Notas*" }
    /// There is none of this name.
    NO_NOTE {
        en: "There is no note {name}.",
        id: "Tidak ada catatan {name}.",
        es: "No hay ninguna nota {name}.",
    }
    /// It was kept.
    KEPT {
        en: "*{name}* is kept.",
        id: "*{name}* disimpan.",
        es: "*{name}* queda guardada.",
    }
    /// It was removed.
    GONE {
        en: "*{name}* is gone.",
        id: "*{name}* dihapus.",
        es: "*{name}* se ha borrado.",
    }
    /// What a note needs.
    HOW {
        en: "{command} set <name> <text>, or answer a message with {command} set <name>",
        id: "{command} set <nama> <teks>, atau balas sebuah pesan dengan {command} set <nama>",
        es: "{command} set <nombre> <texto>, o responde a un mensaje con {command} set <nombre>",
    }
    /// There are too many, or the text is too long.
    FULL {
        en: "There is room for {most} notes of up to {length} characters.",
        id: "Hanya muat {most} catatan, masing-masing paling banyak {length} karakter.",
        es: "Caben {most} notas de hasta {length} caracteres.",
    }
    /// Somebody who is no admin changes a group's notes.
    ADMINS_ONLY {
        en: "Only group admins can change this group's notes.",
        id: "Hanya admin grup yang dapat mengubah catatan grup ini.",
        es: "Solo los administradores pueden cambiar las notas de este grupo.",
    }
}
