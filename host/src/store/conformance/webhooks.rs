//! Webhooks: the suite's part on what waits for them and what they did not take.

use super::{ALICE, BOB, BOUNDS, Bench, DAY, jid, message, wanted};
use crate::store::{
    Arrival, BotData, Bound, DeliveryError, KeptBounds, NewDelivery, NewWebhook, Row, StoreError,
    Tried, WEBHOOKS_PER_BOT, WebhookSecret,
};

const SHOP: &str = "https://shop.example/hook";
const FARM: &str = "https://farm.example/";

fn hook(url: &str) -> NewWebhook {
    NewWebhook {
        url: url.to_owned(),
        secret: WebhookSecret(format!("secret of {url}")),
        owner: Some(jid(ALICE)),
        made: 5,
    }
}

fn post(id: &str) -> NewDelivery {
    NewDelivery {
        id: id.to_owned(),
        event: "message_received".to_owned(),
        body: format!("body of {id}").into_bytes(),
    }
}

fn posting(id: &str) -> Arrival {
    let event = message(ALICE, ALICE, id, "x");
    Arrival {
        posts: Some(post(id)),
        ..wanted(vec![event]).remove(0)
    }
}

async fn add(context: &BotData, url: &str) {
    let added = context.add_webhook(hook(url)).await;
    assert!(added.expect("kept"), "{url}");
}

/// The ids of what is due, and when the next one is.
async fn due(context: &BotData, now: i64, but: &[Row]) -> (Vec<String>, Option<i64>) {
    let found = context.due_deliveries(now, but.to_vec()).await;
    let found = found.expect("read");
    let ids = found.due.into_iter().map(|due| due.content.id);
    (ids.collect(), found.next)
}

/// The row of the oldest that is due.
async fn first(context: &BotData, now: i64) -> Row {
    let found = context.due_deliveries(now, Vec::new()).await;
    found.expect("read").due.first().expect("one is due").row
}

pub(super) async fn a_delivery_waits_for_each_webhook_until_it_is_taken(bench: &impl Bench) {
    let context = bench.context(10).await;
    context.post_to_webhooks(post("A0"), 9).await.expect("kept");
    assert_eq!(due(&context, 10, &[]).await, (vec![], None), "for nobody");
    add(&context, SHOP).await;
    add(&context, FARM).await;
    for (id, at) in [("A1", 10), ("A2", 11)] {
        context.post_to_webhooks(post(id), at).await.expect("kept");
    }
    let context = bench.reopened(context).await;
    let found = context.due_deliveries(20, Vec::new()).await.expect("read");
    let [shop, farm] = &found.due[..] else {
        panic!("{found:?}");
    };
    assert_eq!((shop.url.as_str(), farm.url.as_str()), (SHOP, FARM));
    assert_eq!(shop.secret, hook(SHOP).secret);
    assert_eq!((&shop.content, shop.at, shop.tries), (&post("A1"), 10, 0));
    assert_eq!(farm.content.id, "A1");

    // The shop takes it; the farm does not.
    let taken = Tried::Taken { at: 21 };
    context.tried(shop.row, taken).await.expect("kept");
    let later = Tried::Later {
        next_try: 50,
        error: DeliveryError::Answered(500),
    };
    context.tried(farm.row, later).await.expect("kept");
    assert_eq!(due(&context, 22, &[]).await.0, ["A2", "A2"]);
    assert_eq!(due(&context, 22, &[shop.webhook]).await.0, ["A2"]);
    assert_eq!(due(&context, 22, &[]).await.1, Some(50));
    let known = context.webhooks().await.expect("read");
    let known: Vec<_> = known
        .iter()
        .map(|hook| (hook.made, hook.delivered, hook.failure, hook.waiting))
        .collect();
    let failure = Some(DeliveryError::Answered(500));
    assert_eq!(known, [(5, Some(21), None, 1), (5, None, failure, 2)]);
    let again = context.due_deliveries(50, vec![shop.webhook]).await;
    let again = &again.expect("read").due[0];
    assert_eq!((again.content.id.as_str(), again.tries), ("A1", 1));

    // Who is removed is posted nothing any more.
    context.remove_webhook(farm.webhook).await.expect("removed");
    context.tried(farm.row, taken).await.expect("it is gone");
    assert_eq!(due(&context, 60, &[]).await, (vec!["A2".to_owned()], None));
}

pub(super) async fn what_a_message_posts_is_kept_with_it_once(bench: &impl Bench) {
    let context = bench.context(2).await;
    add(&context, SHOP).await;
    for _ in 0..2 {
        let arrivals = vec![posting("A1")];
        context.accept(arrivals, 1).await.expect("kept");
    }
    let too_many = ["A2", "A3", "A4"].map(posting).to_vec();
    let refused = context.accept(too_many, 2).await;
    assert!(matches!(refused, Err(StoreError::InboxFull { .. })));
    assert_eq!(context.webhooks().await.expect("read")[0].waiting, 1);
    assert_eq!(due(&context, 3, &[]).await.0, ["A1"]);
}

pub(super) async fn a_dead_letter_is_kept_until_it_is_sent_again(bench: &impl Bench) {
    let context = bench.context(10).await;
    add(&context, SHOP).await;
    for id in ["A1", "A2"] {
        context.post_to_webhooks(post(id), 10).await.expect("kept");
    }
    let error = DeliveryError::Private;
    for at in [20, 30] {
        let given_up = Tried::GivenUp { at, error };
        let row = first(&context, at).await;
        context.tried(row, given_up).await.expect("kept");
    }
    assert_eq!(due(&context, 40, &[]).await, (vec![], None));
    let context = bench.reopened(context).await;
    let dead = context.dead_letters().await.expect("read");
    let told: Vec<_> = dead
        .iter()
        .map(|dead| (dead.url.as_str(), dead.given_up, dead.tries, dead.error))
        .collect();
    assert_eq!(told, [(SHOP, 30, 1, error), (SHOP, 20, 1, error)]);
    let row = dead[1].row;
    assert!(context.replay(row, 50).await.expect("kept"));
    assert!(!context.replay(row, 50).await.expect("kept"), "it waits");
    assert!(!context.replay(99, 50).await.expect("kept"), "none");
    assert_eq!(due(&context, 49, &[]).await, (vec![], Some(50)));
    assert_eq!(due(&context, 50, &[]).await.0, ["A1"]);

    // A month later it is forgotten.
    let later = 30 + 31 * 24 * 3_600_000;
    context.clean_up(later).await.expect("cleaned up");
    assert!(context.dead_letters().await.expect("read").is_empty());
}

pub(super) async fn deliveries_are_bounded_and_the_oldest_go_first(bench: &impl Bench) {
    let context = bench.context(10).await;
    add(&context, SHOP).await;
    let large = |id: &str| NewDelivery {
        body: vec![b'x'; 1024 * 1024],
        ..post(id)
    };
    for n in 1..=5 {
        let post = large(&format!("A{n}"));
        context.post_to_webhooks(post, n).await.expect("kept");
    }
    assert_eq!(due(&context, 9, &[]).await.0, ["A2"]);
    let dead = context.dead_letters().await.expect("read");
    assert_eq!((dead.len(), dead[0].error), (1, DeliveryError::Crowded));
    assert!(
        !context.replay(dead[0].row, 9).await.expect("kept"),
        "there is no room"
    );
    let post_6 = large("A6");
    context.post_to_webhooks(post_6, 6).await.expect("kept");
    let dead = context.dead_letters().await.expect("read");
    assert_eq!((dead.len(), dead[0].given_up), (1, 6), "A1 is forgotten");

    let rows = |rows| Bound {
        rows,
        bytes: 1_000_000,
    };
    let bounds = KeptBounds {
        deliveries: rows(10),
        dead_letters: rows(3),
        dead_letters_days: 7,
        ..BOUNDS
    };
    let context = bench.keeping(bounds).await;
    add(&context, SHOP).await;
    let all = 16;
    for n in 1..=all {
        let post = post(&format!("A{n}"));
        context.post_to_webhooks(post, n).await.expect("kept");
    }
    let waiting = context.webhooks().await.expect("read")[0].waiting;
    assert_eq!(waiting, 10);
    assert_eq!(due(&context, all, &[]).await.0, ["A7"]);
    let dead = async || context.dead_letters().await.expect("read");
    let ats: Vec<_> = dead().await.iter().map(|dead| dead.at).collect();
    assert_eq!(ats, [6, 5, 4]);
    for (now, left) in [(7 * DAY, 3), (8 * DAY, 0)] {
        context.clean_up(now).await.expect("cleaned up");
        assert_eq!(dead().await.len(), left, "{now}");
    }
}

pub(super) async fn webhooks_are_few_and_of_the_owner(bench: &impl Bench) {
    let (context, other) = (bench.context(10).await, bench.context(10).await);
    for _ in 0..WEBHOOKS_PER_BOT {
        add(&context, SHOP).await;
    }
    assert!(!context.add_webhook(hook(FARM)).await.expect("kept"));
    assert!(other.webhooks().await.expect("read").is_empty());
    context.post_to_webhooks(post("A1"), 1).await.expect("kept");
    let alice = jid(ALICE);
    let left = context.keep_webhooks_of(Some(&alice)).await;
    assert_eq!(left.expect("kept"), 5);
    // The bot has changed hands.
    let left = context.keep_webhooks_of(Some(&jid(BOB))).await;
    assert_eq!(left.expect("kept"), 0);
    assert!(context.webhooks().await.expect("read").is_empty());
    assert_eq!(due(&context, 9, &[]).await, (vec![], None));

    let nobodys = NewWebhook {
        owner: None,
        ..hook(FARM)
    };
    assert!(context.add_webhook(nobodys).await.expect("kept"));
    assert_eq!(context.keep_webhooks_of(None).await.expect("kept"), 1);
    context.post_to_webhooks(post("A2"), 2).await.expect("kept");
    context.replace(Vec::new()).await.expect("an import");
    assert_eq!(due(&context, 9, &[]).await.0, ["A2"]);
    context.erase().await.expect("erased");
    assert!(context.webhooks().await.expect("read").is_empty());
    assert_eq!(due(&context, 9, &[]).await, (vec![], None));
}
