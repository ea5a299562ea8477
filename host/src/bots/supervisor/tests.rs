//! A bot's task against a scripted client and a clock that the test moves.

use std::path::PathBuf;
use std::sync::Mutex;

use secrecy::SecretBox;

use super::*;
use crate::clock::{Clock, MovableClock};
use crate::meter::Meter;
use crate::random::Random;
use crate::whatsapp::fake::{DEADLINE, FakeConnector, Starts};
use crate::whatsapp::{DisconnectCause, PairingMethod};

const ACCOUNT: &str = "6280000000900@s.whatsapp.net";

struct Half;

impl Random for Half {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0x80);
    }
}

#[derive(Default)]
struct Kept(Mutex<Vec<Event>>);

#[async_trait]
impl Inbound for Kept {
    async fn commit(&self, events: Vec<Event>) -> Result<(), CommitError> {
        self.0.lock().expect("events").extend(events);
        Ok(())
    }

    async fn state(&self, _: SessionState) {}
}

#[derive(Default)]
struct Files {
    forgotten: Mutex<u32>,
    by_code: bool,
}

#[async_trait]
impl SessionFiles for Files {
    async fn spec(&self) -> Result<SessionSpec, SessionError> {
        Ok(SessionSpec {
            bot: BotId::from_random([1; 16]),
            store: PathBuf::from("session.db"),
            key: SecretBox::new(Box::new([0; 32])),
            meter: Meter::default(),
            pairing: if self.by_code {
                PairingMethod::Code {
                    number: "6280000000900".parse().expect("number"),
                }
            } else {
                PairingMethod::Qr
            },
        })
    }

    async fn forget(&self) -> std::io::Result<()> {
        *self.forgotten.lock().expect("count") += 1;
        Ok(())
    }
}

struct Bench {
    clock: MovableClock,
    connector: Arc<FakeConnector>,
    starts: Starts,
    supervisor: Supervisor,
    files: Arc<Files>,
}

impl Bench {
    fn new() -> Self {
        Self::with(Files::default())
    }

    fn with(files: Files) -> Self {
        let clock = MovableClock::default();
        let (connector, starts) = FakeConnector::new();
        let pause = Duration::from_secs(10);
        let supervisor = Supervisor::new(
            connector.clone(),
            Arc::new(clock.clone()),
            Arc::new(Half),
            Delay::new(pause),
        );
        Self {
            clock,
            connector,
            starts,
            supervisor,
            files: Arc::new(files),
        }
    }

    fn launch(&self, account: Option<&str>, rounds: u32) -> Instance {
        self.supervisor.launch(Launch {
            bot: BotId::from_random([1; 16]),
            role: BotRole::Main,
            account: account.map(|account| Account {
                jid: account.parse().expect("an address"),
                lid: None,
            }),
            expected: None,
            pairing_rounds: rounds,
            resting: false,
            files: self.files.clone(),
            inbound: Arc::new(Kept::default()),
            session: watch::Sender::new(None),
        })
    }
}

async fn reaches(instance: &Instance, what: impl Fn(&BotStatus) -> bool) -> BotStatus {
    let mut status = instance.watch();
    tokio::time::timeout(DEADLINE, status.wait_for(|status| what(status)))
        .await
        .unwrap_or_else(|_| panic!("not reached, but {:?}", instance.status()))
        .expect("the bot runs")
        .clone()
}

async fn is(instance: &Instance, state: &str) -> BotStatus {
    reaches(instance, |status| status.state.name() == state).await
}

fn closed(cause: DisconnectCause) -> SessionState {
    SessionState::Closed {
        cause,
        retrying: false,
    }
}

#[tokio::test]
async fn a_linked_bot_connects_and_its_session_can_be_had() {
    let mut bench = Bench::new();
    let bot = bench.launch(Some(ACCOUNT), 0);
    let session = bench.starts.next().await;
    is(&bot, "connecting").await;
    session.open(ACCOUNT).await;
    is(&bot, "open").await;
    assert!(bot.session().borrow().is_some());
    bench.supervisor.shutdown().await;
    session.wait_ended().await;
}

#[tokio::test]
async fn a_client_that_gives_up_is_started_again_after_a_wait() {
    let mut bench = Bench::new();
    let bot = bench.launch(Some(ACCOUNT), 0);
    let first = bench.starts.next().await;
    first.open(ACCOUNT).await;
    first.tell(closed(DisconnectCause::Network)).await;
    let waiting = reaches(&bot, |status| status.next_try.is_some()).await;
    first.wait_ended().await;
    assert_eq!(waiting.state, BotState::Reconnecting);
    let wait = waiting.next_try.expect("a time") - bench.clock.now();
    assert!(
        (6_000..=7_600).contains(&wait),
        "half by chance of 10 s: {wait}"
    );
    assert!(bench.starts.is_empty());
    bench.clock.advance(Duration::from_secs(8));
    bench.starts.next().await.open(ACCOUNT).await;
    is(&bot, "open").await;
}

#[tokio::test]
async fn a_replaced_session_does_not_fight_until_somebody_wants_it() {
    let mut bench = Bench::new();
    let bot = bench.launch(Some(ACCOUNT), 0);
    let first = bench.starts.next().await;
    first.open(ACCOUNT).await;
    first.tell(closed(DisconnectCause::StreamReplaced)).await;
    let status = is(&bot, "stopped").await;
    assert_eq!(status.cause, Some(Cause::StreamReplaced));
    first.wait_ended().await;
    bench.clock.advance(Duration::from_secs(3600));
    bot.start().expect("told");
    bench.starts.next().await.open(ACCOUNT).await;
    is(&bot, "open").await;
}

#[tokio::test]
async fn a_ban_is_waited_out() {
    let mut bench = Bench::new();
    let bot = bench.launch(Some(ACCOUNT), 0);
    let until = bench.clock.now() + 3_600_000;
    let ban = DisconnectCause::TemporaryBan { until: Some(until) };
    bench.starts.next().await.tell(closed(ban)).await;
    let status = reaches(&bot, |status| status.next_try.is_some()).await;
    assert_eq!(status.next_try, Some(until));
    bench.clock.advance(Duration::from_secs(3600));
    bench.starts.next().await.open(ACCOUNT).await;
    is(&bot, "open").await;
}

#[tokio::test]
async fn after_a_logout_the_old_session_is_deleted_before_a_new_one() {
    let mut bench = Bench::new();
    let bot = bench.launch(Some(ACCOUNT), 0);
    let first = bench.starts.next().await;
    first.tell(closed(DisconnectCause::LoggedOut)).await;
    let status = is(&bot, "logged-out").await;
    assert_eq!(status.account, None);
    assert_eq!(*bench.files.forgotten.lock().expect("count"), 0);
    bot.start().expect("told");
    bench.starts.next().await;
    assert_eq!(*bench.files.forgotten.lock().expect("count"), 1);
    is(&bot, "requested").await;
}

#[tokio::test]
async fn stop_keeps_the_session_and_log_out_unlinks_it() {
    let mut bench = Bench::new();
    let bot = bench.launch(Some(ACCOUNT), 0);
    let first = bench.starts.next().await;
    first.open(ACCOUNT).await;
    is(&bot, "open").await;
    bot.stop().expect("told");
    is(&bot, "stopped").await;
    first.wait_ended().await;
    assert!(!first.was_logged_out());
    bot.start().expect("told");
    let second = bench.starts.next().await;
    second.open(ACCOUNT).await;
    is(&bot, "open").await;
    bot.log_out().expect("told");
    is(&bot, "logged-out").await;
    second.wait_ended().await;
    assert!(second.was_logged_out());
}

#[tokio::test]
async fn a_wrong_key_rests_and_a_full_disk_is_tried_again() {
    let bench = Bench::new();
    bench
        .connector
        .refuse_next(SessionError::Store("disk full".into()));
    bench.connector.refuse_next(SessionError::WrongKey);
    let bot = bench.launch(Some(ACCOUNT), 0);
    let full = reaches(&bot, |status| status.next_try.is_some()).await;
    assert_eq!(full.cause, Some(Cause::Store));
    bench.clock.advance(Duration::from_secs(10));
    let wrong = is(&bot, "failed").await;
    assert_eq!(wrong.cause, Some(Cause::WrongKey));
    assert!(bench.starts.is_empty());
}

#[tokio::test]
async fn a_code_that_nobody_types_expires() {
    let files = Files {
        by_code: true,
        ..Files::default()
    };
    let mut bench = Bench::with(files);
    let bot = bench.launch(None, 0);
    let session = bench.starts.next().await;
    let code = SessionState::Code {
        code: "ABCD2345".to_owned(),
        valid_for: Duration::from_secs(180),
    };
    session.tell(code).await;
    is(&bot, "pairing").await;
    bench.clock.advance(Duration::from_secs(191));
    let status = is(&bot, "failed").await;
    assert_eq!(status.cause, Some(Cause::PairingExpired));
    session.wait_ended().await;
}

#[tokio::test]
async fn silence_is_told_as_no_network() {
    let mut bench = Bench::new();
    let bot = bench.launch(Some(ACCOUNT), 0);
    let session = bench.starts.next().await;
    is(&bot, "connecting").await;
    bench.clock.advance(SILENCE);
    let status = reaches(&bot, |status| status.cause.is_some()).await;
    assert_eq!(status.cause, Some(Cause::Network));
    assert_eq!(status.state, BotState::Connecting);
    session.open(ACCOUNT).await;
    let status = is(&bot, "open").await;
    assert_eq!(status.cause, None);
}
