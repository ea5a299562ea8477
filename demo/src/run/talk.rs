//! Steps in which somebody writes, deletes, or is shown something.

use std::path::Path;
use std::time::Duration;

use jadi_simulator::{Body, ChatId, MediaFile, MediaKind, MessageKey, Outgoing, SeenMessage};
use tokio::time::Instant;

use super::failure::Mismatch;
use super::inbox::{Arrival, Lane, What};
use super::met;
use super::player::{Player, USUAL};
use crate::script::{Content, Expectation, Expected, FileToSend, Name, kind_word};

impl Player<'_> {
    pub(super) async fn send(
        &mut self,
        from: &Name,
        to: &Name,
        content: &Content,
    ) -> Result<(), Mismatch> {
        let chat = self.chat(to)?;
        let outgoing = self.outgoing(from, content).await?;
        self.write(from, chat, outgoing, &shown(content)).await
    }

    pub(super) async fn reply(
        &mut self,
        from: &Name,
        quoting: Option<&str>,
        content: &Content,
    ) -> Result<(), Mismatch> {
        let quoted = match quoting {
            Some(text) => {
                let is_it = |message: &SeenMessage| message.text.trim() == text.trim();
                let expected = || format!("that {from} sees a message `{text}`");
                self.find(from, is_it, expected).await?
            }
            None => {
                let expected = || format!("that {from} sees a message where they last were");
                let place = self.places.get(from).cloned();
                let is_it = move |message: &SeenMessage| Some(&message.key.chat) == place.as_ref();
                self.find(from, is_it, expected).await?
            }
        };
        let mut outgoing = self.outgoing(from, content).await?;
        let line = format!("↩ {}", shown(content));
        outgoing.quote = Some(quoted.clone());
        self.write(from, quoted.chat, outgoing, &line).await
    }

    async fn write(
        &mut self,
        from: &Name,
        chat: ChatId,
        outgoing: Outgoing,
        line: &str,
    ) -> Result<(), Mismatch> {
        let place = self.place_name(&chat);
        self.view.said(from.as_str(), &place, line);
        let text = outgoing.text.clone().unwrap_or_default();
        let inbox = self.inbox(from)?;
        let sent = inbox.phone().send(&chat, outgoing).await;
        let key = sent.map_err(Mismatch::refused)?;
        inbox.note_own(key.clone(), &text);
        self.printed.insert(key);
        self.places.insert(from.clone(), chat);
        Ok(())
    }

    /// Votes in the last poll that somebody sees where they last were, else anywhere.
    pub(super) async fn vote(&mut self, who: &Name, options: &[String]) -> Result<(), Mismatch> {
        let is_it = |message: &SeenMessage| matches!(message.body, Body::Poll { .. });
        let expected = || format!("that {who} sees a poll");
        let key = self.find(who, is_it, expected).await?;
        let place = self.place_name(&key.chat);
        let line = match options {
            [] => "[takes the vote back]".to_owned(),
            chosen => format!("[votes for {}]", chosen.join(", ")),
        };
        self.view.said(who.as_str(), &place, &line);
        let voted = self.inbox(who)?.phone().vote(&key, options).await;
        voted.map_err(Mismatch::refused)?;
        self.places.insert(who.clone(), key.chat);
        Ok(())
    }

    /// Gives somebody a profile picture.
    pub(super) async fn wear(&mut self, who: &Name, path: &str) -> Result<(), Mismatch> {
        let file = FileToSend {
            kind: MediaKind::Image,
            path: path.to_owned(),
            once: false,
        };
        let picture = self.file(&file)?;
        self.view.aside(&format!("{who} has the picture {path}"));
        let set = self.phone_of(who)?.set_picture(picture.bytes).await;
        set.map_err(Mismatch::refused)
    }

    /// A text with what only the running world knows: invitation links of groups in place of `{invitation GROUP}`, and of
    /// `{code BOT}` the digits that the bot last sent to who writes.
    async fn filled(&mut self, from: &Name, text: &str) -> Result<String, Mismatch> {
        let mut filled = text.to_owned();
        while let Some((place, what, name)) = blank(&filled) {
            let value = match what {
                Blank::Invitation => self.invitation(&name)?,
                Blank::Code => {
                    let expected = format!("four digits from {name}");
                    let bot = self.number(&name)?;
                    self.shown(from, &bot, &expected, met::digits).await?
                }
            };
            filled.replace_range(place, &value);
        }
        Ok(filled)
    }

    fn invitation(&self, name: &Name) -> Result<String, Mismatch> {
        let group = match self.chat(name)? {
            ChatId::Group(jid) => self.world.simulator().group(&jid),
            ChatId::Direct(_) => None,
        };
        group
            .map(|group| group.invitation)
            .ok_or_else(|| Mismatch::new("a group's name", name))
    }

    pub(super) async fn edit(&mut self, who: &Name, text: &str, to: &str) -> Result<(), Mismatch> {
        let key = self.find_text(who, text, who).await?;
        let place = self.place_name(&key.chat);
        let line = format!("[edits \"{text}\"] {to}");
        self.view.said(who.as_str(), &place, &line);
        let edited = self.inbox(who)?.phone().edit(&key, to).await;
        edited.map_err(Mismatch::refused)?;
        self.places.insert(who.clone(), key.chat);
        Ok(())
    }

    pub(super) async fn delete(
        &mut self,
        who: &Name,
        text: &str,
        of: Option<&Name>,
    ) -> Result<(), Mismatch> {
        let key = self.find_text(who, text, of.unwrap_or(who)).await?;
        let place = self.place_name(&key.chat);
        let line = match of {
            Some(author) => format!("[deletes {author}'s \"{text}\"]"),
            None => format!("[deletes \"{text}\"]"),
        };
        self.view.said(who.as_str(), &place, &line);
        let deleted = self.inbox(who)?.phone().revoke(&key).await;
        deleted.map_err(Mismatch::refused)?;
        self.places.insert(who.clone(), key.chat);
        Ok(())
    }

    /// The newest message of this author and text that somebody sees.
    async fn find_text(
        &mut self,
        who: &Name,
        text: &str,
        author: &Name,
    ) -> Result<MessageKey, Mismatch> {
        let number = self.number(author)?;
        let is_it = |message: &SeenMessage| {
            message.key.sender == number && message.text.trim() == text.trim()
        };
        let expected = || format!("that {who} sees a message `{text}` of {author}");
        self.find(who, is_it, expected).await
    }

    /// The newest message that somebody sees and that fits: where they last were, else anywhere. It may still be on its way.
    async fn find(
        &mut self,
        who: &Name,
        is_it: impl Fn(&SeenMessage) -> bool,
        expected: impl Fn() -> String,
    ) -> Result<MessageKey, Mismatch> {
        let deadline = Instant::now() + USUAL;
        loop {
            let place = self.places.get(who).cloned();
            let phone = self.inbox(who)?.phone();
            let elsewhere = phone.chats().into_iter().map(|summary| summary.chat);
            for chat in place.into_iter().chain(elsewhere) {
                let messages = phone.messages(&chat);
                let fits = |message: &&SeenMessage| message.deleted.is_none() && is_it(message);
                if let Some(message) = messages.iter().rev().find(fits) {
                    return Ok(message.key.clone());
                }
            }
            self.change_on(who, deadline)
                .await
                .map_err(|()| Mismatch::new(expected(), "no such message"))?;
        }
    }

    /// Waits until something comes to this phone, or the deadline has passed (`Err`).
    async fn change_on(&mut self, who: &Name, deadline: Instant) -> Result<(), ()> {
        let Some(inbox) = self.inboxes.get_mut(who) else {
            return Err(());
        };
        let changed = tokio::time::timeout_at(deadline, inbox.changed()).await;
        changed.map_err(|_| ())
    }

    pub(super) async fn expect(&mut self, expectation: &Expectation) -> Result<(), Mismatch> {
        let who = &expectation.receiver;
        let author = expectation.author.as_ref().map(|name| self.number(name));
        let lane = Lane {
            chat: self.chat(&expectation.chat)?,
            author: author.transpose()?,
        };
        let within = expectation.within.unwrap_or(USUAL);
        let place = match &expectation.author {
            Some(author) => format!("for {who} by {author} in {}", expectation.chat),
            None => format!("for {who} in {}", expectation.chat),
        };
        let expected = met::described(&expectation.what, &place, within);
        if expectation.what == Expected::Nothing {
            return self.expect_nothing(who, &lane, expected).await;
        }
        self.places.insert(who.clone(), lane.chat.clone());
        self.await_arrival(who, &lane, &expectation.what, within, expected)
            .await
    }

    async fn await_arrival(
        &mut self,
        who: &Name,
        lane: &Lane,
        what: &Expected,
        within: Duration,
        expected: String,
    ) -> Result<(), Mismatch> {
        let deadline = Instant::now() + within;
        loop {
            let inbox = self.inbox(who)?;
            if inbox.is_torn() {
                return Err(Mismatch::new(
                    expected,
                    "more events than could be kept up with",
                ));
            }
            if let Some(arrivals) = inbox.meet(lane, |came| met::meets(what, came)) {
                let place = self.receiver_name(who, &lane.chat);
                let (met, passed_over) = arrivals.split_last().unzip();
                for came in passed_over.unwrap_or_default() {
                    let from = self.called(&came.author);
                    self.view.also_came(&from, &place, &met::shown(&came.what));
                }
                if let Some(came) = met {
                    self.print(who, &place, came);
                }
                return Ok(());
            }
            if let Err(why) = self.world.check() {
                let came = self.came(who, lane, what)?;
                return Err(Mismatch::new(expected, format!("{came}\n{why}")));
            }
            if self.change_on(who, deadline).await.is_err() {
                let came = self.came(who, lane, what)?;
                return Err(Mismatch::new(expected, came));
            }
        }
    }

    /// Prints what came; a message that was printed before only as seen by one more.
    fn print(&mut self, who: &Name, place: &str, came: &Arrival) {
        let is_message = matches!(came.what, What::Message { .. });
        if is_message && !self.printed.insert(came.key.clone()) {
            self.view.seen_by(who.as_str());
            return;
        }
        let from = self.called(&came.author);
        self.view.said(&from, place, &met::shown(&came.what));
    }

    /// What came instead, with a word when the expected came too early.
    fn came(&self, who: &Name, lane: &Lane, what: &Expected) -> Result<String, Mismatch> {
        let inbox = self.inbox(who)?;
        let rest = met::listed(inbox.rest(lane).iter(), |number| self.called(number));
        let early = inbox.passed_over(lane);
        let early = early.iter().filter(|came| met::meets(what, &came.what));
        let early = met::listed(early, |number| self.called(number));
        Ok(match early.as_str() {
            "nothing" => rest,
            early => format!("{rest}\nout of order, before what was already met: {early}"),
        })
    }

    async fn expect_nothing(
        &mut self,
        who: &Name,
        lane: &Lane,
        expected: String,
    ) -> Result<(), Mismatch> {
        loop {
            let before = self.inbox(who)?.count();
            let idle = self.world.idle().await;
            idle.map_err(|why| Mismatch::new("that all comes to rest", why))?;
            if self.inbox(who)?.count() == before {
                break;
            }
        }
        let rest = self.inbox(who)?.rest(lane);
        if !rest.is_empty() {
            let came = met::listed(rest.iter(), |number| self.called(number));
            return Err(Mismatch::new(expected, came));
        }
        let place = self.place_name(&lane.chat);
        self.view.aside(&match &lane.author {
            Some(author) => format!(
                "nothing more for {who} by {} in {place}",
                self.called(author)
            ),
            None => format!("nothing more for {who} from {place}"),
        });
        Ok(())
    }

    /// What the transcript calls a chat.
    fn place_name(&self, chat: &ChatId) -> String {
        match chat {
            ChatId::Direct(number) => self.called(number),
            ChatId::Group(jid) => match self.world.simulator().group(jid) {
                Some(group) => group.subject,
                None => jid.clone(),
            },
        }
    }

    /// Whom a message is for: the group it stands in, or the one who gets it.
    fn receiver_name(&self, who: &Name, chat: &ChatId) -> String {
        match chat {
            ChatId::Direct(_) => who.to_string(),
            ChatId::Group(_) => self.place_name(chat),
        }
    }

    async fn outgoing(&mut self, from: &Name, content: &Content) -> Result<Outgoing, Mismatch> {
        let text = self.filled(from, &content.text).await?;
        let Some(file) = &content.file else {
            return Ok(Outgoing::text(text));
        };
        Ok(Outgoing {
            view_once: file.once,
            ..Outgoing::media(self.file(file)?, text)
        })
    }

    fn file(&self, file: &FileToSend) -> Result<MediaFile, Mismatch> {
        let beside = self.script_dir();
        let path = beside.join(&file.path);
        let bytes = std::fs::read(&path).map_err(|why| {
            Mismatch::new(
                "a file that stands beside the transcript",
                format!("{}: {why}", path.display()),
            )
        })?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(MediaFile {
            kind: file.kind,
            mime: mime(file.kind, &path).to_owned(),
            name: name.into_owned(),
            bytes,
        })
    }
}

/// What is filled into a text.
#[derive(Debug, Clone, Copy)]
enum Blank {
    Invitation,
    Code,
}

/// The first blank in a text: where it stands, what it is, and of whom.
fn blank(text: &str) -> Option<(std::ops::Range<usize>, Blank, Name)> {
    let kinds = [("{invitation ", Blank::Invitation), ("{code ", Blank::Code)];
    kinds.into_iter().find_map(|(opening, what)| {
        let start = text.find(opening)?;
        let (name, _) = text.get(start + opening.len()..)?.split_once('}')?;
        let end = start + opening.len() + name.len() + 1;
        Some((start..end, what, Name::new(name)?))
    })
}

fn shown(content: &Content) -> String {
    match &content.file {
        None => content.text.clone(),
        Some(file) => format!("[{} {}] {}", kind_word(file.kind), file.path, content.text),
    }
}

/// The MIME type of a file, by its extension, else what is usual for its kind.
fn mime(kind: MediaKind, path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    match (extension.to_ascii_lowercase().as_str(), kind) {
        ("png", _) => "image/png",
        ("jpg" | "jpeg", _) => "image/jpeg",
        ("webp", _) => "image/webp",
        ("mp4", _) => "video/mp4",
        ("ogg" | "opus", _) => "audio/ogg; codecs=opus",
        ("mp3", _) => "audio/mpeg",
        ("pdf", _) => "application/pdf",
        ("txt", _) => "text/plain",
        (_, MediaKind::Image) => "image/jpeg",
        (_, MediaKind::Sticker) => "image/webp",
        (_, MediaKind::Video) => "video/mp4",
        (_, MediaKind::Audio) => "audio/ogg; codecs=opus",
        (_, MediaKind::Document) => "application/octet-stream",
    }
}
