//! Plugins that fail: what is kept of it, when they are left alone, and who is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jadi_plugin_manifest::Manifest;

use super::{
    ALICE, BOB, FailingVersions, Fake, Handler, Host, OWNER, Place, ROOT, answered, jid,
    private_message, said, soon,
};
use crate::dispatch::{Measure, evidence, failures, logs, logs_after};
use crate::model::{Action, BotRole};
use crate::plugins::{
    Allowance, EventInput, EventLimits, FailedEvent, Failure, Grants, LimitOverrides, Limits,
    LogLevel, LogLine, Outcome, Reads, Receipt, Recording,
};
use crate::store::{LimitValues, SettingsChange};

const CORE: &str = r#"{"name":"core","version":"1.0.0","languages":["en"],
    "commands":[{"name":"ping","summary":"x"}]}"#;
const NEWER: &str = r#"{"name":"core","version":"1.0.1","languages":["en"],
    "commands":[{"name":"ping","summary":"x"}]}"#;

const BROKEN: &str = "That did not work: something in this command is broken.";
const RESTS: &str = "This command failed too often and is resting. Try again later.";
const OFF: &str = "This command kept failing and is switched off. The bot's owner knows.";

/// A plugin that fails on every command but `!ping well`.
fn broken(manifest: &str) -> Arc<dyn Handler> {
    Fake::doing(manifest, |input, _| {
        Box::pin(async move {
            if said(&input.event) == "!ping well" {
                return answered(&input.event, "well");
            }
            let recording = Recording {
                input: input.clone().into(),
                limits: EventLimits::default(),
                seed: [7; 32],
                clock: Vec::new(),
                reads: Vec::new(),
                cut: false,
            };
            Outcome {
                actions: Vec::new(),
                log: vec![LogLine {
                    level: LogLevel::Info,
                    text: "about to break".to_owned(),
                }],
                receipt: Receipt {
                    cpu_micros: 500,
                    host_calls: 64,
                    ..Receipt::default()
                },
                failure: Some(Failure::Trap {
                    cause: "unreachable".to_owned(),
                    backtrace: vec!["oops".to_owned()],
                }),
                recording: Some(Box::new(recording)),
                ..answered(&input.event, "")
            }
        })
    })
}

/// Asks again and again, each time with another message, two people in turn.
struct Asking<'a> {
    host: &'a Host,
    asked: u32,
    life: &'static str,
}

impl<'a> Asking<'a> {
    fn new(host: &'a Host, life: &'static str) -> Self {
        let asked = 0;
        Self { host, asked, life }
    }

    async fn ask(&mut self, text: &str) -> Vec<String> {
        let who = if self.asked.is_multiple_of(2) {
            ALICE
        } else {
            BOB
        };
        self.says(who, text).await
    }

    async fn says(&mut self, who: &str, text: &str) -> Vec<String> {
        self.asked += 1;
        let id = format!("{}{}", self.life, self.asked);
        self.host.asks(private_message(who, &id, text)).await
    }

    /// Makes the plugin fail so often and so long that it is quarantined, and returns what was said last.
    async fn until_quarantined(&mut self) -> Vec<String> {
        for _ in 0..5 {
            assert_eq!(self.ask("!ping").await, [BROKEN]);
        }
        self.host.clock.advance(Duration::from_secs(61));
        for _ in 0..2 {
            assert_eq!(self.ask("!ping").await, [BROKEN]);
        }
        self.host.clock.advance(Duration::from_secs(121));
        assert_eq!(self.ask("!ping").await, [BROKEN]);
        self.ask("!ping").await
    }
}

#[tokio::test]
async fn nobody_switches_a_plugin_off_for_others_by_what_they_make_fail() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "A");
    for _ in 0..3 {
        for _ in 0..15 {
            assert_eq!(asking.says(ALICE, "!ping").await, [BROKEN]);
        }
        assert_eq!(asking.says(BOB, "!ping well").await, ["well"]);
        host.clock.advance(Duration::from_secs(3_600));
    }
    host.end().await;
}

#[tokio::test]
async fn what_was_said_of_a_plugin_in_a_bot_decides_when_it_rests() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    let values = LimitValues::from([("breaker.failures".to_owned(), 2)]);
    let set = host.data.set_plugin_limits("core", values);
    set.await.expect("set");
    host.dispatch.reload_limits().await.expect("reload");
    let mut asking = Asking::new(&host, "A");
    for _ in 0..2 {
        assert_eq!(asking.ask("!ping").await, [BROKEN]);
    }
    assert_eq!(asking.ask("!ping well").await, [RESTS]);
    host.end().await;
}

#[tokio::test]
async fn a_rest_goes_on_after_a_restart_and_ends_for_good_with_a_success() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "A");
    for _ in 0..5 {
        assert_eq!(asking.ask("!ping").await, [BROKEN]);
    }
    host.end().await;

    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "B");
    assert_eq!(asking.ask("!ping well").await, [RESTS]);
    host.clock.advance(Duration::from_secs(61));
    assert_eq!(asking.ask("!ping well").await, ["well"]);
    host.end().await;

    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "C");
    for _ in 0..4 {
        assert_eq!(
            asking.ask("!ping").await,
            [BROKEN],
            "not half open any more"
        );
    }
    assert_eq!(asking.ask("!ping well").await, ["well"]);
    host.end().await;
}

#[tokio::test]
async fn a_quarantine_is_told_to_the_owner_once_and_lasts_until_it_is_ended() {
    let place = Place::of_sub_bot();
    let host = place.start(vec![broken(CORE)]).await;
    let change = SettingsChange {
        language: Some("es".to_owned()),
        prefixes: None,
    };
    host.data.change_settings(change).await.expect("change");
    host.dispatch.reload_settings().await.expect("reload");
    let mut asking = Asking::new(&host, "A");
    for _ in 0..5 {
        asking.ask("!ping").await;
    }
    for seconds in [61, 121] {
        host.clock.advance(Duration::from_secs(seconds));
        for _ in 0..2 {
            asking.ask("!ping").await;
        }
    }
    let told = |host: &Host| -> Vec<String> {
        let attempts = host.session.attempts().into_iter();
        let to_owner = attempts.filter_map(|outgoing| match outgoing.action {
            Action::Send(message) if message.chat == jid(OWNER) => Some(message.text),
            _ => None,
        });
        to_owner.collect()
    };
    let [text] = told(&host).try_into().expect("told once");
    assert!(
        text.starts_with("*El complemento core 1.0.0 está desactivado*")
            && text.contains("the plugin trapped: unreachable")
            && text.ends_with("jadi plugin release core"),
        "{text}"
    );
    for _ in 0..3 {
        let off = asking.ask("!ping well").await;
        assert!(off[0].contains("está desactivado"), "{off:?}");
    }
    assert_eq!(told(&host).len(), 1);
    let entries = logs(&host.data, Some("core"), 1).await.expect("logs");
    let line = &entries[0].receipt.log.last().expect("a line").text;
    assert!(
        line.contains("switched off") && line.contains("jadi plugin release core"),
        "{line}"
    );
    host.end().await;

    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "B");
    host.clock.advance(Duration::from_secs(7 * 24 * 3600));
    assert!(asking.ask("!ping well").await[0].contains("está desactivado"));
    assert!(told(&host).is_empty());
    assert!(host.dispatch.release("core").await.expect("kept"));
    assert_eq!(asking.ask("!ping well").await, ["well"]);
    assert!(
        !host.dispatch.release("core").await.expect("kept"),
        "twice is no harm"
    );
    host.end().await;

    let host = place.start(vec![broken(CORE)]).await;
    assert_eq!(Asking::new(&host, "C").ask("!ping well").await, ["well"]);
    host.end().await;
}

#[tokio::test]
async fn the_main_bots_operators_are_told_and_another_version_is_tried() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "A");
    let said = asking.until_quarantined().await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said.contains(&BROKEN.to_owned()));
    let attempts = host.session.attempts();
    let to_root = attempts
        .iter()
        .filter(|outgoing| *outgoing.action.chat() == jid(ROOT));
    assert_eq!(to_root.count(), 1);
    assert_eq!(asking.ask("!ping well").await, [OFF]);
    host.enable(vec![broken(NEWER)]);
    assert_eq!(asking.ask("!ping well").await, ["well"]);
    host.end().await;
}

#[tokio::test]
async fn a_version_that_fails_in_three_bots_has_to_go_also_after_a_restart() {
    let (failing, mut told) = FailingVersions::new(Limits::default().breaker);
    let places = [1, 2, 3].map(|n| Place {
        failing: failing.clone(),
        // Not all of one owner.
        role: if n == 1 { BotRole::Sub } else { BotRole::Main },
        ..Place::numbered(n)
    });
    for (n, place) in places.iter().enumerate() {
        let host = place.start(vec![broken(CORE)]).await;
        let mut asking = Asking::new(&host, "A");
        for _ in 0..5 {
            asking.ask("!ping").await;
        }
        host.end().await;
        assert_eq!(told.try_recv().is_ok(), n == 2, "after {} bots", n + 1);
    }

    let (failing, mut told) = FailingVersions::new(Limits::default().breaker);
    let mut hosts = Vec::new();
    for place in places {
        let place = Place {
            failing: failing.clone(),
            ..place
        };
        hosts.push((place.start(vec![broken(CORE)]).await, place));
    }
    let notice = told.try_recv().expect("told at the start");
    assert_eq!(
        (notice.plugin.as_str(), notice.version.as_str()),
        ("core", "1.0.0")
    );
    assert_eq!(notice.digest, broken(CORE).digest());
    assert_eq!(notice.bots.len(), 3);
    for (host, _place) in hosts {
        host.end().await;
    }
}

#[tokio::test]
async fn what_a_replaced_version_still_does_is_not_held_against_the_new_one() {
    let (begun, began) = tokio::sync::watch::channel(0);
    let (go, gone) = tokio::sync::watch::channel(false);
    let slow = Fake::doing(CORE, move |input, _| {
        let mut gone = gone.clone();
        begun.send_modify(|begun| *begun += 1);
        Box::pin(async move {
            gone.wait_for(|gone| *gone).await.expect("the test goes on");
            Outcome {
                actions: Vec::new(),
                failure: Some(Failure::Handler {
                    message: "late".to_owned(),
                }),
                ..answered(&input.event, "")
            }
        })
    });
    let place = Place::new();
    let host = place.start(vec![slow]).await;
    host.receive(vec![private_message(ALICE, "A1", "!ping")])
        .await;
    let mut began = began;
    soon(began.wait_for(|begun| *begun == 1))
        .await
        .expect("begun");
    host.enable(vec![broken(NEWER)]);
    go.send_replace(true);
    host.settled().await;
    assert!(host.data.breakers().await.expect("breakers").is_empty());
    host.end().await;
}

#[tokio::test]
async fn every_run_leaves_a_receipt_with_its_shares_and_its_log() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "A");
    asking.ask("!ping well").await;
    asking.ask("!ping").await;
    asking.ask("nobody's").await;
    let entries = logs(&host.data, Some("core"), 10).await.expect("logs");
    let [well, failed] = entries.as_slice() else {
        panic!("two runs, not {entries:?}");
    };
    assert_eq!(well.receipt.failure, None);
    let receipt = &failed.receipt;
    assert_eq!(receipt.event, format!("e{}", 2));
    assert_eq!(receipt.version, "1.0.0");
    assert!(broken(CORE).digest().starts_with(&receipt.digest) && receipt.digest.len() == 16);
    assert_eq!(
        receipt.failure.as_deref(),
        Some("the plugin trapped: unreachable")
    );
    assert_eq!(receipt.backtrace, ["oops"]);
    assert_eq!(receipt.log[0].text, "about to break");
    let percent = |of: Measure| {
        let mut shares = receipt.shares();
        shares
            .find(|share| share.of == of)
            .expect("a share")
            .percent()
    };
    assert_eq!(percent(Measure::Cpu), 1);
    assert_eq!(percent(Measure::HostCalls), 50);
    assert_eq!(percent(Measure::Text), 0);
    assert!(
        logs(&host.data, Some("echo"), 10)
            .await
            .expect("logs")
            .is_empty()
    );
    host.end().await;
}

#[tokio::test]
async fn who_follows_a_log_is_told_of_each_run_once() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    let mut asking = Asking::new(&host, "A");
    asking.ask("!ping well").await;
    let mut receipts = host.dispatch.receipts();
    let mut seen = 0;
    for expected in ["e1", "e2", "e3"] {
        let entries = logs_after(&host.data, "core", seen).await.expect("logs");
        let [entry] = entries.as_slice() else {
            panic!("one more run, not {entries:?}");
        };
        assert_eq!(entry.receipt.event, expected);
        seen = entry.row;
        receipts.mark_unchanged();
        asking.ask("!ping well").await;
        soon(receipts.changed()).await.expect("the bot is there");
    }
    host.end().await;
}

#[tokio::test]
async fn a_failed_event_is_kept_with_what_it_takes_to_run_it_again() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    Asking::new(&host, "A").ask("!ping now").await;
    let kept = failures(&host.data, Some("core"), 10)
        .await
        .expect("failures");
    let [evidence::FailureEntry { row, summary, .. }] = kept.as_slice() else {
        panic!("one failure, not {kept:?}");
    };
    assert_eq!(summary.failure, "the plugin trapped: unreachable");
    let content = host
        .data
        .failure(*row, None)
        .await
        .expect("read")
        .expect("kept");
    assert_eq!(summary.bytes, content.len() as u64);
    let failed = FailedEvent::parse(&content).expect("a failed event");
    assert_eq!(failed.plugin.digest, broken(CORE).digest());
    assert_eq!(failed.recording.input.event_id, "e1");
    assert_eq!(said(&failed.recording.input.event), "!ping now");
    assert_eq!(failed.log.len(), 1);
    host.end().await;
}

/// A plugin that answers with what it may use.
struct Measured {
    manifest: Manifest,
    asked: Mutex<u32>,
}

#[async_trait]
impl Handler for Measured {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn grants(&self) -> Grants {
        Grants::ALL
    }

    fn digest(&self) -> &'static str {
        "0123456789abcdef"
    }

    fn limits(&self, of_bot: &LimitOverrides) -> Allowance {
        *self.asked.lock().expect("lock") += 1;
        Limits::default().effective(&self.manifest, &[of_bot])
    }

    async fn handle(
        &self,
        input: EventInput,
        limits: EventLimits,
        _reads: Arc<dyn Reads>,
    ) -> Outcome {
        answered(&input.event, &format!("{} ms", limits.cpu_ms))
    }
}

#[tokio::test]
async fn how_much_is_kept_of_a_plugin_is_for_the_operator_to_say() {
    let place = Place::new();
    let host = place.start(vec![broken(CORE)]).await;
    let values = LimitValues::from([
        ("records.receipts".to_owned(), 3),
        ("records.failures".to_owned(), 1),
    ]);
    let set = host.data.set_plugin_limits("core", values);
    set.await.expect("set");
    host.dispatch.reload_limits().await.expect("reload");
    let mut asking = Asking::new(&host, "A");
    for said in ["!ping", "!ping", "!ping well", "!ping well"] {
        asking.ask(said).await;
    }
    let kept = failures(&host.data, None, 10).await.expect("failures");
    let events: Vec<_> = kept
        .iter()
        .map(|kept| kept.summary.event.as_str())
        .collect();
    assert_eq!(events, ["e2"]);
    let kept = logs(&host.data, None, 10).await.expect("logs");
    let events: Vec<_> = kept
        .iter()
        .map(|kept| kept.receipt.event.as_str())
        .collect();
    assert_eq!(events, ["e2", "e3", "e4"]);
    host.end().await;
}

#[tokio::test]
async fn in_a_bot_to_try_versions_in_one_that_rests_has_to_go_at_once() {
    let (failing, mut told) = FailingVersions::new(Limits::default().breaker);
    for (n, values) in [
        (1, LimitValues::new()),
        (
            2,
            ["breaker.bots", "breaker.owners", "breaker.people"]
                .map(|name| (name.to_owned(), 1))
                .into(),
        ),
    ] {
        let place = Place {
            failing: failing.clone(),
            ..Place::numbered(n)
        };
        let host = place
            .start(vec![broken(if n == 1 { CORE } else { NEWER })])
            .await;
        let set = host.data.set_plugin_limits("core", values);
        set.await.expect("set");
        host.dispatch.reload_limits().await.expect("reload");
        let mut asking = Asking::new(&host, "A");
        for _ in 0..5 {
            asking.ask("!ping").await;
        }
        host.end().await;
        let told = told.try_recv().map(|notice| notice.bots.len());
        assert_eq!(told.ok(), (n == 2).then_some(1), "bot {n}");
    }
}

#[tokio::test]
async fn limits_are_worked_out_once_for_a_plugin_in_a_bot() {
    let place = Place::new();
    let measured = Arc::new(Measured {
        manifest: Manifest::parse(CORE.as_bytes()).expect("manifest"),
        asked: Mutex::default(),
    });
    let host = place.start(vec![measured.clone()]).await;
    let mut asking = Asking::new(&host, "A");
    for _ in 0..3 {
        assert_eq!(asking.ask("!ping").await, ["50 ms"]);
    }
    assert_eq!(*measured.asked.lock().expect("lock"), 1);
    let values = LimitValues::from([("cpu_ms".to_owned(), 7)]);
    let set = host.data.set_plugin_limits("core", values);
    set.await.expect("set");
    host.dispatch.reload_limits().await.expect("reload");
    assert_eq!(asking.ask("!ping").await, ["7 ms"]);
    assert_eq!(*measured.asked.lock().expect("lock"), 2);
    host.end().await;

    let host = place.start(vec![measured]).await;
    assert_eq!(Asking::new(&host, "B").ask("!ping").await, ["7 ms"]);
    host.end().await;
}
