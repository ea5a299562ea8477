//! What a person sees of the bot beside its answers: two ticks on what it has received, and nobody "online".

use jadi_demo::MAIN_NUMBER;
use jadi_demo::world::World;
use jadi_simulator::{ChatId, MessageKey, Outgoing, Phone, PhoneEvent, ReceiptKind};
use tokio::sync::broadcast;

use super::support::{ALICE, BOB, DEADLINE, event, finish, main_chat, options, world};

/// Writes something that is no command, so that nothing but a receipt comes back.
async fn remark(phone: &Phone, chat: &ChatId) -> MessageKey {
    let sent = phone.send(chat, Outgoing::text("good morning")).await;
    sent.expect("it is sent")
}

/// What the bot's first receipt for this message says.
async fn ticks(events: &mut broadcast::Receiver<PhoneEvent>, of: &MessageKey) -> ReceiptKind {
    event(events, "receipt", |event| match event {
        PhoneEvent::Receipt { key, from, kind } if key == of && from == MAIN_NUMBER => Some(*kind),
        _ => None,
    })
    .await
}

/// Whether others see the bot's account as online.
async fn is_online(world: &World) -> bool {
    world.idle().await.expect("all is told");
    let main = world.phone("main", MAIN_NUMBER).await.expect("a phone");
    let devices = main.linked_devices();
    assert!(devices.iter().any(|device| device.connected), "{devices:?}");
    devices.iter().any(|device| device.available)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bot_has_received_has_two_ticks_and_nobody_is_online() {
    let mut world = world(options()).await;
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    let bob = world.phone("bob", BOB).await.expect("a phone");
    let members = [BOB.to_owned(), MAIN_NUMBER.to_owned()];
    let group = alice.create_group("friends", &members).await;
    let group = ChatId::group(group.expect("a group").jid);
    // What the bot's own phone receives would have two ticks without the bot.
    let main = world.phone("main", MAIN_NUMBER).await.expect("a phone");
    main.set_online(false);
    let (mut at_alice, mut at_bob) = (alice.subscribe(), bob.subscribe());

    let direct = remark(&alice, &main_chat()).await;
    assert_eq!(ticks(&mut at_alice, &direct).await, ReceiptKind::Delivered);
    let in_group = remark(&bob, &group).await;
    assert_eq!(ticks(&mut at_bob, &in_group).await, ReceiptKind::Delivered);
    assert!(!is_online(&world).await);

    // While the bot is away there is one tick. It comes back by itself as "somebody is there", and takes that back.
    world.kill_host().await.expect("it ran");
    let waiting = remark(&alice, &main_chat()).await;
    world.simulator().idle().await;
    let shown = alice.messages(&main_chat());
    let last = shown.last().expect("it is shown");
    assert_eq!((&last.key, last.receipts.len()), (&waiting, 0));
    world.start_host().await.expect("it starts again");
    world
        .wait_for_main("open", DEADLINE)
        .await
        .expect("it opens");
    assert_eq!(ticks(&mut at_alice, &waiting).await, ReceiptKind::Delivered);
    assert!(!is_online(&world).await);
    let direct = remark(&alice, &main_chat()).await;
    assert_eq!(ticks(&mut at_alice, &direct).await, ReceiptKind::Delivered);
    finish(world).await;
}
