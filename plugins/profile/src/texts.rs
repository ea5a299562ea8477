//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// The bot never met them.
    UNKNOWN {
        en: "I have never met {who}.",
        id: "Aku belum pernah bertemu {who}.",
        es: "Nunca he visto a {who}.",
    }
    /// Before a name.
    NAME { en: "Name", id: "Nama", es: "Nombre" }
    /// Before a role.
    ROLE { en: "Role", id: "Peran", es: "Papel" }
    /// Before how long.
    KNOWN { en: "Known for", id: "Dikenal selama", es: "Desde hace" }
    /// Before a number.
    MESSAGES { en: "Messages", id: "Pesan", es: "Mensajes" }
    /// May not use commands.
    BANNED { en: "Banned from commands", id: "Diblokir dari perintah", es: "Bloqueado para los comandos" }
    /// Nobody special.
    MEMBER { en: "user", id: "pengguna", es: "usuario" }
    /// An admin of the group.
    ADMIN { en: "group admin", id: "admin grup", es: "administrador del grupo" }
    /// The bot's owner.
    OWNER { en: "this bot's owner", id: "pemilik bot ini", es: "propietario de este bot" }
    /// The operator.
    OPERATOR { en: "operator", id: "operator", es: "operador" }
    /// A number of days.
    DAYS { en: "{count} days", id: "{count} hari", es: "{count} días" }
}
