//! Who is answered, and what.

use std::sync::Arc;
use std::time::Duration;

use super::{
    ALICE, BOB, BOT, Fake, GROUP, OWNER, Place, ROOT, answered, group_message, jid,
    private_message, said,
};
use crate::dispatch::Handler;
use crate::model::{BotRole, Event, EventKind, Role};
use crate::plugins::{Failure, Outcome};
use crate::store::SettingsChange;
use crate::whatsapp::Inbound;

const ALL: &str = r#"{"name":"all","version":"1.0.0","languages":["en"],
    "events":[{"event":"message"},{"event":"reaction"}]}"#;

const COMMANDS: &str = r#"{"name":"core","version":"1.0.0","languages":["en"],"unknown_commands":true,
    "commands":[
        {"name":"ping","summary":"x"},
        {"name":"poll","summary":"x","cooldown_seconds":10},
        {"name":"kick","summary":"x","place":"group","role":"group-admin","needs_bot_admin":true},
        {"name":"tagall","summary":"x","place":"group","role":"group-admin"},
        {"name":"token","summary":"x","place":"private","role":"bot-owner"},
        {"name":"slots","summary":"x","place":"main","role":"system-owner"}]}"#;

#[tokio::test]
async fn a_bot_answers_neither_itself_nor_other_bots_nor_broadcasts() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(ALL)]).await;
    host.known_bots
        .add(jid("6280000000201@s.whatsapp.net"), BotRole::Sub);
    host.known_bots
        .add(jid("100000000000202@lid"), BotRole::Sub);
    let mut own = private_message(ALICE, "A1", "from my phone");
    if let EventKind::Message(message) = &mut own.kind {
        message.from_me = true;
    }
    let mut reaction = group_message(GROUP, BOT, "A2", "");
    reaction.kind = EventKind::Reaction {
        target: "A1".parse().expect("id"),
        emoji: "👍".to_owned(),
    };
    let by_device = |mut event: Event| {
        if let EventKind::Message(message) = &mut event.kind {
            message.by_companion = true;
        }
        event
    };
    let mut by_lid = group_message(GROUP, ALICE, "A4", "x");
    by_lid.sender.lid = Some(jid("100000000000202@lid"));
    host.receive(vec![
        own,
        reaction,
        by_device(group_message(
            GROUP,
            "6280000000201@s.whatsapp.net",
            "A3",
            "x",
        )),
        by_device(by_lid),
        private_message("status@broadcast", "A5", "x"),
        private_message("120363000000000009@newsletter", "A6", "x"),
    ])
    .await;
    assert!(host.settled().await.is_empty());
    assert_eq!(host.dispatch.counters().filtered.get(), 6);
    host.session.set_group(GROUP, &[(ALICE, false)]);
    assert_eq!(
        host.asks(group_message(GROUP, ALICE, "A7", "x")).await,
        ["all: x"]
    );
    host.end().await;
}

#[tokio::test]
async fn an_unknown_command_is_answered_in_private_and_not_in_groups() {
    let place = Place::new();
    let core = Fake::doing(COMMANDS, |input, _| {
        Box::pin(async move {
            let command = input.command.clone().expect("a command");
            answered(&input.event, &format!("{} {}", command.name, command.known))
        })
    });
    let host = place.start(vec![core]).await;
    assert_eq!(
        host.asks(private_message(ALICE, "A1", "!Pnig")).await,
        ["pnig false"]
    );
    assert_eq!(
        host.asks(private_message(ALICE, "A2", "!PING")).await,
        ["ping true"]
    );
    for (n, text) in ["!!!", "...", "/", "# heading", "hello", "!1"]
        .iter()
        .enumerate()
    {
        let event = private_message(ALICE, &format!("B{n}"), text);
        assert!(host.asks(event).await.is_empty(), "{text}");
    }
    assert!(
        host.asks(group_message(GROUP, ALICE, "A3", "!pnig"))
            .await
            .is_empty()
    );
    host.end().await;
}

#[tokio::test]
async fn a_command_has_a_length() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(COMMANDS)]).await;
    let longest = format!("!ping {}", "é".repeat(4_090));
    let sent = host.asks(private_message(ALICE, "A1", &longest)).await;
    assert!(sent[0].starts_with("core: !ping é"));
    let longer = format!("{longest}é");
    assert_eq!(
        host.asks(private_message(ALICE, "A2", &longer)).await,
        ["That is too long for a command: at most 4096 characters."]
    );
    let no_command = longer.replace("!ping", "!nothing");
    let sent = host.asks(private_message(ALICE, "A3", &no_command)).await;
    assert!(sent.is_empty(), "a long text that is none: {sent:?}");
    host.end().await;

    let host = Place::new().start(vec![Fake::echo(ALL)]).await;
    let sent = host.asks(private_message(ALICE, "A1", &longer)).await;
    assert!(sent.len() > 1, "what is no command has none: {sent:?}");
    host.end().await;
}

#[tokio::test]
async fn roles_and_places_are_held() {
    let place = Place::of_sub_bot();
    let host = place.start(vec![Fake::echo(COMMANDS)]).await;
    host.session
        .set_group(GROUP, &[(ALICE, true), (BOB, false), (BOT, false)]);
    let only_admins = "Only group admins can use this command.";
    let in_private = "This command works in a private chat only. Write to me there.";
    let owner_only = "Only this bot's owner can use this command.";
    let bot_admin = "I have to be an admin of this group for that.";
    let main_only = "This command works with the main bot only.";
    let cases = [
        (GROUP, ALICE, "!tagall", "core: !tagall"),
        (GROUP, BOB, "!tagall", only_admins),
        (GROUP, OWNER, "!tagall", "core: !tagall"),
        (GROUP, ROOT, "!tagall", "core: !tagall"),
        (
            ALICE,
            ALICE,
            "!tagall",
            "This command works in groups only.",
        ),
        (GROUP, OWNER, "!token", in_private),
        (OWNER, OWNER, "!token", "core: !token"),
        (ROOT, ROOT, "!token", "core: !token"),
        (ALICE, ALICE, "!token", owner_only),
        (GROUP, ALICE, "!kick", bot_admin),
        (ROOT, ROOT, "!slots", main_only),
    ];
    for (n, (chat, sender, text, expected)) in cases.into_iter().enumerate() {
        let id = format!("A{n}");
        let event = if chat == GROUP {
            group_message(chat, sender, &id, text)
        } else {
            private_message(sender, &id, text)
        };
        assert_eq!(
            host.asks(event).await,
            [expected],
            "{text} by {sender} in {chat}"
        );
    }
    host.end().await;

    let host = Place::new().start(vec![Fake::echo(COMMANDS)]).await;
    let sent = host.asks(private_message(OWNER, "A1", "!slots")).await;
    assert_eq!(sent, ["Only the operator can use this command."]);
    let sent = host.asks(private_message(ROOT, "A2", "!slots")).await;
    assert_eq!(sent, ["core: !slots"]);
    host.end().await;
}

#[tokio::test]
async fn a_group_is_asked_for_once_until_it_changes() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(COMMANDS)]).await;
    host.session
        .set_group(GROUP, &[(ALICE, false), (BOT, true)]);
    let kick = |id: &str| group_message(GROUP, ALICE, id, "!kick");
    let refused = ["Only group admins can use this command."];
    assert_eq!(host.asks(kick("A1")).await, refused);
    host.session.set_group(GROUP, &[(ALICE, true), (BOT, true)]);
    assert_eq!(host.asks(kick("A2")).await, refused, "it is remembered");
    assert_eq!(host.session.asked_for_groups(), 1);
    host.dispatch.group_changed(jid(GROUP)).await;
    assert_eq!(host.asks(kick("A3")).await, ["core: !kick"]);

    host.session
        .set_group(GROUP, &[(ALICE, false), (BOT, true)]);
    let mut joined = group_message(GROUP, BOB, "A4", "");
    joined.kind = EventKind::GroupAdd {
        people: vec![joined.sender.clone()],
    };
    host.receive(vec![joined]).await;
    assert_eq!(host.asks(kick("A5")).await, refused);
    host.end().await;
}

#[tokio::test]
async fn a_role_that_cannot_be_known_now_is_not_guessed() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(COMMANDS)]).await;
    host.session.set_group(GROUP, &[(ALICE, true), (BOT, true)]);
    host.session.lose_group_questions(2);
    host.receive(vec![group_message(GROUP, ALICE, "A1", "!kick")])
        .await;
    host.settled().await;
    assert_eq!(host.session.texts(), ["core: !kick"]);
    assert_eq!(host.session.asked_for_groups(), 3);
    host.end().await;
}

#[tokio::test]
async fn a_cooldown_is_told_once() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(COMMANDS)]).await;
    let poll = |id: &str| private_message(ALICE, id, "!poll");
    assert_eq!(host.asks(poll("A1")).await, ["core: !poll"]);
    let told = host.asks(poll("A2")).await;
    assert!(
        told.len() == 1 && told[0].starts_with("Please wait "),
        "{told:?}"
    );
    assert!(host.asks(poll("A3")).await.is_empty());
    assert_eq!(
        host.asks(private_message(BOB, "A4", "!poll")).await,
        ["core: !poll"]
    );
    host.clock.advance(Duration::from_secs(11));
    assert_eq!(host.asks(poll("A5")).await, ["core: !poll"]);
    host.end().await;
}

#[tokio::test]
async fn a_plugin_that_keeps_failing_rests_and_says_so() {
    let trap = |input: crate::plugins::EventInput| -> Outcome {
        if said(&input.event) == "!ping well" {
            return answered(&input.event, "well");
        }
        Outcome {
            failure: Some(Failure::Handler {
                message: "broken".to_owned(),
            }),
            actions: Vec::new(),
            ..answered(&input.event, "")
        }
    };
    let core = Fake::doing(COMMANDS, move |input, _| {
        Box::pin(async move { trap(input) })
    });
    let place = Place::new();
    let host = place.start(vec![core, Fake::echo(ALL)]).await;
    let mut nth = 0;
    let mut ask = async |text: &str| {
        nth += 1;
        let who = [ALICE, BOB][nth % 2];
        host.asks(private_message(who, &format!("A{nth}"), text))
            .await
    };
    let broken = "That did not work: something in this command is broken.";
    let rests = "This command failed too often and is resting. Try again later.";
    for _ in 0..5 {
        assert_eq!(ask("!ping").await, ["all: !ping", broken]);
    }
    assert_eq!(ask("!ping well").await, ["all: !ping well", rests]);
    host.clock.advance(Duration::from_secs(61));
    assert_eq!(ask("!ping well").await, ["all: !ping well", "well"]);
    let counts = host.dispatch.counters();
    assert_eq!((counts.failed.get(), counts.spared.get()), (5, 1));
    host.end().await;
}

#[tokio::test]
async fn answers_come_in_the_bots_language_and_prefixes_are_its_own() {
    let place = Place::new();
    let host = place.start(vec![Fake::echo(COMMANDS)]).await;
    let change = SettingsChange {
        language: Some("id".to_owned()),
        prefixes: Some(vec!["$".to_owned()]),
    };
    host.data.change_settings(change).await.expect("change");
    host.dispatch.reload_settings().await.expect("reload");
    assert!(
        host.asks(private_message(ALICE, "A1", "!tagall"))
            .await
            .is_empty()
    );
    let sent = host.asks(private_message(ALICE, "A2", "$tagall")).await;
    assert_eq!(sent, ["Perintah ini hanya berlaku di grup."]);
    host.end().await;
}

#[tokio::test]
async fn a_menu_shows_what_its_reader_may_use_here() {
    let menu: fn() -> Arc<dyn Handler> = || {
        Fake::doing(COMMANDS, |input, reads| {
            Box::pin(async move {
                let commands = reads.commands().await.expect("commands");
                let names: Vec<_> = commands.iter().map(|fact| fact.name.as_str()).collect();
                assert!(commands.iter().all(|fact| fact.role <= input.role));
                answered(&input.event, &names.join(" "))
            })
        })
    };
    let host = Place::of_sub_bot().start(vec![menu()]).await;
    host.session
        .set_group(GROUP, &[(ALICE, true), (BOB, false)]);
    let cases = [
        (private_message(ALICE, "A1", "!ping"), "ping poll"),
        (private_message(OWNER, "A1", "!ping"), "ping poll token"),
        (group_message(GROUP, BOB, "A1", "!ping"), "ping poll"),
        (
            group_message(GROUP, ALICE, "A1", "!ping"),
            "ping poll kick tagall",
        ),
        (private_message(ROOT, "A1", "!ping"), "ping poll token"),
    ];
    for (event, expected) in cases {
        assert_eq!(host.asks(event).await, [expected]);
    }
    host.end().await;

    let host = Place::new().start(vec![menu()]).await;
    let sent = host.asks(private_message(ROOT, "A1", "!ping")).await;
    assert_eq!(sent, ["ping poll token slots"]);
    assert!(Role::SystemOwner > Role::BotOwner);
    host.end().await;
}
