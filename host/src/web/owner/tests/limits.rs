//! What goes for every answer: how often and how much may be asked, and what browsers are told.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::routes::{Row, TABLE};
use super::{Bench, Seen, bench, bench_of, get};
use crate::clock::{Clock as _, Millis};

const PASSWORD: &str = "the operator's own";
/// The largest body that is read, bytes.
const LARGEST: usize = 16 * 1024;

fn number(seen: &Seen, header: &str) -> i64 {
    seen.header(header).parse().expect("a number")
}

/// Asks until it is refused, which must be after so many times within a minute: the refusal.
async fn until_refused(
    bench: &Bench,
    most: Millis,
    request: impl Fn(usize) -> TestRequest,
) -> Seen {
    let begun = bench.clock.now();
    let pace = 60_000 / most;
    for asked in 0.. {
        let seen = bench.ask(request(asked)).await;
        assert_eq!(number(&seen, "ratelimit-limit"), most);
        let asked = Millis::try_from(asked).expect("a few");
        if asked == 0 {
            assert_eq!(number(&seen, "ratelimit-remaining"), most - 1);
            assert_eq!(number(&seen, "ratelimit-reset"), pace / 1000 + 1);
        }
        // The clock goes on meanwhile.
        let regained = (bench.clock.now() - begun) / pace + 1;
        if seen.status == StatusCode::TOO_MANY_REQUESTS {
            assert!((most..=most + regained).contains(&asked), "{asked}");
            return seen;
        }
        assert!(
            asked < most + regained,
            "{asked} in {regained} times {pace} ms"
        );
    }
    unreachable!("it would ask on")
}

/// What a refusal tells: in how many seconds to ask again.
fn refused(seen: &Seen, most: i64) -> std::time::Duration {
    let told: Value = serde_json::from_str(&seen.text).expect("JSON");
    assert_eq!(told["code"], "RATE_LIMITED");
    assert_eq!(number(seen, "ratelimit-remaining"), 0);
    let wait = number(seen, "retry-after");
    assert_eq!(told["details"], json!({"retryAfter": wait}));
    assert_eq!(number(seen, "ratelimit-reset"), wait);
    assert!((1..=60 / most + 1).contains(&wait), "{wait} s");
    std::time::Duration::from_secs(wait.unsigned_abs())
}

fn command(token: &str) -> TestRequest {
    TestRequest::post()
        .uri("/api/subbot/command")
        .insert_header(("x-jadi-token", token))
        .set_json(json!({"botJid": "6280000000201", "command": "ping"}))
}

#[actix_web::test]
async fn sixty_questions_a_minute_come_from_an_address() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let from = |address: &str| {
        let peer = format!("{address}:1").parse().expect("an address");
        get("/api/subbot/status").peer_addr(peer)
    };
    let seen = until_refused(&bench, 60, |_| from("203.0.113.9")).await;
    let wait = refused(&seen, 60);
    let other = bench.ask(from("203.0.113.10")).await;
    assert_eq!(other.status, StatusCode::OK);
    bench.clock.advance(wait);
    let again = bench.ask(from("203.0.113.9")).await;
    assert_eq!(again.status, StatusCode::OK);
}

#[actix_web::test]
async fn tokens_are_guessed_as_slowly_as_anything_is_asked() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let peer = "203.0.113.9:1".parse().expect("an address");
    let guess = |n: usize| command(&format!("jadi_{n:064x}")).peer_addr(peer);
    assert_eq!(
        bench.ask(command("jadi_x")).await.status,
        StatusCode::UNAUTHORIZED
    );
    let seen = until_refused(&bench, 60, guess).await;
    refused(&seen, 60);
}

#[actix_web::test]
async fn thirty_commands_a_minute_come_with_each_token() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let (till, stock) = (bench.owners_token(1).await, bench.owners_token(1).await);
    let seen = until_refused(&bench, 30, |_| command(&till)).await;
    let wait = refused(&seen, 30);
    assert!(seen.text.contains("with this token"), "{}", seen.text);
    // Another of the same bot's is not held up.
    let other = bench.ask(command(&stock)).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text);
    assert_eq!(number(&other, "ratelimit-remaining"), 29);
    bench.clock.advance(wait);
    let again = bench.ask(command(&till)).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[actix_web::test]
async fn a_body_has_sixteen_kibibytes_at_most() {
    let bench = bench_of("http://127.0.0.1:8080/", Some(PASSWORD)).await;
    let owners = bench.owners_token(1).await;
    let operators = bench.operators_token("till").await;
    let document = bench.ask(get("/api/openapi.json")).await;
    let document: Value = serde_json::from_str(&document.text).expect("JSON");
    let mut calls = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, call) in methods.as_object().expect("methods") {
            let json = call.pointer("/requestBody/content/application~1json");
            if json.is_none() {
                continue;
            }
            calls += 1;
            let method: Method = method.to_uppercase().parse().expect("a method");
            let token = match path.starts_with("/api/v1/operator") {
                true => &operators,
                false => &owners,
            };
            for bytes in [LARGEST, LARGEST + 1] {
                let body = format!("\"{}\"", "x".repeat(bytes - 2));
                let request = TestRequest::with_uri(&path.replace(['{', '}'], ""))
                    .method(method.clone())
                    .insert_header(("x-jadi-token", token.as_str()))
                    .insert_header(("content-type", "application/json"))
                    .set_payload(body);
                let seen = bench.ask(request).await;
                let told: Value = serde_json::from_str(&seen.text).expect("JSON");
                let told = (
                    seen.status.as_u16(),
                    told["code"].as_str().unwrap_or_default(),
                );
                let wanted = match bytes > LARGEST {
                    true => (413, "BODY_TOO_LARGE"),
                    false => (400, "INVALID_REQUEST"),
                };
                assert_eq!(told, wanted, "{method} {path} with {bytes} bytes");
            }
        }
    }
    assert!(calls > 8, "{calls}");
    assert!(bench.record(1).await.is_some());

    let form = |bytes: usize| {
        let number = "x".repeat(bytes - "number=".len());
        TestRequest::post()
            .uri("/connect")
            .set_form([("number", number)])
    };
    assert_eq!(
        bench.ask(form(LARGEST)).await.status,
        StatusCode::BAD_REQUEST
    );
    let large = bench.ask(form(LARGEST + 1)).await;
    assert_eq!(
        large.status,
        StatusCode::PAYLOAD_TOO_LARGE,
        "{}",
        large.text
    );
}

/// What browsers are told with every answer.
const TOLD: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

#[actix_web::test]
async fn every_answer_keeps_browsers_from_what_pages_do_not_need() {
    for (address, transport) in [
        ("http://127.0.0.1:8080/", None),
        ("https://bots.example/", Some("max-age=31536000")),
    ] {
        let bench = bench_of(address, Some(PASSWORD)).await;
        let nowhere = Row(super::routes::By::Nothing, "GET", "/nowhere", [404; 4]);
        for Row(_, method, route, _) in TABLE.iter().chain([&nowhere]) {
            let method: Method = method.parse().expect("a method");
            let path = match *route {
                "/static/{name}" => "/static/jadi.css".to_owned(),
                route => route.replace(['{', '}'], ""),
            };
            let seen = bench.ask(TestRequest::with_uri(&path).method(method)).await;
            let told = |name: &str| {
                let mut all = seen.headers.get_all(name);
                let one = all.next().map(|value| value.to_str().expect("text"));
                assert_eq!(all.next(), None, "{name} twice on {route}");
                one
            };
            for (name, value) in TOLD {
                let value = match (name, *route) {
                    // What is the same for everybody is kept for a while.
                    ("cache-control", "/static/{name}") => "max-age=300",
                    _ => value,
                };
                assert_eq!(told(name), Some(value), "{name} on {route}");
            }
            assert_eq!(told("strict-transport-security"), transport, "{route}");
        }
    }
}
