//! Files: reading the one that a message brought, and sending one.
//!
//! A file that only goes on to somebody else needs not be read: [`Reply::with_file_of_message`](crate::Reply) and
//! [`Reply::with_file_of`](crate::Reply) send it as it is.

use std::io::{BufRead, Error, Read, Result as IoResult, Seek, SeekFrom};

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

    /// Fetches the profile picture of somebody, or of the event's group: a JPEG. None when they have none, or show it to nobody.
    ///
    /// # Errors
    ///
    /// When the event names nobody with this address and they are not in its group, or the picture can't be fetched now.
    pub fn picture_of(jid: &str) -> Result<Option<Self>> {
        Ok(host::picture(jid)?.map(Self))
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

    /// Reads it part by part, from wherever it is wanted: for what need not be in the plugin's memory whole.
    pub fn reader(&self) -> Reader<'_> {
        Reader {
            file: self,
            at: 0,
            part: Vec::new(),
            begin: 0,
        }
    }
}

/// A file's content, part by part. Each part is a call into the host.
pub struct Reader<'a> {
    file: &'a File,
    /// Where the next byte is read.
    at: u64,
    /// What was fetched last, and where that begins.
    part: Vec<u8>,
    begin: u64,
}

impl Reader<'_> {
    /// What of the fetched part is still to be read.
    fn left(&self) -> &[u8] {
        let read = self.at.checked_sub(self.begin);
        let read = read.and_then(|read| usize::try_from(read).ok());
        read.and_then(|read| self.part.get(read..))
            .unwrap_or_default()
    }
}

impl BufRead for Reader<'_> {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        if self.left().is_empty() {
            self.part = self.file.0.read(self.at, PART);
            self.begin = self.at;
        }
        Ok(self.left())
    }

    fn consume(&mut self, amount: usize) {
        self.at = self.at.saturating_add(amount as u64);
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> IoResult<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.file.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or_else(|| Error::other("a place before the file's beginning"))?;
        Ok(self.at)
    }
}
