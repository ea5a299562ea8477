//! Plans, system owners, and messages to all bots' owners, by a program.

use std::time::Duration;

use actix_web::http::Method;
use serde_json::{Value, json};

use super::programs::Till;
use super::{deed, deeds};
use crate::bots::Stage;
use crate::clock::Clock as _;
use crate::web::owner::tests::bot;

const CAROL: &str = "6280000000103";
const DAVE: &str = "6280000000104";
/// Thirty days, milliseconds.
const MONTH: i64 = 30 * 24 * 3600 * 1000;

#[actix_web::test]
async fn a_plan_is_set_and_taken_back() {
    let mut till = Till::new().await;
    let plan = format!("/bots/{}/plan", bot(1));
    let set = async |till: &Till, days: Value| {
        let body = Some(json!({"days": days}));
        till.done(Method::POST, &plan, body).await
    };
    let early = till.bench.clock.now() + MONTH;
    let told = set(&till, json!(30)).await;
    let late = till.bench.clock.now() + MONTH;
    assert_eq!(told["plan"], "30 days");
    let ends = told["planEnds"].as_i64().expect("a time");
    assert!((early..=late).contains(&ends), "{early} {ends} {late}");
    let told = set(&till, Value::Null).await;
    assert_eq!(
        (&told["plan"], &told["planEnds"]),
        (&Value::Null, &Value::Null)
    );

    for (days, refused) in [
        (json!(0), (422, "INVALID_VALUE")),
        (json!(3651), (422, "INVALID_VALUE")),
        (json!("soon"), (400, "INVALID_REQUEST")),
    ] {
        let body = Some(json!({"days": days}));
        let (status, code) = till.refused(Method::POST, &plan, body).await;
        assert_eq!((status, code.as_str()), refused, "{days}");
    }
    let days = Some(json!({"days": 1}));
    let none = format!("/bots/{}/plan", bot(77));
    let refused = till.refused(Method::POST, &none, days.clone()).await;
    assert_eq!(refused, (404, "BOT_NOT_FOUND".to_owned()));
    till.bench.main_opens().await;
    let main = till.parts().registry.main().await.expect("read");
    let main = format!("/bots/{}/plan", main.expect("a main bot").id);
    let refused = till.refused(Method::POST, &main, days).await;
    assert_eq!(refused, (409, "MAIN_BOT".to_owned()));

    let kept = deeds(&till.bench).await;
    let id = bot(1).to_string();
    for detail in ["30", ""] {
        assert!(kept.contains(&deed("set-plan", &id, detail)), "{kept:?}");
    }
}

#[actix_web::test]
async fn who_operates_the_host_is_named_and_dropped() {
    let mut till = Till::new().await;
    let owners = async |till: &Till| till.done(Method::GET, "/owners", None).await;
    let named = |number: &str| Some(json!({"number": number}));
    assert_eq!(owners(&till).await, json!([]));
    // Whether somebody has the number only WhatsApp can tell.
    let refused = till.refused(Method::POST, "/owners", named(CAROL)).await;
    assert_eq!(refused, (503, "CONNECTION_FAILED".to_owned()));

    till.bench.main_opens().await;
    let told = till.done(Method::POST, "/owners", named(CAROL)).await;
    let carol = json!([{"number": CAROL, "configured": false}]);
    assert_eq!(told, carol);
    assert_eq!(owners(&till).await, carol);
    for (number, refused) in [
        ("12", (400, "INVALID_PHONE_NUMBER")),
        (CAROL, (422, "INVALID_VALUE")),
        ("6280000000201", (422, "INVALID_VALUE")),
    ] {
        let (status, code) = till.refused(Method::POST, "/owners", named(number)).await;
        assert_eq!((status, code.as_str()), refused, "{number}");
    }

    // The last one stays.
    let carols = format!("/owners/{CAROL}");
    let refused = till.refused(Method::DELETE, &carols, None).await;
    assert_eq!(refused, (422, "INVALID_VALUE".to_owned()));
    till.done(Method::POST, "/owners", named(DAVE)).await;
    let left = till.done(Method::DELETE, &carols, None).await;
    assert_eq!(left, json!([{"number": DAVE, "configured": false}]));

    let kept = deeds(&till.bench).await;
    for (what, number) in [
        ("name-system-owner", CAROL),
        ("name-system-owner", DAVE),
        ("drop-system-owner", CAROL),
    ] {
        assert!(kept.contains(&deed(what, "", number)), "{what}: {kept:?}");
    }
}

#[actix_web::test]
async fn a_broadcast_is_confirmed_by_how_many_it_goes_to_and_ten_begin_within_an_hour() {
    const PATH: &str = "/broadcast";
    let mut till = Till::new().await;
    let body = |text: &str, receivers: usize| Some(json!({"text": text, "receivers": receivers}));
    let none = json!({"state": null, "sent": 0, "receivers": 0});
    assert_eq!(till.done(Method::GET, PATH, None).await, none);
    let refused = till.refused(Method::POST, PATH, body("hello", 0)).await;
    assert_eq!(refused, (409, "BOT_NOT_CONNECTED".to_owned()));
    till.bench.main_opens().await;
    let long = "x".repeat(4_097);
    for (text, receivers, refused) in [
        ("", 0, (422, "INVALID_VALUE")),
        (" \n", 0, (422, "INVALID_VALUE")),
        (&*long, 0, (422, "INVALID_VALUE")),
        ("hello", 1, (409, "OTHER_RECEIVERS")),
    ] {
        let (status, code) = till
            .refused(Method::POST, PATH, body(text, receivers))
            .await;
        assert_eq!((status, code.as_str()), refused);
    }
    // Nobody owns a bot here: each is through at once.
    let mut state = till.parts().broadcasts.follow();
    for _ in 0..10 {
        till.done(Method::POST, PATH, body("hello", 0)).await;
        let through = state.wait_for(|sent| sent.is_some_and(|sent| sent.stage == Stage::Through));
        through.await.expect("it ends");
    }
    let refused = till.refused(Method::POST, PATH, body("hello", 0)).await;
    assert_eq!(refused, (429, "RATE_LIMITED".to_owned()));
    till.bench.clock.advance(Duration::from_secs(3_600));
    let told = till.done(Method::POST, PATH, body("hello", 0)).await;
    assert_eq!(told["sent"], 0);
    till.done(Method::DELETE, PATH, None).await;
    let kept = deeds(&till.bench).await;
    let count = |what: &str| {
        kept.iter()
            .filter(|kept| **kept == deed(what, "", ""))
            .count()
    };
    assert_eq!((count("broadcast"), count("broadcast-stop")), (11, 1));
}
