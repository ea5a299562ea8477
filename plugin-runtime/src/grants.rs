//! What the operator lets a plugin do: all that its component imports, or less.

use std::collections::BTreeSet;

use jadi_plugin_manifest::Capability;
use serde::{Deserialize, Serialize};

/// The capabilities that a plugin may not use although it imports them: an operator's grant narrows and never widens, for
/// what a component does not import is not linked. A denied call is refused with a typed error; the plugin runs on without.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    denied: BTreeSet<Capability>,
}

impl Grants {
    /// Everything that is imported.
    pub const ALL: Self = Self {
        denied: BTreeSet::new(),
    };

    /// Everything that is imported but these.
    pub fn without(denied: impl IntoIterator<Item = Capability>) -> Self {
        Self {
            denied: denied.into_iter().collect(),
        }
    }

    /// The same, with this denied too.
    #[must_use]
    pub fn and_without(mut self, denied: Capability) -> Self {
        self.denied.insert(denied);
        self
    }

    /// Whether the plugin may use this.
    pub fn allows(&self, capability: Capability) -> bool {
        !self.denied.contains(&capability)
    }
}
