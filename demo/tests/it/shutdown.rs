//! The host is asked to end while a crowd waits for answers: it ends in order, and nobody notices more than a pause.

use std::collections::BTreeMap;

use jadi_demo::MAIN_NUMBER;
use jadi_simulator::Phone;

use super::support::{DEADLINE, answer, finish, main_chat, options, say, world};

/// How many people write, and how much each. More than the bot may send at once, so that most of it waits.
const PEOPLE: usize = 8;
const QUESTIONS: usize = 8;
/// How many answers somebody has seen when the host is asked to end.
const BEFORE: usize = 2;

fn question(n: usize) -> String {
    format!("question {n}")
}

/// How often each answer is there.
fn answers(phone: &Phone) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    let shown = phone.messages(&main_chat());
    for message in shown.iter().filter(|one| one.key.sender == MAIN_NUMBER) {
        *times.entry(message.text.clone()).or_default() += 1;
    }
    times
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_asked_to_end_under_load_ends_in_order_and_answers_all_later() {
    let mut world = world(options()).await;
    let mut crowd = Vec::new();
    for n in 0..PEOPLE {
        let number = format!("6280000000{}", 300 + n);
        let phone = world.phone(&format!("person {n}"), &number).await;
        crowd.push(phone.expect("a phone"));
    }
    let mut seen = crowd[0].subscribe();
    let writing: Vec<_> = crowd
        .iter()
        .cloned()
        .map(|phone| {
            tokio::spawn(async move {
                for n in 0..QUESTIONS {
                    say(&phone, &main_chat(), &format!("!echo {}", question(n))).await;
                }
            })
        })
        .collect();
    for _ in 0..BEFORE {
        answer(&mut seen, &main_chat()).await;
    }

    let status = world.end_host().await.expect("it ends by itself");
    let log = world.host_log(usize::MAX);
    // Other than 0 is what the host says when it did not keep its own ten seconds.
    assert!(status.success(), "{status}\n{log}");
    for writer in writing {
        writer.await.expect("everything is written");
    }
    let answered: usize = crowd.iter().flat_map(answers).map(|(_, times)| times).sum();
    assert!(
        answered < PEOPLE * QUESTIONS,
        "there was nothing left to do: this test shows nothing"
    );

    world.start_host().await.expect("it starts again");
    world
        .wait_for_main("open", DEADLINE)
        .await
        .expect("it opens");
    let expected: BTreeMap<_, _> = (0..QUESTIONS).map(|n| (question(n), 1)).collect();
    for phone in &crowd {
        let mut events = phone.subscribe();
        let all = async {
            while answers(phone).len() < QUESTIONS {
                answer(&mut events, &main_chat()).await;
            }
        };
        tokio::time::timeout(DEADLINE, all)
            .await
            .unwrap_or_else(|_| panic!("{} has {:?}", phone.name(), answers(phone)));
    }
    world.idle().await.expect("nothing is left to do");
    for phone in &crowd {
        assert_eq!(answers(phone), expected, "{}", phone.name());
        let twice = phone.duplicates();
        assert!(
            twice.is_empty(),
            "{} got {twice:?} twice on the wire",
            phone.name()
        );
    }
    finish(world).await;
}
