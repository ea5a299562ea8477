//! A pairing text as a PNG file that a phone shows and another one scans.

use png::{BitDepth, ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode};

/// Pixels of one module.
const MODULE: usize = 8;
/// Light modules around the code: scanners want four.
const QUIET: usize = 4;

/// The text can't be made a picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum PictureError {
    /// It is too long for a QR code.
    #[error("the pairing text can't be made a QR code: {0}")]
    Code(#[from] qrcode::types::QrError),
    /// The file can't be made.
    #[error("the QR code can't be made a picture: {0}")]
    File(#[from] png::EncodingError),
}

/// A QR code in black on white.
pub(super) fn png(text: &str) -> Result<Vec<u8>, PictureError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L)?;
    let (modules, width) = (code.to_colors(), code.width());
    let side = width.saturating_add(2 * QUIET).saturating_mul(MODULE);
    let mut pixels = Vec::with_capacity(side.saturating_mul(side));
    for y in 0..side {
        for x in 0..side {
            let module = |pixel: usize| (pixel / MODULE).checked_sub(QUIET);
            let dark = module(x).zip(module(y)).is_some_and(|(x, y)| {
                let place = y.saturating_mul(width).saturating_add(x);
                x < width && modules.get(place) == Some(&Color::Dark)
            });
            pixels.push(if dark { 0 } else { 255 });
        }
    }
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRING: &str = "2@ref,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb=,ccccccccccccccccccccccccccccccccccccccccccc=";

    #[test]
    fn a_picture_is_square_with_a_light_border_and_small() {
        let file = png(PAIRING).expect("a picture");
        assert!(file.len() < 8_000, "{} bytes", file.len());
        let mut reader = png::Decoder::new(std::io::Cursor::new(file))
            .read_info()
            .expect("a PNG file");
        let (width, height) = (reader.info().width, reader.info().height);
        assert_eq!(width, height);
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut pixels).expect("pixels");
        let row = usize::try_from(width).expect("small");
        assert!(
            pixels[..row * QUIET * MODULE]
                .iter()
                .all(|pixel| *pixel == 255)
        );
        assert!(pixels.contains(&0));
    }

    #[test]
    fn a_text_beyond_any_code_is_an_error() {
        assert!(png(&"x".repeat(5000)).is_err());
    }
}
