//! Why a file is refused.

/// Why a file can't be written, or is not taken in. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It is larger than archives are.
    #[error(
        "the archive is larger than {most} bytes; it was not made by jadi, or keeps more than a bot may"
    )]
    TooLarge {
        /// How large one may be.
        most: u64,
    },
    /// It unfolds to more than archives hold.
    #[error("the archive unfolds to more than {most} bytes; it was not made by jadi")]
    Bomb {
        /// To how much one may.
        most: u64,
    },
    /// It is something else.
    #[error("this is no archive of a bot's data ({why}); export it again with !exportdata")]
    NotOne {
        /// What was found.
        why: String,
    },
    /// It was made by a later version.
    #[error(
        "the archive has version {version}, and this jadi reads up to {known}; import it with a newer jadi"
    )]
    Newer {
        /// Its version.
        version: u32,
        /// The newest known one.
        known: u32,
    },
    /// It has something in it that does not belong there.
    #[error(
        "the archive has a member {name:?} that does not belong there; it was not made by jadi, or was changed since"
    )]
    Stranger {
        /// The member's name, cut short.
        name: String,
    },
    /// Something in it is not what its manifest says.
    #[error(
        "the archive's {member} is not what its manifest says ({why}); it was cut off or changed, export it again"
    )]
    Damaged {
        /// Which member.
        member: &'static str,
        /// What differs.
        why: String,
    },
    /// A piece can't be read.
    #[error("line {line} of the archive's {member} can't be read: {source}")]
    Piece {
        /// Which member.
        member: &'static str,
        /// Which line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// It can't be read or written.
    #[error("the archive can't be read or written: {0}")]
    Io(#[from] std::io::Error),
}
