//! What an owner sees of days and runs, and takes away or erases, on the bot's page.

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use serde_json::json;

use super::tokens::send;
use super::{Bench, Seen, bench, bot, get};
use crate::bots::archive;
use crate::clock::Clock as _;
use crate::dispatch::tests::private_message;
use crate::model::{Action, Outgoing, SendMessage};
use crate::store::{Arrival, Attempt, Handled, Piece, SettingsChange};

const ALICE: &str = "6280000000101@s.whatsapp.net";

async fn see(bench: &Bench, cookie: &Cookie<'static>, path: &str) -> String {
    let request = get(path).insert_header(("accept-language", "en"));
    let page: Seen = bench.ask(request.cookie(cookie.clone())).await;
    assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
    page.text
}

/// The shop is asked once; a plugin's run is kept, and its answer goes out after a second and a half.
pub(super) async fn answered(bench: &Bench) {
    let data = bench.store.bot(bot(1)).await.expect("data");
    let now = bench.clock.now();
    let arrival = Arrival {
        event: private_message(ALICE, "A1", "!welcome"),
        wanted: true,
        keep: false,
        meets: true,
        gathers: None,
        posts: None,
    };
    let row = data.accept(vec![arrival], now).await.expect("kept").new[0].row;
    let receipt = json!({
        "event": "message", "version": "1.2.0", "digest": "0123456789abcdef",
        "used": [[1_310, 50_000], [2_000, 5_000_000], [65_537, 16_777_216]],
        "failure": "it used more CPU than it may", "log": [{"level": "warn", "text": "<b>late</b>"}],
    });
    let answer = SendMessage {
        chat: ALICE.parse().expect("a jid"),
        text: "Pong".to_owned(),
        media: None,
        poll: None,
        quote: None,
        mentions: Vec::new(),
    };
    let handled = Handled {
        event: row,
        plugin: Some("welcome".to_owned()),
        outgoing: vec![Outgoing {
            id: "B1".parse().expect("an id"),
            action: Action::Send(answer),
        }],
        receipt: Some(receipt.to_string().into_bytes()),
        last: true,
        at: now,
        ..Handled::default()
    };
    let leaving = data.commit(handled).await.expect("kept");
    let sent = Attempt::Sent { at: now + 1_500 };
    data.attempted(leaving[0].row, sent).await.expect("kept");
}

#[actix_web::test]
async fn days_are_drawn_and_told_as_a_table() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let page = see(&bench, &shop, "/bot/numbers").await;
    assert!(page.contains("Nothing in the last thirty days.") && !page.contains("<svg"));
    answered(&bench).await;
    let page = see(&bench, &shop, "/bot/numbers").await;
    // What is sent a moment later may be of the next day.
    assert!((2..=4).contains(&page.matches("<rect ").count()), "{page}");
    assert_eq!(page.matches("role=\"img\"").count(), 2);
    for told in [
        "<table id=\"messages\">",
        "<td>1</td><td>1.6 s</td><td>1.6 s</td>",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    let farm = bench.sign_in(&bench.link(2).await).await;
    let page = see(&bench, &farm, "/bot/numbers").await;
    assert!(!page.contains("<svg"));
}

#[actix_web::test]
async fn a_plugins_runs_are_told_with_what_they_cost() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let log = "/bot/plugins/welcome/log";
    assert!(
        see(&bench, &shop, log)
            .await
            .contains("It has not run in your bot lately.")
    );
    answered(&bench).await;
    let page = see(&bench, &shop, log).await;
    for told in [
        "1.3 ms on the processor, 2.0 ms in all, 65 KiB of memory",
        "it used more CPU than it may",
        "<b>warn</b> &#60;b&#62;late",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    assert!(
        !see(&bench, &shop, "/bot/plugins/greeter/log")
            .await
            .contains("ms on the")
    );
    let none = get("/bot/plugins/none/log").cookie(shop.clone());
    assert_eq!(bench.ask(none).await.status, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn data_is_taken_away_and_erased() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    answered(&bench).await;
    let data = bench.store.bot(bot(1)).await.expect("data");
    let change = SettingsChange {
        language: Some("es".to_owned()),
        prefixes: None,
    };
    data.change_settings(change).await.expect("kept");
    let pieces = data.pieces().await.expect("read");

    assert!(
        see(&bench, &shop, "/bot/data")
            .await
            .contains("/bot/data/export")
    );
    let file = send(&bench, &shop, "/bot/data/export", &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    let disposition = file.header("content-disposition");
    assert!(
        disposition.starts_with("attachment; filename=\"6280000000201-"),
        "{disposition}"
    );
    assert_eq!(file.header("content-type"), "application/zstd");
    let taken = archive::read(&file.body[..]).expect("an archive");
    assert_eq!(taken.pieces, pieces);

    let confirm = see(&bench, &shop, "/bot/data/erase").await;
    assert!(confirm.contains("<dt>People</dt><dd>1</dd>"), "{confirm}");
    assert_eq!(
        data.pieces().await.expect("read"),
        pieces,
        "nothing is erased yet"
    );
    let erased = send(&bench, &shop, "/bot/data/erase", &[]).await;
    assert_eq!(erased.status, StatusCode::SEE_OTHER);
    // How many messages there were today stays: the day's limit goes by it.
    let left = data.pieces().await.expect("read");
    assert!(matches!(left.as_slice(), [Piece::Day { .. }]), "{left:?}");
    assert!(bench.record(1).await.is_some(), "the bot stays");
    assert!(
        see(&bench, &shop, "/bot/data?erased")
            .await
            .contains("Erased.")
    );
}
