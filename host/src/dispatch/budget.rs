//! What a bot uses, for whoever sees to it that it is not too much, and slowing it down.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::bot::Dispatch;
use super::core::Core;
use super::quota::{Quota, QuotaUse, Turn};
use crate::clock::Millis;
use crate::meter::Meter;
use crate::model::CpuTime;
use crate::store::{Day, DayUsage};

/// The pause before each event while the bot is slowed down.
const SLOW: Duration = Duration::from_secs(1);

/// One bot's.
pub(super) struct Budget {
    pub(super) meter: Meter,
    /// How much of its time is in the bot's data already.
    kept: Mutex<CpuTime>,
    quota: Mutex<Quota>,
    slow: watch::Sender<bool>,
    /// Whose turn it is while the bot is slow.
    turn: tokio::sync::Mutex<()>,
}

/// What a bot uses now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Time on the machine's processors since the bot came up.
    pub cpu: CpuTime,
    /// What it holds of the heap, bytes.
    pub memory: u64,
    /// Events that wait or are being handled.
    pub events: usize,
    /// Messages that wait or are being sent.
    pub sends: usize,
    /// Today's messages.
    pub quota: QuotaUse,
    /// Whether it is slowed down.
    pub slow: bool,
}

impl Budget {
    pub(super) fn new(meter: Meter, messages_per_day: u64, today: DayUsage) -> Self {
        Self {
            kept: Mutex::new(meter.cpu()),
            meter,
            quota: Mutex::new(Quota::new(messages_per_day, today.day, today.sent)),
            slow: watch::Sender::new(false),
            turn: tokio::sync::Mutex::default(),
        }
    }

    fn quota(&self) -> MutexGuard<'_, Quota> {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is not in the bot's data yet, which counts as being there from now on.
    fn take_unkept(&self) -> CpuTime {
        let used = self.meter.cpu();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let unkept = used.since(*kept);
        *kept = used;
        unkept
    }
}

impl Core {
    /// Asks whether a message may go today.
    pub(super) fn ask_quota(&self) -> Turn {
        self.budget.quota().ask(self.clock.now())
    }

    /// Says what became of a message that might go.
    pub(super) fn settle_quota(&self, sent: bool) {
        self.budget.quota().settle(self.clock.now(), sent);
    }

    /// While the bot is slowed down, lets its events begin one after another, with a pause.
    pub(super) async fn slowly(&self) {
        let mut slow = self.budget.slow.subscribe();
        if !*slow.borrow() {
            return;
        }
        let _turn = self.budget.turn.lock().await;
        tokio::select! {
            () = self.stop.cancelled() => {}
            _ = slow.wait_for(|slow| !slow) => {}
            () = self.clock.sleep(SLOW) => {}
        }
    }
}

impl Dispatch {
    /// What the bot uses.
    pub fn load(&self) -> Load {
        let core = &self.core;
        Load {
            cpu: core.budget.meter.cpu(),
            memory: core.budget.meter.memory(),
            events: *core.inbox.unserved().borrow(),
            sends: *core.outbox.unserved().borrow(),
            quota: core.budget.quota().used(core.clock.now()),
            slow: *core.budget.slow.borrow(),
        }
    }

    /// Slows the bot down, or lets it go on as usual.
    pub fn set_slow(&self, slow: bool) {
        self.core.budget.slow.send_replace(slow);
    }

    /// Puts the CPU time that is not in the bot's data yet there, under today. What can't be written is not counted.
    pub async fn keep_cpu_time(&self) {
        let (core, at): (_, Millis) = (&self.core, self.core.clock.now());
        let cpu = core.budget.take_unkept();
        if cpu.all() > 0
            && let Err(error) = core.data.charge(Day::of(at), cpu).await
        {
            tracing::warn!(bot = %core.id, %error, "CPU time is not kept");
        }
    }
}
