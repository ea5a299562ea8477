//! Webhooks on the bot's page.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;

use super::tokens::send;
use super::{Bench, bench, bot, get};
use crate::store::{DeliveryError, NewDelivery, Tried};

const SHOP: &str = "https://till.example/hook";

async fn add(bench: &Bench, cookie: &Cookie<'static>, url: &str) -> (StatusCode, String) {
    let made = send(bench, cookie, "/bot/webhooks", &[("url", url)]).await;
    (made.status, made.text)
}

async fn list(bench: &Bench, cookie: &Cookie<'static>) -> String {
    let request = get("/bot/webhooks").insert_header(("accept-language", "en"));
    let page = bench.ask(request.cookie(cookie.clone())).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.text
}

#[actix_web::test]
async fn a_webhooks_secret_is_shown_once() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let farm = bench.sign_in(&bench.link(2).await).await;
    let (status, page) = add(&bench, &shop, SHOP).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let (_, rest) = page.split_once("class=\"token\">").expect("a secret");
    let secret = rest.split('<').next().expect("its text");
    let data = bench.store.bot(bot(1)).await.expect("data");
    let post = NewDelivery {
        id: "1".to_owned(),
        event: "message_received".to_owned(),
        body: b"{}".to_vec(),
    };
    data.post_to_webhooks(post, 1).await.expect("kept");
    let due = data.due_deliveries(1, Vec::new()).await.expect("read").due;
    assert_eq!(due[0].secret.0, secret);

    let page = list(&bench, &shop).await;
    assert!(page.contains(SHOP) && page.contains("Waiting: 1.") && !page.contains(secret));
    assert!(!list(&bench, &farm).await.contains(SHOP));
    // Numbers of webhooks are a bot's own: the farm has none of this number.
    let remove = "/bot/webhooks/1/remove";
    let theirs = send(&bench, &farm, remove, &[]).await;
    assert_eq!(theirs.status, StatusCode::SEE_OTHER);
    assert!(list(&bench, &shop).await.contains(SHOP), "it stays");
    send(&bench, &shop, remove, &[]).await;
    assert!(!list(&bench, &shop).await.contains(SHOP));
}

#[actix_web::test]
async fn a_wrong_address_is_told_and_five_are_enough() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    for wrong in ["", "http://till.example/", "https://127.0.0.1/\"<b>"] {
        let (status, page) = add(&bench, &shop, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.contains("Write an address such as") && !page.contains("<b>\""));
    }
    for _ in 0..5 {
        assert_eq!(add(&bench, &shop, SHOP).await.0, StatusCode::OK);
    }
    let (status, page) = add(&bench, &shop, SHOP).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(page.contains("five webhooks already"), "{page}");
}

#[actix_web::test]
async fn a_dead_letter_is_listed_and_sent_again() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    add(&bench, &shop, SHOP).await;
    let data = bench.store.bot(bot(1)).await.expect("data");
    let post = NewDelivery {
        id: "1".to_owned(),
        event: "bot_connected".to_owned(),
        body: b"{}".to_vec(),
    };
    data.post_to_webhooks(post, 1).await.expect("kept");
    let row = data.due_deliveries(1, Vec::new()).await.expect("read").due[0].row;
    let (at, error) = (2, DeliveryError::Answered(503));
    let given_up = data.tried(row, Tried::GivenUp { at, error }).await;
    given_up.expect("kept");

    let page = list(&bench, &shop).await;
    for told in [
        "Not delivered",
        "bot_connected",
        "It answered 503",
        "Tries: 1.",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let replay = format!("/bot/webhooks/dead-letters/{row}/replay");
    let sent = send(&bench, &shop, &replay, &[]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let page = list(&bench, &shop).await;
    assert!(page.contains("Waiting: 1.") && !page.contains("Not delivered"));
    let again = send(&bench, &shop, &replay, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}
