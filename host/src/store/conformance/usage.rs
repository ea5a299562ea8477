//! What a bot did and used, day by day.

use super::{ALICE, Bench, answer, message, wanted};
use crate::model::CpuTime;
use crate::store::{Attempt, Day, DayUsage, Handled};

pub(super) async fn each_day_has_its_own_counts(bench: &impl Bench) {
    let context = bench.context(10).await;
    let (first, second) = (Day(20_000), Day(20_001));
    let (morning, night) = (first.end() - 86_400_000, first.end() - 1);
    let none = DayUsage::none(first);
    assert_eq!(context.day(first).await.expect("a day"), none);

    for (n, at) in [(1, morning), (2, night), (3, first.end())] {
        let event = message(ALICE, ALICE, &format!("A{n}"), "x");
        context.accept(wanted(vec![event]), at).await.expect("kept");
    }
    let answers = vec![answer(ALICE, "B1", "one"), answer(ALICE, "B2", "two")];
    let leaving = context.post(answers).await.expect("posted");
    let sent = Attempt::Sent { at: night };
    context.attempted(leaving[0].row, sent).await.expect("sent");
    // Told again, as after a crash: it was sent once.
    let sent = Attempt::Sent { at: second.end() };
    context.attempted(leaving[0].row, sent).await.expect("sent");
    let given_up = Attempt::GivenUp;
    context
        .attempted(leaving[1].row, given_up)
        .await
        .expect("given up");
    let cpu = |client, plugins| CpuTime { client, plugins };
    for used in [cpu(5, 0), cpu(7, 11)] {
        context.charge(second, used).await.expect("charged");
    }

    let expected = [
        DayUsage {
            received: 2,
            sent: 1,
            ..none
        },
        DayUsage {
            day: second,
            received: 1,
            sent: 0,
            cpu: cpu(12, 11),
        },
    ];
    let context = bench.reopened(context).await;
    assert_eq!(context.days(first).await.expect("days"), expected);
    assert_eq!(context.days(second).await.expect("days"), expected[1..]);
    assert_eq!(context.day(second).await.expect("a day"), expected[1]);

    // Of an answer it is known how long it took from when the message had come in; one that nothing has caused is none.
    let asked = wanted(vec![message(ALICE, ALICE, "A4", "x")]);
    let asked = context.accept(asked, night).await.expect("kept").new[0].row;
    let handled = Handled {
        event: asked,
        outgoing: vec![answer(ALICE, "B3", "three"), answer(ALICE, "B4", "four")],
        last: true,
        at: night,
        ..Handled::default()
    };
    let answers = context.commit(handled).await.expect("kept");
    for (answer, took) in answers.iter().zip([150, 90_000]) {
        let sent = Attempt::Sent { at: night + took };
        for _ in 0..2 {
            context
                .attempted(answer.row, sent.clone())
                .await
                .expect("sent");
        }
    }
    let context = bench.reopened(context).await;
    let days = context.latencies(first).await.expect("days");
    let waits = days
        .iter()
        .map(|day| (day.day, day.count(), day.within(50), day.within(95)));
    let expected = [(second, 2, Some(200), Some(102_400))];
    assert_eq!(waits.collect::<Vec<_>>(), expected);
    assert!(
        context
            .latencies(Day(second.0 + 1))
            .await
            .expect("days")
            .is_empty()
    );

    // More than a year later they are forgotten.
    let later = second.end() + 401 * 86_400_000;
    context.clean_up(later).await.expect("cleaned up");
    assert_eq!(context.days(Day(0)).await.expect("days"), []);
    assert_eq!(context.latencies(Day(0)).await.expect("days"), []);
}
