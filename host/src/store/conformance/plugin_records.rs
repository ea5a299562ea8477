//! What is kept about plugins: the suite's part on limits, breakers, receipts and failures.

use std::collections::BTreeMap;

use super::context::{by, one, set};
use super::{Bench, FORTNIGHT};
use crate::store::{
    BreakerChange, DataContext, Handled, KvBounds, LimitValues, NewFailure, Page, RecordBounds,
    StoreError, Wanted,
};

const ALL: u32 = 1_000;

fn limits(values: &[(&str, u64)]) -> LimitValues {
    let values = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    values.collect()
}

fn latest(plugin: Option<&str>, count: u32) -> Wanted {
    Wanted {
        plugin: plugin.map(str::to_owned),
        page: Page::Latest(count),
    }
}

async fn receipts(context: &dyn DataContext, wanted: Wanted) -> Vec<String> {
    let kept = context.receipts(wanted).await.expect("receipts");
    let text = |content: Vec<u8>| String::from_utf8(content).expect("text");
    kept.into_iter().map(|kept| text(kept.content)).collect()
}

/// One event that `plugin` handles and that leaves this receipt.
pub(crate) async fn run(context: &dyn DataContext, n: usize, plugin: &str, receipt: &str) {
    let row = one(context, &format!("A{n}")).await;
    let handled = Handled {
        receipt: Some(receipt.as_bytes().to_vec()),
        ..by(plugin, row)
    };
    context.commit(handled).await.expect("commit");
}

/// One event that `plugin` fails on, with what a list shows of it and all of it. Returns its number.
pub(crate) async fn failed_run(
    context: &dyn DataContext,
    n: usize,
    plugin: &str,
    summary: &str,
    content: &str,
) -> i64 {
    let row = one(context, &format!("A{n}")).await;
    let handled = Handled {
        failure: Some(NewFailure {
            summary: summary.as_bytes().to_vec(),
            content: content.as_bytes().to_vec(),
        }),
        ..by(plugin, row)
    };
    context.commit(handled).await.expect("commit");
    let kept = context.failures(latest(Some(plugin), 1)).await;
    kept.expect("failures").first().expect("one").row
}

pub(super) async fn limits_of_a_bot_are_its_own(bench: &impl Bench) {
    let (one, other) = (bench.context(10).await, bench.context(10).await);
    let (few, more) = (
        limits(&[("cpu_ms", 5)]),
        limits(&[("cpu_ms", 9), ("actions", 1)]),
    );
    one.set_plugin_limits("core", few).await.expect("set");
    one.set_plugin_limits("core", more.clone())
        .await
        .expect("set again");
    one.set_plugin_limits("echo", limits(&[("actions", 2)]))
        .await
        .expect("set");
    one.set_plugin_limits("echo", LimitValues::new())
        .await
        .expect("taken back");
    let kept = one.plugin_limits().await.expect("limits");
    assert_eq!(kept, BTreeMap::from([("core".to_owned(), more)]));
    assert!(other.plugin_limits().await.expect("limits").is_empty());
}

pub(super) async fn what_a_run_leaves_is_kept_with_its_event_or_not_at_all(bench: &impl Bench) {
    let context = bench.context(1_000).await;
    let row = one(context.as_ref(), "A1").await;
    let failed = Handled {
        receipt: Some(b"receipt".to_vec()),
        failure: Some(NewFailure {
            summary: b"summary".to_vec(),
            content: b"all of it".to_vec(),
        }),
        breaker: Some(BreakerChange::Keep(b"state".to_vec())),
        last: false,
        ..by("core", row)
    };
    let refused = Handled {
        writes: vec![set("a", &vec![0; 70_000])],
        ..failed.clone()
    };
    let error = context.commit(refused).await.expect_err("too large");
    assert!(matches!(error, StoreError::KvLimit { .. }), "{error}");
    assert!(
        receipts(context.as_ref(), latest(None, ALL))
            .await
            .is_empty()
    );
    assert!(context.breakers().await.expect("breakers").is_empty());

    context.commit(failed.clone()).await.expect("commit");
    context
        .commit(failed)
        .await
        .expect("a repeat leaves nothing more");
    assert_eq!(
        receipts(context.as_ref(), latest(None, ALL)).await,
        ["receipt"]
    );
    let kept = context.failures(latest(None, ALL)).await.expect("failures");
    let [kept] = kept.as_slice() else {
        panic!("one failure, not {kept:?}");
    };
    assert_eq!((kept.plugin.as_str(), kept.at), ("core", 2_000));
    assert_eq!(kept.content, b"summary");
    for (row, plugin, found) in [
        (kept.row, None, true),
        (kept.row, Some("core"), true),
        (kept.row, Some("echo"), false),
        (kept.row + 1, None, false),
    ] {
        let content = context.failure(row, plugin).await.expect("read");
        let wanted = found.then_some(b"all of it".as_slice());
        assert_eq!(content.as_deref(), wanted, "{row} of {plugin:?}");
    }
    let breakers = context.breakers().await.expect("breakers");
    assert_eq!(
        breakers,
        BTreeMap::from([("core".to_owned(), b"state".to_vec())])
    );
}

pub(super) async fn records_go_with_their_time(bench: &impl Bench) {
    let context = bench.context(1_000).await;
    for (n, at) in [(1, 1_000), (2, 2_000), (3, 3_000)] {
        let row = one(context.as_ref(), &format!("A{n}")).await;
        let failed = Handled {
            receipt: Some(format!("r{n}").into_bytes()),
            failure: Some(NewFailure {
                summary: format!("f{n}").into_bytes(),
                content: b"all of it".to_vec(),
            }),
            at,
            ..by("core", row)
        };
        context.commit(failed).await.expect("commit");
    }
    let kept = async |before| {
        context
            .clean_up(FORTNIGHT + before)
            .await
            .expect("clean up");
        let failures = context.failures(latest(None, ALL)).await;
        let failures = failures.expect("failures").into_iter();
        let failures: Vec<String> = failures
            .map(|kept| String::from_utf8_lossy(&kept.content).into_owned())
            .collect();
        (
            receipts(context.as_ref(), latest(None, ALL)).await,
            failures,
        )
    };
    assert_eq!(kept(1_000).await.0, ["r1", "r2", "r3"]);
    let (runs, failures) = kept(2_000).await;
    assert_eq!(
        (runs, failures),
        (strings(&["r2", "r3"]), strings(&["f2", "f3"]))
    );
    // The newest stays, so that no later one gets its number.
    let (runs, failures) = kept(9_000).await;
    assert_eq!((runs, failures), (strings(&["r3"]), strings(&["f3"])));
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

pub(super) async fn records_are_bounded_oldest_out_first(bench: &impl Bench) {
    let context = bench.context(1_000).await;
    for n in 0..12 {
        let plugin = if n % 2 == 0 { "core" } else { "echo" };
        run(context.as_ref(), n, plugin, &format!("r{n}")).await;
    }
    let kept = receipts(context.as_ref(), latest(None, ALL)).await;
    assert_eq!(kept, ["r7", "r8", "r9", "r10", "r11"], "by rows");
    assert_eq!(
        receipts(context.as_ref(), latest(Some("core"), ALL)).await,
        ["r8", "r10"]
    );
    assert_eq!(
        receipts(context.as_ref(), latest(None, 2)).await,
        ["r10", "r11"]
    );

    let rows = context.receipts(latest(None, ALL)).await.expect("receipts");
    let after = Wanted {
        plugin: Some("echo".to_owned()),
        page: Page::After(rows[1].row, 1),
    };
    assert_eq!(receipts(context.as_ref(), after).await, ["r9"]);

    let half = "x".repeat(45);
    run(context.as_ref(), 20, "core", &half).await;
    run(context.as_ref(), 21, "core", &half).await;
    let kept = receipts(context.as_ref(), latest(None, ALL)).await;
    assert_eq!(
        kept,
        ["r9", "r10", "r11", half.as_str(), half.as_str()],
        "98 bytes fit"
    );
    run(context.as_ref(), 22, "core", "xyz").await;
    let kept = receipts(context.as_ref(), latest(None, ALL)).await;
    assert_eq!(
        kept,
        ["r10", "r11", half.as_str(), half.as_str(), "xyz"],
        "5 rows"
    );
    run(context.as_ref(), 23, "core", &"y".repeat(50)).await;
    let kept = receipts(context.as_ref(), latest(None, ALL)).await;
    assert_eq!(
        kept,
        [half.clone(), "xyz".to_owned(), "y".repeat(50)],
        "98 bytes again"
    );
    let huge = "z".repeat(200);
    run(context.as_ref(), 24, "core", &huge).await;
    let kept = receipts(context.as_ref(), latest(None, ALL)).await;
    assert_eq!(kept, [huge], "the newest stays in any case");
    run(context.as_ref(), 25, "core", "a").await;
    assert_eq!(receipts(context.as_ref(), latest(None, ALL)).await, ["a"]);

    for n in 30..40 {
        let row = one(context.as_ref(), &format!("A{n}")).await;
        let failed = Handled {
            failure: Some(NewFailure {
                summary: vec![n],
                content: vec![0; 400],
            }),
            ..by("core", row)
        };
        context.commit(failed).await.expect("commit");
    }
    let kept = context.failures(latest(None, ALL)).await.expect("failures");
    let summaries: Vec<_> = kept.into_iter().map(|kept| kept.content).collect();
    assert_eq!(summaries, [[38], [39]], "1,000 bytes hold two");
}

pub(super) async fn records_of_a_plugin_are_bounded_apart_from_others(bench: &impl Bench) {
    let context = bench.context(1_000).await;
    let bounded = async |n: u32, plugin: &str, most: u64| {
        let row = one(context.as_ref(), &format!("A{n}")).await;
        let failed = Handled {
            receipt: Some(format!("r{n}").into_bytes()),
            failure: Some(NewFailure {
                summary: format!("f{n}").into_bytes(),
                content: Vec::new(),
            }),
            record_bounds: RecordBounds {
                receipts: most,
                failures: most,
            },
            ..by(plugin, row)
        };
        context.commit(failed).await.expect("commit");
    };
    let kept = async || {
        let failures = context.failures(latest(None, ALL)).await;
        let failures = failures.expect("failures").into_iter();
        let failures = failures.map(|kept| String::from_utf8(kept.content).expect("text"));
        let failures: Vec<_> = failures.map(|text| text.replacen('f', "r", 1)).collect();
        let receipts = receipts(context.as_ref(), latest(None, ALL)).await;
        // The bot has room for three of these.
        let the_same = receipts.ends_with(&failures) && failures.len() == receipts.len().min(3);
        assert!(the_same, "{receipts:?} and {failures:?}");
        receipts
    };
    bounded(0, "echo", 2).await;
    for n in 1..=6 {
        bounded(n, "core", 2).await;
    }
    assert_eq!(
        kept().await,
        ["r0", "r5", "r6"],
        "a busy one goes by itself"
    );
    bounded(7, "echo", 2).await;
    bounded(8, "echo", 2).await;
    assert_eq!(kept().await, ["r5", "r6", "r7", "r8"]);
    bounded(9, "core", 1).await;
    assert_eq!(kept().await, ["r7", "r8", "r9"], "a bound that was lowered");
    bounded(10, "core", 0).await;
    assert_eq!(kept().await, ["r7", "r8", "r10"], "the newest stays");
    for n in 11..=14 {
        bounded(n, "core", 10).await;
    }
    let all = ["r10", "r11", "r12", "r13", "r14"];
    assert_eq!(kept().await, all, "the bot's own bound holds besides");
    let later = FORTNIGHT * 2;
    context.clean_up(later).await.expect("clean up");
    bounded(15, "echo", 1).await;
    bounded(16, "core", 1).await;
    assert_eq!(kept().await, ["r15", "r16"]);
}

pub(super) async fn a_breaker_survives_a_crash_until_it_is_forgotten(bench: &impl Bench) {
    let context = bench.context(1_000).await;
    let keep = |state: &[u8]| BreakerChange::Keep(state.to_vec());
    context
        .change_breaker("core", keep(b"one"))
        .await
        .expect("keep");
    context
        .change_breaker("echo", keep(b"two"))
        .await
        .expect("keep");
    context
        .change_breaker("echo", keep(b"three"))
        .await
        .expect("keep");
    let context = bench.reopened(context).await;
    let breakers = context.breakers().await.expect("breakers");
    assert_eq!(
        breakers.get("core").map(Vec::as_slice),
        Some(b"one".as_slice())
    );
    assert_eq!(
        breakers.get("echo").map(Vec::as_slice),
        Some(b"three".as_slice())
    );
    context
        .change_breaker("core", BreakerChange::Forget)
        .await
        .expect("forget");
    let breakers = context.breakers().await.expect("breakers");
    assert_eq!(breakers.into_keys().collect::<Vec<_>>(), ["echo"]);
}

pub(super) async fn kv_bounds_are_the_plugins_own(bench: &impl Bench) {
    let context = bench.context(1_000).await;
    let write = async |n: u32, plugin: &str, bytes: usize, kv_bounds: KvBounds| {
        let row = one(context.as_ref(), &format!("A{n}")).await;
        let handled = Handled {
            writes: vec![set("k", &vec![0; bytes])],
            kv_bounds,
            ..by(plugin, row)
        };
        context.commit(handled).await.map(drop)
    };
    let wide = KvBounds {
        value_bytes: 100_000,
        total_bytes: 100_001,
    };
    write(1, "big", 100_000, wide).await.expect("widened");
    let narrow = KvBounds {
        value_bytes: 50_000,
        total_bytes: 10,
    };
    let error = write(2, "small", 20, narrow).await.expect_err("narrowed");
    assert!(
        matches!(
            error,
            StoreError::KvLimit {
                what: "in all",
                allowed: 10,
                ..
            }
        ),
        "{error}"
    );
    write(3, "big", 50_000, narrow)
        .await
        .expect("what only gets less is never refused");
}
