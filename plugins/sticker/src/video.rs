//! The first picture of a video, as WhatsApp's phones make videos: H.264 in an MP4 file.
//!
//! An MP4 file is a tree of boxes; few of them are needed. Of the video itself nothing is read but its first picture, which
//! stands alone, so that a file of megabytes needs no room.

use std::io::{Read, Seek, SeekFrom};

use rusty_h264_decoder::Decoder;

use crate::fit::{Fit, Lie};
use crate::picture::Flaw;

/// The most bytes of the boxes that describe a video.
const DESCRIPTION: u64 = 1 << 20;
/// The most bytes of its first picture.
const FIRST: usize = 1 << 20;
/// The most pixels of it: a picture of full high definition.
const PIXELS: usize = 1920 * 1088;

/// Reads the first picture of a video into a square, in RGBA.
///
/// # Errors
///
/// When it is no MP4 file with H.264 in it, damaged or too large.
pub fn square(mut file: impl Read + Seek) -> Result<Vec<u8>, Flaw> {
    let description = description(&mut file)?;
    let video = Track::of(&description).ok_or(Flaw::Unknown)?;
    if video.width * video.height > PIXELS {
        return Err(Flaw::TooLarge);
    }
    if video.length > FIRST {
        return Err(Flaw::TooLarge);
    }
    let mut sample = vec![0; video.length];
    file.seek(SeekFrom::Start(video.offset))
        .and_then(|_| file.read_exact(&mut sample))
        .map_err(|_| Flaw::Damaged)?;
    let stream = video.stream(&sample).ok_or(Flaw::Damaged)?;
    drop(sample);
    let frame = Decoder::new().decode(&stream).map_err(|_| Flaw::Unknown)?;
    drop(stream);
    let frame = frame.ok_or(Flaw::Damaged)?;
    let mut fit = Fit::new(frame.width, frame.height);
    let mut row = vec![255; frame.width * 4];
    let half = frame.width.div_ceil(2).max(1);
    for (y, luma) in frame.y.chunks_exact(frame.width.max(1)).enumerate() {
        let chroma =
            |plane: &[u8], x: usize| plane.get(y / 2 * half + x / 2).copied().unwrap_or(128);
        for (x, (pixel, luma)) in row.chunks_exact_mut(4).zip(luma).enumerate() {
            let colour = rgb(*luma, chroma(&frame.u, x), chroma(&frame.v, x));
            pixel[..3].copy_from_slice(&colour);
        }
        fit.row(&row);
    }
    Ok(video.lie.upright(fit.square()))
}

/// ITU-R BT.601, with the narrow range that phones' videos have.
fn rgb(luma: u8, blue: u8, red: u8) -> [u8; 3] {
    let luma = 298 * (i32::from(luma) - 16);
    let (blue, red) = (i32::from(blue) - 128, i32::from(red) - 128);
    let byte = |value: i32| ((value + 128) >> 8).clamp(0, 255) as u8;
    [
        byte(luma + 409 * red),
        byte(luma - 100 * blue - 208 * red),
        byte(luma + 516 * blue),
    ]
}

/// The box `moov`, which describes what is in the file.
fn description(file: &mut (impl Read + Seek)) -> Result<Vec<u8>, Flaw> {
    let mut at = 0_u64;
    // A file has a handful of boxes at its top.
    for _ in 0..64 {
        file.seek(SeekFrom::Start(at)).map_err(|_| Flaw::Damaged)?;
        let mut head = [0; 16];
        file.read_exact(&mut head[..8]).map_err(|_| Flaw::Unknown)?;
        let (mut length, mut start) = (u64::from(number(&head, 0).unwrap_or(0)), 8);
        if length == 1 {
            file.read_exact(&mut head[8..]).map_err(|_| Flaw::Damaged)?;
            length = long(&head, 8).unwrap_or(0);
            start = 16;
        }
        if length < start {
            return Err(Flaw::Unknown);
        }
        if head.get(4..8) == Some(b"moov") {
            if length > DESCRIPTION {
                return Err(Flaw::TooLarge);
            }
            let mut content = Vec::new();
            file.take(length - start)
                .read_to_end(&mut content)
                .map_err(|_| Flaw::Damaged)?;
            return Ok(content);
        }
        at = at.checked_add(length).ok_or(Flaw::Damaged)?;
    }
    Err(Flaw::Unknown)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_be_bytes(bytes.try_into().ok()?)))
}

/// The boxes in `bytes`, one after another.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::try_from(number(bytes, 0)?).ok()?;
        let content = bytes.get(8..length)?;
        let name = bytes.get(4..8)?;
        bytes = bytes.get(length..)?;
        Some((name, content))
    })
}

/// The first box that a path of names leads to.
fn within<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(bytes, |bytes, name| {
        let mut found = boxes(bytes).filter(|(other, _)| other == name);
        found.next().map(|(_, content)| content)
    })
}

/// What of a video is needed for its first picture.
struct Track<'a> {
    width: usize,
    height: usize,
    /// How the decoder is to be set up: the box `avcC`.
    setup: &'a [u8],
    /// Where the first picture is in the file, and how long it is, bytes.
    offset: u64,
    length: usize,
    lie: Lie,
}

impl<'a> Track<'a> {
    /// The first track with H.264 in it.
    fn of(description: &'a [u8]) -> Option<Self> {
        let mut tracks = boxes(description).filter(|(name, _)| *name == b"trak");
        tracks.find_map(|(_, track)| Self::read(track))
    }

    fn read(track: &'a [u8]) -> Option<Self> {
        let tables = within(track, &[b"mdia", b"minf", b"stbl"])?;
        let entry = within(within(tables, &[b"stsd"])?.get(8..)?, &[b"avc1"])?;
        let setup = within(entry.get(78..)?, &[b"avcC"])?;
        let chunk = match within(tables, &[b"stco"]) {
            Some(offsets) => u64::from(number(offsets, 8)?),
            None => long(within(tables, &[b"co64"])?, 8)?,
        };
        let sizes = within(tables, &[b"stsz"])?;
        let length = match number(sizes, 4)? {
            0 => number(sizes, 12)?,
            same => same,
        };
        Some(Self {
            width: short(entry, 24)?,
            height: short(entry, 26)?,
            setup,
            offset: chunk,
            length: usize::try_from(length).ok()?,
            lie: within(track, &[b"tkhd"]).and_then(lie).unwrap_or_default(),
        })
    }

    /// The first picture as a stream that stands alone: parameter sets, then its own units, each behind a start code.
    fn stream(&self, sample: &[u8]) -> Option<Vec<u8>> {
        let mut stream = Vec::with_capacity(sample.len() + 256);
        let unit = |stream: &mut Vec<u8>, unit: &[u8]| {
            stream.extend([0, 0, 0, 1]);
            stream.extend(unit);
        };
        let wide = usize::from(self.setup.get(4)? & 3) + 1;
        let mut at = 5;
        for mask in [31, 255] {
            let sets = *self.setup.get(at)? & mask;
            at += 1;
            for _ in 0..sets {
                let length = short(self.setup, at)?;
                unit(&mut stream, self.setup.get(at + 2..at + 2 + length)?);
                at += 2 + length;
            }
        }
        let mut rest = sample;
        while !rest.is_empty() {
            let length = rest
                .get(..wide)?
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            let end = wide.checked_add(length)?;
            unit(&mut stream, rest.get(wide..end)?);
            rest = rest.get(end..)?;
        }
        Some(stream)
    }
}

/// How the pictures of a track lie: phones turn none of them, they note how to show them.
fn lie(header: &[u8]) -> Option<Lie> {
    let matrix = match header.first()? {
        0 => 40,
        _ => 52,
    };
    let sign = |at: usize| number(header, matrix + at).map(|value| (value as i32).signum());
    let quarters = match (sign(0)?, sign(4)?) {
        (0, 1) => 1,
        (-1, 0) => 2,
        (0, -1) => 3,
        _ => 0,
    };
    Some(Lie {
        quarters,
        mirrored: false,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::fit::tests::{at, quarters};

    const VIDEO: &[u8] = include_bytes!("../../../tests/chats/quarters.mp4");

    fn read(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
        square(Cursor::new(bytes))
    }

    /// Where the content of a box begins.
    fn place(name: &[u8; 4]) -> usize {
        let found = VIDEO.windows(4).position(|four| four == name);
        found.expect("there is one") + 4
    }

    #[test]
    fn the_first_picture_of_a_video_is_read() {
        let square = read(VIDEO).expect("read");
        assert_eq!(quarters(&square), "rgbw");
        // 320 by 240.
        assert_eq!(at(&square, 256, 60)[3], 0);
        assert_eq!(at(&square, 256, 68)[3], 255);
    }

    #[test]
    fn a_video_that_a_phone_took_upright_is_shown_upright() {
        let mut file = VIDEO.to_vec();
        let matrix = place(b"tkhd") + 40;
        let one = [0, 1, 0, 0];
        file[matrix..matrix + 36].fill(0);
        file[matrix + 4..matrix + 8].copy_from_slice(&one);
        file[matrix + 12..matrix + 16].copy_from_slice(&(-65536_i32).to_be_bytes());
        assert_eq!(quarters(&read(&file).expect("read")), "brwg");
    }

    #[test]
    fn what_is_no_such_video_is_said_to_be_none() {
        assert_eq!(read(b""), Err(Flaw::Unknown));
        assert_eq!(read(b"\0\0\0\x08moov"), Err(Flaw::Unknown));
        assert_eq!(read(&[0; 64]), Err(Flaw::Unknown));
        let mut other = VIDEO.to_vec();
        let entry = place(b"avc1") - 4;
        other[entry..entry + 4].copy_from_slice(b"hvc1");
        let brand = place(b"stsd");
        other[brand + 12..brand + 16].copy_from_slice(b"hvc1");
        assert_eq!(read(&other), Err(Flaw::Unknown));
    }

    #[test]
    fn a_size_that_is_only_claimed_costs_nothing() {
        let mut file = VIDEO.to_vec();
        let sizes = place(b"stsz");
        file[sizes + 12..sizes + 16].copy_from_slice(&u32::MAX.to_be_bytes());
        assert_eq!(read(&file), Err(Flaw::TooLarge));
        let mut file = VIDEO.to_vec();
        let entry = place(b"stsd") + 16;
        file[entry + 24..entry + 28].fill(0xff);
        assert_eq!(read(&file), Err(Flaw::TooLarge));
    }

    #[test]
    fn no_damage_makes_it_panic() {
        for index in (0..VIDEO.len()).step_by(7) {
            let mut file = VIDEO.to_vec();
            file[index] ^= 0x55;
            _ = read(&file);
        }
        for length in (0..VIDEO.len()).step_by(31) {
            _ = read(&VIDEO[..length]);
        }
    }
}
