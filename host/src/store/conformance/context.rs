//! The data context's part of the suite.

use jadi_plugin_manifest::SettingValue;

use super::{ALICE, BOB, Bench, GROUP, answer, jid, message, wanted};
use crate::clock::Millis;
use crate::model::{EventKind, Jid};
use crate::store::{
    Arrival, DataContext, Handled, KvBounds, KvChange, Released, Row, ScheduleChange,
    SettingChange, Settings, SettingsChange, StoreError, Totals,
};

pub(super) const BOUND: u64 = 1_000;

pub(super) fn set(key: &str, value: &[u8]) -> KvChange {
    KvChange {
        key: key.to_owned(),
        value: Some(value.to_vec()),
    }
}

pub(super) fn by(plugin: &str, event: Row) -> Handled {
    Handled {
        event,
        plugin: Some(plugin.to_owned()),
        last: true,
        at: 2_000,
        ..Handled::default()
    }
}

pub(super) async fn rows(context: &dyn DataContext) -> Vec<Row> {
    let waiting = context.waiting().await.expect("waiting");
    waiting.iter().map(|waiting| waiting.row).collect()
}

/// Keeps one event and returns its row.
pub(super) async fn one(context: &dyn DataContext, id: &str) -> Row {
    let event = message(ALICE, ALICE, id, "!ping");
    let accepted = context
        .accept(wanted(vec![event]), 1_500)
        .await
        .expect("accept");
    accepted.new.first().expect("a new event").row
}

pub(super) async fn an_event_is_kept_once_and_in_order(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let batch = || {
        vec![
            message(ALICE, ALICE, "A1", "one"),
            message(BOB, BOB, "A1", "two"),
            message(ALICE, ALICE, "A2", "three"),
            message(ALICE, ALICE, "A1", "one again"),
        ]
    };
    let first = context.accept(wanted(batch()), 1_500).await.expect("first");
    assert_eq!((first.new.len(), first.repeated), (3, 1));
    let again = context.accept(wanted(batch()), 1_600).await.expect("again");
    assert_eq!((again.new.len(), again.repeated), (0, 4));
    assert_eq!(context.waiting().await.expect("waiting"), first.new);

    let kept = context.unhandled(first.new[0].row).await.expect("read");
    let kept = kept.expect("there");
    assert_eq!(kept.event, message(ALICE, ALICE, "A1", "one"));
    assert!(kept.handled_by.is_empty());

    context
        .finish(vec![first.new[0].row], 1_700)
        .await
        .expect("finish");
    let after = context.accept(wanted(batch()), 1_800).await.expect("after");
    assert_eq!(after.repeated, 4, "a handled event is still known");
    assert_eq!(context.waiting().await.expect("waiting"), first.new[1..]);
    assert_eq!(
        context.unhandled(first.new[0].row).await.expect("read"),
        None
    );
    let totals = context.totals().await.expect("totals");
    assert_eq!(
        totals,
        Totals {
            received: 3,
            sent: 0
        }
    );
}

pub(super) async fn what_nobody_wants_is_known_but_not_kept(bench: &impl Bench) {
    let context = bench.context(1).await;
    let batch = || {
        ["A1", "A2", "A3"].map(|id| Arrival {
            event: message(ALICE, ALICE, id, "x"),
            wanted: id == "A2",
            keep: false,
            meets: false,
            gathers: None,
            posts: None,
        })
    };
    let accepted = context.accept(batch().to_vec(), 1).await.expect("accept");
    assert_eq!(
        (accepted.new.len(), accepted.unwanted, accepted.repeated),
        (1, 2, 0)
    );
    assert_eq!(context.waiting().await.expect("waiting"), accepted.new);
    let again = context.accept(batch().to_vec(), 2).await.expect("again");
    assert_eq!((again.new.len(), again.unwanted, again.repeated), (0, 0, 3));
    assert_eq!(context.totals().await.expect("totals").received, 3);
}

pub(super) async fn a_full_inbox_takes_none_of_a_batch(bench: &impl Bench) {
    let context = bench.context(3).await;
    let batch = |ids: &[&str]| -> Vec<_> {
        ids.iter()
            .map(|id| message(ALICE, ALICE, id, "x"))
            .collect()
    };
    context
        .accept(wanted(batch(&["A1", "A2"])), 1)
        .await
        .expect("room");
    let full = context.accept(wanted(batch(&["A3", "A4"])), 2).await;
    assert!(
        matches!(full, Err(StoreError::InboxFull { bound: 3 })),
        "{full:?}"
    );
    assert_eq!(rows(context.as_ref()).await.len(), 2);
    context
        .accept(wanted(batch(&["A1", "A2"])), 3)
        .await
        .expect("repeats need no room");
    context
        .finish(rows(context.as_ref()).await, 4)
        .await
        .expect("finish");
    let again = context
        .accept(wanted(batch(&["A3", "A4"])), 5)
        .await
        .expect("room again");
    assert_eq!(again.new.len(), 2);
}

pub(super) async fn handling_is_kept_whole_or_not_at_all(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let row = one(context.as_ref(), "A1").await;
    let too_large = Handled {
        writes: vec![set("a", b"1"), set("b", &vec![0; 70_000])],
        outgoing: vec![answer(ALICE, "B1", "never sent")],
        ..by("core", row)
    };
    let refused = context.commit(too_large).await;
    assert!(
        matches!(refused, Err(StoreError::KvLimit { .. })),
        "{refused:?}"
    );
    assert_eq!(context.kv_get("core", "a").await.expect("read").value, None);
    assert!(context.leaving().await.expect("outbox").is_empty());
    assert_eq!(rows(context.as_ref()).await, [row]);

    let good = Handled {
        writes: vec![set("a", b"1")],
        outgoing: vec![answer(ALICE, "B1", "one"), answer(BOB, "B2", "two")],
        ..by("core", row)
    };
    let leaving = context.commit(good.clone()).await.expect("commit");
    assert_eq!(leaving.len(), 2);
    assert_eq!(leaving, context.leaving().await.expect("outbox"));
    let value = context.kv_get("core", "a").await.expect("read").value;
    assert_eq!(value.as_deref(), Some(b"1".as_slice()));
    assert!(rows(context.as_ref()).await.is_empty());
    let again = context.commit(good).await.expect("commit again");
    assert!(
        again.is_empty(),
        "a handled event leaves nothing more behind"
    );
    assert_eq!(context.leaving().await.expect("outbox").len(), 2);
}

pub(super) async fn each_plugin_handles_an_event_once(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let row = one(context.as_ref(), "A1").await;
    let first = Handled {
        outgoing: vec![answer(ALICE, "B1", "first")],
        last: false,
        ..by("first", row)
    };
    assert_eq!(
        context.commit(first.clone()).await.expect("commit").len(),
        1
    );
    assert!(context.commit(first).await.expect("again").is_empty());
    let kept = context.unhandled(row).await.expect("read").expect("there");
    assert_eq!(kept.handled_by, ["first"]);
    let second = Handled {
        outgoing: vec![answer(ALICE, "B2", "second")],
        ..by("second", row)
    };
    assert_eq!(context.commit(second).await.expect("commit").len(), 1);
    assert_eq!(context.unhandled(row).await.expect("read"), None);
}

pub(super) async fn key_values_are_per_plugin_and_bounded(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let write = async |n: u32, plugin: &str, writes: Vec<KvChange>| {
        let row = one(context.as_ref(), &format!("A{n}")).await;
        let handled = Handled {
            writes,
            ..by(plugin, row)
        };
        context.commit(handled).await.map(drop)
    };
    let notes = ["note:é", "note:a", "other", "note:b", "notes"].map(|key| set(key, b"1234"));
    write(1, "notes", notes.to_vec()).await.expect("write");
    write(2, "core", vec![set("note:a", b"of core")])
        .await
        .expect("write");

    let keys = |versioned: crate::store::Versioned<Vec<String>>| versioned.value;
    let page = context
        .kv_keys("notes", "note:", None, 2)
        .await
        .expect("keys");
    assert_eq!(keys(page), ["note:a", "note:b"]);
    let page = context.kv_keys("notes", "note:", Some("note:b"), 9).await;
    assert_eq!(keys(page.expect("keys")), ["note:é"]);
    let page = context.kv_keys("core", "", None, 9).await.expect("keys");
    assert_eq!(keys(page), ["note:a"]);
    let value = context.kv_get("notes", "note:a").await.expect("get").value;
    assert_eq!(value.as_deref(), Some(b"1234".as_slice()));
    assert_eq!(context.kv_bytes("core").await.expect("bytes").value, 6 + 7);

    let mut change = vec![
        set("note:a", b"1"),
        set("note:a", b"12"),
        set("note:a", b"123"),
    ];
    change.push(KvChange {
        key: "gone".to_owned(),
        value: None,
    });
    write(3, "core", change).await.expect("write");
    assert_eq!(context.kv_bytes("core").await.expect("bytes").value, 6 + 3);
    let removed = KvChange {
        key: "note:a".to_owned(),
        value: None,
    };
    write(4, "core", vec![removed]).await.expect("write");
    assert_eq!(context.kv_bytes("core").await.expect("bytes").value, 0);
    assert_eq!(
        context.kv_get("core", "note:a").await.expect("get").value,
        None
    );

    let bounds = KvBounds::default();
    let full = vec![0; usize::try_from(bounds.value_bytes).expect("small")];
    let fits = bounds.total_bytes / (bounds.value_bytes + 8);
    let values: Vec<_> = (0..fits)
        .map(|n| set(&format!("key{n:05}"), &full))
        .collect();
    write(5, "big", values).await.expect("just fits");
    let one_more = write(6, "big", vec![set("one more", &full)]).await;
    assert!(
        matches!(one_more, Err(StoreError::KvLimit { what: "in all", .. })),
        "{one_more:?}"
    );
    let long_key = write(7, "big", vec![set(&"k".repeat(257), b"")]).await;
    assert!(matches!(
        long_key,
        Err(StoreError::KvLimit {
            what: "in one key",
            ..
        })
    ));
}

pub(super) async fn a_lost_update_is_refused(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let (first, second) = (
        one(context.as_ref(), "A1").await,
        one(context.as_ref(), "A2").await,
    );
    let seen = context.kv_get("core", "count").await.expect("read").version;
    let add = |row| Handled {
        read_version: Some(seen),
        writes: vec![set("count", b"1")],
        ..by("core", row)
    };
    context.commit(add(first)).await.expect("first");
    let lost = context.commit(add(second)).await;
    assert!(matches!(lost, Err(StoreError::KvConflict)), "{lost:?}");
    let only_reads = Handled {
        plugin: Some("reader".to_owned()),
        writes: Vec::new(),
        last: false,
        ..add(second)
    };
    context
        .commit(only_reads)
        .await
        .expect("what was read was true then");
    let other_plugin = Handled {
        plugin: Some("notes".to_owned()),
        read_version: Some(context.kv_bytes("notes").await.expect("read").version),
        ..add(second)
    };
    context
        .commit(other_plugin)
        .await
        .expect("plugins don't meet");
}

pub(super) async fn settings_fall_back_to_defaults(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let defaults = Settings::default();
    assert_eq!(context.settings().await.expect("settings"), defaults);
    let change = SettingsChange {
        language: Some("id".to_owned()),
        prefixes: None,
    };
    let changed = context.change_settings(change).await.expect("change");
    assert_eq!(changed.language, "id");
    assert_eq!(changed.prefixes, defaults.prefixes);
    assert_eq!(context.settings().await.expect("settings"), changed);
}

pub(super) async fn plugin_settings_are_per_plugin_and_chat(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let group = jid(GROUP);
    let change = |chat: Option<&Jid>, value: Option<SettingValue>| SettingChange {
        chat: chat.cloned(),
        name: "greeting".to_owned(),
        value,
    };
    let text = |text: &str| Some(SettingValue::Text(text.to_owned()));
    let accepted = context
        .accept(wanted(vec![message(ALICE, ALICE, "A1", "x")]), 1)
        .await;
    let handled = Handled {
        settings: vec![
            change(None, text("bot")),
            change(Some(&group), text("here")),
        ],
        ..by("one", accepted.expect("accept").new[0].row)
    };
    context.commit(handled).await.expect("commit");
    let set = context.set_plugin_setting("two", change(None, Some(SettingValue::Number(2))));
    set.await.expect("set");
    let context = bench.reopened(context).await;
    let read = async |plugin: &str, chat: Option<&Jid>| {
        let value = context.plugin_setting(plugin, chat, "greeting").await;
        value.expect("read")
    };
    assert_eq!(read("one", None).await, text("bot"));
    assert_eq!(read("one", Some(&group)).await, text("here"));
    assert_eq!(read("one", Some(&jid(ALICE))).await, None);
    assert_eq!(read("two", None).await, Some(SettingValue::Number(2)));
    let reset = context.set_plugin_setting("one", change(Some(&group), None));
    reset.await.expect("reset");
    assert_eq!(read("one", Some(&group)).await, None);
    assert_eq!(read("one", None).await, text("bot"));
}

fn due(name: &str, at: Millis) -> ScheduleChange {
    let mut event = message(GROUP, ALICE, &format!("due-{name}-{at}"), "");
    event.kind = EventKind::Due {
        plugin: "one".to_owned(),
        name: name.to_owned(),
        at,
        payload: b"x".to_vec(),
    };
    ScheduleChange {
        chat: jid(GROUP),
        name: name.to_owned(),
        event: Some((at, event)),
    }
}

pub(super) async fn what_is_due_goes_into_the_inbox_once(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let accepted = context
        .accept(wanted(vec![message(ALICE, ALICE, "A1", "x")]), 1)
        .await;
    let handled = Handled {
        schedule: vec![
            due("tea", 100),
            due("cake", 300),
            due("nap", 200),
            due("tea", 150),
        ],
        ..by("one", accepted.expect("accept").new[0].row)
    };
    context.commit(handled).await.expect("commit");
    let context = bench.reopened(context).await;
    let group = jid(GROUP);
    let open = context.scheduled("one", &group).await.expect("read");
    let expected = [("cake", 300), ("nap", 200), ("tea", 150)];
    assert_eq!(
        open,
        expected.map(|(name, at)| (name.to_owned(), at)).into()
    );
    assert!(
        context
            .scheduled("two", &group)
            .await
            .expect("read")
            .is_empty()
    );

    let released = context.release_due(149).await.expect("release");
    assert_eq!((released.waiting.len(), released.next), (0, Some(150)));
    let released = context.release_due(200).await.expect("release");
    assert_eq!((released.waiting.len(), released.next), (2, Some(300)));
    let first = released.waiting[0].row;
    let unhandled = context
        .unhandled(first)
        .await
        .expect("read")
        .expect("it waits");
    assert!(matches!(&unhandled.event.kind, EventKind::Due { name, at: 150, .. } if name == "tea"));
    let again = context.release_due(200).await.expect("release");
    assert!(again.waiting.is_empty());

    let cancel = ScheduleChange {
        chat: group,
        name: "cake".to_owned(),
        event: None,
    };
    let handled = Handled {
        schedule: vec![cancel],
        ..by("one", first)
    };
    context.commit(handled).await.expect("commit");
    assert_eq!(
        context.release_due(900).await.expect("release"),
        Released::default()
    );
}

pub(super) async fn everything_survives_a_crash(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let first = one(context.as_ref(), "A1").await;
    let second = one(context.as_ref(), "A2").await;
    let handled = Handled {
        writes: vec![set("a", b"1")],
        outgoing: vec![answer(ALICE, "B1", "one")],
        ..by("core", first)
    };
    let leaving = context.commit(handled).await.expect("commit");
    let context = bench.reopened(context).await;
    assert_eq!(rows(context.as_ref()).await, [second]);
    assert_eq!(context.leaving().await.expect("outbox"), leaving);
    let value = context.kv_get("core", "a").await.expect("read").value;
    assert_eq!(value.as_deref(), Some(b"1".as_slice()));
    let repeated = context
        .accept(wanted(vec![message(ALICE, ALICE, "A1", "!ping")]), 9)
        .await;
    assert_eq!(repeated.expect("accept").repeated, 1);
}

pub(super) async fn a_closed_context_says_so(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    context.close().await.expect("close");
    assert!(matches!(context.settings().await, Err(StoreError::Closed)));
    context.close().await.expect("closing twice is no error");
}
