//! Bots whose files or keys are broken: when the host starts they are told of and passed over, and the others come up as ever.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jadi::model::BotRecord;
use jadi::random::SystemRandom;
use jadi::store::{KeptBounds, MasterKey, Settings, Store, StoreOptions};
use jadi_demo::world::World;
use jadi_simulator::{ChatId, Phone};

use super::support::{DEADLINE, answer_of, finish, main_chat, options, say, world};

/// A bot that is well.
const SHOP: &str = "6280000000200";

/// A bot, what is done to it, and what its owner is told. Numbers are nobody's.
struct Harmed {
    bot: &'static str,
    owner: &'static str,
    harm: Harm,
    state: &'static str,
    told: &'static str,
}

#[derive(Clone, Copy)]
enum Harm {
    /// Its key is wrapped by another master key.
    Key,
    /// A file has something else in it.
    Garbage(&'static str),
    /// A file ends in the middle.
    CutOff(&'static str),
    /// A page in a file's middle is not what was written.
    Spoilt(&'static str),
}

const HARMED: [Harmed; 6] = [
    Harmed {
        bot: "6280000000201",
        owner: "6280000000301",
        harm: Harm::Key,
        state: "failed",
        told: "files don't open with this host's key",
    },
    Harmed {
        bot: "6280000000202",
        owner: "6280000000302",
        harm: Harm::Garbage("session.db"),
        state: "failed",
        told: "files don't open with this host's key",
    },
    Harmed {
        bot: "6280000000203",
        owner: "6280000000303",
        harm: Harm::CutOff("session.db"),
        state: "failed",
        told: "files can't be read",
    },
    Harmed {
        bot: "6280000000204",
        owner: "6280000000304",
        harm: Harm::Spoilt("session.db"),
        state: "failed",
        told: "files can't be read",
    },
    Harmed {
        bot: "6280000000205",
        owner: "6280000000305",
        harm: Harm::Garbage("context.db"),
        state: "failed",
        told: "files can't be read",
    },
    Harmed {
        bot: "6280000000206",
        owner: "6280000000306",
        harm: Harm::CutOff("context.db"),
        state: "failed",
        told: "files can't be read",
    },
];

fn files(data_dir: &Path, bot: &BotRecord, name: &str) -> PathBuf {
    data_dir.join("bots").join(bot.id.to_string()).join(name)
}

async fn store(data_dir: &Path, master: MasterKey) -> Store {
    let options = StoreOptions {
        data_dir: data_dir.to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random: Arc::new(SystemRandom),
    };
    Store::open(options, master).await.expect("a store")
}

/// Does to each bot what is done to it, while no host runs.
async fn harm(root: &Path) {
    let data_dir = root.join("host");
    let master = MasterKey::load(&data_dir, None, &SystemRandom).expect("the master key");
    let here = store(&data_dir, master).await;
    let dir = tempfile::tempdir().expect("a directory");
    let elsewhere = store(dir.path(), MasterKey::from_bytes([9; 32])).await;
    let registry = here.registry();
    for harmed in &HARMED {
        let number = harmed.bot.parse().expect("a number");
        let bot = registry.by_number(&number).await.expect("read");
        let bot = bot.expect("it is there");
        match harmed.harm {
            Harm::Key => {
                elsewhere.add_bot(&bot).await.expect("added");
                let key = elsewhere.registry().wrapped_key(bot.id).await;
                registry.remove(bot.id).await.expect("removed");
                let added = registry.add(&bot, key.expect("a key")).await;
                added.expect("added");
            }
            Harm::Garbage(name) => {
                let garbage = b"this is no database any more\n".repeat(3_000);
                fs::write(files(&data_dir, &bot, name), garbage).expect("written");
            }
            Harm::CutOff(name) => {
                let file = files(&data_dir, &bot, name);
                let content = fs::read(&file).expect("read");
                fs::write(&file, &content[..content.len() / 3]).expect("written");
            }
            Harm::Spoilt(name) => {
                let file = files(&data_dir, &bot, name);
                let mut content = fs::read(&file).expect("read");
                let from = content.len() / 3;
                content[from..].fill(0x5a);
                fs::write(&file, &content).expect("written");
            }
        }
    }
    elsewhere.close().await.expect("closed");
    here.close().await.expect("closed");
}

async fn owner(world: &mut World, number: &str) -> Phone {
    let phone = world.phone(&format!("owner {number}"), number).await;
    phone.expect("a phone")
}

/// What the main bot has written to somebody.
fn told(phone: &Phone) -> Vec<String> {
    let shown = phone.messages(&main_chat());
    shown.into_iter().map(|message| message.text).collect()
}

/// Waits until the owner has been told what it is.
async fn until_told(owner: &Phone, harmed: &Harmed) {
    let mut events = owner.subscribe();
    let is_told = async {
        while !told(owner).iter().any(|text| text.contains(harmed.told)) {
            events.recv().await.expect("the phone is there");
        }
    };
    let waited = tokio::time::timeout(DEADLINE, is_told).await;
    waited.unwrap_or_else(|_| panic!("{}: {:?}", harmed.bot, told(owner)));
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_bots_are_told_and_hold_up_nobody() {
    let mut world = world(options()).await;
    let alice = owner(&mut world, super::support::ALICE).await;
    let mut owners = Vec::new();
    for harmed in &HARMED {
        owners.push(owner(&mut world, harmed.owner).await);
        let added = world.add_bot(harmed.bot, harmed.bot, harmed.owner).await;
        added.expect("a bot");
    }
    // The last one to come up.
    let added = world.add_bot("shop", SHOP, super::support::ALICE).await;
    added.expect("a bot");
    let ended = world.end_host().await.expect("it ends");
    assert!(ended.success(), "{ended}");
    harm(world.root()).await;

    world.start_host().await.expect("it starts");
    for (number, state) in [(SHOP, "open"), (jadi_demo::MAIN_NUMBER, "open")] {
        world.wait_for(number, state, DEADLINE).await.expect(number);
    }
    let shop = ChatId::direct(SHOP);
    let mut seen = alice.subscribe();
    say(&alice, &shop, "!ping").await;
    assert!(answer_of(&mut seen, SHOP).await.text.contains("Pong"));
    for (harmed, owner) in HARMED.iter().zip(&owners) {
        let reached = world.wait_for(harmed.bot, harmed.state, DEADLINE).await;
        reached.unwrap_or_else(|error| panic!("{error}\n{}", world.host_log(60)));
        until_told(owner, harmed).await;
    }
    world.idle().await.expect("all is done");
    for (harmed, owner) in HARMED.iter().zip(&owners) {
        let told = told(owner);
        assert_eq!(told.len(), 1, "{}: {told:?}", harmed.bot);
    }

    // Another start is no news, and changes nothing for anybody.
    world.kill_host().await.expect("it runs");
    world.start_host().await.expect("it starts");
    world
        .wait_for(SHOP, "open", DEADLINE)
        .await
        .expect("it opens");
    for (harmed, owner) in HARMED.iter().zip(&owners) {
        let reached = world.wait_for(harmed.bot, harmed.state, DEADLINE).await;
        reached.expect("it is as it was");
        assert_eq!(told(owner).len(), 1, "{}", harmed.bot);
    }
    finish(world).await;
}
