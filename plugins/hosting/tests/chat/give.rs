//! Bots that change hands.

use super::*;

#[test]
fn a_bot_is_offered_by_its_owner_and_taken_by_who_it_is_offered_to() {
    let bot = host(StateName::Open);
    let alice = bot.private(ALICE);
    let usage = alice.says("!giveto");
    assert!(
        usage
            .text()
            .starts_with("*How to give your bot away*\n!giveto <number>")
    );
    let told = alice.says("!giveto +62 800-0000-0102");
    let [HostingOrder::Offer { to, by, .. }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert_eq!((to.digits(), by.user()), (BOB, ALICE));
    assert!(
        told.text()
            .starts_with("*+6280000000200 is offered to +6280000000102*"),
        "{told}"
    );
    let told = alice.says("!giveto cancel");
    assert!(
        matches!(told.orders()[..], [HostingOrder::Withdraw { .. }]),
        "{told}"
    );
    let told = bot.private(BOB).says("!giveto 6280000000103");
    assert!(told.text().starts_with("You have no bot."), "{told}");
    assert!(told.orders().is_empty(), "{told}");
    let told = bot.private(BOB).says("!takebot");
    let [HostingOrder::Take { by, .. }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert_eq!(by.jid.user(), BOB);
    for (reason, reply) in [
        (RefusalReason::IsBot, "That number is a bot here itself"),
        (RefusalReason::Yours, "It is theirs already"),
        (RefusalReason::OwnsOne, "They have a bot already"),
        (RefusalReason::NotOnWhatsApp, "not on WhatsApp"),
        (RefusalReason::TooOften, "Ask again in 1 min."),
    ] {
        let bot = host_that(StateName::Open, Some(reason));
        let told = bot.private(ALICE).says("!giveto 6280000000102");
        assert!(told.text().contains(reply), "{reason:?}: {told}");
        assert!(told.orders().is_empty(), "{told}");
    }
    for (reason, reply) in [
        (RefusalReason::NotOffered, "No bot is offered to you"),
        (RefusalReason::OwnsOne, "You have a bot already"),
    ] {
        let told = refusing(reason).private(BOB).says("!takebot");
        assert!(told.text().contains(reply), "{reason:?}: {told}");
    }
}

#[test]
fn both_sides_of_a_bot_that_changes_hands_are_told_what_to_do() {
    let bot = host(StateName::Open);
    let told = bot.private(BOB).is_told(HostingStep {
        other: Some(ALICE.parse().expect("a number")),
        until: Some(bot.clock().now() + 3_600_000),
        ..step(StepName::Offered)
    });
    assert_eq!(
        told.text(),
        "*+6280000000101 wants to give you a bot*\nIt is +6280000000200. To take it, write !takebot within 1 h. If you don't want \
         it, do nothing."
    );
    let told = bot.private(ALICE).is_told(HostingStep {
        code: Some("012345".to_owned()),
        other: Some(BOB.parse().expect("a number")),
        until: Some(bot.clock().now() + 600_000),
        ..step(StepName::Giving)
    });
    assert_eq!(
        told.text(),
        "*Give +6280000000200 to +6280000000102?*\nA program that has a token of your bot asks for that. If you want it, give the \
         program this code within 10 min: *012345*\nIf not, somebody else has your token: !token opens your bot's page, revoke it there."
    );
    let told = bot.private(BOB).is_told(step(StepName::Taken));
    assert!(told.text().contains("!logoutbot ends it"), "{told}");
    let told = bot.private(ALICE).is_told(HostingStep {
        other: Some(BOB.parse().expect("a number")),
        ..step(StepName::Given)
    });
    assert!(
        told.text().ends_with("+6280000000102 has taken it."),
        "{told}"
    );
}
