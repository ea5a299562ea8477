//! Lines about pairing, states, the network, the host and the clock.

use super::cast::Parsed;
use super::cursor::Cursor;
use super::{BotState, Fault, Mistake, Name, QrSource, Step};

pub(super) fn scan(phone: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("alice scans main");
    cursor.word();
    let source = if cursor.eat_word("page") {
        QrSource::Page
    } else {
        QrSource::Bot(cursor.name("the bot that sent the QR code, or `page`")?)
    };
    Ok((Step::Scan { phone, source }, cursor))
}

pub(super) fn enter(phone: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("alice enters main");
    cursor.word();
    let bot = cursor.name("the bot that sent the pairing code")?;
    Ok((Step::Enter { phone, bot }, cursor))
}

pub(super) fn confirm(phone: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("alice confirms main");
    cursor.word();
    let bot = cursor.name("the bot that asked for it")?;
    Ok((Step::Confirm { phone, bot }, cursor))
}

pub(super) fn unlink(phone: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("alice unlinks shop");
    cursor.word();
    let bot = cursor.name("the bot whose device is removed")?;
    Ok((Step::Unlink { phone, bot }, cursor))
}

pub(super) fn wants(phone: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("carol wants invitations");
    cursor.word();
    if !cursor.eat_word("invitations") {
        return Err(cursor.expected("`invitations`"));
    }
    Ok((Step::WantsInvitations { phone }, cursor))
}

pub(super) fn state(bot: Name, cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("shop is open within 20s");
    cursor.word();
    if cursor.eat_word("gone") {
        let within = cursor.within()?;
        return Ok((Step::Gone { bot, within }, cursor));
    }
    let state = BotState::ALL
        .into_iter()
        .find(|state| state.word() == cursor.peek())
        .ok_or_else(|| {
            let words: Vec<_> = BotState::ALL.iter().map(|state| state.word()).collect();
            cursor.expected(format!("one of {}, gone", words.join(", ")))
        })?;
    cursor.word();
    let within = cursor.within()?;
    Ok((Step::State { bot, state, within }, cursor))
}

impl BotState {
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

    /// The state as transcripts and the host's interface write it.
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

pub(super) fn network(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("network drops shop");
    let away = match cursor.peek() {
        "drops" => true,
        "returns" => false,
        _ => return Err(cursor.expected("`drops` or `returns`")),
    };
    cursor.word();
    let bot = cursor.name("the bot's name")?;
    Ok((Step::Network { bot, away }, cursor))
}

pub(super) fn host(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("host is killed");
    if cursor.eat_word("starts") {
        return Ok((Step::HostStarts, cursor));
    }
    if cursor.eat_word("is") && cursor.eat_word("killed") {
        return Ok((Step::HostIsKilled, cursor));
    }
    Err(cursor.expected("`host is killed` or `host starts`"))
}

pub(super) fn time(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("time passes 61s");
    if !cursor.eat_word("passes") {
        return Err(cursor.expected("`passes` and how much"));
    }
    Ok((Step::TimePasses(cursor.duration()?), cursor))
}

pub(super) fn fault(cursor: Cursor<'_>) -> Parsed<'_> {
    let mut cursor = cursor.with_example("fault main: 503");
    let bot = cursor.name("the bot's name")?;
    if !cursor.eat(":") {
        return Err(cursor.expected("`:` and what goes wrong"));
    }
    let fault = kind_of_fault(&mut cursor)?;
    Ok((Step::Fault { bot, fault }, cursor))
}

fn kind_of_fault(cursor: &mut Cursor<'_>) -> Result<Fault, Mistake> {
    let before = cursor.clone();
    Ok(match cursor.word() {
        "drop" => Fault::Drop,
        "503" => Fault::StreamError(503),
        "515" => Fault::StreamError(515),
        "401" => Fault::LogOut,
        "replaced" => Fault::Replaced,
        "slow" => Fault::Slow(cursor.duration()?),
        "lost" if cursor.eat_word("ack") => Fault::LostAck(count(cursor)?),
        "duplicate" => Fault::Duplicate(count(cursor)?),
        "reorder" => Fault::Reorder(count(cursor)?),
        "garbage" => Fault::Garbage,
        "ban" => Fault::Ban(cursor.duration()?),
        "outdated" => Fault::Outdated,
        "new" if cursor.eat_word("qr") => Fault::NewQr,
        "passkey" => Fault::Passkey(true),
        "no" if cursor.eat_word("passkey") => Fault::Passkey(false),
        _ => {
            return Err(before.expected(
                "one of drop, 503, 515, 401, replaced, slow 300ms, lost ack [N], duplicate [N], reorder [N], garbage, ban 60s, outdated, new qr, passkey, no passkey",
            ));
        }
    })
}

/// How many times; once, when nothing is said.
fn count(cursor: &mut Cursor<'_>) -> Result<u32, Mistake> {
    if cursor.at_end() {
        return Ok(1);
    }
    let count = cursor.peek().parse().ok().filter(|count| *count > 0);
    let count = count.ok_or_else(|| cursor.expected("how many, from 1"))?;
    cursor.word();
    Ok(count)
}
