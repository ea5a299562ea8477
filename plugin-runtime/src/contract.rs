//! The contract's names: which interfaces there are, in which version, and what a component's imports and exports mean.

use std::fmt;

use jadi_plugin_manifest::{Capability, EventKind, Manifest};
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{InstancePre, Resource};

use super::bindings::exports::jadi::plugin::on_message;
use super::bindings::jadi::plugin::types::Error as HandlerError;
use super::capabilities::event::{HeldAction, HeldEvent, HeldMessage};
use super::state::EventState;

/// The package of all interfaces.
const PACKAGE: &str = "jadi:plugin/";

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
    Wasi,
    /// None that the contract has.
    Unknown,
}

/// Says what the import `name` is.
pub(super) fn import(name: &str) -> Import {
    if name.starts_with("wasi:") {
        return Import::Wasi;
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
        Some("random") => Import::Capability(Capability::Random),
        _ => Import::Unknown,
    }
}

/// The event that the export `name` handles, if it is one of the contract's handlers.
pub(super) fn export(name: &str) -> Option<EventKind> {
    match spoken(name)? {
        "on-message" => Some(EventKind::Message),
        _ => None,
    }
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

/// The interface that handles events of `kind`, by its full name.
pub(super) fn handler_name(kind: EventKind) -> String {
    let name = match kind {
        EventKind::Message => "on-message",
        EventKind::MessageDelete => "on-message-delete",
        EventKind::MessageEdit => "on-message-edit",
        EventKind::Reaction => "on-reaction",
        EventKind::GroupAdd => "on-group-add",
        EventKind::GroupRemove => "on-group-remove",
    };
    format!("{PACKAGE}{name}@{VERSION}")
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

/// Where a component's handlers are: looked up once, used for each event.
#[derive(Clone)]
pub(super) struct Handlers {
    /// The handler of messages.
    pub(super) message: Option<on_message::GuestIndices>,
}

impl Handlers {
    /// Finds the handlers of a linked component.
    ///
    /// # Errors
    ///
    /// When one does not have the type that the contract gives it.
    pub(super) fn find(instance: &InstancePre<EventState>) -> wasmtime::Result<Self> {
        let name = handler_name(EventKind::Message);
        let component = instance.component();
        let Some(interface) = component.get_export_index(None, &name) else {
            return Ok(Self { message: None });
        };
        if let Some((ComponentItem::ComponentFunc(handle), _)) =
            component.get_export(Some(&interface), "handle")
        {
            type Params = (Resource<HeldEvent>, Resource<HeldMessage>);
            type Answer = (Result<Vec<Resource<HeldAction>>, HandlerError>,);
            handle.typecheck::<Params, Answer>(&instance.instance_type())?;
        }
        Ok(Self {
            message: Some(on_message::GuestIndices::new(instance)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_told_apart() {
        let cases = [
            ("jadi:plugin/kv@0.1.0", Import::Capability(Capability::Kv)),
            ("jadi:plugin/types@0.1.0", Import::Types),
            ("jadi:plugin/hosting@0.1.0", Import::Unknown),
            ("jadi:plugin/kv", Import::Unknown),
            ("jadi:plugin/kv@0.0.9", Import::Unknown),
            ("jadi:plugin/kv@zero", Import::Unknown),
            ("other:plugin/kv@0.1.0", Import::Unknown),
            ("wasi:cli/environment@0.2.6", Import::Wasi),
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
