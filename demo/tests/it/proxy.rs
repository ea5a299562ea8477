//! A host behind a proxy: who visits is who the proxy says, when the host trusts it, and nobody else's word counts.

use jadi_browser::Browser;
use jadi_demo::world::{World, WorldOptions};
use serde_json::{Value, json};

use super::connect::VISITOR;
use super::operator::{environment, sign_in};
use super::support::{finish, options, world};

/// Addresses of nobody.
const ONE: &str = "198.51.100.7";
const OTHER: &str = "198.51.100.8";

/// Asks as a proxy does that speaks for somebody: the status, and the answer.
async fn forwarded(world: &World, path: &str, of: &str, body: Option<Value>) -> (u16, Value) {
    let url = format!("{}{path}", world.host_page().expect("the host runs"));
    let of = of.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let answer = match body {
            Some(body) => agent
                .post(&url)
                .header("x-forwarded-for", of)
                .content_type("application/json")
                .send(body.to_string()),
            None => agent.get(&url).header("x-forwarded-for", of).call(),
        };
        let mut answer = answer.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("text");
        (status, serde_json::from_str(&text).expect("JSON"))
    });
    asked.await.expect("it ends")
}

/// Asks for one visitor after another until that is too often, and says how often that went well. One more question is allowed each
/// second.
async fn until_refused(world: &World, visitor: impl Fn(usize) -> String) -> usize {
    let begun = std::time::Instant::now();
    for asked in 0.. {
        let (status, told) = forwarded(world, "api/subbot/status", &visitor(asked), None).await;
        if status == 429 {
            assert_eq!(told["code"], "RATE_LIMITED");
            let seconds = usize::try_from(begun.elapsed().as_secs()).expect("few");
            assert!((60..=61 + seconds).contains(&asked), "{asked} questions");
            return asked;
        }
        assert_eq!(status, 200, "{told}");
        assert!(asked < 300, "nobody is refused");
    }
    unreachable!("it would ask on")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_proxy_says_who_visits() {
    let mut environment = environment();
    environment.push(("JADI_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned()));
    let world = world(WorldOptions {
        environment,
        ..options()
    })
    .await;
    let _visitor = world.phone("visitor", VISITOR).await.expect("a phone");
    // What the visitor wrote before it does not count.
    until_refused(&world, |n| format!("203.0.113.{n}, {ONE}")).await;
    let (status, _) = forwarded(&world, "api/subbot/status", OTHER, None).await;
    assert_eq!(status, 200, "another visitor is not held up");

    let body = json!({"phoneNumber": VISITOR, "method": "qr"});
    let begun = forwarded(&world, "api/subbot/connect", OTHER, Some(body)).await;
    assert_eq!(begun.0, 200, "{}", begun.1);
    let page = Browser::start().await;
    let host = world.host_page().expect("the host runs").to_owned();
    sign_in(&page, &host).await;
    page.open(&format!("{host}operator/audit")).await;
    page.see_text("deeds", &format!("a program of a visitor's, {OTHER}"))
        .await;
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_trusted_proxy_is_taken_for_the_visitor_whatever_it_says() {
    let world = world(WorldOptions {
        environment: vec![("JADI_TRUSTED_PROXIES".to_owned(), "10.0.0.0/8".to_owned())],
        ..options()
    })
    .await;
    until_refused(&world, |n| format!("198.51.100.{n}")).await;
    finish(world).await;
}
