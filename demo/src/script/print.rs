//! Steps as lines: what is printed parses to the same step.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use jadi_simulator::MediaKind;

use super::pattern::escape;
use super::{
    Account, Content, Expectation, Expected, Fault, Member, MemberChange, Name, QrSource, Script,
    Step,
};

impl Display for Script {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{}", line.step)?;
        }
        Ok(())
    }
}

impl Display for Name {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Account {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.number)
    }
}

impl Display for Member {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, if self.admin { "*" } else { "" })
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comment(text) if text.is_empty() => f.write_str("#"),
            Self::Comment(text) => write!(f, "# {text}"),
            Self::Phone(account) => write!(f, "phone {account}"),
            Self::Owner(account) => write!(f, "owner {account}"),
            Self::Limit { name, value } => write!(f, "limit {name}={value}"),
            Self::Bot { account, owner } => write!(f, "bot {account} owner {owner}"),
            Self::Group { name, members } => write!(f, "group {name}: {}", list(members)),
            Self::Server { host, status, body } => {
                write!(f, "server {host} answers {status}: {}", escape(body))
            }
            Self::AsBot(account) => write!(f, "as bot {} := {}", account.name, account.number),
            Self::Send { from, to, content } => write!(f, "{from} -> {to}{content}"),
            Self::Reply {
                from,
                quoting,
                content,
            } => {
                write!(f, "{from} replies")?;
                if let Some(text) = quoting {
                    write!(f, " {}", quoted(text))?;
                }
                write!(f, "{content}")
            }
            Self::Expect(expectation) => write!(f, "{expectation}"),
            Self::Edit { who, text, to } => {
                write!(f, "{who} edits {}: {}", quoted(text), escape(to))
            }
            Self::Delete { who, text, of } => {
                write!(f, "{who} deletes {}", quoted(text))?;
                of.iter().try_for_each(|author| write!(f, " of {author}"))
            }
            Self::GroupChange { group, change } => write!(f, "{group} {change}"),
            Self::Scan { phone, source } => match source {
                QrSource::Bot(bot) => write!(f, "{phone} scans {bot}"),
                QrSource::Page => write!(f, "{phone} scans page"),
            },
            Self::Enter { phone, bot } => write!(f, "{phone} enters {bot}"),
            Self::Confirm { phone, bot } => write!(f, "{phone} confirms {bot}"),
            Self::WantsInvitations { phone } => write!(f, "{phone} wants invitations"),
            Self::Vote { who, options } => {
                let options: Vec<_> = options.iter().map(|option| escape(option)).collect();
                write!(f, "{who} votes: {}", options.join(" | "))
            }
            Self::Goes { who, group, comes } => {
                let verb = if *comes { "joins" } else { "leaves" };
                write!(f, "{who} {verb} {group}")
            }
            Self::Picture { phone, path } => write!(f, "{phone} has picture {path}"),
            Self::Unlink { phone, bot } => write!(f, "{phone} unlinks {bot}"),
            Self::State { bot, state, within } => {
                write!(f, "{bot} is {}{}", state.word(), Within(*within))
            }
            Self::Gone { bot, within } => write!(f, "{bot} is gone{}", Within(*within)),
            Self::Network { bot, away } => {
                write!(
                    f,
                    "network {} {bot}",
                    if *away { "drops" } else { "returns" }
                )
            }
            Self::Fault { bot, fault } => write!(f, "fault {bot}: {fault}"),
            Self::HostIsKilled => f.write_str("host is killed"),
            Self::HostStarts => f.write_str("host starts"),
            Self::TimePasses(time) => write!(f, "time passes {}", Span(*time)),
        }
    }
}

/// With the brackets, the colon and the text, ready to follow a head.
impl Display for Content {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            let once = if file.once { " once" } else { "" };
            write!(f, " [{} {}{once}]", kind_word(file.kind), file.path)?;
        }
        if self.text.is_empty() {
            return Ok(());
        }
        write!(f, ": {}", escape(&self.text))
    }
}

impl Display for Expectation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} <- {}", self.receiver, self.chat)?;
        if let Some(author) = &self.author {
            write!(f, "/{author}")?;
        }
        let (bracket, text) = match &self.what {
            Expected::Nothing => (String::new(), "nothing".to_owned()),
            Expected::Text(text) => (String::new(), text.to_string()),
            Expected::Media(kind, text) => (format!(" [{}]", kind_word(*kind)), text.to_string()),
            Expected::Reaction(emoji, text) => (format!(" [reaction {emoji}]"), text.to_string()),
            Expected::Invitation(text) => (" [invitation]".to_owned(), text.to_string()),
            Expected::Poll(text) => (" [poll]".to_owned(), text.to_string()),
            Expected::Edit(text) => (" [edit]".to_owned(), text.to_string()),
            Expected::Delete(text) => (" [delete]".to_owned(), text.to_string()),
        };
        write!(f, "{bracket}{}: {text}", Within(self.within))
    }
}

impl Display for MemberChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (verb, names) = match self {
            Self::Add(names) => ("+", names),
            Self::Remove(names) => ("-", names),
            Self::Promote(names) => ("admin", names),
            Self::Demote(names) => ("member", names),
        };
        write!(f, "{verb} {}", list(names))
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let times = |count: &u32| match count {
            1 => String::new(),
            more => format!(" {more}"),
        };
        match self {
            Self::Drop => f.write_str("drop"),
            Self::StreamError(code) => write!(f, "{code}"),
            Self::LogOut => f.write_str("401"),
            Self::Replaced => f.write_str("replaced"),
            Self::Slow(by) => write!(f, "slow {}", Span(*by)),
            Self::LostAck(count) => write!(f, "lost ack{}", times(count)),
            Self::Duplicate(count) => write!(f, "duplicate{}", times(count)),
            Self::Reorder(count) => write!(f, "reorder{}", times(count)),
            Self::Garbage => f.write_str("garbage"),
            Self::Ban(time) => write!(f, "ban {}", Span(*time)),
            Self::Outdated => f.write_str("outdated"),
            Self::NewQr => f.write_str("new qr"),
            Self::Passkey(true) => f.write_str("passkey"),
            Self::Passkey(false) => f.write_str("no passkey"),
        }
    }
}

/// `within 20s` with the space before it, or nothing.
struct Within(Option<Duration>);

impl Display for Within {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|time| write!(f, " within {}", Span(*time)))
    }
}

/// A time in the largest unit that holds it whole.
pub(crate) struct Span(pub(crate) Duration);

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_millis();
        let units = [
            (86_400_000, "d"),
            (3_600_000, "h"),
            (60_000, "m"),
            (1_000, "s"),
        ];
        let whole = units
            .into_iter()
            .find(|(unit, _)| ms > 0 && ms.is_multiple_of(*unit));
        match whole {
            Some((unit, word)) => write!(f, "{}{word}", ms / unit),
            None => write!(f, "{ms}ms"),
        }
    }
}

/// The word for a kind of file.
pub(crate) fn kind_word(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Sticker => "sticker",
        MediaKind::Document => "document",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escape(text).replace('"', "\\\""))
}

fn list<T: Display>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(T::to_string).collect();
    items.join(", ")
}
