//! Polls that are remembered for their votes.

use super::{ALICE, BOB, BOUNDS, Bench, GROUP, answer, id, jid};
use crate::model::{Action, Outgoing, Poll};
use crate::store::{DataContext, KeptBounds};

fn poll(name: &str) -> Poll {
    Poll {
        plugin: "poll".to_owned(),
        name: name.to_owned(),
        options: vec!["tea".to_owned(), "coffee".to_owned()],
        several: false,
        secret: vec![7; 32],
    }
}

/// A poll on its way out.
fn sent(chat: &str, message_id: &str, name: &str) -> Outgoing {
    let mut outgoing = answer(chat, message_id, "Tea or coffee?");
    if let Action::Send(message) = &mut outgoing.action {
        message.poll = Some(Box::new(poll(name)));
    }
    outgoing
}

async fn known(context: &dyn DataContext, chat: &str, message_id: &str) -> Option<Poll> {
    let found = context.poll(&jid(chat), &id(message_id)).await;
    found.expect("polls")
}

pub(super) async fn a_poll_is_remembered_from_its_commit_on(bench: &impl Bench) {
    let context = bench.context(10).await;
    let outgoing = vec![sent(GROUP, "P1", "one"), answer(GROUP, "A1", "no poll")];
    context.post(outgoing).await.expect("posted");
    assert_eq!(known(&*context, GROUP, "P1").await, Some(poll("one")));
    assert_eq!(known(&*context, GROUP, "A1").await, None);
    assert_eq!(known(&*context, BOB, "P1").await, None, "of another chat");
}

pub(super) async fn the_oldest_polls_are_forgotten_and_all_by_an_erasure(bench: &impl Bench) {
    let context = bench.keeping(KeptBounds { polls: 3, ..BOUNDS }).await;
    for number in 0..=3 {
        let outgoing = vec![sent(ALICE, &format!("P{number}"), "x")];
        context.post(outgoing).await.expect("posted");
    }
    assert_eq!(known(&*context, ALICE, "P0").await, None);
    assert_eq!(known(&*context, ALICE, "P1").await, Some(poll("x")));
    assert_eq!(known(&*context, ALICE, "P3").await, Some(poll("x")));
    context.erase().await.expect("erased");
    assert_eq!(known(&*context, ALICE, "P3").await, None);
}
