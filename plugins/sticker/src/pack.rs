//! A sticker's file: WebP, with the name of its pack and its author where WhatsApp looks for them.

use std::io::{Cursor, Read};

use image_webp::{ColorType, EncoderParams, WebPDecoder, WebPEncoder};

use crate::fit::SIDE;
use crate::picture::Flaw;

/// How good it is at first, of 100; and how good when that is too large.
const QUALITY: [u8; 2] = [92, 60];
/// The most bytes that a sticker should have: WhatsApp's own figure for those that stand still.
const BYTES: usize = 100 * 1024;
/// The most bytes of a sticker that gets another name. WhatsApp shows none of more than 1 MiB.
const RENAMED: usize = 2 << 20;

/// The bits of the chunk `VP8X` that say that there is EXIF, transparency, movement.
const HAS_EXIF: u8 = 1 << 3;
const HAS_ALPHA: u8 = 1 << 4;
const MOVES: u8 = 1 << 1;

/// What WhatsApp shows of a sticker's pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// The pack's name.
    pub name: String,
    /// Who made it.
    pub author: String,
}

impl Pack {
    /// As EXIF: a TIFF header with one entry of a tag that WhatsApp made up, 0x5741 (`AW`), whose value is JSON.
    fn exif(&self) -> Vec<u8> {
        let json = serde_json::json!({
            "sticker-pack-id": format!("jadi/{}/{}", self.author, self.name),
            "sticker-pack-name": self.name,
            "sticker-pack-publisher": self.author,
            "emojis": [""],
        })
        .to_string();
        let mut exif = b"II*\0\x08\0\0\0\x01\0AW\x07\0".to_vec();
        let length = u32::try_from(json.len()).unwrap_or(u32::MAX);
        exif.extend(length.to_le_bytes());
        exif.extend(22_u32.to_le_bytes());
        exif.extend(json.bytes());
        exif
    }
}

/// Makes a sticker of a square in RGBA, as [`crate::fit`] makes them.
pub fn sticker(square: &[u8], pack: &Pack) -> Vec<u8> {
    let mut file = Vec::new();
    for quality in QUALITY {
        file.clear();
        let mut params = EncoderParams::default();
        params.use_lossy = true;
        params.lossy_quality = quality;
        let mut encoder = WebPEncoder::new(&mut file);
        encoder.set_params(params);
        encoder.set_exif_metadata(pack.exif());
        let side = SIDE as u32;
        // Writing to memory does not fail, and the square has the size that it says.
        let written = encoder.encode(square, side, side, ColorType::Rgba8);
        if written.is_ok() && file.len() <= BYTES {
            break;
        }
    }
    file
}

/// Gives a sticker another pack; its pictures stay as they are, also when they move.
///
/// # Errors
///
/// When it is no WebP file, damaged or larger than stickers are.
pub fn renamed(file: impl Read, pack: &Pack) -> Result<Vec<u8>, Flaw> {
    let mut old = Vec::new();
    let most = RENAMED as u64 + 1;
    file.take(most)
        .read_to_end(&mut old)
        .map_err(|_| Flaw::Damaged)?;
    if old.len() > RENAMED {
        return Err(Flaw::TooLarge);
    }
    let decoder = WebPDecoder::new(Cursor::new(&old)).map_err(|_| Flaw::Unknown)?;
    let (width, height) = decoder.dimensions();
    let mut flags = HAS_EXIF;
    if decoder.has_alpha() {
        flags |= HAS_ALPHA;
    }
    if decoder.is_animated() {
        flags |= MOVES;
    }
    let mut head = vec![flags, 0, 0, 0];
    for length in [width, height] {
        head.extend(length.saturating_sub(1).to_le_bytes().iter().take(3));
    }
    let mut new = b"RIFF\0\0\0\0WEBP".to_vec();
    chunk(&mut new, b"VP8X", &head);
    for (name, content) in chunks(&old).ok_or(Flaw::Damaged)? {
        // What says something of its maker goes, too.
        if matches!(&name, b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF") {
            chunk(&mut new, &name, content);
        }
    }
    chunk(&mut new, b"EXIF", &pack.exif());
    let length = u32::try_from(new.len() - 8).map_err(|_| Flaw::TooLarge)?;
    new[4..8].copy_from_slice(&length.to_le_bytes());
    Ok(new)
}

/// Writes a chunk of a RIFF file: a name, a length, the content, and a zero when that has an odd length.
fn chunk(file: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    file.extend(name);
    file.extend(
        u32::try_from(content.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    file.extend(content);
    file.extend(vec![0; content.len() % 2]);
}

/// The chunks of a WebP file; none when one reaches past its end.
fn chunks(file: &[u8]) -> Option<Vec<([u8; 4], &[u8])>> {
    let mut rest = file.get(12..)?;
    let mut all = Vec::new();
    while rest.len() >= 8 {
        let name = rest.first_chunk::<4>()?;
        let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?);
        let end = usize::try_from(length).ok()?.checked_add(8)?;
        all.push((*name, rest.get(8..end)?));
        rest = rest.get(end + length as usize % 2..).unwrap_or_default();
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(name: &str) -> Pack {
        Pack {
            name: name.to_owned(),
            author: "Alice".to_owned(),
        }
    }

    /// Left half red, right half not there.
    fn half() -> Vec<u8> {
        let pixel = |index: usize| match index % SIDE < SIDE / 2 {
            true => [255, 0, 0, 255],
            false => [0; 4],
        };
        (0..SIDE * SIDE).flat_map(pixel).collect()
    }

    fn seen(file: &[u8]) -> (Vec<u8>, String) {
        let mut decoder = WebPDecoder::new(Cursor::new(file)).expect("WebP");
        assert_eq!(decoder.dimensions(), (512, 512));
        assert!(decoder.has_alpha());
        let exif = decoder.exif_metadata().expect("readable").expect("there");
        let json = String::from_utf8(exif.get(22..).expect("a value").to_vec());
        let mut pixels = vec![0; SIDE * SIDE * 4];
        decoder.read_image(&mut pixels).expect("decoded");
        (pixels, json.expect("text"))
    }

    #[test]
    fn a_sticker_is_webp_and_says_whose_it_is() {
        let file = sticker(&half(), &pack("Cats"));
        assert!(file.len() < BYTES);
        let (pixels, json) = seen(&file);
        let told: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(told["sticker-pack-name"], "Cats");
        assert_eq!(told["sticker-pack-publisher"], "Alice");
        let at = |x: usize| &pixels[x * 4..x * 4 + 4];
        assert!(at(100)[0] > 240 && at(100)[1] < 20 && at(100)[3] == 255);
        assert_eq!(at(400)[3], 0);
    }

    #[test]
    fn another_pack_changes_nothing_that_is_seen() {
        let first = sticker(&half(), &pack("Cats"));
        let second = renamed(Cursor::new(&first), &pack("Dogs")).expect("renamed");
        let (before, after) = (seen(&first), seen(&second));
        assert!(before.0 == after.0, "the same pixels");
        assert!(after.1.contains("Dogs") && !after.1.contains("Cats"));
    }

    #[test]
    fn a_sticker_without_a_pack_gets_one() {
        let mut plain = Vec::new();
        let encoder = WebPEncoder::new(&mut plain);
        encoder
            .encode(&half(), 512, 512, ColorType::Rgba8)
            .expect("encoded");
        let named = renamed(Cursor::new(&plain), &pack("Dogs")).expect("named");
        assert!(seen(&named).0 == half(), "without loss");
    }

    #[test]
    fn what_is_none_is_refused() {
        let of = |bytes: &[u8]| renamed(Cursor::new(bytes), &pack("x")).err();
        assert_eq!(of(b"not a sticker"), Some(Flaw::Unknown));
        let mut cut = sticker(&half(), &pack("Cats"));
        cut.truncate(cut.len() - 20);
        assert!(of(&cut).is_some());
        assert_eq!(of(&vec![0; RENAMED + 1]), Some(Flaw::TooLarge));
    }
}
