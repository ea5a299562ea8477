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
    actions: u64,
    text: u64,
}

impl Desk {
    pub(in super::super) fn new(limits: &EventLimits) -> Self {
        Self {
            actions_allowed: limits.actions,
            text_allowed: limits.text_bytes,
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
            Ok(jid) if draft.mentions.len() < MENTIONS => {
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
mod tests {
    use super::super::super::tests::support::{Data, input, jid, state};
    use super::wit::{Host, HostDraft};
    use super::*;
    use crate::Grants;
    use crate::bindings::jadi::plugin::types::HostMessage;

    fn fresh() -> EventState {
        state(Data::default(), EventLimits::default())
    }

    fn message(state: &mut EventState) -> Resource<HeldMessage> {
        state.hand_over(HeldMessage::EVENT).expect("a handle")
    }

    /// The message that the event's one answers: one of the bot's own.
    fn quoted(state: &mut EventState) -> Resource<HeldMessage> {
        let message = message(state);
        let quoted = HostMessage::quoted(state, message).expect("no trap");
        quoted.expect("it answers one")
    }

    fn draft(state: &mut EventState, text: &str) -> Resource<Draft> {
        HostDraft::new(state, text.to_owned()).expect("a handle")
    }

    fn same(draft: &Resource<Draft>) -> Resource<Draft> {
        Resource::new_borrow(draft.rep())
    }

    fn action(state: &mut EventState, answer: Answer) -> Action {
        let handle = answer.expect("no trap").expect("not refused");
        match state.handles.delete(handle).expect("held") {
            HeldAction::Do(action) => *action,
            HeldAction::End => panic!("an action"),
        }
    }

    fn refusal(answer: Answer) -> Refused {
        match answer.expect("no trap") {
            Err(refused) => refused,
            Ok(_) => panic!("it was not refused"),
        }
    }

    #[test]
    fn an_answer_goes_to_the_events_chat_with_quote_and_mentions() {
        let mut state = fresh();
        let draft = draft(&mut state, "hello @6280000000102");
        let quote = message(&mut state);
        state.quote(same(&draft), quote).expect("no trap");
        for _ in 0..2 {
            let person = "6280000000102@s.whatsapp.net".to_owned();
            state.mention(same(&draft), person).expect("no trap");
        }
        let answer = state.send(draft);
        let event = input().event;
        let expected = SendMessage {
            chat: event.chat.jid.clone(),
            text: "hello @6280000000102".to_owned(),
            media: None,
            quote: Some(MessageRef {
                chat: event.chat.jid.clone(),
                author: event.sender.jid.clone(),
                from_me: false,
                id: event.key.id.clone(),
            }),
            mentions: vec![jid("6280000000102@s.whatsapp.net")],
            poll: None,
        };
        assert_eq!(action(&mut state, answer), Action::Send(expected));
    }

    #[test]
    fn a_poll_is_sent_as_one_and_what_whatsapp_does_not_take_is_refused() {
        let mut state = fresh();
        let options = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let drafted = draft(&mut state, "Tea?");
        let poll = state.poll(
            same(&drafted),
            "p1".to_owned(),
            options(&["yes", "no"]),
            true,
        );
        poll.expect("no trap");
        let answer = state.send(drafted);
        let Action::Send(message) = action(&mut state, answer) else {
            panic!("a message");
        };
        let poll = message.poll.expect("a poll");
        assert_eq!((poll.name.as_str(), poll.several), ("p1", true));
        assert_eq!(poll.options, ["yes", "no"]);
        assert!(poll.plugin.is_empty() && poll.secret.is_empty());

        let long = "x".repeat(101);
        let many: Vec<String> = (0..13).map(|n| n.to_string()).collect();
        let question = "x".repeat(256);
        for (text, name, options) in [
            ("Tea?", "", options(&["yes", "no"])),
            ("Tea?", "p", options(&["yes"])),
            ("Tea?", "p", options(&["yes", "no", "yes"])),
            ("Tea?", "p", options(&["yes", " "])),
            ("Tea?", "p", options(&["yes", "a\nb"])),
            ("Tea?", "p", options(&["yes", &long])),
            ("Tea?", "p", many),
            (" ", "p", options(&["yes", "no"])),
            (&question, "p", options(&["yes", "no"])),
        ] {
            let drafted = draft(&mut state, text);
            let poll = state.poll(same(&drafted), name.to_owned(), options.clone(), false);
            poll.expect("no trap");
            let refused = refusal(state.send(drafted));
            assert!(matches!(refused, Refused::Invalid(_)), "{options:?}");
        }
    }

    #[test]
    fn a_private_answer_goes_to_the_sender() {
        let mut state = fresh();
        let draft = draft(&mut state, "psst");
        let answer = state.send_privately(draft);
        match action(&mut state, answer) {
            Action::Send(message) => assert_eq!(message.chat, input().event.sender.jid),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn what_the_operator_has_denied_is_refused() {
        let mut state = fresh();
        state.input.grants = Grants::without([Capability::Chat]);
        let drafted = draft(&mut state, "hello");
        let answers = [
            state.send(drafted),
            {
                let drafted = draft(&mut state, "psst");
                state.send_privately(drafted)
            },
            {
                let to = message(&mut state);
                state.react(to, "x".to_owned())
            },
            {
                let own = quoted(&mut state);
                state.edit(own, "changed".to_owned())
            },
            {
                let own = quoted(&mut state);
                state.delete(own)
            },
        ];
        for answer in answers {
            assert!(matches!(refusal(answer), Refused::Denied));
        }
        let to = message(&mut state);
        let shown = [
            state.progress_typing().await.expect("no trap"),
            state
                .progress_react(to, "x".to_owned())
                .await
                .expect("no trap"),
        ];
        for refused in shown {
            assert!(matches!(refused, Err(Refused::Denied)), "{refused:?}");
        }
        assert_eq!((state.desk.actions, state.desk.text), (0, 0));
    }

    #[test]
    fn only_the_bots_own_messages_are_edited_and_deleted() {
        let mut state = fresh();
        let (theirs, own) = (message(&mut state), quoted(&mut state));
        let edit = state.edit(theirs, "changed".to_owned());
        assert!(matches!(refusal(edit), Refused::Invalid(_)));
        let theirs = message(&mut state);
        let delete = state.delete(theirs);
        assert!(matches!(refusal(delete), Refused::Invalid(_)));

        let edit = state.edit(Resource::new_borrow(own.rep()), "changed".to_owned());
        match action(&mut state, edit) {
            Action::Edit { target, text, .. } => {
                assert_eq!((target.as_str(), text.as_str()), ("3EB0AA", "changed"));
            }
            other => panic!("{other:?}"),
        }
        let delete = state.delete(own);
        assert!(matches!(
            action(&mut state, delete),
            Action::Delete { target } if target.from_me
        ));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut state = fresh();
        let empty = draft(&mut state, " \n");
        let answer = state.send(empty);
        assert!(matches!(refusal(answer), Refused::Invalid(_)));

        let mentioning = draft(&mut state, "hi");
        let nobody = "everybody".to_owned();
        state.mention(same(&mentioning), nobody).expect("no trap");
        let answer = state.send(mentioning);
        assert!(matches!(refusal(answer), Refused::Invalid(_)));

        let to = message(&mut state);
        let answer = state.react(to, "x".repeat(65));
        assert!(matches!(refusal(answer), Refused::Invalid(_)));
    }

    #[test]
    fn a_thousand_mentions_are_enough() {
        let mut state = fresh();
        let draft = draft(&mut state, "all");
        for n in 0..=MENTIONS {
            let person = format!("62800000{n:05}@s.whatsapp.net");
            state.mention(same(&draft), person).expect("no trap");
        }
        let answer = state.send(draft);
        match refusal(answer) {
            Refused::Limit(text) => assert_eq!(text, "1024 mentions in a message"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_thrown_away_makes_room() {
        let limits = EventLimits {
            actions: 1,
            text_bytes: 10,
            ..EventLimits::default()
        };
        let mut state = state(Data::default(), limits);
        let first = draft(&mut state, "1234567890");
        let too_much = draft(&mut state, "1");
        let answer = state.send(too_much);
        assert!(matches!(refusal(answer), Refused::Limit(text) if text.contains("text")));

        let kept = state.send(first).expect("no trap").expect("not refused");
        let to = message(&mut state);
        let answer = state.react(to, "👍".to_owned());
        assert!(matches!(refusal(answer), Refused::Limit(text) if text == "1 actions"));

        state.discard(kept).expect("held");
        let again = draft(&mut state, "0987654321");
        let answer = state.send(again);
        action(&mut state, answer);
    }

    #[tokio::test]
    async fn progress_is_shown_at_once() {
        let mut state = fresh();
        let typing = state.progress_typing().await.expect("no trap");
        assert!(typing.is_ok());
        assert_eq!(state.calls.made(), 1);

        let broken = Data {
            broken: true,
            ..Data::default()
        };
        let mut state = super::super::super::tests::support::state(broken, EventLimits::default());
        let typing = state.progress_typing().await.expect("no trap");
        assert!(matches!(typing, Err(Refused::Unavailable)));
    }
}
