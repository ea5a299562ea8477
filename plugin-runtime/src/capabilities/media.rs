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
mod tests {
    use std::sync::Arc;

    use jadi_model::{Action, EventKind, Media, SendMessage};

    use super::super::super::context::EventInput;
    use super::super::super::tests::support::{Data, input, state_of};
    use super::super::event::HeldAction;
    use super::wit::{Host, HostFile};
    use super::*;
    use crate::bindings::jadi::plugin::chat::{Host as _, HostDraft};

    const CONTENT: &[u8] = b"0123456789";

    /// An event whose message brought a picture.
    fn with_picture() -> EventInput {
        let mut input = input();
        let event = Arc::make_mut(&mut input.event);
        let EventKind::Message(message) = &mut event.kind else {
            panic!("a message");
        };
        message.media = Some(Media {
            kind: MediaKind::Image,
            mime: "image/png".to_owned(),
            bytes: CONTENT.len() as u64,
            file_name: None,
            handle: b"handle".to_vec(),
        });
        input
    }

    fn with(input: EventInput, media_bytes: u64) -> EventState {
        let data = Data {
            files: [(b"handle".to_vec(), CONTENT.to_vec())].into(),
            ..Data::default()
        };
        let limits = EventLimits {
            media_bytes,
            ..EventLimits::default()
        };
        state_of(input, data, limits)
    }

    fn fresh() -> EventState {
        with(with_picture(), 1024)
    }

    fn message(state: &mut EventState) -> Resource<HeldMessage> {
        state.hand_over(HeldMessage::EVENT).expect("a handle")
    }

    fn draft(state: &mut EventState, text: &str) -> Resource<Draft> {
        HostDraft::new(state, text.to_owned()).expect("a handle")
    }

    fn same<T: 'static>(handle: &Resource<T>) -> Resource<T> {
        Resource::new_borrow(handle.rep())
    }

    async fn opened(state: &mut EventState) -> Result<Resource<File>, Refused> {
        let message = message(state);
        state.open(message).await.expect("no trap")
    }

    fn sent(state: &mut EventState, draft: Resource<Draft>) -> Result<SendMessage, Refused> {
        let handle: Resource<HeldAction> = state.send(draft).expect("no trap")?;
        match state.handles.delete(handle).expect("held") {
            HeldAction::Do(action) => match *action {
                Action::Send(message) => Ok(message),
                other => panic!("{other:?}"),
            },
            HeldAction::End => panic!("an action"),
        }
    }

    fn limit(refused: Refused) -> String {
        match refused {
            Refused::Limit(text) => text,
            other => panic!("a limit, not {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_files_content_is_read_in_parts() {
        let mut state = fresh();
        let file = opened(&mut state).await.expect("it is there");
        assert_eq!(HostFile::size(&mut state, same(&file)).expect("held"), 10);
        let mut read =
            |offset, length| HostFile::read(&mut state, same(&file), offset, length).expect("held");
        assert_eq!(read(0, 4), b"0123");
        assert_eq!(read(4, 100), b"456789");
        assert_eq!(read(10, 1), b"");
        assert_eq!(read(u64::MAX, u32::MAX), b"");
    }

    #[tokio::test]
    async fn what_is_not_there_is_told_apart() {
        let mut none = with(input(), 1024);
        let refused = opened(&mut none).await.expect_err("no file");
        assert!(
            matches!(&refused, Refused::Invalid(why) if why.contains("no file")),
            "{refused:?}"
        );

        let mut gone = state_of(with_picture(), Data::default(), EventLimits::default());
        let refused = opened(&mut gone).await.expect_err("gone");
        assert!(
            matches!(&refused, Refused::Invalid(why) if why.contains("keep")),
            "{refused:?}"
        );

        let broken = Data {
            broken: true,
            ..Data::default()
        };
        let mut broken = state_of(with_picture(), broken, EventLimits::default());
        let refused = opened(&mut broken).await.expect_err("broken");
        assert!(matches!(refused, Refused::Unavailable), "{refused:?}");
    }

    #[tokio::test]
    async fn pictures_are_shown_of_whom_the_event_names_only() {
        let group = "120363000000000001@g.us";
        let (alice, bob) = (
            "6280000000101@s.whatsapp.net",
            "6280000000102@s.whatsapp.net",
        );
        let stranger = "6280000000199@s.whatsapp.net";
        let pictured = |of: &str| (of.parse().expect("an address"), CONTENT.to_vec());
        let data = || Data {
            pictures: [alice, stranger, group].map(pictured).into(),
            ..Data::default()
        };
        let limits = |media_bytes| EventLimits {
            media_bytes,
            ..EventLimits::default()
        };
        let mut input = input();
        input.group = Some(Arc::new(crate::tests::support::group()));
        let mut state = state_of(input.clone(), data(), limits(1024));
        for (of, is_there) in [(alice, true), (bob, false), (group, true)] {
            let found = state.picture(of.to_owned()).await.expect("no trap");
            assert_eq!(found.expect("not refused").is_some(), is_there, "{of}");
        }
        for nobody in [stranger, "nobody"] {
            let refused = state.picture(nobody.to_owned()).await.expect("no trap");
            assert!(matches!(refused, Err(Refused::Invalid(_))), "{nobody}");
        }
        let mut state = state_of(input, data(), limits(9));
        let refused = state.picture(alice.to_owned()).await.expect("no trap");
        assert!(matches!(refused, Err(Refused::Limit(_))));
    }

    #[tokio::test]
    async fn all_files_together_have_a_limit() {
        let mut state = with(with_picture(), 16);
        let file = opened(&mut state).await.expect("ten of sixteen");
        let again = opened(&mut state).await.expect_err("twenty");
        assert_eq!(limit(again), "16 bytes of files");
        let png = "image/png".to_owned();
        let made = state.make(shared::MediaKind::Image, png, None);
        let made = made.expect("no trap").expect("not refused");
        let more = |state: &mut EventState, bytes: usize| {
            HostFile::append(state, same(&made), vec![0; bytes]).expect("held")
        };
        more(&mut state, 6).expect("sixteen");
        assert_eq!(
            limit(more(&mut state, 1).expect_err("seventeen")),
            "16 bytes of files"
        );
        HostFile::drop(&mut state, file).expect("held");
        more(&mut state, 10).expect("there is room again");
    }

    #[tokio::test]
    async fn a_file_goes_out_as_bytes_or_as_it_came() {
        let mut state = fresh();
        let file = opened(&mut state).await.expect("it is there");
        let with_bytes = draft(&mut state, "");
        state.attach(same(&with_bytes), file).expect("no trap");
        let message_out = sent(&mut state, with_bytes).expect("not refused");
        let media = message_out.media.expect("a file");
        assert!(media.content == MediaContent::Bytes(CONTENT.to_vec()));
        assert_eq!(
            (media.kind, media.mime.as_str()),
            (MediaKind::Image, "image/png")
        );

        let forwarding = draft(&mut state, "look");
        let asked = message(&mut state);
        let forwarded = state.forward(same(&forwarding), asked).expect("no trap");
        forwarded.expect("it has a file");
        let message_out = sent(&mut state, forwarding).expect("not refused");
        assert_eq!(message_out.text, "look");
        let media = message_out.media.expect("a file");
        assert!(media.content == MediaContent::Kept(b"handle".to_vec()));
    }

    #[tokio::test]
    async fn what_makes_no_sense_is_refused() {
        let mut state = fresh();
        let two = draft(&mut state, "");
        for _ in 0..2 {
            let asked = message(&mut state);
            let forwarded = state.forward(same(&two), asked).expect("no trap");
            forwarded.expect("it has a file");
        }
        assert!(
            matches!(sent(&mut state, two), Err(Refused::Invalid(why)) if why.contains("one file"))
        );

        let webp = "image/webp".to_owned();
        let sticker = state.make(shared::MediaKind::Sticker, webp, None);
        let sticker = sticker.expect("no trap").expect("not refused");
        let empty = draft(&mut state, "");
        state.attach(same(&empty), sticker).expect("no trap");
        assert!(
            matches!(sent(&mut state, empty), Err(Refused::Invalid(why)) if why.contains("empty"))
        );

        let webp = "image/webp".to_owned();
        let sticker = state.make(shared::MediaKind::Sticker, webp, None);
        let sticker = sticker.expect("no trap").expect("not refused");
        HostFile::append(&mut state, same(&sticker), vec![1])
            .expect("held")
            .expect("room");
        let captioned = draft(&mut state, "a caption");
        state.attach(same(&captioned), sticker).expect("no trap");
        assert!(
            matches!(sent(&mut state, captioned), Err(Refused::Invalid(why)) if why.contains("caption"))
        );

        for (mime, name) in [
            ("png", None),
            ("image/", None),
            ("image/png\n", None),
            ("image/png", Some("")),
            ("image/png", Some("../x")),
            ("image/png", Some("a\u{7}")),
        ] {
            let made = state.make(
                shared::MediaKind::Document,
                mime.to_owned(),
                name.map(str::to_owned),
            );
            assert!(
                matches!(made.expect("no trap"), Err(Refused::Invalid(_))),
                "{mime:?} {name:?}"
            );
        }
    }
}
