//! The words that the rooms of a host share: ids, people, events, actions, roles; and time and randomness as they are passed in.
//!
//! Plain data with serde, no I/O and no library of any room, so that `store` can keep an event, the plugin runtime can show it
//! to a handler and `whatsapp` can make it, while none of the three knows another.

mod action;
pub mod base64_bytes;
mod bot;
pub mod clock;
mod cpu;
mod digest;
mod event;
mod group;
mod hosting;
mod ids;
mod known;
mod prefix;
pub mod random;
mod role;

pub use action::{
    Action, AskingMessage, BotChange, GroupAsker, MediaContent, MediaOut, MessageRef, Outgoing,
    Poll, Progress, SendMessage,
};
pub use bot::{BotRecord, BotRole, Budget, Cause, LinkMethod, StateName};
pub use cpu::CpuTime;
pub use digest::Digest;
pub use event::{
    Chat, ChatKind, Event, EventKey, EventKind, KeptMessage, Media, MediaKind, Message, Person,
    Quoted,
};
pub use group::{ChangeOutcome, GroupChange, GroupInfo, Participant, PeopleChange, PersonChanged};
pub use hosting::{Ending, HostingOrder, HostingStep, StepName};
pub use ids::{BotId, IdError, Jid, JidKind, MessageId, PhoneNumber, PhoneNumberError};
pub use known::{Ban, KnownChat, KnownCounts, KnownUser};
pub use prefix::{MOST_PREFIXES, PREFIX_LENGTH, is_prefix};
pub use role::Role;
