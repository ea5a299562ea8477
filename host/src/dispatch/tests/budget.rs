//! What a bot may use, and what happens when it is used up.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{ALICE, BOB, Fake, OWNER, Place, answered, private_message, said, soon};
use crate::clock::{Clock, Millis, MovableClock};
use crate::dispatch::QuotaUse;
use crate::model::CpuTime;
use crate::plugins::Receipt;
use crate::store::Day;

const ECHO: &str =
    r#"{"name":"echo","version":"1.0.0","languages":["en"],"events":[{"event":"message"}]}"#;

/// Moves the clock to the next day.
fn sleep_over(clock: &MovableClock) {
    let left = Day::of(clock.now()).end() - clock.now();
    clock.advance(Duration::from_millis(left.unsigned_abs()));
}

#[tokio::test]
async fn what_is_over_the_days_messages_goes_on_the_next_day() {
    let place = Place::with_quota(3);
    // So that no midnight comes by itself.
    sleep_over(&place.clock);
    let host = place.start(vec![Fake::echo(ECHO)]).await;
    let events = (1..=5).map(|n| private_message(ALICE, &format!("A{n}"), &n.to_string()));
    host.receive(events.collect()).await;
    let today = Day::of(host.clock.now());
    soon(async {
        while host.data.day(today).await.expect("a day").sent < 3 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let used_up = QuotaUse {
        sent: 3,
        allowed: 3,
    };
    // The count is kept with what it counts, so that a restart gives nothing away.
    host.end().await;
    let host = place.start(vec![Fake::echo(ECHO)]).await;
    assert_eq!(host.dispatch.load().quota, used_up);
    host.clock.advance(Duration::from_secs(3600));
    assert!(host.session.texts().is_empty(), "nothing goes today");
    sleep_over(&place.clock);
    assert_eq!(host.settled().await, ["echo: 4", "echo: 5"]);
    assert_eq!(host.dispatch.load().quota.sent, 2);
    host.end().await;
}

#[tokio::test]
async fn a_bot_that_is_slowed_down_begins_one_event_a_second() {
    let clock = Arc::new(Mutex::new(None::<MovableClock>));
    let times = Arc::new(Mutex::new(Vec::<Millis>::new()));
    let handler = {
        let (clock, times) = (clock.clone(), times.clone());
        Fake::doing(ECHO, move |input, _| {
            let clock = clock.lock().expect("a lock");
            let now = clock.as_ref().expect("a clock").now();
            times.lock().expect("a lock").push(now);
            let outcome = answered(&input.event, said(&input.event));
            Box::pin(async move { outcome })
        })
    };
    let place = Place::new();
    let host = place.start(vec![handler]).await;
    *clock.lock().expect("a lock") = Some(host.clock.clone());

    host.dispatch.set_slow(true);
    assert!(host.dispatch.load().slow);
    let people = [ALICE, BOB, OWNER];
    let events = people.map(|person| private_message(person, "A1", "x"));
    host.receive(events.into()).await;
    for handled in 1..=people.len() {
        host.clock.advance(Duration::from_secs(1));
        host.session.until_attempted(handled).await;
    }
    let begun = times.lock().expect("a lock").clone();
    let pauses = begun.windows(2).map(|two| two[1] - two[0]);
    assert!(pauses.clone().all(|pause| pause >= 1_000), "{begun:?}");
    assert_eq!(pauses.count(), 2);

    host.dispatch.set_slow(false);
    let events = people.map(|person| private_message(person, "A2", "x"));
    host.receive(events.into()).await;
    soon(host.dispatch.idle()).await;
    assert_eq!(times.lock().expect("a lock").len(), 6);
    host.end().await;
}

#[tokio::test]
async fn what_plugins_and_client_work_is_kept_by_day() {
    let handler = Fake::doing(ECHO, |input, _| {
        let mut outcome = answered(&input.event, said(&input.event));
        outcome.receipt = Receipt {
            cpu_micros: 700,
            ..outcome.receipt
        };
        Box::pin(async move { outcome })
    });
    let place = Place::new();
    let host = place.start(vec![handler]).await;
    let today = Day::of(host.clock.now());
    for id in ["A1", "A2"] {
        host.asks(private_message(ALICE, id, "x")).await;
    }
    host.meter.charge_client(300_000);
    let used = CpuTime {
        client: 300,
        plugins: 1_400,
    };
    assert_eq!(host.dispatch.load().cpu, used);
    host.dispatch.keep_cpu_time().await;
    host.dispatch.keep_cpu_time().await;
    // Midnight may lie between.
    let kept = host.data.days(today).await.expect("days");
    let sum: u64 = kept.iter().map(|day| day.cpu.all()).sum();
    assert_eq!(sum, used.all(), "each once");
    let sent: u64 = kept.iter().map(|day| day.sent).sum();
    assert_eq!(sent, 2);
    host.end().await;
}
