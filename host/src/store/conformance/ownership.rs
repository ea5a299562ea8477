//! The suite's part on who owns what.

use super::registry::{bot, key};
use super::{ALICE, BOB, Bench, jid};
use crate::model::{BotRole, PhoneNumber};
use crate::store::{Offer, StoreError};

pub(super) async fn system_owners_are_named_and_dropped(bench: &impl Bench) {
    let (_, ownership) = bench.ownership().await;
    let numbers: [PhoneNumber; 2] =
        ["6280000000102", "6280000000101"].map(|number| number.parse().expect("a number"));
    let [bob, alice] = &numbers;
    for (at, number) in [(5, bob), (6, alice), (7, bob)] {
        let named = ownership.name_system_owner(number, at);
        named.await.expect("named");
    }
    let kept = ownership.system_owners().await.expect("kept");
    assert_eq!(kept, numbers, "each once, who was first is first");
    for _ in 0..2 {
        let dropped = ownership.drop_system_owner(bob);
        dropped.await.expect("dropped");
    }
    let kept = ownership.system_owners().await.expect("kept");
    assert_eq!(kept, std::slice::from_ref(alice));
}

pub(super) async fn a_bot_is_given_to_whom_it_is_offered(bench: &impl Bench) {
    let (registry, ownership) = bench.ownership().await;
    let (alice, bob, carol) = (jid(ALICE), jid(BOB), jid("6280000000103@s.whatsapp.net"));
    let mut shop = bot(1, BotRole::Sub);
    shop.owner = Some(alice.clone());
    registry.add(&shop, key(1)).await.expect("add");
    let offer = |taker: &crate::model::Jid, until| Offer {
        bot: shop.id,
        taker: taker.clone(),
        until,
    };
    let offered = async |taker, now| ownership.offered_to(taker, now).await.expect("asked");
    let hand_over = async |taker, now| {
        let done = ownership.hand_over(shop.id, taker, now).await;
        done.expect("no fault").map(|before| before.owner)
    };

    assert_eq!(offered(&bob, 10).await, None);
    assert_eq!(hand_over(&bob, 10).await, None, "it is not offered");
    ownership.offer(offer(&bob, 20)).await.expect("offered");
    assert_eq!(offered(&bob, 19).await, Some(offer(&bob, 20)));
    assert_eq!(offered(&bob, 20).await, None, "it is over");
    let offer_of = async |now| ownership.offer_of(shop.id, now).await.expect("asked");
    assert_eq!(offer_of(19).await, Some(offer(&bob, 20)));
    assert_eq!(offer_of(20).await, None, "it is over");
    assert_eq!(hand_over(&bob, 20).await, None, "it is over");
    assert_eq!(
        hand_over(&carol, 10).await,
        None,
        "it is not offered to her"
    );
    ownership.withdraw(shop.id).await.expect("withdrawn");
    ownership.withdraw(shop.id).await.expect("again");
    assert_eq!(hand_over(&bob, 10).await, None, "it is withdrawn");
    assert_eq!(offer_of(10).await, None, "it is withdrawn");

    let mut cafe = bot(2, BotRole::Sub);
    cafe.owner = Some(bob.clone());
    registry.add(&cafe, key(2)).await.expect("add");
    ownership.offer(offer(&bob, 20)).await.expect("offered");
    assert_eq!(hand_over(&bob, 10).await, None, "he has one");
    ownership.offer(offer(&carol, 20)).await.expect("replaced");
    assert_eq!(offered(&bob, 10).await, None, "it is offered to one person");
    assert_eq!(hand_over(&carol, 10).await, Some(Some(alice)));
    let now = registry.get(shop.id).await.expect("get").expect("there");
    assert_eq!(now.owner, Some(carol.clone()));
    assert_eq!(hand_over(&carol, 10).await, None, "once");

    ownership.offer(offer(&bob, 20)).await.expect("offered");
    registry.remove(shop.id).await.expect("remove");
    assert_eq!(offered(&bob, 10).await, None, "an offer goes with its bot");
    let gone = ownership.offer(offer(&bob, 20)).await;
    assert!(matches!(gone, Err(StoreError::NoSuchBot(_))), "{gone:?}");
}
