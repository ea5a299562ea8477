//! The contract's names: which interfaces there are, in which version, and what a component's imports and exports mean.

use std::fmt;

use jadi_plugin_manifest::{Capability, EventKind, Manifest};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{InstancePre, Resource};

use super::bindings::exports::jadi::plugin::{
    on_group_add, on_group_change, on_group_remove, on_hosting, on_message, on_message_delete,
    on_message_edit, on_poll_vote, on_reaction, on_schedule,
};
use super::bindings::jadi::plugin::types::Error as HandlerError;
use super::capabilities::event::{
    HeldAction, HeldChange, HeldDeletion, HeldDue, HeldEdit, HeldEvent, HeldMembership,
    HeldMessage, HeldReaction, HeldStep, HeldVote,
};
use super::state::EventState;

/// The package of all interfaces.
const PACKAGE: &str = "jadi:plugin/";

/// The packages of WASI that are linked for plugins with an interpreter, in any version 0.2.
const WASI: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// The newest version of the contract that this host speaks.
pub(super) const VERSION: Version = Version {
    major: 0,
    minor: 1,
    patch: 0,
};

/// A version of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.').map(|part| part.parse().ok());
        let version = Self {
            major: numbers.next()??,
            minor: numbers.next()??,
            patch: numbers.next()??,
        };
        numbers.next().is_none().then_some(version)
    }

    /// Whether a component made for this version runs on [`VERSION`]: semantic versioning, where in `0.x` each `x` is a
    /// contract of its own.
    fn is_spoken(self) -> bool {
        self <= VERSION
            && self.major == VERSION.major
            && (self.major > 0 || self.minor == VERSION.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// What an import is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Import {
    /// The shared words: permits nothing.
    Types,
    /// A capability.
    Capability(Capability),
    /// Of a version of the contract that came after this host.
    Newer {
        /// Which one.
        version: Version,
    },
    /// Of WASI.
    Wasi {
        /// Whether it is among those that a plugin with an interpreter can import.
        linked: bool,
    },
    /// None that the contract has.
    Unknown,
}

/// Says what the import `name` is.
pub(super) fn import(name: &str) -> Import {
    if let Some(name) = name.strip_prefix("wasi:") {
        let package = name.split_once('/').map_or(name, |(package, _)| package);
        let linked = WASI.contains(&package) && name.contains("@0.2.");
        return Import::Wasi { linked };
    }
    if let Some(version) = newer(name) {
        return Import::Newer { version };
    }
    match spoken(name) {
        Some("types") => Import::Types,
        Some("kv") => Import::Capability(Capability::Kv),
        Some("chat") => Import::Capability(Capability::Chat),
        Some("commands") => Import::Capability(Capability::Commands),
        Some("log") => Import::Capability(Capability::Log),
        Some("clock") => Import::Capability(Capability::Clock),
        Some("media") => Import::Capability(Capability::Media),
        Some("random") => Import::Capability(Capability::Random),
        Some("groups") => Import::Capability(Capability::Groups),
        Some("group-admin") => Import::Capability(Capability::GroupAdmin),
        Some("settings") => Import::Capability(Capability::Settings),
        Some("http") => Import::Capability(Capability::Http),
        Some("schedule") => Import::Capability(Capability::Schedule),
        Some("users") => Import::Capability(Capability::Users),
        Some("chats") => Import::Capability(Capability::Chats),
        Some("turns") => Import::Capability(Capability::Turns),
        Some("bot-admin") => Import::Capability(Capability::BotAdmin),
        Some("hosting") => Import::Capability(Capability::Hosting),
        _ => Import::Unknown,
    }
}

/// The event that the export `name` handles, if it is one of the contract's handlers.
pub(super) fn export(name: &str) -> Option<EventKind> {
    let name = spoken(name)?;
    KINDS.into_iter().find(|kind| interface(*kind) == name)
}

/// The version of the contract that `name` is of, when it is newer than this host's.
pub(super) fn newer(name: &str) -> Option<Version> {
    let (_, version) = name.strip_prefix(PACKAGE)?.split_once('@')?;
    Version::parse(version).filter(|version| *version > VERSION)
}

/// The interface that `name` is, without package and version, when this host speaks its version.
fn spoken(name: &str) -> Option<&str> {
    let (interface, version) = name.strip_prefix(PACKAGE)?.split_once('@')?;
    Version::parse(version)?.is_spoken().then_some(interface)
}

/// All kinds of event.
const KINDS: [EventKind; 10] = [
    EventKind::Message,
    EventKind::MessageEdit,
    EventKind::MessageDelete,
    EventKind::Reaction,
    EventKind::GroupAdd,
    EventKind::GroupRemove,
    EventKind::GroupChange,
    EventKind::PollVote,
    EventKind::Schedule,
    EventKind::Hosting,
];

/// The interface that handles events of `kind`, by its own name.
fn interface(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Message => "on-message",
        EventKind::MessageEdit => "on-message-edit",
        EventKind::MessageDelete => "on-message-delete",
        EventKind::Reaction => "on-reaction",
        EventKind::GroupAdd => "on-group-add",
        EventKind::GroupRemove => "on-group-remove",
        EventKind::GroupChange => "on-group-change",
        EventKind::PollVote => "on-poll-vote",
        EventKind::Schedule => "on-schedule",
        EventKind::Hosting => "on-hosting",
    }
}

/// The interface that handles events of `kind`, by its full name.
pub(super) fn handler_name(kind: EventKind) -> String {
    format!("{PACKAGE}{}@{VERSION}", interface(kind))
}

/// The events that a manifest promises to handle.
pub(super) fn promised(manifest: &Manifest) -> impl Iterator<Item = EventKind> {
    let by_command = !manifest.commands.is_empty() || manifest.unknown_commands;
    let filters = manifest.events.iter().map(|filter| filter.event);
    by_command
        .then_some(EventKind::Message)
        .into_iter()
        .chain(filters)
}

/// Where a component's handlers are: looked up once, used for each event. A handler that is not there is none.
#[derive(Clone)]
pub(super) struct Handlers {
    pub(super) message: Option<on_message::GuestIndices>,
    pub(super) message_edit: Option<on_message_edit::GuestIndices>,
    pub(super) message_delete: Option<on_message_delete::GuestIndices>,
    pub(super) reaction: Option<on_reaction::GuestIndices>,
    pub(super) group_add: Option<on_group_add::GuestIndices>,
    pub(super) group_remove: Option<on_group_remove::GuestIndices>,
    pub(super) group_change: Option<on_group_change::GuestIndices>,
    pub(super) poll_vote: Option<on_poll_vote::GuestIndices>,
    pub(super) due: Option<on_schedule::GuestIndices>,
    pub(super) hosting: Option<on_hosting::GuestIndices>,
}

/// Finds one handler: the export of its name, of the type that the contract gives it.
macro_rules! find {
    ($instance:expr, $kind:ident, $interface:ident, $about:ty) => {
        if has_handler::<$about>($instance, EventKind::$kind)? {
            Some($interface::GuestIndices::new($instance)?)
        } else {
            None
        }
    };
}

impl Handlers {
    /// Finds the handlers of a linked component.
    ///
    /// # Errors
    ///
    /// When one does not have the type that the contract gives it.
    pub(super) fn find(instance: &InstancePre<EventState>) -> wasmtime::Result<Self> {
        Ok(Self {
            message: find!(instance, Message, on_message, HeldMessage),
            message_edit: find!(instance, MessageEdit, on_message_edit, HeldEdit),
            message_delete: find!(instance, MessageDelete, on_message_delete, HeldDeletion),
            reaction: find!(instance, Reaction, on_reaction, HeldReaction),
            group_add: find!(instance, GroupAdd, on_group_add, HeldMembership),
            group_remove: find!(instance, GroupRemove, on_group_remove, HeldMembership),
            group_change: find!(instance, GroupChange, on_group_change, HeldChange),
            poll_vote: find!(instance, PollVote, on_poll_vote, HeldVote),
            due: find!(instance, Schedule, on_schedule, HeldDue),
            hosting: find!(instance, Hosting, on_hosting, HeldStep),
        })
    }
}

/// Whether a component exports the interface for `kind`, whose handler gets an event and what it is about, an `About`.
fn has_handler<About: 'static>(
    instance: &InstancePre<EventState>,
    kind: EventKind,
) -> wasmtime::Result<bool> {
    let component = instance.component();
    let Some(interface) = component.get_export_index(None, handler_name(kind)) else {
        return Ok(false);
    };
    if let Some((ComponentItem::ComponentFunc(handle), _)) =
        component.get_export(Some(&interface), "handle")
    {
        type Answer = (Result<Vec<Resource<HeldAction>>, HandlerError>,);
        handle.typecheck::<(Resource<HeldEvent>, Resource<About>), Answer>(
            &instance.instance_type(),
        )?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_told_apart() {
        let cases = [
            ("jadi:plugin/kv@0.1.0", Import::Capability(Capability::Kv)),
            ("jadi:plugin/types@0.1.0", Import::Types),
            (
                "jadi:plugin/hosting@0.1.0",
                Import::Capability(Capability::Hosting),
            ),
            ("jadi:plugin/casting@0.1.0", Import::Unknown),
            ("jadi:plugin/kv", Import::Unknown),
            ("jadi:plugin/kv@0.0.9", Import::Unknown),
            ("jadi:plugin/kv@zero", Import::Unknown),
            ("other:plugin/kv@0.1.0", Import::Unknown),
            ("wasi:cli/environment@0.2.6", Import::Wasi { linked: true }),
            (
                "wasi:http/outgoing-handler@0.2.6",
                Import::Wasi { linked: false },
            ),
            ("wasi:cli/stdout@0.3.0", Import::Wasi { linked: false }),
        ];
        for (name, expected) in cases {
            assert_eq!(import(name), expected, "{name}");
        }
        for newer in ["0.1.1", "0.2.0", "1.0.0"] {
            let Import::Newer { version } = import(&format!("jadi:plugin/anything@{newer}")) else {
                panic!("{newer} is newer than {VERSION}");
            };
            assert_eq!(version.to_string(), newer);
        }
    }

    #[test]
    fn exports_name_the_event_that_they_handle() {
        assert_eq!(
            export("jadi:plugin/on-message@0.1.0"),
            Some(EventKind::Message)
        );
        assert_eq!(export("jadi:plugin/kv@0.1.0"), None);
        assert_eq!(
            handler_name(EventKind::Message),
            "jadi:plugin/on-message@0.1.0"
        );
    }
}
