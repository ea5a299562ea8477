//! What of a bot's connection its owner is told by the main bot.

use super::*;
use crate::whatsapp::SessionError;

/// The one message that the main bot has sent to alice.
async fn told(process: &Process) -> String {
    soon(process.main.wait_sent(1)).await;
    let mut told = texts(&process.main, ALICE);
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[tokio::test]
async fn a_bots_owner_is_told_what_ended_its_connection_and_what_to_do() {
    for (cause, state, title, todo) in [
        (
            DisconnectCause::StreamReplaced,
            "stopped",
            "has stopped: another program uses its session*",
            "!startbot",
        ),
        (
            DisconnectCause::ClientOutdated,
            "failed",
            "has stopped: WhatsApp accepts this host's version no more*",
            "The operator has to update Jadi",
        ),
        (
            DisconnectCause::TemporaryBan { until: None },
            "reconnecting",
            "is banned by WhatsApp for a while*",
            "send less",
        ),
    ] {
        let dir = tempfile::tempdir().expect("dir");
        let mut process = Process::start(&dir, 5).await;
        let (shop, session) = process.open_bot(SHOP, ALICE).await;
        let closed = SessionState::Closed {
            cause,
            retrying: false,
        };
        session.tell(closed).await;
        let told = told(&process).await;
        assert!(told.starts_with(&format!("*{SHOP} {title}")), "{told}");
        assert!(told.contains(todo), "{told}");
        let instance = process.fleet.instances().get(shop.id).expect("it runs");
        assert_eq!(instance.status().state.name(), state);
        process.end().await;
    }
}

#[tokio::test]
async fn a_bot_whose_session_does_not_open_with_the_key_is_told_to_its_owner() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (shop, _session) = process.open_bot(SHOP, ALICE).await;
    let instance = process.fleet.instances().get(shop.id).expect("it runs");
    let mut status = instance.watch();
    instance.stop().expect("it listens");
    soon(status.wait_for(|status| status.state == BotState::Stopped))
        .await
        .expect("it lives");
    process.connector.refuse_next(SessionError::WrongKey);
    instance.start().expect("it listens");
    let told = told(&process).await;
    assert!(told.contains("don't open with this host's key"), "{told}");
    assert!(told.contains("the master key of before"), "{told}");
    process.end().await;
}
