//! Groups: chatting in them with sender keys, and changing them from both sides.

use jadi_simulator::{
    ChatId, GroupChange, GroupNotice, MediaFile, MediaKind, Outgoing, Phone, PhoneEvent, Simulator,
};
use wacore::iq::groups::{
    GroupCreateOptions, GroupDescription, GroupParticipantOptions, GroupSubject,
};
use wacore::stanza::groups::GroupNotificationAction as Action;
use wacore::types::events::Event;
use wacore_binary::Jid;

use crate::support::{
    ALICE, BOB, CAROL, SHOP, TestBot, alice_and_shop, finish, phone_event, phone_hears,
};

struct Friends {
    sim: Simulator,
    alice: Phone,
    bob: Phone,
    shop: Phone,
    bot: TestBot,
    group: String,
    chat: ChatId,
}

/// A group made by alice, with bob and the shop in it.
async fn friends() -> Friends {
    let (sim, alice, shop, mut bot) = alice_and_shop().await;
    let bob = sim.add_phone("bob", BOB).await.unwrap();
    let group = alice
        .create_group("friends", &[BOB.to_owned(), SHOP.to_owned()])
        .await
        .unwrap()
        .jid;
    next_action(&mut bot, "create", |action| {
        matches!(action, Action::Create { .. })
    })
    .await;
    let chat = ChatId::group(&group);
    Friends {
        sim,
        alice,
        bob,
        shop,
        bot,
        group,
        chat,
    }
}

async fn next_action(bot: &mut TestBot, what: &str, wanted: impl Fn(&Action) -> bool) -> Action {
    bot.wait(what, |event| match event {
        Event::GroupUpdate(update) if wanted(&update.action) => Some(update.action.clone()),
        _ => None,
    })
    .await
}

fn text(text: &str) -> Outgoing {
    Outgoing::text(text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_hears_what_a_phone_and_a_bot_say() {
    let Friends {
        sim,
        alice,
        bob,
        shop,
        mut bot,
        group,
        chat,
    } = friends().await;
    let (mut alice_events, mut bob_events) = (alice.subscribe(), bob.subscribe());
    for round in 0..3 {
        let asked = format!("!ping {round}");
        alice.send(&chat, text(&asked)).await.unwrap();
        let heard = bot.next_message().await;
        assert_eq!(heard.text, asked);
        assert_eq!(heard.chat.to_string(), group);
        assert_eq!(
            heard.sender.to_string(),
            alice.lid(),
            "groups are addressed by LID"
        );
        assert_eq!(
            heard.sender_alt.map(|jid| jid.to_string()),
            Some(alice.jid())
        );
        assert_eq!(phone_hears(&mut bob_events).await.text, asked);
        let answered = format!("Pong {round}");
        bot.say(&group, &answered).await;
        for events in [&mut alice_events, &mut bob_events] {
            let pong = phone_hears(events).await;
            assert_eq!(
                (pong.text, pong.key.sender.as_str()),
                (answered.clone(), SHOP)
            );
        }
    }
    sim.idle().await;
    let own: Vec<bool> = shop
        .messages(&chat)
        .iter()
        .filter(|m| m.text.starts_with("Pong"))
        .map(|m| m.from_me)
        .collect();
    assert_eq!(
        own, [true; 3],
        "the bot's own phone shows what the bot said"
    );
    for phone in [&alice, &bob, &shop] {
        assert!(phone.duplicates().is_empty());
    }
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_later_reads_on_and_who_left_does_not() {
    let Friends {
        sim,
        alice,
        bob,
        mut bot,
        group,
        chat,
        ..
    } = friends().await;
    let carol = sim.add_phone("carol", CAROL).await.unwrap();
    let mut bob_events = bob.subscribe();
    bot.say(&group, "before carol").await;
    phone_hears(&mut bob_events).await;

    alice
        .group_change(&group, GroupChange::Add(vec![CAROL.to_owned()]))
        .await
        .unwrap();
    let added = next_action(&mut bot, "add", |action| {
        matches!(action, Action::Add { .. })
    })
    .await;
    let Action::Add { participants, .. } = added else {
        unreachable!()
    };
    assert_eq!(participants[0].jid.to_string(), carol.lid());
    let mut carol_events = carol.subscribe();
    bot.say(&group, "welcome").await;
    assert_eq!(phone_hears(&mut carol_events).await.text, "welcome");
    alice.send(&chat, text("hi carol")).await.unwrap();
    assert_eq!(phone_hears(&mut carol_events).await.text, "hi carol");

    alice
        .group_change(&group, GroupChange::Remove(vec![CAROL.to_owned()]))
        .await
        .unwrap();
    next_action(&mut bot, "remove", |action| {
        matches!(action, Action::Remove { .. })
    })
    .await;
    bot.say(&group, "goodbye").await;
    alice.send(&chat, text("she is gone")).await.unwrap();
    phone_event(&mut bob_events, "the last word", |event| match event {
        PhoneEvent::Message(message) if message.text == "she is gone" => Some(()),
        _ => None,
    })
    .await;
    sim.idle().await;
    let seen: Vec<String> = carol
        .messages(&chat)
        .into_iter()
        .map(|message| message.text)
        .filter(|text| !text.is_empty())
        .collect();
    assert_eq!(seen, ["welcome", "hi carol"]);
    assert!(!sim.group(&group).unwrap().has_member(CAROL));
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_sees_every_kind_of_change() {
    let Friends {
        sim,
        alice,
        mut bot,
        group,
        ..
    } = friends().await;
    let change = |change: GroupChange| {
        let (alice, group) = (alice.clone(), group.clone());
        async move { alice.group_change(&group, change).await.unwrap() }
    };
    change(GroupChange::Promote(vec![SHOP.to_owned()])).await;
    next_action(&mut bot, "promote", |action| {
        matches!(action, Action::Promote { .. })
    })
    .await;
    change(GroupChange::Demote(vec![SHOP.to_owned()])).await;
    next_action(&mut bot, "demote", |action| {
        matches!(action, Action::Demote { .. })
    })
    .await;
    change(GroupChange::Subject("enemies".to_owned())).await;
    let subject = next_action(&mut bot, "subject", |action| {
        matches!(action, Action::Subject { .. })
    })
    .await;
    assert!(matches!(subject, Action::Subject { subject, .. } if subject == "enemies"));
    change(GroupChange::Description("rules".to_owned())).await;
    let described = next_action(&mut bot, "description", |action| {
        matches!(action, Action::Description { .. })
    })
    .await;
    assert!(
        matches!(described, Action::Description { description: Some(text), .. } if text == "rules")
    );
    change(GroupChange::Announce(true)).await;
    next_action(&mut bot, "announce", |action| {
        matches!(action, Action::Announce)
    })
    .await;
    change(GroupChange::Locked(true)).await;
    next_action(&mut bot, "locked", |action| {
        matches!(action, Action::Locked { .. })
    })
    .await;
    change(GroupChange::Picture(vec![0xff, 0xd8, 0xff])).await;
    bot.wait("the new picture", |event| {
        matches!(event, Event::PictureUpdate(_)).then_some(())
    })
    .await;
    let jid: Jid = group.parse().unwrap();
    let metadata = bot.client().groups().get_metadata(&jid).await.unwrap();
    assert_eq!(metadata.subject, "enemies");
    assert_eq!(metadata.participants.len(), 3);
    let view = sim.group(&group).unwrap();
    assert!(view.announce && view.locked && view.has_picture);
    assert_eq!(view.description, "rules");
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_makes_and_runs_a_group() {
    let (sim, alice, _shop, bot) = alice_and_shop().await;
    let bob = sim.add_phone("bob", BOB).await.unwrap();
    let (mut alice_events, mut bob_events) = (alice.subscribe(), bob.subscribe());
    let client = bot.client();
    let options = GroupCreateOptions::builder()
        .subject("shop talk")
        .participants(vec![GroupParticipantOptions::new(Jid::pn(ALICE))])
        .build();
    let made = client.groups().create_group(options).await.unwrap();
    let group = made.metadata.id.clone();
    let notice = |event: &PhoneEvent| match event {
        PhoneEvent::Group { what, .. } => Some(what.clone()),
        _ => None,
    };
    assert_eq!(
        phone_event(&mut alice_events, "the group", notice).await,
        GroupNotice::Created
    );

    client
        .groups()
        .add_participants(&group, &[Jid::pn(BOB)])
        .await
        .unwrap();
    assert_eq!(
        phone_event(&mut bob_events, "add", notice).await,
        GroupNotice::Added(vec![BOB.to_owned()])
    );
    assert_eq!(
        phone_event(&mut alice_events, "add", notice).await,
        GroupNotice::Added(vec![BOB.to_owned()])
    );
    client
        .groups()
        .promote_participants(&group, &[Jid::pn(BOB)])
        .await
        .unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "promote", notice).await,
        GroupNotice::Promoted(vec![BOB.to_owned()])
    );
    client
        .groups()
        .set_subject(&group, GroupSubject::new("sales").unwrap())
        .await
        .unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "subject", notice).await,
        GroupNotice::Subject("sales".to_owned())
    );
    let description = Some(GroupDescription::new("what we sell").unwrap());
    client
        .groups()
        .set_description(
            &group,
            description,
            whatsapp_rust::features::PreviousDescription::Absent,
        )
        .await
        .unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "description", notice).await,
        GroupNotice::Description("what we sell".to_owned())
    );
    client
        .groups()
        .set_profile_picture(&group, vec![0xff, 0xd8])
        .await
        .unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "picture", notice).await,
        GroupNotice::Picture
    );
    client.groups().set_announce(&group, true).await.unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "announce", notice).await,
        GroupNotice::Announce(true)
    );
    let refused = alice
        .send(&ChatId::group(group.to_string()), text("may I?"))
        .await;
    assert!(refused.is_err(), "only admins may write");
    client
        .groups()
        .demote_participants(&group, &[Jid::pn(BOB)])
        .await
        .unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "demote", notice).await,
        GroupNotice::Demoted(vec![BOB.to_owned()])
    );
    client
        .groups()
        .remove_participants(&group, &[Jid::pn(BOB)])
        .await
        .unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "remove", notice).await,
        GroupNotice::Removed(vec![BOB.to_owned()])
    );
    client.groups().leave(&group).await.unwrap();
    assert_eq!(
        phone_event(&mut alice_events, "leave", notice).await,
        GroupNotice::Left(vec![SHOP.to_owned()])
    );
    assert_eq!(sim.group(&group.to_string()).unwrap().members.len(), 1);
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_goes_to_a_group() {
    let Friends {
        sim,
        alice,
        bob,
        mut bot,
        chat,
        ..
    } = friends().await;
    let mut bob_events = bob.subscribe();
    let picture = MediaFile {
        kind: MediaKind::Image,
        name: String::new(),
        mime: "image/jpeg".into(),
        bytes: vec![7; 5_000],
    };
    alice
        .send(&chat, Outgoing::media(picture.clone(), "look"))
        .await
        .unwrap();
    let heard = bot.next_message().await;
    let image = heard.message.image_message.as_option().expect("an image");
    assert_eq!(image.caption.as_deref(), Some("look"));
    assert_eq!(bot.client().download(image).await.unwrap(), picture.bytes);
    let shown = phone_hears(&mut bob_events).await;
    assert!(
        matches!(shown.body, jadi_simulator::Body::Media { bytes, failed: None, .. } if bytes.to_vec() == picture.bytes)
    );
    finish(sim).await;
}
