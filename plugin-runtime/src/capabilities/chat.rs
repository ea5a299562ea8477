//! `chat`: answering where the event came from. Every action points at the event's own chat, its sender's private chat, or
//! a message that was handed over; nothing that a plugin can say names another chat.

use jadi_plugin_manifest::Capability;
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::chat as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::budget::Reached;
use super::super::failure::Limit;
use super::super::limits::EventLimits;
use super::super::state::EventState;
use super::event::{HeldAction, HeldMessage};
use super::invalid;
use jadi_model::{Action, Jid, MediaKind, MediaOut, MessageRef, Poll, Progress, SendMessage};

/// The most people that one message mentions: as many as a group has.
const MENTIONS: usize = 1024;
/// The longest emoji, bytes: families with skin tones take about 40.
const EMOJI: usize = 64;
/// The fewest and the most options of a poll.
const OPTIONS: std::ops::RangeInclusive<usize> = 2..=12;
/// The most characters of one, and of a poll's question, as WhatsApp's phones take them.
const OPTION: usize = 100;
const QUESTION: usize = 255;
/// The most bytes of a poll's name.
const POLL_NAME: usize = 64;

/// A message that is being written.
pub struct Draft {
    text: String,
    pub(super) media: Option<MediaOut>,
    quote: Option<MessageRef>,
    mentions: Vec<Jid>,
    poll: Option<Box<Poll>>,
    /// Why it can't be sent, known while nobody could be told.
    problem: Option<Refused>,
}

impl Draft {
    /// Notes why it can't be sent; the first reason stays.
    pub(super) fn refuse(&mut self, problem: Refused) {
        self.problem.get_or_insert(problem);
    }

    /// Why it can't be sent as it is.
    fn flaw(&self) -> Option<Refused> {
        let empty = self.text.trim().is_empty();
        if self.poll.is_some() {
            return if self.media.is_some() {
                Some(invalid("a poll has no file"))
            } else if empty || self.text.chars().count() > QUESTION {
                Some(invalid(format!(
                    "a poll's question has 1 to {QUESTION} characters"
                )))
            } else {
                None
            };
        }
        match self.media.as_ref().map(|file| file.kind) {
            None if empty => Some(invalid("the message has neither text nor file")),
            Some(MediaKind::Sticker | MediaKind::Audio) if !empty => Some(invalid(
                "a sticker or sound has no caption; send the text by itself",
            )),
            _ => None,
        }
    }
}

/// What an instance has in hand, in drafts and actions together.
pub(in super::super) struct Desk {
    actions_allowed: u64,
    text_allowed: u64,
    /// Mentions that may be put into drafts in all.
    mentions_left: u64,
    actions: u64,
    text: u64,
}

impl Desk {
    pub(in super::super) fn new(limits: &EventLimits) -> Self {
        Self {
            actions_allowed: limits.actions,
            text_allowed: limits.text_bytes,
            mentions_left: limits.actions.saturating_mul(MENTIONS as u64),
            actions: 0,
            text: 0,
        }
    }

    /// Actions in hand.
    pub(in super::super) fn actions(&self) -> u64 {
        self.actions
    }

    /// Their text and that of drafts, bytes.
    pub(in super::super) fn text(&self) -> u64 {
        self.text
    }

    fn take_text(&mut self, text: &str) -> Result<(), Reached> {
        let total = self.text.saturating_add(text.len() as u64);
        if total > self.text_allowed {
            return Err(Reached {
                limit: Limit::Text,
                allowed: self.text_allowed,
            });
        }
        self.text = total;
        Ok(())
    }

    fn drop_text(&mut self, text: &str) {
        self.text = self.text.saturating_sub(text.len() as u64);
    }

    fn take_action(&mut self) -> Result<(), Reached> {
        if self.actions >= self.actions_allowed {
            return Err(Reached {
                limit: Limit::Actions,
                allowed: self.actions_allowed,
            });
        }
        self.actions = self.actions.saturating_add(1);
        Ok(())
    }
}

type Answer = wasmtime::Result<Result<Resource<HeldAction>, Refused>>;

impl EventState {
    /// Makes an action, whose text is on the desk already.
    pub(super) fn act(&mut self, action: Action) -> Answer {
        if let Err(reached) = self.desk.take_action() {
            self.desk.drop_text(text_of(&action));
            return Ok(Err(reached.into()));
        }
        Ok(Ok(self.hand_over(HeldAction::Do(Box::new(action)))?))
    }

    /// Makes the action that ends the event's round.
    pub(super) fn act_of_end(&mut self) -> Answer {
        if let Err(reached) = self.desk.take_action() {
            return Ok(Err(reached.into()));
        }
        Ok(Ok(self.hand_over(HeldAction::End)?))
    }

    /// Throws an action away that was not returned.
    pub(in super::super) fn discard(
        &mut self,
        action: Resource<HeldAction>,
    ) -> wasmtime::Result<()> {
        let held = self.handles.delete(action)?;
        self.desk.actions = self.desk.actions.saturating_sub(1);
        if let HeldAction::Do(action) = held {
            self.desk.drop_text(text_of(&action));
        }
        Ok(())
    }

    fn send_to(&mut self, chat: Jid, draft: Resource<Draft>) -> Answer {
        let mut draft = self.handles.delete(draft)?;
        self.calls.count(draft.text.len())?;
        let denied = self.permitted(Capability::Chat).err();
        let problem = denied
            .or_else(|| draft.problem.take())
            .or_else(|| draft.flaw());
        if let Some(problem) = problem {
            self.desk.drop_text(&draft.text);
            return Ok(Err(problem));
        }
        self.act(Action::Send(SendMessage {
            chat,
            text: draft.text,
            media: draft.media,
            quote: draft.quote,
            mentions: draft.mentions,
            poll: draft.poll,
        }))
    }

    async fn progress(&mut self, progress: Progress) -> Result<(), Refused> {
        self.permitted(Capability::Chat)?;
        match self.meter.pause(self.reads.progress(progress)).await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.note_trouble(&error);
                Err(Refused::Unavailable)
            }
        }
    }
}

impl wit::HostDraft for EventState {
    fn new(&mut self, mut text: String) -> wasmtime::Result<Resource<Draft>> {
        let problem = self.desk.take_text(&text).err().map(Refused::from);
        if problem.is_some() {
            text = String::new();
        }
        Ok(self.hand_over(Draft {
            text,
            media: None,
            quote: None,
            mentions: Vec::new(),
            poll: None,
            problem,
        })?)
    }

    fn quote(
        &mut self,
        draft: Resource<Draft>,
        message: Resource<HeldMessage>,
    ) -> wasmtime::Result<()> {
        let quote = self.point_at(&message)?;
        self.handles.get_mut(&draft)?.quote = Some(quote);
        Ok(())
    }

    fn mention(&mut self, draft: Resource<Draft>, person: String) -> wasmtime::Result<()> {
        let draft = self.handles.get_mut(&draft)?;
        let problem = match person.parse::<Jid>() {
            Ok(jid) if draft.mentions.contains(&jid) => return Ok(()),
            Ok(jid) if draft.mentions.len() < MENTIONS && self.desk.mentions_left > 0 => {
                self.desk.mentions_left = self.desk.mentions_left.saturating_sub(1);
                draft.mentions.push(jid);
                return Ok(());
            }
            Ok(_) => Reached {
                limit: Limit::Mentions,
                allowed: MENTIONS as u64,
            }
            .into(),
            Err(_) => invalid("a mentioned person is not an address such as an event hands over"),
        };
        draft.refuse(problem);
        Ok(())
    }

    fn poll(
        &mut self,
        draft: Resource<Draft>,
        name: String,
        options: Vec<String>,
        several: bool,
    ) -> wasmtime::Result<()> {
        let bytes = options.iter().fold(name.len(), |bytes, option| {
            bytes.saturating_add(option.len())
        });
        self.calls.count(bytes)?;
        let draft = self.handles.get_mut(&draft)?;
        match poll(name, options, several) {
            Ok(poll) => draft.poll = Some(Box::new(poll)),
            Err(flaw) => draft.refuse(flaw),
        }
        Ok(())
    }

    fn drop(&mut self, draft: Resource<Draft>) -> wasmtime::Result<()> {
        let draft = self.handles.delete(draft)?;
        self.desk.drop_text(&draft.text);
        Ok(())
    }
}

impl wit::Host for EventState {
    fn send(&mut self, draft: Resource<Draft>) -> Answer {
        self.send_to(self.input.event.chat.jid.clone(), draft)
    }

    fn send_privately(&mut self, draft: Resource<Draft>) -> Answer {
        self.send_to(self.input.event.sender.jid.clone(), draft)
    }

    fn react(&mut self, to: Resource<HeldMessage>, emoji: String) -> Answer {
        self.calls.count(emoji.len())?;
        if let Err(denied) = self.permitted(Capability::Chat) {
            return Ok(Err(denied));
        }
        let target = self.point_at(&to)?;
        match checked(emoji) {
            Ok(emoji) => self.act(Action::React { target, emoji }),
            Err(refused) => Ok(Err(refused)),
        }
    }

    fn edit(&mut self, message: Resource<HeldMessage>, text: String) -> Answer {
        self.calls.count(text.len())?;
        if let Err(denied) = self.permitted(Capability::Chat) {
            return Ok(Err(denied));
        }
        let target = self.point_at(&message)?;
        if !target.from_me {
            return Ok(Err(invalid("only messages of the bot's own can be edited")));
        }
        if text.trim().is_empty() {
            return Ok(Err(invalid("the message has no text")));
        }
        if let Err(reached) = self.desk.take_text(&text) {
            return Ok(Err(reached.into()));
        }
        self.act(Action::Edit {
            chat: target.chat,
            target: target.id,
            text,
        })
    }

    fn delete(&mut self, message: Resource<HeldMessage>) -> Answer {
        self.calls.count(0)?;
        if let Err(denied) = self.permitted(Capability::Chat) {
            return Ok(Err(denied));
        }
        let target = self.point_at(&message)?;
        if !target.from_me {
            return Ok(Err(invalid(
                "only messages of the bot's own can be deleted",
            )));
        }
        self.act(Action::Delete { target })
    }

    async fn progress_typing(&mut self) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(0)?;
        let chat = self.input.event.chat.jid.clone();
        Ok(self.progress(Progress::Typing { chat }).await)
    }

    async fn progress_react(
        &mut self,
        to: Resource<HeldMessage>,
        emoji: String,
    ) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(emoji.len())?;
        let target = self.point_at(&to)?;
        match checked(emoji) {
            Ok(emoji) => Ok(self.progress(Progress::React { target, emoji }).await),
            Err(refused) => Ok(Err(refused)),
        }
    }
}

/// A poll, when it is one that WhatsApp takes. Whose it is and its secret are filled in by who sends it.
fn poll(name: String, options: Vec<String>, several: bool) -> Result<Poll, Refused> {
    if name.is_empty() || name.len() > POLL_NAME {
        return Err(invalid(format!("a poll's name has 1 to {POLL_NAME} bytes")));
    }
    if !OPTIONS.contains(&options.len()) {
        let (least, most) = (OPTIONS.start(), OPTIONS.end());
        return Err(invalid(format!("a poll has {least} to {most} options")));
    }
    let fits = |option: &String| {
        !option.trim().is_empty() && option.chars().count() <= OPTION && !option.contains('\n')
    };
    if !options.iter().all(fits) {
        return Err(invalid(format!(
            "an option of a poll is one line of 1 to {OPTION} characters"
        )));
    }
    let mut sorted: Vec<&String> = options.iter().collect();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair.first() == pair.last()) {
        return Err(invalid("two options of the poll are the same"));
    }
    Ok(Poll {
        plugin: String::new(),
        name,
        options,
        several,
        secret: Vec::new(),
    })
}

fn checked(emoji: String) -> Result<String, Refused> {
    if emoji.len() <= EMOJI {
        Ok(emoji)
    } else {
        Err(invalid(format!(
            "a reaction is one emoji, not a text of {} bytes",
            emoji.len()
        )))
    }
}

fn text_of(action: &Action) -> &str {
    match action {
        Action::Send(message) => &message.text,
        Action::Edit { text, .. } => text,
        Action::React { .. }
        | Action::Delete { .. }
        | Action::Group { .. }
        | Action::Bot { .. }
        | Action::Hosting { .. } => "",
    }
}

#[cfg(test)]
mod tests;
