//! `!antidelete`: what comes back, and what does not.

use std::time::Duration;

use jadi_plugin_test::{Refused, Role};

use crate::{ALICE, BOB, bot};

#[test]
fn what_people_delete_comes_back_when_it_is_on() {
    let bot = bot("antidelete");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    assert!(
        bob.deletes("a secret").is_silent(),
        "it is off to begin with"
    );
    assert_eq!(
        alice.says("!antidelete on").text(),
        "*Antidelete* is on now."
    );
    let told = bob.deletes("a {secret}");
    let text = told.text();
    assert!(text.starts_with("🗑️ @6280000000102 deleted at "), "{text}");
    assert!(text.ends_with("UTC:\na {secret}"), "{text}");
    assert_eq!(told.message().mentions.len(), 1);
    assert_eq!(
        bob.says("!antidelete off").refused(),
        Some(Refused::Role(Role::GroupAdmin))
    );
    alice.says("!antidelete off");
    assert!(bob.deletes("another").is_silent());
}

#[test]
fn what_an_admin_deletes_of_others_is_left_alone_unless_asked() {
    let bot = bot("antidelete");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    alice.says("!antidelete on");
    assert!(alice.deletes_of(&bob, "rude").is_silent());
    assert!(!alice.deletes("my own").is_silent());
    alice.says("!antidelete-admins on");
    let told = alice.deletes_of(&bob, "rude");
    assert!(
        told.text()
            .starts_with("🗑️ @6280000000101 deleted of @6280000000102 at "),
        "{told}"
    );
}

#[test]
fn fifty_deletions_at_once_are_summed_up_and_none_is_dropped() {
    let bot = bot("antidelete");
    let friends = bot.group("friends");
    let bob = friends.member(BOB);
    friends.admin(ALICE).says("!antidelete on");
    let mut texts: Vec<String> = Vec::new();
    for n in 0..50 {
        let told = bob.deletes(&format!("message <{n}>"));
        texts.extend(told.texts().into_iter().map(str::to_owned));
    }
    assert_eq!(texts.len(), 3, "the first few alone");
    bot.clock().advance(Duration::from_secs(5));
    for told in bot.due() {
        texts.extend(told.texts().into_iter().map(str::to_owned));
    }
    assert!(texts.len() <= 5, "{texts:?}");
    assert!(texts[3].starts_with("🗑️ *Also deleted: 47*\n@6280000000102: message <3>\n"));
    let all = texts.join("\n");
    for n in 0..50 {
        assert!(all.contains(&format!("message <{n}>")), "{n} is missing");
    }
    bot.clock().advance(Duration::from_secs(60));
    assert!(bot.due().is_empty());
    assert_eq!(bob.deletes("later").texts().len(), 1, "the burst is over");
}

#[test]
fn a_burst_of_long_texts_is_bounded() {
    let bot = bot("antidelete");
    let friends = bot.group("friends");
    let bob = friends.member(BOB);
    friends.admin(ALICE).says("!antidelete on");
    let mut sent = 0;
    for n in 0..150 {
        let told = bob.deletes(&format!("<{n}> {}", "x".repeat(5_000)));
        sent += told.texts().join("\n").matches('<').count();
    }
    bot.clock().advance(Duration::from_secs(5));
    for told in bot.due() {
        sent += told.texts().join("\n").matches('<').count();
    }
    assert_eq!(sent, 150);
    assert!(bot.kv_bytes(&bot.keys()[0]).expect("kept").len() < 30_000);
}
