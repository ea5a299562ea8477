//! A bot's data, taken away and forgotten.

use super::*;

#[test]
fn an_owner_takes_their_data_away() {
    let bot = host(StateName::Open);
    let told = bot.private(ALICE).says("!exportdata");
    let [HostingOrder::Export { to, .. }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert_eq!(to.jid.user(), ALICE);
    let told = bot.private(BOB).says("!exportdata 6280000000200");
    assert_eq!(told.text(), "There is no such bot of yours.");
    assert!(told.orders().is_empty(), "{told}");
    let told = bot.private(ALICE).is_told(step(StepName::Exported));
    assert!(told.text().contains("keep it safe"), "{told}");
    let told = bot.private(ALICE).is_told(HostingStep {
        reason: Some("too-large".to_owned()),
        ..step(StepName::Refused)
    });
    assert!(told.text().contains("jadi export"), "{told}");
}

#[test]
fn data_is_erased_by_its_owner_with_a_code_of_its_own() {
    let bot = host(StateName::Open);
    let alice = bot.private(ALICE);
    let told = bot.private(BOB).says("!erasedata");
    assert!(told.text().starts_with("You have no bot."), "{told}");
    let asked = alice.says("!erasedata").text().to_owned();
    let code = asked.rsplit(' ').next().expect("a code").to_owned();
    assert!(asked.starts_with("*This erases all"), "{asked}");
    // A code for one thing is none for another.
    let told = alice.says(&format!("!logoutbot {code}"));
    assert!(told.text().starts_with("That code is wrong"), "{told}");
    let told = alice.says(&format!("!erasedata {code}"));
    assert!(
        matches!(told.orders()[..], [HostingOrder::Erase { .. }]),
        "{told}"
    );
    let told = alice.says(&format!("!erasedata {code}"));
    assert!(told.text().starts_with("That code is wrong"), "{told}");
    let told = alice.is_told(step(StepName::Erased));
    assert!(told.text().contains("is erased"), "{told}");
}
