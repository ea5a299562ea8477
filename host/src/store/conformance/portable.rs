//! The suite's part on a bot's data in pieces.

use jadi_plugin_manifest::SettingValue;

use super::{ALICE, BOB, Bench, GROUP, jid, message, wanted};
use crate::model::{CpuTime, EventKind};
use crate::store::{
    ContextChange, Day, Handled, KvChange, Piece, ScheduleChange, SettingChange, SettingsChange,
    StoreError,
};

fn data(key: &str, value: &[u8]) -> Piece {
    Piece::PluginData {
        plugin: "notes".to_owned(),
        key: key.to_owned(),
        value: value.to_vec(),
    }
}

/// Fills a context by what plugins do and people say.
async fn fill(context: &crate::store::BotData) {
    let mut arrivals = wanted(vec![message(ALICE, ALICE, "A1", "hello")]);
    arrivals.iter_mut().for_each(|arrival| arrival.meets = true);
    let accepted = context.accept(arrivals, 5).await.expect("accepted");
    let mut due = message(ALICE, ALICE, "DUE1", "");
    due.kind = EventKind::Due {
        plugin: "notes".to_owned(),
        name: "tea".to_owned(),
        at: 900,
        payload: vec![1, 2],
    };
    let handled = Handled {
        event: accepted.new[0].row,
        plugin: Some("notes".to_owned()),
        writes: vec![KvChange {
            key: "list".to_owned(),
            value: Some(vec![0, 255, 7]),
        }],
        settings: vec![
            SettingChange {
                chat: None,
                name: "most".to_owned(),
                value: Some(SettingValue::Number(3)),
            },
            SettingChange {
                chat: Some(jid(GROUP)),
                name: "most".to_owned(),
                value: Some(SettingValue::Number(4)),
            },
        ],
        schedule: vec![ScheduleChange {
            chat: jid(ALICE),
            name: "tea".to_owned(),
            event: Some((900, due)),
        }],
        bot: vec![
            ContextChange::Settings(SettingsChange {
                language: Some("id".to_owned()),
                prefixes: None,
            }),
            ContextChange::Ban {
                person: jid(BOB),
                banned: true,
            },
        ],
        last: true,
        at: 6,
        ..Handled::default()
    };
    context.commit(handled).await.expect("kept");
}

pub(super) async fn a_bots_data_goes_out_and_comes_in_whole(bench: &impl Bench) {
    let (old, new) = (bench.context(10).await, bench.context(10).await);
    assert_eq!(new.pieces().await.expect("none"), []);
    fill(&old).await;
    let pieces = old.pieces().await.expect("pieces");
    let kinds: Vec<u8> = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Settings { .. } => 0,
            Piece::User { .. } => 1,
            Piece::Chat { .. } => 2,
            Piece::PluginSetting { .. } => 3,
            Piece::PluginData { .. } => 4,
            Piece::Scheduled { .. } => 5,
            Piece::Day { .. } => 6,
        })
        .collect();
    let all: std::collections::BTreeSet<u8> = kinds.iter().copied().collect();
    assert_eq!(all.len(), 7, "one of each kind: {kinds:?}");
    assert!(kinds.is_sorted(), "in order: {kinds:?}");
    let json = serde_json::to_string(&pieces).expect("json");
    assert_eq!(
        serde_json::from_str::<Vec<Piece>>(&json).expect("read"),
        pieces
    );

    new.replace(vec![data("old", b"x")]).await.expect("some");
    new.replace(pieces.clone()).await.expect("taken in");
    assert_eq!(new.pieces().await.expect("pieces"), pieces);
    let value = new.kv_get("notes", "list").await.expect("kv").value;
    assert_eq!(value, Some(vec![0, 255, 7]));
    let old_one = new.kv_get("notes", "old").await.expect("kv").value;
    assert_eq!(old_one, None, "what was there is gone");
    assert_eq!(new.settings().await.expect("settings").language, "id");
    let bytes = new.kv_bytes("notes").await.expect("bytes").value;
    assert_eq!(bytes, 7);
    let due = new.release_due(1_000).await.expect("due");
    assert_eq!(due.waiting.len(), 1, "it comes on the new host");

    // A day that has gone on here since does not begin again.
    let (day, more) = (
        Day::of(5),
        CpuTime {
            client: 90,
            plugins: 3,
        },
    );
    new.charge(day, more).await.expect("charged");
    new.replace(pieces).await.expect("taken in again");
    let today = new.day(day).await.expect("a day");
    assert_eq!((today.received, today.cpu), (1, more));
}

pub(super) async fn what_is_too_much_is_not_taken_in(bench: &impl Bench) {
    let context = bench.context(10).await;
    context
        .replace(vec![data("kept", b"x")])
        .await
        .expect("some");
    let before = context.pieces().await.expect("pieces");
    let large = vec![0; 64 * 1024 + 1];
    let refused = context
        .replace(vec![data("a", b"1"), data("b", &large)])
        .await;
    assert!(
        matches!(refused, Err(StoreError::KvLimit { .. })),
        "{refused:?}"
    );
    assert_eq!(context.pieces().await.expect("pieces"), before);
}

pub(super) async fn an_erased_bot_knows_nothing_and_goes_on(bench: &impl Bench) {
    let context = bench.context(10).await;
    fill(&context).await;
    let version = context.kv_get("notes", "list").await.expect("kv").version;
    let waits = message(BOB, BOB, "B1", "later");
    context.accept(wanted(vec![waits]), 7).await.expect("waits");
    context.erase().await.expect("erased");
    let last_day = Piece::Day {
        day: 0,
        received: 2,
        sent: 0,
        client_us: 0,
        plugins_us: 0,
    };
    assert_eq!(context.pieces().await.expect("none"), [last_day]);
    let totals = context.totals().await.expect("totals");
    assert_eq!((totals.received, totals.sent), (0, 0));
    assert_eq!(context.counts().await.expect("counts").users, 0);
    assert_eq!(context.waiting().await.expect("waiting").len(), 1);
    // What was handled is known still, and a handler that began before writes nothing.
    let again = wanted(vec![message(ALICE, ALICE, "A1", "hello")]);
    let again = context.accept(again, 8).await.expect("accepted");
    assert_eq!(again.repeated, 1);
    let row = context.waiting().await.expect("waiting")[0].row;
    let late = Handled {
        event: row,
        plugin: Some("notes".to_owned()),
        writes: vec![KvChange {
            key: "late".to_owned(),
            value: Some(vec![1]),
        }],
        read_version: Some(version),
        last: true,
        ..Handled::default()
    };
    let refused = context.commit(late).await;
    assert!(
        matches!(refused, Err(StoreError::KvConflict)),
        "{refused:?}"
    );
}
