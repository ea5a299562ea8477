//! Files: reading the one that a message brought, and sending one.
//!
//! A file that only goes on to somebody else needs not be read: [`Reply::with_file_of_message`](crate::Reply) and
//! [`Reply::with_file_of`](crate::Reply) send it as it is.

use crate::bindings::capabilities::jadi::plugin::media as host;
use crate::{MediaKind, Message, Quoted, Result};

/// How much one call asks for, bytes; a host may give less.
const PART: u32 = 256 * 1024;

/// A file that the host holds for the plugin.
pub struct File(pub(crate) host::File);

impl File {
    /// Fetches the file of the message that came in.
    ///
    /// # Errors
    ///
    /// When it has none, WhatsApp does not keep it any more, or it is larger than the limit of an event.
    pub fn of_message(message: &Message<'_>) -> Result<Self> {
        Ok(Self(host::open(message.message)?))
    }

    /// Fetches the file of a quoted or original message.
    ///
    /// # Errors
    ///
    /// As for [`File::of_message`].
    pub fn of(quoted: &Quoted) -> Result<Self> {
        Ok(Self(host::open(&quoted.0)?))
    }

    /// Makes a file to send. A sticker is WebP, at best of 512 by 512 pixels. `name` is shown for a document.
    ///
    /// # Errors
    ///
    /// When MIME type or name is none, or the files of this event are too large together.
    pub fn new(kind: MediaKind, mime: &str, name: Option<&str>, content: &[u8]) -> Result<Self> {
        let file = host::make(kind, mime, name)?;
        for part in content.chunks(PART as usize) {
            file.append(part)?;
        }
        Ok(Self(file))
    }

    /// What it is.
    pub fn kind(&self) -> MediaKind {
        self.0.kind()
    }

    /// Its MIME type.
    pub fn mime(&self) -> String {
        self.0.mime()
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.0.size()
    }

    /// All of its content.
    pub fn read(&self) -> Vec<u8> {
        let mut content = Vec::new();
        loop {
            let part = self.0.read(content.len() as u64, PART);
            if part.is_empty() {
                return content;
            }
            content.extend(part);
        }
    }
}
