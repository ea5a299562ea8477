//! A loaded plugin: compiled, linked, ready to be started any number of times.

use std::fmt;
use std::sync::Arc;

use jadi_model::Digest;
use jadi_plugin_manifest::Manifest;
use wasmtime::component::InstancePre;

use super::contract::Handlers;
use super::limits::EventLimits;
use super::permissions::Permission;
use super::pool::Pool;
use super::state::EventState;

/// A loaded plugin, shared by all bots. It holds no data of any of them: each event gets a fresh instance.
pub struct Plugin {
    pub(super) manifest: Arc<Manifest>,
    pub(super) digest: Digest,
    pub(super) permissions: Vec<Permission>,
    pub(super) limits: EventLimits,
    pub(super) instance: InstancePre<EventState>,
    pub(super) handlers: Handlers,
    pub(super) pool: Arc<Pool>,
}

impl Plugin {
    /// What it declares about itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The digest of its file.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// What it may do: what its component imports, in the order of the contract.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// What one of its events may use where nothing else is said of it or of the bot; see [`super::Limits::effective`].
    pub fn limits(&self) -> &EventLimits {
        &self.limits
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.manifest.name)
            .field("version", &self.manifest.version)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}
