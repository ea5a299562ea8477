//! Bots made and managed from chat: what a plugin may ask of the host, and the steps that come back as events.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BotId, LinkMethod, Person, PhoneNumber};
use crate::clock::Millis;

/// Something to be done with the host's bots. The host carries it out itself; nothing of it goes to WhatsApp.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case")]
pub enum HostingOrder {
    /// Make a bot of a number.
    Create {
        /// Which plugin asked, and is told what becomes of it.
        plugin: String,
        /// The number.
        number: PhoneNumber,
        /// How it is linked.
        method: LinkMethod,
        /// Whose bot it becomes.
        owner: Person,
    },
    /// Stop a bot and keep its session.
    Stop {
        /// Which one.
        bot: BotId,
    },
    /// Start a bot again.
    Start {
        /// Which one.
        bot: BotId,
    },
    /// Log a bot out and delete everything of it.
    End {
        /// Which one.
        bot: BotId,
        /// Which plugin tells its owner.
        plugin: String,
        /// What its owner is told as the reason.
        reason: Option<String>,
    },
    /// Say something to a bot's owner, as the bot.
    Say {
        /// Which one.
        bot: BotId,
        /// What.
        text: String,
    },
    /// Set how many sub-bots the host takes.
    SetSlots {
        /// How many.
        slots: u32,
    },
}

/// What has happened to a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepName {
    /// A QR code waits to be scanned.
    Qr,
    /// A code waits to be typed.
    Code,
    /// WhatsApp wants a passkey confirmed on the phone.
    PasskeyNeeded,
    /// It is connected for the first time; told to who asked for it.
    Open,
    /// The same; told to the system owners.
    Opened,
    /// Nobody linked it in time.
    Expired,
    /// Another number was linked, and logged out again.
    WrongNumber,
    /// Something broke.
    Failed,
    /// Something came in between the request and its being carried out.
    Refused,
    /// Its device was removed on the phone.
    LoggedOut,
    /// It was ended by somebody.
    Ended,
}

impl StepName {
    /// The word that plugins know it by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Qr => "qr",
            Self::Code => "code",
            Self::PasskeyNeeded => "passkey-needed",
            Self::Open => "open",
            Self::Opened => "opened",
            Self::Expired => "expired",
            Self::WrongNumber => "wrong-number",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::LoggedOut => "logged-out",
            Self::Ended => "ended",
        }
    }
}

/// Why a bot ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// What its owner is told.
    pub step: StepName,
    /// Which plugin tells them; all that want to when none is named.
    pub plugin: Option<String>,
    /// What is told as the reason.
    pub reason: Option<String>,
}

impl Ending {
    /// The device was removed on the phone.
    pub fn by_phone() -> Self {
        Self {
            step: StepName::LoggedOut,
            plugin: None,
            reason: None,
        }
    }
}

/// A step in a bot's life, as it is told.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct HostingStep {
    /// What has happened.
    pub name: StepName,
    /// The number that it is about.
    pub number: PhoneNumber,
    /// The code to type, without the dash.
    pub code: Option<String>,
    /// The QR code to scan, as a PNG file.
    #[serde(
        with = "super::base64_bytes",
        default,
        skip_serializing_if = "Vec::is_empty"
    )]
    pub picture: Vec<u8>,
    /// When what is shown stops being good.
    pub until: Option<Millis>,
    /// Why, when there is more to say.
    pub reason: Option<String>,
}

impl HostingStep {
    /// A step with nothing to show.
    pub fn new(name: StepName, number: PhoneNumber) -> Self {
        Self {
            name,
            number,
            code: None,
            picture: Vec::new(),
            until: None,
            reason: None,
        }
    }
}

/// Without code and picture: they are as good as a password while they last.
impl fmt::Debug for HostingStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostingStep")
            .field("name", &self.name)
            .field("number", &self.number)
            .field("until", &self.until)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
