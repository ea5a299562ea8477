//! What the tests share: an event, a runtime, and what must hold after an event. `data`: a bot's data; `wat`: small plugins.

mod data;
mod wat;

use std::sync::Arc;

use jadi_plugin_manifest::{LimitsClass, Manifest};

pub(crate) use self::data::Data;
pub(crate) use self::wat::{REALLOC, binary, leb128, wat, wat_that_keeps_handles, with_manifest};
use super::super::*;
use jadi_model::clock::{MovableClock, SharedClock};
use jadi_model::random::Random;
use jadi_model::{
    Chat, ChatKind, Event, EventKey, EventKind, GroupInfo, Jid, Message, Participant, Person,
    Quoted, Role,
};

/// A manifest with one command.
pub(crate) const MANIFEST: &str = r#"{"name":"test","version":"1.0.0","languages":["en"],
    "commands":[{"name":"try","summary":"Tries"}]}"#;

/// Random bytes that everybody can guess.
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

pub(crate) fn jid(text: &str) -> Jid {
    text.parse().expect("a JID")
}

/// A message in a group, which answers one of the bot's own.
pub(crate) fn input() -> EventInput {
    let sender = Person {
        jid: jid("6280000000101@s.whatsapp.net"),
        lid: None,
        name: "Alice".to_owned(),
    };
    let chat = Chat {
        jid: jid("120363000000000001@g.us"),
        kind: ChatKind::Group,
    };
    let quoted = Quoted {
        id: "3EB0AA".parse().expect("an id"),
        author: jid("6280000000100@s.whatsapp.net"),
        message: Box::new(Message {
            text: "earlier".to_owned(),
            from_me: true,
            ..Message::default()
        }),
    };
    EventInput {
        event_id: "e1".to_owned(),
        event: Arc::new(Event {
            key: EventKey {
                chat: chat.jid.clone(),
                sender: sender.jid.clone(),
                id: "3EB0BB".parse().expect("an id"),
            },
            at: 1_700_000_000_000,
            chat,
            sender,
            kind: EventKind::Message(Message {
                text: "!try this".to_owned(),
                quoted: Some(quoted),
                ..Message::default()
            }),
        }),
        received_at: 1_700_000_000_500,
        original: None,
        role: Role::User,
        command: Some(Invocation {
            prefix: "!".to_owned(),
            name: "try".to_owned(),
            alias: None,
            args: "this".to_owned(),
            known: true,
        }),
        language: "en".to_owned(),
        prefixes: vec!["!".to_owned()],
        bot_is_admin: false,
        group: None,
        own: None,
        bot_started_at: 0,
        grants: Grants::ALL,
    }
}

/// Alice, bob, who is an admin, and the bot.
pub(crate) fn group() -> GroupInfo {
    let person = |number: u64, admin| Participant {
        jid: jid(&format!("{number}@s.whatsapp.net")),
        lid: (number == 6_280_000_000_102).then(|| jid("900000000000102@lid")),
        admin,
    };
    GroupInfo {
        jid: jid("120363000000000001@g.us"),
        subject: "Friends".to_owned(),
        description: String::new(),
        participants: vec![
            person(6_280_000_000_101, false),
            person(6_280_000_000_102, true),
            person(6_280_000_000_100, false),
        ],
        creator: Some(jid("6280000000102@s.whatsapp.net")),
    }
}

/// A runtime with a small pool.
pub(crate) fn runtime_with(change: impl FnOnce(&mut Limits)) -> Runtime {
    runtime_at(Arc::new(MovableClock::default()), change)
}

/// The same, with a clock of its own.
pub(crate) fn runtime_at(clock: SharedClock, change: impl FnOnce(&mut Limits)) -> Runtime {
    let mut limits = Limits::default();
    limits.pool.in_flight = 4;
    // The machine that runs the tests may be busy; what matters is which limit ends an event.
    limits.event.wall_ms = 60_000;
    change(&mut limits);
    Runtime::start(RuntimeOptions {
        limits,
        clock,
        random: Arc::new(Sevens),
        cache_dir: None,
    })
    .expect("a runtime")
}

pub(crate) fn runtime() -> Runtime {
    runtime_with(|_| {})
}

/// A state as an instance has it, to call a capability without one.
pub(crate) fn state(data: Data, limits: EventLimits) -> state::EventState {
    state_of(input(), data, limits)
}

/// The same with another event.
pub(crate) fn state_of(input: EventInput, data: Data, limits: EventLimits) -> state::EventState {
    state::EventState::new(
        input,
        Arc::new(Manifest::parse(MANIFEST.as_bytes()).expect("a manifest")),
        Arc::new(data),
        limits,
        &PoolLimits::default(),
        Arc::new(MovableClock::default()),
        [7; 32],
    )
}

/// A plugin file whose handler is `body`; see [`wat`].
pub(crate) fn plugin_file(uses: &[&str], items: &str, body: &str) -> Vec<u8> {
    with_manifest(binary(&wat(uses, items, body)), MANIFEST)
}

/// A plugin that is in nobody's way.
pub(crate) fn good(runtime: &Runtime) -> Arc<Plugin> {
    runtime
        .load(&plugin_file(&[], "", "(call $ok)"))
        .expect("a sound plugin loads")
}

/// Loads this WebAssembly text, with a manifest, and runs one event in it: within its limits, and with nothing left of it.
pub(crate) async fn run_wat(runtime: &Runtime, wat: &str) -> Outcome {
    run_file(runtime, &with_manifest(binary(wat), MANIFEST)).await
}

async fn run_file(runtime: &Runtime, file: &[u8]) -> Outcome {
    let plugin = match runtime.load(file) {
        Ok(plugin) => plugin,
        Err(error) => panic!("{error}"),
    };
    let outcome = runtime
        .handle(&plugin, input(), Arc::new(Data::default()))
        .await;
    assert_within(&outcome, plugin.limits());
    assert_well(runtime).await;
    outcome
}

/// Checks that a runtime, after whatever it went through, has all of its places free, holds nothing of what ran, and runs
/// another plugin as if nothing had been.
pub(crate) async fn assert_well(runtime: &Runtime) {
    let places = runtime.limits().pool.in_flight;
    assert_eq!(runtime.free_slots(), places as usize);
    let left = runtime
        .pool_use(LimitsClass::Small)
        .expect("it is always there");
    assert_eq!((left.instances, left.memories, left.tables), (0, 0, 0));
    assert!(
        left.kept_bytes <= u64::from(places) * engine::Shape::of(LimitsClass::Small).kept_bytes(),
        "{left:?} after {places} places"
    );
    let outcome = runtime
        .handle(&good(runtime), input(), Arc::new(Data::default()))
        .await;
    assert_eq!(outcome.failure, None);
}

/// Checks that an event, however it ended, took no more than it was allowed.
pub(crate) fn assert_within(outcome: &Outcome, limits: &EventLimits) {
    let receipt = outcome.receipt;
    assert!(receipt.peak_memory <= limits.memory_bytes, "{receipt:?}");
    assert!(u64::from(receipt.host_calls) <= limits.host_calls);
    assert!(outcome.actions.len() as u64 <= limits.actions);
    let log = outcome.log.iter().map(|line| line.text.len() as u64 + 1);
    // The last line is the host's own, on what was cut off.
    assert!(log.sum::<u64>() <= limits.log_bytes + 256);
    if let Some(failure) = &outcome.failure {
        assert!(failure.to_string().len() < 2048, "{failure}");
        let frames = failure.backtrace();
        assert!(frames.len() <= 32 && frames.iter().all(|frame| frame.len() <= 256));
        assert!(outcome.kv_writes.is_empty() && outcome.actions.is_empty());
    }
}

/// Runs one event in a plugin whose handler is `body`; see [`wat`] and [`run_wat`].
pub(crate) async fn run(runtime: &Runtime, uses: &[&str], items: &str, body: &str) -> Outcome {
    run_file(runtime, &plugin_file(uses, items, body)).await
}
