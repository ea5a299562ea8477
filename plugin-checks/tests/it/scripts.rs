//! The examples in JavaScript and Python: commands answered, data kept, errors told with a trace, and replayed exactly.

use std::collections::BTreeSet;

use jadi_plugin_checks::{Bot, Built, Typed, examples, load, runtime};
use jadi_plugin_manifest::LimitsClass;
use jadi_plugin_runtime::{Failure, Limits, LoadError, LogLevel, LogLine, Outcome, PoolUse};
use jadi_plugin_test::{Speaker, TestBot};

use crate::compiled;

fn example(name: &str) -> Built {
    let built = examples().expect("built examples");
    let found = built.into_iter().find(|built| built.name == name);
    found.expect("it is among the examples")
}

fn bot_with(name: &str) -> TestBot {
    let mut limits = Limits::default();
    // The machine that runs the tests may be busy.
    for limits in [&mut limits.event, &mut limits.most] {
        limits.wall_ms = 60_000;
        limits.cpu_ms = 60_000;
    }
    TestBot::load_kept(&example(name).bytes, limits, compiled()).expect("it loads")
}

const ALICE: &str = "6280000000101";

/// The text of all lines of this level.
fn logged(log: &[LogLine], level: LogLevel) -> String {
    let lines = log.iter().filter(|line| line.level == level);
    lines.map(|line| format!("{}\n", line.text)).collect()
}

/// All that is said when the same is asked again and again, by chance.
fn said(bot: &TestBot, alice: &Speaker<'_>, text: &str) -> BTreeSet<String> {
    let ask = |seed| {
        bot.random_seed(seed);
        alice.says(text).text().to_owned()
    };
    (0..40).map(ask).collect()
}

#[test]
fn javascript_answers_and_keeps_what_it_counts() {
    let bot = bot_with("tally");
    let alice = bot.private(ALICE);
    assert!(
        alice
            .says("!tally")
            .text()
            .starts_with("Nothing is counted")
    );
    assert_eq!(alice.says("!tally Coffee").text(), "coffee: *1*");
    assert_eq!(alice.says("!tally coffee").text(), "coffee: *2*");
    assert_eq!(alice.says("!tally tea").text(), "tea: *1*");
    assert_eq!(alice.says("!tally").text(), "*Tallies*\ncoffee: 2\ntea: 1");
    let keys = bot.keys();
    assert_eq!(keys.len(), 1, "one key for one chat");
    let kept = bot.kv_bytes(&keys[0]).expect("a value");
    assert_eq!(kept, br#"{"coffee":2,"tea":1}"#);
    bot.set_language("id");
    assert!(alice.says("!tally").text().starts_with("*Hitungan*"));
}

#[test]
fn python_answers_and_keeps_what_it_is_told() {
    let bot = bot_with("quotes");
    let alice = bot.private(ALICE).named("Alice");
    assert!(alice.says("!quote").text().starts_with("No quotes yet"));
    let kept = alice.says("!quote add Fresh is affordable");
    assert_eq!(kept.text(), "Kept. That makes 1.");
    let quote = alice.says("!quote").text().to_owned();
    assert!(
        quote.starts_with("“Fresh is affordable”\nAlice, 20"),
        "{quote}"
    );
}

/// An interpreter begins every event from one snapshot: chance must be the event's and not the snapshot's.
#[test]
fn chance_differs_from_event_to_event_and_comes_again_with_its_seed() {
    for (name, fill, ask) in [
        ("tally", "!tally drink", "!tally pick"),
        ("quotes", "!quote add number", "!quote"),
    ] {
        let bot = bot_with(name);
        let alice = bot.private(ALICE);
        for number in 0..9 {
            alice.says(&format!("{fill} {number}"));
        }
        let first = said(&bot, &alice, ask);
        assert!(first.len() > 2, "{name}: {first:?}");
        assert_eq!(said(&bot, &alice, ask), first, "{name}");
        bot.random_seed(7);
        let one = alice.says(ask).text().to_owned();
        bot.random_seed(7);
        assert_eq!(alice.says(ask).text(), one, "{name}");
    }
}

#[test]
fn a_javascript_error_comes_with_its_stack() {
    let bot = bot_with("tally");
    let alice = bot.private(ALICE);
    alice.says("!tally coffee");
    bot.set_kv(&bot.keys()[0], "no object");
    let failed = alice.fails("!tally coffee");
    match failed.failure() {
        Some(Failure::Handler { message }) => {
            assert!(message.starts_with("TypeError"), "{message}");
        }
        other => panic!("ended by {other:?}; it logged {:?}", failed.log),
    }
    let trace = logged(&failed.log, LogLevel::Error);
    for part in ["TypeError", "answer", "plugin.js:"] {
        assert!(trace.contains(part), "{part} is not in {trace}");
    }
}

#[test]
fn a_python_exception_comes_with_its_traceback() {
    let bot = bot_with("quotes");
    let alice = bot.private(ALICE);
    alice.says("!quote add one");
    bot.set_kv(&bot.keys()[0], "no list");
    let failed = alice.fails("!quote add two");
    assert!(
        matches!(failed.failure(), Some(Failure::Trap { .. })),
        "{:?}",
        failed.failure()
    );
    let trace = logged(&failed.log, LogLevel::Error);
    for part in ["Traceback", "app.py", "in answer", "AttributeError"] {
        assert!(trace.contains(part), "{part} is not in {trace}");
    }
}

/// What is the same when an event is run again.
fn told(outcome: &Outcome) -> String {
    format!("{:?} {:?}", outcome.failure, outcome.log)
}

#[tokio::test]
async fn a_failed_event_comes_again_exactly() {
    // Kept values that neither can handle.
    for (name, command, spoilt) in [("tally", "tally", "{ no JSON"), ("quotes", "quote", "{}")] {
        let built = example(name);
        let runtime = runtime(1, Some(compiled())).expect("a runtime");
        let plugin = load(&runtime, &built).expect("it loads");
        let bot = Bot::new('a', 7).expect("a bot");
        let typed = |args| Typed {
            name: command,
            args,
        };
        let input = bot.command(typed("add one"), "en").expect("a command");
        bot.run(&runtime, &plugin, input).await;
        bot.spoil(spoilt.as_bytes());
        let input = bot.command(typed("add two"), "en").expect("a command");
        let failed = bot.run(&runtime, &plugin, input).await;
        let recording = failed.recording.as_ref().expect("it failed");
        let elsewhere = jadi_plugin_checks::runtime(1, Some(compiled())).expect("a runtime");
        let again = load(&elsewhere, &built).expect("it loads");
        let replayed = elsewhere.replay(&again, recording).await;
        assert_eq!(told(&replayed.outcome), told(&failed), "{name}");
        assert_eq!(replayed.differences, [""; 0], "{name}");
    }
}

#[test]
fn scripts_need_a_grant_and_have_a_pool_of_their_own() {
    for name in ["tally", "quotes"] {
        let runtime = runtime(1, Some(compiled())).expect("a runtime");
        let built = example(name);
        let error = runtime.load(&built.bytes).expect_err("not granted");
        assert!(
            matches!(&error, LoadError::ScriptNotGranted { name: of } if of == name),
            "{error}"
        );
        assert_eq!(runtime.pool_use(LimitsClass::Script), None);
        load(&runtime, &built).expect("granted");
        let small = runtime.pool_use(LimitsClass::Small);
        assert_eq!(small, Some(PoolUse::default()));
    }
}
