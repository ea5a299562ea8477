//! A fleet with a real store, scripted sessions and a clock that the test moves: bots made, brought up and ended.

mod budgets;
mod endings;
mod owners;
mod pages;
mod troubles;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

use super::*;
use crate::clock::MovableClock;
use crate::dispatch::tests::{always, parts};
use crate::dispatch::{Delay, Dispatch, Handler, KnownBots, Seating, SystemOwners};
use crate::meter::Meter;
use crate::model::{Action, BotRecord, BotRole, Jid, LinkMethod, Person, PhoneNumber, StateName};
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::random::SystemRandom;
use crate::store::{BotData, KeptBounds, MasterKey, Settings, Store, StoreError, StoreOptions};
use crate::whatsapp::fake::{DEADLINE, FakeConnector, FakeSession, Starts};
use crate::whatsapp::{DisconnectCause, Session, SessionState};

const ALICE: &str = "6280000000101";
const BOB: &str = "6280000000102";
const ROOT: &str = "6280000000001";
const MAIN: &str = "6280000000100";
const SHOP: &str = "6280000000200";

fn number(text: &str) -> PhoneNumber {
    text.parse().expect("a number")
}

fn account(text: &str) -> Jid {
    Jid::of_number(&number(text))
}

fn person(text: &str) -> Person {
    Person {
        jid: account(text),
        lid: None,
        name: String::new(),
    }
}

/// Dispatches without plugins, but for the main bot's.
struct Bare {
    clock: MovableClock,
    seating: Seating,
    main: Vec<Arc<dyn Handler>>,
}

#[async_trait]
impl Equip for Bare {
    async fn dispatch(
        &self,
        bot: &BotRecord,
        data: BotData,
        session: watch::Receiver<Option<Arc<dyn Session>>>,
        known_bots: KnownBots,
        meter: Meter,
    ) -> Result<Arc<Dispatch>, StoreError> {
        let (clock, seating) = (Arc::new(self.clock.clone()), self.seating.clone());
        let mut parts = parts(bot, data, session, known_bots, seating, meter, clock);
        if bot.role == BotRole::Main {
            parts.plugins = always(self.main.clone());
        }
        Dispatch::start(parts).await
    }
}

/// One process on a data directory, its main bot open.
struct Process {
    clock: MovableClock,
    store: Arc<Store>,
    fleet: Arc<Fleet>,
    creation: Arc<Creation>,
    endings: Arc<Endings>,
    logged_out: Option<mpsc::Receiver<crate::model::BotId>>,
    main: Arc<FakeSession>,
    connector: Arc<FakeConnector>,
    starts: Starts,
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(DEADLINE, what).await;
    done.expect("it happens in time")
}

impl Process {
    async fn start(dir: &TempDir, slots: u32) -> Self {
        Self::start_for(dir, slots, SystemOwners::new(vec![number(ROOT)])).await
    }

    async fn start_for(dir: &TempDir, slots: u32, system_owners: SystemOwners) -> Self {
        Self::start_with(dir, slots, system_owners, Vec::new()).await
    }

    /// With these plugins of the main bot.
    async fn start_with(
        dir: &TempDir,
        slots: u32,
        system_owners: SystemOwners,
        plugins: Vec<Arc<dyn Handler>>,
    ) -> Self {
        let options = StoreOptions {
            data_dir: dir.path().to_owned(),
            session_dir: None,
            defaults: Settings::default(),
            kept: KeptBounds::default(),
            random: Arc::new(SystemRandom),
        };
        let store = Store::open(options, MasterKey::from_bytes([3; 32])).await;
        let store = Arc::new(store.expect("a store"));
        let clock = MovableClock::default();
        let (connector, mut starts) = FakeConnector::new();
        let (fleet, logged_out) = Fleet::new(FleetParts {
            store: store.clone(),
            connector: connector.clone(),
            equip: Arc::new(Bare {
                clock: clock.clone(),
                seating: Seating::new(store.seats()),
                main: plugins,
            }),
            system_owners,
            clock: Arc::new(clock.clone()),
            random: Arc::new(SystemRandom),
            delay: Delay::new(Duration::ZERO),
            features: Features::default(),
            budgets: budgets::USUAL,
            main_number: None,
        });
        let record = fleet.main_record("en").await.expect("a record");
        fleet.launch(&record).await.expect("launched");
        let main = soon(starts.next()).await;
        main.open(account(MAIN).as_str()).await;
        Self {
            clock,
            creation: Creation::new(fleet.clone(), slots),
            endings: Endings::new(fleet.clone()),
            logged_out: Some(logged_out),
            store,
            fleet,
            main,
            connector,
            starts,
        }
    }

    async fn begin(&self, wanted: &str, by: &str) -> Result<mpsc::Receiver<Step>, HostingRefusal> {
        self.begin_at(Door::Chat, wanted, by).await
    }

    async fn begin_at(
        &self,
        door: Door,
        wanted: &str,
        by: &str,
    ) -> Result<mpsc::Receiver<Step>, HostingRefusal> {
        let request = Request {
            number: number(wanted),
            method: LinkMethod::Code,
            owner: person(by),
            name: String::new(),
            language: "en".to_owned(),
            door,
        };
        self.creation
            .begin(request)
            .await
            .expect("the registry works")
    }

    /// A sub-bot that is open, and its session.
    async fn open_bot(&mut self, wanted: &str, by: &str) -> (BotRecord, Arc<FakeSession>) {
        let mut steps = self
            .begin(wanted, by)
            .await
            .expect("nothing speaks against it");
        let session = soon(self.starts.next()).await;
        session.open(account(wanted).as_str()).await;
        assert_eq!(last(&mut steps).await.name(), "open");
        (self.record(wanted).await.expect("it is kept"), session)
    }

    async fn record(&self, wanted: &str) -> Option<BotRecord> {
        let found = self.store.registry().by_number(&number(wanted)).await;
        found.expect("the registry works")
    }

    /// Waits until nothing of a bot is left.
    async fn gone(&self, bot: &BotRecord) {
        let mut under_way = self.endings.under_way();
        soon(under_way.wait_for(|count| *count == 0))
            .await
            .expect("endings live");
        let kept = self
            .store
            .registry()
            .get(bot.id)
            .await
            .expect("the registry works");
        assert_eq!(kept, None);
        assert!(self.fleet.instances().get(bot.id).is_none());
        assert!(self.fleet.dispatch(bot.id).is_none());
        assert!(!self.fleet.knows(bot.jid.as_ref().expect("an account")));
        assert_eq!(
            self.store.sweep().await.expect("swept"),
            0,
            "no directory is left"
        );
    }

    async fn end(self) {
        self.creation.shutdown().await;
        self.endings.shutdown().await;
        soon(self.fleet.shutdown()).await;
        self.store.close().await.expect("closed");
    }
}

/// What a session has sent to somebody.
fn texts(session: &FakeSession, to: &str) -> Vec<String> {
    let sent = session.sent().into_iter();
    sent.filter_map(|outgoing| match outgoing.action {
        Action::Send(message) if message.chat == account(to) => Some(message.text),
        _ => None,
    })
    .collect()
}

/// The last step of an attempt.
async fn last(steps: &mut mpsc::Receiver<Step>) -> Step {
    let mut last = None;
    while let Some(step) = soon(steps.recv()).await {
        last = Some(step);
    }
    last.expect("a step")
}

fn code() -> SessionState {
    SessionState::Code {
        code: "ABCD2345".to_owned(),
        valid_for: Duration::from_secs(180),
    }
}

#[tokio::test]
async fn a_number_becomes_a_bot_step_by_step() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (alice, typed) = (person(ALICE), " +62 800-0000-0200 ");
    let checked = process
        .creation
        .check(typed, Some(LinkMethod::Code), &alice, Door::Chat);
    assert_eq!(checked.await.expect("asked"), Ok(number(SHOP)));
    let mut steps = process
        .begin(SHOP, ALICE)
        .await
        .expect("nothing speaks against it");
    let session = soon(process.starts.next()).await;
    session.tell(code()).await;
    let Some(Step::Code { code, .. }) = soon(steps.recv()).await else {
        panic!("a code");
    };
    assert_eq!(code, "ABCD2345");
    let record = process.record(SHOP).await.expect("it is kept");
    assert!(record.new && record.role == BotRole::Sub);
    session.open(account(SHOP).as_str()).await;
    assert_eq!(last(&mut steps).await.name(), "open");
    assert!(process.fleet.knows(&account(SHOP)));
    let instance = process.fleet.instances().get(record.id).expect("it runs");
    assert_eq!(instance.status().state, BotState::Open);
    assert_eq!(process.creation.taken().await.expect("counted"), 1);
    process.end().await;
}

#[tokio::test]
async fn who_asks_about_many_numbers_has_to_wait_and_others_need_not() {
    let dir = tempfile::tempdir().expect("dir");
    let process = Process::start(&dir, 5).await;
    let check = async |process: &Process, by: &str| {
        let method = Some(LinkMethod::Code);
        let checked = process
            .creation
            .check(SHOP, method, &person(by), Door::Chat)
            .await;
        checked.expect("asked").map_err(|refusal| refusal.reason)
    };
    let mut answers = Vec::new();
    for _ in 0..21 {
        answers.push(check(&process, ALICE).await);
    }
    assert!(answers[..20].iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(answers[20], Err(RefusalReason::TooOften));
    assert!(check(&process, BOB).await.is_ok());
    process.clock.advance(Duration::from_secs(3600));
    assert!(check(&process, ALICE).await.is_ok());
    process.end().await;
}

#[tokio::test]
async fn a_passkey_that_whatsapp_asks_for_is_told_as_a_state_and_a_step() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let begun = process.begin(SHOP, ALICE).await;
    let mut steps = begun.expect("nothing speaks against it");
    let session = soon(process.starts.next()).await;
    session.tell(SessionState::PasskeyNeeded).await;
    let told = soon(steps.recv()).await.expect("a step");
    assert_eq!(told.name(), "passkey-needed");
    let record = process.record(SHOP).await.expect("it is kept");
    let instance = process.fleet.instances().get(record.id).expect("it runs");
    let status = instance.status();
    assert_eq!(status.state, BotState::Pairing(Pairing::Passkey));
    // Confirmed on the phone, it goes on like any other.
    session.open(account(SHOP).as_str()).await;
    assert_eq!(last(&mut steps).await.name(), "open");
    process.end().await;
}

#[tokio::test]
async fn each_reason_is_told_in_its_order() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 3).await;
    let check = async |process: &Process, wanted: &str, by: &str| {
        let by = person(by);
        let checked = process.creation.check(wanted, None, &by, Door::Chat).await;
        checked
            .expect("asked")
            .expect_err("something speaks against it")
            .reason
    };
    process.main.nobody_has(&number("6280000000999"));
    assert_eq!(
        check(&process, "12", ALICE).await,
        RefusalReason::NotANumber
    );
    assert_eq!(
        check(&process, "6280000000999", ALICE).await,
        RefusalReason::NotOnWhatsApp
    );
    assert_eq!(
        check(&process, SHOP, ALICE).await,
        RefusalReason::MethodMissing
    );
    process.open_bot(SHOP, ALICE).await;
    assert_eq!(check(&process, SHOP, BOB).await, RefusalReason::Hosted);
    assert_eq!(check(&process, MAIN, BOB).await, RefusalReason::Hosted);
    assert_eq!(
        check(&process, "6280000000300", ALICE).await,
        RefusalReason::OwnsOne
    );
    let _steps = process
        .begin("6280000000300", BOB)
        .await
        .expect("nothing speaks against it");
    let refusal = process
        .begin("6280000000300", BOB)
        .await
        .expect_err("one is under way");
    assert_eq!(refusal.reason, RefusalReason::AskedAlready);
    assert!(refusal.until.is_some());
    process.creation.set_slots(2).await.expect("kept");
    assert_eq!(
        check(&process, "6280000000301", MAIN).await,
        RefusalReason::Full
    );
    process.end().await;
    // What was set is kept, and the attempt is not.
    let process = Process::start(&dir, 5).await;
    assert_eq!(process.creation.slots().await.expect("read"), 2);
    process
        .fleet
        .muster(&Restoring::default())
        .await
        .expect("mustered");
    assert_eq!(process.creation.taken().await.expect("counted"), 1);
    process.end().await;
}

#[tokio::test]
async fn an_attempt_that_fails_leaves_nothing_and_too_many_are_refused() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    for turn in 0..5 {
        let mut steps = process
            .begin(SHOP, ALICE)
            .await
            .expect("nothing speaks against it");
        let record = process.record(SHOP).await.expect("it is kept");
        let session = soon(process.starts.next()).await;
        session.tell(code()).await;
        soon(steps.recv()).await.expect("a code");
        let ended = match turn {
            0 => {
                let (jid, lid) = (account(BOB), None);
                session.tell(SessionState::Paired { jid, lid }).await;
                session.open(account(BOB).as_str()).await;
                "wrong-number"
            }
            1 => {
                process.clock.advance(Duration::from_secs(200));
                "expired"
            }
            _ => {
                session.tell(SessionState::PairingExpired).await;
                "expired"
            }
        };
        assert_eq!(last(&mut steps).await.name(), ended, "{turn}");
        assert_eq!(session.was_logged_out(), turn == 0, "{turn}");
        process.gone(&record).await;
    }
    let refusal = process
        .begin(SHOP, ALICE)
        .await
        .expect_err("five times are enough");
    assert_eq!(refusal.reason, RefusalReason::TooOften);
    process.clock.advance(Duration::from_secs(3600));
    process.begin(SHOP, ALICE).await.expect("an hour later");
    process.end().await;
}

#[tokio::test]
async fn bots_come_up_again_and_a_broken_one_holds_up_nobody() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (shop, _) = process.open_bot(SHOP, ALICE).await;
    let (broken, _) = process.open_bot("6280000000201", BOB).await;
    let (stopped, _) = process.open_bot("6280000000202", MAIN).await;
    let instance = process.fleet.instances().get(stopped.id).expect("it runs");
    instance.stop().expect("it listens");
    let mut status = instance.watch();
    soon(status.wait_for(|status| status.state == BotState::Stopped))
        .await
        .expect("it lives");
    process.end().await;
    let harmed = dir
        .path()
        .join("bots")
        .join(broken.id.to_string())
        .join("context.db");
    std::fs::write(harmed, b"this is no database any more").expect("written");

    let mut process = Process::start(&dir, 5).await;
    let restoring = Restoring::default();
    let bots = process.fleet.muster(&restoring).await.expect("mustered");
    assert_eq!((bots.len(), restoring.left()), (3, 3));
    assert!(process.fleet.knows(&account(SHOP)), "before it is up");
    let restored = tokio::spawn(process.fleet.clone().restore(bots, restoring.clone()));
    let session = soon(process.starts.next()).await;
    session.open(account(SHOP).as_str()).await;
    soon(restored).await.expect("no panic");
    assert_eq!(
        *restoring.watch().borrow(),
        Progress {
            total: 3,
            done: 3,
            broken: 1
        }
    );
    let state = |bot: &BotRecord| {
        process
            .fleet
            .instances()
            .get(bot.id)
            .map(|bot| bot.status().state)
    };
    assert_eq!(state(&shop), Some(BotState::Open));
    assert_eq!(state(&stopped), Some(BotState::Stopped));
    assert_eq!(state(&broken), None);
    let kept = process.record("6280000000201").await.expect("it is kept");
    assert_eq!(kept.state, StateName::Failed);
    soon(process.main.wait_sent(1)).await;
    let told = texts(&process.main, BOB);
    assert!(told[0].contains("its files can't be read"), "{told:?}");
    assert!(process.starts.is_empty(), "a stopped bot does not connect");
    process.end().await;
}
