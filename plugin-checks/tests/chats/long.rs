//! What people send to break a plugin: it is answered or let be, and no handler fails. `says`, `deletes` and the others end a test
//! whose handler does.

use std::time::Duration;

use crate::{ALICE, BOB, bot};

/// 80,000 bytes in 20,000 characters.
fn smiles() -> String {
    "😀".repeat(20_000)
}

#[test]
fn a_word_that_is_not_known_is_not_said_again_at_length() {
    let (core, notes) = (bot("core"), bot("notes"));
    for word in [smiles(), "x".repeat(65_000)] {
        let told = core.private(ALICE).says(&format!("!help {word}"));
        assert!(told.text().len() < 400, "{} bytes", told.text().len());
        let told = notes.private(ALICE).says(&format!("!notes {word}"));
        assert!(told.text().len() < 400, "{} bytes", told.text().len());
        let told = notes.private(ALICE).says(&format!("!notes del {word}"));
        assert!(told.text().len() < 400, "{} bytes", told.text().len());
    }
}

#[test]
fn notes_that_take_more_room_than_there_is_are_not_kept() {
    let bot = bot("notes");
    let alice = bot.private(ALICE);
    let texts: Vec<String> = (0..40)
        .map(|n| format!("!notes set n{n} {}", "😀".repeat(1_000)))
        .map(|set| alice.says(&set).text().to_owned())
        .collect();
    assert_eq!(texts[0], "*n0* is kept.");
    assert!(texts[39].contains("50"), "{}", texts[39]);
    assert_eq!(alice.says("!notes n0").text().chars().count(), 1_000);
}

#[test]
fn of_a_long_message_the_beginning_is_shown_again() {
    let quoted = bot("quoted");
    let (alice, bob) = (quoted.private(ALICE), quoted.private(BOB));
    let antidelete = bot("antidelete");
    let friends = antidelete.group("friends");
    friends.admin(ALICE).says("!antidelete on");
    for long in [smiles(), "x".repeat(65_536)] {
        let shown = alice.message("!q").quoting(&bob, &long).send();
        assert!(shown.text().ends_with('…') && shown.text().len() > 40_000);
        let shown = friends.member(BOB).deletes(&long);
        assert!(shown.text().ends_with('…') && shown.text().len() > 40_000);
        antidelete.clock().advance(Duration::from_secs(60));
    }
}

#[test]
fn whatever_is_deleted_in_a_burst_finds_room() {
    for each in [
        "\u{1}".repeat(300),
        "😀".repeat(300),
        "\"".repeat(300),
        "\u{1}".to_owned(),
    ] {
        let bot = bot("antidelete");
        let friends = bot.group("friends");
        let bob = friends.member(BOB);
        friends.admin(ALICE).says("!antidelete on");
        for _ in 0..120 {
            bob.deletes(&each);
        }
        bot.clock().advance(Duration::from_secs(5));
        let told = bot.due();
        assert!(told.len() <= 1, "one summary");
    }
}

#[test]
fn a_flood_of_newcomers_is_asked_as_far_as_there_is_room() {
    let bot = bot("captcha");
    let friends = bot.group("friends").with_bot_as_admin();
    friends.admin(ALICE).says("!captcha on");
    let asked = (0..60).filter(|n| {
        let number = format!("62800000002{n:02}");
        !friends.member(&number).brings(&[&number]).is_silent()
    });
    assert_eq!(asked.count(), 32);
    bot.clock().advance(Duration::from_secs(180));
    assert_eq!(bot.due().len(), 32);
    let late = friends.member(BOB);
    assert!(!late.brings(&[BOB]).is_silent(), "there is room again");
}
