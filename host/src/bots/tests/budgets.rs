//! Bots that use more than one may.

use super::*;
use crate::bots::BudgetOptions;
use crate::bots::budgets::Watcher;
use crate::bots::usage;
use crate::clock::Clock;
use crate::model::{Budget, Cause};
use crate::whatsapp::fake::FakeSession;

pub(super) const USUAL: BudgetOptions = BudgetOptions {
    cpu_percent: 25,
    memory_bytes: 1 << 30,
    storage_bytes: 1 << 30,
};
/// A look at all bots each so often.
const LOOK: Duration = Duration::from_secs(5);
/// Looks at which a bot that keeps one processor busy is slowed, and at which it is paused.
const SLOWED_AT: usize = 5;
const PAUSED_AT: usize = 21;

/// The client of this session works all the time, until a look at which something is as wanted.
async fn works_until(
    process: &Process,
    watcher: &mut Watcher,
    session: &FakeSession,
    wanted: impl Fn() -> bool,
) -> usize {
    for look in 1..=100 {
        process.clock.advance(LOOK);
        let nanos = u64::try_from(LOOK.as_nanos()).expect("it fits");
        session.meter.charge_client(nanos);
        watcher.look(false).await;
        if wanted() {
            return look;
        }
    }
    panic!("it never came to that");
}

#[tokio::test]
async fn who_keeps_the_processor_busy_is_slowed_then_paused_and_its_owner_told() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (shop, session) = process.open_bot(SHOP, ALICE).await;
    let (cafe, _quiet) = process.open_bot("6280000000201", BOB).await;
    let mut watcher = Watcher::new(process.fleet.clone(), USUAL);
    watcher.look(false).await;
    let (busy, quiet) = (
        process.fleet.dispatch(shop.id).expect("it runs"),
        process.fleet.dispatch(cafe.id).expect("it runs"),
    );
    let slowed = works_until(&process, &mut watcher, &session, || busy.load().slow).await;
    // Time that the test itself takes is allowed for.
    assert!((SLOWED_AT..PAUSED_AT).contains(&slowed), "{slowed}");
    assert!(!quiet.load().slow, "its neighbour feels nothing");

    let instance = process.fleet.instances().get(shop.id).expect("it runs");
    let mut status = instance.watch();
    works_until(&process, &mut watcher, &session, || {
        !texts(&process.main, ALICE).is_empty() || !busy.load().slow
    })
    .await;
    let paused = soon(status.wait_for(|status| status.next_try.is_some()))
        .await
        .expect("it lives")
        .clone();
    assert_eq!(paused.state, BotState::Reconnecting);
    let Some(Cause::OverBudget { of, until }) = paused.cause else {
        panic!("{paused:?}");
    };
    assert_eq!(of, Budget::Cpu);
    let left = until - process.clock.now();
    assert!((0..=600_000).contains(&left), "{left}");
    assert_eq!(paused.next_try, Some(until));
    soon(session.wait_ended()).await;
    let told = soon(process.main.wait_sent(1)).await;
    assert_eq!(told.len(), 1);
    let told = texts(&process.main, ALICE);
    assert!(
        told[0].starts_with("*6280000000200 is paused for 10 minutes*"),
        "{told:?}"
    );
    let other = process.fleet.instances().get(cafe.id).expect("it runs");
    assert_eq!(other.status().state, BotState::Open);

    process.clock.advance(Duration::from_secs(600));
    let again = soon(process.starts.next()).await;
    again.open(account(SHOP).as_str()).await;
    soon(status.wait_for(|status| status.state == BotState::Open && status.cause.is_none()))
        .await
        .expect("it lives");
    process.end().await;
}

#[tokio::test]
async fn who_holds_too_much_memory_for_too_long_is_paused() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (shop, session) = process.open_bot(SHOP, ALICE).await;
    let busy = process.fleet.dispatch(shop.id).expect("it runs");
    let options = BudgetOptions {
        memory_bytes: busy.load().memory + 1_000_000,
        ..USUAL
    };
    let mut watcher = Watcher::new(process.fleet.clone(), options);
    watcher.look(false).await;
    assert!(!busy.load().slow);

    let held = session.meter.client(|| vec![0_u8; 3_000_000]);
    watcher.look(false).await;
    assert!(busy.load().slow, "{:?}", busy.load());
    let told = usage::of(&process.fleet, shop.id).await.expect("read");
    assert!(told.slowed && told.cpu.is_some(), "{told:?}");
    let most = told.memory.map(|(_, most)| most);
    assert_eq!(most, Some(USUAL.memory_bytes));
    drop(held);
    watcher.look(false).await;
    assert!(!busy.load().slow, "a burst is forgiven");

    let held = session.meter.client(|| vec![0_u8; 3_000_000]);
    for _ in 0..12 {
        watcher.look(false).await;
    }
    let told = soon(process.main.wait_sent(1)).await;
    assert_eq!(told.len(), 1);
    let told = texts(&process.main, ALICE);
    assert!(told[0].contains("more memory than one bot may"), "{told:?}");
    drop(held);
    process.end().await;
}

#[tokio::test]
async fn a_paused_bot_goes_on_at_once_when_it_is_started() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (shop, _session) = process.open_bot(SHOP, ALICE).await;
    let options = BudgetOptions {
        storage_bytes: 1,
        ..USUAL
    };
    let mut watcher = Watcher::new(process.fleet.clone(), options);
    watcher.look(true).await;
    let instance = process.fleet.instances().get(shop.id).expect("it runs");
    let mut status = instance.watch();
    let paused = soon(status.wait_for(|status| status.next_try.is_some()))
        .await
        .expect("it lives")
        .clone();
    let is_storage = |cause: &Cause| {
        matches!(
            cause,
            Cause::OverBudget {
                of: Budget::Storage,
                ..
            }
        )
    };
    assert!(paused.cause.as_ref().is_some_and(is_storage), "{paused:?}");
    soon(process.main.wait_sent(1)).await;
    let told = texts(&process.main, ALICE);
    assert!(told[0].contains("its storage is full"), "{told:?}");
    // The main bot is over it too, and stays.
    let main = process.fleet.instances().main().expect("it runs");
    assert_eq!(main.status().state, BotState::Open);

    // A look at a bot that is paused does not tell its owner again.
    watcher.look(true).await;
    assert_eq!(texts(&process.main, ALICE).len(), 1);
    instance.start().expect("it listens");
    soon(process.starts.next()).await;
    process.end().await;
}
