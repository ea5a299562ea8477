//! The event as a handler sees it.

use crate::bindings::capabilities::jadi::plugin::types::{
    Event as HostEvent, Message as HostMessage,
};
use crate::clock::Instant;
use crate::{Chat, ChatKind, Invocation, Media, Person, Role};

/// A message that came in, and what surrounds it: who wrote it, where, in which language to answer.
///
/// Nothing is copied into the plugin until it is asked for. Each call asks the host, so keep what you need twice.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    pub(crate) event: &'a HostEvent,
    pub(crate) message: &'a HostMessage,
}

impl<'a> Message<'a> {
    #[doc(hidden)]
    pub fn new(event: &'a HostEvent, message: &'a HostMessage) -> Self {
        Self { event, message }
    }

    /// The host's name for the event, as logs and receipts show it.
    pub fn event_id(&self) -> String {
        self.event.id()
    }

    /// When it was sent, by WhatsApp's clock, which has whole seconds.
    pub fn at(&self) -> Instant {
        Instant::from_millis(self.event.at())
    }

    /// Where it was sent.
    pub fn chat(&self) -> Chat {
        self.event.chat()
    }

    /// Whether it was sent in a group.
    pub fn in_group(&self) -> bool {
        self.chat().kind == ChatKind::Group
    }

    /// Who sent it.
    pub fn sender(&self) -> Person {
        self.event.sender()
    }

    /// What the sender is to this bot, in this chat.
    pub fn role(&self) -> Role {
        self.event.role()
    }

    /// The language to answer in, such as `en`.
    pub fn language(&self) -> String {
        self.event.language()
    }

    /// The prefix to show in help texts: the one that was typed, else the bot's first.
    pub fn prefix(&self) -> String {
        match self.command() {
            Some(command) => command.prefix,
            None => self.event.prefixes().into_iter().next().unwrap_or_default(),
        }
    }

    /// The bot's prefixes; never empty.
    pub fn prefixes(&self) -> Vec<String> {
        self.event.prefixes()
    }

    /// Whether the bot is an admin of the group; false in private chats.
    pub fn bot_is_admin(&self) -> bool {
        self.event.bot_is_admin()
    }

    /// When the bot came up.
    pub fn bot_started_at(&self) -> Instant {
        Instant::from_millis(self.event.bot_started_at())
    }

    /// Whether it waited at WhatsApp while the bot was away.
    pub fn waited(&self) -> bool {
        self.event.waited()
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

/// A message that another one answers, as the answering phone quoted it: its words are that phone's, not proven.
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
}
