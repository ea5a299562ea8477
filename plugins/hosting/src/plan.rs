//! How long a bot runs: its plan, set by system owners, told to its owner.

use std::time::Duration;

use jadi_plugin_sdk::hosting::{self, Bot};
use jadi_plugin_sdk::{Answer, HostingStep, Message, Result, clock};

use crate::say::{Say, which};
use crate::{show, texts};

/// The longest plan, days.
const DAYS: u32 = 3_650;

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// How it is used.
    USAGE {
        en: "{prefix}plan <number> <days | none>\nFrom 1 to 3650 days from now.",
        id: "{prefix}plan <nomor> <hari | none>\nDari 1 sampai 3650 hari mulai sekarang.",
        es: "{prefix}plan <número> <días | none>\nDe 1 a 3650 días desde ahora.",
    }
    /// It ends at some time.
    ENDS { en: "Plan: ends in {span}", id: "Paket: berakhir dalam {span}", es: "Plan: termina en {span}" }
    /// It has ended.
    ENDED { en: "Plan: has ended", id: "Paket: sudah berakhir", es: "Plan: ha terminado" }
    /// It never ends.
    ENDLESS { en: "Plan: without an end", id: "Paket: tanpa batas", es: "Plan: sin fin" }
    /// To who has set it.
    SET {
        en: "*The plan of +{number} ends in {span}*\nIts owner is told, and told again three days and one day before.",
        id: "*Paket +{number} berakhir dalam {span}*\nPemiliknya diberi tahu, juga tiga hari dan satu hari sebelumnya.",
        es: "*El plan de +{number} termina en {span}*\nSu dueño lo sabe, y se le avisa tres días y un día antes.",
    }
    /// The same, without an end.
    SET_ENDLESS {
        en: "*The plan of +{number} has no end any more*\nIts owner is told.",
        id: "*Paket +{number} tidak berbatas lagi*\nPemiliknya diberi tahu.",
        es: "*El plan de +{number} ya no tiene fin*\nSu dueño lo sabe.",
    }
    /// To the bot's owner.
    TOLD {
        en: "*Plan of +{number}*\nThe bot runs for {span} from now.",
        id: "*Paket +{number}*\nBot berjalan selama {span} mulai sekarang.",
        es: "*Plan de +{number}*\nEl bot funciona {span} desde ahora.",
    }
    /// The same, without an end.
    TOLD_ENDLESS {
        en: "*Plan of +{number}*\nThe bot runs without an end.",
        id: "*Paket +{number}*\nBot berjalan tanpa batas.",
        es: "*Plan de +{number}*\nEl bot funciona sin fin.",
    }
    /// Before the end.
    SOON {
        en: "*The plan of +{number} ends in {span}*\nThe bot is stopped then, with its session and data kept. Ask the operator to renew \
             it.",
        id: "*Paket +{number} berakhir dalam {span}*\nSetelah itu bot dihentikan; sesi dan datanya disimpan. Minta operator \
             memperpanjangnya.",
        es: "*El plan de +{number} termina en {span}*\nEntonces el bot se detiene; su sesión y sus datos se conservan. Pide al operador \
             que lo renueve.",
    }
    /// After it.
    OVER {
        en: "*The plan of +{number} has ended*\nThe bot is stopped; its session and data are kept. Ask the operator to renew it, and it \
             starts again.",
        id: "*Paket +{number} sudah berakhir*\nBot dihentikan; sesi dan datanya disimpan. Minta operator memperpanjangnya, lalu bot \
             berjalan lagi.",
        es: "*El plan de +{number} ha terminado*\nEl bot está detenido; su sesión y sus datos se conservan. Pide al operador que lo \
             renueve y volverá a funcionar.",
    }
    /// It can't be started.
    STAYS {
        en: "The plan of +{number} has ended, so it stays stopped. Ask the operator to renew it: then it starts by itself.",
        id: "Paket +{number} sudah berakhir, jadi bot tetap berhenti. Minta operator memperpanjangnya: bot berjalan sendiri.",
        es: "El plan de +{number} ha terminado, así que sigue detenido. Pide al operador que lo renueve: se pondrá en marcha solo.",
    }
}

/// `!plan`.
pub fn plan(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    let answer = |text: String| Ok(Answer::none().send(text));
    if typed.is_empty() {
        return answer(say.words(USAGE, &[]));
    }
    // A number alone; it may have spaces in it.
    if let Some(bot) = hosting::find(&typed)? {
        return answer(format!(
            "*+{}*\n{}",
            bot.number().unwrap_or_default(),
            line(&say, &bot)
        ));
    }
    let Some((number, last)) = typed.rsplit_once(char::is_whitespace) else {
        return answer(say.words(texts::NO_SUCH_BOT, &[]));
    };
    let days = match last.to_lowercase().as_str() {
        "none" => None,
        days => match days.parse() {
            Ok(days @ 1..=DAYS) => Some(days),
            _ => return answer(say.words(USAGE, &[])),
        },
    };
    let bot = match which(&say, number)? {
        Ok(bot) => bot,
        Err(text) => return answer(text),
    };
    let number = bot.number().unwrap_or_default();
    let span = days.map(|days| Duration::from_secs(u64::from(days) * 24 * 3600));
    let span = span.map(|span| show::span(span, &say.language));
    let words = if days.is_some() { SET } else { SET_ENDLESS };
    let values = [
        ("number", &*number),
        ("span", span.as_deref().unwrap_or_default()),
    ];
    Ok(Answer::none()
        .order(bot.set_plan(days)?)
        .send(say.words(words, &values)))
}

/// Whether a bot's plan is over.
pub fn is_over(bot: &Bot) -> bool {
    let left = bot.expires().map(|ends| ends.since(clock::now()));
    left == Some(Duration::ZERO)
}

/// A bot's plan, as a line about it.
pub fn line(say: &Say, bot: &Bot) -> String {
    match bot.expires() {
        None => say.words(ENDLESS, &[]),
        Some(_) if is_over(bot) => say.words(ENDED, &[]),
        Some(ends) => {
            let span = show::span(ends.since(clock::now()), &say.language);
            say.words(ENDS, &[("span", &span)])
        }
    }
}

/// Why a bot is not started.
pub fn stays(say: &Say, number: &str) -> String {
    say.words(STAYS, &[("number", number)])
}

/// A step of it in words, when it is one.
pub fn told(say: &Say, step: &HostingStep) -> Option<String> {
    let words = match (step.name().as_str(), step.until().is_some()) {
        ("plan-set", true) => TOLD,
        ("plan-set", false) => TOLD_ENDLESS,
        ("plan-ends", _) => SOON,
        ("plan-over", _) => OVER,
        _ => return None,
    };
    // To the whole minute, so that a day is told as one.
    let left = step.until().map(|until| until.since(clock::now()));
    let minutes = left.unwrap_or_default().as_secs().div_ceil(60);
    let span = show::span(Duration::from_secs(minutes * 60), &say.language);
    let number = step.number();
    Some(say.words(words, &[("number", &number), ("span", &span)]))
}
