//! What a bot is doing, as chat, page and API tell it.

use crate::clock::Millis;
use crate::model::{Cause, Jid, StateName};
use crate::whatsapp::DisconnectCause;

/// Where a bot is in its life.
#[derive(Clone, PartialEq, Eq)]
pub enum BotState {
    /// Wanted; its session is being made.
    Requested,
    /// Waits for a person to link it on the phone.
    Pairing(Pairing),
    /// The phone has linked it a moment ago, and it logs in for the first time.
    Paired,
    /// Linked, and on its way to being open for the first time in this process.
    Connecting,
    /// Connected and answering.
    Open,
    /// Was connected, or should be, and tries again.
    Reconnecting,
    /// Not running because somebody wants it so, or because it must not fight for its connection.
    Stopped,
    /// The device was removed on the phone: the session is worth nothing any more.
    LoggedOut,
    /// Can't go on without a person.
    Failed,
}

impl BotState {
    /// The state without what is valid for moments only, as the registry keeps it.
    pub fn kept(&self) -> StateName {
        match self {
            Self::Requested => StateName::Requested,
            Self::Pairing(_) => StateName::Pairing,
            Self::Paired | Self::Connecting => StateName::Connecting,
            Self::Open => StateName::Open,
            Self::Reconnecting => StateName::Reconnecting,
            Self::Stopped => StateName::Stopped,
            Self::LoggedOut => StateName::LoggedOut,
            Self::Failed => StateName::Failed,
        }
    }

    /// The state for a person.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Requested => "Getting ready",
            Self::Pairing(_) => "Waiting to be linked",
            Self::Paired => "Linked on the phone",
            Self::Connecting => "Connecting",
            Self::Open => "Open",
            Self::Reconnecting => "Reconnecting",
            Self::Stopped => "Stopped",
            Self::LoggedOut => "Logged out",
            Self::Failed => "Needs your help",
        }
    }

    /// The state's name, as it is in product and API.
    pub fn name(&self) -> &'static str {
        self.kept().word()
    }
}

/// Without pairing codes.
impl std::fmt::Debug for BotState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// What the person has to do to link the bot.
#[derive(Clone, PartialEq, Eq)]
pub enum Pairing {
    /// Scan a QR code.
    Qr {
        /// The text in it.
        code: String,
        /// Since when it is shown.
        from: Millis,
        /// When it stops being good.
        until: Millis,
    },
    /// Type a code.
    Code {
        /// Eight characters, without the dash.
        code: String,
        /// Since when it is shown.
        from: Millis,
        /// When it stops being good.
        until: Millis,
    },
    /// Confirm with a passkey on the phone.
    Passkey,
}

impl From<DisconnectCause> for Cause {
    fn from(cause: DisconnectCause) -> Self {
        match cause {
            DisconnectCause::Network => Self::Network,
            DisconnectCause::Server { code } => Self::Server { code },
            DisconnectCause::StreamReplaced => Self::StreamReplaced,
            DisconnectCause::LoggedOut => Self::LoggedOut,
            DisconnectCause::TemporaryBan { until } => Self::TemporaryBan { until },
            DisconnectCause::ClientOutdated => Self::ClientOutdated,
        }
    }
}

/// The account that a bot is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its address.
    pub jid: Jid,
    /// Its linked identity, when known.
    pub lid: Option<Jid>,
}

/// A bot's state with what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BotStatus {
    /// Where it is.
    pub state: BotState,
    /// Since when it is there.
    pub since: Millis,
    /// Why it is not open, when there is a reason.
    pub cause: Option<Cause>,
    /// Its account, when it is linked.
    pub account: Option<Account>,
    /// When it tries again, while it waits for that.
    pub next_try: Option<Millis>,
}

impl BotStatus {
    /// A bot that was just asked for.
    pub fn requested(account: Option<Account>, now: Millis) -> Self {
        Self {
            state: BotState::Requested,
            since: now,
            cause: None,
            account,
            next_try: None,
        }
    }

    /// Goes to `state`; staying in the same one does not start its time again.
    pub(super) fn go(&mut self, state: BotState, now: Millis) {
        if std::mem::discriminant(&self.state) != std::mem::discriminant(&state) {
            self.since = now;
        }
        self.state = state;
        self.next_try = None;
    }

    /// The next thing that the person in front of it can do, one sentence.
    pub fn next_step(&self) -> &'static str {
        match (&self.state, &self.cause) {
            (BotState::Requested, None) => "Wait a moment: the session is being prepared.",
            (BotState::Requested | BotState::Reconnecting, Some(Cause::TemporaryBan { .. })) => {
                "Wait until the ban ends; it connects again by itself. Use WhatsApp on the phone as usual."
            }
            (BotState::Requested | BotState::Reconnecting, Some(Cause::OverBudget { .. })) => {
                "It goes on by itself after the pause; start it to go on now."
            }
            (BotState::Requested, Some(Cause::PairingExpired)) => {
                "Wait a moment: a new code is being made."
            }
            (
                BotState::Requested | BotState::Connecting | BotState::Reconnecting,
                Some(Cause::Store),
            ) => "It tries again by itself. If it lasts, look at the log: is the disk full?",
            (BotState::Requested | BotState::Connecting | BotState::Reconnecting, Some(_)) => {
                "It tries again by itself. If it lasts, check that this machine reaches web.whatsapp.com."
            }
            (BotState::Pairing(Pairing::Qr { .. }), _) => {
                "On the phone: WhatsApp, Settings, Linked devices, Link a device, and scan the code."
            }
            (BotState::Pairing(Pairing::Code { .. }), _) => {
                "On the phone: WhatsApp, Settings, Linked devices, Link a device, Link with phone number, and type the code."
            }
            (BotState::Pairing(Pairing::Passkey), _) => {
                "WhatsApp asks for a passkey: confirm it on the phone."
            }
            (BotState::Paired, _) => "Wait a moment: it is connecting for the first time.",
            (BotState::Connecting | BotState::Reconnecting, None) => {
                "Wait a moment: it is connecting."
            }
            (BotState::Open, _) => "Write !menu to it in WhatsApp.",
            (BotState::Stopped, Some(Cause::StreamReplaced)) => {
                "End the other program that uses this session, then start it again."
            }
            (BotState::Stopped, _) => "Start it again when you like.",
            (BotState::LoggedOut, _) => "Link it again: a new code is needed.",
            (BotState::Failed, Some(Cause::PairingExpired)) => "Ask for a new code.",
            (BotState::Failed, Some(Cause::ClientOutdated)) => {
                "Update Jadi, or set whatsapp_version in its config."
            }
            (BotState::Failed, Some(Cause::WrongNumber)) => "Link the phone with the right number.",
            (BotState::Failed, Some(Cause::WrongKey)) => {
                "Start Jadi with the master key that this data directory was made with."
            }
            (BotState::Failed, _) => "Look at the log, mend it, and start it again.",
        }
    }
}
