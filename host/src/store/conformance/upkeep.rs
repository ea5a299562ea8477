//! The suite's part on what is forgotten in time.

use super::context::{BOUND, by, one, rows};
use super::{ALICE, BOUNDS, Bench, DAY, FORTNIGHT, answer};
use crate::store::{Attempt, Day, Handled, KeptBounds, Page, Wanted};

pub(super) async fn clean_up_forgets_what_is_old_and_done(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let old = one(context.as_ref(), "A1").await;
    let waiting = one(context.as_ref(), "A2").await;
    let answered = Handled {
        outgoing: vec![answer(ALICE, "B1", "one"), answer(ALICE, "B2", "two")],
        ..by("core", old)
    };
    let leaving = context.commit(answered).await.expect("commit");
    let sent = Attempt::Sent { at: 2_100 };
    context.attempted(leaving[0].row, sent).await.expect("sent");
    let clean_up = async |now| context.clean_up(now).await.expect("clean up");
    assert_eq!(clean_up(FORTNIGHT + 2_000).await, 0, "too early");
    assert_eq!(clean_up(FORTNIGHT + 2_001).await, 1);
    assert_eq!(rows(context.as_ref()).await, [waiting]);
    assert_eq!(context.leaving().await.expect("outbox"), leaving[1..]);
    assert_eq!(context.totals().await.expect("totals").sent, 1);
}

pub(super) async fn what_is_old_is_the_operators_to_say(bench: &impl Bench) {
    let bounds = KeptBounds {
        handled_days: 1,
        records_days: 2,
        usage_days: 31,
        ..BOUNDS
    };
    let context = bench.keeping(bounds).await;
    for id in ["A1", "A2"] {
        let row = one(context.as_ref(), id).await;
        let handled = Handled {
            receipt: Some(id.into()),
            ..by("core", row)
        };
        context.commit(handled).await.expect("commit");
    }
    let left = async |now| {
        let forgotten = context.clean_up(now).await.expect("clean up");
        let all = Wanted {
            plugin: None,
            page: Page::Latest(9),
        };
        let receipts = context.receipts(all).await.expect("receipts").len();
        let days = context.days(Day(0)).await.expect("days").len();
        (forgotten, receipts, days)
    };
    assert_eq!(left(DAY + 2_000).await, (0, 2, 1));
    assert_eq!(left(DAY + 2_001).await, (2, 2, 1));
    // The newest receipt stays in any case.
    assert_eq!(left(2 * DAY + 2_001).await, (0, 1, 1));
    assert_eq!(left(32 * DAY).await, (0, 1, 0));
}
