//! The operator's tokens, and what programs do with them.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::{bench, fields, routes, sign_in};
use crate::web::owner::tests::routes::By;
use crate::web::owner::tests::{Bench, bench_of, bot, get};

const SHOP: &str = "/bots/01010101010101010101010101010101";

/// Makes a token on the page.
pub(super) async fn made(bench: &Bench, name: &str) -> String {
    let (operator, proof) = sign_in(bench).await;
    let form = fields("/operator/tokens", &[("form", &proof), ("name", name)]);
    let page = bench.ask(form.cookie(operator)).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let (_, rest) = page.text.split_once("class=\"token\">").expect("a token");
    rest.split('<').next().expect("its text").to_owned()
}

pub(super) async fn ask(
    bench: &Bench,
    token: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> (StatusCode, Value) {
    let path = format!("/api/v1/operator{path}");
    let request = TestRequest::with_uri(&path).method(method);
    let request = request.insert_header(("x-jadi-token", token));
    let request = match body {
        Some(body) => request.set_json(body),
        None => request,
    };
    let seen = bench.ask(request).await;
    (seen.status, serde_json::from_str(&seen.text).expect("JSON"))
}

/// What is refused: with which status and code.
pub(super) fn refusal((status, told): (StatusCode, Value)) -> (u16, String) {
    let code = told["code"].as_str().unwrap_or_default().to_owned();
    (status.as_u16(), code)
}

pub(super) fn wanted(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[actix_web::test]
async fn no_other_token_is_the_operators_and_theirs_is_no_owners() {
    let bench = bench().await;
    let operators = made(&bench, "till").await;
    let owners = bench.owners_token(1).await;
    let (session, _) = sign_in(&bench).await;
    let digits = operators.strip_prefix("jadi_operator_").expect("one");
    let owners_digits = owners.strip_prefix("jadi_").expect("one");
    let junk = [
        String::new(),
        "jadi_operator_".to_owned(),
        format!("jadi_{digits}"),
        format!("jadi_operator_{owners_digits}"),
        format!("{operators}0"),
        operators.to_uppercase(),
        session.value().to_owned(),
        "' OR 1=1 --".to_owned(),
    ];
    let mut calls = 0;
    for (method, path) in routes(By::Operator) {
        calls += 1;
        let method: Method = method.parse().expect("a method");
        let path = path
            .strip_prefix("/api/v1/operator")
            .expect("one of theirs");
        for junk in &junk {
            let told = ask(&bench, junk, method.clone(), path, None).await;
            assert_eq!(refusal(told), wanted(401, "UNAUTHORIZED"), "{path}: {junk}");
        }
        let told = ask(&bench, &owners, method.clone(), path, None).await;
        assert_eq!(refusal(told), wanted(403, "NOT_OPERATOR"), "{path}");
        // Nor does the operator's cookie stand for a token, which no other site can send.
        let request = TestRequest::with_uri(&format!("/api/v1/operator{path}")).method(method);
        let seen = bench.ask(request.cookie(session.clone())).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert!(calls > 10, "{calls}");
    assert!(bench.record(1).await.is_some());

    for path in [
        "/api/v1/bot",
        "/api/v1/bot/tokens",
        "/api/v1/bot/export",
        "/api/subbot/stats/6280000000201",
        "/api/subbot/list",
        "/api/subbot/events",
        "/ws/subbot",
    ] {
        let request = get(path).insert_header(("x-jadi-token", operators.as_str()));
        let seen = bench.ask(request).await;
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[actix_web::test]
async fn without_a_password_in_the_configuration_no_token_operates_the_host() {
    let bench = bench_of("http://127.0.0.1:8080/", None).await;
    let operators = bench.operators_token("till").await;
    let told = ask(&bench, &operators, Method::GET, "", None).await;
    assert_eq!(refusal(told), wanted(401, "UNAUTHORIZED"));
}

#[actix_web::test]
async fn a_token_of_the_operators_is_shown_once_and_revoked() {
    let bench = bench().await;
    let token = made(&bench, "till <1>").await;
    let (operator, proof) = sign_in(&bench).await;
    let page = bench
        .ask(get("/operator/tokens").cookie(operator.clone()))
        .await;
    assert!(page.text.contains("till &#60;1&#62;") && !page.text.contains(&token));
    assert_eq!(ask(&bench, &token, Method::GET, "", None).await.0, 200);

    let add = async |name: &str| {
        let form = fields("/operator/tokens", &[("form", &proof), ("name", name)]);
        bench
            .ask(form.cookie(operator.clone()))
            .await
            .status
            .as_u16()
    };
    for name in ["", " ", &"x".repeat(41)] {
        assert_eq!(add(name).await, 422);
    }
    for _ in 1..10 {
        assert_eq!(add("more").await, 200);
    }
    assert_eq!(add("more").await, 409);

    let revoke = fields("/operator/tokens/1/revoke", &[("form", &proof)]);
    let revoked = bench.ask(revoke.cookie(operator.clone())).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    let told = ask(&bench, &token, Method::GET, "", None).await;
    assert_eq!(refusal(told), wanted(401, "UNAUTHORIZED"));
    let deeds = super::deeds(&bench).await;
    assert_eq!(deeds[0], super::deed("operator-token-revoke", "", "1"));
    assert!(deeds.contains(&super::deed("operator-token-make", "", "till <1>")));
}

#[actix_web::test]
async fn a_program_finds_stops_starts_and_ends_bots() {
    let mut bench = bench().await;
    let token = made(&bench, "till").await;
    let start = format!("{SHOP}/start");
    let (status, told) = ask(&bench, &token, Method::POST, &start, None).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    bench.opens(1).await;
    let get = async |path: &str| {
        let (status, mut told) = ask(&bench, &token, Method::GET, path, None).await;
        assert_eq!(status, StatusCode::OK, "{path}: {told}");
        told["data"].take()
    };
    let all = get("/bots").await;
    assert_eq!(
        (&all["found"], &all["bots"][0]["name"]),
        (&json!(2), &json!("Farm"))
    );
    let found = get("/bots?q=0201&state=open").await;
    assert_eq!(
        (&found["found"], &found["bots"][0]["id"]),
        (&json!(1), &json!(bot(1).to_string()))
    );
    let beyond = get("/bots?page=9").await;
    assert_eq!(beyond, json!({"found": 2, "bots": []}));
    for path in ["/bots?page=-1", "/bots?page=x", "/deeds?before=x"] {
        let told = ask(&bench, &token, Method::GET, path, None).await;
        assert_eq!(refusal(told), wanted(400, "INVALID_REQUEST"), "{path}");
    }
    for path in ["/bots/x", "/bots/09090909090909090909090909090909"] {
        let told = ask(&bench, &token, Method::GET, path, None).await;
        assert_eq!(refusal(told), wanted(404, "BOT_NOT_FOUND"), "{path}");
    }
    let facts = get(SHOP).await;
    assert_eq!(facts["bot"]["jid"], "6280000000201@s.whatsapp.net");
    assert_eq!(facts["bot"]["state"], "open");
    let stop = format!("/bots/{}/stop", bot(2));
    let (status, told) = ask(&bench, &token, Method::POST, &stop, None).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    assert!(bench.record(2).await.is_some_and(|bot| bot.stopped));
    let path = format!("{SHOP}/end");
    let body = Some(json!({"reason": " spam "}));
    let (status, _) = ask(&bench, &token, Method::POST, &path, body).await;
    assert_eq!(status, StatusCode::OK);
    bench.ended().await;
    assert!(bench.record(1).await.is_none() && bench.record(2).await.is_some());

    let deeds = get("/deeds").await;
    let deeds: Vec<_> = deeds.as_array().expect("a list").iter().collect();
    let what: Vec<_> = deeds.iter().map(|deed| deed["what"].as_str()).collect();
    let told = ["end", "stop", "start", "operator-token-make", "sign-in"].map(Some);
    assert_eq!(what, told);
    assert_eq!(
        (&deeds[0]["by"], &deeds[0]["detail"]),
        (&json!("by token till"), &json!("spam"))
    );
    let before = get(&format!("/deeds?before={}", deeds[2]["id"])).await;
    assert_eq!(before.as_array().map(Vec::len), Some(2));
}

#[actix_web::test]
async fn a_program_sets_all_of_what_it_asks_for_or_nothing() {
    let bench = bench().await;
    let token = made(&bench, "till").await;
    let set = async |body: Value| ask(&bench, &token, Method::PATCH, "", Some(body)).await;
    let (_, before) = ask(&bench, &token, Method::GET, "", None).await;
    for body in [
        json!({"slots": 7, "delay": 60_001}),
        json!({"slots": 100_001}),
        json!({"slots": 7, "features": {"flying": true}}),
    ] {
        assert_eq!(
            refusal(set(body.clone()).await),
            wanted(422, "INVALID_VALUE"),
            "{body}"
        );
    }
    for body in [
        json!({"slots": -1}),
        json!({"slots": "7"}),
        json!({"slot": 7}),
    ] {
        assert_eq!(
            refusal(set(body.clone()).await),
            wanted(400, "INVALID_REQUEST"),
            "{body}"
        );
    }
    let (_, after) = ask(&bench, &token, Method::GET, "", None).await;
    for set in ["slots", "delay", "features"] {
        assert_eq!(after["data"][set], before["data"][set]);
    }
    let body = json!({"slots": 7, "delay": 250, "features": {"jadibot": false}});
    let (status, told) = set(body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let told = &told["data"];
    assert_eq!((&told["slots"], &told["delay"]), (&json!(7), &json!(250)));
    assert_eq!(
        told["features"],
        json!({"jadibot": false, "connect-page": true, "isolation": true, "invite-codes": false})
    );
    let deeds = super::deeds(&bench).await;
    let done = [
        super::deed("switch-off", "", "jadibot"),
        super::deed("set-delay", "", "250"),
        super::deed("set-slots", "", "7"),
    ];
    assert_eq!(deeds[..3], done);
}

#[actix_web::test]
async fn a_program_is_told_why_a_plugin_is_not_changed() {
    let bench = bench().await;
    let token = made(&bench, "till").await;
    let (status, told) = ask(&bench, &token, Method::GET, "/plugins", None).await;
    assert_eq!((status, &told["data"]), (StatusCode::OK, &json!([])));
    for (method, path, body) in [
        (
            Method::PATCH,
            "/plugins/none",
            Some(json!({"everywhere": true})),
        ),
        (Method::POST, "/plugins/none/roll-back", None),
        (Method::DELETE, "/plugins/none", None),
    ] {
        let told = ask(&bench, &token, method, path, body).await;
        assert_eq!(refusal(told), wanted(404, "PLUGIN_NOT_FOUND"), "{path}");
    }
}
