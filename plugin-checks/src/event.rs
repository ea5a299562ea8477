//! Events in which everything is a canary of the bot that they happen in.

use std::sync::Arc;

use anyhow::Result;
use jadi_model::{
    ChangeOutcome, Chat, ChatKind, Event, EventKey, EventKind, GroupInfo, HostingStep, KeptMessage,
    Media, MediaKind, Message, MessageId, Participant, PeopleChange, Person, PersonChanged, Quoted,
    Role, StepName,
};
use jadi_plugin_manifest::EventKind as Asked;
use jadi_plugin_runtime::{EventInput, Grants, Invocation};

use crate::Bot;

/// A command as somebody types it.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// Its name.
    pub name: &'a str,
    /// What stands behind it.
    pub args: &'a str,
}

impl Bot {
    /// A message that is this command.
    ///
    /// # Errors
    ///
    /// When an id can't be made.
    pub fn command(&self, typed: Typed<'_>, language: &str) -> Result<EventInput> {
        let message = self.message(&format!("!{} {}", typed.name, typed.args))?;
        let mut input = self.input(EventKind::Message(message), language)?;
        input.command = Some(Invocation {
            prefix: "!".to_owned(),
            name: typed.name.to_owned(),
            alias: None,
            args: typed.args.to_owned(),
            known: true,
        });
        Ok(input)
    }

    /// An event of a kind that a plugin may ask for; none for what it has to schedule itself.
    ///
    /// # Errors
    ///
    /// When an id can't be made.
    pub fn event(&self, asked: Asked, language: &str) -> Result<Option<EventInput>> {
        let canary = self.canary();
        let text = format!("{canary} says https://{canary}.example.org/ and nothing in particular");
        let target = self.id("3EB2", 0)?;
        let kind = match asked {
            Asked::Message => EventKind::Message(self.message(&text)?),
            Asked::MessageEdit => EventKind::MessageEdit { target, text },
            Asked::MessageDelete => EventKind::MessageDelete {
                target,
                author: self.person(),
            },
            Asked::Reaction => EventKind::Reaction {
                target,
                emoji: canary.to_owned(),
            },
            Asked::GroupAdd => EventKind::GroupAdd {
                people: vec![self.person()],
            },
            Asked::GroupRemove => EventKind::GroupRemove {
                people: vec![self.person()],
            },
            Asked::GroupChange => EventKind::GroupChange {
                plugin: canary.to_owned(),
                change: PeopleChange::Add,
                people: vec![PersonChanged {
                    jid: self.person().jid,
                    outcome: ChangeOutcome::Invited,
                }],
                asked: Some(Box::new(KeptMessage {
                    id: target,
                    author: self.person(),
                    at: 1_700_000_000_000,
                    message: self.message(&text)?,
                })),
            },
            Asked::PollVote => EventKind::PollVote {
                plugin: canary.to_owned(),
                name: canary.to_owned(),
                poll: target,
                chosen: vec![canary.to_owned()],
            },
            Asked::Hosting => EventKind::Hosting {
                plugin: None,
                step: HostingStep {
                    picture: canary.as_bytes().to_vec(),
                    reason: Some(canary.to_owned()),
                    ..HostingStep::new(StepName::Ended, format!("628{}", "0".repeat(9)).parse()?)
                },
            },
            Asked::Schedule => return Ok(None),
        };
        self.input(kind, language).map(Some)
    }

    /// Any event, with all that goes with it.
    ///
    /// # Errors
    ///
    /// When an id can't be made.
    pub fn input(&self, kind: EventKind, language: &str) -> Result<EventInput> {
        let (canary, turn) = (self.canary(), self.turn());
        let chat = Chat {
            jid: self.group().clone(),
            kind: ChatKind::Group,
        };
        let member = |person: Person, admin| Participant {
            jid: person.jid,
            lid: person.lid,
            admin,
        };
        Ok(EventInput {
            event_id: format!("{canary}-{turn}"),
            event: Arc::new(Event {
                key: EventKey {
                    chat: chat.jid.clone(),
                    sender: self.person().jid,
                    id: self.id("3EB1", turn)?,
                },
                at: 1_700_000_000_000,
                chat,
                sender: self.person(),
                kind,
            }),
            received_at: 1_700_000_000_500,
            original: Some(Arc::new(KeptMessage {
                id: self.id("3EB2", 0)?,
                author: self.person(),
                at: 1_700_000_000_000,
                message: self.message(&format!("{canary} before"))?,
            })),
            role: Role::SystemOwner,
            command: None,
            language: language.to_owned(),
            prefixes: vec!["!".to_owned(), format!("{canary}!")],
            bot_is_admin: true,
            group: Some(Arc::new(GroupInfo {
                jid: self.group().clone(),
                subject: format!("{canary} and friends"),
                description: format!("where {canary} lives"),
                participants: vec![member(self.person(), true), member(self.own(), true)],
                creator: Some(self.person().jid),
            })),
            own: Some(self.own().jid),
            bot_started_at: 1_600_000_000_000,
            grants: Grants::ALL,
        })
    }

    /// A message with a file, that answers another one.
    fn message(&self, text: &str) -> Result<Message> {
        let canary = self.canary();
        Ok(Message {
            text: text.to_owned(),
            media: Some(Media {
                kind: MediaKind::Document,
                mime: format!("text/{canary}"),
                bytes: 20,
                file_name: Some(format!("{canary}.txt")),
                handle: canary.as_bytes().to_vec(),
            }),
            quoted: Some(Quoted {
                id: self.id("3EB0", 0)?,
                author: self.person().jid,
                message: Box::new(Message {
                    text: format!("{canary} quoted"),
                    ..Message::default()
                }),
            }),
            mentions: vec![self.person().jid],
            ..Message::default()
        })
    }

    fn id(&self, start: &str, number: u32) -> Result<MessageId> {
        Ok(format!("{start}{}{number:06}", self.digits()).parse()?)
    }
}
