//! `!welcome`, `!goodbye` and their texts.

use jadi_plugin_test::{Place, Refused, Role};

use crate::{ALICE, BOB, CAROL, bot};

#[test]
fn newcomers_are_greeted_once_it_is_on() {
    let bot = bot("welcome");
    let friends = bot.group("friends");
    let alice = friends.admin(ALICE);
    assert!(alice.brings(&[BOB]).is_silent(), "it is off to begin with");
    assert_eq!(
        alice.says("!welcome").text(),
        "*Welcome* is off. To switch it on: !welcome on"
    );
    assert_eq!(alice.says("!welcome on").text(), "*Welcome* is on now.");
    assert_eq!(alice.says("!welcome on").text(), "*Welcome* is already on.");
    let told = alice.brings(&[BOB, CAROL]);
    let message = told.message();
    assert_eq!(
        message.text,
        "👋 Welcome to *A group*, @6280000000102 and @6280000000103!"
    );
    assert_eq!(message.mentions.len(), 2);
    assert!(message.quote.is_none());
    assert!(
        alice.takes_away(&[BOB]).is_silent(),
        "goodbye is another switch"
    );
    assert!(bot.group("family").admin(ALICE).brings(&[BOB]).is_silent());
    assert_eq!(alice.says("!welcome off").text(), "*Welcome* is off now.");
    assert!(alice.brings(&[BOB]).is_silent());
}

#[test]
fn who_comes_alone_is_greeted_with_their_picture() {
    let bot = bot("welcome");
    bot.set_picture(BOB, b"bob smiles");
    let alice = bot.group("friends").admin(ALICE);
    alice.says("!welcome on");
    let with_picture = |numbers: &[&str]| alice.brings(numbers).message().media.is_some();
    assert!(with_picture(&[BOB]));
    assert!(!with_picture(&[CAROL]), "she has none");
    assert!(!with_picture(&[BOB, CAROL]), "the group has none");
    bot.deny([jadi_plugin_test::Capability::Media]);
    let told = alice.brings(&[BOB]);
    assert!(
        told.text().starts_with("👋 Welcome"),
        "greeted all the same"
    );
    assert!(told.message().media.is_none());
}

#[test]
fn who_leaves_is_told_goodbye_in_the_bots_language() {
    let bot = bot("welcome");
    bot.set_language("id");
    let friends = bot.group("friends");
    friends.admin(ALICE).says("!goodbye on");
    assert_eq!(
        friends.member(BOB).takes_away(&[BOB]).text(),
        "Selamat jalan, @6280000000102. Sekarang kita 2 orang."
    );
}

#[test]
fn a_group_has_its_own_text() {
    let bot = bot("welcome");
    let alice = bot.group("friends").admin(ALICE);
    let shown = alice.says("!setwelcome");
    assert!(
        shown.text().contains("{user} {group} {desc} {count}"),
        "{shown}"
    );
    let kept = alice.says("!setwelcome Hi {user}, {count} of us in {group}\nnow");
    assert_eq!(
        kept.text(),
        "*Kept*, but it is off. To switch it on: !welcome on\nHi @6280000000101, 2 of us in A group\nnow"
    );
    alice.says("!welcome on");
    assert_eq!(
        alice.brings(&[BOB]).text(),
        "Hi @6280000000102, 2 of us in A group\nnow"
    );
    let long = alice.says(&format!("!setwelcome {}", "x".repeat(1501)));
    assert_eq!(long.text(), "That is too long: 1500 characters at most.");
    alice.says("!setwelcome reset");
    assert!(alice.brings(&[BOB]).text().starts_with("👋 Welcome"));
}

#[test]
fn it_is_for_admins_of_groups() {
    let bot = bot("welcome");
    for command in [
        "!welcome on",
        "!goodbye on",
        "!setwelcome x",
        "!setgoodbye x",
    ] {
        let member = bot.group("friends").member(BOB).says(command);
        assert_eq!(member.refused(), Some(Refused::Role(Role::GroupAdmin)));
        let private = bot.private(BOB).says(command);
        assert_eq!(private.refused(), Some(Refused::Place(Place::Group)));
    }
    let wrong = bot.group("friends").admin(ALICE).says("!welcome maybe");
    assert!(wrong.text().contains("on or off"), "{wrong}");
}
