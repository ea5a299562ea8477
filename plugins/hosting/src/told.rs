//! What comes of a request: refused, under way, or a bot.

use jadi_plugin_sdk::hosting::{self, Refusal};
use jadi_plugin_sdk::{Answer, HostingStep, Reply, Result, Role, Words, clock, short};

use crate::say::{Say, card};
use crate::{ask, give, operate, plan, show, takeout, texts};

/// The most characters that are shown of a number as somebody typed it.
const TYPED: usize = 40;

/// Puts a step in words.
pub fn told(step: &HostingStep) -> Result<Answer> {
    let prefix = step.prefixes().into_iter().next().unwrap_or_default();
    let say = Say {
        language: step.language(),
        prefix,
        person: step.sender().jid,
        all: step.role() >= Role::SystemOwner,
    };
    let number = step.number();
    let left = step.until().map(|until| until.since(clock::now()));
    let span = show::span(left.unwrap_or_default(), &say.language);
    let about = |words: Words| say.words(words, &[("number", &number), ("span", &span)]);
    let why = step.reason().unwrap_or_default();
    let text = match step.name().as_str() {
        "qr" => {
            let picture = step.picture()?;
            return Ok(Answer::none().send(Reply::text(about(texts::QR)).with_file(picture)));
        }
        "code" => {
            let code = ask::dashed(&step.code().unwrap_or_default());
            let values = [("number", &*number), ("span", &*span), ("code", &*code)];
            say.words(texts::CODE, &values)
        }
        "passkey-needed" => about(texts::PASSKEY),
        "open" => return born(&say, &number),
        "opened" => about(texts::OPENED),
        "expired" => about(texts::EXPIRED),
        "wrong-number" => about(texts::WRONG_NUMBER),
        "refused" => busy(&say, &why, &span),
        "failed" => {
            let why = show::cause(&why, &say.language);
            say.words(texts::FAILED, &[("number", &number), ("why", &why)])
        }
        "logged-out" => about(texts::LOGGED_OUT),
        "ended" if why.is_empty() => about(texts::ENDED),
        "ended" => format!(
            "{}\n{}: {why}",
            about(texts::ENDED),
            texts::REASON.in_language(&say.language)
        ),
        _ => {
            let change = give::told(&say, step, left.unwrap_or_default());
            let change = change.or_else(|| plan::told(&say, step));
            let change = change.or_else(|| takeout::told(&say, step));
            match change.or_else(|| operate::told(&say, step)) {
                Some(text) => text,
                // A host that came after this plugin.
                None => return Ok(Answer::none()),
            }
        }
    };
    Ok(Answer::none().send(text))
}

/// Its owner hears of it from the main bot and from the new one.
fn born(say: &Say, number: &str) -> Result<Answer> {
    let answer = Answer::none().send(say.words(texts::OPEN, &[("number", number)]));
    // Somebody whose own number it is would hear it twice in one place.
    if say.person.split('@').next() == Some(number) {
        return Ok(answer);
    }
    Ok(match hosting::find(number)? {
        Some(bot) => answer.order(bot.say(&say.words(texts::GREETING, &[]))?),
        None => answer,
    })
}

/// Why there is no bot, and what to do.
pub fn refused(say: &Say, refusal: &Refusal, number: &str) -> String {
    let left = refusal.until().map(|until| until.since(clock::now()));
    let span = show::span(left.unwrap_or_default(), &say.language);
    let with_card = |words: Words| match refusal.bot() {
        Some(bot) => {
            let card = show::card(&card(&bot, say.sees(&bot)), &say.language);
            format!("{}\n{card}", say.words(words, &[]))
        }
        None => say.words(words, &[]),
    };
    match refusal.reason().as_str() {
        "not-a-number" => say.words(texts::NOT_A_NUMBER, &[]),
        "not-on-whatsapp" => say.words(texts::NOT_ON_WHATSAPP, &[]),
        "hosted" => with_card(texts::HOSTED),
        "owns-one" => with_card(texts::OWNS_ONE),
        "method-missing" => say.words(texts::WHICH_METHOD, &[("number", &short(number, TYPED))]),
        other => busy(say, other, &span),
    }
}

/// The refusals that can also come between a request and its being carried out.
pub fn busy(say: &Say, reason: &str, span: &str) -> String {
    match reason {
        "asked-already" => say.words(texts::ASKED_ALREADY, &[("span", span)]),
        "too-often" => say.words(texts::TOO_OFTEN, &[("span", span)]),
        "full" => say.words(texts::FULL, &[]),
        "off" => say.words(texts::OFF, &[]),
        "hosted" => say.words(texts::HOSTED, &[]),
        "owns-one" => say.words(texts::OWNS_ONE, &[]),
        other => give::busy(say, other)
            .or_else(|| operate::busy(say, other))
            .or_else(|| takeout::busy(say, other))
            .unwrap_or_else(|| say.words(texts::NOT_POSSIBLE, &[("why", other)])),
    }
}
