//! Bots, states and spans of time as people read them.

use std::time::Duration;

use jadi_plugin_sdk::Words;

/// What of a bot is shown.
#[derive(Debug, Clone, Default)]
pub struct Card {
    /// The number, whole or masked.
    pub number: String,
    /// Its name; may be empty.
    pub name: String,
    /// The state's word.
    pub state: String,
    /// The cause's word.
    pub cause: Option<String>,
    /// How long it has been in this state.
    pub since: Duration,
    /// How long ago it was connected anew.
    pub last_connect: Option<Duration>,
    /// Whose it is, as a number.
    pub owner: Option<String>,
}

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    LAST { en: "Last connected", id: "Terakhir tersambung", es: "Última conexión" }
    NEVER { en: "never", id: "belum pernah", es: "nunca" }
    OWNER { en: "Owner", id: "Pemilik", es: "Dueño" }
    CONNECTED { en: "Connected", id: "Tersambung", es: "Conectado" }
    YES { en: "yes", id: "ya", es: "sí" }
    NO { en: "no", id: "tidak", es: "no" }
    AGO { en: "{span} ago", id: "{span} lalu", es: "hace {span}" }
    STATE { en: "State", id: "Status", es: "Estado" }
    DAYS { en: "d", id: "hr", es: "d" }
    HOURS { en: "h", id: "j", es: "h" }
    MINUTES { en: "min", id: "mnt", es: "min" }
    SECONDS { en: "s", id: "dtk", es: "s" }
    IS_REQUESTED { en: "getting ready", id: "disiapkan", es: "preparándose" }
    IS_PAIRING { en: "waiting to be linked", id: "menunggu ditautkan", es: "esperando vinculación" }
    IS_CONNECTING { en: "connecting", id: "menyambung", es: "conectando" }
    IS_OPEN { en: "open", id: "aktif", es: "activo" }
    IS_RECONNECTING { en: "reconnecting", id: "menyambung ulang", es: "reconectando" }
    IS_STOPPED { en: "stopped", id: "dihentikan", es: "detenido" }
    IS_LOGGED_OUT { en: "logged out", id: "keluar", es: "desvinculado" }
    IS_FAILED { en: "needs help", id: "perlu bantuan", es: "necesita ayuda" }
    WHY_NETWORK { en: "WhatsApp can't be reached", id: "WhatsApp tidak terjangkau", es: "no se llega a WhatsApp" }
    WHY_SERVER { en: "WhatsApp closed the connection", id: "WhatsApp menutup sambungan", es: "WhatsApp cerró la conexión" }
    WHY_STREAM_REPLACED { en: "another program uses its session", id: "program lain memakai sesinya", es: "otro programa usa su sesión" }
    WHY_LOGGED_OUT { en: "it was removed on the phone", id: "dihapus di ponsel", es: "se quitó en el teléfono" }
    WHY_TEMPORARY_BAN { en: "WhatsApp has banned the account for a while", id: "WhatsApp memblokir akun sementara", es: "WhatsApp suspendió la cuenta por un tiempo" }
    WHY_OVER_BUDGET { en: "it has used more than one bot may, and is paused", id: "memakai lebih dari jatah satu bot, dan dijeda", es: "ha usado más de lo que le toca a un bot y está en pausa" }
    WHY_CLIENT_OUTDATED { en: "the host has to be updated", id: "host harus diperbarui", es: "hay que actualizar el servidor" }
    WHY_PAIRING_EXPIRED { en: "nobody linked it in time", id: "tidak ditautkan tepat waktu", es: "nadie lo vinculó a tiempo" }
    WHY_WRONG_NUMBER { en: "another number was linked", id: "nomor lain yang ditautkan", es: "se vinculó otro número" }
    WHY_WRONG_KEY { en: "its session can't be opened", id: "sesinya tidak bisa dibuka", es: "no se puede abrir su sesión" }
    WHY_STORE { en: "its data can't be used", id: "datanya tidak bisa dipakai", es: "no se pueden usar sus datos" }
    WHY_STOPPED { en: "it was stopped", id: "dihentikan", es: "se detuvo" }
}

/// A bot's card: number, last connect, connected, owner.
pub fn card(card: &Card, language: &str) -> String {
    let word = |words: Words| words.in_language(language);
    let mut lines = vec![format!("*+{}*", unstarred(&card.number))];
    if !card.name.is_empty() {
        lines.push(card.name.clone());
    }
    let last = card
        .last_connect
        .map_or_else(|| word(NEVER).to_owned(), |span| ago(span, language));
    lines.push(format!("{}: {last}", word(LAST)));
    let connected = if card.state == "open" { YES } else { NO };
    lines.push(format!("{}: {}", word(CONNECTED), word(connected)));
    if let Some(owner) = &card.owner {
        lines.push(format!("{}: +{owner}", word(OWNER)));
    }
    lines.join("\n")
}

/// All that is known of a bot.
pub fn details(card: &Card, language: &str) -> String {
    let mut state = format!(
        "{}: {} ({})",
        STATE.in_language(language),
        state(&card.state, language),
        span(card.since, language)
    );
    if let Some(why) = &card.cause {
        state.push_str(&format!(", {}", cause(why, language)));
    }
    let text = self::card(card, language);
    match text.split_once('\n') {
        Some((first, rest)) => format!("{first}\n{state}\n{rest}"),
        None => text,
    }
}

/// A line of a list.
pub fn line(place: u32, card: &Card, language: &str) -> String {
    let name = match card.name.is_empty() {
        true => String::new(),
        false => format!(" {}", card.name),
    };
    let last = card.last_connect.map_or_else(
        || NEVER.in_language(language).to_owned(),
        |span| ago(span, language),
    );
    let number = unstarred(&card.number);
    format!(
        "{place}. {number}{name}: {}, {last}",
        state(&card.state, language)
    )
}

/// A masked number without stars, which are markup in a chat.
fn unstarred(number: &str) -> String {
    number.replace('*', "•")
}

fn ago(past: Duration, language: &str) -> String {
    AGO.in_language(language)
        .replace("{span}", &span(past, language))
}

/// A state in words; one that is not known yet as it is.
pub fn state(state: &str, language: &str) -> String {
    const WORDS: [(&str, Words); 8] = [
        ("requested", IS_REQUESTED),
        ("pairing", IS_PAIRING),
        ("connecting", IS_CONNECTING),
        ("open", IS_OPEN),
        ("reconnecting", IS_RECONNECTING),
        ("stopped", IS_STOPPED),
        ("logged-out", IS_LOGGED_OUT),
        ("failed", IS_FAILED),
    ];
    in_words(&WORDS, state, language)
}

/// Why a bot is not open, in words.
pub fn cause(cause: &str, language: &str) -> String {
    const WORDS: [(&str, Words); 12] = [
        ("network", WHY_NETWORK),
        ("server", WHY_SERVER),
        ("stream-replaced", WHY_STREAM_REPLACED),
        ("logged-out", WHY_LOGGED_OUT),
        ("temporary-ban", WHY_TEMPORARY_BAN),
        ("over-budget", WHY_OVER_BUDGET),
        ("client-outdated", WHY_CLIENT_OUTDATED),
        ("pairing-expired", WHY_PAIRING_EXPIRED),
        ("wrong-number", WHY_WRONG_NUMBER),
        ("wrong-key", WHY_WRONG_KEY),
        ("store", WHY_STORE),
        ("stopped", WHY_STOPPED),
    ];
    in_words(&WORDS, cause, language)
}

fn in_words(all: &[(&str, Words)], word: &str, language: &str) -> String {
    let found = all.iter().find(|(known, _)| *known == word);
    found.map_or_else(
        || word.to_owned(),
        |(_, words)| words.in_language(language).to_owned(),
    )
}

/// A span of time by its largest unit, or its two largest from an hour on.
pub fn span(span: Duration, language: &str) -> String {
    let seconds = span.as_secs();
    let unit = |count: u64, unit: Words| format!("{count} {}", unit.in_language(language));
    match seconds {
        0..60 => unit(seconds, SECONDS),
        60..3600 => unit(seconds / 60, MINUTES),
        3600..86_400 => match seconds / 60 % 60 {
            0 => unit(seconds / 3600, HOURS),
            minutes => format!("{} {}", unit(seconds / 3600, HOURS), unit(minutes, MINUTES)),
        },
        _ => unit(seconds / 86_400, DAYS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_shows_number_last_connect_connected_and_owner() {
        let mut bot = Card {
            number: "6280000000200".to_owned(),
            state: "open".to_owned(),
            last_connect: Some(Duration::from_secs(90)),
            owner: Some("6280000000101".to_owned()),
            ..Card::default()
        };
        assert_eq!(
            card(&bot, "en"),
            "*+6280000000200*\nLast connected: 1 min ago\nConnected: yes\nOwner: +6280000000101"
        );
        bot.state = "reconnecting".to_owned();
        bot.cause = Some("network".to_owned());
        bot.last_connect = None;
        assert_eq!(
            details(&bot, "es"),
            "*+6280000000200*\nEstado: reconectando (0 s), no se llega a WhatsApp\nÚltima conexión: nunca\nConectado: no\n\
             Dueño: +6280000000101"
        );
    }

    #[test]
    fn a_list_has_no_markup_in_it() {
        let bot = Card {
            number: "628*******200".to_owned(),
            name: "Shop".to_owned(),
            state: "stopped".to_owned(),
            ..Card::default()
        };
        assert_eq!(
            line(3, &bot, "id"),
            "3. 628•••••••200 Shop: dihentikan, belum pernah"
        );
    }

    #[test]
    fn what_is_not_known_is_shown_as_it_is() {
        assert_eq!(state("hibernating", "en"), "hibernating");
        assert_eq!(cause("comet", "es"), "comet");
        assert_eq!(span(Duration::from_secs(3660), "en"), "1 h 1 min");
        assert_eq!(span(Duration::from_secs(90_000), "en"), "1 d");
    }
}
