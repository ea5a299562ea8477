//! A plugin that takes all that it can get, in a whole host with bots of several owners.

use std::fs;

use jadi_simulator::{ChatId, Phone};
use rustix::process::Pid;
use tokio::sync::broadcast;

use super::built;
use super::live::{Live, path, replaced};
use super::support::{ALICE, BOB, DEADLINE, answer, answer_of, main_chat, say};

pub(super) const SHOP: &str = "6280000000201";
pub(super) const BROKEN: &str = "That did not work: something in this command is broken.";

/// What is typed, and what its author is told.
const WAYS: &[(&str, &str)] = &[
    ("spin", "its limit of 50 ms of CPU time"),
    ("memory", "its limit of 16777216 bytes of memory"),
    ("stack", "its limit of 524288 bytes of stack"),
    ("calls", "its limit of 128 calls into the host"),
    ("chance", "its limit of 50 ms of CPU time"),
    ("log", "its limit of 50 ms of CPU time"),
    ("keep", "a limit is reached"),
    ("giant-in", "its limit of 1048576 bytes"),
    ("giant-out", "its limit of 1048576 bytes"),
    ("panic", "the plugin trapped"),
];

/// The memory that a process holds, bytes.
pub(super) fn memory_of(process: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.as_raw_pid()));
    let status = status.expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse::<u64>().ok()).expect("a size") * 1024
}

/// Installs the hostile plugin and enables it for all bots.
pub(super) async fn install(live: &Live) {
    let file = fs::read(built("JADI_HOSTILE", "wasm/hostile.wasm")).expect("built");
    let file = live.file("hostile.wasm", &file);
    live.done(&["install", path(&file), "--yes"]).await;
    live.done(&["enable", "hostile"]).await;
}

/// Answers to `!ping` that come while the other bot has its hands full.
pub(super) async fn pings(
    bob: &Phone,
    events: &mut broadcast::Receiver<jadi_simulator::PhoneEvent>,
) {
    for _ in 0..3 {
        say(bob, &main_chat(), "!ping").await;
        let told = answer(events, &main_chat()).await;
        assert!(told.text.contains("Pong"), "{}", told.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugin_that_takes_all_it_can_get_ends_at_its_limits_and_others_go_on() {
    let live = Live::start().await;
    let (alice, bob) = (
        live.phone("alice", ALICE).await,
        live.phone("bob", BOB).await,
    );
    live.world
        .add_bot("shop", SHOP, ALICE)
        .await
        .expect("a bot");
    install(&live).await;
    let host = live.world.host_process().expect("it runs");
    let (mut alices, mut bobs) = (alice.subscribe(), bob.subscribe());
    let shop = ChatId::direct(SHOP);
    // Once each for what is made at the first use, then what may not grow.
    let mut before = 0;
    for round in 0..3 {
        for (way, _) in WAYS {
            say(&alice, &shop, &format!("!{way}")).await;
            let (told, ()) = tokio::join!(answer_of(&mut alices, SHOP), pings(&bob, &mut bobs));
            assert_eq!(told.text, BROKEN, "!{way}");
        }
        if round == 0 {
            before = memory_of(host);
        }
    }
    let more = memory_of(host).saturating_sub(before);
    assert!(more < 32 << 20, "{more} bytes are not given back");

    say(&alice, &shop, "!ping").await;
    let told = answer_of(&mut alices, SHOP).await;
    assert!(told.text.contains("Pong"), "{}", told.text);
    let logs = live.done(&["logs", "hostile"]).await;
    let failures = live.done(&["failures", "hostile"]).await;
    for (way, cause) in WAYS {
        assert!(logs.contains(cause), "{way}: {cause} is not in {logs}");
        assert!(failures.contains(cause), "{way}: {failures}");
    }
    assert_eq!(live.world.host_process(), Some(host), "it never fell");
    live.world.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_that_fails_in_bots_of_several_owners_gives_way_to_the_one_before() {
    let live = Live::start().await;
    let carol = live.phone("carol", "6280000000103").await;
    let (alice, bob) = (
        live.phone("alice", ALICE).await,
        live.phone("bob", BOB).await,
    );
    let bots = [SHOP, "6280000000202"];
    for (number, owner) in bots.into_iter().zip([ALICE, BOB]) {
        let added = live.world.add_bot(number, number, owner).await;
        added.expect("a bot");
    }
    // The one before fails too, which its own breakers have yet to learn.
    let hostile = fs::read(built("JADI_HOSTILE", "wasm/hostile.wasm")).expect("built");
    let version = |n: u8| {
        let version = format!("\"version\":\"0.1.{n}\"");
        replaced(
            &hostile,
            b"\"version\":\"0.1.0\"",
            version.as_bytes(),
            |_| true,
        )
    };
    for n in [1, 2] {
        let file = live.file("hostile.wasm", &version(n));
        live.done(&["install", path(&file), "--yes"]).await;
    }
    live.done(&["enable", "hostile"]).await;
    // Five failures of two people in each of three bots.
    let chats = [
        main_chat(),
        ChatId::direct(bots[0]),
        ChatId::direct(bots[1]),
    ];
    for chat in &chats {
        for n in 0..5 {
            let phone = [&alice, &bob, &carol][n % 3];
            let mut events = phone.subscribe();
            say(phone, chat, "!panic").await;
            let ChatId::Direct(number) = chat else {
                unreachable!("all are private");
            };
            let told = answer_of(&mut events, number).await;
            assert_eq!(told.text, BROKEN, "{n} in {chat:?}");
        }
    }
    let back = async {
        loop {
            let told = live.done(&["list"]).await;
            if told.contains("0.1.1") {
                return told;
            }
        }
    };
    let told = tokio::time::timeout(DEADLINE, back).await;
    let told = told.expect("the one before is in use again");
    assert!(!told.contains("0.1.2"), "{told}");
    let told = live.world.host_log(200);
    assert!(told.contains("0.1.2"), "{told}");
    live.world.shutdown().await;
}
