//! Reads a picture into the square of a sticker. What kind it is is read off its first bytes: what its sender calls it proves
//! nothing.
//!
//! All of it happens in the memory of one event. JPEG is made smaller while it is decoded, PNG comes row by row; of what has to
//! be in memory whole, the size is checked before.

use std::io::{BufRead, Seek};

use image_webp::WebPDecoder;
use jpeg_decoder::{Decoder as Jpeg, PixelFormat};

use crate::fit::{Fit, Lie, SIDE};

/// The most bytes that a picture may have in memory while it is decoded.
const MEMORY: usize = 7 << 20;
/// The most pixels of a progressive JPEG: it keeps three bytes for each to its end.
const PROGRESSIVE: usize = 3 << 20;

/// Why a picture is not one that a sticker can be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It is none of the kinds that are known here.
    Unknown,
    /// It is damaged.
    Damaged,
    /// It is too large for the memory of an event.
    TooLarge,
}

/// Reads a picture into a square, in RGBA.
///
/// # Errors
///
/// When it is of no known kind, damaged or too large.
pub fn square(mut file: impl BufRead + Seek) -> Result<Vec<u8>, Flaw> {
    let start: [u8; 12] = {
        let mut start = [0; 12];
        file.read_exact(&mut start).map_err(|_| Flaw::Unknown)?;
        file.rewind().map_err(|_| Flaw::Damaged)?;
        start
    };
    match &start {
        [0xff, 0xd8, 0xff, ..] => jpeg(file),
        [0x89, b'P', b'N', b'G', ..] => png(file),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P'] => webp(file),
        _ => Err(Flaw::Unknown),
    }
}

fn jpeg(file: impl BufRead) -> Result<Vec<u8>, Flaw> {
    let mut decoder = Jpeg::new(file);
    decoder.read_info().map_err(|_| Flaw::Damaged)?;
    let info = decoder.info().ok_or(Flaw::Damaged)?;
    let pixels = usize::from(info.width) * usize::from(info.height);
    let progressive = info.coding_process == jpeg_decoder::CodingProcess::DctProgressive;
    if progressive && pixels > PROGRESSIVE {
        return Err(Flaw::TooLarge);
    }
    // The least of 1/8, 1/4, 1/2 and 1 that is not coarser than the sticker.
    let side = SIDE as u16;
    let longer = u32::from(info.width.max(info.height)).max(1);
    let wanted = |length: u16| {
        let scaled = (u32::from(length) * u32::from(side)).div_ceil(longer);
        u16::try_from(scaled).unwrap_or(side).clamp(1, side)
    };
    let (width, height) = decoder
        .scale(wanted(info.width), wanted(info.height))
        .map_err(|_| Flaw::Damaged)?;
    let (width, height) = (usize::from(width), usize::from(height));
    if width * height * info.pixel_format.pixel_bytes() > MEMORY {
        return Err(Flaw::TooLarge);
    }
    decoder.set_max_decoding_buffer_size(MEMORY);
    let samples = decoder.decode().map_err(|_| Flaw::Damaged)?;
    let lie = decoder.exif_data().map(lie).unwrap_or_default();
    let mut fit = Fit::new(width, height);
    let bytes = info.pixel_format.pixel_bytes();
    let mut row = vec![255; width * 4];
    for line in samples.chunks_exact(width * bytes) {
        for (pixel, sample) in row.chunks_exact_mut(4).zip(line.chunks_exact(bytes)) {
            let colour = match (info.pixel_format, sample) {
                (PixelFormat::RGB24, &[red, green, blue]) => [red, green, blue],
                (PixelFormat::L8, &[grey]) => [grey; 3],
                // Its first byte is the higher one of a native number.
                (PixelFormat::L16, &[low, high]) => {
                    [u16::from_ne_bytes([low, high]).to_be_bytes()[0]; 3]
                }
                (PixelFormat::CMYK32, &[cyan, magenta, yellow, black]) => {
                    let light = |ink: u8| u16::from(255 - ink);
                    let mixed = |ink: u8| (light(ink) * light(black) / 255) as u8;
                    [mixed(cyan), mixed(magenta), mixed(yellow)]
                }
                _ => return Err(Flaw::Damaged),
            };
            pixel[..3].copy_from_slice(&colour);
        }
        fit.row(&row);
    }
    Ok(lie.upright(fit.square()))
}

/// The orientation that a camera noted: tag 0x0112 of the first directory of a TIFF header.
fn lie(exif: &[u8]) -> Lie {
    let big = exif.starts_with(b"MM");
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = exif.get(at..at.checked_add(length)?)?;
        let join = |sum: usize, byte: &u8| (sum << 8) | usize::from(*byte);
        Some(match big {
            true => bytes.iter().fold(0, join),
            false => bytes.iter().rev().fold(0, join),
        })
    };
    let noted = || {
        let directory = number(4, 4)?;
        let entries = number(directory, 2)?;
        (0..entries.min(64)).find_map(|index| {
            let entry = directory + 2 + index * 12;
            (number(entry, 2)? == 0x0112).then(|| number(entry + 8, 2))?
        })
    };
    let (quarters, mirrored) = match noted() {
        Some(2) => (0, true),
        Some(3) => (2, false),
        Some(4) => (2, true),
        Some(5) => (3, true),
        Some(6) => (1, false),
        Some(7) => (1, true),
        Some(8) => (3, false),
        _ => (0, false),
    };
    Lie { quarters, mirrored }
}

fn png(file: impl BufRead + Seek) -> Result<Vec<u8>, Flaw> {
    let limits = png::Limits { bytes: MEMORY };
    let mut decoder = png::Decoder::new_with_limits(file, limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(flaw_of_png)?;
    let (width, height) = reader.info().size();
    let (width, height) = (width as usize, height as usize);
    let (colour, depth) = reader.output_color_type();
    if depth != png::BitDepth::Eight {
        return Err(Flaw::Damaged);
    }
    let samples = colour.samples();
    let line = width.checked_mul(samples).ok_or(Flaw::TooLarge)?;
    let mut fit = Fit::new(width, height);
    let mut row = vec![255; width.saturating_mul(4)];
    if reader.info().interlaced {
        // Its rows come all over the picture.
        let whole = line.checked_mul(height).filter(|bytes| *bytes <= MEMORY);
        let mut pixels = vec![0; whole.ok_or(Flaw::TooLarge)?];
        reader.next_frame(&mut pixels).map_err(flaw_of_png)?;
        for line in pixels.chunks_exact(line) {
            widen(line, samples, &mut row);
            fit.row(&row);
        }
        return Ok(fit.square());
    }
    while let Some(line) = reader.next_row().map_err(flaw_of_png)? {
        widen(line.data(), samples, &mut row);
        fit.row(&row);
    }
    Ok(fit.square())
}

fn flaw_of_png(error: png::DecodingError) -> Flaw {
    match error {
        png::DecodingError::LimitsExceeded => Flaw::TooLarge,
        _ => Flaw::Damaged,
    }
}

/// Makes RGBA of a row with one to four samples for each pixel.
fn widen(line: &[u8], samples: usize, row: &mut [u8]) {
    for (pixel, sample) in row.chunks_exact_mut(4).zip(line.chunks_exact(samples)) {
        let wide = match *sample {
            [grey] => [grey, grey, grey, 255],
            [grey, alpha] => [grey, grey, grey, alpha],
            [red, green, blue] => [red, green, blue, 255],
            [red, green, blue, alpha] => [red, green, blue, alpha],
            _ => return,
        };
        pixel.copy_from_slice(&wide);
    }
}

fn webp(file: impl BufRead + Seek) -> Result<Vec<u8>, Flaw> {
    let mut decoder = WebPDecoder::new(file).map_err(|_| Flaw::Damaged)?;
    decoder.set_memory_limit(MEMORY);
    let (width, height) = decoder.dimensions();
    let (width, height) = (width as usize, height as usize);
    let samples = if decoder.has_alpha() { 4 } else { 3 };
    let whole = decoder
        .output_buffer_size()
        .filter(|bytes| *bytes <= MEMORY);
    let mut pixels = vec![0; whole.ok_or(Flaw::TooLarge)?];
    decoder.read_image(&mut pixels).map_err(|_| Flaw::Damaged)?;
    let mut fit = Fit::new(width, height);
    let mut row = vec![255; width * 4];
    for line in pixels.chunks_exact(width * samples) {
        widen(line, samples, &mut row);
        fit.row(&row);
    }
    Ok(fit.square())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::fit::tests::{at, quarters};

    const JPEG: &[u8] = include_bytes!("../../../tests/chats/quarters.jpg");

    fn read(bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
        square(Cursor::new(bytes))
    }

    /// The JPEG, with the orientation that a camera notes.
    fn turned(orientation: u8, big: bool) -> Vec<u8> {
        let mut exif = b"Exif\0\0".to_vec();
        exif.extend(match big {
            true => *b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x01\0\0\0\0\0\0",
            false => *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0",
        });
        let place = if big { 6 + 19 } else { 6 + 18 };
        exif[place] = orientation;
        let mut file = vec![0xff, 0xd8, 0xff, 0xe1, 0, exif.len() as u8 + 2];
        file.extend(exif);
        file.extend(&JPEG[2..]);
        file
    }

    fn png_of(width: u32, height: u32, colour: png::ColorType, pixels: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        let mut writer = encoder.write_header().expect("a header");
        writer.write_image_data(pixels).expect("pixels");
        writer.finish().expect("an end");
        file
    }

    #[test]
    fn a_jpeg_is_read_and_keeps_its_shape() {
        let square = read(JPEG).expect("read");
        assert_eq!(quarters(&square), "rgbw");
        // 320 by 240.
        assert_eq!(at(&square, 256, 60)[3], 0);
        assert_eq!(at(&square, 256, 68)[3], 255);
    }

    #[test]
    fn a_jpeg_lies_as_its_camera_noted() {
        for big in [false, true] {
            let of = |orientation| quarters(&read(&turned(orientation, big)).expect("read"));
            assert_eq!(of(1), "rgbw");
            assert_eq!(of(2), "grwb");
            assert_eq!(of(3), "wbgr");
            assert_eq!(of(4), "bwrg");
            assert_eq!(of(5), "rbgw");
            assert_eq!(of(6), "brwg");
            assert_eq!(of(7), "wgbr");
            assert_eq!(of(8), "gwrb");
            assert_eq!(of(9), "rgbw");
        }
    }

    #[test]
    fn a_png_of_each_colour_type_is_read() {
        use png::ColorType::{Grayscale, GrayscaleAlpha, Rgb, Rgba};
        let cases: [(_, &[u8], _); 4] = [
            (Grayscale, &[255], [255; 4]),
            (GrayscaleAlpha, &[255, 0], [0; 4]),
            (Rgb, &[255, 0, 0], [255, 0, 0, 255]),
            (Rgba, &[0, 0, 255, 255], [0, 0, 255, 255]),
        ];
        for (colour, pixel, expected) in cases {
            let file = png_of(40, 40, colour, &pixel.repeat(1600));
            let square = read(&file).expect("read");
            assert_eq!(at(&square, 256, 256), expected, "{colour:?}");
        }
    }

    #[test]
    fn a_large_png_needs_no_room() {
        let (width, height) = (5000, 3000);
        let file = png_of(
            width,
            height,
            png::ColorType::Grayscale,
            &vec![255; 15_000_000],
        );
        assert_eq!(quarters(&read(&file).expect("read")), "wwww");
    }

    #[test]
    fn what_is_no_picture_is_said_to_be_none() {
        assert_eq!(read(b""), Err(Flaw::Unknown));
        assert_eq!(
            read(b"GIF89a, which WhatsApp sends as video"),
            Err(Flaw::Unknown)
        );
        assert_eq!(read(&JPEG[..200]), Err(Flaw::Damaged));
        let mut png = png_of(40, 40, png::ColorType::Grayscale, &[0; 1600]);
        png[50] ^= 1;
        assert_eq!(read(&png), Err(Flaw::Damaged));
        assert_eq!(read(b"RIFF\x04\0\0\0WEBP"), Err(Flaw::Damaged));
    }

    #[test]
    fn a_size_that_is_only_claimed_costs_nothing() {
        // Of the JPEG's header: 60,000 by 60,000, progressive.
        let start = JPEG
            .windows(2)
            .position(|two| two == [0xff, 0xc0])
            .expect("a frame");
        let mut file = JPEG.to_vec();
        file[start + 1] = 0xc2;
        file[start + 5..start + 9].copy_from_slice(&[0xea, 0x60, 0xea, 0x60]);
        assert_eq!(read(&file), Err(Flaw::TooLarge));
    }
}
