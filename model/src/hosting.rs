//! Bots made and managed from chat: what a plugin may ask of the host, and the steps that come back as events.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{BotId, Jid, LinkMethod, Person, PhoneNumber};
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
    /// Send a text to its owner, from the main bot, with a link that signs in to the bot's page.
    SignIn {
        /// Which one.
        bot: BotId,
        /// The text; [`HostingOrder::LINK`] in it becomes the link.
        text: String,
    },
    /// Set how many sub-bots the host takes.
    SetSlots {
        /// How many.
        slots: u32,
    },
    /// Send something to the owners of all bots, from the main bot.
    Broadcast {
        /// Which plugin tells of its end.
        plugin: String,
        /// What.
        text: String,
        /// Who asks, and is told.
        by: Person,
    },
    /// Stop that.
    StopBroadcast,
    /// Send all that a bot knows and keeps, as a file.
    Export {
        /// Which one.
        bot: BotId,
        /// Which plugin tells of it.
        plugin: String,
        /// To whom.
        to: Person,
    },
    /// Forget all that a bot knows and keeps.
    Erase {
        /// Which one.
        bot: BotId,
        /// Which plugin tells its owner.
        plugin: String,
    },
    /// Let a bot's plan end.
    SetPlan {
        /// Which one.
        bot: BotId,
        /// Which plugin tells its owner.
        plugin: String,
        /// After so many days; never without.
        days: Option<u32>,
    },
    /// Switch a feature of the host.
    SetFeature {
        /// Its name.
        name: String,
        /// Whether it is on from then on.
        on: bool,
    },
    /// Set the pause between reconnects, and between sends of one bot.
    SetDelay {
        /// How long, milliseconds.
        millis: u64,
    },
    /// Make somebody a system owner.
    NameSystemOwner {
        /// Which plugin tells them.
        plugin: String,
        /// Their number.
        number: PhoneNumber,
    },
    /// Make somebody a system owner no more.
    DropSystemOwner {
        /// Which plugin tells them.
        plugin: String,
        /// Their number.
        number: PhoneNumber,
    },
    /// Offer a bot to somebody, in place of an earlier offer.
    Offer {
        /// Which one.
        bot: BotId,
        /// Which plugin tells them.
        plugin: String,
        /// To whom.
        to: PhoneNumber,
        /// By whom.
        by: Jid,
    },
    /// Take such an offer back.
    Withdraw {
        /// Of which one.
        bot: BotId,
    },
    /// Take a bot that is offered.
    Take {
        /// Which one.
        bot: BotId,
        /// Which plugin tells both.
        plugin: String,
        /// Who takes it.
        by: Person,
    },
}

impl HostingOrder {
    /// What stands for the link in the text of [`HostingOrder::SignIn`].
    pub const LINK: &'static str = "{link}";
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
    /// A program of its owner's wants to offer it to somebody; told to its owner, with the code that confirms it.
    Giving,
    /// Its owner offers it to somebody; told to them.
    Offered,
    /// Somebody has taken it; told to who had it.
    Given,
    /// The same; told to who has it now.
    Taken,
    /// Its plan ends at another time, or never; told to its owner, as are the two below.
    PlanSet,
    /// Its plan ends soon.
    PlanEnds,
    /// Its plan has ended, and it is stopped.
    PlanOver,
    /// All that it knows and keeps was sent as a file; told to who got it.
    Exported,
    /// All of that is forgotten; told to its owner.
    Erased,
    /// A broadcast has ended; told to who asked for it.
    Broadcast,
    /// Somebody is a system owner now; told to them.
    Named,
    /// Somebody is a system owner no more; told to them.
    Dropped,
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
            Self::Giving => "giving",
            Self::Offered => "offered",
            Self::Given => "given",
            Self::Taken => "taken",
            Self::PlanSet => "plan-set",
            Self::PlanEnds => "plan-ends",
            Self::PlanOver => "plan-over",
            Self::Exported => "exported",
            Self::Erased => "erased",
            Self::Broadcast => "broadcast",
            Self::Named => "named",
            Self::Dropped => "dropped",
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
    /// Who else has to do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<PhoneNumber>,
    /// How many, for a broadcast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
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
            other: None,
            count: None,
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
