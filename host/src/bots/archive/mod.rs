//! A bot's data as one file: what `!exportdata` sends and `jadi import` takes in. `docs/archive.md` describes it.
//!
//! A tar archive, compressed with zstd. Its first member says what it is, in which version, of which bot, and what the others hold;
//! each of these has pieces of one kind, one a line, as JSON. What is read is nobody's word: nothing of it becomes a path, and
//! sizes, counts and digests are checked before anything is taken in.
//!
//! # Layout
//!
//! - `write`, `read`: the two directions. `error`: why a file is refused.

mod error;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use error::ArchiveError;
pub use read::{Contents, read};
pub use write::write;

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::store::Piece;

/// What the first member says the file is.
const FORMAT: &str = "jadi-bot";
/// The version of the form that is written, and the newest that is read.
const VERSION: u32 = 2;
/// The first member's name.
const MANIFEST: &str = "manifest.json";
/// The largest file, bytes.
pub const MOST: u64 = 64 << 20;
/// The most bytes that it may unfold to.
const MOST_UNFOLDED: u64 = 256 << 20;
/// The largest manifest, bytes.
const MOST_MANIFEST: u64 = 64 << 10;
/// The largest piece, bytes: a plugin's largest value as base64, and then some.
const MOST_PIECE: usize = 1 << 20;

/// What the first member says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    format: String,
    version: u32,
    /// When it was made.
    made_at: Millis,
    /// By which program.
    made_by: String,
    bot: About,
    members: Vec<Member>,
}

/// Whose data it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The bot's number, digits only.
    pub number: String,
    /// What its owner calls it; may be empty.
    pub name: String,
}

/// One of the other members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Member {
    name: String,
    /// How many pieces it has, one a line.
    pieces: u64,
    bytes: u64,
    /// The SHA-256 digest of its content, in hexadecimal.
    sha256: String,
}

/// The kinds of pieces, in the order of their members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Settings,
    Users,
    Chats,
    PluginSettings,
    PluginData,
    Scheduled,
    Days,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Settings,
        Self::Users,
        Self::Chats,
        Self::PluginSettings,
        Self::PluginData,
        Self::Scheduled,
        Self::Days,
    ];

    /// Those that an archive of this version has.
    fn of_version(version: u32) -> &'static [Self] {
        match version {
            0 => &[],
            1 => Self::ALL.split_last().map_or(&[], |(_, before)| before),
            _ => &Self::ALL,
        }
    }

    fn of(piece: &Piece) -> Self {
        match piece {
            Piece::Settings { .. } => Self::Settings,
            Piece::User { .. } => Self::Users,
            Piece::Chat { .. } => Self::Chats,
            Piece::PluginSetting { .. } => Self::PluginSettings,
            Piece::PluginData { .. } => Self::PluginData,
            Piece::Scheduled { .. } => Self::Scheduled,
            Piece::Day { .. } => Self::Days,
        }
    }

    fn member(self) -> &'static str {
        match self {
            Self::Settings => "settings.jsonl",
            Self::Users => "users.jsonl",
            Self::Chats => "chats.jsonl",
            Self::PluginSettings => "plugin-settings.jsonl",
            Self::PluginData => "plugin-data.jsonl",
            Self::Scheduled => "scheduled.jsonl",
            Self::Days => "days.jsonl",
        }
    }

    fn named(member: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.member() == member)
    }
}
