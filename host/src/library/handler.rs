//! A loaded plugin as dispatch runs it: what runs it, and what its operator lets it do.

use std::sync::Arc;

use async_trait::async_trait;
use jadi_plugin_manifest::Manifest;

use crate::dispatch::Handler;
use crate::plugins::{EventInput, Grants, Outcome, Plugin, Reads, Runtime};

/// A plugin and what runs it. One for all bots: what differs between them comes with each event.
pub(super) struct Component {
    runtime: Arc<Runtime>,
    pub(super) plugin: Arc<Plugin>,
    grants: Grants,
}

impl Component {
    pub(super) fn new(runtime: Arc<Runtime>, plugin: Arc<Plugin>, grants: Grants) -> Self {
        Self {
            runtime,
            plugin,
            grants,
        }
    }
}

#[async_trait]
impl Handler for Component {
    fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    fn grants(&self) -> Grants {
        self.grants.clone()
    }

    async fn handle(&self, input: EventInput, reads: Arc<dyn Reads>) -> Outcome {
        self.runtime.handle(&self.plugin, input, reads).await
    }
}
