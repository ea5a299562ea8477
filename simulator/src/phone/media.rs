//! Files on their way: a phone seals them before they leave and opens them when they come, as every client does.
//!
//! What lies in the blob store is ciphertext; its key travels inside the encrypted message.

use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use wacore::download::{DownloadUtils, MediaType};
use wacore::upload::encrypt_media;

use crate::http::BlobStore;
use crate::message::{Body, MediaFile, MediaKind};
use crate::server::iq::profile::MEDIA_ORIGIN;

/// A file that was sealed and stored, with all that its receiver must know.
pub(crate) struct SealedFile {
    pub(crate) kind: MediaKind,
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) url: String,
    pub(crate) direct_path: String,
    pub(crate) media_key: Vec<u8>,
    pub(crate) sha256: Vec<u8>,
    pub(crate) enc_sha256: Vec<u8>,
    pub(crate) length: u64,
    pub(crate) at_secs: i64,
}

/// A file as a received message describes it.
pub(crate) struct StoredFile {
    pub(crate) kind: MediaKind,
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) direct_path: String,
    pub(crate) media_key: Vec<u8>,
    pub(crate) sha256: Vec<u8>,
    pub(crate) view_once: bool,
}

fn media_type(kind: MediaKind) -> MediaType {
    match kind {
        MediaKind::Image => MediaType::Image,
        MediaKind::Sticker => MediaType::Sticker,
        MediaKind::Document => MediaType::Document,
        MediaKind::Video => MediaType::Video,
        MediaKind::Audio => MediaType::Audio,
    }
}

/// The folder of the blob store, as the clients' upload addresses name it.
fn folder(kind: MediaKind) -> &'static str {
    match kind {
        // Stickers go where images go, as in WhatsApp's own upload addresses.
        MediaKind::Image | MediaKind::Sticker => "image",
        MediaKind::Document => "document",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
    }
}

/// The value of `<enc mediatype>`.
pub(crate) fn wire_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Sticker => "sticker",
        MediaKind::Document => "document",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
    }
}

/// Seals a file and stores it. The error tells a person why not.
pub(crate) fn seal(
    blobs: &BlobStore,
    file: &MediaFile,
    at_secs: i64,
) -> Result<SealedFile, String> {
    let sealed =
        encrypt_media(&file.bytes, media_type(file.kind)).map_err(|error| error.to_string())?;
    let stored = blobs
        .store(folder(file.kind), Bytes::from(sealed.data_to_upload))
        .map_err(|error| error.to_string())?;
    Ok(SealedFile {
        kind: file.kind,
        name: file.name.clone(),
        mime: file.mime.clone(),
        url: format!("{MEDIA_ORIGIN}{}", stored.direct_path),
        direct_path: stored.direct_path,
        media_key: sealed.media_key.to_vec(),
        sha256: sealed.file_sha256.to_vec(),
        enc_sha256: sealed.file_enc_sha256.to_vec(),
        length: file.bytes.len() as u64,
        at_secs,
    })
}

/// Fetches and opens a file. When that fails the body says why.
pub(crate) fn open(blobs: &BlobStore, file: StoredFile) -> Body {
    let opened = fetch(blobs, &file);
    let StoredFile {
        kind,
        name,
        mime,
        view_once,
        ..
    } = file;
    let (bytes, failed): (Arc<[u8]>, _) = match opened {
        Ok(bytes) => (bytes.into(), None),
        Err(reason) => (Arc::default(), Some(reason)),
    };
    Body::Media {
        kind,
        mime,
        name,
        bytes,
        failed,
        view_once,
    }
}

fn fetch(blobs: &BlobStore, file: &StoredFile) -> Result<Vec<u8>, String> {
    let sealed = blobs
        .fetch(&file.direct_path)
        .ok_or_else(|| format!("nothing lies at {}", file.direct_path))?;
    let clear = DownloadUtils::verify_and_decrypt(&sealed, &file.media_key, media_type(file.kind))
        .map_err(|error| error.to_string())?;
    if Sha256::digest(&clear).as_slice() != file.sha256 {
        return Err("the file is not the one that the message names: its hash differs".to_owned());
    }
    Ok(clear)
}
