//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// To who posted a link.
    WARNING {
        en: "⚠️ {who}, links are not wanted here.",
        id: "⚠️ {who}, tautan tidak diizinkan di sini.",
        es: "⚠️ {who}, aquí no se permiten enlaces.",
    }
    /// The bot could do no more than that.
    NO_ADMIN {
        en: "⚠️ {who}, links are not wanted here. (I would delete it if I were an admin.)",
        id: "⚠️ {who}, tautan tidak diizinkan di sini. (Akan kuhapus kalau aku admin.)",
        es: "⚠️ {who}, aquí no se permiten enlaces. (Lo borraría si fuera administrador.)",
    }
    /// Somebody was removed.
    REMOVED {
        en: "🚫 {who} posted a link and was removed.",
        id: "🚫 {who} mengirim tautan dan dikeluarkan.",
        es: "🚫 {who} publicó un enlace y ha sido expulsado.",
    }
    /// What is done, as it is and as it can be.
    ACTION_NOW {
        en: "*Antilink* does this: {action}. To change it: {command} delete | warn | remove",
        id: "*Antilink* melakukan ini: {action}. Untuk mengubah: {command} delete | warn | remove",
        es: "*Antilink* hace esto: {action}. Para cambiarlo: {command} delete | warn | remove",
    }
    /// It was changed.
    ACTION_SET {
        en: "*Antilink* does this from now on: {action}.",
        id: "Mulai sekarang *antilink* melakukan ini: {action}.",
        es: "Desde ahora *antilink* hace esto: {action}.",
    }
    /// The allowed hosts.
    ALLOWED {
        en: "*Allowed*: {hosts}\n{command} add | del <host>",
        id: "*Diizinkan*: {hosts}\n{command} add | del <host>",
        es: "*Permitidos*: {hosts}\n{command} add | del <host>",
    }
    /// What is to be typed.
    HOW {
        en: "`{command}` shows what is allowed, `{command} add | del <host>` changes it.",
        id: "`{command}` menampilkan yang diizinkan, `{command} add | del <host>` mengubahnya.",
        es: "`{command}` muestra lo permitido, `{command} add | del <host>` lo cambia.",
    }
    /// There are none.
    NONE { en: "none", id: "tidak ada", es: "ninguno" }
    /// It is no host's name.
    NO_HOST {
        en: "That is no address such as example.org.",
        id: "Itu bukan alamat seperti example.org.",
        es: "Eso no es una dirección como example.org.",
    }
    /// The list is full.
    FULL {
        en: "There is no room for more.",
        id: "Tidak ada tempat lagi.",
        es: "No caben más.",
    }
}
