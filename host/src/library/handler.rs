//! A loaded plugin as dispatch runs it: what runs it, and what its operator lets it do.

use std::sync::Arc;

use async_trait::async_trait;
use jadi_plugin_manifest::Manifest;

use crate::dispatch::Handler;
use crate::plugins::{
    Allowance, EventInput, EventLimits, Grants, LimitOverrides, Outcome, Plugin, Reads, Runtime,
};

/// A plugin and what runs it. One for all bots: what differs between them comes with each event.
pub(super) struct Component {
    runtime: Arc<Runtime>,
    pub(super) plugin: Arc<Plugin>,
    digest: String,
    grants: Grants,
    /// What was said of its limits on this host.
    of_host: LimitOverrides,
}

impl Component {
    pub(super) fn new(
        runtime: Arc<Runtime>,
        plugin: Arc<Plugin>,
        grants: Grants,
        of_host: LimitOverrides,
    ) -> Self {
        Self {
            runtime,
            digest: plugin.digest().to_string(),
            plugin,
            grants,
            of_host,
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

    fn digest(&self) -> &str {
        &self.digest
    }

    fn limits(&self, of_bot: &LimitOverrides) -> Allowance {
        let limits = self.runtime.limits();
        limits.effective(self.plugin.manifest(), &[&self.of_host, of_bot])
    }

    async fn handle(
        &self,
        input: EventInput,
        limits: EventLimits,
        reads: Arc<dyn Reads>,
    ) -> Outcome {
        let run = self
            .runtime
            .handle_within(&self.plugin, limits, input, reads);
        run.await
    }
}
