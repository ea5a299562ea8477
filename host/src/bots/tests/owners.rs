//! System owners that are named and dropped, and bots that change hands.

use super::*;
use crate::model::MessageId;

const CAROL: &str = "6280000000103";
const CAFE: &str = "6280000000210";

fn id(n: u8) -> MessageId {
    MessageId::from_random([n; 9])
}

fn plugin() -> String {
    "hosting".to_owned()
}

async fn owners_of(process: &Process) -> Arc<Owners> {
    let owners = Owners::open(process.fleet.clone(), process.creation.clone());
    owners.await.expect("the registry works")
}

fn all(owners: &Owners) -> Vec<(String, bool)> {
    let all = owners.system_owners().into_iter();
    all.map(|owner| (owner.number.digits().to_owned(), owner.configured))
        .collect()
}

#[tokio::test]
async fn nobody_is_a_system_owner_and_a_bot() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    process.open_bot(SHOP, ALICE).await;
    let owners = owners_of(&process).await;
    for (typed, reason) in [
        ("12", RefusalReason::NotANumber),
        (ROOT, RefusalReason::SystemOwner),
        (SHOP, RefusalReason::IsBot),
    ] {
        let verdict = owners.may_name(typed).await.expect("it can be asked");
        assert_eq!(verdict, Err(reason.into()), "{typed}");
    }
    let verdict = owners.may_name(BOB).await.expect("it can be asked");
    assert_eq!(verdict, Ok(number(BOB)));
    for (n, named) in [BOB, BOB, SHOP].into_iter().enumerate() {
        let done = owners
            .name(id(n as u8), Some(plugin()), number(named))
            .await;
        done.expect("kept");
    }
    let both = [(ROOT.to_owned(), true), (BOB.to_owned(), false)];
    assert_eq!(
        all(&owners),
        both,
        "what became a bot meanwhile is left out"
    );
    let refused = process.begin(BOB, CAROL).await.expect_err("it is taken");
    assert_eq!(refused.reason, RefusalReason::SystemOwner);

    drop(owners);
    process.end().await;
    let process = Process::start(&dir, 5).await;
    let owners = owners_of(&process).await;
    assert_eq!(all(&owners), both, "it is kept");
    assert_eq!(owners.may_drop(ROOT), Err(RefusalReason::Configured.into()));
    assert_eq!(
        owners.may_drop(CAROL),
        Err(RefusalReason::NoSystemOwner.into())
    );
    let done = owners.dismiss(id(4), Some(plugin()), number(BOB)).await;
    done.expect("kept");
    assert_eq!(all(&owners), [(ROOT.to_owned(), true)]);
    process.end().await;
}

#[tokio::test]
async fn of_two_who_drop_each_other_one_stays() {
    let dir = tempfile::tempdir().expect("dir");
    let process = Process::start_for(&dir, 5, SystemOwners::default()).await;
    let owners = owners_of(&process).await;
    for named in [ALICE, BOB] {
        let done = owners.name(id(1), Some(plugin()), number(named)).await;
        done.expect("kept");
    }
    let (one, other) = tokio::join!(
        owners.dismiss(id(2), Some(plugin()), number(ALICE)),
        owners.dismiss(id(3), Some(plugin()), number(BOB)),
    );
    one.and(other).expect("kept");
    assert_eq!(all(&owners), [(BOB.to_owned(), false)]);
    assert_eq!(owners.may_drop(BOB), Err(RefusalReason::Last.into()));
    process.end().await;
}

#[tokio::test]
async fn a_bot_changes_hands_once_and_nobody_has_two() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (shop, _session) = process.open_bot(SHOP, ALICE).await;
    let owners = owners_of(&process).await;
    let offer = async |n, to: &str| {
        let (to, by) = (number(to), account(ALICE));
        let done = owners.offer(id(n), shop.id, Some(plugin()), &to, &by).await;
        done.expect("kept");
    };
    let take = async |n, by: &str| {
        let done = owners.take(id(n), shop.id, plugin(), person(by)).await;
        done.expect("kept");
    };
    let owner = async || process.record(SHOP).await.expect("a bot").owner;
    take(1, BOB).await;
    assert_eq!(owner().await, Some(account(ALICE)), "it is not offered");
    offer(2, CAROL).await;
    take(3, BOB).await;
    assert_eq!(
        owner().await,
        Some(account(ALICE)),
        "it is offered to Carol"
    );

    // Who has a request under way may not take one besides.
    offer(4, BOB).await;
    let steps = process
        .begin(CAFE, BOB)
        .await
        .expect("nothing speaks against it");
    let verdict = owners.may_take(&person(BOB)).await.expect("asked");
    let reason = verdict.expect_err("he is about to have one").reason;
    assert_eq!(reason, RefusalReason::AskedAlready);
    take(5, BOB).await;
    assert_eq!(owner().await, Some(account(ALICE)));
    drop(steps);

    offer(6, CAROL).await;
    let verdict = owners.may_take(&person(CAROL)).await.expect("asked");
    assert_eq!(verdict.expect("it is offered").id, shop.id);
    tokio::join!(take(7, CAROL), take(7, CAROL));
    assert_eq!(owner().await, Some(account(CAROL)));
    let dispatch = process.fleet.dispatch(shop.id).expect("it runs");
    assert_eq!(dispatch.owners(), [account(CAROL)], "it knows at once");
    let refused = process.begin("6280000000103", CAROL).await;
    let reason = refused.expect_err("she has one").reason;
    assert_eq!(reason, RefusalReason::OwnsOne);
    let verdict = owners.may_take(&person(CAROL)).await.expect("asked");
    let reason = verdict.expect_err("once").reason;
    assert_eq!(reason, RefusalReason::NotOffered);
    process.end().await;
}

#[tokio::test]
async fn offers_are_refused_in_time() {
    let dir = tempfile::tempdir().expect("dir");
    let mut process = Process::start(&dir, 5).await;
    let (shop, _session) = process.open_bot(SHOP, ALICE).await;
    let (_cafe, _other) = process.open_bot(CAFE, BOB).await;
    let owners = owners_of(&process).await;
    for (typed, reason) in [
        ("12", RefusalReason::NotANumber),
        (ALICE, RefusalReason::Yours),
        (BOB, RefusalReason::OwnsOne),
        (CAFE, RefusalReason::IsBot),
        (MAIN, RefusalReason::IsBot),
    ] {
        let verdict = owners.may_offer(shop.id, typed).await.expect("asked");
        assert_eq!(verdict, Err(reason.into()), "{typed}");
    }
    let own = owners.may_offer(shop.id, SHOP).await.expect("asked");
    assert_eq!(own, Ok(number(SHOP)), "the phone itself may own it");
    for n in 0..5 {
        let (to, by) = (number(CAROL), account(ALICE));
        let done = owners.offer(id(n), shop.id, Some(plugin()), &to, &by).await;
        done.expect("kept");
    }
    let verdict = owners.may_offer(shop.id, CAROL).await.expect("asked");
    let reason = verdict.expect_err("too often").reason;
    assert_eq!(reason, RefusalReason::TooOften);
    process.clock.advance(Duration::from_secs(25 * 3600));
    let verdict = owners.may_take(&person(CAROL)).await.expect("asked");
    let reason = verdict.expect_err("it is over").reason;
    assert_eq!(reason, RefusalReason::NotOffered);
    process.end().await;
}
