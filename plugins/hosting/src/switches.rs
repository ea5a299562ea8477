//! What system owners switch and set while the host runs.

use std::time::Duration;

use jadi_plugin_sdk::{Answer, Message, Result, Words, hosting};

use crate::say::Say;

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// Above the list.
    FEATURES { en: "Features", id: "Fitur", es: "Funciones" }
    /// Below it.
    HOW {
        en: "{prefix}feature <name> on | off",
        id: "{prefix}feature <nama> on | off",
        es: "{prefix}feature <nombre> on | off",
    }
    /// There is none of this name.
    NO_FEATURE {
        en: "There is no feature {name}. There are: {all}",
        id: "Tidak ada fitur {name}. Yang ada: {all}",
        es: "No hay ninguna función {name}. Hay: {all}",
    }
    /// How one is.
    IS {
        en: "*{name}* is {state}: {about}",
        id: "*{name}* {state}: {about}",
        es: "*{name}* está {state}: {about}",
    }
    /// It was switched.
    SET {
        en: "*{name}* is {state} from now on: {about}",
        id: "*{name}* sekarang {state}: {about}",
        es: "*{name}* está {state} desde ahora: {about}",
    }
    /// It was so before.
    ALREADY {
        en: "*{name}* is {state} already.",
        id: "*{name}* memang sudah {state}.",
        es: "*{name}* ya está {state}.",
    }
    /// The pause as it is.
    DELAY {
        en: "*Pause* {delay} s between reconnects, and between messages of one bot",
        id: "*Jeda* {delay} dtk antara penyambungan ulang, dan antara pesan satu bot",
        es: "*Pausa* {delay} s entre reconexiones y entre mensajes de un bot",
    }
    /// It was set.
    DELAY_SET {
        en: "*Pause* {delay} s from now on, between reconnects and between messages of one bot",
        id: "*Jeda* sekarang {delay} dtk, antara penyambungan ulang dan antara pesan satu bot",
        es: "*Pausa* {delay} s desde ahora, entre reconexiones y entre mensajes de un bot",
    }
    /// It can't be this.
    DELAY_WRONG {
        en: "From 0 to 60 seconds, such as {prefix}delay 0.5",
        id: "Dari 0 sampai 60 detik, misalnya {prefix}delay 0.5",
        es: "De 0 a 60 segundos, como {prefix}delay 0.5",
    }
    /// A feature's states.
    ON { en: "on", id: "aktif", es: "activada" }
    OFF { en: "off", id: "nonaktif", es: "desactivada" }
    /// What features are while they are on, and while they are off.
    JADIBOT_ON {
        en: "people get bots in chat",
        id: "orang bisa membuat bot lewat chat",
        es: "la gente obtiene bots por chat",
    }
    JADIBOT_OFF {
        en: "nobody gets a new bot in chat",
        id: "tidak ada bot baru lewat chat",
        es: "nadie obtiene bots nuevos por chat",
    }
    PAGE_ON {
        en: "people get bots on the host's page",
        id: "orang bisa membuat bot di halaman host",
        es: "la gente obtiene bots en la página del servidor",
    }
    PAGE_OFF {
        en: "nobody gets a new bot on the host's page",
        id: "tidak ada bot baru di halaman host",
        es: "nadie obtiene bots nuevos en la página del servidor",
    }
    ISOLATION_ON {
        en: "the second bot in a group leaves it",
        id: "bot kedua di sebuah grup keluar",
        es: "el segundo bot de un grupo se va",
    }
    INVITES_ON {
        en: "who gets a bot on the host's page needs an invite code",
        id: "untuk membuat bot di halaman host perlu kode undangan",
        es: "para obtener un bot en la página del servidor hace falta un código de invitación",
    }
    INVITES_OFF {
        en: "nobody needs an invite code",
        id: "tidak perlu kode undangan",
        es: "no hace falta código de invitación",
    }
    ISOLATION_OFF {
        en: "the second bot in a group stays and is silent",
        id: "bot kedua di sebuah grup tetap ada tetapi diam",
        es: "el segundo bot de un grupo se queda en silencio",
    }
}

/// What a feature is. One that came after this plugin has no words here.
fn about(name: &str, on: bool) -> Option<Words> {
    Some(match (name, on) {
        ("jadibot", true) => JADIBOT_ON,
        ("jadibot", false) => JADIBOT_OFF,
        ("connect-page", true) => PAGE_ON,
        ("connect-page", false) => PAGE_OFF,
        ("isolation", true) => ISOLATION_ON,
        ("isolation", false) => ISOLATION_OFF,
        ("invite-codes", true) => INVITES_ON,
        ("invite-codes", false) => INVITES_OFF,
        _ => return None,
    })
}

impl Say {
    fn feature(&self, words: Words, name: &str, on: bool) -> String {
        let state = if on { ON } else { OFF }.in_language(&self.language);
        let about = about(name, on).map(|words| words.in_language(&self.language));
        let values = [
            ("name", name),
            ("state", state),
            ("about", about.unwrap_or(state)),
        ];
        self.words(words, &values)
    }
}

/// `!feature`.
pub fn feature(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args().to_lowercase());
    let answer = |text: String| Ok(Answer::none().send(text));
    let features = hosting::features()?;
    let mut words = typed.split_whitespace();
    let Some(name) = words.next() else {
        let mut text = format!("*{}*", FEATURES.in_language(&say.language));
        for feature in &features {
            text.push('\n');
            text.push_str(&say.feature(IS, &feature.name, feature.on));
        }
        text.push('\n');
        text.push_str(&say.words(HOW, &[]));
        return answer(text);
    };
    let Some(feature) = features.iter().find(|feature| feature.name == name) else {
        let all: Vec<&str> = features.iter().map(|feature| &*feature.name).collect();
        let values = [("name", name), ("all", &all.join(", "))];
        return answer(say.words(NO_FEATURE, &values));
    };
    let on = match (words.next(), words.next()) {
        (None, None) => return answer(say.feature(IS, name, feature.on)),
        (Some("on"), None) => true,
        (Some("off"), None) => false,
        _ => return answer(say.words(HOW, &[])),
    };
    if feature.on == on {
        return answer(say.feature(ALREADY, name, on));
    }
    let order = hosting::set_feature(name, on)?;
    let text = say.feature(SET, name, on);
    Ok(Answer::none().order(order).send(text))
}

/// `!delay`.
pub fn delay(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    let told = |words: Words, delay: Duration| {
        let seconds = delay.as_secs_f64().to_string();
        say.words(words, &[("delay", &seconds)])
    };
    if typed.is_empty() {
        return Ok(Answer::none().send(told(DELAY, hosting::look()?.delay())));
    }
    let typed = typed.trim_end_matches('s').trim_end().replace(',', ".");
    let seconds = typed.parse::<f64>().ok();
    let Some(seconds) = seconds.filter(|seconds| (0.0..=60.0).contains(seconds)) else {
        return Ok(Answer::none().send(say.words(DELAY_WRONG, &[])));
    };
    let delay = Duration::from_millis((seconds * 1_000.0).round() as u64);
    // It is set once they read so.
    let order = hosting::set_delay(delay)?;
    Ok(Answer::none().order(order).send(told(DELAY_SET, delay)))
}
