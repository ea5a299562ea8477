//! Messages as a handler sees them.

use std::ops::Deref;

use crate::bindings::capabilities::jadi::plugin::types::{
    Event as HostEvent, Message as HostMessage,
};
use crate::context::Context;
use crate::{Invocation, Media};

/// A message that came in, with the [`Context`] of every event.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    context: Context<'a>,
    pub(crate) message: &'a HostMessage,
}

impl<'a> Deref for Message<'a> {
    type Target = Context<'a>;

    fn deref(&self) -> &Self::Target {
        &self.context
    }
}

impl<'a> Message<'a> {
    #[doc(hidden)]
    pub fn new(event: &'a HostEvent, message: &'a HostMessage) -> Self {
        Self {
            context: Context::new(event),
            message,
        }
    }

    /// Its id, unique within chat and author.
    pub fn id(&self) -> String {
        self.message.id()
    }

    /// The prefix to show in help texts: the one that was typed, else the bot's first.
    pub fn prefix(&self) -> String {
        match self.command() {
            Some(command) => command.prefix,
            None => self.prefixes().into_iter().next().unwrap_or_default(),
        }
    }

    /// Text, or a file's caption; empty when there is none.
    pub fn text(&self) -> String {
        self.message.text()
    }

    /// The command that the text is, when it is one.
    pub fn command(&self) -> Option<Invocation> {
        self.message.command()
    }

    /// What stands after the command's name, without the spaces around it; empty when the message is no command.
    pub fn args(&self) -> String {
        self.command()
            .map(|command| command.args)
            .unwrap_or_default()
    }

    /// The file that came with it.
    pub fn media(&self) -> Option<Media> {
        self.message.media()
    }

    /// The message that it answers.
    pub fn quoted(&self) -> Option<Quoted> {
        self.message.quoted().map(Quoted)
    }

    /// The addresses of those who are mentioned in the text.
    pub fn mentions(&self) -> Vec<String> {
        self.message.mentions()
    }

    /// Whether it is to be seen only once.
    pub fn view_once(&self) -> bool {
        self.message.view_once()
    }
}

/// A message that another one answers, or one that an event is about. What is quoted comes from the answering phone: its words
/// are that phone's, not proven.
pub struct Quoted(pub(crate) HostMessage);

impl Quoted {
    /// Its id, unique within chat and author.
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// The address of who wrote it.
    pub fn author(&self) -> String {
        self.0.author()
    }

    /// Whether the bot wrote it.
    pub fn from_me(&self) -> bool {
        self.0.from_me()
    }

    /// Text or caption.
    pub fn text(&self) -> String {
        self.0.text()
    }

    /// The file that came with it.
    pub fn media(&self) -> Option<Media> {
        self.0.media()
    }

    /// The message that it answers, in turn.
    pub fn quoted(&self) -> Option<Self> {
        self.0.quoted().map(Self)
    }

    /// Whether it is to be seen only once.
    pub fn view_once(&self) -> bool {
        self.0.view_once()
    }
}
