//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// Somebody goes.
    GONE {
        en: "💤 {who} is away.",
        id: "💤 {who} sedang pergi.",
        es: "💤 {who} no está.",
    }
    /// Somebody goes, with a reason.
    GONE_FOR {
        en: "💤 {who} is away: {reason}",
        id: "💤 {who} sedang pergi: {reason}",
        es: "💤 {who} no está: {reason}",
    }
    /// Somebody who is away was mentioned.
    AWAY {
        en: "💤 {who} has been away for {span}.",
        id: "💤 {who} sudah pergi selama {span}.",
        es: "💤 {who} no está desde hace {span}.",
    }
    /// Likewise, with the reason.
    AWAY_FOR {
        en: "💤 {who} has been away for {span}: {reason}",
        id: "💤 {who} sudah pergi selama {span}: {reason}",
        es: "💤 {who} no está desde hace {span}: {reason}",
    }
    /// Somebody writes again.
    BACK {
        en: "👋 Welcome back, {who}! You were away for {span}.",
        id: "👋 Selamat datang kembali, {who}! Kamu pergi selama {span}.",
        es: "👋 ¡Hola de nuevo, {who}! Estuviste fuera {span}.",
    }
    /// Units of time.
    DAYS { en: "d", id: "hr", es: "d" }
    /// Likewise.
    HOURS { en: "h", id: "j", es: "h" }
    /// Likewise.
    MINUTES { en: "min", id: "mnt", es: "min" }
    /// Likewise.
    SECONDS { en: "s", id: "dtk", es: "s" }
}
