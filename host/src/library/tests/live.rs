//! Versions and switches that change by the dozen while people write: no message is lost, none is answered twice.

use std::collections::HashMap;

use super::*;

/// Rounds of changes.
const ROUNDS: u32 = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_changes_while_events_flow() {
    let place = Place::new();
    let host = place.start().await;
    host.serve("sign", plugin("sign", 0, "v0")).await;
    let dispatch = host.bots[0].dispatch.clone();
    let (changed, all_changed) = watch::channel(false);
    // Eight people write, then wait for their answers, until everything has changed.
    let writers = tokio::spawn(async move {
        let mut written = 0;
        while !*all_changed.borrow() {
            for n in written..written + 8 {
                let chat = format!("628000000010{}@s.whatsapp.net", n % 8);
                let event = private_message(&chat, &format!("A{n}"), &format!("m{n}"));
                dispatch.commit(vec![event]).await.expect("kept");
            }
            written += 8;
            soon(dispatch.idle()).await;
        }
        written
    });
    let guest = plugin("guest", 1, "guest");
    for version in 1..=ROUNDS {
        let mark = format!("v{version}");
        let upgrade = host.install(plugin("sign", version, &mark));
        upgrade.await.expect("upgraded");
        match version % 4 {
            0 => host.library.remove("guest").await.map(drop),
            1 => host.install(guest.clone()).await.map(drop),
            2 => host.enable("guest").await.map(drop),
            _ => host.library.rollback("sign").await.map(drop),
        }
        .expect("changed");
    }
    changed.send_replace(true);
    let written: u32 = writers.await.expect("all were written");

    let mut answers: HashMap<(bool, String), u32> = HashMap::new();
    let mut marks: Vec<String> = Vec::new();
    for text in host.bots[0].session.texts() {
        let (mark, message) = text.split_at(8);
        let by_guest = mark.starts_with("guest");
        *answers.entry((by_guest, message.to_owned())).or_default() += 1;
        marks.push(mark.trim().to_owned());
    }
    for n in 0..written {
        let times = answers.get(&(false, format!("m{n}")));
        assert_eq!(times, Some(&1), "m{n} is answered once by some version");
    }
    assert!(
        answers.values().all(|times| *times == 1),
        "and once at most by one that comes and goes: {answers:?}"
    );
    marks.sort_unstable();
    marks.dedup();
    assert!(marks.len() > 2, "several versions served: {marks:?}");
    let counters = host.bots[0].dispatch.counters();
    assert_eq!(counters.failed.get(), 0);
    host.end().await;
}
