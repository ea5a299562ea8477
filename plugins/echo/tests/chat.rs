//! What echo says back, to whom, and where.

use jadi_plugin_test::{MediaKind, Place, Refused, Role, TestBot};

const ALICE: &str = "6280000000101";

#[test]
fn a_text_comes_back_as_it_was() {
    let bot = TestBot::of_this_crate();
    let told = bot.private(ALICE).says("!echo  Hello\n world ");
    assert_eq!(told.text(), "Hello\n world");
}

#[test]
fn a_file_comes_back_with_and_without_a_text() {
    let bot = TestBot::of_this_crate();
    let alice = bot.private(ALICE);
    let picture = alice
        .message("!echo")
        .file_with(MediaKind::Image, "image/png", b"a picture");
    let told = picture.send();
    assert_eq!(told.text(), "");
    let file = told.message().media.as_ref().expect("a file");
    assert_eq!(
        (file.kind, file.mime.as_str()),
        (MediaKind::Image, "image/png")
    );
    let report = alice
        .message("!echo look")
        .document("report.pdf", "application/pdf", 1024);
    let told = report.send();
    assert_eq!(told.text(), "look");
    let file = told.message().media.as_ref().expect("a file");
    assert_eq!(file.file_name.as_deref(), Some("report.pdf"));
}

#[test]
fn a_file_is_read_and_described() {
    let bot = TestBot::of_this_crate();
    let alice = bot.private(ALICE);
    let picture = alice
        .message("!describe")
        .file_with(MediaKind::Image, "image/png", b"a picture");
    assert_eq!(picture.send().text(), "image/png, 9 bytes");
    let told = alice.says("!describe");
    assert!(told.text().starts_with("There is no file"), "{told}");
}

#[test]
fn nothing_to_say_back_is_told_in_the_bots_language() {
    let bot = TestBot::of_this_crate();
    for (language, start) in [
        ("en", "There is nothing"),
        ("id", "Tidak ada"),
        ("es-MX", "No hay nada"),
    ] {
        bot.set_language(language);
        let told = bot.private(ALICE).says("!echo");
        assert!(told.text().starts_with(start), "{language}: {told}");
    }
}

#[test]
fn say_is_for_admins_in_their_group_and_quotes_nobody() {
    let bot = TestBot::of_this_crate();
    let friends = bot.group("friends");
    let told = friends.admin(ALICE).says("!say Good morning");
    assert_eq!(told.text(), "Good morning");
    assert_eq!(told.message().quote, None);
    assert_eq!(told.message().chat.as_str(), friends.jid());

    let refused = |told: jadi_plugin_test::Told| told.refused();
    assert_eq!(
        refused(friends.member(ALICE).says("!say x")),
        Some(Refused::Role(Role::GroupAdmin))
    );
    assert_eq!(
        refused(bot.private(ALICE).says("!say x")),
        Some(Refused::Place(Place::Group))
    );
}

#[test]
fn event_shows_its_owner_what_a_plugin_sees() {
    let bot = TestBot::of_this_crate();
    let owner = bot.group("friends").member(ALICE).role(Role::BotOwner);
    let told = owner.message("!event").waited().send();
    assert_eq!(
        told.text(),
        "*e1*\nrole: bot owner\nchat: group\nlanguage: en\nwaited: yes"
    );
    assert_eq!(
        bot.private(ALICE).says("!event").refused(),
        Some(Refused::Role(Role::BotOwner))
    );
}

#[test]
fn an_answer_quotes_the_message_that_asked() {
    let bot = TestBot::of_this_crate();
    for told in [
        bot.private(ALICE).says("!echo hello"),
        bot.group("friends").member(ALICE).says("!echo hello"),
    ] {
        let quote = told.message().quote.as_ref().expect("a quote");
        assert_eq!(quote.author.user(), ALICE);
        assert_eq!(quote.chat, told.message().chat);
    }
}

#[test]
fn what_makes_no_sense_is_answered_with_the_way_it_is_meant() {
    let bot = TestBot::of_this_crate();
    let alice = bot.group("friends").admin(ALICE);
    for (typed, usage) in [
        ("!shout maybe", "`!shout [on | off]`: "),
        ("!mirror maybe", "`!mirror [on | off]`: "),
        (".later soon tea", "`.later <seconds> <text>`: "),
    ] {
        let told = alice.says(typed);
        assert!(told.text().starts_with(usage), "{told}");
    }
}
