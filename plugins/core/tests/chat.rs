//! The commands that every bot has, as a chat sees them.

use std::time::Duration;

use jadi_plugin_test::{Role, Speaker, TestBot};

const ALICE: &str = "6280000000101";

/// A plugin beside core, with something for each role and place.
const BESIDE: &str = r#"{"name":"tools","version":"1.0.0","languages":["en","id","es"],"commands":[
    {"name":"echo","aliases":["say-again"],"category":"tools","usage":"[text]",
     "summary":{"en":"Says it back","id":"Mengulangnya","es":"Lo repite"}},
    {"name":"kick","category":"group","role":"group-admin","place":"group","usage":"<person>",
     "summary":{"en":"Takes somebody out","id":"Mengeluarkan orang","es":"Saca a alguien"}},
    {"name":"restart","category":"owner","role":"system-owner",
     "summary":{"en":"Begins anew","id":"Mulai lagi","es":"Empieza de nuevo"}}]}"#;

fn bot() -> TestBot {
    let bot = TestBot::of_this_crate();
    bot.beside(BESIDE).expect("a manifest");
    bot
}

/// The names that the menu shows.
fn menu(speaker: &Speaker<'_>) -> Vec<String> {
    let told = speaker.says("!menu");
    let lines = told.text().lines();
    let names = lines.filter_map(|line| line.strip_prefix('!')?.split(' ').next());
    names.map(str::to_owned).collect()
}

#[test]
fn ping_tells_how_long_the_message_took() {
    let bot = bot();
    let alice = bot.private(ALICE);
    assert_eq!(alice.says("!ping").text(), "*Pong* 0 ms");
    let span = Duration::from_millis(1250);
    let late = alice.message("!ping").received_ago(span);
    assert_eq!(late.send().text(), "*Pong* 1.2 s");
    // The way to the host is not the host's, and WhatsApp tells it in whole seconds.
    let far = alice.message("!ping").sent_ago(span);
    assert_eq!(far.send().text(), "*Pong* 0 ms");
}

#[test]
fn runtime_counts_from_when_the_bot_came_up() {
    let bot = bot();
    bot.clock().advance(Duration::from_secs(26 * 3600));
    assert_eq!(
        bot.private(ALICE).says("!uptime").text(),
        "*Up for* 1 d 2 h"
    );
    bot.set_language("id");
    assert_eq!(
        bot.private(ALICE).says("!runtime").text(),
        "*Aktif selama* 1 hr 2 j"
    );
}

#[test]
fn the_menu_shows_what_the_one_who_asks_can_use() {
    let bot = bot();
    let (alice, friends) = (bot.private(ALICE), bot.group("friends"));
    let everybody = ["ping", "help", "menu", "runtime", "echo"];
    let own = |names: &[&str], more: &[&str]| -> Vec<String> {
        let mut all: Vec<_> = names
            .iter()
            .chain(more)
            .map(|name| (*name).to_owned())
            .collect();
        all.sort();
        all
    };
    let sorted = |speaker: &Speaker<'_>| {
        let mut names = menu(speaker);
        names.sort();
        names
    };
    assert_eq!(sorted(&alice), own(&everybody, &[]));
    assert_eq!(sorted(&friends.member(ALICE)), own(&everybody, &[]));
    assert_eq!(sorted(&friends.admin(ALICE)), own(&everybody, &["kick"]));
    let owner = alice.clone().role(Role::SystemOwner);
    assert_eq!(
        sorted(&owner),
        own(&everybody, &["restart"]),
        "kick is for groups"
    );
    assert_eq!(
        sorted(&friends.member(ALICE).role(Role::SystemOwner)),
        own(&everybody, &["kick", "restart"])
    );
}

#[test]
fn the_menu_speaks_the_bots_language_and_prefix() {
    let bot = bot();
    bot.set_language("es");
    bot.set_prefixes(&["?"]);
    let told = bot.private(ALICE).says("?menu");
    assert!(told.text().starts_with("*Menú*\n\n*General*\n"), "{told}");
    assert!(told.text().contains("\n?echo – Lo repite\n"), "{told}");
    assert!(told.text().ends_with("Cómo usar uno: ?help ping"), "{told}");
    assert!(bot.private(ALICE).says("!menu").is_silent());
}

#[test]
fn help_explains_a_command_of_any_plugin_by_name_and_alias() {
    let bot = bot();
    let alice = bot.private(ALICE);
    let echo = "*!echo* [text]\nSays it back\nAlso: !say-again";
    for asked in ["!help echo", "!h say-again", "!help !ECHO"] {
        assert_eq!(alice.says(asked).text(), echo, "{asked}");
    }
    let kick = bot.group("friends").admin(ALICE).says("!help kick");
    assert!(kick.text().ends_with("\nFor: group admins"), "{kick}");
    let hidden = alice.says("!help restart");
    assert_eq!(hidden.text(), "I don't know !restart. All commands: !menu");
}

#[test]
fn an_unknown_command_gets_the_nearest_in_private_and_silence_in_a_group() {
    let bot = bot();
    let alice = bot.private(ALICE);
    assert_eq!(
        alice.says("!pign").text(),
        "I don't know !pign. Did you mean !ping?"
    );
    bot.set_language("id");
    assert_eq!(
        alice.says(".weather").text(),
        "Aku tidak kenal .weather. Semua perintah: .menu"
    );
    assert!(bot.group("friends").member(ALICE).says("!pign").is_silent());
    assert!(alice.says("hello").is_silent() && !alice.says("!echo hi").was_asked());
}

#[test]
fn an_answer_quotes_the_message_that_asked() {
    let bot = bot();
    let told = bot.group("friends").member(ALICE).says("!ping");
    let quoted = told.message().quote.as_ref().expect("a quote");
    assert_eq!(quoted.author.as_str(), "6280000000101@s.whatsapp.net");
    assert!(!quoted.from_me);
}
