//! Who says something, and where.

use jadi_model::{
    ChangeOutcome, Chat, ChatKind, EventKind, HostingStep, Jid, KeptMessage, Message, PeopleChange,
    Person, PersonChanged, PhoneNumber, Role,
};

use crate::happened::{Happened, id};
use crate::{Saying, TestBot, Told};

/// Somebody in a chat with the bot: what a test speaks through.
#[derive(Debug, Clone)]
pub struct Speaker<'b> {
    pub(crate) bot: &'b TestBot,
    pub(crate) chat: Chat,
    pub(crate) person: Person,
    pub(crate) role: Role,
    pub(crate) bot_is_admin: bool,
}

impl<'b> Speaker<'b> {
    /// The same person under this name, as they gave it themselves.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.person.name);
        self
    }

    /// The same person as somebody else to the bot.
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// Their address, as a plugin sees it.
    pub fn jid(&self) -> &str {
        self.person.jid.as_str()
    }

    /// Says something; what came of it.
    ///
    /// # Panics
    ///
    /// When the handler failed. For one that is to fail see [`Speaker::fails`].
    #[track_caller]
    pub fn says(&self, text: &str) -> Told {
        self.message(text).send()
    }

    /// Says something that makes the handler fail; what came of it, with the failure.
    ///
    /// # Panics
    ///
    /// When it did not fail.
    #[track_caller]
    pub fn fails(&self, text: &str) -> Told {
        let told = self.message(text).run();
        assert!(
            told.failure().is_some(),
            "{text:?} was to make the handler fail, and it did not: {told}"
        );
        told
    }

    /// Has the plugin told, in this chat, what has become of a bot of theirs.
    ///
    /// # Panics
    ///
    /// When the handler failed.
    #[track_caller]
    pub fn is_told(&self, step: HostingStep) -> Told {
        self.happening(EventKind::Hosting { plugin: None, step })
            .send()
    }

    /// Changes the text of a message of theirs.
    ///
    /// # Panics
    ///
    /// When the handler failed, here as in all that follow.
    #[track_caller]
    pub fn edits(&self, before: &str, now: &str) -> Told {
        let kind = EventKind::MessageEdit {
            target: id("3B", 0),
            text: now.to_owned(),
        };
        self.happening(kind).about(&self.person, before).send()
    }

    /// Deletes a message of theirs with this text for everyone.
    #[track_caller]
    pub fn deletes(&self, text: &str) -> Told {
        self.deletes_of(self, text)
    }

    /// As group admin deletes a message of somebody else's.
    #[track_caller]
    pub fn deletes_of(&self, author: &Speaker<'_>, text: &str) -> Told {
        let kind = EventKind::MessageDelete {
            target: id("3B", 0),
            author: author.person.clone(),
        };
        self.happening(kind).about(&author.person, text).send()
    }

    /// Puts an emoji on a message of theirs with this text; an empty one takes it off.
    #[track_caller]
    pub fn reacts(&self, emoji: &str, text: &str) -> Told {
        let kind = EventKind::Reaction {
            target: id("3B", 0),
            emoji: emoji.to_owned(),
        };
        self.happening(kind).about(&self.person, text).send()
    }

    /// Brings people with these numbers into the group.
    #[track_caller]
    pub fn brings(&self, numbers: &[&str]) -> Told {
        let people = numbers.iter().map(|number| person(number)).collect();
        self.happening(EventKind::GroupAdd { people }).send()
    }

    /// Removes people with these numbers from the group, or leaves it when it is their own.
    #[track_caller]
    pub fn takes_away(&self, numbers: &[&str]) -> Told {
        let people = numbers.iter().map(|number| person(number)).collect();
        self.happening(EventKind::GroupRemove { people }).send()
    }

    /// Has the plugin told what has become of a change of people that it asked for when they wrote `asked`: of people with these
    /// numbers.
    #[track_caller]
    pub fn learns(
        &self,
        asked: &str,
        change: PeopleChange,
        people: &[(&str, ChangeOutcome)],
    ) -> Told {
        let people = people.iter().map(|(number, outcome)| PersonChanged {
            jid: number_jid(number),
            outcome: *outcome,
        });
        let asked = KeptMessage {
            id: id("3A", 0),
            author: self.person.clone(),
            at: self.bot.clock().now(),
            message: Message {
                text: asked.to_owned(),
                ..Message::default()
            },
        };
        self.happening(EventKind::GroupChange {
            plugin: self.bot.plugin().manifest().name.clone(),
            change,
            people: people.collect(),
            asked: Some(Box::new(asked)),
        })
        .send()
    }

    /// Votes for these options in a poll of the plugin's with this name; for none of them takes their vote back.
    #[track_caller]
    pub fn votes(&self, name: &str, chosen: &[&str]) -> Told {
        self.happening(EventKind::PollVote {
            plugin: self.bot.plugin().manifest().name.clone(),
            name: name.to_owned(),
            poll: id("3C", 0),
            chosen: chosen.iter().map(|option| (*option).to_owned()).collect(),
        })
        .send()
    }

    fn happening(&self, kind: EventKind) -> Happened<'b> {
        let happened = Happened::new(self.bot, &self.chat, &self.person, kind);
        happened.by(self.role, self.bot_is_admin)
    }

    /// A message that is more than a text: with a file, a quote, mentions.
    pub fn message(&self, text: &str) -> Saying<'_, 'b> {
        Saying::new(self, text)
    }
}

/// A group with the bot in it.
#[derive(Debug, Clone)]
pub struct Group<'b> {
    bot: &'b TestBot,
    jid: Jid,
    bot_is_admin: bool,
}

impl<'b> Group<'b> {
    pub(crate) fn new(bot: &'b TestBot, name: &str) -> Self {
        Self {
            bot,
            jid: group_jid(name),
            bot_is_admin: false,
        }
    }

    /// The same group with the bot as one of its admins.
    #[must_use]
    pub fn with_bot_as_admin(mut self) -> Self {
        self.bot_is_admin = true;
        self
    }

    /// Its address, as a plugin sees it.
    pub fn jid(&self) -> &str {
        self.jid.as_str()
    }

    /// Somebody in it who is nothing special.
    #[track_caller]
    pub fn member(&self, number: &str) -> Speaker<'b> {
        self.person(number, Role::User)
    }

    /// One of its admins.
    #[track_caller]
    pub fn admin(&self, number: &str) -> Speaker<'b> {
        self.person(number, Role::GroupAdmin)
    }

    #[track_caller]
    fn person(&self, number: &str, role: Role) -> Speaker<'b> {
        Speaker {
            bot: self.bot,
            chat: Chat {
                jid: self.jid.clone(),
                kind: ChatKind::Group,
            },
            person: person(number),
            role,
            bot_is_admin: self.bot_is_admin,
        }
    }
}

/// The person with this number, without a name.
#[track_caller]
pub(crate) fn person(number: &str) -> Person {
    Person {
        jid: number_jid(number),
        lid: None,
        name: String::new(),
    }
}

#[track_caller]
pub(crate) fn number_jid(number: &str) -> Jid {
    match number.parse::<PhoneNumber>() {
        Ok(number) => Jid::of_number(&number),
        Err(error) => panic!("{number:?}: {error}"),
    }
}

/// An address for a group's name, the same in all tests.
fn group_jid(name: &str) -> Jid {
    let mixed = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    match format!("120363{:012}@g.us", mixed % 1_000_000_000_000).parse() {
        Ok(jid) => jid,
        Err(error) => panic!("{error}"),
    }
}
