//! Bots asked for through the API, of a fleet with scripted sessions.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::Problem;
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::web::owner::tests::{Bench, asked, bench_of, get};
use crate::whatsapp::SessionState;
use crate::whatsapp::fake::{DEADLINE, FakeSession};

const SHOP: &str = "6280000000301";
const FARM: &str = "6280000000302";

async fn bench() -> Bench {
    let mut bench = bench_of("http://127.0.0.1:8080/", None).await;
    bench.main_opens().await;
    bench
}

fn connect(number: &str, method: &str) -> TestRequest {
    TestRequest::post()
        .uri("/api/subbot/connect")
        .set_json(json!({"phoneNumber": number, "botName": "Shop", "method": method}))
}

fn code() -> SessionState {
    SessionState::Code {
        code: "ABCD2345".to_owned(),
        valid_for: Duration::from_secs(180),
    }
}

/// Asks, while its session does something: what is answered.
async fn connecting(
    bench: &mut Bench,
    request: TestRequest,
    session: impl AsyncFnOnce(&Bench, &FakeSession),
) -> (StatusCode, Value, Arc<FakeSession>) {
    let shared = bench.shared.clone();
    let does = async {
        let begun = bench.starts().await;
        session(bench, &begun).await;
        begun
    };
    let both = async { tokio::join!(asked(&shared, request), does) };
    let (seen, begun) = tokio::time::timeout(DEADLINE, both).await.expect("in time");
    let told = serde_json::from_str(&seen.text).expect("JSON");
    (seen.status, told, begun)
}

/// An attempt that has its code: its id, and its session.
async fn begun(bench: &mut Bench, number: &str) -> (String, Arc<FakeSession>) {
    let shows = async |_: &Bench, session: &FakeSession| session.tell(code()).await;
    let (status, told, session) = connecting(bench, connect(number, "pair"), shows).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert_eq!(told["data"]["pairCode"], "ABCD-2345");
    let id = told["data"]["sessionId"].as_str().expect("an id");
    (id.to_owned(), session)
}

async fn ask(bench: &Bench, request: TestRequest) -> (u16, Value) {
    let seen = bench.ask(request).await;
    let told = serde_json::from_str(&seen.text).expect("JSON");
    (seen.status.as_u16(), told)
}

#[actix_web::test]
async fn without_a_real_code_there_is_an_error_and_the_attempt_goes_on() {
    let mut bench = bench().await;
    let waits = async |bench: &Bench, _: &FakeSession| {
        bench.clock.advance(Duration::from_secs(30));
    };
    let (status, told, session) = connecting(&mut bench, connect(SHOP, "qr"), waits).await;
    assert_eq!(
        (status.as_u16(), &told["code"]),
        (504, &json!("CONNECTION_FAILED")),
        "{told}"
    );
    assert!(!told.to_string().contains("Code\":"), "no code: {told}");
    let id = told["details"]["sessionId"].as_str().expect("an id");
    let status = || get(&format!("/api/subbot/status?sessionId={id}"));
    let (_, waiting) = ask(&bench, status()).await;
    assert_eq!(waiting["data"]["connected"], false, "{waiting}");
    assert_eq!(waiting["data"]["qrCode"], Value::Null, "{waiting}");

    // The code that comes at last is there for who asks.
    let shown = SessionState::Qr {
        code: "2@late".to_owned(),
        valid_for: Duration::from_secs(60),
    };
    session.tell(shown).await;
    let shows = async {
        loop {
            let (_, told) = ask(&bench, status()).await;
            if told["data"]["state"] == "pairing" {
                return told["data"]["qrCode"].clone();
            }
            tokio::task::yield_now().await;
        }
    };
    let shown = tokio::time::timeout(DEADLINE, shows)
        .await
        .expect("in time");
    assert_eq!(shown, crate::web::qr::data_uri("2@late").expect("a code"));
}

#[actix_web::test]
async fn an_attempt_that_fails_before_there_is_a_code_is_an_error() {
    let mut bench = bench().await;
    let expires = async |_: &Bench, session: &FakeSession| {
        session.tell(SessionState::PairingExpired).await;
    };
    let (status, told, _) = connecting(&mut bench, connect(SHOP, "pair"), expires).await;
    assert_eq!(
        (status.as_u16(), &told["code"]),
        (502, &json!("CONNECTION_FAILED")),
        "{told}"
    );
    let details = &told["details"];
    assert_eq!(
        (&details["connected"], &details["state"], &details["cause"]),
        (&json!(false), &json!("failed"), &json!("pairing-expired"))
    );
    assert!(!told.to_string().contains("Code\":"), "no code: {told}");
}

#[actix_web::test]
async fn what_speaks_against_a_bot_has_its_code_and_its_time() {
    let mut bench = bench().await;
    let refused = async |bench: &Bench, number: &str| {
        let (status, told) = ask(bench, connect(number, "pair")).await;
        let code = told["code"].as_str().expect("a code").to_owned();
        (status, code, told["details"].clone())
    };
    let wanted = |status: u16, code: &str| (status, code.to_owned(), Value::Null);
    assert_eq!(
        refused(&bench, "6280000000201").await,
        wanted(409, "BOT_ALREADY_EXISTS")
    );
    begun(&mut bench, SHOP).await;
    let (status, code, details) = refused(&bench, SHOP).await;
    assert_eq!((status, code.as_str()), (409, "REQUEST_RUNNING"));
    let now = crate::clock::Clock::now(&bench.clock);
    let until = details["until"].as_i64().expect("a moment") - now;
    assert!((100_000..=300_000).contains(&until), "in {until} ms");

    let creation = &bench.shared.hosting().expect("bots are made").creation;
    let taken = creation.taken().await.expect("counted");
    creation.set_slots(taken).await.expect("kept");
    assert_eq!(refused(&bench, FARM).await, wanted(409, "SLOTS_FULL"));
    // Visitors' attempts take half of the places at most.
    creation.set_slots(taken + 1).await.expect("kept");
    let (status, code, _) = refused(&bench, FARM).await;
    assert_eq!((status, code.as_str()), (429, "RATE_LIMITED"));
    creation.set_slots(taken + 3).await.expect("kept");
    begun(&mut bench, FARM).await;

    let too_often = HostingRefusal {
        until: Some(7),
        ..RefusalReason::TooOften.into()
    };
    let problem = Problem::from(too_often);
    assert_eq!(
        (problem.status.as_u16(), problem.code, problem.details),
        (429, "RATE_LIMITED", json!({"until": 7}))
    );
}

#[actix_web::test]
async fn a_bot_has_a_name_on_one_line_or_none() {
    let mut bench = bench().await;
    for name in ["x".repeat(41), "Shop\nFree: example.org".to_owned()] {
        let body = json!({"phoneNumber": SHOP, "botName": name, "method": "pair"});
        let request = TestRequest::post().uri("/api/subbot/connect");
        let (status, told) = ask(&bench, request.set_json(body)).await;
        assert_eq!(
            (status, &told["code"]),
            (400, &json!("INVALID_NAME")),
            "{told}"
        );
        let form = [("number", SHOP), ("name", &name), ("method", "pair")];
        let request = TestRequest::post().uri("/connect").set_form(form);
        let page = bench
            .ask(request.insert_header(("accept-language", "id")))
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.contains("paling panjang 40"), "{}", page.text);
    }
    begun(&mut bench, SHOP).await;
}

#[actix_web::test]
async fn a_token_and_an_attempt_of_different_bots_log_none_out() {
    let mut bench = bench().await;
    let (shops, session) = begun(&mut bench, SHOP).await;
    session.open(&format!("{SHOP}@s.whatsapp.net")).await;
    let (farms, session) = begun(&mut bench, FARM).await;
    session.open(&format!("{FARM}@s.whatsapp.net")).await;
    let mut tokens = Vec::new();
    for (number, id) in [(SHOP, &shops), (FARM, &farms)] {
        let opens = async {
            let path = format!("/api/subbot/status?sessionId={id}");
            while ask(&bench, get(&path)).await.1["data"]["connected"] != true {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(DEADLINE, opens)
            .await
            .expect("in time");
        tokens.push(bench.token_of(number).await);
    }
    let log_out = async |token: &str, id: &str| {
        let request = TestRequest::post()
            .uri("/api/subbot/logout")
            .insert_header(("x-jadi-token", token))
            .set_json(json!({"sessionId": id}));
        let (status, told) = ask(&bench, request).await;
        (status, told["code"].as_str().unwrap_or_default().to_owned())
    };
    let listed = async || {
        let (_, told) = ask(&bench, get("/api/subbot/list")).await;
        told["data"].as_array().expect("a list").len()
    };
    let before = listed().await;
    let forbidden = (403, "FORBIDDEN".to_owned());
    assert_eq!(log_out(&tokens[0], &farms).await, forbidden);
    assert_eq!(log_out(&tokens[1], &shops).await, forbidden);
    bench.ended().await;
    assert_eq!(listed().await, before);
    assert_eq!(log_out(&tokens[0], &shops).await, (200, String::new()));
    bench.ended().await;
    assert_eq!(listed().await, before - 1);
    assert_eq!(
        log_out(&tokens[0], &shops).await.0,
        401,
        "it went with its bot"
    );
}
