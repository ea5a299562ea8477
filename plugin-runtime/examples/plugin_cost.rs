//! What an event costs in a plugin: a fresh instance, the handler, its calls into the host, and the instance's end.
//!
//! `cargo xtask bench` runs this on `core`, with `!ping`, and prints least, median and most. The store and WhatsApp are left
//! out: what a handler reads is answered from here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use async_trait::async_trait;
use jadi_model::clock::{Clock as _, Millis, SystemClock};
use jadi_model::random::SystemRandom;
use jadi_model::{
    Chat, ChatKind, Event, EventKey, EventKind, Jid, Message, Person, Progress, Role,
};
use jadi_plugin_manifest::SettingValue;
use jadi_plugin_runtime::{
    CommandFact, EventInput, FetchError, Grants, HttpRequest, HttpResponse, Invocation, Limits,
    MediaError, ReadError, Reads, Runtime, RuntimeOptions,
};

/// Events before it is measured, and events that are.
const WARM: usize = 200;
const EVENTS: usize = 2000;

#[tokio::main]
async fn main() -> Result<()> {
    let path = std::env::args_os()
        .nth(1)
        .context("say which component: plugin_cost FILE")?;
    let bytes = std::fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
    let runtime = Runtime::start(RuntimeOptions {
        limits: Limits::default(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        cache_dir: None,
    })?;
    let start = Instant::now();
    let plugin = runtime.load(&bytes)?;
    let compiled = start.elapsed();

    let reads: Arc<dyn Reads> = Arc::new(Nothing);
    let mut wall = Vec::with_capacity(EVENTS);
    let mut cpu = Vec::with_capacity(EVENTS);
    for number in 0..WARM + EVENTS {
        let input = ping()?;
        let start = Instant::now();
        let outcome = runtime.handle(&plugin, input, Arc::clone(&reads)).await;
        let took = start.elapsed();
        ensure!(
            outcome.failure.is_none() && outcome.actions.len() == 1,
            "!ping was not answered: {outcome:?}"
        );
        if number >= WARM {
            wall.push(took);
            cpu.push(Duration::from_micros(outcome.receipt.cpu_micros));
        }
    }
    println!(
        "{:<42} {:>9.1}",
        "compiling core, ms",
        compiled.as_secs_f64() * 1e3
    );
    row("one event in a fresh instance, µs", wall);
    row("of it inside the component, µs", cpu);
    Ok(())
}

/// `!ping`, as dispatch hands it to the plugin.
fn ping() -> Result<EventInput> {
    let alice: Jid = "6280000000101@s.whatsapp.net".parse()?;
    let now = SystemClock.now();
    Ok(EventInput {
        event_id: "bench".to_owned(),
        event: Arc::new(Event {
            key: EventKey {
                chat: alice.clone(),
                sender: alice.clone(),
                id: "3EB0000000000000000001".parse()?,
            },
            at: now,
            chat: Chat {
                jid: alice.clone(),
                kind: ChatKind::Private,
            },
            sender: Person {
                jid: alice,
                lid: None,
                name: "alice".to_owned(),
            },
            kind: EventKind::Message(Message {
                text: "!ping".to_owned(),
                ..Message::default()
            }),
        }),
        received_at: now,
        original: None,
        role: Role::User,
        command: Some(Invocation {
            prefix: "!".to_owned(),
            name: "ping".to_owned(),
            alias: None,
            args: String::new(),
            known: true,
        }),
        language: "en".to_owned(),
        prefixes: vec!["!".to_owned()],
        bot_is_admin: false,
        group: None,
        own: None,
        bot_started_at: now,
        grants: Grants::ALL,
    })
}

/// A bot without data.
struct Nothing;

#[async_trait]
impl Reads for Nothing {
    async fn kv_get(&self, _key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(None)
    }

    async fn kv_keys(
        &self,
        _prefix: &str,
        _after: Option<&str>,
        _limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        Ok(Vec::new())
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        Ok(0)
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        Ok(Vec::new())
    }

    async fn setting(&self, _name: &str, _here: bool) -> Result<Option<SettingValue>, ReadError> {
        Ok(None)
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        Ok(BTreeMap::new())
    }

    async fn media(&self, _handle: &[u8], _limit: u64) -> Result<Vec<u8>, MediaError> {
        Err(MediaError::Gone)
    }

    async fn fetch(&self, _request: HttpRequest) -> Result<HttpResponse, FetchError> {
        Err(FetchError::Unavailable)
    }

    async fn progress(&self, _progress: Progress) -> Result<(), ReadError> {
        Ok(())
    }
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |index: usize| {
        times
            .get(index)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
    };
    let last = times.len().saturating_sub(1);
    println!(
        "{name:<42} {:>9.1} {:>9.1} {:>9.1} {:>6}",
        at(0),
        at(last / 2),
        at(last),
        times.len()
    );
}
