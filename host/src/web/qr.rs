//! A pairing text as a picture: SVG for a page, half blocks for a terminal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use qrcode::render::{svg, unicode};
use qrcode::{EcLevel, QrCode};

/// The text does not fit a QR code.
#[derive(Debug, thiserror::Error)]
#[error("the pairing text can't be made a QR code: {0}")]
pub struct QrError(#[source] qrcode::types::QrError);

/// Low correction, as WhatsApp's own codes have: more modules would be harder to scan from a screen.
fn code(text: &str) -> Result<QrCode, QrError> {
    QrCode::with_error_correction_level(text, EcLevel::L).map_err(QrError)
}

/// An SVG as a data URI, black on white in any colour scheme since phones read no other.
pub(super) fn data_uri(text: &str) -> Result<String, QrError> {
    let svg = code(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(280, 280)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build();
    Ok(format!("data:image/svg+xml;base64,{}", BASE64.encode(svg)))
}

/// Lines of half blocks, white modules drawn, for a dark terminal.
///
/// # Errors
///
/// When the text is longer than a QR code holds, which a pairing text never is.
pub fn terminal(text: &str) -> Result<String, QrError> {
    Ok(code(text)?
        .render::<unicode::Dense1x2>()
        .dark_color(unicode::Dense1x2::Light)
        .light_color(unicode::Dense1x2::Dark)
        .build())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRING: &str = "2@ref,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=,bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb=,ccccccccccccccccccccccccccccccccccccccccccc=";

    #[test]
    fn a_terminal_shows_a_square_that_fits_a_small_window() {
        let lines: Vec<String> = terminal(PAIRING)
            .expect("a code")
            .lines()
            .map(str::to_owned)
            .collect();
        let widths: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]));
        assert!(widths[0] <= 80, "{}", widths[0]);
        assert_eq!(lines.len(), widths[0].div_ceil(2));
    }

    #[test]
    fn a_page_gets_an_svg() {
        let uri = data_uri(PAIRING).expect("a code");
        let svg = uri
            .strip_prefix("data:image/svg+xml;base64,")
            .expect("a data URI");
        let svg = BASE64.decode(svg).expect("base64");
        assert!(String::from_utf8(svg).expect("text").contains("<svg"));
    }

    #[test]
    fn a_text_beyond_any_code_is_an_error() {
        assert!(terminal(&"x".repeat(5000)).is_err());
    }
}
