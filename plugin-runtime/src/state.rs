//! What the host keeps for one event while its instance runs: made fresh, dropped with the instance.

use std::sync::Arc;

use jadi_plugin_manifest::Manifest;
use wasmtime::component::{Resource, ResourceTable};
use wasmtime_wasi::WasiCtx;

use super::bindings::jadi::plugin::types::Refused;
use super::budget::{Calls, MemoryGauge, Reached};
use super::capabilities::chat::Desk;
use super::capabilities::http::Traffic;
use super::capabilities::kv::Overlay;
use super::capabilities::log::Log;
use super::capabilities::media::Folder;
use super::capabilities::random::Source;
use super::capabilities::schedule::Agenda;
use super::capabilities::settings::Changes;
use super::context::{BotWrite, EventInput, ReadError, Reads};
use super::engine::size;
use super::failure::Limit;
use super::limits::{EventLimits, PoolLimits};
use super::meter::CpuMeter;
use jadi_model::clock::SharedClock;

/// The state behind one instance. Each capability keeps its own part, and none holds anything of another event.
pub(super) struct EventState {
    pub(super) input: EventInput,
    pub(super) reads: Arc<dyn Reads>,
    pub(super) meter: Arc<CpuMeter>,
    pub(super) calls: Calls,
    pub(super) memory: MemoryGauge,
    pub(super) handles: ResourceTable,
    /// How many of them it may hold at a time.
    most_handles: u64,
    pub(super) desk: Desk,
    pub(super) kv: Overlay,
    pub(super) log: Log,
    pub(super) folder: Folder,
    pub(super) traffic: Traffic,
    pub(super) settings: Changes,
    pub(super) schedule: Agenda,
    /// What is to be changed of the bot and the chat.
    pub(super) bot: Vec<BotWrite>,
    /// What the plugin declares.
    pub(super) manifest: Arc<Manifest>,
    pub(super) clock: SharedClock,
    pub(super) random: Source,
    /// Only for a plugin that brings an interpreter along, and only when that asks.
    pub(super) wasi: Option<Box<WasiCtx>>,
    /// The first call that the host could not serve.
    pub(super) trouble: Option<String>,
}

impl EventState {
    /// A state for one event.
    pub(super) fn new(
        input: EventInput,
        manifest: Arc<Manifest>,
        reads: Arc<dyn Reads>,
        limits: EventLimits,
        pool: &PoolLimits,
        clock: SharedClock,
        seed: [u8; 32],
    ) -> Self {
        let mut handles = ResourceTable::new();
        handles.set_max_capacity(size(limits.handles));
        Self {
            input,
            reads,
            meter: Arc::default(),
            calls: Calls::new(&limits),
            memory: MemoryGauge::new(&limits, pool.table_elements),
            handles,
            most_handles: limits.handles,
            desk: Desk::new(&limits),
            kv: Overlay::new(&limits),
            log: Log::new(&limits),
            folder: Folder::new(&limits),
            traffic: Traffic::new(&limits),
            settings: Changes::default(),
            schedule: Agenda::default(),
            bot: Vec::new(),
            manifest,
            clock,
            random: Source::new(seed),
            wasi: None,
            trouble: None,
        }
    }

    /// Hands a resource to the component.
    ///
    /// # Errors
    ///
    /// Ends a component that holds too many.
    pub(super) fn hand_over<T: Send + 'static>(&mut self, held: T) -> Result<Resource<T>, Reached> {
        let allowed = self.most_handles;
        self.handles.push(held).map_err(|_full| Reached {
            limit: Limit::Handles,
            allowed,
        })
    }

    /// What was read, or that it can't be now.
    pub(super) fn served<T>(&mut self, read: Result<T, ReadError>) -> Result<T, Refused> {
        read.map_err(|error| {
            self.note_trouble(&error);
            Refused::Unavailable
        })
    }

    /// Notes that a read failed, for which the plugin is not to be blamed.
    pub(super) fn note_trouble(&mut self, error: &ReadError) {
        tracing::warn!(event = self.input.event_id, %error, "a plugin's call could not be served");
        self.trouble.get_or_insert_with(|| error.to_string());
    }
}
