//! What the operator's monitoring reads of a host, after people have used its bots.

use jadi_demo::world::World;
use jadi_simulator::ChatId;

use super::support::{ALICE, answer_of, finish, options, say, world};

/// A sub-bot's number; nobody has numbers of this form.
const SHOP: &str = "6280000000200";

/// The host's figures as they are now.
async fn figures(world: &World) -> String {
    let url = world.figures().expect("the host runs").to_owned();
    let asked = tokio::task::spawn_blocking(move || ureq::get(&url).call());
    let mut answer = asked.await.expect("no panic").expect("an answer");
    answer.body_mut().read_to_string().expect("text")
}

/// The value of the one line that begins like this and has this in it.
fn value(figures: &str, name: &str, label: &str) -> f64 {
    let lines = figures.lines();
    let found: Vec<_> = lines
        .filter(|line| line.starts_with(name) && line.contains(label))
        .collect();
    let [line] = found[..] else {
        panic!("{name} with {label} in {figures}")
    };
    let (_, value) = line.rsplit_once(' ').expect("a value");
    value.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn monitoring_sees_what_each_bot_does_and_takes_and_nothing_of_people() {
    let world = world(options()).await;
    world.add_bot("shop", SHOP, ALICE).await.expect("a sub-bot");
    let id = world.bot(SHOP).await.expect("told").expect("there").id;
    let before = figures(&world).await;
    assert_eq!(value(&before, "jadi_bots{", "state=\"open\""), 2.0);

    let alice = world.phone("alice", ALICE).await.expect("a phone");
    let mut seen = alice.subscribe();
    let shop = ChatId::direct(SHOP);
    for n in 0..3 {
        say(&alice, &shop, &format!("!echo {n}")).await;
        answer_of(&mut seen, SHOP).await;
    }
    world.idle().await.expect("all is done");
    let after = figures(&world).await;
    let of_shop = |name: &str, labels: &str| {
        let label = format!("bot=\"{id}\"{labels}");
        [&before, &after].map(|figures| value(figures, name, &label))
    };
    let rise = |[before, after]: [f64; 2]| after - before;
    assert_eq!(rise(of_shop("jadi_messages_total{", ",what=\"sent\"")), 3.0);
    assert_eq!(
        rise(of_shop("jadi_events_total{", ",what=\"handled\"")),
        3.0
    );
    assert_eq!(rise(of_shop("jadi_messages_today{", "")), 3.0);
    for part in ["client", "plugins"] {
        let label = format!(",part=\"{part}\"");
        let used = rise(of_shop("jadi_cpu_seconds_total{", &label));
        assert!((0.0..5.0).contains(&used) && used > 0.0, "{part}: {used}");
    }
    let [_, memory] = of_shop("jadi_memory_bytes{", "");
    assert!((10_000.0..64e6).contains(&memory), "{memory}");
    let [_, storage] = of_shop("jadi_storage_bytes{", "");
    assert!(storage > 50_000.0, "{storage}");
    let [_, waiting] = of_shop("jadi_waiting{", ",what=\"events\"");
    assert_eq!(waiting, 0.0);
    assert!(!after.contains("62800000"), "a number among the figures");
    finish(world).await;
}
