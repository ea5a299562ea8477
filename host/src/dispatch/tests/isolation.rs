//! Two bots of one host with the same plugins, written to by the same people under the same ids: in whatever order their events come, are
//! handled and are cut short, neither sees anything of the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::sync::watch;

use super::{
    BOT, Fake, ScriptedSession, always, answered, jid, parts, private_message, said, soon,
};
use crate::clock::MovableClock;
use crate::dispatch::{
    Dispatch, DispatchOptions, DispatchParts, Handler, KnownBots, PaceOptions, Seating,
};
use crate::meter::Meter;
use crate::model::{Action, BotId, BotRecord, BotRole, LinkMethod, MessageId, Outgoing};
use crate::plugins::{KvWrite, Outcome};
use crate::random::SystemRandom;
use crate::store::{KeptBounds, MasterKey, Settings, Store, StoreOptions};
use crate::whatsapp::{Inbound, Session, SessionState};

const SEEING: &str = r#"{"name":"seeing","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"}]}"#;

/// Something that happens to one of them.
#[derive(Debug, Clone)]
enum Step {
    /// One of a few people writes. An id that was there before comes again.
    Receive { person: u8, id: u8 },
    /// Others have their turns.
    Turns(u8),
    /// It goes down where it is, and comes up again.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
    let step = prop_oneof![
        12 => (0..3u8, 0..8u8).prop_map(|(person, id)| Step::Receive { person, id }),
        4 => (0..60u8).prop_map(Step::Turns),
        1 => Just(Step::Restart),
    ];
    prop::collection::vec((any::<bool>(), step), 1..40)
}

/// Remembers each text that its bot got, and answers with the first of them, this one, and how many people it has met.
fn seeing() -> Arc<dyn Handler> {
    Fake::doing(SEEING, |input, reads| {
        Box::pin(async move {
            let again = || answered(&input.event, "never kept: the host runs the event again");
            let Ok(seen) = reads.kv_get("seen").await else {
                return again();
            };
            // Other events of both bots come in between.
            let Ok(known) = reads.counts().await else {
                return again();
            };
            let text = said(&input.event);
            let seen = seen.map_or_else(String::new, |seen| {
                String::from_utf8(seen).expect("text") + ","
            }) + text;
            let first = seen.split(',').next().expect("it has seen this one");
            let answer = format!("{first} {text} {}", known.users);
            Outcome {
                kv_writes: vec![KvWrite::Set {
                    key: "seen".to_owned(),
                    value: seen.clone().into_bytes(),
                }],
                ..answered(&input.event, &answer)
            }
        })
    })
}

/// One bot, and what came to it.
struct Bot<'a> {
    name: &'static str,
    record: BotRecord,
    store: &'a Store,
    plugin: Arc<dyn Handler>,
    running: Option<Running>,
    attempts: Vec<Outgoing>,
    came: BTreeSet<(u8, u8)>,
}

struct Running {
    dispatch: Arc<Dispatch>,
    session: Arc<ScriptedSession>,
    _sender: watch::Sender<Option<Arc<dyn Session>>>,
}

fn person(person: u8) -> String {
    format!("628000000010{person}@s.whatsapp.net")
}

impl<'a> Bot<'a> {
    async fn new(name: &'static str, n: u8, store: &'a Store, plugin: &Arc<dyn Handler>) -> Self {
        let id = BotId::from_random([n; 16]);
        let mut record = BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1);
        record.jid = Some(jid(&format!("628000000020{n}@s.whatsapp.net")));
        store.add_bot(&record).await.expect("added");
        let mut bot = Self {
            name,
            record,
            store,
            plugin: plugin.clone(),
            running: None,
            attempts: Vec::new(),
            came: BTreeSet::new(),
        };
        bot.start().await;
        bot
    }

    async fn start(&mut self) {
        let data = self.store.bot(self.record.id).await.expect("its data");
        let session = Arc::new(ScriptedSession::default());
        let shared: Arc<dyn Session> = session.clone();
        let (sender, receiver) = watch::channel(Some(shared));
        let usual = parts(
            &self.record,
            data,
            receiver,
            KnownBots::default(),
            Seating::new(self.store.seats()),
            Meter::default(),
            Arc::new(MovableClock::default()),
        );
        let parts = DispatchParts {
            plugins: always(vec![self.plugin.clone()]),
            options: DispatchOptions {
                pace: PaceOptions {
                    burst: 1_000,
                    ..PaceOptions::default()
                },
                grace: std::time::Duration::ZERO,
                ..usual.options
            },
            ..usual
        };
        let dispatch = Dispatch::start(parts).await.expect("started");
        let open = SessionState::Open {
            jid: jid(BOT),
            lid: None,
        };
        dispatch.state(open).await;
        self.running = Some(Running {
            dispatch,
            session,
            _sender: sender,
        });
    }

    fn dispatch(&self) -> &Dispatch {
        &self.running.as_ref().expect("it runs").dispatch
    }

    async fn stop(&mut self) {
        let running = self.running.take().expect("it runs");
        soon(running.dispatch.shutdown()).await;
        self.attempts.extend(running.session.attempts());
    }

    fn text(&self, person: u8, id: u8) -> String {
        format!("{}-{person}-{id}", self.name)
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Receive { person: from, id } => {
                let text = self.text(from, id);
                let event = private_message(&person(from), &format!("A{id}"), &text);
                self.dispatch().commit(vec![event]).await.expect("kept");
                self.came.insert((from, id));
            }
            Step::Turns(count) => {
                for _ in 0..count {
                    tokio::task::yield_now().await;
                }
            }
            Step::Restart => {
                self.stop().await;
                self.start().await;
            }
        }
    }

    /// Lets it do the rest, and compares all that it keeps and has sent with what came to it.
    async fn check(&mut self) {
        soon(self.dispatch().idle()).await;
        self.stop().await;
        let texts: BTreeSet<_> = self
            .came
            .iter()
            .map(|(person, id)| self.text(*person, *id))
            .collect();
        let data = self.store.bot(self.record.id).await.expect("its data");
        let seen = data.kv_get("seeing", "seen").await.expect("kv").value;
        let seen = String::from_utf8(seen.unwrap_or_default()).expect("text");
        let seen: Vec<_> = seen.split(',').filter(|text| !text.is_empty()).collect();
        assert_eq!(
            seen.len(),
            texts.len(),
            "{}: each once: {seen:?}",
            self.name
        );
        assert!(seen.iter().all(|text| texts.contains(*text)), "{seen:?}");

        let people: BTreeSet<_> = self.came.iter().map(|(person, _)| *person).collect();
        let known = data.counts().await.expect("counts").users;
        assert_eq!(known, people.len() as u64, "{}", self.name);
        let received = data.totals().await.expect("totals").received;
        assert_eq!(received, texts.len() as u64, "{}", self.name);

        // A message that was sent again after a restart has the id that it had.
        let mut answers = BTreeMap::<&MessageId, _>::new();
        for attempt in &self.attempts {
            let Action::Send(message) = &attempt.action else {
                panic!("{attempt:?}");
            };
            let answer = (message.chat.as_str(), message.text.as_str());
            let same = *answers.entry(&attempt.id).or_insert(answer);
            assert_eq!(same, answer);
        }
        let mut answered = BTreeSet::new();
        for (chat, text) in answers.into_values() {
            let [first, to, met] = text.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{text}");
            };
            assert_eq!(first, seen[0], "{}", self.name);
            assert!(answered.insert(to), "{to} is answered twice");
            let from = self
                .came
                .iter()
                .find(|(from, id)| self.text(*from, *id) == to);
            let (from, _) = from.unwrap_or_else(|| panic!("{}: not its own: {to}", self.name));
            assert_eq!(chat, person(*from));
            let met: usize = met.parse().expect("a number");
            assert!((1..=people.len()).contains(&met), "{met} of {people:?}");
        }
        assert_eq!(answered.len(), texts.len(), "{}", self.name);
    }
}

async fn live(steps: Vec<(bool, Step)>) {
    let dir = tempfile::tempdir().expect("dir");
    let options = StoreOptions {
        data_dir: dir.path().to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random: Arc::new(SystemRandom),
    };
    let store = Store::open(options, MasterKey::from_bytes([3; 32])).await;
    let store = store.expect("store");
    let plugin = seeing();
    let mut one = Bot::new("one", 1, &store, &plugin).await;
    let mut other = Bot::new("other", 2, &store, &plugin).await;
    for (first, step) in steps {
        let bot = if first { &mut one } else { &mut other };
        bot.take(step).await;
    }
    one.check().await;
    other.check().await;
    store.close().await.expect("close");
}

#[test]
fn random_interleavings_of_two_bots_events_never_cross() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime");
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&steps(), |steps| {
            runtime.block_on(live(steps));
            Ok(())
        })
        .expect("no crossing");
}
