//! The suite's part on messages that go out.

use super::context::{BOUND, by, one};
use super::{ALICE, BOB, Bench, answer, jid};
use crate::store::{Attempt, Handled, Leaving, Totals};

pub(super) async fn a_message_leaves_once(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let row = one(context.as_ref(), "A1").await;
    let outgoing = vec![answer(ALICE, "B1", "one"), answer(ALICE, "B2", "two")];
    let handled = Handled {
        outgoing: outgoing.clone(),
        ..by("core", row)
    };
    let leaving = context.commit(handled).await.expect("commit");
    let [first, second]: [Leaving; 2] = leaving.try_into().expect("two");

    let later = Attempt::Later { next_try: 9_000 };
    context.attempted(first.row, later).await.expect("later");
    let unsent = context
        .unsent(first.row)
        .await
        .expect("read")
        .expect("there");
    assert_eq!((unsent.attempts, unsent.next_try), (1, 9_000));
    assert_eq!(unsent.outgoing, outgoing[0], "the same id on every attempt");

    for _ in 0..2 {
        let sent = Attempt::Sent { at: 9_100 };
        context.attempted(first.row, sent).await.expect("sent");
    }
    let refused = Attempt::GivenUp;
    context
        .attempted(second.row, refused)
        .await
        .expect("given up");
    assert!(context.leaving().await.expect("outbox").is_empty());
    assert_eq!(context.unsent(first.row).await.expect("read"), None);
    let totals = context.totals().await.expect("totals");
    assert_eq!(
        totals,
        Totals {
            received: 1,
            sent: 1
        }
    );
}

pub(super) async fn what_no_event_caused_leaves_once_and_in_order(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    assert_eq!(context.post(Vec::new()).await.expect("nothing"), []);
    let news = ["one", "two"].map(|text| answer(ALICE, &format!("N-{text}"), text));
    let posted = context.post(news.to_vec()).await.expect("posted");
    let chats: Vec<_> = posted.iter().map(|leaving| &leaving.chat).collect();
    assert_eq!(chats, [&jid(ALICE), &jid(ALICE)]);
    // What an event causes afterwards leaves after it, whatever became of the event.
    let row = one(context.as_ref(), "A1").await;
    let handled = Handled {
        outgoing: vec![answer(BOB, "B1", "three")],
        ..by("core", row)
    };
    let answered = context.commit(handled).await.expect("commit");
    let all = [posted.clone(), answered].concat();
    assert_eq!(context.leaving().await.expect("outbox"), all);

    let context = bench.reopened(context).await;
    assert_eq!(context.leaving().await.expect("outbox"), all);
    for (leaving, outgoing) in posted.iter().zip(&news) {
        let unsent = context.unsent(leaving.row).await.expect("read");
        let unsent = unsent.expect("there");
        assert_eq!((&unsent.outgoing, unsent.attempts), (outgoing, 0));
        let sent = Attempt::Sent { at: 5_000 };
        context.attempted(leaving.row, sent).await.expect("sent");
    }
    assert_eq!(context.leaving().await.expect("outbox"), all[2..]);
    assert_eq!(context.totals().await.expect("totals").sent, 2);
}
