//! Every fault, as an unmodified client meets it, and that it recovers where it should.

use std::time::Duration;

use jadi_simulator::{ChatId, SimClock};
use wacore::types::events::Event;

use crate::support::{
    ALICE, SHOP, TestBot, alice_and_shop, finish, phone_hears, world_with_clock, write,
};

/// The bot still answers: a message reaches it and its answer comes back.
async fn still_talks(alice: &jadi_simulator::Phone, bot: &mut TestBot) {
    let mut events = alice.subscribe();
    write(alice, SHOP, "still there?").await;
    let heard = bot.next_messages(1).await;
    assert_eq!(heard[0].text, "still there?");
    bot.say(&alice.jid(), "yes").await;
    assert_eq!(phone_hears(&mut events).await.text, "yes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_connection_comes_back() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    sim.faults().drop_connection(SHOP);
    bot.wait_connected().await;
    still_talks(&alice, &mut bot).await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_network_messages_wait_until_it_returns() {
    let (sim, alice, shop, mut bot) = alice_and_shop().await;
    sim.faults().refuse_connections(SHOP, true);
    bot.wait("Disconnected", |event| {
        matches!(event, Event::Disconnected(_)).then_some(())
    })
    .await;
    write(&alice, SHOP, "while you were away").await;
    assert!(!shop.linked_devices()[0].connected);
    sim.faults().refuse_connections(SHOP, false);
    assert_eq!(bot.next_messages(1).await[0].text, "while you were away");
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stream_errors_end_in_a_new_login() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    for code in [503, 515] {
        sim.faults().stream_error(SHOP, code);
        bot.wait_connected().await;
    }
    still_talks(&alice, &mut bot).await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_client_does_not_fight() {
    let (sim, _alice, shop, mut bot) = alice_and_shop().await;
    sim.faults().replaced(SHOP);
    bot.wait("StreamReplaced", |event| {
        matches!(event, Event::StreamReplaced(_)).then_some(())
    })
    .await;
    sim.idle().await;
    assert!(!shop.linked_devices()[0].connected);
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_login_of_a_device_replaces_the_first() {
    let (sim, alice, _shop, mut first) = alice_and_shop().await;
    let mut second = first.twin().await;
    second.wait_connected().await;
    first
        .wait("StreamReplaced", |event| {
            matches!(event, Event::StreamReplaced(_)).then_some(())
        })
        .await;
    still_talks(&alice, &mut second).await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_was_logged_out_meanwhile_learns_it_at_login() {
    let (sim, _alice, shop, mut bot) = alice_and_shop().await;
    sim.faults().log_out(SHOP);
    sim.faults().drop_connection(SHOP);
    let on_connect = bot
        .wait("LoggedOut", |event| match event {
            Event::LoggedOut(logged_out) => Some(logged_out.on_connect),
            _ => None,
        })
        .await;
    assert!(on_connect);
    assert!(shop.linked_devices().is_empty());
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_ends_when_its_time_is_over() {
    let clock = SimClock::system();
    let sim = world_with_clock(clock.clone()).await;
    let alice = sim.add_phone("alice", ALICE).await.unwrap();
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let mut bot = TestBot::paired(&sim, &shop).await;
    sim.faults().temporary_ban(SHOP, Duration::from_secs(3600));
    let expire = bot
        .wait("TemporaryBan", |event| match event {
            Event::TemporaryBan(ban) => Some(ban.expire.num_seconds()),
            _ => None,
        })
        .await;
    assert!((3590..=3600).contains(&expire), "the ban lasts {expire} s");
    clock.advance(Duration::from_secs(3601));
    bot.restart().await;
    bot.wait_connected().await;
    still_talks(&alice, &mut bot).await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outdated_client_is_told() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    sim.faults().client_outdated(SHOP);
    bot.wait("ClientOutdated", |event| {
        matches!(event, Event::ClientOutdated(_)).then_some(())
    })
    .await;
    sim.faults().clear(SHOP);
    bot.restart().await;
    bot.wait_connected().await;
    still_talks(&alice, &mut bot).await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_ack_does_not_lose_the_message() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let mut events = alice.subscribe();
    sim.faults().lose_next_ack(SHOP, 1);
    let first = bot.say(&alice.jid(), "first").await;
    let second = bot.say(&alice.jid(), "second").await;
    assert_eq!(phone_hears(&mut events).await.key.id, first);
    assert_eq!(phone_hears(&mut events).await.key.id, second);
    let acked = bot
        .wait("an ack", |event| match event {
            Event::ServerAck(ack) if *ack.id == *first || *ack.id == *second => {
                Some(ack.id.to_string())
            }
            _ => None,
        })
        .await;
    assert_eq!(acked, second, "only the second is acknowledged");
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_out_of_order_are_all_read() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    write(&alice, SHOP, "zero").await;
    bot.next_message().await;
    sim.faults().reorder_next(SHOP, 3);
    for text in ["one", "two", "three"] {
        write(&alice, SHOP, text).await;
    }
    let texts: Vec<String> = bot
        .next_messages(3)
        .await
        .into_iter()
        .map(|heard| heard.text)
        .collect();
    assert_eq!(texts, ["three", "two", "one"]);
    still_talks(&alice, &mut bot).await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_duplicate_is_told_from_a_second_message() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    sim.faults().duplicate_next(SHOP, 1);
    write(&alice, SHOP, "once").await;
    assert_eq!(bot.next_message().await.text, "once");
    write(&alice, SHOP, "twice").await;
    assert_eq!(
        bot.next_message().await.text,
        "twice",
        "the copy is not a message of its own"
    );
    // A phone counts what came twice: the same id sent again by its sender.
    let id = bot.say(&alice.jid(), "answer").await;
    bot.say_with_id(&alice.jid(), "answer", &id).await;
    sim.idle().await;
    let shown = alice.messages(&ChatId::direct(SHOP));
    assert_eq!(
        shown
            .iter()
            .filter(|message| message.text == "answer")
            .count(),
        1
    );
    assert_eq!(alice.duplicates().len(), 1);
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_survived() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    sim.faults().garbage_frame(SHOP);
    still_talks(&alice, &mut bot).await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_network_only_takes_longer() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let delay = Duration::from_millis(200);
    sim.faults().slow(SHOP, delay);
    let started = std::time::Instant::now();
    still_talks(&alice, &mut bot).await;
    assert!(
        started.elapsed() >= delay,
        "the message came after {:?}",
        started.elapsed()
    );
    sim.faults().slow(SHOP, Duration::ZERO);
    still_talks(&alice, &mut bot).await;
    finish(sim).await;
}
