//! What a transcript says, as types.
//!
//! [`Script::parse`] reads a whole file and tells every mistake with its line, what was expected there and an example of
//! the right form. Printing a [`Step`] gives a line that parses to the same step. Nothing here runs anything: whether this
//! build can carry a step out is the runner's business.
//!
//! # Layout
//!
//! - [`pattern`]: how an expected text is compared.
//! - `cursor`: reading a line from left to right.
//! - `parse`, `talk`, `cast`, `world`: which line is it; then one file per family of lines.
//! - `names`: whether the lines of a file fit together.
//! - `print`: steps as lines. `problem`: what is wrong with them.

mod cast;
mod cursor;
mod names;
mod parse;
pub mod pattern;
mod print;
mod problem;
mod talk;
mod world;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use jadi_simulator::MediaKind;

pub use self::pattern::Pattern;
pub(crate) use self::print::{Span, kind_word};
pub use self::problem::{Mistake, Problem, ScriptError};

/// A transcript file.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Where it was read from; the files that it sends stand beside it.
    pub file: PathBuf,
    /// Its steps and whole-line comments, in order.
    pub lines: Vec<Line>,
}

/// One step and where it stands. A line may hold several steps of the same kind, with ` / ` between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Counted from 1.
    pub number: usize,
    /// What it says.
    pub step: Step,
}

/// The name of a phone, a bot or a group: a letter, then letters, digits, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

/// One line's meaning.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// `# text`: narration.
    Comment(String),
    /// `phone alice 6280000000101`
    Phone(Account),
    /// `owner root 6280000000001`: a phone that is a system owner.
    Owner(Account),
    /// `limit bot.cpu_percent=1`: what the host's configuration says of `limits`, from its start on.
    Limit {
        /// Its name within the table.
        name: String,
        /// Its value, as the configuration takes it.
        value: String,
    },
    /// `bot shop 6280000000200 owner alice`: a sub-bot.
    Bot {
        /// The sub-bot.
        account: Account,
        /// Whose it is.
        owner: Name,
    },
    /// `server api.example.org answers 200: {"rate": 2}`: a server that plugins may ask, on this machine. Several lines for
    /// one are its answers in turn, of which the last stays.
    Server {
        /// Its name.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The answer's body.
        body: String,
    },
    /// `group friends: alice*, bob, shop*`
    Group {
        /// The group.
        name: Name,
        /// Who is in it.
        members: Vec<Member>,
    },
    /// `as bot alice2 := 6280000000101`: names a bot that was made in the transcript.
    AsBot(Account),
    /// `alice -> shop [image cat.jpg]: text`
    Send {
        /// Who writes.
        from: Name,
        /// A bot, a phone or a group.
        to: Name,
        /// What is said.
        content: Content,
    },
    /// `bob replies "look" : text`
    Reply {
        /// Who writes.
        from: Name,
        /// The text of the message that is answered; without, the last one that they saw where they last were.
        quoting: Option<String>,
        /// What is said.
        content: Content,
    },
    /// `alice <- shop: text`
    Expect(Expectation),
    /// `bob edits "hello": goodbye`
    Edit {
        /// Whose message it is.
        who: Name,
        /// Its text until now.
        text: String,
        /// Its text from then on.
        to: String,
    },
    /// `bob deletes "hello"`, `alice deletes "hello" of bob`
    Delete {
        /// Who deletes.
        who: Name,
        /// The text of the message.
        text: String,
        /// Whose message it is, unless their own.
        of: Option<Name>,
    },
    /// `friends + carol, dave` and the like.
    GroupChange {
        /// The group.
        group: Name,
        /// What changes.
        change: MemberChange,
    },
    /// `alice scans main`, `alice scans page`
    Scan {
        /// Whose phone.
        phone: Name,
        /// Where the QR code is.
        source: QrSource,
    },
    /// `alice enters main`: types the pairing code that the bot last sent.
    Enter {
        /// Whose phone.
        phone: Name,
        /// The bot that sent the code.
        bot: Name,
    },
    /// `alice confirms main`: writes the command with the code that the bot last asked for.
    Confirm {
        /// Who writes.
        phone: Name,
        /// The bot that asked.
        bot: Name,
    },
    /// `carol wants invitations`: lets nobody add her account to groups.
    WantsInvitations {
        /// Whose.
        phone: Name,
    },
    /// `bob votes: tea | water`: in the last poll that he sees; nothing after the colon takes his vote back.
    Vote {
        /// Who votes.
        who: Name,
        /// What they choose.
        options: Vec<String>,
    },
    /// `carol joins friends`, `carol leaves friends`: by herself, with the group's invitation link.
    Goes {
        /// Who.
        who: Name,
        /// Into which group, or out of it.
        group: Name,
        /// Whether she comes.
        comes: bool,
    },
    /// `bob has picture square.png`: his profile picture, from beside the transcript.
    Picture {
        /// Whose.
        phone: Name,
        /// The file's path, from the transcript's directory.
        path: String,
    },
    /// `alice unlinks shop`
    Unlink {
        /// Whose phone.
        phone: Name,
        /// The linked device's bot.
        bot: Name,
    },
    /// `shop is open within 20s`
    State {
        /// The bot.
        bot: Name,
        /// The state it must reach.
        state: BotState,
        /// How long it may take.
        within: Option<Duration>,
    },
    /// `shop is gone`
    Gone {
        /// The bot.
        bot: Name,
        /// How long it may take.
        within: Option<Duration>,
    },
    /// `network drops shop`, `network returns shop`
    Network {
        /// The bot.
        bot: Name,
        /// Whether it goes away or comes back.
        away: bool,
    },
    /// `fault main: 503`
    Fault {
        /// The bot.
        bot: Name,
        /// What goes wrong.
        fault: Fault,
    },
    /// `host is killed`
    HostIsKilled,
    /// `host starts`
    HostStarts,
    /// `time passes 61s`
    TimePasses(Duration),
}

/// A WhatsApp account with a name in the transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What the transcript calls it.
    pub name: Name,
    /// Its phone number, digits only.
    pub number: String,
}

/// Somebody in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// A phone or a bot.
    pub name: Name,
    /// Whether they are an admin.
    pub admin: bool,
}

/// What is sent: a text, a file, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// A file beside the transcript.
    pub file: Option<FileToSend>,
    /// The text, or the file's caption; may be empty with a file only.
    pub text: String,
}

/// `[image cat.jpg]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileToSend {
    /// As what it is sent.
    pub kind: MediaKind,
    /// Its path, from the transcript's directory.
    pub path: String,
    /// Whether it is to be seen once only.
    pub once: bool,
}

/// What a phone must get, or not get.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// The phone.
    pub receiver: Name,
    /// The chat, or the group.
    pub chat: Name,
    /// By whom, in a group: `friends/shop`.
    pub author: Option<Name>,
    /// What.
    pub what: Expected,
    /// How long it may take.
    pub within: Option<Duration>,
}

/// What is expected of a message or of what happens to one.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// Nothing further, once all is idle.
    Nothing,
    /// A message that is text only.
    Text(Pattern),
    /// A file with this caption.
    Media(MediaKind, Pattern),
    /// This emoji on a message with this text.
    Reaction(String, Pattern),
    /// A message's text becomes this.
    Edit(Pattern),
    /// A message that had this text is deleted for everyone.
    Delete(Pattern),
    /// An invitation to the group with this name.
    Invitation(Pattern),
    /// A poll: its question and options, with ` | ` between them.
    Poll(Pattern),
}

/// What changes in a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberChange {
    /// `+`: an admin adds these.
    Add(Vec<Name>),
    /// `-`: an admin removes these.
    Remove(Vec<Name>),
    /// `admin`: an admin makes these admins.
    Promote(Vec<Name>),
    /// `member`: an admin makes these ordinary members.
    Demote(Vec<Name>),
}

/// Where a QR code is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QrSource {
    /// In the chat with this bot.
    Bot(Name),
    /// On the connect page.
    Page,
}

/// A bot's state, as the host's interface names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BotState {
    /// Asked for, nothing started yet.
    Requested,
    /// Waits for its phone.
    Pairing,
    /// Logs in.
    Connecting,
    /// In service.
    Open,
    /// Lost its connection and tries again.
    Reconnecting,
    /// Stopped by somebody.
    Stopped,
    /// Unlinked.
    LoggedOut,
    /// Needs somebody to do something.
    Failed,
}

/// What can go wrong between WhatsApp and a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `drop`: the connection breaks without a word.
    Drop,
    /// `503`, `515`: the server ends the stream with this code.
    StreamError(u16),
    /// `401`: the device is logged out at its next login.
    LogOut,
    /// `replaced`: another client takes the device's place.
    Replaced,
    /// `slow 300ms`: everything to the bot is held back that long; `slow 0ms` ends it.
    Slow(Duration),
    /// `lost ack`: the server's acknowledgement of this many next messages is lost.
    LostAck(u32),
    /// `duplicate`: this many next messages are delivered twice.
    Duplicate(u32),
    /// `reorder`: this many next stanzas change places.
    Reorder(u32),
    /// `garbage`: a frame that nobody can decrypt.
    Garbage,
    /// `ban 60s`: the account is banned for a while.
    Ban(Duration),
    /// `outdated`: the server refuses the client's version.
    Outdated,
    /// `new qr`: whoever shows QR codes gets others, and the old ones are good no more.
    NewQr,
    /// `passkey`, `no passkey`: the account wants a passkey confirmed before a device is linked, or not any more.
    Passkey(bool),
}

impl Script {
    /// Reads and parses a file.
    ///
    /// # Errors
    ///
    /// [`ScriptError`] with every wrong line.
    pub fn read(file: &Path) -> Result<Self, ScriptError> {
        let text = std::fs::read_to_string(file).map_err(|source| ScriptError::Read {
            file: file.to_owned(),
            source,
        })?;
        Self::parse(file, &text)
    }

    /// Parses `text`; `file` is for messages and for the files that the transcript sends.
    ///
    /// # Errors
    ///
    /// [`ScriptError::Lines`] with every wrong line.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ScriptError> {
        let (lines, mut mistakes) = parse::lines(text);
        if mistakes.is_empty() {
            mistakes = names::check(&lines);
        }
        if mistakes.is_empty() {
            return Ok(Self {
                file: file.to_owned(),
                lines,
            });
        }
        let problem = |(line, mistake)| Problem {
            file: file.to_owned(),
            line,
            mistake,
        };
        Err(ScriptError::Lines(
            mistakes.into_iter().map(problem).collect(),
        ))
    }
}

impl Name {
    /// The bot that is always there.
    pub const MAIN: &'static str = "main";
    /// The system owner's phone that is there by default.
    pub const ROOT: &'static str = "root";

    /// `text` as a name, if it is one and means nothing else in a transcript.
    pub fn new(text: &str) -> Option<Self> {
        const TAKEN: [&str; 12] = [
            "phone", "owner", "limit", "bot", "group", "as", "network", "host", "time", "fault",
            "page", "nothing",
        ];
        let well_formed = text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        (well_formed && !TAKEN.contains(&text)).then(|| Self(text.to_owned()))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
