//! Reading an archive, whoever made it.

use std::io::{self, Read};

use ruzstd::decoding::StreamingDecoder;
use sha2::{Digest as _, Sha256};

use super::{
    About, ArchiveError, FORMAT, Kind, MANIFEST, MOST, MOST_MANIFEST, MOST_PIECE, MOST_UNFOLDED,
    Manifest, Member, VERSION,
};
use crate::store::Piece;

/// What an archive has in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// Whose data it is.
    pub about: About,
    /// The pieces, in the order of their kinds.
    pub pieces: Vec<Piece>,
}

/// Reads a whole archive into memory.
///
/// # Errors
///
/// What is wrong with it, as an [`ArchiveError`].
pub fn read(archive: &[u8]) -> Result<Contents, ArchiveError> {
    if u64::try_from(archive.len()).unwrap_or(u64::MAX) > MOST {
        return Err(ArchiveError::TooLarge { most: MOST });
    }
    let unfolded = StreamingDecoder::new(archive).map_err(not_one)?;
    let mut bounded = Bounded {
        inner: unfolded,
        left: MOST_UNFOLDED,
        over: false,
    };
    let read = entries(&mut tar::Archive::new(&mut bounded));
    match read {
        // What the reader below it says is lost on the way.
        Err(ArchiveError::Io(_) | ArchiveError::NotOne { .. } | ArchiveError::Damaged { .. })
            if bounded.over =>
        {
            Err(ArchiveError::Bomb {
                most: MOST_UNFOLDED,
            })
        }
        other => other,
    }
}

fn entries(tar: &mut tar::Archive<impl Read>) -> Result<Contents, ArchiveError> {
    let mut entries = tar.entries().map_err(not_one)?;
    // With nothing to come, whatever comes is a stranger.
    let mut next = |most: Option<u64>| -> Result<Option<(String, Vec<u8>)>, ArchiveError> {
        let Some(entry) = entries.next() else {
            return Ok(None);
        };
        let mut entry = entry.map_err(not_one)?;
        let path = entry.path_bytes();
        let name: String = String::from_utf8_lossy(&path).chars().take(100).collect();
        let is_file = entry.header().entry_type() == tar::EntryType::Regular;
        let is_ours = is_file && (name == MANIFEST || Kind::named(&name).is_some());
        let (true, Some(most)) = (is_ours, most) else {
            return Err(ArchiveError::Stranger { name });
        };
        if entry.size() > most {
            return Err(ArchiveError::Bomb { most });
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        Ok(Some((name, content)))
    };

    let manifest = match next(Some(MOST_MANIFEST))? {
        Some((name, content)) if name == MANIFEST => parse(&content)?,
        _ => return Err(not_one("its first member is no manifest")),
    };
    let mut pieces = Vec::new();
    let kinds = Kind::of_version(manifest.version);
    for (kind, member) in kinds.iter().zip(&manifest.members) {
        let damaged = |why: String| ArchiveError::Damaged {
            member: kind.member(),
            why,
        };
        if member.name != kind.member() {
            return Err(damaged(
                "the manifest does not have it in its place".to_owned(),
            ));
        }
        match next(Some(member.bytes))? {
            Some((name, content)) if name == member.name => {
                take(*kind, member, &content, &mut pieces)?;
            }
            Some((name, _)) => return Err(damaged(format!("{name} stands in its place"))),
            None => return Err(damaged("it is missing".to_owned())),
        }
    }
    next(None)?;
    Ok(Contents {
        about: manifest.bot,
        pieces,
    })
}

fn parse(content: &[u8]) -> Result<Manifest, ArchiveError> {
    /// What every version has.
    #[derive(serde::Deserialize)]
    struct Any {
        format: String,
        version: u32,
    }
    let any: Any = serde_json::from_slice(content).map_err(not_one)?;
    if any.format != FORMAT {
        return Err(not_one(format!("its format is {:?}", short(&any.format))));
    }
    if any.version > VERSION {
        return Err(ArchiveError::Newer {
            version: any.version,
            known: VERSION,
        });
    }
    let manifest: Manifest = serde_json::from_slice(content).map_err(not_one)?;
    let kinds = Kind::of_version(manifest.version);
    if kinds.is_empty() || manifest.members.len() != kinds.len() {
        return Err(not_one(
            "its manifest has not the members that it should have",
        ));
    }
    Ok(manifest)
}

/// Checks a member and reads its pieces.
fn take(
    kind: Kind,
    member: &Member,
    content: &[u8],
    pieces: &mut Vec<Piece>,
) -> Result<(), ArchiveError> {
    let name = kind.member();
    let damaged = |why: &str| ArchiveError::Damaged {
        member: name,
        why: why.to_owned(),
    };
    if u64::try_from(content.len()).ok() != Some(member.bytes) {
        return Err(damaged("it has another size"));
    }
    if hex::encode(Sha256::digest(content)) != member.sha256 {
        return Err(damaged("it has another digest"));
    }
    let mut count: u64 = 0;
    for (line, content) in content.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if content.len() > MOST_PIECE {
            return Err(damaged("a line is too long"));
        }
        let piece: Piece =
            serde_json::from_slice(content).map_err(|source| ArchiveError::Piece {
                member: name,
                line: line.saturating_add(1),
                source,
            })?;
        if Kind::of(&piece) != kind {
            return Err(damaged("it has a piece of another kind"));
        }
        count = count.saturating_add(1);
        pieces.push(piece);
    }
    if count != member.pieces {
        return Err(damaged("it has another number of pieces"));
    }
    Ok(())
}

fn not_one(why: impl ToString) -> ArchiveError {
    ArchiveError::NotOne {
        why: short(&why.to_string()),
    }
}

fn short(text: &str) -> String {
    text.chars().take(100).collect()
}

/// Reads so much and no more.
struct Bounded<R> {
    inner: R,
    left: u64,
    over: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.over = true;
            return Err(io::Error::other("it unfolds to too much"));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let length = buffer.len().min(most);
        let Some(buffer) = buffer.get_mut(..length) else {
            return Ok(0);
        };
        let read = self.inner.read(buffer)?;
        self.left = self
            .left
            .saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        Ok(read)
    }
}
