//! Why a file is not loaded as a plugin, told so that its author or the operator can mend it.

use jadi_plugin_manifest::{EventKind, ManifestError};

use super::contract::{self, VERSION, Version};
use super::runtime::RuntimeError;

/// A file that is not loaded. Nothing of it has run.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Larger than the host takes.
    #[error(
        "the file has {bytes} bytes and this host takes {allowed}; strip debug information, or ask the operator to raise \
         `pool.component_bytes`"
    )]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The host's limit, bytes.
        allowed: u64,
    },
    /// Machine code, whose author would have to be trusted with the whole host.
    #[error(
        "this is precompiled machine code, which a host makes for itself and never takes from others; install the .wasm \
         component that it was made from"
    )]
    Precompiled,
    /// Not WebAssembly at all.
    #[error(
        "this is not a WebAssembly file; install the .wasm file that `jadi plugin build` writes"
    )]
    NotWasm,
    /// WebAssembly, but not a component.
    #[error(
        "this is a core WebAssembly module, not a component; build it with `jadi plugin build`, or wrap it with \
         `wasm-tools component new`"
    )]
    CoreModule,
    /// Cut off, not valid WebAssembly, or more than the engine takes.
    #[error("the component is damaged or can't run here: {}; build or copy it again", causes(.0.as_ref()))]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No manifest at the component's top level.
    #[error(
        "the component has no manifest; build it with `jadi plugin build`, which writes it, or add one with `jadi plugin pack`"
    )]
    NoManifest,
    /// More than one manifest, so that nobody could say which one counts.
    #[error("the component has {count} manifests; build it again from a clean state")]
    SeveralManifests {
        /// How many.
        count: usize,
    },
    /// A manifest that breaks a rule.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Made for a contract that came after this host.
    #[error(
        "it needs {name}, and this host has version {VERSION} of the contract; update the host, or build the plugin \
         against version {VERSION}"
    )]
    NewerContract {
        /// The interface.
        name: String,
        /// Its version.
        version: Version,
    },
    /// WASI, which compiled plugins can't have.
    #[error(
        "it imports WASI ({}), which compiled plugins can't have; build for wasm32-unknown-unknown, where Rust needs none, and \
         use the contract's `clock`, `random` and `log` instead. A plugin that brings an interpreter along says so in its \
         manifest: `limits` is `script`", names.join(", ")
    )]
    Wasi {
        /// The imported interfaces.
        names: Vec<String>,
    },
    /// A part of WASI that no plugin can have.
    #[error(
        "it imports {}, which no plugin can have; switch off in its build what needs it, such as `http` and `fetch-event` of \
         componentize-js", names.join(", ")
    )]
    WasiBeyond {
        /// The imported interfaces.
        names: Vec<String>,
    },
    /// An import that the contract does not have.
    #[error("it imports {name}, which the plugin contract does not have; remove what needs it")]
    UnknownImport {
        /// The import.
        name: String,
    },
    /// No handler of any event.
    #[error(
        "it handles no event: none of the contract's `on-…` interfaces in version {VERSION} is exported; export one, as \
         the SDK's `plugin!` does"
    )]
    NoHandler,
    /// The manifest asks for events that the component has no handler for.
    #[error(
        "its manifest asks for commands or events that need the interface {}, which it does not export; export it, or take \
         them out of the manifest", contract::handler_name(*kind)
    )]
    HandlerMissing {
        /// The event without a handler.
        kind: EventKind,
    },
    /// It brings an interpreter along, which the operator has not agreed to.
    #[error(
        "{name} brings an interpreter along (`limits` is `script` in its manifest), and with it the larger limits of such \
         plugins; the operator has to agree to that"
    )]
    ScriptNotGranted {
        /// The plugin.
        name: String,
    },
    /// The pool that it needs can't be made.
    #[error("the pool for plugins that bring an interpreter along can't be made: {0}")]
    NoPool(#[source] RuntimeError),
    /// An interface of a right name with a wrong type.
    #[error(
        "it does not fit the contract: {}; build it against the contract's version {VERSION}", causes(.0.as_ref())
    )]
    Mismatch(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Compiling it would keep a core of the host busy for too long.
    #[error(
        "it has {count} {what} and this host takes {allowed}; split what is too large, or build it optimized for size"
    )]
    TooComplex {
        /// What it has too much of, such as `bytes in one function`.
        what: &'static str,
        /// How much it has.
        count: u64,
        /// How much is allowed.
        allowed: u64,
    },
    /// It would not fit into a slot of the pool, even before it runs.
    #[error("it starts with {needs} {what} and this host allows {allowed}; make it need less")]
    TooHungry {
        /// What it needs too much of, such as `bytes of memory`.
        what: &'static str,
        /// How much it needs.
        needs: u64,
        /// How much is allowed.
        allowed: u64,
    },
}

impl LoadError {
    pub(super) fn damaged(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Damaged(error.into())
    }
}

/// An error with all that caused it: the engine's errors name what matters last.
fn causes(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
