//! An event on its way to the bot: a message, or what happens to one, or in a group.

use jadi_model::clock::Millis;
use jadi_model::{
    Chat, ChatKind, Event, EventKey, EventKind, GroupInfo, KeptMessage, Message, MessageId,
    Participant, Person, Role,
};

use crate::{TestBot, Told};

/// An event with what surrounds it.
pub(crate) struct Happened<'b> {
    bot: &'b TestBot,
    pub(crate) event: Event,
    pub(crate) received_at: Millis,
    pub(crate) number: i64,
    pub(crate) role: Role,
    pub(crate) bot_is_admin: bool,
    pub(crate) group: Option<GroupInfo>,
    pub(crate) original: Option<KeptMessage>,
}

impl<'b> Happened<'b> {
    /// Something that happens now, by somebody who is nothing special.
    pub(crate) fn new(bot: &'b TestBot, chat: &Chat, sender: &Person, kind: EventKind) -> Self {
        let number = bot.next_event();
        let event = Event {
            key: EventKey {
                chat: chat.jid.clone(),
                sender: sender.jid.clone(),
                id: id("3A", number),
            },
            at: bot.clock().now(),
            chat: chat.clone(),
            sender: sender.clone(),
            kind,
        };
        let mut happened = Self {
            bot,
            event,
            received_at: bot.clock().now(),
            number,
            role: Role::User,
            bot_is_admin: false,
            group: None,
            original: None,
        };
        happened.meet(&[]);
        happened
    }

    /// By somebody who is this to the bot, here.
    pub(crate) fn by(mut self, role: Role, bot_is_admin: bool) -> Self {
        self.role = role;
        self.bot_is_admin = bot_is_admin;
        self.meet(&[]);
        self
    }

    /// About a message of this person with this text.
    pub(crate) fn about(mut self, author: &Person, text: &str) -> Self {
        self.original = Some(KeptMessage {
            id: id("3B", 0),
            author: author.clone(),
            at: self.event.at,
            message: Message {
                text: text.to_owned(),
                ..Message::default()
            },
        });
        self
    }

    /// The group as this event shows it: who sends, the bot, and these.
    pub(crate) fn meet(&mut self, others: &[Person]) {
        if self.event.chat.kind != ChatKind::Group {
            return;
        }
        let someone = |person: &Person, admin| Participant {
            jid: person.jid.clone(),
            lid: person.lid.clone(),
            admin,
        };
        let own = Person {
            jid: self.bot.jid(),
            lid: None,
            name: String::new(),
        };
        let mut participants = vec![
            someone(&self.event.sender, self.role >= Role::GroupAdmin),
            someone(&own, self.bot_is_admin),
        ];
        for person in others {
            if participants.iter().all(|known| known.jid != person.jid) {
                participants.push(someone(person, false));
            }
        }
        self.group = Some(GroupInfo {
            jid: self.event.chat.jid.clone(),
            subject: "A group".to_owned(),
            description: String::new(),
            participants,
            creator: None,
        });
    }

    /// Hands it over; what came of it.
    #[track_caller]
    pub(crate) fn send(self) -> Told {
        let told = self.run();
        assert!(told.failure().is_none(), "the handler failed: {told}");
        told
    }

    /// Hands it over; what came of it, a failure too.
    pub(crate) fn run(self) -> Told {
        self.bot.handle(self)
    }
}

/// A message id as phones make them.
pub(crate) fn id(start: &str, number: i64) -> MessageId {
    match format!("{start}{number:018X}").parse() {
        Ok(id) => id,
        Err(error) => panic!("{error}"),
    }
}
