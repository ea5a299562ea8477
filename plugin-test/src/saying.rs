//! A message on its way to the bot, with all that it may have.

use std::time::Duration;

use jadi_model::clock::millis;
use jadi_model::{EventKind, Jid, Media, MediaKind, Message, Person, Quoted};

use crate::happened::{Happened, id};
use crate::people::number_jid;
use crate::{Speaker, Told};

/// A message that is being written; [`Saying::send`] says it.
#[derive(Debug, Clone)]
pub struct Saying<'s, 'b> {
    speaker: &'s Speaker<'b>,
    message: Message,
    ago: Duration,
    in_host: Duration,
}

impl<'s, 'b> Saying<'s, 'b> {
    pub(crate) fn new(speaker: &'s Speaker<'b>, text: &str) -> Self {
        Self {
            speaker,
            message: Message {
                text: text.to_owned(),
                ..Message::default()
            },
            ago: Duration::ZERO,
            in_host: Duration::ZERO,
        }
    }

    /// Answers a message of the bot's with this text.
    #[must_use]
    pub fn quoting_bot(self, text: &str) -> Self {
        let own = self.speaker.bot.jid();
        self.quote(own, text, true)
    }

    /// Answers a message of this person's with this text.
    #[must_use]
    pub fn quoting(self, author: &Speaker<'_>, text: &str) -> Self {
        let author = author.person.jid.clone();
        self.quote(author, text, false)
    }

    fn quote(mut self, author: Jid, text: &str, from_me: bool) -> Self {
        self.message.quoted = Some(Quoted {
            id: id("3EB0", 0),
            author,
            message: Box::new(Message {
                text: text.to_owned(),
                from_me,
                ..Message::default()
            }),
        });
        self
    }

    /// Mentions the person with this number; the text names them as `@` and the number.
    #[must_use]
    #[track_caller]
    pub fn mentioning(mut self, number: &str) -> Self {
        self.message.mentions.push(number_jid(number));
        self
    }

    /// With a file of this type and size. Its content is not there: a plugin sees what its sender says of it.
    #[must_use]
    pub fn file(mut self, kind: MediaKind, mime: &str, bytes: u64) -> Self {
        self.message.media = Some(Media {
            kind,
            mime: mime.to_owned(),
            bytes,
            file_name: None,
            handle: Vec::new(),
        });
        self
    }

    /// With a file of this type and content, which a plugin can read.
    #[must_use]
    pub fn file_with(mut self, kind: MediaKind, mime: &str, content: &[u8]) -> Self {
        self = self.file(kind, mime, content.len() as u64);
        let handle = self.speaker.bot.keep_file(content);
        if let Some(media) = &mut self.message.media {
            media.handle = handle;
        }
        self
    }

    /// With a document of this name, type and size.
    #[must_use]
    pub fn document(mut self, name: &str, mime: &str, bytes: u64) -> Self {
        self = self.file(MediaKind::Document, mime, bytes);
        if let Some(media) = &mut self.message.media {
            media.file_name = Some(name.to_owned());
        }
        self
    }

    /// To be seen only once.
    #[must_use]
    pub fn view_once(mut self) -> Self {
        self.message.view_once = true;
        self
    }

    /// Sent this long ago, and only arriving now.
    #[must_use]
    pub fn sent_ago(mut self, ago: Duration) -> Self {
        self.ago = ago;
        self
    }

    /// Received this long ago, and only handled now: the host had much to do.
    #[must_use]
    pub fn received_ago(mut self, ago: Duration) -> Self {
        self.in_host = ago;
        self
    }

    /// Waited at WhatsApp while the bot was away.
    #[must_use]
    pub fn waited(mut self) -> Self {
        self.message.offline = true;
        self
    }

    /// Says it; what came of it.
    ///
    /// # Panics
    ///
    /// When the handler failed.
    #[track_caller]
    pub fn send(self) -> Told {
        let text = self.message.text.clone();
        let told = self.run();
        assert!(
            told.failure().is_none(),
            "the handler failed at {text:?}: {told}"
        );
        told
    }

    /// Says it; what came of it, a failure too.
    pub fn run(self) -> Told {
        let speaker = self.speaker;
        let people: Vec<Person> = self
            .message
            .quoted
            .iter()
            .map(|quoted| quoted.author.clone())
            .chain(self.message.mentions.iter().cloned())
            .map(|jid| Person {
                jid,
                lid: None,
                name: String::new(),
            })
            .collect();
        let kind = EventKind::Message(self.message);
        let happened = Happened::new(speaker.bot, &speaker.chat, &speaker.person, kind);
        let mut happened = happened.by(speaker.role, speaker.bot_is_admin);
        happened.meet(&people);
        happened.received_at = happened.received_at.saturating_sub(millis(self.in_host));
        let ago = millis(self.ago.max(self.in_host));
        happened.event.at = happened.event.at.saturating_sub(ago);
        happened.run()
    }
}
