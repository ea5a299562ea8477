//! Tokens: made and revoked on the bot's page, shown by programs.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::takeout::answered;
use super::{Bench, Seen, account, bench, bot, get};
use crate::clock::Clock as _;
use crate::dispatch::tests::{BOB, GROUP, group_message};
use crate::store::Arrival;
use crate::whatsapp::fake::DEADLINE;

pub(super) async fn send(
    bench: &Bench,
    cookie: &Cookie<'static>,
    path: &str,
    fields: &[(&str, &str)],
) -> Seen {
    let proof = bench.page(cookie).await.proof();
    let mut fields = fields.to_vec();
    fields.push(("form", &proof));
    let request = TestRequest::post().uri(path).set_form(fields);
    let request = request.insert_header(("accept-language", "en"));
    bench.ask(request.cookie(cookie.clone())).await
}

/// Makes a token on the page.
pub(super) async fn token(bench: &Bench, cookie: &Cookie<'static>) -> String {
    let made = send(bench, cookie, "/bot/tokens", &[("name", "till <1>")]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let (_, rest) = made.text.split_once("class=\"token\">").expect("a token");
    rest.split('<').next().expect("its text").to_owned()
}

/// Asks the API: the status and the answer.
pub(super) async fn api(bench: &Bench, request: TestRequest, token: &str) -> (StatusCode, Value) {
    let request = match token {
        "" => request,
        token => request.insert_header(("x-jadi-token", token)),
    };
    let seen = bench.ask(request).await;
    (seen.status, serde_json::from_str(&seen.text).expect("JSON"))
}

#[actix_web::test]
async fn a_token_is_shown_once_and_revoked() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let farm = bench.sign_in(&bench.link(2).await).await;
    let token = token(&bench, &shop).await;
    let page = bench.ask(get("/bot/tokens").cookie(shop.clone())).await;
    assert!(page.text.contains("till &#60;1&#62;") && !page.text.contains(&token));
    let stats = || get("/api/subbot/stats/6280000000201");
    assert_eq!(api(&bench, stats(), &token).await.0, StatusCode::OK);

    let id = bench.access.tokens(bot(1)).await.expect("read")[0].id;
    let revoke = format!("/bot/tokens/{id}/revoke");
    let theirs = send(&bench, &farm, &revoke, &[]).await;
    assert_eq!(theirs.status, StatusCode::SEE_OTHER);
    assert_eq!(
        api(&bench, stats(), &token).await.0,
        StatusCode::OK,
        "it stays"
    );
    let own = send(&bench, &shop, &revoke, &[]).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
    let (status, told) = api(&bench, stats(), &token).await;
    assert_eq!(
        (status, &told["code"]),
        (StatusCode::UNAUTHORIZED, &json!("UNAUTHORIZED"))
    );

    let long = "x".repeat(41);
    for name in ["", " ", &long] {
        let wrong = send(&bench, &shop, "/bot/tokens", &[("name", name)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for _ in 0..10 {
        let made = send(&bench, &shop, "/bot/tokens", &[("name", "more")]).await;
        assert_eq!(made.status, StatusCode::OK);
    }
    let full = send(&bench, &shop, "/bot/tokens", &[("name", "more")]).await;
    assert_eq!(full.status, StatusCode::CONFLICT);
    assert!(full.text.contains("Revoke one first"), "{}", full.text);
}

#[actix_web::test]
async fn a_program_sees_and_ends_the_bot_of_its_token_only() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let token = token(&bench, &shop).await;
    send(&bench, &shop, "/bot/start", &[]).await;
    let session = bench.starts.next().await;
    session.open(account(1).as_str()).await;
    bench.reaches(1, "open").await;
    bench.clock.advance(std::time::Duration::from_millis(500));

    for named in [
        "6280000000201",
        "6280000000201@s.whatsapp.net",
        "+6280000000201",
    ] {
        let request = get(&format!("/api/subbot/stats/{named}"));
        let (status, told) = api(&bench, request, &token).await;
        assert_eq!(status, StatusCode::OK, "{told}");
        let mut told = told["data"].clone();
        let uptime = told["uptime"].take().as_u64().expect("a number");
        assert!((500..60_000).contains(&uptime), "{uptime}");
        let wanted = json!({
            "messagesSent": 0, "messagesReceived": 0, "activeChats": 0, "groupsJoined": 0, "uptime": null,
            "lastActivity": null, "dataUsage": {"inbound": 130, "outbound": 70},
        });
        assert_eq!(told, wanted);
    }
    for named in ["6280000000202", "6280000000999", "x"] {
        let request = get(&format!("/api/subbot/stats/{named}"));
        let (status, told) = api(&bench, request, &token).await;
        assert_eq!(
            (status, &told["code"]),
            (StatusCode::FORBIDDEN, &json!("FORBIDDEN"))
        );
    }
    let strangers = ["", "jadi_", &"x".repeat(69), shop.value()];
    for stranger in strangers {
        let request = get("/api/subbot/stats/6280000000201");
        let (status, told) = api(&bench, request, stranger).await;
        assert_eq!(
            (status, &told["code"]),
            (StatusCode::UNAUTHORIZED, &json!("UNAUTHORIZED"))
        );
        let request = TestRequest::post().uri("/api/subbot/logout");
        assert_eq!(
            api(&bench, request, stranger).await.0,
            StatusCode::UNAUTHORIZED
        );
    }

    let (_, listed) = api(&bench, get("/api/subbot/list"), &token).await;
    let jids = json!([listed["data"][0]["jid"], listed["data"][1]["jid"]]);
    assert_eq!(
        jids,
        json!([
            "6280000000201@s.whatsapp.net",
            "628*******202@s.whatsapp.net"
        ])
    );
    let (_, listed) = api(&bench, get("/api/subbot/status?action=list"), "").await;
    assert_eq!(listed["data"][0]["jid"], "628*******201@s.whatsapp.net");
    let (status, _) = api(&bench, get("/api/subbot/list"), "jadi_x").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);

    let log_out = || TestRequest::post().uri("/api/subbot/logout");
    let strange = log_out().set_json(json!({"sessionId": "0"}));
    let (status, told) = api(&bench, strange, &token).await;
    assert_eq!(
        (status, &told["code"]),
        (StatusCode::NOT_FOUND, &json!("SESSION_NOT_FOUND"))
    );
    assert!(bench.record(1).await.is_some());
    let (status, told) = api(&bench, log_out(), &token).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(told["data"]["jid"], "6280000000201@s.whatsapp.net");
    let mut under_way = bench.endings.under_way();
    let over = tokio::time::timeout(DEADLINE, under_way.wait_for(|count| *count == 0)).await;
    over.expect("in time").expect("it lives");
    assert!(session.was_logged_out());
    assert_eq!(
        (bench.record(1).await, bench.record(2).await.is_some()),
        (None, true)
    );
    let (status, _) = api(&bench, log_out(), &token).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "it went with its bot");
}

#[actix_web::test]
async fn what_can_not_be_read_logs_no_bot_out() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let token = token(&bench, &shop).await;
    let log_out = || TestRequest::post().uri("/api/subbot/logout");
    let json = ("content-type", "application/json");
    let whole = r#"{"sessionId": "0"}"#;
    for (what, request) in [
        ("no type", log_out().set_payload(whole)),
        ("a form", log_out().set_form([("sessionId", "0")])),
        (
            "another type",
            log_out()
                .insert_header(("content-type", "text/plain"))
                .set_payload(whole),
        ),
        ("a number", log_out().set_json(json!({"sessionId": 0}))),
        ("a list", log_out().set_json(json!([]))),
        (
            "half of it",
            log_out().insert_header(json).set_payload(&whole[..9]),
        ),
        ("spaces", log_out().insert_header(json).set_payload("  ")),
    ] {
        let (status, told) = api(&bench, request, &token).await;
        assert_eq!(
            (status, &told["code"]),
            (StatusCode::BAD_REQUEST, &json!("INVALID_REQUEST")),
            "{what}: {told}"
        );
    }
    bench.ended().await;
    assert!(bench.record(1).await.is_some());
    // That no attempt is named is said in any of these ways.
    let (status, _) = api(
        &bench,
        log_out().set_json(json!({"sessionId": null})),
        &token,
    )
    .await;
    assert_eq!(status, StatusCode::OK);
}

#[actix_web::test]
async fn how_much_a_bot_is_used_is_told_in_numbers() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let token = bench.owners_token(1).await;
    let before = bench.clock.now();
    answered(&bench).await;
    let data = bench.store.bot(bot(1)).await.expect("data");
    let heard = ["A2", "A3"].map(|id| Arrival {
        event: group_message(GROUP, BOB, id, "hello"),
        wanted: false,
        keep: false,
        meets: true,
        gathers: None,
        posts: None,
    });
    let kept = data.accept(heard.into(), bench.clock.now()).await;
    kept.expect("kept");
    let request = get("/api/subbot/stats/6280000000201");
    let (status, mut told) = api(&bench, request, &token).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let last = told["data"]["lastActivity"].take().as_i64();
    let last = last.expect("a moment");
    assert!((before..=bench.clock.now()).contains(&last), "{last}");
    let wanted = json!({
        "messagesSent": 1, "messagesReceived": 3, "activeChats": 2, "groupsJoined": 1, "uptime": 0,
        "lastActivity": null, "dataUsage": {"inbound": 0, "outbound": 0},
    });
    assert_eq!(told["data"], wanted);
    // Nothing of it is another's.
    let token = bench.owners_token(2).await;
    let request = get("/api/subbot/stats/6280000000202");
    let (_, told) = api(&bench, request, &token).await;
    assert_eq!(told["data"]["messagesReceived"], 0);
}
