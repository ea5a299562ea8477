//! What the plugins of the main bot ask about the host's bots, and what they are told.

use serde::{Deserialize, Serialize};

use jadi_model::clock::Millis;
use jadi_model::{BotRecord, Jid, LinkMethod, Person, PhoneNumber, StateName};

/// A question about the host's bots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "kebab-case")]
pub enum HostingAsk {
    /// Whether this person may have a bot of this number now.
    Request {
        /// The number, as a person types it.
        number: String,
        /// How it would be linked, when that was said.
        method: Option<LinkMethod>,
        /// Who asks.
        by: Person,
    },
    /// Bots in the order in which they were made, the main bot first.
    List {
        /// How many are passed over.
        first: u32,
        /// How many at most.
        limit: u32,
    },
    /// The bot of a number.
    Find {
        /// The number.
        number: PhoneNumber,
    },
    /// Somebody's bots.
    OwnedBy {
        /// Whose.
        owner: Jid,
    },
    /// The host as a whole.
    Overview,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostingAnswer {
    /// To [`HostingAsk::Request`]: nothing speaks against a bot of this number.
    Granted(PhoneNumber),
    /// To [`HostingAsk::Request`]: something does.
    Refused(HostingRefusal),
    /// To a question about bots.
    Bots(Vec<BotRecord>),
    /// To [`HostingAsk::Overview`].
    Overview(HostOverview),
}

impl HostingAnswer {
    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        let bots = match self {
            Self::Bots(bots) => bots.len(),
            Self::Granted(_) | Self::Refused(_) | Self::Overview(_) => 1,
        };
        bots.saturating_mul(2 * size_of::<BotRecord>())
    }
}

/// Why there is no bot for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostingRefusal {
    /// Why.
    pub reason: RefusalReason,
    /// The bot that is in the way.
    pub bot: Option<Box<BotRecord>>,
    /// Until when.
    pub until: Option<Millis>,
}

impl From<RefusalReason> for HostingRefusal {
    fn from(reason: RefusalReason) -> Self {
        Self {
            reason,
            bot: None,
            until: None,
        }
    }
}

/// The reasons, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalReason {
    /// It is no phone number.
    NotANumber,
    /// Nobody has it on WhatsApp.
    NotOnWhatsApp,
    /// It is a bot of this host already.
    Hosted,
    /// The person has a bot already.
    OwnsOne,
    /// A request of the person is under way.
    AskedAlready,
    /// The person asked too often within an hour.
    TooOften,
    /// No slot is free.
    Full,
    /// The operator takes no new bots.
    Off,
    /// It was not said how the number is to be linked.
    MethodMissing,
}

impl RefusalReason {
    /// The word that plugins know it by.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotANumber => "not-a-number",
            Self::NotOnWhatsApp => "not-on-whatsapp",
            Self::Hosted => "hosted",
            Self::OwnsOne => "owns-one",
            Self::AskedAlready => "asked-already",
            Self::TooOften => "too-often",
            Self::Full => "full",
            Self::Off => "off",
            Self::MethodMissing => "method-missing",
        }
    }
}

/// How the host is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostOverview {
    /// How many sub-bots it takes.
    pub slots: u32,
    /// How many are taken.
    pub taken: u32,
    /// How many bots are in each state; none is left out that has any.
    pub states: Vec<(StateName, u32)>,
    /// When the host came up.
    pub started_at: Millis,
    /// How many bots have yet to be brought up.
    pub restoring: u32,
}
