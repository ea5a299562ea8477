//! What the owner of a bot, and who operates the host, does with one: stop, start, sign in to its page, end.

use std::time::Duration;

use jadi_plugin_sdk::{Answer, Message, Result, Words, hosting};

use crate::say::{Say, with_bot};
use crate::{confirm, plan, show, texts};

/// What a code of `!logoutbot` confirms.
const LOG_OUT: &str = "log-out";
/// How long a link to a bot's page is good, as the contract has it.
const LINK_FOR: Duration = Duration::from_secs(600);
/// The most characters of an operator's reason.
const REASON: usize = 500;

/// `!stopbot`.
pub fn stopbot(message: &Message) -> Result<Answer> {
    let say = Say::to(message);
    with_bot(&say, &message.args(), |bot, number| {
        let about = |words: Words| Answer::none().send(say.words(words, &[("number", number)]));
        Ok(match bot.state().as_str() {
            "stopped" => about(texts::STOPPED_ALREADY),
            _ => about(texts::STOPPING).order(bot.stop()?),
        })
    })
}

/// `!startbot`.
pub fn startbot(message: &Message) -> Result<Answer> {
    let say = Say::to(message);
    with_bot(&say, &message.args(), |bot, number| {
        let about = |words: Words| Answer::none().send(say.words(words, &[("number", number)]));
        Ok(match bot.state().as_str() {
            _ if plan::is_over(&bot) => Answer::none().send(plan::stays(&say, number)),
            "open" => about(texts::RUNS_ALREADY),
            _ => about(texts::STARTING).order(bot.start()?),
        })
    })
}

/// `!logoutbot`.
pub fn logoutbot(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    if confirm::is_code(&typed) {
        let Some(bot) = confirm::confirmed(&say, LOG_OUT, &typed)? else {
            return Ok(Answer::none().send(say.words(texts::WRONG_CODE, &[])));
        };
        let number = bot.number().unwrap_or_default();
        let text = say.words(texts::ENDING, &[("number", &number)]);
        return Ok(Answer::none().send(text).order(bot.end(None)?));
    }
    with_bot(&say, &typed, |bot, _| {
        let text = confirm::ask(&say, LOG_OUT, &bot, texts::CONFIRM)?;
        Ok(Answer::none().send(text))
    })
}

/// `!token`.
pub fn token(message: &Message) -> Result<Answer> {
    let say = Say::to(message);
    let no = |words: Words| Ok(Answer::none().send(say.words(words, &[])));
    if message.in_group() {
        return no(texts::PRIVATELY);
    }
    with_bot(&say, &message.args(), |bot, number| {
        // The operator manages every bot, but only its owner has its page.
        if bot.owner().as_ref() != Some(&say.person) {
            return no(texts::NO_SUCH_BOT);
        }
        if hosting::look()?.pages().is_none() {
            return no(texts::NO_PAGES);
        }
        let span = show::span(LINK_FOR, &say.language);
        let text = say.words(texts::LINK, &[("number", number), ("span", &span)]);
        Ok(Answer::none().order(bot.sign_in(&text)?))
    })
}

/// `!terminate`.
pub fn terminate(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    let (number, reason) = typed
        .split_once(char::is_whitespace)
        .unwrap_or((&typed, ""));
    if number.is_empty() {
        return Ok(Answer::none().send(say.words(texts::TERMINATE_USAGE, &[])));
    }
    let reason: String = reason.trim().chars().take(REASON).collect();
    let reason = Some(&*reason).filter(|reason| !reason.is_empty());
    with_bot(&say, number, |bot, number| {
        let text = say.words(texts::ENDING, &[("number", number)]);
        Ok(Answer::none().send(text).order(bot.end(reason)?))
    })
}
