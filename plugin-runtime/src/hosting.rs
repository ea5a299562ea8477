//! What the plugins of the main bot ask about the host's bots, and what they are told.

use serde::{Deserialize, Serialize};

use jadi_model::clock::Millis;
use jadi_model::{
    BotId, BotRecord, CpuTime, Jid, KnownCounts, LinkMethod, Person, PhoneNumber, StateName,
};

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
    /// What a bot has and uses.
    Usage {
        /// Which one.
        bot: BotId,
    },
    /// Whether a bot may be offered to the person with this number.
    Offer {
        /// Which one.
        bot: BotId,
        /// The number, as a person types it.
        number: String,
    },
    /// Which bot this person may take.
    Take {
        /// Who asks.
        by: Person,
    },
    /// Whether this person may send something to all owners now.
    Broadcast {
        /// Who.
        by: Jid,
    },
    /// The host's features.
    Features,
    /// The system owners.
    SystemOwners,
    /// Whether the person with this number may become a system owner.
    NameSystemOwner {
        /// The number, as a person types it.
        number: String,
    },
    /// Whether they may be one no more.
    DropSystemOwner {
        /// The number, as a person types it.
        number: String,
    },
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostingAnswer {
    /// To a question about a number: nothing speaks against it.
    Granted(PhoneNumber),
    /// To a question whether something may be: something speaks against it.
    Refused(HostingRefusal),
    /// To a question about bots.
    Bots(Vec<BotRecord>),
    /// To [`HostingAsk::Overview`].
    Overview(HostOverview),
    /// To [`HostingAsk::Usage`].
    Usage(Box<BotUsage>),
    /// To [`HostingAsk::Features`].
    Features(Vec<FeatureState>),
    /// To [`HostingAsk::SystemOwners`].
    SystemOwners(Vec<SystemOwner>),
}

impl HostingAnswer {
    /// About how many bytes it takes.
    pub(super) fn weight(&self) -> usize {
        let bots = match self {
            Self::Bots(bots) => bots.len(),
            Self::SystemOwners(owners) => owners.len(),
            Self::Features(features) => features.len(),
            Self::Granted(_) | Self::Refused(_) | Self::Overview(_) | Self::Usage(_) => 1,
        };
        bots.saturating_mul(2 * size_of::<BotRecord>())
    }
}

/// A feature of the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureState {
    /// Its name.
    pub name: String,
    /// Whether it is on.
    pub on: bool,
}

/// A system owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemOwner {
    /// Their number.
    pub number: PhoneNumber,
    /// Whether the configuration names them.
    pub configured: bool,
}

/// Why something can't be.
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

/// The reasons; those of a request for a bot in the order in which they are looked for.
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
    /// The number is a system owner's.
    SystemOwner,
    /// The number is a bot's.
    IsBot,
    /// The person has it already.
    Yours,
    /// Nothing is offered to the person.
    NotOffered,
    /// The number is no system owner's.
    NoSystemOwner,
    /// The configuration says it.
    Configured,
    /// Nobody would be left.
    Last,
    /// A broadcast is under way.
    Busy,
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
            Self::SystemOwner => "system-owner",
            Self::IsBot => "is-bot",
            Self::Yours => "yours",
            Self::NotOffered => "not-offered",
            Self::NoSystemOwner => "no-system-owner",
            Self::Configured => "configured",
            Self::Last => "last",
            Self::Busy => "busy",
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
    /// The pause between reconnects, and between sends of one bot, milliseconds.
    #[serde(default)]
    pub delay_ms: u64,
    /// Where its pages are; none when it has none.
    #[serde(default)]
    pub pages: Option<String>,
}

/// What a bot has and uses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BotUsage {
    /// Since when it runs in this host; none while it does not.
    pub up_since: Option<Millis>,
    /// Whom it has met.
    pub known: KnownCounts,
    /// Messages from others since it was made.
    pub received: u64,
    /// Messages that it has sent since then.
    pub sent: u64,
    /// How many messages it has sent today, and how many it may.
    #[serde(default)]
    pub quota: Option<(u64, u64)>,
    /// What its plugins did within the last hour.
    pub load: PluginLoad,
    /// Events that wait to be handled.
    pub waiting: u64,
    /// How many may.
    pub waiting_most: u64,
    /// Messages that wait to be sent.
    pub unsent: u64,
    /// What its files weigh, bytes.
    pub stored: u64,
    /// How much they may.
    #[serde(default)]
    pub stored_most: u64,
    /// What it has taken of the processors since it came up; none while it does not run.
    #[serde(default)]
    pub cpu: Option<CpuTime>,
    /// How much of one processor it may take, percent.
    #[serde(default)]
    pub cpu_percent: u64,
    /// What it holds of the heap, and how much it may, bytes; none while it does not run.
    #[serde(default)]
    pub memory: Option<(u64, u64)>,
    /// Whether it is slowed down.
    #[serde(default)]
    pub slowed: bool,
}

/// What a bot's plugins did in some time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PluginLoad {
    /// How often one ran.
    pub runs: u32,
    /// How often that failed.
    pub failed: u32,
    /// The CPU time of all runs, microseconds.
    pub cpu_us: u64,
    /// The plugin that had most of it.
    pub busiest: Option<String>,
}
