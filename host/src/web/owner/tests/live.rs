//! The bot's page, live: for whom it goes on, and what it tells of a bot that does not run.

use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;

use super::feed::{ALIVE, Feed};
use super::tokens::send;
use super::{Bench, account, bench, bot, get};
use crate::model::BotRecord;
use crate::web::listeners::SHARE;
use crate::web::live::HEARTBEAT;

async fn page(bench: &Bench, cookie: &Cookie<'static>) -> Feed {
    Feed::of(bench, get("/bot/events").cookie(cookie.clone())).await
}

/// Time passes until a page hears no more; signs of life are all that it hears meanwhile.
async fn ends(bench: &Bench, page: &mut Feed) {
    for _ in 0..10 {
        bench.clock.advance(HEARTBEAT);
        match page.next().await {
            Some(piece) => assert_eq!(piece, ALIVE),
            None => return,
        }
    }
    panic!("it goes on");
}

#[actix_web::test]
async fn a_page_hears_nothing_more_once_its_session_is_over() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let (here, there) = (
        bench.sign_in(&bench.link(1).await).await,
        bench.sign_in(&bench.link(1).await).await,
    );
    let farm = bench.sign_in(&bench.link(2).await).await;
    let mut signs_out = page(&bench, &here).await;
    let mut given_away = page(&bench, &there).await;
    let mut farms = page(&bench, &farm).await;
    for page in [&mut signs_out, &mut given_away, &mut farms] {
        assert_eq!(page.event().await.1["state"], "stopped");
        bench.clock.advance(HEARTBEAT);
        assert_eq!(page.next().await.as_deref(), Some(ALIVE));
    }

    send(&bench, &here, "/bot/sign-out", &[]).await;
    ends(&bench, &mut signs_out).await;
    assert_eq!(bench.shared.listeners.count(), 2, "the others go on");

    let given = Box::new(|record: &mut BotRecord| record.owner = Some(account(9)));
    let given = bench.store.registry().update(bot(1), given).await;
    given.expect("kept");
    ends(&bench, &mut given_away).await;
    assert_eq!(bench.shared.listeners.count(), 1, "the other goes on");

    // Nobody uses the session for a day.
    bench.clock.advance(Duration::from_secs(24 * 60 * 60));
    ends(&bench, &mut farms).await;
    assert_eq!(bench.shared.listeners.count(), 0);
}

#[actix_web::test]
async fn a_page_hears_of_a_bot_that_runs_again() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    let cookie = bench.sign_in(&bench.link(1).await).await;
    let mut page = page(&bench, &cookie).await;
    assert_eq!(page.event().await.1["state"], "stopped");
    bench.fleet.start(bot(1)).await.expect("started");
    bench.opens(1).await;
    bench.clock.advance(HEARTBEAT);
    assert_eq!(page.event().await.1["state"], "open");
    bench.fleet.stop(bot(1)).await.expect("stopped");
    assert_eq!(page.event().await.1["state"], "stopped");
}

#[actix_web::test]
async fn an_owners_pages_and_programs_share_what_a_bot_has_of_places() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let farm = bench.sign_in(&bench.link(2).await).await;
    let mut pages = Vec::new();
    for _ in 0..SHARE {
        pages.push(page(&bench, &shop).await);
    }
    let refused = bench.ask(get("/bot/events").cookie(shop.clone())).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        refused.text.contains("TOO_MANY_LISTENERS"),
        "{}",
        refused.text
    );
    pages.push(page(&bench, &farm).await);
    drop(pages);
    assert_eq!(page(&bench, &shop).await.event().await.0, "status");
}
