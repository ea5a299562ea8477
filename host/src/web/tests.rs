//! The routes, served in process, over a bot with a scripted client.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::test;
use actix_web::web::Data;
use async_trait::async_trait;
use secrecy::SecretBox;
use tokio_util::sync::CancellationToken;

use super::shared::Shared;
use super::*;
use crate::bots::{Instance, Instances, Launch, SessionFiles, Supervisor};
use crate::clock::MovableClock;
use crate::meter::Meter;
use crate::model::{BotId, BotRole, Event};
#[cfg(feature = "simulator")]
use crate::model::{BotRecord, LinkMethod, PhoneNumber};
use crate::random::SystemRandom;
use crate::whatsapp::fake::{DEADLINE, FakeConnector, FakeSession, Starts};
use crate::whatsapp::{
    CommitError, Inbound, PairingMethod, SessionError, SessionSpec, SessionState,
};

mod listening;
mod slow;

struct Nothing;

#[async_trait]
impl Inbound for Nothing {
    async fn commit(&self, _: Vec<Event>) -> Result<(), CommitError> {
        Ok(())
    }

    async fn state(&self, _: SessionState) {}
}

#[async_trait]
impl SessionFiles for Nothing {
    async fn spec(&self) -> Result<SessionSpec, SessionError> {
        Ok(SessionSpec {
            bot: BotId::from_random([1; 16]),
            store: PathBuf::new(),
            key: SecretBox::new(Box::new([0; 32])),
            meter: Meter::default(),
            pairing: PairingMethod::Qr,
        })
    }

    async fn forget(&self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Bench {
    shared: Data<Shared>,
    ending: CancellationToken,
    key: PageKey,
    bot: Instance,
    starts: Starts,
    _supervisor: Supervisor,
}

/// What the routes are served from, without bots.
pub(super) fn bare(clock: MovableClock) -> WebParts {
    WebParts {
        #[cfg(feature = "simulator")]
        dev: DevTools {
            clock: clock.clone(),
            work: Arc::new(Nothing),
            yard: Arc::new(Nothing),
        },
        instances: Instances::default(),
        clock: Arc::new(clock),
        key: PageKey::generate(&SystemRandom),
        hosting: None,
        owners: None,
        operator: None,
        deeds: None,
        trusted_proxies: Vec::new(),
    }
}

async fn bench() -> (Bench, Arc<FakeSession>) {
    let clock = MovableClock::default();
    let (connector, starts) = FakeConnector::new();
    let supervisor = Supervisor::new(
        connector,
        Arc::new(clock.clone()),
        Arc::new(SystemRandom),
        crate::dispatch::Delay::new(Duration::from_secs(1)),
    );
    let bot = supervisor.launch(Launch {
        bot: BotId::from_random([1; 16]),
        role: BotRole::Main,
        account: None,
        expected: None,
        pairing_rounds: 0,
        resting: false,
        files: Arc::new(Nothing),
        inbound: Arc::new(Nothing),
        session: tokio::sync::watch::Sender::new(None),
    });
    let instances = Instances::default();
    instances.set(bot.clone());
    let key = PageKey::generate(&SystemRandom);
    let ending = CancellationToken::new();
    let parts = WebParts {
        instances,
        key: key.clone(),
        ..bare(clock)
    };
    let mut bench = Bench {
        shared: Data::new(Shared::new(parts, ending.clone())),
        ending,
        key,
        bot,
        starts,
        _supervisor: supervisor,
    };
    let session = bench.starts.next().await;
    (bench, session)
}

#[cfg(feature = "simulator")]
#[async_trait]
impl Yard for Nothing {
    async fn kept(&self) -> Result<Vec<BotRecord>, String> {
        let id = BotId::from_random([1; 16]);
        Ok(vec![BotRecord::requested(
            id,
            BotRole::Main,
            LinkMethod::Qr,
            1,
        )])
    }

    async fn make(&self, _: PhoneNumber, _: PhoneNumber) -> Result<(), String> {
        unreachable!("no test makes a bot")
    }
}

#[cfg(feature = "simulator")]
#[async_trait]
impl Idle for Nothing {
    async fn idle(&self) {}
}

async fn reaches(bot: &Instance, state: &str) {
    let mut status = bot.watch();
    let reached = status.wait_for(|status| status.state.name() == state);
    tokio::time::timeout(DEADLINE, reached)
        .await
        .expect("the state is reached in time")
        .expect("the bot runs");
}

async fn show_qr(bench: &Bench, session: &FakeSession) {
    let code = "2@pairing-text".to_owned();
    let valid_for = Duration::from_secs(60);
    session.tell(SessionState::Qr { code, valid_for }).await;
    reaches(&bench.bot, "pairing").await;
}

macro_rules! app {
    ($bench:expr) => {
        test::init_service(server::app($bench.shared.clone())).await
    };
}

macro_rules! get {
    ($app:expr, $path:expr) => {{
        let request = test::TestRequest::get().uri($path).to_request();
        let response = test::call_service(&$app, request).await;
        let status = response.status();
        let headers = response.headers().clone();
        let body = test::read_body(response).await;
        let text = String::from_utf8(body.to_vec()).expect("text");
        (status, headers, text)
    }};
}

#[actix_web::test]
async fn the_front_page_shows_the_state_and_never_the_code() {
    let (bench, session) = bench().await;
    show_qr(&bench, &session).await;
    let app = app!(bench);
    let (status, headers, html) = get!(app, "/");
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("Waiting to be linked") && html.contains("Linked devices"));
    assert!(!html.contains("data:image/svg+xml"));
    let policy = headers
        .get("content-security-policy")
        .expect("a policy")
        .to_str()
        .expect("text");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"));
    assert!(!html.contains("<script>") && !html.contains("style="));
}

#[actix_web::test]
async fn the_pairing_page_is_there_for_who_has_the_key() {
    let (bench, session) = bench().await;
    show_qr(&bench, &session).await;
    let app = app!(bench);
    let (status, _, html) = get!(app, &format!("/pair/{}", bench.key.as_str()));
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("data:image/svg+xml;base64,"));
    let wrong = "0".repeat(64);
    for path in [format!("/pair/{wrong}"), format!("/pair/{wrong}/events")] {
        let (status, _, text) = get!(app, &path);
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(!text.contains("data:image/svg"), "{text}");
    }
    let request = test::TestRequest::post()
        .uri(&format!("/pair/{wrong}/start"))
        .to_request();
    let response = test::call_service(&app, request).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_page_hears_of_changes_until_the_host_ends() {
    let (bench, session) = bench().await;
    show_qr(&bench, &session).await;
    let app = app!(bench);
    let request = test::TestRequest::get()
        .uri(&format!("/pair/{}/events", bench.key.as_str()))
        .to_request();
    let response = test::call_service(&app, request).await;
    let mut body = Box::pin(response.into_body());
    let mut next = async || {
        let chunk = std::future::poll_fn(|context| body.as_mut().poll_next(context));
        let chunk = tokio::time::timeout(DEADLINE, chunk)
            .await
            .expect("in time");
        chunk.map(|bytes| String::from_utf8(bytes.expect("bytes").to_vec()).expect("text"))
    };
    let first = next().await.expect("the state at once");
    assert!(first.starts_with("event: status\ndata: {") && first.contains("\"state\":\"pairing\""));
    assert!(first.contains("data:image/svg+xml"));
    session.open("6280000000900@s.whatsapp.net").await;
    let second = next().await.expect("the change");
    assert!(second.contains("\"state\":\"open\"") && second.contains("628*******900"));
    assert!(!second.contains("6280000000900"));
    bench.ending.cancel();
    assert_eq!(next().await, None);
}

#[actix_web::test]
async fn a_rested_bot_is_started_again_from_the_page() {
    let (mut bench, session) = bench().await;
    session.tell(SessionState::PairingExpired).await;
    reaches(&bench.bot, "failed").await;
    let app = app!(bench);
    let page = format!("/pair/{}", bench.key.as_str());
    let (_, _, html) = get!(app, &page);
    assert!(html.contains("Start again") && html.contains("Ask for a new code."));
    let request = test::TestRequest::post()
        .uri(&format!("{page}/start"))
        .to_request();
    let response = test::call_service(&app, request).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    bench.starts.next().await;
}

#[actix_web::test]
async fn health_and_assets_answer_and_nothing_else_does() {
    let (bench, session) = bench().await;
    session.open("6280000000900@s.whatsapp.net").await;
    reaches(&bench.bot, "open").await;
    let app = app!(bench);
    let (status, _, text) = get!(app, "/healthz");
    assert_eq!(status, StatusCode::OK);
    let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(told["open"], 1);
    for name in ["jadi.css", "live.js", "jadi.svg"] {
        assert_eq!(get!(app, &format!("/static/{name}")).0, StatusCode::OK);
    }
    for path in ["/static/..%2f..%2fCargo.toml", "/static/x", "/nothing"] {
        assert_eq!(get!(app, path).0, StatusCode::NOT_FOUND, "{path}");
    }
    #[cfg(not(feature = "simulator"))]
    assert_eq!(get!(app, "/dev/bots").0, StatusCode::NOT_FOUND);
}

#[cfg(feature = "simulator")]
#[actix_web::test]
async fn dev_routes_answer_to_this_machine_by_its_name() {
    let (bench, session) = bench().await;
    show_qr(&bench, &session).await;
    let app = app!(bench);
    let ask = async |host: &str, request: test::TestRequest| {
        let request = request.insert_header(("host", host)).to_request();
        let response = test::call_service(&app, request).await;
        let status = response.status();
        (status, test::read_body(response).await)
    };
    let bots = || test::TestRequest::get().uri("/dev/bots");
    let (status, body) = ask("127.0.0.1:8080", bots()).await;
    assert_eq!(status, StatusCode::OK);
    let told: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(told[0]["qr"], "2@pairing-text");
    assert_eq!(told[0]["role"], "main");
    assert_eq!(ask("evil.example", bots()).await.0, StatusCode::NOT_FOUND);
    let before = bench.shared.parts.clock.now();
    let advance = test::TestRequest::post()
        .uri("/dev/clock")
        .set_json(serde_json::json!({"advance_ms": 3_600_000}));
    assert_eq!(ask("localhost", advance).await.0, StatusCode::OK);
    assert!(bench.shared.parts.clock.now() - before >= 3_600_000);
    let idle = test::TestRequest::get().uri("/dev/idle");
    assert_eq!(ask("[::1]:1", idle).await.0, StatusCode::OK);
}

#[actix_web::test]
async fn a_port_in_use_is_told_with_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address");
    let parts = bare(MovableClock::default());
    let error = WebServer::start(parts, address).err().expect("an error");
    assert!(error.to_string().contains("choose another port"), "{error}");
}

#[actix_web::test]
async fn pages_for_visitors_are_in_their_browsers_language() {
    let (bench, session) = bench().await;
    show_qr(&bench, &session).await;
    let app = app!(bench);
    for (accepts, lang, title, heading) in [
        ("id", "id", "Menunggu ditautkan", "Tautkan bot utama"),
        (
            "es-AR, en",
            "es",
            "Esperando a que lo vincules",
            "Vincula el bot principal",
        ),
        ("de", "en", "Waiting to be linked", "Link the main bot"),
    ] {
        for path in ["/".to_owned(), format!("/pair/{}", bench.key.as_str())] {
            let request = test::TestRequest::get()
                .uri(&path)
                .insert_header(("accept-language", accepts));
            let response = test::call_service(&app, request.to_request()).await;
            let body = test::read_body(response).await;
            let html = String::from_utf8(body.to_vec()).expect("text");
            assert!(html.contains(&format!("<html lang=\"{lang}\">")), "{html}");
            assert!(html.contains(title), "{html}");
            assert_eq!(html.contains(heading), path != "/", "{html}");
        }
    }
    let missing = test::TestRequest::get()
        .uri("/connect/0")
        .insert_header(("accept-language", "id"));
    let response = test::call_service(&app, missing.to_request()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}
