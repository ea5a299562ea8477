//! What can't be undone is asked for twice: a code comes back, and whoever writes it behind the same command means it.

use std::time::Duration;

use jadi_plugin_sdk::clock::{self, Instant};
use jadi_plugin_sdk::hosting::{self, Bot};
use jadi_plugin_sdk::{Result, Words, kv, random};
use serde::{Deserialize, Serialize};

use crate::say::Say;
use crate::show;

/// How long a code is good.
const GOOD_FOR: Duration = Duration::from_secs(120);
/// Digits of a code.
const DIGITS: usize = 4;

/// Something that waits to be confirmed.
#[derive(Serialize, Deserialize)]
struct Pending {
    code: String,
    number: String,
    until: Instant,
}

/// Whether this may be a code.
pub fn is_code(typed: &str) -> bool {
    typed.len() == DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit())
}

/// The bot for which this code confirms `what`. Each code is good for one try of the person who asked.
pub fn confirmed(say: &Say, what: &str, typed: &str) -> Result<Option<Bot>> {
    let key = key(say, what);
    let pending: Option<Pending> = kv::get(&key)?;
    kv::delete(&key)?;
    let good = pending.filter(|pending| {
        pending.code == typed && pending.until.since(clock::now()) > Duration::ZERO
    });
    match good {
        Some(pending) => hosting::find(&pending.number),
        None => Ok(None),
    }
}

/// Asks the person to confirm `what` for this bot: the text, with `{number}`, `{span}` and `{code}` in it.
pub fn ask(say: &Say, what: &str, bot: &Bot, words: Words) -> Result<String> {
    let number = bot.number().unwrap_or_default();
    let code = format!("{:0width$}", random::below(10_000), width = DIGITS);
    let pending = Pending {
        code: code.clone(),
        number: number.clone(),
        until: clock::now().after(GOOD_FOR),
    };
    kv::set(&key(say, what), &pending)?;
    let span = show::span(GOOD_FOR, &say.language);
    let values = [("number", &*number), ("span", &*span), ("code", &*code)];
    Ok(say.words(words, &values))
}

fn key(say: &Say, what: &str) -> String {
    format!("{what}:{}", say.person)
}
