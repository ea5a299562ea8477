//! What the host's bots do and take, as figures for the operator's monitoring.

use std::sync::Arc;

use async_trait::async_trait;

use crate::bots::{Creation, Fleet, Restoring};
use crate::dispatch::{Dispatch, Load};
use crate::model::{BotId, CpuTime};
use crate::store::Store;
use crate::web::{Figure, Figures, Sample};

/// Where they come from.
pub(super) struct Sources {
    pub(super) store: Arc<Store>,
    pub(super) fleet: Arc<Fleet>,
    pub(super) creation: Arc<Creation>,
    pub(super) restoring: Restoring,
}

/// One bot at one moment.
struct Bot {
    id: BotId,
    dispatch: Arc<Dispatch>,
    load: Load,
    state: &'static str,
    /// Bytes on the disk, when that could be measured.
    storage: Option<u64>,
}

#[async_trait]
impl Figures for Sources {
    async fn now(&self) -> Vec<Figure> {
        let mut bots = Vec::new();
        for (id, dispatch) in self.fleet.dispatches() {
            let instance = self.fleet.instances().get(id);
            bots.push(Bot {
                id,
                load: dispatch.load(),
                dispatch,
                state: instance.map_or("unknown", |bot| bot.status().state.name()),
                storage: self.store.bytes(id).await.ok(),
            });
        }
        let mut figures = self.of_host(&bots).await;
        figures.extend(of_bots(&bots));
        figures
    }
}

impl Sources {
    async fn of_host(&self, bots: &[Bot]) -> Vec<Figure> {
        let mut states: Vec<&str> = bots.iter().map(|bot| bot.state).collect();
        states.sort_unstable();
        let by_state = states
            .chunk_by(|one, other| one == other)
            .filter_map(|same| {
                let state = same.first()?;
                Some(Sample {
                    labels: vec![("state", (*state).to_owned())],
                    value: number(same.len()),
                })
            });
        let one = |value| {
            vec![Sample {
                labels: Vec::new(),
                value,
            }]
        };
        let mut figures = vec![
            gauge("bots", "Bots that run here, by state", by_state.collect()),
            gauge(
                "restoring_bots",
                "Bots that have yet to be brought up since the start",
                one(f64::from(self.restoring.left())),
            ),
        ];
        if let Ok(slots) = self.creation.slots().await {
            let slots = one(f64::from(slots));
            figures.push(gauge("slots", "Sub-bots that the host takes", slots));
        }
        figures
    }
}

fn of_bots(bots: &[Bot]) -> Vec<Figure> {
    let each = |value: &dyn Fn(&Bot) -> f64| -> Vec<Sample> {
        let samples = bots.iter().map(|bot| sample(bot, None, value(bot)));
        samples.collect()
    };
    let by = |label: &'static str, values: &dyn Fn(&Bot) -> Vec<(&'static str, f64)>| {
        let samples = bots.iter().flat_map(|bot| {
            let values = values(bot).into_iter();
            values.map(move |(what, value)| sample(bot, Some((label, what)), value))
        });
        samples.collect::<Vec<_>>()
    };
    let events = |bot: &Bot| {
        let counters = bot.dispatch.counters();
        [
            ("received", &counters.received),
            ("repeated", &counters.repeated),
            ("filtered", &counters.filtered),
            ("handled", &counters.handled),
            ("failed", &counters.failed),
            ("spared", &counters.spared),
            ("refused", &counters.refused),
        ]
        .map(|(what, count)| (what, count.get() as f64))
        .to_vec()
    };
    let messages = |bot: &Bot| {
        let counters = bot.dispatch.counters();
        [
            ("sent", &counters.sent),
            ("retried", &counters.retried),
            ("given_up", &counters.given_up),
        ]
        .map(|(what, count)| (what, count.get() as f64))
        .to_vec()
    };
    let cpu = |bot: &Bot| {
        let CpuTime { client, plugins } = bot.load.cpu;
        [("client", client), ("plugins", plugins)]
            .map(|(part, micros)| (part, micros as f64 / 1e6))
            .to_vec()
    };
    let waiting = |bot: &Bot| {
        vec![
            ("events", number(bot.load.events)),
            ("messages", number(bot.load.sends)),
        ]
    };
    vec![
        count(
            "events",
            "Events by what became of them",
            by("what", &events),
        ),
        count(
            "messages",
            "Messages by what became of them",
            by("what", &messages),
        ),
        count("cpu_seconds", "Time on the processors", by("part", &cpu)),
        gauge(
            "waiting",
            "What waits or is under way",
            by("what", &waiting),
        ),
        gauge(
            "memory_bytes",
            "What the bot holds of the heap",
            each(&|bot| bot.load.memory as f64),
        ),
        gauge(
            "storage_bytes",
            "What the bot's data and session take on the disk",
            bots.iter()
                .filter_map(|bot| Some(sample(bot, None, bot.storage? as f64)))
                .collect(),
        ),
        gauge(
            "messages_today",
            "Messages sent on this day of UTC",
            each(&|bot| bot.load.quota.sent as f64),
        ),
        gauge(
            "messages_allowed",
            "Messages that may be sent on one day",
            each(&|bot| bot.load.quota.allowed as f64),
        ),
        gauge(
            "slowed",
            "Whether the bot is slowed down for what it takes",
            each(&|bot| f64::from(u8::from(bot.load.slow))),
        ),
    ]
}

fn sample(bot: &Bot, label: Option<(&'static str, &str)>, value: f64) -> Sample {
    let of_bot = std::iter::once(("bot", bot.id.to_string()));
    let label = label.map(|(name, value)| (name, value.to_owned()));
    Sample {
        labels: of_bot.chain(label).collect(),
        value,
    }
}

fn gauge(name: &'static str, help: &'static str, samples: Vec<Sample>) -> Figure {
    Figure {
        name,
        help,
        rises: false,
        samples,
    }
}

fn count(name: &'static str, help: &'static str, samples: Vec<Sample>) -> Figure {
    Figure {
        rises: true,
        ..gauge(name, help, samples)
    }
}

fn number(count: usize) -> f64 {
    count as f64
}
