//! What surrounds a message: receipts, resends, several devices of one account, quotes, typing.

use jadi_simulator::{Body, ChatId, Outgoing, PhoneEvent, ReceiptKind};
use wacore::types::events::Event;
use wacore::types::presence::ReceiptType;
use wacore_binary::Jid;

use crate::support::{
    ALICE, BOB, SHOP, TestBot, alice_and_shop, finish, friends, phone_event, phone_hears, write,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_go_both_ways() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let mut events = alice.subscribe();
    bot.client().set_force_active_delivery_receipts(true);
    let key = write(&alice, SHOP, "hello").await;
    let receipt = |event: &PhoneEvent| match event {
        PhoneEvent::Receipt { key, from, kind } => Some((key.clone(), from.clone(), *kind)),
        _ => None,
    };
    let heard = bot.next_message().await;
    let delivered = phone_event(&mut events, "delivery receipt", receipt).await;
    assert_eq!(
        delivered,
        (key.clone(), SHOP.to_owned(), ReceiptKind::Delivered)
    );
    bot.client()
        .mark_as_read(&heard.chat, None, &[&heard.id])
        .await
        .unwrap();
    let read = phone_event(&mut events, "read receipt", receipt).await;
    assert_eq!(read, (key, SHOP.to_owned(), ReceiptKind::Read));

    let id = bot.say(&alice.jid(), "hi").await;
    let got = |wanted: fn(&ReceiptType) -> bool, id: String| {
        move |event: &Event| match event {
            Event::Receipt(receipt) if wanted(&receipt.r#type) => receipt
                .message_ids
                .iter()
                .any(|got| **got == *id)
                .then_some(()),
            _ => None,
        }
    };
    bot.wait(
        "delivery receipt",
        got(|kind| matches!(kind, ReceiptType::Delivered), id.clone()),
    )
    .await;
    alice.mark_read(&ChatId::direct(SHOP)).await.unwrap();
    bot.wait(
        "read receipt",
        got(|kind| matches!(kind, ReceiptType::Read), id),
    )
    .await;
    assert!(alice.chats().iter().all(|chat| chat.unread == 0));
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_message_is_asked_for_again_by_a_bot() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    write(&alice, SHOP, "first").await;
    bot.next_message().await;
    sim.faults().corrupt_next(SHOP, 1);
    write(&alice, SHOP, "second").await;
    assert_eq!(bot.next_message().await.text, "second");
    write(&alice, SHOP, "third").await;
    assert_eq!(bot.next_message().await.text, "third");
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_message_is_asked_for_again_by_a_phone() {
    let (sim, alice, _shop, bot) = alice_and_shop().await;
    let mut events = alice.subscribe();
    bot.say(&alice.jid(), "first").await;
    phone_hears(&mut events).await;
    sim.faults().corrupt_next_sent(SHOP, 1);
    bot.say(&alice.jid(), "second").await;
    assert_eq!(phone_hears(&mut events).await.text, "second");
    let shown = alice.messages(&ChatId::direct(SHOP));
    assert_eq!(
        shown.len(),
        2,
        "the resend takes the place of the unreadable one"
    );
    assert!(shown.iter().all(|message| message.body == Body::Text));
    assert!(alice.duplicates().is_empty());
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_group_message_is_sent_again_both_ways() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let bob = sim.add_phone("bob", BOB).await.unwrap();
    let (group, chat) = friends(&alice, &[BOB, SHOP]).await;
    let mut bob_events = bob.subscribe();
    bot.wait("the group", |event| {
        matches!(event, Event::GroupUpdate(_)).then_some(())
    })
    .await;
    sim.faults().corrupt_next(SHOP, 1);
    alice
        .send(&chat, Outgoing::text("to the bot"))
        .await
        .unwrap();
    assert_eq!(bot.next_message().await.text, "to the bot");
    assert_eq!(phone_hears(&mut bob_events).await.text, "to the bot");
    sim.faults().corrupt_next_sent(SHOP, 1);
    bot.say(&group, "from the bot").await;
    assert_eq!(phone_hears(&mut bob_events).await.text, "from the bot");
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_devices_of_an_account_see_the_same_chat() {
    let (sim, alice, shop, mut first) = alice_and_shop().await;
    let mut second = TestBot::paired(&sim, &shop).await;
    assert_eq!(shop.linked_devices().len(), 2);
    let mut events = alice.subscribe();
    write(&alice, SHOP, "hello both").await;
    assert_eq!(first.next_message().await.text, "hello both");
    assert_eq!(second.next_message().await.text, "hello both");
    first.say(&alice.jid(), "from the first").await;
    assert_eq!(phone_hears(&mut events).await.text, "from the first");
    let echoed = second.next_message().await;
    assert!(echoed.from_me);
    assert_eq!(
        (echoed.text.as_str(), echoed.chat.user.as_str()),
        ("from the first", ALICE)
    );
    sim.idle().await;
    assert_eq!(shop.messages(&ChatId::direct(ALICE)).len(), 2);
    assert!(alice.duplicates().is_empty() && shop.duplicates().is_empty());
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_phone_says_reaches_its_companion() {
    let (sim, alice, shop, mut bot) = alice_and_shop().await;
    let mut events = alice.subscribe();
    write(&shop, ALICE, "typed on the phone").await;
    assert_eq!(phone_hears(&mut events).await.text, "typed on the phone");
    let heard = bot.next_message().await;
    assert!(heard.from_me);
    assert_eq!(
        (heard.text.as_str(), heard.chat.user.as_str()),
        ("typed on the phone", ALICE)
    );
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_chats_with_a_bot() {
    let (sim, alice, _shop, mut shop_bot) = alice_and_shop().await;
    let mut alice_bot = TestBot::paired(&sim, &alice).await;
    alice_bot
        .say(&format!("{SHOP}@s.whatsapp.net"), "are you a bot?")
        .await;
    let asked = shop_bot.next_message().await;
    assert_eq!(asked.text, "are you a bot?");
    shop_bot.say(&asked.chat.to_string(), "so are you").await;
    assert_eq!(alice_bot.next_message().await.text, "so are you");
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_and_mentions_arrive() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let (_, chat) = friends(&alice, &[SHOP]).await;
    let first = alice.send(&chat, Outgoing::text("look")).await.unwrap();
    bot.next_message().await;
    let answer = Outgoing {
        quote: Some(first.clone()),
        mentions: vec![SHOP.to_owned()],
        ..Outgoing::text(format!("@{SHOP} see above"))
    };
    alice.send(&chat, answer).await.unwrap();
    let heard = bot.next_message().await.message;
    let context = heard
        .extended_text_message
        .as_option()
        .and_then(|text| text.context_info.as_option())
        .unwrap();
    assert_eq!(context.stanza_id.as_deref(), Some(first.id.as_str()));
    assert_eq!(context.participant.clone(), Some(alice.lid()));
    let shop_lid = sim.phone_by_number(SHOP).unwrap().lid();
    assert_eq!(context.mentioned_jid, [shop_lid]);
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typing_is_seen_on_both_sides() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let mut events = alice.subscribe();
    alice.set_typing(&ChatId::direct(SHOP), true);
    bot.wait("typing", |event| {
        matches!(event, Event::ChatPresence(_)).then_some(())
    })
    .await;
    let to: Jid = alice.jid().parse().unwrap();
    bot.client().chatstate().send_composing(&to).await.unwrap();
    let typing = phone_event(&mut events, "typing", |event| match event {
        PhoneEvent::Typing { from, typing, .. } => Some((from.clone(), *typing)),
        _ => None,
    })
    .await;
    assert_eq!(typing, (SHOP.to_owned(), true));
    finish(sim).await;
}
