//! Chats between two people, one of them a bot.

use jadi_simulator::{ChatId, MessageKey};

use crate::support::{ALICE, SHOP, alice_and_shop, finish, phone_hears, write};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_goes_there_and_back() {
    let (sim, alice, shop, mut bot) = alice_and_shop().await;
    let mut heard_by_alice = alice.subscribe();
    let key = write(&alice, SHOP, "!ping").await;
    let heard = bot.next_message().await;
    assert_eq!(
        (heard.text.as_str(), heard.id.as_str()),
        ("!ping", key.id.as_str())
    );
    assert_eq!(heard.sender.user, ALICE);
    assert!(!heard.from_me);
    let id = bot.say(&alice.jid(), "Pong").await;
    let pong = phone_hears(&mut heard_by_alice).await;
    assert_eq!(pong.text, "Pong");
    assert_eq!(
        pong.key,
        MessageKey {
            chat: ChatId::direct(SHOP),
            sender: SHOP.into(),
            id
        }
    );

    // The bot's own phone shows both sides of its chat.
    sim.idle().await;
    let texts: Vec<(String, bool)> = shop
        .messages(&ChatId::direct(ALICE))
        .into_iter()
        .map(|message| (message.text, message.from_me))
        .collect();
    assert_eq!(
        texts,
        [("!ping".to_owned(), false), ("Pong".to_owned(), true)]
    );
    assert!(alice.duplicates().is_empty() && shop.duplicates().is_empty());
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_while_the_bot_was_away_comes_when_it_is_back() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    write(&alice, SHOP, "first").await;
    assert_eq!(bot.next_message().await.text, "first");
    sim.idle().await;
    bot.stop().await;
    write(&alice, SHOP, "second").await;
    write(&alice, SHOP, "third").await;
    bot.restart().await;
    let texts: Vec<String> = bot
        .next_messages(2)
        .await
        .into_iter()
        .map(|heard| heard.text)
        .collect();
    assert_eq!(texts, ["second", "third"]);
    sim.idle().await;
    bot.restart().await;
    bot.wait_connected().await;
    write(&alice, SHOP, "fourth").await;
    let next = bot.next_messages(1).await;
    assert_eq!(
        next[0].text, "fourth",
        "what was acknowledged must not come again"
    );
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_was_offline_catches_up() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    write(&alice, SHOP, "hello").await;
    bot.next_message().await;
    alice.set_online(false);
    bot.say(&alice.jid(), "are you there?").await;
    assert!(
        alice
            .messages(&ChatId::direct(SHOP))
            .iter()
            .all(|message| message.from_me)
    );
    let mut events = alice.subscribe();
    alice.set_online(true);
    assert_eq!(phone_hears(&mut events).await.text, "are you there?");
    finish(sim).await;
}
