//! No page of an owner's keeps them waiting on a slow line, however much there is to show.

use super::tokens::send;
use super::*;
use crate::store::conformance::run_of_plugin;
use crate::store::{DeliveryError, NewDelivery, Tried};

/// The most bytes of a page with all that it loads, before anything is compressed.
pub(in crate::web) const HEAVIEST: usize = 100_000;

/// A text of so many characters that take the most room.
pub(in crate::web) fn long(characters: usize) -> String {
    "🛶".repeat(characters)
}

/// How many bytes a page has with its styles, scripts and pictures.
pub(in crate::web) async fn weight(bench: &Bench, path: &str, cookie: &Cookie<'static>) -> usize {
    let page = bench.ask(get(path).cookie(cookie.clone())).await;
    assert_eq!(page.status, StatusCode::OK, "{path}");
    let mut assets: Vec<&str> = page
        .text
        .split('"')
        .filter(|text| text.starts_with("/static/"))
        .collect();
    assets.sort_unstable();
    assets.dedup();
    assert!(assets.len() >= 3, "{path}: {assets:?}");
    let mut bytes = page.body.len();
    for asset in assets {
        bytes += bench.ask(get(asset)).await.body.len();
    }
    bytes
}

/// A run of a plugin that failed with all that a receipt has room for.
fn receipt() -> String {
    let line = serde_json::json!({"level": "info", "text": "<".repeat(1_024)});
    let receipt = serde_json::json!({
        "event": "0".repeat(32),
        "version": "1.2.0",
        "digest": "0123456789abcdef",
        "used": [[50_000, 50_000], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1]],
        "failure": "<".repeat(200),
        "backtrace": [],
        "log": [line, line, line, line],
    });
    receipt.to_string()
}

#[actix_web::test]
async fn no_page_of_an_owners_is_over_100_kb_however_much_there_is() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let data = bench.store.bot(bot(1)).await.expect("data");
    for n in 0..60 {
        run_of_plugin(&*data, n, "welcome", &receipt()).await;
    }
    // Ampersands take the most room in a page.
    let url = |n: usize| format!("https://till{n}.example/?{}", "&".repeat(470));
    for n in 0..5 {
        let made = send(&bench, &shop, "/bot/webhooks", &[("url", &url(n))]).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    }
    for at in 1..=40 {
        let post = NewDelivery {
            id: at.to_string(),
            event: "bot_disconnected".to_owned(),
            body: b"{}".to_vec(),
        };
        data.post_to_webhooks(post, at).await.expect("kept");
        while let Some(due) = data
            .due_deliveries(at, Vec::new())
            .await
            .expect("read")
            .due
            .pop()
        {
            let error = DeliveryError::Answered(503);
            let given_up = data.tried(due.row, Tried::GivenUp { at, error }).await;
            given_up.expect("kept");
        }
    }
    for n in 0..20 {
        let name = format!("{n} {}", long(30));
        let added = bench.access.add_token(bot(1), name).await;
        added.expect("kept");
    }
    for path in [
        "/bot",
        "/bot/plugins",
        "/bot/plugins/welcome",
        "/bot/plugins/welcome/log",
        "/bot/numbers",
        "/bot/tokens",
        "/bot/webhooks",
        "/bot/data",
        "/bot/data/erase",
        "/bot/log-out",
    ] {
        let bytes = weight(&bench, path, &shop).await;
        assert!(bytes <= HEAVIEST, "{path}: {bytes} bytes");
    }
    let english = |path: &str| get(path).insert_header(("accept-language", "en"));
    let log = bench
        .ask(english("/bot/plugins/welcome/log").cookie(shop.clone()))
        .await;
    assert!(
        log.text
            .contains("More was logged than this page has room for.")
    );
    let hooks = bench.ask(english("/bot/webhooks").cookie(shop)).await;
    assert!(
        hooks.text.contains("The latest 50 of 200 are shown."),
        "{}",
        hooks.text
    );
}
