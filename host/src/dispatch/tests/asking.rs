//! Commands that programs give in the name of a bot's owner.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::{Fake, OWNER, Place, answered, jid, private_message, said, soon};
use crate::dispatch::{AskError, Ended, Handler};
use crate::model::{Action, Role};
use crate::plugins::{Failure, Outcome};
use crate::whatsapp::{Inbound, SessionState};

const COMMANDS: &str = r#"{"name":"core","version":"1.0.0","languages":["en"],"unknown_commands":true,
    "commands":[
        {"name":"say","summary":"x","role":"bot-owner"},
        {"name":"tagall","summary":"x","place":"group"},
        {"name":"break","summary":"x"}]}"#;
const ALL: &str =
    r#"{"name":"all","version":"1.0.0","languages":["en"],"events":[{"event":"message"}]}"#;

/// Says who asks twice in their chat, and once to somebody else.
fn core() -> Arc<dyn Handler> {
    Fake::doing(COMMANDS, |input, _| {
        Box::pin(async move {
            assert_eq!(input.role, Role::BotOwner);
            if said(&input.event).contains("break") {
                return Outcome {
                    failure: Some(Failure::Handler {
                        message: "broken".to_owned(),
                    }),
                    ..answered(&input.event, "nothing of this")
                };
            }
            let mut outcome = answered(&input.event, said(&input.event));
            let mut more = answered(&input.event, "more").actions;
            let mut elsewhere = answered(&input.event, "elsewhere").actions;
            if let Some(Action::Send(send)) = elsewhere.first_mut() {
                send.chat = jid(super::BOB);
            }
            outcome.actions.append(&mut more);
            outcome.actions.append(&mut elsewhere);
            outcome
        })
    })
}

fn texts(said: &[Action]) -> Vec<&str> {
    let texts = said.iter().map(|action| match action {
        Action::Send(send) => send.text.as_str(),
        other => panic!("{other:?}"),
    });
    texts.collect()
}

#[tokio::test]
async fn a_program_hears_what_its_owner_would_have_been_told() {
    let place = Place::of_sub_bot();
    let host = place.start(vec![core()]).await;
    let told = soon(host.dispatch.ask("say hello you")).await;
    let told = told.expect("it works");
    assert_eq!(told.ended, Ended::Done);
    assert_eq!(texts(&told.said), ["!say hello you", "more"]);
    assert_eq!(
        host.settled().await,
        ["elsewhere"],
        "what is for others is sent"
    );

    let refused = soon(host.dispatch.ask("tagall")).await.expect("it works");
    assert_eq!(refused.ended, Ended::Refused);
    assert_eq!(texts(&refused.said), ["This command works in groups only."]);
    let failed = soon(host.dispatch.ask("break")).await.expect("it works");
    assert_eq!(failed.ended, Ended::Failed);
    assert!(texts(&failed.said)[0].starts_with("That did not work"));
    assert_eq!(host.settled().await, ["elsewhere"]);

    // What the owner types themselves is answered in their chat, as ever.
    let mut typed = host.asks(private_message(OWNER, "A1", "!say hi")).await;
    // Chats are served side by side.
    typed.sort_unstable();
    assert_eq!(typed, ["!say hi", "elsewhere", "more"]);
    host.end().await;
}

#[tokio::test]
async fn whose_own_number_is_the_bot_may_ask_it_too() {
    let place = Place::of_sub_bot();
    let host = place.start(vec![core()]).await;
    let own = SessionState::Open {
        jid: jid(OWNER),
        lid: None,
    };
    host.dispatch.state(own).await;
    let told = soon(host.dispatch.ask("say it")).await.expect("it works");
    assert_eq!(texts(&told.said), ["!say it", "more"]);
    host.end().await;
}

#[tokio::test]
async fn what_can_not_be_asked_is_told() {
    let place = Place::of_sub_bot();
    let host = place.start(vec![core(), Fake::echo(ALL)]).await;
    for text in ["dance", "", "  "] {
        let none = soon(host.dispatch.ask(text)).await;
        assert!(matches!(none, Err(AskError::NoSuchCommand)), "{none:?}");
    }
    assert!(host.settled().await.is_empty());
    host.end().await;
    let host = place.start_offline(vec![core()]).await;
    let closed = soon(host.dispatch.ask("say hello")).await;
    assert!(matches!(closed, Err(AskError::NotOpen)), "{closed:?}");
    host.end().await;
}

#[tokio::test]
async fn who_asks_waits_for_half_a_minute_and_its_owner_is_told_what_comes_later() {
    let (begun, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (begun, goes_on) = (begun.clone(), goes_on.clone());
        Fake::doing(COMMANDS, move |input, _| {
            let (begun, goes_on) = (begun.clone(), goes_on.clone());
            Box::pin(async move {
                begun.notify_one();
                goes_on.notified().await;
                answered(&input.event, "late")
            })
        })
    };
    let place = Place::of_sub_bot();
    let host = place.start(vec![slow]).await;
    let passes = async {
        begun.notified().await;
        host.clock.advance(Duration::from_secs(30));
    };
    let asked = async { tokio::join!(host.dispatch.ask("say hello"), passes) };
    let (told, ()) = soon(asked).await;
    assert!(matches!(told, Err(AskError::Late)), "{told:?}");
    goes_on.notify_one();
    assert_eq!(host.settled().await, ["late"]);
    host.end().await;
}
