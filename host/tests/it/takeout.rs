//! `jadi export` and `jadi import`: a bot's data goes from one host to another, and nothing that is no archive comes in.

use std::path::Path;
use std::sync::Arc;

use jadi::model::{BotId, BotRecord, BotRole, Jid, LinkMethod};
use jadi::random::SystemRandom;
use jadi::store::{KeptBounds, MasterKey, Piece, Settings, Store, StoreOptions};
use secrecy::SecretString;

use super::cli::{jadi, texts};

pub const SHOP: &str = "6280000000200";
const CAFE: &str = "6280000000210";

async fn store(dir: &Path, key: Option<&SecretString>) -> Store {
    let data_dir = dir.join("jadi-data");
    let random = Arc::new(SystemRandom);
    std::fs::create_dir_all(&data_dir).expect("a directory");
    let master = MasterKey::load(&data_dir, key, &*random).expect("a key");
    let options = StoreOptions {
        data_dir,
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random,
    };
    Store::open(options, master).await.expect("a store")
}

/// A host with a bot of this number that has these pieces.
pub async fn host(dir: &Path, number: &str, pieces: Vec<Piece>) {
    let store = store(dir, None).await;
    let id = BotId::from_random([7; 16]);
    let mut bot = BotRecord::requested(id, BotRole::Sub, LinkMethod::Code, 1);
    bot.jid = Some(Jid::of_number(&number.parse().expect("a number")));
    store.add_bot(&bot).await.expect("added");
    let data = store.bot(id).await.expect("data");
    data.replace(pieces).await.expect("kept");
    store.close().await.expect("closed");
}

pub async fn pieces(dir: &Path) -> Vec<Piece> {
    pieces_under(dir, None).await
}

/// The same, with this master key or the one in its file.
pub async fn pieces_under(dir: &Path, key: Option<&SecretString>) -> Vec<Piece> {
    let store = store(dir, key).await;
    let data = store.bot(BotId::from_random([7; 16])).await;
    let pieces = data.expect("data").pieces().await.expect("pieces");
    store.close().await.expect("closed");
    pieces
}

pub fn note(value: &[u8]) -> Piece {
    Piece::PluginData {
        plugin: "notes".to_owned(),
        key: "list".to_owned(),
        value: value.to_vec(),
    }
}

#[tokio::test]
async fn a_bots_data_moves_to_another_host() {
    let [old, new] = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
    host(old.path(), SHOP, vec![note(b"tea")]).await;
    host(new.path(), SHOP, vec![note(b"coffee")]).await;
    let export = ["export", "--bot", "+62 800-0000-0200", "shop.jadi"];
    let (out, error) = texts(&jadi(old.path(), &export, &[]));
    assert!(out.starts_with("shop.jadi has the data of"), "{out}{error}");
    let (_, error) = texts(&jadi(old.path(), &export, &[]));
    assert!(
        error.contains("can't be written"),
        "never over another file: {error}"
    );
    let mode = std::fs::metadata(old.path().join("shop.jadi")).expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::mode(&mode.permissions());
    assert_eq!(mode & 0o777, 0o600);

    let file = old.path().join("shop.jadi").display().to_string();
    let (out, error) = texts(&jadi(new.path(), &["import", &file], &[]));
    assert!(out.contains("1 pieces"), "{out}{error}");
    assert_eq!(pieces(new.path()).await, [note(b"tea")]);
    assert_eq!(pieces(old.path()).await, [note(b"tea")], "it keeps its own");
}

#[tokio::test]
async fn what_can_not_be_taken_in_changes_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let import = |file: &str, more: &[&str]| {
        let arguments = [&["import", file], more].concat();
        let output = jadi(dir.path(), &arguments, &[]);
        assert!(!output.status.success());
        texts(&output).1
    };
    std::fs::write(dir.path().join("noise.jadi"), "noise").expect("a file");
    let error = import("nowhere.jadi", &[]);
    assert!(error.contains("nowhere.jadi can't be read"), "{error}");
    let error = import("noise.jadi", &[]);
    assert!(error.contains("noise.jadi is not taken in"), "{error}");
    assert!(!dir.path().join("jadi-data").exists(), "nothing is made");

    host(dir.path(), CAFE, vec![note(b"coffee")]).await;
    let error = import("noise.jadi", &["--bot", CAFE]);
    assert!(error.contains("noise.jadi is not taken in"), "{error}");
    let made = tempfile::tempdir().expect("a directory");
    host(made.path(), SHOP, vec![note(b"tea")]).await;
    let file = dir.path().join("shop.jadi").display().to_string();
    jadi(made.path(), &["export", "--bot", SHOP, &file], &[]);
    let error = import("shop.jadi", &[]);
    assert!(error.contains("this host has no bot"), "{error}");
    assert_eq!(pieces(dir.path()).await, [note(b"coffee")]);
    let running = store(dir.path(), None).await;
    let error = import("shop.jadi", &["--bot", CAFE]);
    assert!(error.contains("in use by another process"), "{error}");
    running.close().await.expect("closed");
    drop(running);
    let output = jadi(dir.path(), &["import", "shop.jadi", "--bot", CAFE], &[]);
    let (out, error) = texts(&output);
    assert!(out.contains("1 pieces"), "{out}{error}");
    assert_eq!(pieces(dir.path()).await, [note(b"tea")]);
}
