//! What each run of a plugin leaves for its owner to look at: a receipt, and when it failed, what it takes to run it again.
//!
//! The store keeps both with the event's other traces, in its transaction; this gives them their form.

use serde::{Deserialize, Serialize};

use super::enabled::Handler;
use crate::clock::Millis;
use crate::plugins::{
    EventLimits, FailedEvent, FailedPlugin, Failure, LogLevel, LogLine, Outcome, Receipt, Recording,
};
use crate::store::{KvBounds, NewFailure};

/// How many digits of a component's digest a receipt has: enough to tell builds apart.
const DIGITS: usize = 16;
/// The longest frame of a backtrace, bytes.
const FRAME: usize = 200;

/// What a run of a plugin on an event cost, how it ended and what it logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReceipt {
    /// The event's name, as the plugin sees it too.
    pub event: String,
    /// The plugin's version.
    pub version: String,
    /// The first digits of its component's digest.
    pub digest: String,
    /// What was used and what was allowed, in the order of [`RunReceipt::shares`].
    used: Vec<(u64, u64)>,
    /// Why it failed, when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Where it failed: wasm frames, innermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub backtrace: Vec<String>,
    /// What it logged, and what the host has to say to its owner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<LogLine>,
}

/// How much of one limit was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Of what.
    pub of: Measure,
    /// How much, in the measure's unit.
    pub used: u64,
    /// How much was allowed, in the same unit.
    pub allowed: u64,
}

impl Share {
    /// Used of allowed, percent, rounded up: what was used at all is not nothing.
    pub fn percent(&self) -> u64 {
        match (self.used, self.allowed) {
            (0, _) => 0,
            (_, 0) => 100,
            (used, allowed) => used.saturating_mul(100).div_ceil(allowed),
        }
    }
}

/// What a receipt measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// CPU time, microseconds.
    Cpu,
    /// Time from start to answer, microseconds.
    Wall,
    /// Linear memory at its largest, bytes.
    Memory,
    /// Calls into the host.
    HostCalls,
    /// Bytes of the largest of these.
    CallBytes,
    /// Actions.
    Actions,
    /// Text of these, bytes.
    Text,
    /// Log lines, bytes.
    Log,
}

/// In the order in which receipts have them; new ones come at the end.
const MEASURES: [Measure; 8] = [
    Measure::Cpu,
    Measure::Wall,
    Measure::Memory,
    Measure::HostCalls,
    Measure::CallBytes,
    Measure::Actions,
    Measure::Text,
    Measure::Log,
];

impl RunReceipt {
    /// Each measure with its limit.
    pub fn shares(&self) -> impl Iterator<Item = Share> {
        let measured = MEASURES.into_iter().zip(&self.used);
        measured.map(|(of, (used, allowed))| Share {
            of,
            used: *used,
            allowed: *allowed,
        })
    }

    /// A receipt as it was kept.
    ///
    /// # Errors
    ///
    /// When it was kept by a version that writes another form.
    pub fn parse(content: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(content)
    }
}

/// A failed event as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureSummary {
    /// The event's name.
    pub event: String,
    /// The plugin's version.
    pub version: String,
    /// The digest of its component.
    pub digest: String,
    /// Why it failed.
    pub failure: String,
    /// How large the file is, bytes.
    pub bytes: u64,
}

impl FailureSummary {
    /// A summary as it was kept.
    ///
    /// # Errors
    ///
    /// When it was kept by a version that writes another form.
    pub fn parse(content: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(content)
    }
}

/// What is left of a run when its actions and writes are taken.
pub(super) struct Ran {
    event: String,
    limits: EventLimits,
    cost: Receipt,
    log: Vec<LogLine>,
    recording: Option<Box<Recording>>,
}

impl Ran {
    /// Takes it out of an outcome.
    pub(super) fn of(event: String, limits: EventLimits, outcome: &mut Outcome) -> Self {
        Self {
            event,
            limits,
            cost: outcome.receipt,
            log: std::mem::take(&mut outcome.log),
            recording: outcome.recording.take(),
        }
    }

    /// A line of the host's for whoever reads the plugin's log.
    pub(super) fn add(&mut self, text: String) {
        let level = LogLevel::Warn;
        self.log.push(LogLine { level, text });
    }

    /// How much the plugin may keep.
    pub(super) fn kv_bounds(&self) -> KvBounds {
        KvBounds {
            value_bytes: self.limits.kv_value_bytes,
            total_bytes: self.limits.kv_total_bytes,
        }
    }

    /// The receipt.
    pub(super) fn receipt(
        &self,
        handler: &dyn Handler,
        failure: Option<&Failure>,
    ) -> Option<Vec<u8>> {
        let (cost, limits) = (&self.cost, &self.limits);
        let micros = |millis: u64| millis.saturating_mul(1_000);
        let frame = |frame: &String| {
            let end = frame.floor_char_boundary(FRAME);
            frame.get(..end).unwrap_or_default().to_owned()
        };
        let receipt = RunReceipt {
            event: self.event.clone(),
            version: handler.manifest().version.clone(),
            digest: handler
                .digest()
                .get(..DIGITS)
                .unwrap_or(handler.digest())
                .to_owned(),
            used: vec![
                (cost.cpu_micros, micros(limits.cpu_ms)),
                (cost.wall_micros, micros(limits.wall_ms)),
                (cost.peak_memory, limits.memory_bytes),
                (u64::from(cost.host_calls), limits.host_calls),
                (cost.largest_call, limits.call_bytes),
                (cost.actions, limits.actions),
                (cost.text_bytes, limits.text_bytes),
                (cost.log_bytes, limits.log_bytes),
            ],
            failure: failure.map(ToString::to_string),
            backtrace: failure
                .map(|failure| failure.backtrace().iter().map(frame).collect())
                .unwrap_or_default(),
            log: self.log.clone(),
        };
        kept("receipt", serde_json::to_vec(&receipt))
    }

    /// What it takes to run the event again, when that is known.
    pub(super) fn failure(
        &mut self,
        handler: &dyn Handler,
        failure: &Failure,
        at: Millis,
    ) -> Option<NewFailure> {
        let recording = *self.recording.take()?;
        let manifest = handler.manifest();
        let plugin = FailedPlugin {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            digest: handler.digest().to_owned(),
        };
        let log = self.log.clone();
        let failed = FailedEvent::new(at, plugin, failure.clone(), self.cost, log, recording);
        let content = kept("failed event", failed.kept())?;
        let summary = FailureSummary {
            event: self.event.clone(),
            version: failed.plugin.version,
            digest: failed.plugin.digest,
            failure: failed.failure.to_string(),
            bytes: u64::try_from(content.len()).unwrap_or(u64::MAX),
        };
        let summary = kept("failed event", serde_json::to_vec(&summary))?;
        Some(NewFailure { summary, content })
    }
}

/// An event is not held up by what can't be written down about it.
fn kept(what: &str, written: Result<Vec<u8>, serde_json::Error>) -> Option<Vec<u8>> {
    written
        .inspect_err(|error| tracing::error!(%error, "a {what} can't be kept"))
        .ok()
}
