//! A bot's status as a page shows it and as its script gets it.

use serde::Serialize;

use super::language::Language;
use super::qr;
use super::shared::Shared;
use super::words;
use crate::bots::{Account, BotState, BotStatus, Pairing};
use crate::clock::Millis;
use crate::model::{BotRecord, StateName};

/// What a page shows of a bot.
#[derive(Debug, Clone, Serialize)]
pub(super) struct View {
    /// The state's name.
    pub(super) state: &'static str,
    /// The state for a person.
    pub(super) title: &'static str,
    /// Why it is not open, one sentence; may be empty.
    pub(super) cause: String,
    /// What the person can do, one sentence.
    pub(super) next: &'static str,
    /// Since when, milliseconds.
    pub(super) since: Millis,
    /// The time at the server, milliseconds, to count down by.
    pub(super) now: Millis,
    /// Whether a person has to start it.
    pub(super) rests: bool,
    /// The account, masked; empty when there is none.
    pub(super) number: String,
    /// What the page says when it hears no more from the host.
    #[serde(skip)]
    pub(super) lost: &'static str,
    /// What links it, only where the page's key was given.
    pub(super) link: Option<Link>,
}

/// What links a bot.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Link {
    /// The QR code as a data URI; empty when it is a typed code.
    pub(super) qr: String,
    /// The typed code as XXXX-XXXX; empty when it is a QR code.
    pub(super) code: String,
    /// Since when it is good, milliseconds.
    pub(super) from: Millis,
    /// When it stops being good, milliseconds.
    pub(super) until: Millis,
}

impl View {
    /// For anybody who sees the page.
    pub(super) fn public(status: &BotStatus, now: Millis, language: Language) -> Self {
        let state = &status.state;
        Self {
            state: state.name(),
            title: words::title(state, language),
            cause: status
                .cause
                .as_ref()
                .map(|cause| words::cause(cause, language))
                .unwrap_or_default(),
            next: words::next_step(status, language),
            since: status.since,
            now,
            rests: matches!(
                state,
                BotState::Stopped | BotState::LoggedOut | BotState::Failed
            ),
            number: status
                .account
                .as_ref()
                .and_then(|account| Some(account.jid.number()?.masked()))
                .unwrap_or_default(),
            lost: language.texts().lost,
            link: None,
        }
    }

    /// For its owner, on a page that names the number itself.
    pub(super) fn own(status: &BotStatus, now: Millis, language: Language) -> Self {
        Self {
            number: String::new(),
            ..Self::public(status, now, language)
        }
    }

    /// Whether a code is typed to link it, rather than scanned.
    pub(super) fn by_code(&self) -> bool {
        self.link.as_ref().is_some_and(|link| !link.code.is_empty())
    }

    /// For who has asked for it. What has become a bot is started on its own page, if somebody has stopped it.
    pub(super) fn attempt(status: &BotStatus, now: Millis, language: Language) -> Self {
        Self {
            rests: matches!(status.state, BotState::LoggedOut | BotState::Failed),
            ..Self::linking(status, now, language)
        }
    }

    /// For who may link the bot.
    pub(super) fn linking(status: &BotStatus, now: Millis, language: Language) -> Self {
        Self {
            link: link(&status.state),
            ..Self::public(status, now, language)
        }
    }
}

fn link(state: &BotState) -> Option<Link> {
    match state {
        BotState::Pairing(Pairing::Qr { code, from, until }) => Some(Link {
            qr: qr::data_uri(code).ok()?,
            code: String::new(),
            from: *from,
            until: *until,
        }),
        BotState::Pairing(Pairing::Code { code, from, until }) => Some(Link {
            qr: String::new(),
            code: dashed(code),
            from: *from,
            until: *until,
        }),
        _ => None,
    }
}

/// `XXXX-XXXX`, as phones show it.
pub(super) fn dashed(code: &str) -> String {
    match (code.get(..4), code.get(4..)) {
        (Some(first), Some(last)) => format!("{first}-{last}"),
        _ => code.to_owned(),
    }
}

/// How a bot is: as it runs or, when it could not be brought up, as it was last.
pub(super) fn status_of(shared: &Shared, bot: &BotRecord) -> BotStatus {
    match shared.parts.instances.get(bot.id) {
        Some(instance) => instance.status(),
        None => kept(bot),
    }
}

fn kept(bot: &BotRecord) -> BotStatus {
    let state = match bot.state {
        // What it was linked with is over with the process that showed it.
        StateName::Requested | StateName::Pairing => BotState::Requested,
        StateName::Connecting => BotState::Connecting,
        StateName::Open | StateName::Reconnecting => BotState::Reconnecting,
        StateName::Stopped => BotState::Stopped,
        StateName::LoggedOut => BotState::LoggedOut,
        StateName::Failed => BotState::Failed,
    };
    let account = bot.jid.clone().map(|jid| Account {
        jid,
        lid: bot.lid.clone(),
    });
    BotStatus {
        state,
        since: bot.since,
        cause: bot.cause.clone(),
        account,
        next_try: None,
    }
}
