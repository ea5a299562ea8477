//! What happens to messages and in groups, and who may say so.

use std::sync::Arc;
use std::time::Duration;

use super::{ALICE, BOB, BOT, Fake, GROUP, Place, answered, group_message, jid};
use crate::dispatch::Handler;
use crate::model::{BotRole, Event, EventKind, Person};
use crate::plugins::SettingWrite;
use jadi_plugin_manifest::SettingValue;

const WATCH: &str = r#"{"name":"watch","version":"1.0.0","languages":["en"],"events":[
    {"event":"message-delete","chats":["group"]},{"event":"message-edit","chats":["group"]},{"event":"group-add"}]}"#;

fn person(number: &str) -> Person {
    Person {
        jid: jid(number),
        lid: None,
        name: String::new(),
    }
}

/// Says what it is told of, and what that was before.
fn watch() -> Arc<dyn Handler> {
    Fake::doing(WATCH, |input, _| {
        Box::pin(async move {
            let before = input
                .original
                .as_ref()
                .map(|kept| kept.message.text.as_str());
            let what = match &input.event.kind {
                EventKind::MessageDelete { .. } => "deleted".to_owned(),
                EventKind::MessageEdit { text, .. } => format!("now {text}"),
                EventKind::GroupAdd { people } => {
                    let group = input.group.as_ref().map_or("none", |group| &group.subject);
                    format!("{} into {group}", people.len())
                }
                other => panic!("not asked for: {other:?}"),
            };
            answered(&input.event, &format!("{what}: {before:?}"))
        })
    })
}

fn happening(sender: &str, id: &str, kind: EventKind) -> Event {
    let mut event = group_message(GROUP, sender, id, "");
    event.kind = kind;
    event
}

fn deletion(sender: &str, id: &str, target: &str, author: &str) -> Event {
    let kind = EventKind::MessageDelete {
        target: target.parse().expect("id"),
        author: person(author),
    };
    happening(sender, id, kind)
}

fn edit(sender: &str, id: &str, target: &str, text: &str) -> Event {
    let kind = EventKind::MessageEdit {
        target: target.parse().expect("id"),
        text: text.to_owned(),
    };
    happening(sender, id, kind)
}

#[tokio::test]
async fn a_plugin_sees_what_was_edited_and_deleted() {
    let place = Place::new();
    let host = place.start(vec![watch()]).await;
    host.session
        .set_group(GROUP, &[(ALICE, true), (BOB, false)]);
    let said = group_message(GROUP, BOB, "B1", "one");
    assert!(host.asks(said).await.is_empty(), "a message is only kept");
    let edited = host.asks(edit(BOB, "B2", "B1", "two")).await;
    assert_eq!(edited, [r#"now two: Some("one")"#]);
    let deleted = host.asks(deletion(ALICE, "A1", "B1", BOB)).await;
    assert_eq!(deleted, [r#"deleted: Some("two")"#], "by an admin");
    let unknown = host.asks(deletion(BOB, "B3", "B9", BOB)).await;
    assert_eq!(unknown, ["deleted: None"]);
    host.end().await;
}

#[tokio::test]
async fn who_may_not_delete_is_not_believed() {
    let place = Place::new();
    let host = place.start(vec![watch()]).await;
    host.session
        .set_group(GROUP, &[(ALICE, true), (BOB, false)]);
    host.receive(vec![group_message(GROUP, ALICE, "A1", "hers")])
        .await;
    let forged = deletion(BOB, "B1", "A1", ALICE);
    assert!(host.asks(forged).await.is_empty(), "he is no admin");
    let as_own = host.asks(deletion(BOB, "B2", "A1", BOB)).await;
    assert_eq!(as_own, ["deleted: None"], "it was not his");
    let edited = host.asks(edit(BOB, "B3", "A1", "forged")).await;
    assert_eq!(edited, ["now forged: None"], "nor can he edit it");
    let hers = host.asks(deletion(ALICE, "A2", "A1", ALICE)).await;
    assert_eq!(hers, [r#"deleted: Some("hers")"#]);
    host.end().await;
}

#[tokio::test]
async fn what_happens_to_a_bots_own_words_is_nobodys_business() {
    let place = Place::new();
    let host = place.start(vec![watch()]).await;
    host.known_bots
        .add(jid("6280000000201@s.whatsapp.net"), BotRole::Sub);
    host.session.set_group(GROUP, &[(ALICE, true)]);
    for (id, bot) in [("A1", BOT), ("A2", "6280000000201@s.whatsapp.net")] {
        assert!(
            host.asks(deletion(ALICE, id, "X1", bot)).await.is_empty(),
            "{bot}"
        );
    }
    host.end().await;
}

/// But not the bot itself.
#[tokio::test]
async fn newcomers_are_told_with_their_group() {
    let place = Place::new();
    let host = place.start(vec![watch()]).await;
    host.session.set_group(GROUP, &[(ALICE, true)]);
    let came = |sender: &str, id: &str, who: &str| {
        let people = vec![person(who)];
        happening(sender, id, EventKind::GroupAdd { people })
    };
    let carol = "6280000000103@s.whatsapp.net";
    host.receive(vec![came(ALICE, "A0", BOT)]).await;
    host.receive(vec![came(BOB, "A1", BOB), came(carol, "A2", carol)])
        .await;
    host.clock.advance(Duration::from_secs(2));
    let came = host.settled().await;
    assert_eq!(came.len(), 1);
    assert!(came[0].starts_with("2 into "), "{came:?}");
    assert!(!came[0].starts_with("2 into none"), "{came:?}");
    host.end().await;
}

#[tokio::test]
async fn settings_are_kept_for_the_bot_and_for_the_group() {
    const SETTER: &str = r#"{"name":"setter","version":"1.0.0","languages":["en"],"commands":[{"name":"set","summary":"x"}]}"#;
    let place = Place::new();
    let setter = Fake::doing(SETTER, |input, reads| {
        Box::pin(async move {
            let mut seen = Vec::new();
            for here in [true, false] {
                seen.push(reads.setting("tone", here).await.expect("read"));
            }
            let mut outcome = answered(&input.event, &format!("{seen:?}"));
            let write = |here: bool, text: &str| SettingWrite {
                name: "tone".to_owned(),
                here,
                value: Some(SettingValue::Text(text.to_owned())),
            };
            outcome.setting_writes = vec![write(true, "here"), write(false, "bot")];
            outcome
        })
    });
    let host = place.start(vec![setter]).await;
    host.session.set_group(GROUP, &[(ALICE, false)]);
    let first = host.asks(group_message(GROUP, ALICE, "A1", "!set")).await;
    assert_eq!(first, ["[None, None]"]);
    let second = host.asks(group_message(GROUP, ALICE, "A2", "!set")).await;
    assert_eq!(second, [r#"[Some(Text("here")), Some(Text("bot"))]"#]);
    let elsewhere = host.asks(super::private_message(ALICE, "A3", "!set")).await;
    assert_eq!(elsewhere, [r#"[None, Some(Text("bot"))]"#]);
    host.end().await;
}
