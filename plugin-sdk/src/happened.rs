//! The events that are not messages.

use std::ops::Deref;

use crate::bindings::capabilities::jadi::plugin::types::{
    Deletion as HostDeletion, Due as HostDue, Edit as HostEdit, Event as HostEvent,
    GroupChange as HostGroupChange, HostingStep as HostHostingStep, Membership as HostMembership,
    PollVote as HostPollVote, Reaction as HostReaction,
};
use serde::de::DeserializeOwned;

use crate::bindings::capabilities::jadi::plugin::hosting as host;
use crate::clock::Instant;
use crate::context::Context;
use crate::media::File;
use crate::{Error, Person, Quoted, Result};

/// An event with its context.
macro_rules! event {
    ($(#[$about:meta])* $name:ident, $host:ident) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub struct $name<'a> {
            context: Context<'a>,
            about: &'a $host,
        }

        impl<'a> $name<'a> {
            #[doc(hidden)]
            pub fn new(event: &'a HostEvent, about: &'a $host) -> Self {
                Self {
                    context: Context::new(event),
                    about,
                }
            }
        }

        impl<'a> Deref for $name<'a> {
            type Target = Context<'a>;

            fn deref(&self) -> &Self::Target {
                &self.context
            }
        }
    };
}

event! {
    /// A message's text was changed by its sender.
    Edit, HostEdit
}

impl Edit<'_> {
    /// The id of the edited message.
    pub fn id(&self) -> String {
        self.about.id()
    }

    /// The new text.
    pub fn text(&self) -> String {
        self.about.text()
    }

    /// The message as it was before, when the host still has it.
    pub fn original(&self) -> Option<Quoted> {
        self.about.original().map(Quoted)
    }
}

event! {
    /// A message was deleted for everyone, by the event's sender.
    Deletion, HostDeletion
}

impl Deletion<'_> {
    /// The id of the deleted message.
    pub fn id(&self) -> String {
        self.about.id()
    }

    /// Who wrote it.
    pub fn author(&self) -> Person {
        self.about.author()
    }

    /// Whether an admin of the group deleted somebody else's message.
    pub fn by_admin(&self) -> bool {
        self.about.by_admin()
    }

    /// The message, when the host still has it.
    pub fn original(&self) -> Option<Quoted> {
        self.about.original().map(Quoted)
    }
}

event! {
    /// An emoji that the event's sender put on a message, or took off again.
    Reaction, HostReaction
}

impl Reaction<'_> {
    /// The id of the message.
    pub fn id(&self) -> String {
        self.about.id()
    }

    /// The emoji; empty when it was taken off.
    pub fn emoji(&self) -> String {
        self.about.emoji()
    }

    /// The message, when the host still has it.
    pub fn original(&self) -> Option<Quoted> {
        self.about.original().map(Quoted)
    }
}

event! {
    /// People who came into a group or left it. Who brought or removed them is the event's sender.
    Membership, HostMembership
}

impl Membership<'_> {
    /// Who they are; never empty.
    pub fn people(&self) -> Vec<Person> {
        self.about.people()
    }
}

event! {
    /// A change of people that the plugin asked for with [`group_admin`](crate::group_admin) has been tried. The event's sender is who
    /// caused that it was asked for.
    GroupChange, HostGroupChange
}

impl GroupChange<'_> {
    /// Which change: `add`, `remove`, `promote`, `demote`.
    pub fn name(&self) -> String {
        self.about.name()
    }

    /// The address of each, as the change named them, and what has become of them.
    pub fn people(&self) -> Vec<(String, Outcome)> {
        let people = self.about.people().into_iter();
        people
            .map(|person| (person.jid, Outcome::of(&person.outcome)))
            .collect()
    }

    /// The message that the plugin was handling when it asked.
    pub fn asked(&self) -> Option<Quoted> {
        self.about.asked().map(Quoted)
    }
}

/// What has become of one person in a change of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// It is done.
    Done,
    /// They were so already.
    Already,
    /// They are not in the group.
    NotThere,
    /// Nobody has this number on WhatsApp.
    NotOnWhatsapp,
    /// Their privacy settings don't let them be added: they were sent an invitation.
    Invited,
    /// Their privacy settings don't let them be added, and no invitation could be sent.
    Private,
    /// They left a short while ago and can't be brought back yet.
    LeftLately,
    /// The group has as many people as WhatsApp lets it have.
    Full,
    /// The bot is not an admin any more.
    NotAdmin,
    /// WhatsApp does not let it be done to them, such as to who made the group.
    Protected,
    /// WhatsApp could not be reached for long.
    Unavailable,
    /// For another reason, or one that this SDK does not know yet.
    Refused,
}

impl Outcome {
    fn of(word: &str) -> Self {
        match word {
            "done" => Self::Done,
            "already" => Self::Already,
            "not-there" => Self::NotThere,
            "not-on-whatsapp" => Self::NotOnWhatsapp,
            "invited" => Self::Invited,
            "private" => Self::Private,
            "left-lately" => Self::LeftLately,
            "full" => Self::Full,
            "not-admin" => Self::NotAdmin,
            "protected" => Self::Protected,
            "unavailable" => Self::Unavailable,
            _ => Self::Refused,
        }
    }
}

event! {
    /// A vote in a poll that the plugin has sent, see [`Reply::poll`](crate::Reply::poll). The event's sender is who votes.
    PollVote, HostPollVote
}

impl PollVote<'_> {
    /// The poll's name, as the plugin gave it.
    pub fn name(&self) -> String {
        self.about.name()
    }

    /// The id of the poll's message.
    pub fn poll(&self) -> String {
        self.about.poll()
    }

    /// The options that they have chosen, in the poll's order, in place of what they chose before; none when they have taken their
    /// vote back.
    pub fn chosen(&self) -> Vec<String> {
        self.about.chosen()
    }
}

event! {
    /// Something that the plugin scheduled is due. The event's chat is where that was, its sender who caused it.
    Due, HostDue
}

impl Due<'_> {
    /// Its name.
    pub fn name(&self) -> String {
        self.about.name()
    }

    /// The time that it was asked for.
    pub fn scheduled_at(&self) -> Instant {
        Instant::from_millis(self.about.at())
    }

    /// What was given along.
    ///
    /// # Errors
    ///
    /// When it is not a `T`.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.about.payload()).map_err(|problem| Error::Value {
            key: self.name(),
            problem: problem.to_string(),
        })
    }
}

event! {
    /// Something has become of a bot of the host. The event's chat is where it is to be told, its sender whom it concerns.
    HostingStep, HostHostingStep
}

impl HostingStep<'_> {
    /// What has happened, as a word: `qr`, `code`, `passkey-needed`, `open`, `expired`, `wrong-number`, `failed`, `refused`,
    /// `opened`, `logged-out`, `ended`, `giving`, `offered`, `given`, `taken`, `plan-set`,
    /// `plan-ends`, `plan-over`, `exported`, `erased`, `named`, `dropped`, `broadcast`. There will be more.
    pub fn name(&self) -> String {
        self.about.name()
    }

    /// The number that it is about, digits only: the bot's or, for `named`, `dropped` and `broadcast`, the person's.
    pub fn number(&self) -> String {
        self.about.number()
    }

    /// The number of who else has to do with it: for `offered` and `taken` who gives it, for `giving` and `given` who gets it.
    pub fn other(&self) -> Option<String> {
        self.about.other()
    }

    /// How many, for `broadcast`: people who were sent it.
    pub fn count(&self) -> Option<u32> {
        self.about.count()
    }

    /// The code to type, eight characters without a dash.
    pub fn code(&self) -> Option<String> {
        self.about.code()
    }

    /// When what is shown stops being good.
    pub fn until(&self) -> Option<Instant> {
        self.about.until().map(Instant::from_millis)
    }

    /// Why, when there is more to say.
    pub fn reason(&self) -> Option<String> {
        self.about.reason()
    }

    /// The QR code as a picture to send.
    ///
    /// # Errors
    ///
    /// When the step has none.
    pub fn picture(&self) -> Result<File> {
        Ok(File(host::picture(self.about)?))
    }
}
