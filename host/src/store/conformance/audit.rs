//! What was done, and by whom.

use futures::future::join_all;

use super::Bench;
use crate::model::BotId;
use crate::store::audit::{Actor, OF_HOST, OF_OWNER};
use crate::store::{Audit, Deed};

fn deed(actor: Actor, what: &str, n: u32) -> Deed {
    Deed {
        at: i64::from(n),
        actor,
        by: "the operator's page".to_owned(),
        what: what.to_owned(),
        with: String::new(),
        detail: n.to_string(),
    }
}

fn owner(n: u32) -> Actor {
    let mut id = [0; 16];
    id[..4].copy_from_slice(&n.to_le_bytes());
    Actor::Owner(BotId::from_random(id))
}

/// All deeds that are kept, the first first.
async fn all(audit: &dyn Audit) -> Vec<Deed> {
    let mut deeds = audit.deeds(None, u32::MAX).await.expect("read");
    deeds.reverse();
    deeds.into_iter().map(|(_, deed)| deed).collect()
}

async fn note(audit: &dyn Audit, deeds: Vec<Deed>) {
    for some in deeds.chunks(500) {
        let kept = some.iter().map(|deed| audit.note(deed.clone()));
        for kept in join_all(kept).await {
            kept.expect("kept");
        }
    }
}

pub(super) async fn deeds_are_kept_in_order_and_bounded(bench: &impl Bench) {
    let audit = bench.audit(30_000).await;
    assert_eq!(audit.deeds(None, 10).await.expect("read"), []);
    let deed = |n| deed(Actor::Operator, "set-slots", n);
    let more = 3;
    for n in 0..OF_HOST + more {
        audit.note(deed(n)).await.expect("kept");
    }
    let page = audit.deeds(None, 2).await.expect("read");
    let told: Vec<&Deed> = page.iter().map(|(_, deed)| deed).collect();
    assert_eq!(told, [&deed(OF_HOST + more - 1), &deed(OF_HOST + more - 2)]);
    let (last, _) = page[1];
    let next = audit.deeds(Some(last), u32::MAX).await.expect("read");
    assert_eq!(next.len(), OF_HOST as usize - 2);
    assert_eq!(next[0].1, deed(OF_HOST + more - 3));
    let oldest = next.last().map(|(_, deed)| deed.clone());
    assert_eq!(oldest, Some(deed(more)), "the first are forgotten");
}

pub(super) async fn nobody_has_what_others_did_forgotten(bench: &impl Bench) {
    let audit = bench.audit(30_000).await;
    let mut others = vec![
        deed(Actor::Operator, "command", 1),
        deed(owner(1), "command", 2),
        deed(Actor::Visitor, "command", 3),
        deed(Actor::Visitor, "create", 4),
    ];
    note(&*audit, others.clone()).await;
    // A program that has got at a token ends what it should not, and makes noise so that nobody sees it.
    let hostile = deed(owner(2), "erase", 5);
    audit.note(hostile.clone()).await.expect("kept");
    let noise: Vec<_> = (10..10 + 3 * OF_OWNER)
        .map(|n| deed(owner(2), "command", n))
        .collect();
    note(&*audit, noise.clone()).await;
    others.push(hostile);
    others.extend_from_slice(&noise[2 * OF_OWNER as usize..]);
    assert_eq!(all(&*audit).await, others);
    // Nor do those who have no bot.
    let noise = (1_000..1_000 + 2 * OF_HOST).map(|n| deed(Actor::Visitor, "sign-in-refused", n));
    note(&*audit, noise.collect()).await;
    let kept = all(&*audit).await;
    assert_eq!(kept[..others.len()], others);
    assert_eq!(kept.len(), others.len() + OF_HOST as usize);
}

pub(super) async fn what_the_operator_did_stays_whatever_all_others_do(bench: &impl Bench) {
    const OF_OTHERS: u32 = 70;
    let audit = bench.audit(OF_OTHERS.into()).await;
    let operators = deed(Actor::Operator, "set-slots", 0);
    audit.note(operators.clone()).await.expect("kept");
    let of_others = (1..=OF_OTHERS + 10).map(|n| deed(owner(n), "start", n));
    note(&*audit, of_others.collect()).await;
    let kept = all(&*audit).await;
    assert_eq!(kept.len(), OF_OTHERS as usize + 1);
    assert_eq!(kept[..2], [operators, deed(owner(11), "start", 11)]);
}
