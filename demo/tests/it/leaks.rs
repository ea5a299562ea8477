//! What somebody finds who gets hold of the host's disk: after a busy run its data, log and temporary files hold no number, no
//! name, no message, no file that people sent, and no key, in any form that a search would find.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jadi::model::BotRecord;
use jadi::random::SystemRandom;
use jadi::store::{KeptBounds, MasterKey, Settings, Store, StoreOptions};
use jadi_simulator::{ChatId, MediaFile, MediaKind, Outgoing, Phone};
use secrecy::ExposeSecret;

use super::support::{
    ALICE, BOB, DEADLINE, answer, answer_of, finish, main_chat, options, say, world,
};
use jadi_demo::world::World;
use jadi_demo::{MAIN_NUMBER, ROOT_NUMBER};

/// A sub-bot's number, and one that gets half-way; nobody has numbers of this form.
const SHOP: &str = "6280000000200";
/// One that is ended.
const CAFE: &str = "6280000000201";
const NEVER: &str = "6280000000209";
/// All numbers of this test begin like this.
const NUMBERS: &[u8] = b"62800000";
/// Stands in every message, name and file.
const CANARY: &str = "kestrel over the weir";
/// What a database that is not encrypted begins with.
const DATABASE: &[u8] = b"SQLite format 3";
/// Where the master key is meant to be.
const KEY_FILE: &str = "master.key";

/// What must not be found, with what to call it.
struct Needles(Vec<(String, Vec<u8>)>);

impl Needles {
    fn new() -> Self {
        let mut needles = Self(Vec::new());
        needles.add("a number", NUMBERS);
        needles.add("a message", CANARY.as_bytes());
        needles.0.push(("a database".to_owned(), DATABASE.to_vec()));
        needles
    }

    /// Adds these bytes, and the forms that they may be written in.
    fn add(&mut self, what: &str, bytes: &[u8]) {
        let mut form = |form: &str, bytes: Vec<u8>| {
            self.0.push((format!("{what}, {form}"), bytes));
        };
        form("as it is", bytes.to_vec());
        form(
            "in UTF-16",
            bytes.iter().flat_map(|byte| [*byte, 0]).collect(),
        );
        let hex = hex::encode(bytes);
        form("in capital hex", hex.to_uppercase().into_bytes());
        form("in hex", hex.into_bytes());
        // In base64 a byte stands in one of three ways, and what is next to the ends depends on its neighbours.
        for skipped in 0..3 {
            let whole = bytes.len() - skipped - (bytes.len() - skipped) % 3;
            let inner = STANDARD.encode(&bytes[skipped..skipped + whole]);
            form("in base64", inner.into_bytes());
        }
    }

    /// Where any of them stands below a directory: in a file's content or its name.
    fn found(&self, root: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for path in files(root) {
            let name = path.strip_prefix(root).expect("below").to_string_lossy();
            // A file may go while the host runs.
            let content = fs::read(&path).unwrap_or_default();
            for (what, bytes) in &self.0 {
                let is_key_in_its_file =
                    what.starts_with("the master key") && path.ends_with(KEY_FILE);
                if contains(name.as_bytes(), bytes)
                    || contains(&content, bytes) && !is_key_in_its_file
                {
                    found.push(format!("{what} in {name}"));
                }
            }
        }
        found
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// All files below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).expect("a directory") {
        let entry = entry.expect("an entry");
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            found.extend(files(&entry.path()));
        } else if kind.is_file() {
            found.push(entry.path());
        }
    }
    found
}

fn picture() -> MediaFile {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0];
    for n in 0..400 {
        bytes.extend(format!("{CANARY} {n}").into_bytes());
    }
    MediaFile {
        kind: MediaKind::Image,
        name: format!("{CANARY}.jpg"),
        mime: "image/jpeg".to_owned(),
        bytes,
    }
}

/// What a host that does not run has left: its bots, and the keys of their sessions' files, which it makes of keys that it keeps
/// wrapped.
async fn left(root: &Path) -> Vec<(BotRecord, Vec<u8>)> {
    let (data_dir, random) = (root.join("host"), Arc::new(SystemRandom));
    let master = MasterKey::load(&data_dir, None, &*random).expect("the master key");
    let options = StoreOptions {
        data_dir,
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random,
    };
    let store = Store::open(options, master).await.expect("a store");
    let mut found = Vec::new();
    for bot in store.registry().list(None, 100).await.expect("bots") {
        let place = store.session(bot.id).await.expect("a session");
        found.push((bot, place.key.expose_secret().to_vec()));
    }
    store.close().await.expect("closed");
    found
}

/// People use the host in most of the ways in which it keeps something.
async fn busy(world: &World, people: &[Phone]) {
    let [alice, bob] = people else {
        panic!("two people")
    };
    let mut seen = alice.subscribe();
    let direct = [
        format!("!notes set weir {CANARY}"),
        format!("!afk {CANARY}"),
        format!("!reminder in 10m {CANARY}"),
        format!("!echo {CANARY}"),
        "!profile".to_owned(),
        "!listbot".to_owned(),
        format!("!jadibot {NEVER} --code"),
    ];
    for text in direct {
        say(alice, &main_chat(), &text).await;
        answer(&mut seen, &main_chat()).await;
    }
    let shop = ChatId::direct(SHOP);
    say(alice, &shop, &format!("!echo {CANARY}")).await;
    answer_of(&mut seen, SHOP).await;

    let members = [BOB.to_owned(), MAIN_NUMBER.to_owned()];
    let group = alice.create_group(CANARY, &members).await.expect("a group");
    let group = ChatId::group(group.jid);
    for text in ["!antidelete on", &format!("!setwelcome {CANARY} {{user}}")] {
        say(alice, &group, text).await;
        answer(&mut seen, &group).await;
    }
    let file = Outgoing::media(picture(), CANARY);
    let sent = bob.send(&group, file).await.expect("sent");
    bob.revoke(&sent).await.expect("deleted");
    answer(&mut seen, &group).await;
    say(bob, &group, &format!("{CANARY}, once more")).await;
    world.idle().await.expect("all is done");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_tells_nothing_of_people_and_no_key() {
    let mut world = world(options()).await;
    world.add_bot("shop", SHOP, ALICE).await.expect("a sub-bot");
    world.add_bot("cafe", CAFE, BOB).await.expect("a sub-bot");
    let mut people = Vec::new();
    for (name, number) in [("alice", ALICE), ("bob", BOB)] {
        people.push(world.phone(name, number).await.expect("a phone"));
    }
    world.phone("never", NEVER).await.expect("a phone");

    let mut needles = Needles::new();
    let key_file = world.root().join("host").join(KEY_FILE);
    let key = fs::read_to_string(key_file).expect("the master key");
    let key = hex::decode(key.trim()).expect("hex");
    assert_eq!(key.len(), 32);
    needles.add("the master key", &key);
    world.end_host().await.expect("ended");
    let bots = left(world.root()).await;
    assert_eq!(bots.len(), 3, "main, shop, cafe");
    for (_, key) in &bots {
        needles.add("a bot's key", key);
    }
    world.start_host().await.expect("started");
    for number in [MAIN_NUMBER, SHOP, CAFE] {
        world
            .wait_for(number, "open", DEADLINE)
            .await
            .expect("open");
    }
    // Whether the search finds what is there.
    let planted = tempfile::tempdir().expect("a directory");
    for (n, (_, bytes)) in needles.0.iter().enumerate() {
        let text = [b"before ", &bytes[..], b" after"].concat();
        fs::write(planted.path().join(n.to_string()), text).expect("written");
    }
    assert!(needles.found(planted.path()).len() >= needles.0.len());

    busy(&world, &people).await;
    let nothing: [String; 0] = [];
    assert_eq!(needles.found(world.root()), nothing, "while it runs");

    world.kill_host().await.expect("killed");
    assert_eq!(needles.found(world.root()), nothing, "after a crash");

    world.start_host().await.expect("started");
    world.wait_for(SHOP, "open", DEADLINE).await.expect("open");
    busy(&world, &people).await;

    // A bot is ended, and nothing is there of it.
    let root = world.phone("root", ROOT_NUMBER).await.expect("a phone");
    let ending = format!("!terminate {CAFE} {CANARY}");
    say(&root, &main_chat(), &ending).await;
    world.wait_gone(CAFE, DEADLINE).await.expect("gone");
    world.idle().await.expect("all is done");
    assert_eq!(needles.found(world.root()), nothing, "after a bot's end");
    world.end_host().await.expect("ended");
    assert_eq!(needles.found(world.root()), nothing, "after an end");
    let of_cafe = |bot: &BotRecord| bot.number().is_some_and(|number| number.digits() == CAFE);
    let (cafe, _) = bots
        .iter()
        .find(|(bot, _)| of_cafe(bot))
        .expect("it was there");
    let remaining = left(world.root()).await;
    assert_eq!(remaining.len(), 2, "main and shop");
    assert!(!remaining.iter().any(|(bot, _)| bot.id == cafe.id));
    let id = cafe.id.to_string();
    for path in files(world.root()) {
        assert!(!path.to_string_lossy().contains(&id), "{}", path.display());
    }
    let names: Vec<_> = files(world.root());
    for name in ["registry.db", "context.db", "session.db", "host.log"] {
        assert!(
            names.iter().any(|path| path.ends_with(name)),
            "no {name} in {names:#?}"
        );
    }
    finish(world).await;
}
