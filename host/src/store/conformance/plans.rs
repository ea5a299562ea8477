//! The suite's part on plans.

use super::Bench;
use super::registry::{bot, key};
use crate::model::BotRole;
use crate::store::{PlanNote, StoreError};

pub(super) async fn plans_are_noted_by_bot(bench: &impl Bench) {
    let (registry, plans) = bench.plans().await;
    for (n, expires) in [(1, Some(30)), (2, None), (3, Some(20))] {
        let mut bot = bot(n, BotRole::Sub);
        bot.expires = expires;
        registry.add(&bot, key(n)).await.expect("add");
    }
    let [first, second, third] = [1, 2, 3].map(|n| bot(n, BotRole::Sub).id);
    let planned = async || {
        let planned = plans.planned().await.expect("planned").into_iter();
        planned
            .map(|(bot, note)| (bot.id, note))
            .collect::<Vec<_>>()
    };
    assert_eq!(planned().await, [(third, None), (first, None)]);
    let note = PlanNote {
        ends: 30,
        stage: 2,
        stopped: true,
    };
    plans.note_plan(first, Some(note)).await.expect("noted");
    assert_eq!(planned().await, [(third, None), (first, Some(note))]);
    assert_eq!(plans.plan_note(first).await.expect("a note"), Some(note));
    assert_eq!(plans.plan_note(second).await.expect("none"), None);
    let later = PlanNote { stage: 3, ..note };
    plans.note_plan(first, Some(later)).await.expect("noted");
    assert_eq!(plans.plan_note(first).await.expect("a note"), Some(later));
    plans.note_plan(first, None).await.expect("taken away");
    plans.note_plan(first, None).await.expect("again");
    assert_eq!(plans.plan_note(first).await.expect("none"), None);

    plans.note_plan(first, Some(note)).await.expect("noted");
    registry.remove(first).await.expect("remove");
    assert_eq!(plans.plan_note(first).await.expect("none"), None);
    let gone = plans.note_plan(first, Some(note)).await;
    assert!(matches!(gone, Err(StoreError::NoSuchBot(_))), "{gone:?}");
}
