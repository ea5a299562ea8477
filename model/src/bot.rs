//! A bot as the registry knows it, and the words for its life.

use serde::{Deserialize, Serialize};

use super::{BotId, Jid, PhoneNumber};
use crate::clock::Millis;

/// The operator's bot, or somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BotRole {
    /// The bot that accepts requests for new bots; there is one.
    Main,
    /// A hosted bot.
    Sub,
}

/// How a number became, or is to become, a linked device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkMethod {
    /// The phone scans a QR code.
    Qr,
    /// The phone's owner types a code.
    Code,
}

/// Where a bot is in its life: the state's name alone, as it is kept, without what is valid for moments only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StateName {
    /// Asked for; nothing has been started yet.
    Requested,
    /// Waits for the phone to link it.
    Pairing,
    /// Linked, connecting for the first time in this process.
    Connecting,
    /// Connected and answering.
    Open,
    /// Was open, lost its connection, tries again.
    Reconnecting,
    /// Does not run because somebody said so; its session is kept.
    Stopped,
    /// Its device was removed; it has to be paired anew.
    LoggedOut,
    /// Does not run because something broke that does not mend itself.
    Failed,
}

impl StateName {
    /// All of them, in the order of a bot's life.
    pub const ALL: [Self; 8] = [
        Self::Requested,
        Self::Pairing,
        Self::Connecting,
        Self::Open,
        Self::Reconnecting,
        Self::Stopped,
        Self::LoggedOut,
        Self::Failed,
    ];

    /// The state's name, as it is in product, API and plugins.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Pairing => "pairing",
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Reconnecting => "reconnecting",
            Self::Stopped => "stopped",
            Self::LoggedOut => "logged-out",
            Self::Failed => "failed",
        }
    }
}

/// Why a bot is not open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum Cause {
    /// WhatsApp can't be reached, or the connection broke.
    Network,
    /// WhatsApp said so.
    Server {
        /// Its code, such as 503.
        code: u16,
    },
    /// The same device connected from somewhere else.
    StreamReplaced,
    /// The device was removed on the phone.
    LoggedOut,
    /// WhatsApp has banned the account for a while.
    TemporaryBan {
        /// When it ends, when WhatsApp told.
        until: Option<Millis>,
    },
    /// WhatsApp does not accept this client version any more.
    ClientOutdated,
    /// Nobody linked the device in time.
    PairingExpired,
    /// Another number than the expected one was linked.
    WrongNumber,
    /// The session's file does not open with this host's master key.
    WrongKey,
    /// The session's file can't be read or written.
    Store,
    /// Somebody stopped it.
    Stopped,
    /// It has used more than one bot may, and is paused for a while.
    OverBudget {
        /// Of what.
        of: Budget,
        /// When it goes on.
        until: Millis,
    },
}

/// What a bot may use so much of and no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// Time on the machine's processors.
    Cpu,
    /// Room in the machine's memory.
    Memory,
    /// Room on the disk.
    Storage,
}

impl Cause {
    /// The cause's name, as it is in product and API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Server { .. } => "server",
            Self::StreamReplaced => "stream-replaced",
            Self::LoggedOut => "logged-out",
            Self::TemporaryBan { .. } => "temporary-ban",
            Self::ClientOutdated => "client-outdated",
            Self::PairingExpired => "pairing-expired",
            Self::WrongNumber => "wrong-number",
            Self::WrongKey => "wrong-key",
            Self::Store => "store",
            Self::Stopped => "stopped",
            Self::OverBudget { .. } => "over-budget",
        }
    }

    /// One sentence for a person.
    pub fn sentence(&self) -> String {
        match self {
            Self::Network => "WhatsApp can't be reached, or the connection broke.".to_owned(),
            Self::Server { code } => format!("WhatsApp closed the connection (code {code})."),
            Self::StreamReplaced => "The same device connected from another program.".to_owned(),
            Self::LoggedOut => "The device was removed on the phone.".to_owned(),
            Self::TemporaryBan { .. } => "WhatsApp has banned this account for a while.".to_owned(),
            Self::ClientOutdated => "WhatsApp does not accept this version any more.".to_owned(),
            Self::PairingExpired => "Nobody linked the device in time.".to_owned(),
            Self::WrongNumber => "Another number than the expected one was linked.".to_owned(),
            Self::WrongKey => "The session does not open with this host's master key.".to_owned(),
            Self::Store => "The session's file can't be read or written.".to_owned(),
            Self::Stopped => "It was stopped.".to_owned(),
            Self::OverBudget { of, .. } => match of {
                Budget::Cpu => "It has kept the processor busier than one bot may, and is paused.",
                Budget::Memory => "It holds more in memory than one bot may, and is paused.",
                Budget::Storage => "It holds more on the disk than one bot may, and is paused.",
            }
            .to_owned(),
        }
    }
}

/// A row of the registry: everything that the host knows of a bot without opening its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BotRecord {
    /// Its identity.
    pub id: BotId,
    /// Main bot or sub-bot.
    pub role: BotRole,
    /// The account's address by number: the requested one while it pairs, none when a QR code is shown to whoever comes.
    pub jid: Option<Jid>,
    /// The account's linked identity, once known.
    pub lid: Option<Jid>,
    /// Whose bot it is, as a folded address. The main bot has none: it is the operator's.
    pub owner: Option<Jid>,
    /// What its owner calls it; may be empty.
    pub name: String,
    /// How it was linked.
    pub method: LinkMethod,
    /// The language in which its owner is told about it.
    pub language: String,
    /// The name of the plan that it is on.
    pub plan: Option<String>,
    /// When the plan ends; never, when none.
    pub expires: Option<Millis>,
    /// When it was asked for.
    pub created: Millis,
    /// When it last became [`StateName::Open`].
    pub last_connect: Option<Millis>,
    /// Whether it has never been open yet.
    pub new: bool,
    /// Whether somebody stopped it: it is not started again until somebody starts it.
    pub stopped: bool,
    /// Where it is in its life.
    pub state: StateName,
    /// Why it is not open, when there is a reason.
    pub cause: Option<Cause>,
    /// Since when it is in this state.
    pub since: Millis,
}

impl BotRecord {
    /// A bot that was just asked for.
    pub fn requested(id: BotId, role: BotRole, method: LinkMethod, at: Millis) -> Self {
        Self {
            id,
            role,
            jid: None,
            lid: None,
            owner: None,
            name: String::new(),
            method,
            language: "en".to_owned(),
            plan: None,
            expires: None,
            created: at,
            last_connect: None,
            new: true,
            stopped: false,
            state: StateName::Requested,
            cause: None,
            since: at,
        }
    }

    /// The account's phone number, when known.
    pub fn number(&self) -> Option<PhoneNumber> {
        self.jid.as_ref().and_then(Jid::number)
    }

    /// Whether it is connected.
    pub fn connected(&self) -> bool {
        self.state == StateName::Open
    }

    /// Moves to a state; the time is kept when it is the state and cause that it is in already.
    pub fn enter(&mut self, state: StateName, cause: Option<Cause>, at: Millis) {
        if self.state == state && self.cause == cause {
            return;
        }
        self.state = state;
        self.cause = cause;
        self.since = at;
        if state == StateName::Open {
            self.last_connect = Some(at);
            self.new = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_is_remembered_once() {
        let id = BotId::from_random([1; 16]);
        let mut bot = BotRecord::requested(id, BotRole::Main, LinkMethod::Qr, 10);
        assert!(bot.new && !bot.connected());
        bot.enter(StateName::Open, None, 20);
        bot.enter(StateName::Open, None, 30);
        assert!(!bot.new && bot.connected());
        assert_eq!((bot.since, bot.last_connect), (20, Some(20)));
        bot.enter(StateName::Reconnecting, Some(Cause::Network), 40);
        assert_eq!((bot.since, bot.last_connect), (40, Some(20)));
    }
}
