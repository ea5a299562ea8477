//! The host's figures, live.

use std::time::Duration;

use super::{bench, fields, sign_in};
use crate::web::owner::tests::feed::Feed;
use crate::web::owner::tests::{Bench, get};

/// How often figures are told.
const PAUSE: Duration = Duration::from_secs(3);

/// Time passes until there are no more figures.
async fn ends(bench: &Bench, figures: &mut Feed) {
    for _ in 0..10 {
        bench.clock.advance(PAUSE);
        if figures.next().await.is_none() {
            return;
        }
    }
    panic!("it goes on");
}

#[actix_web::test]
async fn the_figures_go_on_until_the_operator_signs_out() {
    let bench = bench().await;
    let (here, proof) = sign_in(&bench).await;
    let (there, _) = sign_in(&bench).await;
    let figures = async |cookie| Feed::of(&bench, get("/operator/events").cookie(cookie)).await;
    let mut signs_out = figures(here.clone()).await;
    let mut stays = figures(there).await;
    for feed in [&mut signs_out, &mut stays] {
        for _ in 0..2 {
            assert_eq!(feed.event().await.0, "figures");
            bench.clock.advance(PAUSE);
        }
    }
    let form = fields("/operator/sign-out", &[("form", &proof)]);
    bench.ask(form.cookie(here)).await;
    ends(&bench, &mut signs_out).await;
    assert_eq!(stays.event().await.0, "figures");

    // Nobody uses the session for two hours.
    bench.clock.advance(Duration::from_secs(2 * 60 * 60));
    ends(&bench, &mut stays).await;
    assert_eq!(bench.shared.listeners.count(), 0);
}
