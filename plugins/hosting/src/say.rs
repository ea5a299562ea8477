//! Whom something is said to, how, and about which bot.

use jadi_plugin_sdk::hosting::{self, Bot};
use jadi_plugin_sdk::{Answer, Message, Result, Role, Words, clock};

use crate::show::Card;
use crate::texts;

/// Whom something is said to, and how.
pub struct Say {
    /// The language to answer in.
    pub language: String,
    /// What commands begin with.
    pub prefix: String,
    /// Their address.
    pub person: String,
    /// Whether they may see and manage every bot.
    pub all: bool,
}

impl Say {
    /// To who has sent this.
    pub fn to(message: &Message) -> Self {
        Self {
            language: message.language(),
            prefix: message.prefix(),
            person: message.sender().jid,
            all: message.role() >= Role::SystemOwner,
        }
    }

    /// A text with its places filled in.
    pub fn words(&self, words: Words, values: &[(&str, &str)]) -> String {
        let text = words.in_language(&self.language);
        let mut text = text.replace("{prefix}", &self.prefix);
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        text
    }

    /// Whether they may see all of a bot.
    pub fn sees(&self, bot: &Bot) -> bool {
        self.all || bot.owner().as_ref() == Some(&self.person)
    }
}

/// A number as it is shown, of one that a person typed.
pub fn digits(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_digit).collect()
}

/// The bot that is meant: the one of this number or, without one, the sender's own. Else what to answer.
pub fn which(say: &Say, number: &str) -> Result<Result<Bot, String>> {
    if number.is_empty() {
        let mut own = hosting::owned()?;
        return Ok(match (own.pop(), own.is_empty()) {
            (Some(bot), true) => Ok(bot),
            (Some(_), false) => Err(say.words(texts::SEVERAL, &[])),
            (None, _) => Err(say.words(texts::NO_BOT, &[])),
        });
    }
    let found = hosting::find(number)?;
    let found = found.filter(|bot| say.sees(bot) && !bot.is_main());
    Ok(found.ok_or_else(|| say.words(texts::NO_SUCH_BOT, &[])))
}

/// Does something with the bot that is meant, of this number; else says why there is none.
pub fn with_bot(
    say: &Say,
    typed: &str,
    does: impl FnOnce(Bot, &str) -> Result<Answer>,
) -> Result<Answer> {
    match which(say, typed)? {
        Ok(bot) => {
            let number = bot.number().unwrap_or_default();
            does(bot, &number)
        }
        Err(text) => Ok(Answer::none().send(text)),
    }
}

/// What is shown of a bot, whole to who may see it.
pub fn card(bot: &Bot, whole: bool) -> Card {
    let now = clock::now();
    let number = if whole { bot.number() } else { None };
    let owner = bot.owner().filter(|_| whole);
    let owner = owner.and_then(|owner| Some(owner.split_once('@')?.0.to_owned()));
    Card {
        number: number.unwrap_or_else(|| bot.masked()),
        name: bot.name(),
        state: bot.state(),
        cause: bot.cause(),
        since: now.since(bot.since()),
        last_connect: bot.last_connect().map(|at| now.since(at)),
        owner,
    }
}
