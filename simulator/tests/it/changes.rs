//! Reactions, edits and deletions, from both sides.

use jadi_simulator::{ChatId, DeletedBy, GroupChange, MessageKey, Outgoing, PhoneEvent};
use wacore_binary::Jid;
use waproto::whatsapp as wa;
use waproto::whatsapp::message::protocol_message::Type;
use whatsapp_rust::send::RevokeType;

use crate::support::{
    ALICE, BOB, SHOP, alice_and_shop, deletion, finish, friends, phone_event, phone_hears, write,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_reacts_edits_and_deletes() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let key = write(&alice, SHOP, "helo").await;
    bot.next_message().await;
    alice.edit(&key, "hello").await.unwrap();
    let edit = bot.next_message().await.message;
    let edited = edit
        .edited_message
        .as_option()
        .and_then(|wrapper| wrapper.message.as_option())
        .cloned();
    let protocol = edited
        .unwrap_or_else(|| (*edit).clone())
        .protocol_message
        .into_option()
        .expect("an edit");
    assert_eq!(
        protocol.key.as_option().and_then(|key| key.id.clone()),
        Some(key.id.clone())
    );
    alice.react(&key, "👍").await.unwrap();
    let reaction = bot.next_message().await.message;
    assert_eq!(
        reaction
            .reaction_message
            .as_option()
            .and_then(|reaction| reaction.text.clone())
            .as_deref(),
        Some("👍")
    );
    alice.revoke(&key).await.unwrap();
    let revoke = bot.next_message().await.message;
    let protocol = revoke.protocol_message.as_option().expect("a revoke");
    assert_eq!(protocol.r#type, Some(Type::Revoke));
    assert_eq!(
        protocol.key.as_option().and_then(|key| key.id.clone()),
        Some(key.id.clone())
    );
    let shown = alice.messages(&ChatId::direct(SHOP));
    assert_eq!(shown.len(), 1);
    assert!(shown[0].edited && shown[0].deleted == Some(DeletedBy::Sender));
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_reacts_edits_and_deletes() {
    let (sim, alice, shop, mut bot) = alice_and_shop().await;
    let mut events = alice.subscribe();
    let asked = write(&alice, SHOP, "!ping").await;
    bot.next_message().await;
    let to: Jid = alice.jid().parse().unwrap();
    let client = bot.client();
    let target = wa::MessageKey {
        remote_jid: Some(alice.jid()),
        from_me: Some(false),
        id: Some(asked.id.clone()),
        ..Default::default()
    };
    client.send_reaction(&to, target, "👀").await.unwrap();
    let reacted = phone_event(&mut events, "reaction", |event| match event {
        PhoneEvent::Reaction { key, from, emoji } => {
            Some((key.clone(), from.clone(), emoji.clone()))
        }
        _ => None,
    })
    .await;
    assert_eq!(reacted, (asked.clone(), SHOP.to_owned(), "👀".to_owned()));

    let id = bot.say(&alice.jid(), "Pnog").await;
    let pong = phone_hears(&mut events).await.key;
    let new = wa::Message {
        conversation: Some("Pong".to_owned()),
        ..Default::default()
    };
    client.edit_message(&to, id.clone(), new).await.unwrap();
    let edited = phone_event(&mut events, "edit", |event| match event {
        PhoneEvent::Edited { key, text } => Some((key.clone(), text.clone())),
        _ => None,
    })
    .await;
    assert_eq!(edited, (pong.clone(), "Pong".to_owned()));
    client
        .revoke_message(&to, id, RevokeType::Sender)
        .await
        .unwrap();
    let deleted = phone_event(&mut events, "deletion", deletion).await;
    assert_eq!(deleted, (pong, DeletedBy::Sender));
    sim.idle().await;
    let on_own_phone = shop.messages(&ChatId::direct(ALICE));
    assert_eq!(
        on_own_phone[0].reactions,
        [(SHOP.to_owned(), "👀".to_owned())]
    );
    assert_eq!(on_own_phone[1].deleted, Some(DeletedBy::Sender));
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_deletes_what_a_member_wrote() {
    let (sim, alice, _shop, mut bot) = alice_and_shop().await;
    let bob = sim.add_phone("bob", BOB).await.unwrap();
    let (group, chat) = friends(&alice, &[BOB, SHOP]).await;
    let (mut alice_events, mut bob_events) = (alice.subscribe(), bob.subscribe());
    let written = bob.send(&chat, Outgoing::text("spam")).await.unwrap();
    phone_hears(&mut alice_events).await;
    assert!(
        bob.revoke(&MessageKey {
            sender: ALICE.into(),
            ..written.clone()
        })
        .await
        .is_err()
    );
    alice.revoke(&written).await.unwrap();
    let seen = phone_event(&mut bob_events, "deletion", deletion).await;
    assert_eq!(seen, (written, DeletedBy::Admin(ALICE.to_owned())));

    // And a bot that is an admin does it too.
    alice
        .group_change(&group, GroupChange::Promote(vec![SHOP.to_owned()]))
        .await
        .unwrap();
    bob.send(&chat, Outgoing::text("more spam")).await.unwrap();
    let heard = bot
        .wait("the second message", |event| match event {
            wacore::types::events::Event::Messages(batch) => batch
                .iter()
                .find(|m| m.message.conversation.as_deref() == Some("more spam"))
                .map(|m| m.info.clone()),
            _ => None,
        })
        .await;
    let revoke = RevokeType::Admin {
        original_sender: heard.source.sender.clone(),
    };
    let jid: Jid = group.parse().unwrap();
    bot.client()
        .revoke_message(&jid, heard.id.to_string(), revoke)
        .await
        .unwrap();
    let (_, by) = phone_event(&mut bob_events, "deletion", deletion).await;
    assert_eq!(by, DeletedBy::Admin(SHOP.to_owned()));
    finish(sim).await;
}
