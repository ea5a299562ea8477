//! Making an archive.

use std::io::Write;

use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use sha2::{Digest as _, Sha256};

use super::{
    About, ArchiveError, FORMAT, Kind, MANIFEST, MOST, MOST_UNFOLDED, Manifest, Member, VERSION,
};
use crate::clock::Millis;
use crate::store::Piece;

/// The archive of a bot's pieces.
///
/// # Errors
///
/// [`ArchiveError::TooLarge`], and [`ArchiveError::Bomb`] when no host would read it again.
pub fn write(about: About, pieces: &[Piece], now: Millis) -> Result<Vec<u8>, ArchiveError> {
    let mut contents = Kind::ALL.map(|kind| (kind, Vec::new(), 0_u64));
    let mut unfolded: u64 = 0;
    for piece in pieces {
        let kind = Kind::of(piece);
        let Some((_, content, count)) = contents.iter_mut().find(|(one, ..)| *one == kind) else {
            continue;
        };
        let before = content.len();
        serde_json::to_writer(&mut *content, piece).map_err(std::io::Error::from)?;
        content.push(b'\n');
        *count = count.saturating_add(1);
        unfolded = unfolded.saturating_add(size(content.len().saturating_sub(before)));
        if unfolded > MOST_UNFOLDED {
            return Err(ArchiveError::Bomb {
                most: MOST_UNFOLDED,
            });
        }
    }
    let members = contents.iter().map(|(kind, content, pieces)| Member {
        name: kind.member().to_owned(),
        pieces: *pieces,
        bytes: size(content.len()),
        sha256: hex::encode(Sha256::digest(content)),
    });
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        made_at: now,
        made_by: concat!("jadi ", env!("CARGO_PKG_VERSION")).to_owned(),
        bot: about,
        members: members.collect(),
    };
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(std::io::Error::from)?;
    let mut tar = tar::Builder::new(Vec::new());
    add(&mut tar, MANIFEST, &manifest, now)?;
    for (kind, content, _) in &contents {
        add(&mut tar, kind.member(), content, now)?;
    }
    let archive = compress_to_vec(&*tar.into_inner()?, CompressionLevel::Fastest);
    if size(archive.len()) > MOST {
        return Err(ArchiveError::TooLarge { most: MOST });
    }
    Ok(archive)
}

fn add(
    tar: &mut tar::Builder<impl Write>,
    name: &str,
    content: &[u8],
    now: Millis,
) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(size(content.len()));
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(now / 1_000).unwrap_or_default());
    header.set_entry_type(tar::EntryType::Regular);
    tar.append_data(&mut header, name, content)
}

fn size(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
