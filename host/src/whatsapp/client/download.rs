//! Downloads, bounded in memory by what the caller allows and not by what the message claims.

use std::io::{self, Cursor, Seek, SeekFrom, Write};

use whatsapp_rust::download::DownloadWriter;
use whatsapp_rust::http::HttpStatusError;
use whatsapp_rust::prelude::Client;

use super::media;
use crate::whatsapp::DownloadError;

/// Downloads and decrypts the file that the handle names.
pub(super) async fn fetch(
    client: &Client,
    handle: &[u8],
    limit: u64,
) -> Result<Vec<u8>, DownloadError> {
    let place = media::locate(handle).ok_or(DownloadError::Gone)?;
    if place.file_length > limit {
        return Err(DownloadError::TooLarge);
    }
    match client.download_to_writer(&place, Bounded::new(limit)).await {
        Ok(writer) => Ok(writer.content.into_inner()),
        Err(error) if error.chain().any(|cause| cause.is::<TooLarge>()) => {
            Err(DownloadError::TooLarge)
        }
        Err(error) => match error.downcast_ref::<HttpStatusError>() {
            Some(HttpStatusError { status: 404 | 410 }) => Err(DownloadError::Gone),
            _ => {
                tracing::debug!(%error, "a download failed");
                Err(DownloadError::Unavailable)
            }
        },
    }
}

#[derive(Debug, thiserror::Error)]
#[error("more than was allowed")]
struct TooLarge;

/// A buffer that refuses to grow beyond its limit.
struct Bounded {
    content: Cursor<Vec<u8>>,
    limit: u64,
}

impl Bounded {
    fn new(limit: u64) -> Self {
        Self {
            content: Cursor::new(Vec::new()),
            limit,
        }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = self.content.position().saturating_add(bytes.len() as u64);
        if end > self.limit {
            return Err(io::Error::other(TooLarge));
        }
        self.content.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Bounded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.content.seek(to)
    }
}

impl DownloadWriter for Bounded {
    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.content.truncate(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_lies_about_its_size_is_stopped() {
        let mut buffer = Bounded::new(4);
        buffer.write_all(b"1234").expect("four bytes");
        let refused = buffer.write_all(b"5").expect_err("a fifth");
        assert!(refused.get_ref().expect("a cause").is::<TooLarge>());
        buffer.truncate(0).expect("emptied for another try");
        buffer.rewind().expect("rewound");
        buffer.write_all(b"ab").expect("two bytes");
        assert_eq!(buffer.content.into_inner(), b"ab");
    }
}
