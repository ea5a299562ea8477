//! Stickers, made within the limits of an event.

use std::io::Cursor;
use std::time::Duration;

use image_webp::WebPDecoder;
use jadi_plugin_test::{MediaContent, MediaKind, Told};

use crate::{ALICE, bot};

const JPEG: &[u8] = include_bytes!("../../../tests/chats/quarters.jpg");
const VIDEO: &[u8] = include_bytes!("../../../tests/chats/quarters.mp4");

/// As long as one person waits between two of them.
const PAUSE: Duration = Duration::from_secs(5);

/// The sticker that was sent.
#[track_caller]
fn sticker(told: &Told) -> Vec<u8> {
    let file = told.message().media.as_ref().expect("a file");
    assert_eq!(
        (file.kind, file.mime.as_str()),
        (MediaKind::Sticker, "image/webp")
    );
    match &file.content {
        MediaContent::Bytes(bytes) => bytes.clone(),
        MediaContent::Kept(_) => panic!("a file of the plugin's own"),
    }
}

/// The colours in the middle of each quarter of a sticker, and what WhatsApp reads of its pack.
#[track_caller]
fn seen(sticker: &[u8]) -> ([[u8; 4]; 4], serde_json::Value) {
    let mut decoder = WebPDecoder::new(Cursor::new(sticker)).expect("WebP");
    assert_eq!(decoder.dimensions(), (512, 512));
    let mut pixels = vec![0; 512 * 512 * 4];
    decoder.read_image(&mut pixels).expect("decoded");
    let exif = decoder.exif_metadata().expect("readable").expect("there");
    let at = |x: usize, y: usize| {
        let start = (y * 512 + x) * 4;
        pixels[start..start + 4].try_into().expect("a pixel")
    };
    let quarters = [at(128, 160), at(384, 160), at(128, 352), at(384, 352)];
    let pack = serde_json::from_slice(&exif[22..]).expect("JSON");
    (quarters, pack)
}

/// Red and green over blue and white.
fn is_upright(quarters: [[u8; 4]; 4]) -> bool {
    let wanted = [
        [255, 0, 0, 255],
        [0, 255, 0, 255],
        [0, 0, 255, 255],
        [255; 4],
    ];
    let near = |(a, b): (&[u8; 4], [u8; 4])| a.iter().zip(b).all(|(a, b)| a.abs_diff(b) < 40);
    quarters.iter().zip(wanted).all(near)
}

#[test]
fn a_picture_becomes_a_sticker_with_its_pack() {
    let bot = bot("sticker");
    let alice = bot.private(ALICE).named("Alice");
    let told = alice
        .message("!sticker")
        .file_with(MediaKind::Image, "image/jpeg", JPEG)
        .send();
    let (quarters, pack) = seen(&sticker(&told));
    assert!(is_upright(quarters), "{quarters:?}");
    assert_eq!(pack["sticker-pack-name"], "Jadi");
    assert_eq!(pack["sticker-pack-publisher"], "Alice");
    bot.clock().advance(PAUSE);
    let named = alice
        .message("!s Cats | Bob")
        .file_with(MediaKind::Document, "image/jpeg", JPEG)
        .send();
    let first = sticker(&named);
    assert_eq!(seen(&first).1["sticker-pack-name"], "Cats");

    // And with another pack, unchanged.
    bot.clock().advance(PAUSE);
    let renamed = alice
        .message("!sticker Dogs")
        .file_with(MediaKind::Sticker, "image/webp", &first)
        .send();
    let second = sticker(&renamed);
    assert_eq!(seen(&second).1["sticker-pack-name"], "Dogs");
    assert_eq!(seen(&second).0, seen(&first).0);
}

#[test]
fn the_first_picture_of_a_video_becomes_a_sticker() {
    let bot = bot("sticker");
    let alice = bot.private(ALICE);
    let told = alice
        .message("!sticker")
        .file_with(MediaKind::Video, "video/mp4", VIDEO)
        .send();
    let (quarters, _) = seen(&sticker(&told));
    assert!(is_upright(quarters), "{quarters:?}");
}

#[test]
fn a_large_picture_fits_into_an_event() {
    // As many pixels as the camera of a phone has, and a file of a few kilobytes.
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 4000, 3000);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    writer
        .write_image_data(&vec![200; 4000 * 3000 * 3])
        .expect("pixels");
    writer.finish().expect("an end");
    let bot = bot("sticker");
    let told = bot
        .private(ALICE)
        .message("!sticker")
        .file_with(MediaKind::Image, "image/png", &file)
        .send();
    let (quarters, _) = seen(&sticker(&told));
    assert!(quarters.iter().all(|pixel| pixel[0].abs_diff(200) < 8));
}

#[test]
fn what_is_none_is_said_to_be_none() {
    let bot = bot("sticker");
    let alice = bot.private(ALICE);
    assert!(alice.says("!sticker").text().starts_with("Of what?"));
    let with = |kind, mime: &str, content: &[u8]| {
        bot.clock().advance(PAUSE);
        let told = alice
            .message("!sticker")
            .file_with(kind, mime, content)
            .send();
        told.text().to_owned()
    };
    let no_picture = "I can't make a sticker of this file.";
    assert!(with(MediaKind::Audio, "audio/ogg", b"OggS").starts_with(no_picture));
    assert!(with(MediaKind::Document, "text/plain", b"hello").starts_with(no_picture));
    assert!(with(MediaKind::Image, "image/gif", b"GIF89a and more").starts_with(no_picture));
    assert!(with(MediaKind::Video, "video/3gpp", b"no boxes here").starts_with(no_picture));
    let damaged = "This file is damaged";
    assert!(with(MediaKind::Image, "image/jpeg", &JPEG[..100]).starts_with(damaged));
    let large = vec![0; 9 << 20];
    assert!(with(MediaKind::Video, "video/mp4", &large).starts_with("This file is too large"));
    // It is there no more.
    bot.clock().advance(PAUSE);
    let gone = alice
        .message("!sticker")
        .file(MediaKind::Image, "image/jpeg", 5);
    assert!(gone.send().text().starts_with("WhatsApp does not keep"));
}
