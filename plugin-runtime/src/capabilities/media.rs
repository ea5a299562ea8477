//! `media`: files of the event's messages, and files to send. The host holds their bytes; what a plugin reads of them goes
//! through calls, and what it only passes on never enters it.

use jadi_model::{MediaContent, MediaKind, MediaOut};
use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::media as wit;
use super::super::bindings::jadi::plugin::types as shared;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::budget::Reached;
use super::super::context::MediaError;
use super::super::engine::size;
use super::super::failure::Limit;
use super::super::limits::EventLimits;
use super::super::state::EventState;
use super::chat::Draft;
use super::event::{HeldMessage, media_kind};
use super::invalid;

/// The longest MIME type and file name, bytes.
const NAME: usize = 255;

/// A file that an instance has in hand.
pub struct File {
    kind: MediaKind,
    mime: String,
    name: Option<String>,
    bytes: Vec<u8>,
}

impl File {
    /// A file that the host itself made.
    pub(super) fn new(kind: MediaKind, mime: &str, bytes: Vec<u8>) -> Self {
        Self {
            kind,
            mime: mime.to_owned(),
            name: None,
            bytes,
        }
    }
}

/// How much an instance has in files, attached ones included.
pub(in super::super) struct Folder {
    allowed: u64,
    used: u64,
    /// Bytes that one call may carry out of the host.
    read: u64,
}

impl Folder {
    pub(in super::super) fn new(limits: &EventLimits) -> Self {
        Self {
            allowed: limits.media_bytes,
            used: 0,
            read: limits.call_bytes,
        }
    }

    pub(super) fn take(&mut self, bytes: usize) -> Result<(), Reached> {
        let used = self.used.saturating_add(bytes as u64);
        if used > self.allowed {
            return Err(Reached {
                limit: Limit::Media,
                allowed: self.allowed,
            });
        }
        self.used = used;
        Ok(())
    }

    fn give_back(&mut self, bytes: usize) {
        self.used = self.used.saturating_sub(bytes as u64);
    }

    fn left(&self) -> u64 {
        self.allowed.saturating_sub(self.used)
    }
}

impl EventState {
    /// What a plugin is told when there is no file.
    fn no_file(&mut self, error: MediaError) -> Refused {
        match error {
            MediaError::Gone => invalid(error.to_string()),
            MediaError::TooLarge => Reached {
                limit: Limit::Media,
                allowed: self.folder.allowed,
            }
            .into(),
            MediaError::Unavailable(error) => {
                self.note_trouble(&error);
                Refused::Unavailable
            }
        }
    }

    /// Puts a file into a draft that has none yet.
    fn enclose(&mut self, draft: &Resource<Draft>, file: MediaOut) -> wasmtime::Result<()> {
        let draft = self.handles.get_mut(draft)?;
        if draft.media.is_some() {
            draft.refuse(invalid("a message has one file at most"));
        } else {
            draft.media = Some(file);
        }
        Ok(())
    }
}

impl wit::HostFile for EventState {
    fn kind(&mut self, file: Resource<File>) -> wasmtime::Result<shared::MediaKind> {
        Ok(media_kind(self.handles.get(&file)?.kind))
    }

    fn mime(&mut self, file: Resource<File>) -> wasmtime::Result<String> {
        Ok(self.handles.get(&file)?.mime.clone())
    }

    fn size(&mut self, file: Resource<File>) -> wasmtime::Result<u64> {
        Ok(self.handles.get(&file)?.bytes.len() as u64)
    }

    fn read(
        &mut self,
        file: Resource<File>,
        offset: u64,
        length: u32,
    ) -> wasmtime::Result<Vec<u8>> {
        self.calls.count(0)?;
        let length = u64::from(length).min(self.folder.read);
        let bytes = &self.handles.get(&file)?.bytes;
        let start = size(offset).min(bytes.len());
        let end = start.saturating_add(size(length)).min(bytes.len());
        Ok(bytes.get(start..end).unwrap_or_default().to_vec())
    }

    fn append(
        &mut self,
        file: Resource<File>,
        bytes: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(bytes.len())?;
        if let Err(reached) = self.folder.take(bytes.len()) {
            return Ok(Err(reached.into()));
        }
        self.handles.get_mut(&file)?.bytes.extend(bytes);
        Ok(Ok(()))
    }

    fn drop(&mut self, file: Resource<File>) -> wasmtime::Result<()> {
        let file = self.handles.delete(file)?;
        self.folder.give_back(file.bytes.len());
        Ok(())
    }
}

impl wit::Host for EventState {
    async fn open(
        &mut self,
        message: Resource<HeldMessage>,
    ) -> wasmtime::Result<Result<Resource<File>, Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Media) {
            return Ok(Err(denied));
        }
        let Some(media) = self.media_of(&message)?.cloned() else {
            return Ok(Err(invalid("the message has no file")));
        };
        let fetched = self.reads.media(&media.handle, self.folder.left());
        let bytes = match self.meter.pause(fetched).await {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(self.no_file(error))),
        };
        if let Err(reached) = self.folder.take(bytes.len()) {
            return Ok(Err(reached.into()));
        }
        Ok(Ok(self.hand_over(File {
            kind: media.kind,
            mime: media.mime,
            name: media.file_name,
            bytes,
        })?))
    }

    async fn picture(
        &mut self,
        of: String,
    ) -> wasmtime::Result<Result<Option<Resource<File>>, Refused>> {
        self.calls.count(of.len())?;
        if let Err(denied) = self.permitted(Capability::Media) {
            return Ok(Err(denied));
        }
        let Some(of) = of.parse().ok().filter(|of| self.input.names(of)) else {
            return Ok(Err(invalid(
                "a picture is of somebody whom the event names or who is in its group, or of the group",
            )));
        };
        let fetched = self.reads.picture(&of, self.folder.left());
        let bytes = match self.meter.pause(fetched).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) | Err(MediaError::Gone) => return Ok(Ok(None)),
            Err(error) => return Ok(Err(self.no_file(error))),
        };
        if let Err(reached) = self.folder.take(bytes.len()) {
            return Ok(Err(reached.into()));
        }
        let file = File::new(MediaKind::Image, "image/jpeg", bytes);
        Ok(Ok(Some(self.hand_over(file)?)))
    }

    fn make(
        &mut self,
        kind: shared::MediaKind,
        mime: String,
        name: Option<String>,
    ) -> wasmtime::Result<Result<Resource<File>, Refused>> {
        self.calls.count(mime.len())?;
        if let Err(denied) = self.permitted(Capability::Media) {
            return Ok(Err(denied));
        }
        let is_type = |text: &str| {
            text.split_once('/').is_some_and(|(kind, rest)| {
                !kind.is_empty()
                    && !rest.is_empty()
                    && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
            })
        };
        if mime.len() > NAME || !is_type(&mime) {
            return Ok(Err(invalid("a MIME type is such as image/png")));
        }
        let plain = |name: &String| {
            !name.is_empty()
                && name.len() <= NAME
                && !name.contains(|c: char| c.is_control() || c == '/')
        };
        if name.as_ref().is_some_and(|name| !plain(name)) {
            return Ok(Err(invalid(format!(
                "a file's name has 1 to {NAME} bytes, no slash and no control character"
            ))));
        }
        Ok(Ok(self.hand_over(File {
            kind: kind_of(kind),
            mime,
            name,
            bytes: Vec::new(),
        })?))
    }

    fn attach(&mut self, draft: Resource<Draft>, file: Resource<File>) -> wasmtime::Result<()> {
        let file = self.handles.delete(file)?;
        if file.bytes.is_empty() {
            self.handles
                .get_mut(&draft)?
                .refuse(invalid("the file is empty"));
            return Ok(());
        }
        self.enclose(
            &draft,
            MediaOut {
                kind: file.kind,
                mime: file.mime,
                file_name: file.name,
                content: MediaContent::Bytes(file.bytes),
            },
        )
    }

    fn forward(
        &mut self,
        draft: Resource<Draft>,
        message: Resource<HeldMessage>,
    ) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Media) {
            return Ok(Err(denied));
        }
        let Some(media) = self.media_of(&message)?.cloned() else {
            return Ok(Err(invalid("the message has no file")));
        };
        self.enclose(
            &draft,
            MediaOut {
                kind: media.kind,
                mime: media.mime,
                file_name: media.file_name,
                content: MediaContent::Kept(media.handle),
            },
        )?;
        Ok(Ok(()))
    }
}

fn kind_of(kind: shared::MediaKind) -> MediaKind {
    match kind {
        shared::MediaKind::Image => MediaKind::Image,
        shared::MediaKind::Sticker => MediaKind::Sticker,
        shared::MediaKind::Video => MediaKind::Video,
        shared::MediaKind::Audio => MediaKind::Audio,
        shared::MediaKind::Document => MediaKind::Document,
    }
}

#[cfg(test)]
mod tests;
