//! What happens to a bot, told to programs that show its token, by server-sent events.

use std::pin::Pin;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::cookie::Cookie;
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use actix_web::web::Bytes;
use actix_web::{App, test};
use futures::stream::{self, Stream};
use serde_json::Value;

use super::tokens::send;
use super::{Bench, account, bench, bot, get};
use crate::dispatch::tests::private_message;
use crate::web::server;
use crate::whatsapp::Inbound as _;
use crate::whatsapp::fake::DEADLINE;

/// What a program reads when there is nothing to tell.
pub(in crate::web) const ALIVE: &str = ": alive\n\n";
const ALICE: &str = "6280000000101@s.whatsapp.net";

/// What a program, or a page, reads.
pub(in crate::web) struct Feed(Pin<Box<BoxBody>>);

impl Feed {
    /// The same over a WebSocket, by a client that says nothing and stays.
    async fn socket(bench: &Bench, token: &str) -> Self {
        let app = App::new().app_data(bench.shared.clone());
        let app = test::init_service(app.configure(server::routes)).await;
        let request = get("/ws/subbot")
            .insert_header(("x-jadi-token", token))
            .insert_header(("connection", "upgrade"))
            .insert_header(("upgrade", "websocket"))
            .insert_header(("sec-websocket-version", "13"))
            .insert_header(("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="));
        let silence: Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>> =
            Box::pin(stream::pending());
        let silence = Payload::Stream { payload: silence };
        let (request, _) = request.to_request().replace_payload(silence);
        let response = test::call_service(&app, request).await;
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        Self(Box::pin(response.into_body()))
    }

    async fn new(bench: &Bench, token: &str) -> Self {
        let request = get("/api/subbot/events").insert_header(("x-jadi-token", token));
        Self::of(bench, request).await
    }

    /// What comes of a request for one.
    pub(in crate::web) async fn of(bench: &Bench, request: TestRequest) -> Self {
        let app = App::new().app_data(bench.shared.clone());
        let app = test::init_service(app.configure(server::routes)).await;
        let response = test::call_service(&app, request.to_request()).await;
        assert_eq!(response.status(), StatusCode::OK);
        Self(Box::pin(response.into_body()))
    }

    /// The next piece as it is on the wire; none when the feed is over.
    pub(in crate::web) async fn next(&mut self) -> Option<String> {
        let piece = std::future::poll_fn(|context| self.0.as_mut().poll_next(context));
        let piece = tokio::time::timeout(DEADLINE, piece).await;
        let piece = piece.expect("in time")?.expect("bytes");
        // Between the texts of a WebSocket stand a few bytes that are none.
        Some(String::from_utf8_lossy(&piece).into_owned())
    }

    /// The next event, and what is told of it. Signs of life come whenever time passes.
    pub(in crate::web) async fn event(&mut self) -> (String, Value) {
        let mut piece = ALIVE.to_owned();
        while piece == ALIVE {
            piece = self.next().await.expect("it goes on");
        }
        let piece = piece.strip_suffix("\n\n").expect("a whole event");
        let (event, data) = piece.split_once('\n').expect("two lines");
        let data = data.strip_prefix("data: ").expect("its data");
        let event = event.strip_prefix("event: ").expect("its name").to_owned();
        (event, serde_json::from_str(data).expect("JSON"))
    }

    /// Reads to the end: how many pieces there are.
    async fn rest(mut self) -> usize {
        let mut pieces = 0;
        while self.next().await.is_some() {
            pieces += 1;
        }
        pieces
    }

    /// The texts of so many messages.
    async fn texts(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        for _ in 0..count {
            let (event, data) = self.event().await;
            assert_eq!(event, "message_received");
            texts.push(data["text"].as_str().expect("a text").to_owned());
        }
        texts
    }
}

impl Bench {
    async fn token(&self, n: u8) -> String {
        let token = self.access.add_token(bot(n), "till".to_owned()).await;
        token.expect("kept").expect("there is room")
    }

    /// Both bots run and are open.
    async fn run(&mut self) -> Cookie<'static> {
        let mut cookies = Vec::new();
        for n in [1, 2] {
            let cookie = self.sign_in(&self.link(n).await).await;
            send(self, &cookie, "/bot/start", &[]).await;
            let session = self.starts.next().await;
            session.open(account(n).as_str()).await;
            self.reaches(n, "open").await;
            cookies.push(cookie);
        }
        cookies.remove(0)
    }

    /// Time passes until only so many listen.
    async fn until_only(&self, listeners: usize) {
        let freed = async {
            while self.shared.listeners.count() != listeners {
                self.clock.advance(Duration::from_secs(10));
                tokio::task::yield_now().await;
            }
        };
        let freed = tokio::time::timeout(DEADLINE, freed).await;
        freed.expect("in time");
    }

    /// A bot gets these messages, in one batch.
    async fn hears(&self, n: u8, numbers: std::ops::Range<u32>) {
        let events = numbers.map(|number| {
            let id = format!("{n}A{number}");
            private_message(ALICE, &id, &format!("{n}: {number}"))
        });
        let dispatch = self.fleet.dispatch(bot(n)).expect("it runs");
        dispatch.commit(events.collect()).await.expect("kept");
    }
}

#[actix_web::test]
async fn events_come_in_order_and_only_those_of_the_tokens_bot() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    bench.run().await;
    let mut shop = Feed::new(&bench, &bench.token(1).await).await;
    let mut farm = Feed::new(&bench, &bench.token(2).await).await;
    for (feed, n) in [(&mut shop, 1), (&mut farm, 2)] {
        let (event, data) = feed.event().await;
        assert_eq!(
            (event.as_str(), &data["state"]),
            ("bot_connected", &"open".into())
        );
        assert_eq!(data["jid"], account(n).as_str());
    }
    bench.hears(1, 0..3).await;
    bench.hears(2, 0..1).await;
    bench.hears(1, 3..5).await;
    let expected = ["1: 0", "1: 1", "1: 2", "1: 3", "1: 4"];
    assert_eq!(shop.texts(5).await, expected);
    assert_eq!(farm.texts(1).await, ["2: 0"]);
    // Nothing for a while is a sign of life, and no event of the other's.
    bench.clock.advance(Duration::from_secs(15));
    assert_eq!(farm.next().await.as_deref(), Some(ALIVE));

    bench.fleet.stop(bot(1)).await.expect("stopped");
    let (event, data) = shop.event().await;
    assert_eq!(
        (event.as_str(), &data["state"]),
        ("bot_disconnected", &"stopped".into())
    );
}

#[actix_web::test]
async fn a_revoked_token_hears_nothing_more() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.run().await;
    let (revoked, other) = (bench.token(1).await, bench.token(1).await);
    let mut feed = Feed::new(&bench, &revoked).await;
    let mut others = Feed::new(&bench, &other).await;
    assert_eq!(feed.event().await.0, "bot_connected");
    assert_eq!(others.event().await.0, "bot_connected");
    let id = bench.access.tokens(bot(1)).await.expect("read")[0].id;
    send(&bench, &shop, &format!("/bot/tokens/{id}/revoke"), &[]).await;
    bench.hears(1, 0..1).await;
    assert_eq!(feed.next().await, None);
    assert_eq!(others.texts(1).await, ["1: 0"]);
}

/// A token that goes another way, such as with a bot that changes hands, is noticed soon, however much there is to tell.
#[actix_web::test]
async fn a_token_is_looked_at_again_while_events_come() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    bench.run().await;
    let mut feed = Feed::new(&bench, &bench.token(1).await).await;
    assert_eq!(feed.event().await.0, "bot_connected");
    let id = bench.access.tokens(bot(1)).await.expect("read")[0].id;
    let gone = bench.store.credentials().revoke_token(bot(1), id).await;
    gone.expect("kept");
    bench.hears(1, 0..1).await;
    assert_eq!(feed.texts(1).await, ["1: 0"]);
    bench.clock.advance(Duration::from_secs(15));
    bench.hears(1, 1..2).await;
    assert_eq!(feed.next().await, None);
}

#[actix_web::test]
async fn a_feed_ends_with_the_bot_and_with_the_host() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    bench.run().await;
    let mut shop = Feed::new(&bench, &bench.token(1).await).await;
    let mut farm = Feed::new(&bench, &bench.token(2).await).await;
    assert_eq!(shop.event().await.0, "bot_connected");
    assert_eq!(farm.event().await.0, "bot_connected");
    bench.fleet.land(bot(1)).await;
    while let Some(piece) = shop.next().await {
        assert!(piece.starts_with("event: bot_disconnected\n"), "{piece}");
    }
    bench.shared.shutdown().await;
    assert_eq!(farm.next().await, None);
}

#[actix_web::test]
async fn a_program_that_reads_nothing_is_dropped() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    bench.run().await;
    let token = bench.token(1).await;
    let slow = Feed::new(&bench, &token).await;
    let mut quick = Feed::new(&bench, &token).await;
    assert_eq!(quick.event().await.0, "bot_connected");
    bench.hears(1, 0..20).await;
    assert_eq!(quick.texts(20).await.len(), 20);
    assert_eq!(bench.shared.listeners.count(), 2);
    bench.until_only(1).await;
    assert_eq!(slow.rest().await, 16, "what waited, and no more");
    bench.hears(1, 20..21).await;
    assert_eq!(quick.texts(1).await, ["1: 20"]);

    // Who misses some is dropped too, so that it knows.
    bench.hears(1, 21..400).await;
    let read = quick.rest().await;
    assert!(read < 379, "{read}");
    assert_eq!(bench.shared.listeners.count(), 0);
}

#[actix_web::test]
async fn a_program_that_reads_nothing_of_its_websocket_is_dropped() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    bench.run().await;
    let token = bench.token(1).await;
    let mut slow = Feed::socket(&bench, &token).await;
    let mut quick = Feed::new(&bench, &token).await;
    assert_eq!(quick.event().await.0, "bot_connected");
    // More than wait for somebody to read them.
    for batch in 0..5 {
        bench.hears(1, batch * 20..(batch + 1) * 20).await;
        assert_eq!(quick.texts(20).await.len(), 20);
    }
    assert_eq!(bench.shared.listeners.count(), 2);
    bench.until_only(1).await;
    let mut read = 0;
    while let Some(piece) = slow.next().await {
        read += piece.matches("message_received").count();
    }
    assert!((1..100).contains(&read), "what waited, and no more: {read}");
    bench.hears(1, 100..101).await;
    assert_eq!(quick.texts(1).await, ["1: 100"]);
}
