//! What a bot did and used, day by day.

use super::{ALICE, Bench, answer, message, wanted};
use crate::model::CpuTime;
use crate::store::{Attempt, Day, DayUsage};

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
    let given_up = Attempt::GivenUp {
        at: night,
        reason: "no".to_owned(),
    };
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

    // More than a year later they are forgotten.
    let later = second.end() + 401 * 86_400_000;
    context.clean_up(0, later).await.expect("cleaned up");
    assert_eq!(context.days(Day(0)).await.expect("days"), []);
}
