//! A plugin whose servers behave badly, in a whole host with bots of several owners.

use jadi_demo::MAIN_NUMBER;
use jadi_demo::run::{Answer, Servers};
use jadi_demo::world::WorldOptions;
use jadi_simulator::{ChatId, Phone};
use tokio::task::JoinSet;

use super::hostile::{BROKEN, SHOP, install, memory_of, pings};
use super::live::Live;
use super::support::{ALICE, BOB, answer_of, options, say};

const DRIBBLING: &str = "dribbling.example.org";
const FLOODING: &str = "flooding.example.org";
const HANGING: &str = "hanging.example.org";
const LARGE: &str = "large.example.org";
const LEADING: &str = "leading.example.org";
/// Nobody may get there: no plugin names it.
const SECRET: &str = "secret.example.org";
const RATES: &str = "api.frankfurter.dev";

/// What is typed, and what the plugin's author is told.
const WAYS: &[(&str, &str)] = &[
    ("ask-dribbling", "the host can't serve the call now"),
    ("ask-hanging", "the host can't serve the call now"),
    ("ask-again", "its limit of 5000 ms from start to answer"),
    (
        "ask-flooding",
        "a limit is reached: 1048576 bytes in an answer",
    ),
    (
        "ask-large",
        "a limit is reached: 4194304 bytes of requests and answers held at a time",
    ),
    ("ask-leading", "only https can be asked"),
    (
        "ask-stranger",
        "stranger.example.org is not among the servers that the plugin's manifest names",
    ),
];

fn says(body: &str) -> Answer {
    Answer::Says {
        status: 200,
        body: body.to_owned(),
    }
}

/// Servers of these names, each with one answer for all.
async fn servers<const N: usize>(answers: [(&str, Answer); N]) -> Servers {
    let answers = answers.map(|(name, answer)| (name.to_owned(), [answer].into()));
    Servers::start(answers.into()).await.expect("a port")
}

/// A world in which plugins ask these servers and a good one, and where nobody waits as long as people would.
async fn live(bad: &Servers) -> (Live, Servers) {
    let rates = r#"{"date":"2026-11-24","rates":{"IDR":17000.5}}"#;
    let good = servers([(RATES, says(rates))]).await;
    let live = Live::with(WorldOptions {
        servers: bad
            .addresses()
            .into_iter()
            .chain(good.addresses())
            .collect(),
        environment: vec![
            (
                "JADI_LIMITS_BOT_HTTP_REQUEST_MS".to_owned(),
                "1s".to_owned(),
            ),
            ("JADI_LIMITS_HTTP_WALL_MS".to_owned(), "5s".to_owned()),
        ],
        ..options()
    })
    .await;
    live.world
        .add_bot("shop", SHOP, ALICE)
        .await
        .expect("a bot");
    install(&live).await;
    (live, good)
}

/// `!convert` is answered in this chat.
async fn converts(phone: &Phone, number: &str) {
    let mut events = phone.subscribe();
    say(phone, &ChatId::direct(number), "!convert 2 eur idr").await;
    let told = answer_of(&mut events, number).await;
    assert!(told.text.contains("34001.00 IDR"), "{}", told.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_a_server_does_its_plugin_is_told_and_others_go_on() {
    let secret = servers([(SECRET, says("a secret"))]).await;
    let inside = secret.addresses();
    let inside = inside.get(SECRET).expect("its address");
    let large = "x".repeat(1024 * 1024);
    let bad = servers([
        (DRIBBLING, Answer::Dribbles),
        (FLOODING, Answer::Floods),
        (HANGING, Answer::Hangs),
        (LARGE, says(&large)),
        (LEADING, Answer::SendsTo(format!("http://{inside}/"))),
    ])
    .await;
    let (live, _good) = live(&bad).await;
    let (alice, bob) = (
        live.phone("alice", ALICE).await,
        live.phone("bob", BOB).await,
    );
    let host = live.world.host_process().expect("it runs");
    let (mut alices, mut bobs) = (alice.subscribe(), bob.subscribe());
    let shop = ChatId::direct(SHOP);
    // Once each for what is made at the first use, then what may not grow.
    let mut before = 0;
    for round in 0..2 {
        for (way, cause) in WAYS {
            say(&alice, &shop, &format!("!{way}")).await;
            let (told, ()) = tokio::join!(answer_of(&mut alices, SHOP), pings(&bob, &mut bobs));
            assert_eq!(told.text, BROKEN, "!{way}");
            let failures = live.done(&["failures", "hostile"]).await;
            let latest = failures.lines().rfind(|line| line.contains("hostile"));
            let latest = latest.expect("a failure");
            assert!(latest.contains(cause), "{way}: {cause} is not in {latest}");
        }
        if round == 0 {
            before = memory_of(host);
        }
    }
    let more = memory_of(host).saturating_sub(before);
    assert!(more < 32 << 20, "{more} bytes are not given back");
    converts(&alice, SHOP).await;
    let logs = live.done(&["logs", "hostile"]).await;
    for (way, cause) in WAYS {
        assert!(logs.contains(cause), "{way}: {cause} is not in {logs}");
    }
    for silent in [DRIBBLING, HANGING] {
        let why = format!("{silent}: no such server, no connection, or no answer in time");
        assert!(logs.contains(&why), "{why} is not in {logs}");
    }
    assert_eq!(bad.requests(LEADING).len(), 2);
    assert!(
        secret.requests(SECRET).is_empty(),
        "a redirection was followed"
    );
    assert_eq!(live.world.host_process(), Some(host), "it never fell");
    live.world.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_much_at_once_waits_for_its_own_and_holds_up_nobody() {
    let bad = servers([(HANGING, Answer::Hangs)]).await;
    let (live, good) = live(&bad).await;
    let bob = live.phone("bob", BOB).await;
    let mut bobs = bob.subscribe();
    let host = live.world.host_process().expect("it runs");
    let mut crowd = JoinSet::new();
    // As many as one bot has events in flight.
    for n in 0..4 {
        let phone = live
            .phone(&format!("guest{n}"), &format!("628000000031{n}"))
            .await;
        crowd.spawn(async move {
            let mut events = phone.subscribe();
            say(&phone, &ChatId::direct(SHOP), "!ask-hanging").await;
            answer_of(&mut events, SHOP).await.text
        });
    }
    pings(&bob, &mut bobs).await;
    converts(&bob, MAIN_NUMBER).await;
    assert_eq!(good.requests(RATES).len(), 1);
    let told = crowd.join_all().await;
    assert_eq!(told, [BROKEN; 4]);
    // Who waited asked too, in its turn.
    assert_eq!(bad.requests(HANGING).len(), 4);
    assert_eq!(bad.most_at_once(HANGING), 2);
    let failures = live.done(&["failures", "hostile"]).await;
    let cause = "the host can't serve the call now";
    assert_eq!(failures.matches(cause).count(), 4, "{failures}");
    // All places are free again.
    converts(&bob, SHOP).await;
    assert_eq!(live.world.host_process(), Some(host), "it never fell");
    live.world.shutdown().await;
}
