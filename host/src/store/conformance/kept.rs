//! The suite's part on messages that are kept for what may happen to them.

use super::context::BOUND;
use super::{ALICE, BOB, BOUNDS, Bench, DAY, GROUP, id, message, person};
use crate::model::EventKind;
use crate::store::{Arrival, BotData, Bound, KeptBounds};

/// A group's message that is kept, and what happens to it.
fn happening(sender: &str, message_id: &str, kind: EventKind) -> Arrival {
    let mut event = message(GROUP, sender, message_id, "");
    event.kind = kind;
    Arrival {
        event,
        wanted: true,
        keep: true,
        meets: false,
        gathers: None,
        posts: None,
    }
}

fn kept(sender: &str, message_id: &str, text: &str) -> Arrival {
    Arrival {
        event: message(GROUP, sender, message_id, text),
        wanted: false,
        keep: true,
        meets: false,
        gathers: None,
        posts: None,
    }
}

fn edit(sender: &str, message_id: &str, target: &str, text: &str) -> Arrival {
    let kind = EventKind::MessageEdit {
        target: id(target),
        text: text.to_owned(),
    };
    happening(sender, message_id, kind)
}

fn deletion(sender: &str, message_id: &str, target: &str, author: &str) -> Arrival {
    let kind = EventKind::MessageDelete {
        target: id(target),
        author: person(author),
    };
    happening(sender, message_id, kind)
}

/// The text of what each waiting event is about.
async fn originals(context: &BotData) -> Vec<Option<String>> {
    let mut texts = Vec::new();
    for waiting in context.waiting().await.expect("waiting") {
        let unhandled = context.unhandled(waiting.row).await.expect("unhandled");
        let original = unhandled.expect("it waits").original;
        texts.push(original.map(|kept| kept.message.text));
    }
    texts
}

pub(super) async fn what_happens_to_a_message_finds_it_as_it_was(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let arrivals = vec![
        kept(ALICE, "A1", "one"),
        edit(ALICE, "A2", "A1", "two"),
        edit(ALICE, "A3", "A1", "three"),
        happening(
            BOB,
            "B1",
            EventKind::Reaction {
                target: id("A1"),
                emoji: "x".to_owned(),
            },
        ),
        deletion(ALICE, "A4", "A1", ALICE),
        deletion(ALICE, "A5", "unknown", ALICE),
    ];
    context.accept(arrivals, 1).await.expect("accept");
    let expected = [Some("one"), Some("two"), Some("three"), Some("three"), None];
    assert_eq!(
        originals(&context).await,
        expected.map(|text| text.map(str::to_owned))
    );
    let context = bench.reopened(context).await;
    assert_eq!(originals(&context).await.len(), expected.len());
    assert_eq!(originals(&context).await[0].as_deref(), Some("one"));
}

pub(super) async fn nobody_speaks_of_anothers_message_as_their_own(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let arrivals = vec![
        kept(ALICE, "A1", "hers"),
        edit(BOB, "B1", "A1", "forged"),
        deletion(BOB, "B2", "A1", BOB),
        deletion(ALICE, "A2", "A1", ALICE),
    ];
    context.accept(arrivals, 1).await.expect("accept");
    let expected = [None, None, Some("hers".to_owned())];
    assert_eq!(originals(&context).await, expected);
}

pub(super) async fn kept_messages_are_bounded_and_the_oldest_go_first(bench: &impl Bench) {
    // By bytes: three of these are more than is allowed, two are not.
    let messages = Bound {
        rows: 9,
        bytes: 10_000,
    };
    the_first_of_three_goes(bench, messages, &"x".repeat(4_000)).await;
    // By rows.
    let messages = Bound {
        rows: 2,
        bytes: 10_000,
    };
    the_first_of_three_goes(bench, messages, "x").await;
}

async fn the_first_of_three_goes(bench: &impl Bench, messages: Bound, text: &str) {
    let bounds = KeptBounds {
        messages,
        messages_days: 2,
        ..BOUNDS
    };
    let context = bench.keeping(bounds).await;
    for message_id in ["A1", "A2", "A3"] {
        let arrival = kept(ALICE, message_id, text);
        context.accept(vec![arrival], 1).await.expect("accept");
    }
    let deletions =
        ["A1", "A2", "A3"].map(|target| deletion(ALICE, &format!("D{target}"), target, ALICE));
    context.accept(deletions.to_vec(), 1).await.expect("accept");
    let found: Vec<bool> = originals(&context)
        .await
        .iter()
        .map(Option::is_some)
        .collect();
    assert_eq!(found, [false, true, true]);
    // Days later nobody can delete them any more.
    for (now, message_id, is_there) in [(DAY, "D4", true), (3 * DAY, "D5", false)] {
        context.clean_up(now).await.expect("clean up");
        context
            .accept(vec![deletion(ALICE, message_id, "A3", ALICE)], 1)
            .await
            .expect("accept");
        let original = originals(&context).await.pop().expect("the deletion");
        assert_eq!(original.is_some(), is_there, "{message_id}");
    }
}
