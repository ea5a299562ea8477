//! The end of a bot: the order of its stages, and what a process that was killed between two of them leaves to the next.

use std::collections::BTreeSet;

use super::*;
use crate::bots::ending::{STAGES, Stage};
use crate::dispatch::tests::{Fake, answered};
use crate::model::{Ending, EventKind, Outgoing, StepName};

fn ended() -> Ending {
    Ending {
        step: StepName::Ended,
        plugin: None,
        reason: None,
    }
}

/// A process whose main bot tells people what becomes of their bots.
async fn start(dir: &TempDir) -> Process {
    let teller = Fake::doing(
        r#"{"name":"teller","version":"1.0.0","languages":["en"],"events":[{"event":"hosting"}]}"#,
        |input, _| {
            Box::pin(async move {
                let EventKind::Hosting { step, .. } = &input.event.kind else {
                    panic!("another event");
                };
                answered(&input.event, step.name.word())
            })
        },
    );
    let owners = SystemOwners::new(vec![number(ROOT)]);
    Process::start_with(dir, 5, owners, vec![teller]).await
}

impl Process {
    /// A bot that is open, with a session's file as a client leaves it.
    async fn bot_with_session(&mut self) -> (BotRecord, Arc<FakeSession>) {
        let (record, session) = self.open_bot(SHOP, ALICE).await;
        let place = self.store.session(record.id).await.expect("a place");
        std::fs::write(&place.path, b"a session").expect("written");
        (record, session)
    }

    /// What alice was told, once everything is done. The same message, sent twice, is one to her.
    async fn told(&self) -> BTreeSet<(String, String)> {
        let main = self.fleet.main_dispatch().expect("it runs");
        soon(main.idle()).await;
        let sent = self.main.sent().into_iter();
        sent.filter_map(|Outgoing { id, action }| match action {
            Action::Send(message) if message.chat == account(ALICE) => {
                Some((id.to_string(), message.text))
            }
            _ => None,
        })
        .collect()
    }
}

/// What is there of a bot.
#[derive(Debug, PartialEq, Eq)]
struct Left {
    linked: bool,
    runs: bool,
    session: bool,
    untold: bool,
    record: bool,
    directory: bool,
}

async fn left(process: &Process, dir: &TempDir, record: &BotRecord, session: &FakeSession) -> Left {
    let directory = dir.path().join("bots").join(record.id.to_string());
    let kept = process.store.registry().get(record.id).await;
    Left {
        linked: !session.was_logged_out(),
        runs: process.fleet.instances().get(record.id).is_some(),
        session: directory.join("session.db").exists(),
        untold: process.told().await.is_empty(),
        record: kept.expect("the registry works").is_some(),
        directory: directory.exists(),
    }
}

#[tokio::test]
async fn a_bot_ends_in_order() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = start(&dir).await;
    let (record, session) = process.bot_with_session().await;
    let noted = process
        .store
        .registry()
        .set_ending(record.id, ended())
        .await;
    noted.expect("noted");
    let mut expected = Left {
        linked: true,
        runs: true,
        session: true,
        untold: true,
        record: true,
        directory: true,
    };
    assert_eq!(left(&process, &dir, &record, &session).await, expected);
    for stage in STAGES {
        let taken = process.endings.take(stage, &record, &ended()).await;
        taken.expect("taken");
        match stage {
            Stage::LogOut => expected.linked = false,
            Stage::Land => expected.runs = false,
            Stage::ForgetSession => expected.session = false,
            Stage::Tell => expected.untold = false,
            Stage::Remove => (expected.record, expected.directory) = (false, false),
        }
        let left = left(&process, &dir, &record, &session).await;
        assert_eq!(left, expected, "after {stage:?}");
    }
    // As the life of a bot ends: what it is to WhatsApp first, what it is here last.
    assert_eq!(
        STAGES,
        [
            Stage::LogOut,
            Stage::Land,
            Stage::ForgetSession,
            Stage::Tell,
            Stage::Remove
        ]
    );
    process.end().await;
}

#[tokio::test]
async fn an_end_takes_all_stages_and_leaves_nothing() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = start(&dir).await;
    let (record, session) = process.bot_with_session().await;
    let begun = process.endings.begin(record.id, ended()).await;
    begun.expect("noted");
    process.gone(&record).await;
    let nothing = Left {
        linked: false,
        runs: false,
        session: false,
        untold: false,
        record: false,
        directory: false,
    };
    assert_eq!(left(&process, &dir, &record, &session).await, nothing);
    process.end().await;
}

#[tokio::test]
async fn an_end_that_was_cut_short_after_any_stage_goes_on_at_the_next_start() {
    for done in 0..STAGES.len() {
        let dir = tempfile::tempdir().expect("dir");
        let mut process = start(&dir).await;
        let (record, _) = process.bot_with_session().await;
        let noted = process
            .store
            .registry()
            .set_ending(record.id, ended())
            .await;
        noted.expect("noted");
        for stage in STAGES.into_iter().take(done) {
            let taken = process.endings.take(stage, &record, &ended()).await;
            taken.expect("taken");
        }
        let mut told = process.told().await;
        process.end().await;

        let mut process = start(&dir).await;
        let up = process.fleet.muster(&Restoring::default()).await;
        assert!(up.expect("mustered").is_empty(), "{done}: it is brought up");
        process.endings.resume().await.expect("resumed");
        // It is launched to be logged out, whatever is left of its session.
        let session = soon(process.starts.next()).await;
        match done {
            0 => session.open(account(SHOP).as_str()).await,
            1 | 2 => {
                let closed = SessionState::Closed {
                    cause: DisconnectCause::LoggedOut,
                    retrying: false,
                };
                session.tell(closed).await;
            }
            _ => session.tell(code()).await,
        }
        process.gone(&record).await;
        assert_eq!(session.was_logged_out(), done == 0, "{done}");
        let endings = process.store.registry().endings().await;
        assert!(endings.expect("read").is_empty(), "{done}");
        told.extend(process.told().await);
        let texts: Vec<_> = told.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["ended"], "{done}: once, and by one of the two");
        process.end().await;
    }
}

#[tokio::test]
async fn a_bot_that_is_being_ended_is_not_started() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (record, _) = process.open_bot(SHOP, ALICE).await;
    process.fleet.land(record.id).await;
    // As a process leaves it that is killed in the middle of an end.
    let noted = process
        .store
        .registry()
        .set_ending(record.id, ended())
        .await;
    noted.expect("noted");
    process.fleet.start(record.id).await.expect("nothing fails");
    assert!(process.fleet.instances().get(record.id).is_none());
    process.end().await;
}

#[tokio::test]
async fn a_bot_that_was_removed_on_the_phone_goes_by_itself() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (record, session) = process.open_bot(SHOP, ALICE).await;
    let logged_out = process.logged_out.take().expect("a receiver");
    let following = tokio::spawn(process.endings.clone().follow(logged_out));
    let instance = process.fleet.instances().get(record.id).expect("it runs");
    let mut status = instance.watch();
    let cause = DisconnectCause::LoggedOut;
    session
        .tell(SessionState::Closed {
            cause,
            retrying: false,
        })
        .await;
    // Its task ends when it is taken down.
    soon(status.wait_for(|_| false))
        .await
        .expect_err("it is taken down");
    process.gone(&record).await;
    following.abort();
    process.end().await;
}
