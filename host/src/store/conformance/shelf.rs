//! The shelf's part of the suite.

use jadi_plugin_manifest::Capability;

use super::Bench;
use crate::model::{BotId, BotRecord, BotRole, Digest, LinkMethod};
use crate::store::{Installer, PluginRecord, PluginVersion, StoreError};

fn bot(n: u8) -> BotRecord {
    let id = BotId::from_random([n; 16]);
    BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1)
}

fn version(n: u8) -> PluginVersion {
    PluginVersion {
        digest: Digest::of(&[n]),
        version: format!("1.0.{n}"),
        installed: i64::from(n),
        by: match n % 3 {
            0 => Installer::BuiltIn,
            1 => Installer::Operator,
            _ => Installer::Dev,
        },
    }
}

fn record(name: &str) -> PluginRecord {
    PluginRecord {
        name: name.to_owned(),
        // Not in the order of their digests.
        versions: vec![version(3), version(1), version(2)],
        current: version(1).digest,
        everywhere: true,
        switches: [(bot(1).id, false), (bot(2).id, true)].into(),
        denied: [Capability::Kv, Capability::Chat].into(),
        built_in: Some(version(3).digest),
    }
}

pub(super) async fn plugins_come_back_whole(bench: &impl Bench) {
    let (registry, shelf) = bench.shelf().await;
    for n in [1, 2] {
        registry.add(&bot(n), vec![n; 72]).await.expect("add");
    }
    assert_eq!(shelf.list().await.expect("list"), []);
    let (one, other) = (record("one"), record("other"));
    shelf.put(&other).await.expect("put");
    shelf.put(&one).await.expect("put");
    let all = shelf.list().await.expect("list");
    assert_eq!(all, [one.clone(), other.clone()]);

    let changed = PluginRecord {
        versions: vec![version(2)],
        current: version(2).digest,
        everywhere: false,
        switches: [(bot(2).id, false)].into(),
        denied: [].into(),
        built_in: None,
        ..one
    };
    shelf.put(&changed).await.expect("put");
    let all = shelf.list().await.expect("list");
    assert_eq!(all, [changed, other.clone()], "nothing is left of before");

    shelf.take("one").await.expect("take");
    assert_eq!(shelf.list().await.expect("list"), [other]);
    let gone = shelf.take("one").await;
    assert!(
        matches!(&gone, Err(StoreError::NoSuchPlugin(name)) if name == "one"),
        "{gone:?}"
    );
}

pub(super) async fn a_bot_takes_its_switches_with_it(bench: &impl Bench) {
    let (registry, shelf) = bench.shelf().await;
    for n in [1, 2] {
        registry.add(&bot(n), vec![n; 72]).await.expect("add");
    }
    shelf.put(&record("one")).await.expect("put");
    registry.remove(bot(1).id).await.expect("remove");
    let left = PluginRecord {
        switches: [(bot(2).id, true)].into(),
        ..record("one")
    };
    let all = shelf.list().await.expect("list");
    assert_eq!(all, std::slice::from_ref(&left));
    shelf
        .put(&record("one"))
        .await
        .expect("a switch of nobody is left out");
    assert_eq!(shelf.list().await.expect("list"), [left]);
}

pub(super) async fn files_are_kept_as_long_as_a_version_needs_them(bench: &impl Bench) {
    let (_, shelf) = bench.shelf().await;
    let mut kept = Vec::new();
    for n in 1..=3_u8 {
        kept.push(shelf.keep(vec![n]).await.expect("kept"));
    }
    assert_eq!(shelf.keep(vec![1]).await.expect("again"), kept[0]);
    let needing = PluginRecord {
        versions: vec![version(1), version(3)],
        switches: [].into(),
        ..record("one")
    };
    shelf.put(&needing).await.expect("put");
    shelf.tidy().await.expect("tidy");
    assert_eq!(shelf.component(kept[0]).await.expect("there"), [1]);
    assert_eq!(shelf.component(kept[2]).await.expect("there"), [3]);
    let gone = shelf.component(kept[1]).await;
    assert!(
        matches!(gone, Err(StoreError::ComponentMissing { .. })),
        "{gone:?}"
    );
    shelf.take("one").await.expect("take");
    shelf.tidy().await.expect("tidy");
    assert!(shelf.component(kept[0]).await.is_err());
}
