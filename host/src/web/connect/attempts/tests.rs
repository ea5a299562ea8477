//! What an attempt tells of the bot that has come of it.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::*;
use crate::model::BotId;
use crate::web::owner::tests::feed::Feed;
use crate::web::owner::tests::{Bench, bench, get};
use crate::whatsapp::SessionState;
use crate::whatsapp::fake::{DEADLINE, FakeConnector, Starts};

/// The visitor's number. Nobody has numbers of this form.
const VISITOR: &str = "6280000000301";
const ACCOUNT: &str = "6280000000301@s.whatsapp.net";

struct Begun {
    bench: Bench,
    starts: Starts,
    session_id: String,
    bot: BotId,
}

impl Begun {
    /// A visitor's number has become a bot.
    async fn new() -> Self {
        let mut bench = bench("http://127.0.0.1:8080/").await;
        let mut starts = std::mem::replace(&mut bench.starts, FakeConnector::new().1);
        let main = bench.fleet.main_record("en").await.expect("a main bot");
        bench.fleet.launch(&main).await.expect("it runs");
        let main = starts.next().await;
        main.open("6280000000900@s.whatsapp.net").await;
        let main = bench.fleet.instances().main().expect("it runs");
        let mut status = main.watch();
        let open = status.wait_for(|status| status.state == BotState::Open);
        let open = tokio::time::timeout(DEADLINE, open).await;
        open.expect("in time").expect("it lives");

        let body = json!({"phoneNumber": VISITOR, "botName": "Inn", "method": "pair"});
        let asked = TestRequest::post()
            .uri("/api/subbot/connect")
            .set_json(body);
        let shown = async {
            let session = starts.next().await;
            let (code, valid_for) = ("ABCD2345".to_owned(), Duration::from_secs(180));
            session.tell(SessionState::Code { code, valid_for }).await;
            session
        };
        let (seen, session) = tokio::join!(bench.ask(asked), shown);
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        let told: Value = serde_json::from_str(&seen.text).expect("JSON");
        assert_eq!(told["data"]["pairCode"], "ABCD-2345");
        let session_id = told["data"]["sessionId"]
            .as_str()
            .expect("an id")
            .to_owned();
        let (registry, number) = (bench.store.registry(), VISITOR.parse().expect("a number"));
        let record = registry.by_number(&number).await.expect("it works");
        let bot = record.expect("a record").id;
        let begun = Self {
            bench,
            starts,
            session_id,
            bot,
        };
        session.open(ACCOUNT).await;
        begun.is("open").await;
        begun
    }

    /// Waits until the attempt tells this state.
    async fn is(&self, state: &str) {
        let attempt = self.bench.shared.attempt(&self.session_id);
        let mut status = attempt.expect("it can be looked at").status;
        let reached = status.wait_for(|status| status.state.name() == state);
        let reached = tokio::time::timeout(DEADLINE, reached).await;
        reached.expect("in time").expect("it is told");
    }

    /// What a program is told.
    async fn told(&self) -> Value {
        let path = format!("/api/subbot/status?sessionId={}", self.session_id);
        let seen = self.bench.ask(get(&path)).await;
        assert_eq!(seen.status, StatusCode::OK, "{}", seen.text);
        let mut told: Value = serde_json::from_str(&seen.text).expect("JSON");
        told["data"].take()
    }
}

#[actix_web::test]
async fn an_attempt_tells_how_its_bot_goes_on() {
    let mut begun = Begun::new().await;
    let told = begun.told().await;
    assert_eq!(
        (&told["connected"], &told["state"]),
        (&json!(true), &json!("open"))
    );
    assert_eq!(told["botInfo"]["jid"], ACCOUNT);
    let page = format!("/connect/{}", begun.session_id);
    let mut live = Feed::of(&begun.bench, get(&format!("{page}/events"))).await;
    assert_eq!(live.event().await.1["state"], "open");

    begun.bench.fleet.stop(begun.bot).await.expect("stopped");
    begun.is("stopped").await;
    let told = begun.told().await;
    assert_eq!(
        (&told["connected"], &told["state"]),
        (&json!(false), &json!("stopped"))
    );
    assert_eq!(told["botInfo"], Value::Null);
    let (_, view) = live.event().await;
    assert_eq!(view["state"], "stopped");
    // Asking for the same again would not start it.
    assert_eq!(view["rests"], false);

    begun.bench.fleet.start(begun.bot).await.expect("started");
    begun.starts.next().await.open(ACCOUNT).await;
    begun.is("open").await;
    assert_eq!(begun.told().await["connected"], true);

    begun.bench.fleet.stop(begun.bot).await.expect("stopped");
    begun.is("stopped").await;
    // It ends, though WhatsApp could not be told.
    begun.bench.fleet.land(begun.bot).await;
    begun.is("logged-out").await;
    let told = begun.told().await;
    assert_eq!(
        (&told["connected"], &told["state"]),
        (&json!(false), &json!("logged-out"))
    );
    let html = begun.bench.ask(get(&page)).await.text;
    assert!(html.contains("Logged out"), "{html}");
}

#[actix_web::test]
async fn what_nobody_looks_at_any_more_is_not_followed() {
    let begun = Begun::new().await;
    let attempts = begun.bench.shared.attempts().expect("there are some");
    assert_eq!(attempts.tasks.len(), 1);
    attempts.all().clear();
    let over = async {
        while !attempts.tasks.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, over).await.expect("in time");
}
