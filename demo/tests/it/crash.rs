//! The host is killed at random points while people write to two of its bots, directly and in a group: every message has
//! exactly one answer in the end, and what it did is done exactly once.
//!
//! `JADI_SEED` plays the kills of another run again, as far as the machine does everything at the same time.

use std::time::Duration;

use jadi_demo::MAIN_NUMBER;
use jadi_simulator::{ChatId, Phone};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::broadcast::error::RecvError;

use super::support::{ALICE, DEADLINE, event, finish, main_chat, options, say, world};

/// How often the host is killed.
const KILLS: usize = 24;
/// The people who write. All but the first, who gets the points, write in all three places.
const PEOPLE: usize = 4;
/// A sub-bot's number; nobody has numbers of this form.
const SHOP: &str = "6280000000200";
/// The host is killed at the latest after this long in each round: beyond it, most is answered.
const LATEST: Duration = Duration::from_millis(600);
/// Or once somebody has seen so many things happen.
const EVENTS: usize = 12;
/// The seed when `JADI_SEED` names none.
const SEED: u64 = 20_261_126;

fn seed() -> u64 {
    let given = std::env::var("JADI_SEED").ok();
    given.map_or(SEED, |text| text.parse().expect("JADI_SEED is a number"))
}

/// What a bot has said in a chat, as this phone saw it, in order.
fn said(phone: &Phone, chat: &ChatId, bot: &str) -> Vec<String> {
    let shown = phone.messages(chat);
    let answers = shown.into_iter().filter(|one| one.key.sender == bot);
    answers.map(|one| one.text).collect()
}

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort_unstable();
    texts
}

/// Waits until a bot has said so much in a chat.
async fn until_said(phone: &Phone, chat: &ChatId, bot: &str, count: usize) {
    let mut events = phone.subscribe();
    let all = async {
        while said(phone, chat, bot).len() < count {
            match events.recv().await {
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => panic!("the phone is gone"),
            }
        }
    };
    tokio::time::timeout(DEADLINE, all)
        .await
        .unwrap_or_else(|_| {
            let so_far = said(phone, chat, bot);
            panic!(
                "{} was told {} of {count}: {so_far:#?}",
                phone.name(),
                so_far.len()
            )
        });
}

/// Waits for a random while, or a random number of things that a phone sees.
async fn random_point(phone: &Phone, random: &mut StdRng) {
    let mut events = phone.subscribe();
    let count = random.random_range(1..=EVENTS);
    let seen = async {
        for _ in 0..count {
            event(&mut events, "anything", |_| Some(())).await;
        }
    };
    let while_ = LATEST.mul_f64(random.random());
    // Either is a point to kill at.
    let _ = tokio::time::timeout(while_, seen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_at_random_points_answers_everything_exactly_once() {
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    let mut world = world(options()).await;
    world.add_bot("shop", SHOP, ALICE).await.expect("a sub-bot");
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let number = format!("6280000000{}", 101 + n);
        let phone = world.phone(&format!("person {n}"), &number).await;
        people.push(phone.expect("a phone"));
    }
    let others: Vec<String> = people[1..]
        .iter()
        .map(|phone| phone.number().to_owned())
        .chain([MAIN_NUMBER.to_owned()])
        .collect();
    let group = people[0].create_group("Points", &others).await;
    let group = ChatId::group(group.expect("a group").jid);
    let shop = ChatId::direct(SHOP);
    let writers = &people[1..];

    let mut under_load = 0;
    for round in 0..KILLS {
        let sending = writers.iter().map(|phone| {
            let (group, shop) = (group.clone(), shop.clone());
            async move {
                say(phone, &group, &format!("!score {ALICE}")).await;
                say(phone, &main_chat(), &format!("!echo main {round}")).await;
                say(phone, &shop, &format!("!echo shop {round}")).await;
            }
        });
        // What is written while the host is down waits at WhatsApp; what was being written is written to its end.
        let watched = &writers[round % writers.len()];
        futures::join!(
            futures::future::join_all(sending),
            random_point(watched, &mut random)
        );
        let answered: usize = writers
            .iter()
            .map(|phone| {
                said(phone, &main_chat(), MAIN_NUMBER).len() + said(phone, &shop, SHOP).len()
            })
            .sum();
        if answered < (round + 1) * writers.len() * 2 {
            under_load += 1;
        }
        world.kill_host().await.expect("it ran");
        world
            .start_host()
            .await
            .unwrap_or_else(|error| panic!("after kill {round} (seed {seed}): {error}"));
        if random.random_bool(0.7) {
            // Now and then it is killed again while its bots are still being restored.
            for bot in [MAIN_NUMBER, SHOP] {
                world.wait_for(bot, "open", DEADLINE).await.expect("open");
            }
        }
    }
    println!("killed {KILLS} times, {under_load} of them with answers outstanding; seed {seed}");
    assert!(
        under_load > KILLS / 2,
        "there was hardly anything to lose: this test shows nothing"
    );

    let expected = |place: &str| {
        let texts = (0..KILLS).map(|round| format!("{place} {round}"));
        sorted(texts.collect())
    };
    for phone in writers {
        until_said(phone, &main_chat(), MAIN_NUMBER, KILLS).await;
        until_said(phone, &shop, SHOP, KILLS).await;
        until_said(phone, &group, MAIN_NUMBER, KILLS * writers.len()).await;
    }
    world.idle().await.expect("nothing is left to do");
    let points: Vec<String> = (1..=KILLS * writers.len())
        .map(|points| format!("@{ALICE}: {points}"))
        .collect();
    let mut twice = 0;
    for phone in &people {
        twice += phone.duplicates().len();
        // A score that was counted twice, lost, or told out of order would stand here.
        assert_eq!(said(phone, &group, MAIN_NUMBER), points, "seed {seed}");
    }
    for phone in writers {
        let main = said(phone, &main_chat(), MAIN_NUMBER);
        assert_eq!(sorted(main), expected("main"), "seed {seed}");
        assert_eq!(
            sorted(said(phone, &shop, SHOP)),
            expected("shop"),
            "seed {seed}"
        );
    }
    println!("sent again under the same id, and shown once: {twice}");
    finish(world).await;
}
