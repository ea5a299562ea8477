//! What a handler returns.

use crate::bindings::capabilities::jadi::plugin::chat::{self, Draft};
use crate::bindings::capabilities::jadi::plugin::media as files;
use crate::bindings::capabilities::jadi::plugin::types::{
    Action, Error as HandlerError, Message as HostMessage,
};
use crate::context::Context;
use crate::group_admin::Change;
use crate::hosting::Order;
use crate::media::File;
use crate::words::within;
use crate::{Error, Quoted, Result};

/// The most bytes of text that an answer sends, all its messages together; of what is longer the beginning is sent. An event may send
/// 64 KiB: the rest is for edits, and for those signs that a cut leaves.
const TEXT: usize = 48 * 1024;

/// A message to send. Unless told otherwise it goes to the chat that the event came from and quotes the message that asked, if
/// one did.
///
/// Of a text beyond 48 KiB, all messages of an answer together, the beginning is sent, and `…`.
pub struct Reply {
    text: String,
    file: Option<Enclose>,
    quote: bool,
    quoted: Option<Quoted>,
    privately: bool,
    mentions: Vec<String>,
    poll: Option<Poll>,
}

/// What makes a message a poll.
struct Poll {
    name: String,
    options: Vec<String>,
    several: bool,
}

/// Puts a reply's file into its draft. A function and no value, so that only a plugin that sends files has the code for it, and
/// imports `media`.
type Enclose = Box<dyn FnOnce(&Draft, Asked<'_>) -> Result<()>>;

impl Reply {
    /// A reply with this text, in WhatsApp's markup (`*bold*`, `_italic_`).
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            file: None,
            quote: true,
            quoted: None,
            privately: false,
            mentions: Vec::new(),
            poll: None,
        }
    }

    /// A poll: a question, 2 to 12 options of which everybody may choose one, and a name that comes back with each vote
    /// (`#[on_poll_vote]`).
    pub fn poll<T: Into<String>>(
        name: impl Into<String>,
        question: impl Into<String>,
        options: impl IntoIterator<Item = T>,
    ) -> Self {
        let poll = Poll {
            name: name.into(),
            options: options.into_iter().map(T::into).collect(),
            several: false,
        };
        Self {
            poll: Some(poll),
            ..Self::text(question)
        }
    }

    /// Lets everybody choose as many options of the poll as they like.
    #[must_use]
    pub fn with_several_choices(mut self) -> Self {
        if let Some(poll) = &mut self.poll {
            poll.several = true;
        }
        self
    }

    /// A reply with this file and no text.
    pub fn file(file: File) -> Self {
        Self::text("").with_file(file)
    }

    /// Sends this file along; the text becomes its caption. Sounds and stickers have none.
    #[must_use]
    pub fn with_file(mut self, file: File) -> Self {
        self.file = Some(Box::new(move |draft, _| {
            files::attach(draft, file.0);
            Ok(())
        }));
        self
    }

    /// Sends the file of the message that asked along, as it is.
    #[must_use]
    pub fn with_file_of_message(mut self) -> Self {
        self.file = Some(Box::new(|draft, asked| {
            Ok(files::forward(draft, asked.message()?)?)
        }));
        self
    }

    /// Sends the file of a quoted or original message along, as it is.
    #[must_use]
    pub fn with_file_of(mut self, quoted: Quoted) -> Self {
        self.file = Some(Box::new(move |draft, _| {
            Ok(files::forward(draft, &quoted.0)?)
        }));
        self
    }

    /// Does not quote the message that asked.
    #[must_use]
    pub fn unquoted(mut self) -> Self {
        self.quote = false;
        self
    }

    /// Quotes this message instead of the one that asked.
    #[must_use]
    pub fn quoting(mut self, quoted: Quoted) -> Self {
        self.quoted = Some(quoted);
        self
    }

    /// Goes to the sender's private chat.
    #[must_use]
    pub fn privately(mut self) -> Self {
        self.privately = true;
        self
    }

    /// Notifies this person where the text has `@` and the user part of their address.
    #[must_use]
    pub fn mention(mut self, jid: impl Into<String>) -> Self {
        self.mentions.push(jid.into());
        self
    }
}

enum Effect {
    Send(Reply),
    React(String),
    ReactTo(Quoted, String),
    Made(Action),
}

/// What is to be done, in its order.
#[derive(Default)]
pub struct Answer(Vec<Effect>);

impl Answer {
    /// Nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Then sends a reply.
    #[must_use]
    pub fn send(mut self, reply: impl Into<Reply>) -> Self {
        self.0.push(Effect::Send(reply.into()));
        self
    }

    /// Then puts an emoji on the message that asked.
    #[must_use]
    pub fn react(mut self, emoji: impl Into<String>) -> Self {
        self.0.push(Effect::React(emoji.into()));
        self
    }

    /// Then puts an emoji on a quoted or original message, or on the one that asked for a change of the group.
    #[must_use]
    pub fn react_to(mut self, quoted: Quoted, emoji: impl Into<String>) -> Self {
        self.0.push(Effect::ReactTo(quoted, emoji.into()));
        self
    }

    /// Then changes the group.
    #[must_use]
    pub fn then(mut self, change: Change) -> Self {
        self.0.push(Effect::Made(change.0));
        self
    }

    /// Then does something with the host's bots.
    #[must_use]
    pub fn order(mut self, order: Order) -> Self {
        self.0.push(Effect::Made(order.0));
        self
    }

    /// Then replaces the text of a message that the bot wrote.
    ///
    /// # Errors
    ///
    /// When the bot did not write it.
    pub fn edit(mut self, quoted: &Quoted, text: &str) -> Result<Self> {
        self.0.push(Effect::Made(chat::edit(&quoted.0, text)?));
        Ok(self)
    }

    /// Then deletes a message that the bot wrote, for everyone.
    ///
    /// # Errors
    ///
    /// When the bot did not write it.
    pub fn delete(mut self, quoted: &Quoted) -> Result<Self> {
        self.0.push(Effect::Made(chat::delete(&quoted.0)?));
        Ok(self)
    }
}

/// What a handler may return.
pub trait IntoAnswer {
    /// As an answer.
    ///
    /// # Errors
    ///
    /// What the handler returned as one.
    fn into_answer(self) -> Result<Answer>;
}

impl IntoAnswer for Answer {
    fn into_answer(self) -> Result<Answer> {
        Ok(self)
    }
}

impl IntoAnswer for Change {
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::none().then(self))
    }
}

impl IntoAnswer for Order {
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::none().order(self))
    }
}

impl IntoAnswer for () {
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::none())
    }
}

impl IntoAnswer for Reply {
    fn into_answer(self) -> Result<Answer> {
        Ok(Answer::none().send(self))
    }
}

impl IntoAnswer for String {
    fn into_answer(self) -> Result<Answer> {
        Reply::text(self).into_answer()
    }
}

impl IntoAnswer for &str {
    fn into_answer(self) -> Result<Answer> {
        Reply::text(self).into_answer()
    }
}

impl<T: IntoAnswer> IntoAnswer for Option<T> {
    fn into_answer(self) -> Result<Answer> {
        self.map_or_else(|| Ok(Answer::none()), T::into_answer)
    }
}

impl<T: IntoAnswer> IntoAnswer for Vec<T> {
    fn into_answer(self) -> Result<Answer> {
        let mut all = Answer::none();
        for one in self {
            all.0.extend(one.into_answer()?.0);
        }
        Ok(all)
    }
}

impl<T: IntoAnswer, E: Into<Error>> IntoAnswer for Result<T, E> {
    fn into_answer(self) -> Result<Answer> {
        self.map_err(Into::into)?.into_answer()
    }
}

impl From<String> for Reply {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<&str> for Reply {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

/// The event that an answer is for: its context, and the message that asked, if one did.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    context: Context<'a>,
    message: Option<&'a HostMessage>,
}

impl<'a> Asked<'a> {
    /// By a message.
    pub fn by_message(message: &crate::Message<'a>) -> Self {
        Self {
            context: **message,
            message: Some(message.message),
        }
    }

    /// By something that happened.
    pub fn by_event(context: &Context<'a>) -> Self {
        Self {
            context: *context,
            message: None,
        }
    }

    fn message(&self) -> Result<&'a HostMessage> {
        self.message.ok_or_else(|| {
            Error::new("this event is no message that one could react to or take a file from")
        })
    }
}

/// Turns an answer into the contract's actions.
#[doc(hidden)]
pub fn finish(answer: Result<Answer>, asked: Asked<'_>) -> Result<Vec<Action>, HandlerError> {
    let mut room = TEXT;
    let actions = |answer: Answer| -> Result<Vec<Action>> {
        answer
            .0
            .into_iter()
            .map(|effect| match effect {
                Effect::Send(reply) => send(reply, asked, &mut room),
                Effect::React(emoji) => Ok(chat::react(asked.message()?, &emoji)?),
                Effect::ReactTo(quoted, emoji) => Ok(chat::react(&quoted.0, &emoji)?),
                Effect::Made(action) => Ok(action),
            })
            .collect()
    };
    answer.and_then(actions).map_err(|error| HandlerError {
        message: error.to_string(),
    })
}

fn send(reply: Reply, asked: Asked<'_>, room: &mut usize) -> Result<Action> {
    let text = within(reply.text, *room);
    *room = room.saturating_sub(text.len());
    let draft = Draft::new(&text);
    let quoted = reply.quoted.as_ref().map(|quoted| &quoted.0);
    // A quote from a group would show the group's words in the private chat.
    if reply.quote
        && let Some(message) = quoted.or(asked.message)
        && !(reply.privately && asked.context.in_group())
    {
        draft.quote(message);
    }
    if let Some(enclose) = reply.file {
        enclose(&draft, asked)?;
    }
    for person in &reply.mentions {
        draft.mention(person);
    }
    if let Some(poll) = &reply.poll {
        draft.poll(&poll.name, &poll.options, poll.several);
    }
    let action = if reply.privately {
        chat::send_privately(draft)
    } else {
        chat::send(draft)
    };
    Ok(action?)
}
