//! Files: what a message tells about one, the handle it is downloaded by, and the message that a sent file becomes.
//!
//! A handle is what the client needs to find and decrypt the file, as JSON; everywhere else in the host it is opaque bytes.
//! It holds the file's key, so it is as secret as the file.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use whatsapp_rust::download::{DownloadParams, Downloadable, MediaType};
use whatsapp_rust::prelude::{MessageField, wa};
use whatsapp_rust::upload::UploadResponse;

use crate::model::{Media, MediaKind, MediaOut};

/// The most bytes that a file may have to be sent. WhatsApp's own limit for documents is 2 GB; a bot needs less, and the
/// file is held in memory.
pub(super) const LARGEST_UPLOAD: usize = 64 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Handle {
    kind: MediaKind,
    path: String,
    key: String,
    plain_sha256: String,
    sealed_sha256: String,
    bytes: u64,
    /// Only of use for sending the file on.
    url: Option<String>,
    key_timestamp: Option<i64>,
}

/// The file in this content, when there is one and it can be downloaded.
pub(super) fn read(base: &wa::Message) -> Option<Media> {
    /// What all kinds of file have, under the same names.
    macro_rules! known {
        ($kind:ident, $file:expr, $name:expr) => {
            known(
                MediaKind::$kind,
                $file,
                $file.mimetype.as_ref(),
                Place {
                    url: $file.url.as_ref(),
                    key_timestamp: $file.media_key_timestamp,
                },
                $name,
            )
        };
    }
    if let Some(image) = base.image_message.as_option() {
        return known!(Image, image, None);
    }
    if let Some(sticker) = base.sticker_message.as_option() {
        return known!(Sticker, sticker, None);
    }
    if let Some(video) = base
        .video_message
        .as_option()
        .or_else(|| base.ptv_message.as_option())
    {
        return known!(Video, video, None);
    }
    if let Some(audio) = base.audio_message.as_option() {
        return known!(Audio, audio, None);
    }
    let document = base.document_message.as_option()?;
    known!(Document, document, document.file_name.clone())
}

/// Where a file lies, beyond what downloading needs.
struct Place<'a> {
    url: Option<&'a String>,
    key_timestamp: Option<i64>,
}

fn known(
    kind: MediaKind,
    file: &dyn Downloadable,
    mime: Option<&String>,
    place: Place<'_>,
    file_name: Option<String>,
) -> Option<Media> {
    let bytes = file.file_length().unwrap_or_default();
    let handle = Handle {
        kind,
        path: file.direct_path().filter(|path| is_path(path))?.to_owned(),
        key: BASE64.encode(file.media_key()?),
        plain_sha256: BASE64.encode(file.file_sha256()?),
        sealed_sha256: BASE64.encode(file.file_enc_sha256()?),
        bytes,
        url: place.url.cloned(),
        key_timestamp: place.key_timestamp,
    };
    Some(Media {
        kind,
        mime: mime.cloned().unwrap_or_default(),
        bytes,
        file_name,
        handle: serde_json::to_vec(&handle).ok()?,
    })
}

/// Whether this is a path and nothing more. Whoever sends a message writes it, and the client puts it behind a media host's name
/// together with a token of the account: what is no path would take that to a host of the sender's choice.
fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What the client downloads a file by, from its handle.
pub(super) fn locate(handle: &[u8]) -> Option<DownloadParams> {
    let handle: Handle = serde_json::from_slice(handle).ok()?;
    if !is_path(&handle.path) {
        return None;
    }
    Some(DownloadParams::encrypted(
        handle.path,
        &BASE64.decode(handle.key).ok()?,
        &BASE64.decode(handle.plain_sha256).ok()?,
        &BASE64.decode(handle.sealed_sha256).ok()?,
        handle.bytes,
        media_type(handle.kind),
    ))
}

/// Where a file lies that a message brought, to be sent on without fetching it.
pub(super) fn kept(handle: &[u8]) -> Option<Uploaded> {
    let handle: Handle = serde_json::from_slice(handle).ok()?;
    Some(Uploaded {
        url: handle.url,
        direct_path: handle.path,
        media_key: BASE64.decode(handle.key).ok()?,
        media_key_timestamp: handle.key_timestamp,
        file_sha256: BASE64.decode(handle.plain_sha256).ok()?,
        file_enc_sha256: BASE64.decode(handle.sealed_sha256).ok()?,
        file_length: handle.bytes,
        streaming_sidecar: None,
    })
}

/// How WhatsApp calls a kind of file.
pub(super) fn media_type(kind: MediaKind) -> MediaType {
    match kind {
        MediaKind::Image => MediaType::Image,
        MediaKind::Sticker => MediaType::Sticker,
        MediaKind::Video => MediaType::Video,
        MediaKind::Audio => MediaType::Audio,
        MediaKind::Document => MediaType::Document,
    }
}

/// Where an uploaded file lies, and what opens it.
pub(super) struct Uploaded {
    url: Option<String>,
    direct_path: String,
    media_key: Vec<u8>,
    media_key_timestamp: Option<i64>,
    file_sha256: Vec<u8>,
    file_enc_sha256: Vec<u8>,
    file_length: u64,
    streaming_sidecar: Option<Vec<u8>>,
}

impl From<UploadResponse> for Uploaded {
    fn from(response: UploadResponse) -> Self {
        Self {
            url: Some(response.url),
            direct_path: response.direct_path,
            media_key: response.media_key.to_vec(),
            media_key_timestamp: Some(response.media_key_timestamp),
            file_sha256: response.file_sha256.to_vec(),
            file_enc_sha256: response.file_enc_sha256.to_vec(),
            file_length: response.file_length,
            streaming_sidecar: response.streaming_sidecar,
        }
    }
}

/// The message that an uploaded file is sent as.
pub(super) fn message(
    media: &MediaOut,
    uploaded: Uploaded,
    caption: &str,
    context: MessageField<wa::ContextInfo>,
) -> wa::Message {
    let caption = Some(caption.to_owned()).filter(|caption| !caption.is_empty());
    macro_rules! file {
        ($kind:ident, $($own:ident: $value:expr),*) => {
            MessageField::some(wa::message::$kind {
                url: uploaded.url,
                direct_path: Some(uploaded.direct_path),
                mimetype: Some(media.mime.clone()),
                media_key: Some(uploaded.media_key),
                media_key_timestamp: uploaded.media_key_timestamp,
                file_sha256: Some(uploaded.file_sha256),
                file_enc_sha256: Some(uploaded.file_enc_sha256),
                file_length: Some(uploaded.file_length),
                context_info: context,
                $($own: $value,)*
                ..Default::default()
            })
        };
    }
    let mut message = wa::Message::default();
    match media.kind {
        MediaKind::Image => message.image_message = file!(ImageMessage, caption: caption),
        MediaKind::Sticker => message.sticker_message = file!(StickerMessage,),
        MediaKind::Video => {
            message.video_message = file!(VideoMessage, caption: caption, streaming_sidecar: uploaded.streaming_sidecar);
        }
        MediaKind::Audio => {
            message.audio_message =
                file!(AudioMessage, streaming_sidecar: uploaded.streaming_sidecar);
        }
        MediaKind::Document => {
            message.document_message = file!(DocumentMessage,
                caption: caption, file_name: media.file_name.clone(), title: media.file_name.clone());
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::MediaContent;

    fn uploaded() -> Uploaded {
        Uploaded {
            url: Some("https://mmg.whatsapp.net/v/x".to_owned()),
            direct_path: "/v/x".to_owned(),
            media_key: vec![1; 32],
            media_key_timestamp: Some(1_700_000_000),
            file_sha256: vec![3; 32],
            file_enc_sha256: vec![2; 32],
            file_length: 1234,
            streaming_sidecar: None,
        }
    }

    #[test]
    fn a_sent_file_reads_back_as_it_was_and_can_be_located() {
        for kind in [
            MediaKind::Image,
            MediaKind::Sticker,
            MediaKind::Video,
            MediaKind::Audio,
            MediaKind::Document,
        ] {
            let out = MediaOut {
                kind,
                mime: "application/x-test".to_owned(),
                file_name: Some("notes.txt".to_owned()),
                content: MediaContent::Bytes(Vec::new()),
            };
            let sent = message(&out, uploaded(), "a caption", MessageField::none());
            let media = read(&sent).expect("a file");
            assert_eq!(media.kind, kind);
            assert_eq!(media.mime, "application/x-test");
            assert_eq!(media.bytes, 1234);
            let named = (kind == MediaKind::Document).then(|| "notes.txt".to_owned());
            assert_eq!(media.file_name, named);
            let place = locate(&media.handle).expect("a handle");
            assert_eq!(place.direct_path, "/v/x");
            assert_eq!(place.media_key.as_deref(), Some([1; 32].as_slice()));
            assert_eq!(place.media_type.mms_type(), media_type(kind).mms_type());

            let place = kept(&media.handle).expect("a handle");
            let again = message(&out, place, "a caption", MessageField::none());
            assert_eq!(read(&again), Some(media), "sent on, it is the same file");
        }
    }

    #[test]
    fn what_is_no_path_takes_no_token_to_another_host() {
        let out = MediaOut {
            kind: MediaKind::Image,
            mime: String::new(),
            file_name: None,
            content: MediaContent::Bytes(Vec::new()),
        };
        let image = |path: &str| {
            let file = Uploaded {
                direct_path: path.to_owned(),
                ..uploaded()
            };
            message(&out, file, "", MessageField::none())
        };
        let media = read(&image("/v/t62.7118-24/1_n.enc?ccb=11-4&oh=0_A-b%3D")).expect("a file");
        assert!(locate(&media.handle).is_some());
        let handle = String::from_utf8(media.handle).expect("JSON");
        for path in [
            "@evil.example/x",
            ".evil.example/x",
            ":1@evil.example/x",
            "",
            "/v x",
            "/v\r\nhost: x",
            "/\u{e9}",
        ] {
            assert_eq!(read(&image(path)), None, "{path:?}");
            // One that was kept by an earlier version.
            let mut kept: Handle = serde_json::from_str(&handle).expect("a handle");
            kept.path = path.to_owned();
            let kept = serde_json::to_vec(&kept).expect("JSON");
            assert!(locate(&kept).is_none(), "{path:?}");
        }
    }

    #[test]
    fn a_file_without_its_key_is_none_and_a_broken_handle_locates_nothing() {
        let message = wa::Message {
            image_message: MessageField::some(wa::message::ImageMessage {
                direct_path: Some("/v/x".to_owned()),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert_eq!(read(&message), None);
        assert!(locate(b"{}").is_none());
    }
}
