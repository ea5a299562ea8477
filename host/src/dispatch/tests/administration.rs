//! A bot that manages itself: bans, chats where it is off, languages, prefixes and plugins, by what plugins leave behind.

use std::sync::Arc;

use super::{
    ALICE, BOB, Fake, GROUP, Host, Place, ROOT, answered, group_message, jid, private_message, said,
};
use crate::dispatch::Handler;
use crate::model::{Action, BotChange};
use crate::plugins::BotWrite;

const ADMIN: &str = r#"{"name":"admin","version":"1.0.0","languages":["en"],
    "commands":[{"name":"do","summary":"x"},{"name":"ping","summary":"x"}],"events":[{"event":"message"}]}"#;

/// Does what these make of a text, and says its language and whether it was a command.
fn admin(writes: fn(&str) -> Vec<BotWrite>) -> Arc<dyn Handler> {
    Fake::doing(ADMIN, move |input, _| {
        Box::pin(async move {
            let what = match &input.command {
                Some(command) => command.name.clone(),
                None => "text".to_owned(),
            };
            let mut outcome = answered(&input.event, &format!("{what} {}", input.language));
            if what == "do" {
                outcome.bot_writes = writes(said(&input.event));
            }
            outcome
        })
    })
}

async fn started(place: &Place, writes: fn(&str) -> Vec<BotWrite>) -> Host {
    let host = place.start(vec![admin(writes)]).await;
    host.session
        .set_group(GROUP, &[(ALICE, true), (BOB, false)]);
    host
}

#[tokio::test]
async fn who_is_banned_is_told_once_and_moderation_sees_them_still() {
    let place = Place::new();
    let host = started(&place, |said| {
        let banned = said.contains("on");
        let ban = |person: &str| BotWrite::Ban {
            person: jid(person),
            banned,
        };
        vec![ban(BOB), ban(ROOT)]
    })
    .await;
    host.asks(private_message(ALICE, "A1", "!do on")).await;
    let in_private = |id: &str, text: &str| private_message(BOB, id, text);
    let told = host.asks(in_private("B1", "!ping")).await;
    assert_eq!(told, ["You are banned from using this bot."]);
    assert!(
        host.asks(in_private("B2", "!ping")).await.is_empty(),
        "told already"
    );
    assert_eq!(host.asks(in_private("B3", "hello")).await, ["text en"]);
    let owner = host.asks(private_message(ROOT, "R1", "!ping")).await;
    assert_eq!(owner, ["ping en"], "an owner can't be kept out");
    host.asks(private_message(ALICE, "A2", "!do off")).await;
    assert_eq!(host.asks(in_private("B4", "!ping")).await, ["ping en"]);
    host.end().await;
}

#[tokio::test]
async fn a_bot_that_is_off_in_a_group_heeds_its_admins_alone() {
    let place = Place::new();
    let host = started(&place, |said| vec![BotWrite::Off(said.contains("on"))]).await;
    let say = |sender: &str, id: &str, text: &str| group_message(GROUP, sender, id, text);
    host.asks(say(ALICE, "A1", "!do on")).await;
    assert!(host.asks(say(BOB, "B1", "!ping")).await.is_empty());
    assert!(host.asks(say(ALICE, "A2", "hello")).await.is_empty());
    assert_eq!(host.asks(say(ALICE, "A3", "!ping")).await, ["ping en"]);
    let elsewhere = host.asks(private_message(BOB, "B2", "!ping")).await;
    assert_eq!(elsewhere, ["ping en"]);
    host.end().await;
    // Also after a restart.
    let host = started(&place, |said| vec![BotWrite::Off(said.contains("on"))]).await;
    assert!(host.asks(say(BOB, "B3", "!ping")).await.is_empty());
    host.asks(say(ALICE, "A4", "!do off")).await;
    assert_eq!(host.asks(say(BOB, "B4", "!ping")).await, ["ping en"]);
    host.end().await;
}

#[tokio::test]
async fn a_chats_language_is_over_the_bots_and_prefixes_count_at_once() {
    let place = Place::new();
    let host = started(&place, |said| match said.rsplit(' ').next() {
        Some("chat") => vec![BotWrite::ChatLanguage(Some("es".to_owned()))],
        Some("none") => vec![BotWrite::ChatLanguage(None)],
        Some("bot") => vec![BotWrite::Language("id".to_owned())],
        _ => vec![BotWrite::Prefixes(vec!["$".to_owned()])],
    })
    .await;
    let say = |id: &str, text: &str| group_message(GROUP, ALICE, id, text);
    host.asks(say("A1", "!do chat")).await;
    assert_eq!(host.asks(say("A2", "!ping")).await, ["ping es"]);
    host.asks(say("A3", "!do bot")).await;
    assert_eq!(host.asks(say("A4", "!ping")).await, ["ping es"]);
    let private = host.asks(private_message(BOB, "B1", "!ping")).await;
    assert_eq!(private, ["ping id"]);
    host.asks(say("A5", "!do none")).await;
    assert_eq!(host.asks(say("A6", "!ping")).await, ["ping id"]);
    host.asks(say("A7", "!do $")).await;
    assert_eq!(host.asks(say("A8", "!ping")).await, ["text id"]);
    assert_eq!(host.asks(say("A9", "$ping")).await, ["ping id"]);
    host.end().await;
}

#[tokio::test]
async fn a_plugin_is_switched_in_its_turn_and_tried_until_it_is() {
    let place = Place::new();
    let switcher = Fake::doing(ADMIN, |input, _| {
        Box::pin(async move {
            let mut outcome = answered(&input.event, "done");
            let switch = Action::Bot {
                chat: input.event.chat.jid.clone(),
                change: BotChange::Plugin {
                    name: "welcome".to_owned(),
                    enabled: false,
                },
            };
            outcome.actions.insert(0, switch);
            outcome
        })
    });
    let host = place.start(vec![switcher]).await;
    *place.desk.unavailable.lock().expect("lock") = 1;
    host.receive(vec![private_message(ALICE, "A1", "!do")])
        .await;
    assert_eq!(host.settled().await, ["done"]);
    assert_eq!(place.desk.switched(), [("welcome".to_owned(), false)]);
    host.end().await;
}
