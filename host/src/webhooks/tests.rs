//! One bot's deliveries to receivers on this machine, which a test may name.

use std::collections::VecDeque;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::backoff::TRIES;
use super::{Courier, Post, Told, signature};
use crate::clock::{Clock as _, MovableClock};
use crate::fetch::FetchOptions;
use crate::model::{BotId, BotRecord, BotRole, Jid, LinkMethod};
use crate::random::SystemRandom;
use crate::store::{
    BotData, DeliveryError, KeptBounds, MasterKey, NewWebhook, Settings, Store, StoreOptions,
    WebhookSecret,
};
use crate::whatsapp::fake::DEADLINE;

const SHOP: &str = "shop.example";
const FARM: &str = "farm.example";

/// What a receiver got.
#[derive(Debug, PartialEq)]
struct Got {
    head: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines();
        let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    /// The event's number in these tests.
    fn n(&self) -> i64 {
        let body: serde_json::Value = serde_json::from_str(&self.body).expect("JSON");
        body["data"]["at"].as_i64().expect("a number")
    }
}

/// A server that answers one request after another with these statuses, then with 200; 0 is no answer at all.
struct Receiver {
    address: SocketAddr,
    got: mpsc::UnboundedReceiver<Got>,
}

impl Receiver {
    fn new(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (sender, got) = mpsc::unbounded_channel();
        let mut statuses: VecDeque<u16> = statuses.iter().copied().collect();
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept() {
                // Nothing is asked: the test is over.
                let Some(request) = read(&mut stream) else {
                    return;
                };
                _ = sender.send(request);
                match statuses.pop_front().unwrap_or(200) {
                    0 => silent.push(stream),
                    status => {
                        let answer = format!(
                            "HTTP/1.1 {status} x\r\nlocation: https://{FARM}/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                        );
                        _ = stream.write_all(answer.as_bytes());
                    }
                }
            }
        });
        Self { address, got }
    }

    async fn next(&mut self) -> Got {
        let got = tokio::time::timeout(DEADLINE, self.got.recv()).await;
        got.expect("in time").expect("it listens")
    }
}

/// Lets go of who waits for an answer.
impl Drop for Receiver {
    fn drop(&mut self) {
        drop(TcpStream::connect(self.address));
    }
}

/// One request, whole.
fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        if let Some(end) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length?.parse().ok()?;
            if let Some(body) = bytes.get(end + 4..end + 4 + length) {
                let body = String::from_utf8_lossy(body).into_owned();
                return Some(Got { head, body });
            }
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

fn owner() -> Jid {
    "6280000000101@s.whatsapp.net".parse().expect("a jid")
}

fn told(n: i64) -> Told {
    Told::turned(Some(&owner()), true, "open", None, n)
}

/// A bot whose webhooks are at these receivers.
struct Bench {
    courier: Arc<Courier>,
    data: BotData,
    clock: MovableClock,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    post: Post,
    _dir: TempDir,
}

impl Bench {
    async fn new(receivers: &[(&str, &Receiver)]) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let options = StoreOptions {
            data_dir: dir.path().to_owned(),
            session_dir: None,
            defaults: Settings::default(),
            kept: KeptBounds::default(),
            random: Arc::new(SystemRandom),
        };
        let store = Store::open(options, MasterKey::from_bytes([3; 32])).await;
        let store = store.expect("a store");
        let record = BotRecord::requested(bot(), BotRole::Sub, LinkMethod::Qr, 1);
        store.add_bot(&record).await.expect("a bot");
        let data = store.bot(bot()).await.expect("its data");
        let post = Post::new(FetchOptions {
            for_tests: receivers
                .iter()
                .map(|(name, receiver)| ((*name).to_owned(), receiver.address))
                .collect(),
            ..FetchOptions::default()
        });
        let clock = MovableClock::default();
        let courier = courier(&data, &post, &clock);
        let stop = CancellationToken::new();
        let serving = serve(&courier, &stop);
        let bench = Self {
            courier,
            data,
            clock,
            stop,
            serving,
            post,
            _dir: dir,
        };
        for (name, _) in receivers {
            bench.add(&format!("https://{name}/hook?a=b")).await;
        }
        bench
    }

    async fn add(&self, url: &str) {
        let webhook = NewWebhook {
            url: url.to_owned(),
            secret: secret(),
            owner: Some(owner()),
            made: 1,
        };
        assert!(self.data.add_webhook(webhook).await.expect("kept"));
        self.courier.reload(Some(&owner())).await.expect("read");
    }

    async fn tell(&self, n: i64) {
        self.courier.tell(&told(n)).await.expect("kept");
    }

    /// Waits until what is kept of the webhooks and dead letters is so.
    async fn until(&self, what: &str, is_so: impl Fn(&Kept) -> bool) -> Kept {
        let reached = async {
            loop {
                let webhooks = self.data.webhooks().await.expect("read");
                let kept = Kept {
                    waiting: webhooks.iter().map(|hook| hook.waiting).collect(),
                    failures: webhooks.iter().map(|hook| hook.failure).collect(),
                    taken: webhooks
                        .iter()
                        .filter(|hook| hook.delivered.is_some())
                        .count(),
                    dead: self.data.dead_letters().await.expect("read"),
                };
                if is_so(&kept) {
                    return kept;
                }
                tokio::task::yield_now().await;
            }
        };
        let reached = tokio::time::timeout(DEADLINE, reached).await;
        reached.unwrap_or_else(|_| panic!("not in time: {what}"))
    }

    /// How often the oldest delivery was tried.
    async fn tries(&self) -> Option<u32> {
        let due = self.data.due_deliveries(i64::MAX, Vec::new()).await;
        due.expect("read").due.first().map(|due| due.tries)
    }

    /// The process ends where it is, and is started again.
    async fn restart(&mut self) {
        self.stop.cancel();
        (&mut self.serving).await.expect("it ends");
        self.stop = CancellationToken::new();
        self.courier = courier(&self.data, &self.post, &self.clock);
        let owner = owner();
        self.courier.reload(Some(&owner)).await.expect("read");
        self.serving = serve(&self.courier, &self.stop);
    }
}

struct Kept {
    waiting: Vec<u64>,
    failures: Vec<Option<DeliveryError>>,
    taken: usize,
    dead: Vec<crate::store::DeadLetter>,
}

fn bot() -> BotId {
    BotId::from_random([1; 16])
}

fn secret() -> WebhookSecret {
    WebhookSecret("jadi_hook_test".to_owned())
}

fn courier(data: &BotData, post: &Post, clock: &MovableClock) -> Arc<Courier> {
    let (clock, random) = (Arc::new(clock.clone()), Arc::new(SystemRandom));
    Arc::new(Courier::new(
        bot(),
        data.clone(),
        post.clone(),
        clock,
        random,
    ))
}

fn serve(courier: &Arc<Courier>, stop: &CancellationToken) -> JoinHandle<()> {
    let (courier, stop) = (courier.clone(), stop.clone());
    tokio::spawn(async move { courier.serve(stop).await })
}

#[tokio::test]
async fn what_is_told_is_posted_signed_and_in_order() {
    let mut shop = Receiver::new(&[]);
    let bench = Bench::new(&[(SHOP, &shop)]).await;
    for n in 1..=3 {
        bench.tell(n).await;
    }
    let got = shop.next().await;
    assert!(
        got.head.starts_with("POST /hook?a=b HTTP/1.1\r\n"),
        "{got:?}"
    );
    assert_eq!(got.body, told(1).text());
    assert_eq!(got.header("content-type"), "application/json");
    assert_eq!(got.header("x-jadi-event"), "bot_connected");
    assert_eq!(got.header("x-jadi-delivery").len(), 32);
    let at: i64 = got.header("x-jadi-timestamp").parse().expect("a time");
    assert!(bench.clock.now().abs_diff(at) < 60_000);
    let signed = signature::of(&secret(), at, got.body.as_bytes());
    assert_eq!(got.header("x-jadi-signature"), signed);
    assert_eq!((shop.next().await.n(), shop.next().await.n()), (2, 3));
    bench
        .until("taken", |kept| kept.waiting == [0] && kept.taken == 1)
        .await;
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again_under_its_id_and_given_up_after_a_day() {
    let statuses = [500, 302, 404, 503, 429, 500, 500, 410];
    let mut shop = Receiver::new(&statuses);
    let bench = Bench::new(&[(SHOP, &shop)]).await;
    let begun = bench.clock.now();
    bench.tell(1).await;
    let mut ids = Vec::new();
    for (n, status) in statuses.into_iter().enumerate() {
        ids.push(shop.next().await.header("x-jadi-delivery").to_owned());
        let error = Some(DeliveryError::Answered(status));
        bench
            .until("it is kept", |kept| kept.failures == [error])
            .await;
        let last = n + 1 == statuses.len();
        if !last {
            while bench.tries().await != u32::try_from(n + 1).ok() {}
            bench.clock.advance(Duration::from_secs(
                18 * 4_u64.pow(u32::try_from(n).expect("few")),
            ));
        }
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let hours = (bench.clock.now() - begun) / 3_600_000;
    assert_eq!(hours, 27, "the longest that it can take");
    let kept = bench.until("given up", |kept| kept.dead.len() == 1).await;
    assert_eq!((kept.waiting, kept.dead[0].tries), (vec![0], TRIES));

    // Its owner sends it again: it is the same delivery.
    let row = kept.dead[0].row;
    let replayed = bench.data.replay(row, bench.clock.now()).await;
    assert!(replayed.expect("kept"));
    bench.clock.advance(Duration::from_secs(72));
    bench.courier.wake();
    assert_eq!(shop.next().await.header("x-jadi-delivery"), ids[0]);
    let taken = |kept: &Kept| kept.taken == 1 && kept.dead.is_empty() && kept.failures == [None];
    bench.until("taken", taken).await;
}

#[tokio::test]
async fn a_receiver_that_is_silent_holds_up_no_other() {
    let (mut shop, mut farm) = (Receiver::new(&[0]), Receiver::new(&[]));
    let bench = Bench::new(&[(SHOP, &shop), (FARM, &farm)]).await;
    for n in 1..=2 {
        bench.tell(n).await;
    }
    assert_eq!(shop.next().await.n(), 1);
    assert_eq!((farm.next().await.n(), farm.next().await.n()), (1, 2));
    let kept = bench
        .until("the farm has all", |kept| kept.waiting[1] == 0)
        .await;
    assert_eq!(kept.waiting, [2, 0]);
    assert!(shop.got.try_recv().is_err(), "one at a time");
}

#[tokio::test]
async fn a_private_network_is_not_posted_to() {
    let mut shop = Receiver::new(&[]);
    let bench = Bench::new(&[]).await;
    bench
        .add(&format!("https://localhost:{}/", shop.address.port()))
        .await;
    bench.tell(1).await;
    let private = [Some(DeliveryError::Private)];
    bench
        .until("refused", |kept| kept.failures == private)
        .await;
    assert!(shop.got.try_recv().is_err(), "nobody was asked");
}

#[tokio::test]
async fn what_is_on_the_wire_when_the_host_ends_is_posted_again() {
    let mut shop = Receiver::new(&[0]);
    let mut bench = Bench::new(&[(SHOP, &shop)]).await;
    bench.tell(1).await;
    bench.tell(2).await;
    let cut_short = shop.next().await;
    bench.restart().await;
    let again = shop.next().await;
    let id = |got: &Got| got.header("x-jadi-delivery").to_owned();
    assert_eq!((id(&again), again.body), (id(&cut_short), cut_short.body));
    assert_eq!(shop.next().await.n(), 2);
}

#[tokio::test]
async fn a_bot_that_changes_hands_tells_its_former_owner_nothing() {
    let mut shop = Receiver::new(&[500]);
    let bench = Bench::new(&[(SHOP, &shop)]).await;
    bench.tell(1).await;
    assert_eq!(shop.next().await.n(), 1);
    bench.until("kept", |kept| kept.failures[0].is_some()).await;
    let taker: Jid = "6280000000102@s.whatsapp.net".parse().expect("a jid");
    bench.courier.reload(Some(&taker)).await.expect("read");
    assert!(!bench.courier.is_wanted());
    bench.tell(2).await;
    bench.clock.advance(Duration::from_secs(3600));
    bench
        .until("all is gone", |kept| kept.waiting.is_empty())
        .await;
    bench.stop.cancel();
    bench.serving.await.expect("it ends");
    assert!(shop.got.try_recv().is_err());
}
