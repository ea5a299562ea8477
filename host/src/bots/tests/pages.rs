//! What anybody asks for with somebody's number on the page takes nothing from that person in chat.

use super::*;

#[tokio::test]
async fn who_asks_in_chat_is_not_kept_waiting_by_visitors() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut process = Process::start(&dir, 20).await;
    for _ in 0..5 {
        let mut steps = process
            .begin_at(Door::Page, ALICE, ALICE)
            .await
            .expect("a visitor with her number");
        soon(process.starts.next()).await;
        let other = process.begin_at(Door::Page, ALICE, ALICE).await;
        let refusal = other.expect_err("it is under way");
        assert_eq!(refusal.reason, RefusalReason::AskedAlready);
        // She asks herself: the visitor's attempt ends, and hers begins.
        let mut own = process.begin(ALICE, ALICE).await.expect("hers");
        assert_eq!(last(&mut steps).await.name(), "expired");
        let session = soon(process.starts.next()).await;
        let again = process.begin_at(Door::Page, ALICE, ALICE).await;
        assert_eq!(
            again.expect_err("nobody takes it from her").reason,
            RefusalReason::AskedAlready
        );
        session.tell(SessionState::PairingExpired).await;
        assert_eq!(last(&mut own).await.name(), "expired");
    }
    let visitor = process.begin_at(Door::Page, ALICE, ALICE).await;
    assert_eq!(
        visitor.expect_err("five an hour").reason,
        RefusalReason::TooOften
    );
    process.end().await;
}

#[tokio::test]
async fn what_visitors_asked_for_counts_for_visitors_alone() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut process = Process::start(&dir, 20).await;
    for _ in 0..5 {
        let mut steps = process
            .begin_at(Door::Page, ALICE, ALICE)
            .await
            .expect("a visitor");
        let session = soon(process.starts.next()).await;
        session.tell(SessionState::PairingExpired).await;
        assert_eq!(last(&mut steps).await.name(), "expired");
    }
    let visitor = process.begin_at(Door::Page, ALICE, ALICE).await;
    assert!(visitor.is_err());
    process.open_bot(ALICE, ALICE).await;
    process.end().await;
}

#[tokio::test]
async fn visitors_take_no_more_than_half_of_what_is_free() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut process = Process::start(&dir, 5).await;
    process.open_bot(SHOP, BOB).await;
    let mut under_way = Vec::new();
    for n in 0..2 {
        let visitor = format!("628000000050{n}");
        let steps = process.begin_at(Door::Page, &visitor, &visitor).await;
        under_way.push(steps.expect("two of four"));
    }
    let more = process
        .begin_at(Door::Page, "6280000000510", "6280000000510")
        .await;
    assert_eq!(
        more.expect_err("the others are for people").reason,
        RefusalReason::Busy
    );
    process.begin(ALICE, ALICE).await.expect("there is room");
    process.creation.set_slots(100).await.expect("kept");
    for n in 2..8 {
        let visitor = format!("628000000050{n}");
        let steps = process.begin_at(Door::Page, &visitor, &visitor).await;
        under_way.push(steps.expect("up to eight"));
    }
    let more = process
        .begin_at(Door::Page, "6280000000510", "6280000000510")
        .await;
    assert_eq!(more.expect_err("eight").reason, RefusalReason::Busy);
    process.end().await;
}

#[tokio::test]
async fn visitors_do_not_use_up_what_whatsapp_may_be_asked() {
    let dir = tempfile::tempdir().expect("a directory");
    let process = Process::start(&dir, 20).await;
    let check = async |wanted: &str, by: &str, door| {
        let by = person(by);
        let checked = process.creation.check(wanted, None, &by, door).await;
        checked.expect("asked").expect_err("no method").reason
    };
    for _ in 0..20 {
        let asked = check(ALICE, ALICE, Door::Page).await;
        assert_eq!(asked, RefusalReason::MethodMissing);
    }
    let more = check(ALICE, ALICE, Door::Page).await;
    assert_eq!(more, RefusalReason::TooOften);
    let in_chat = check(ALICE, ALICE, Door::Chat).await;
    assert_eq!(in_chat, RefusalReason::MethodMissing);
    let mut answered = 0;
    for n in 0..300 {
        let visitor = format!("6280000001{n:03}");
        let told = check(&visitor, &visitor, Door::Page).await;
        answered += usize::from(told != RefusalReason::TooOften);
    }
    assert_eq!(answered, 130, "150 with hers");
    assert_eq!(
        check(ALICE, ALICE, Door::Chat).await,
        RefusalReason::MethodMissing
    );
    process.end().await;
}
