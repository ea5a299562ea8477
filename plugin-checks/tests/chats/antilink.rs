//! `!antilink`: which links go, what is done about them, and who may post them.

use jadi_plugin_test::{GroupChange, Refused, Role};

use crate::{ALICE, BOB, bot};

#[test]
fn unwanted_links_are_deleted_and_their_authors_warned() {
    let bot = bot("antilink");
    let friends = bot.group("friends").with_bot_as_admin();
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    let link = "look: https://example.org/x";
    assert!(bob.says(link).is_silent(), "it is off to begin with");
    assert_eq!(alice.says("!antilink on").text(), "*Antilink* is on now.");
    let told = bob.says(link);
    assert_eq!(told.text(), "⚠️ @6280000000102, links are not wanted here.");
    assert_eq!(told.deletions(), 1);
    assert!(told.ends_the_round());
    assert!(alice.says(link).is_silent(), "admins may");
    assert!(!bob.says("no link").was_asked());
    assert_eq!(
        bob.says("!antilink off").refused(),
        Some(Refused::Role(Role::GroupAdmin))
    );
}

#[test]
fn the_group_says_what_is_done() {
    let bot = bot("antilink");
    let friends = bot.group("friends").with_bot_as_admin();
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    alice.says("!antilink on");
    assert!(
        alice
            .says("!antilink-action")
            .text()
            .contains("this: delete.")
    );
    assert!(
        alice
            .says("!antilink-action shout")
            .text()
            .contains("one of")
    );
    assert_eq!(
        alice.says("!antilink-action warn").text(),
        "*Antilink* does this from now on: warn."
    );
    let warned = bob.says("www.example.org");
    assert_eq!((warned.deletions(), warned.texts().len()), (0, 1));
    assert!(!warned.ends_the_round());
    alice.says("!antilink-action remove");
    let removed = bob.says("www.example.org");
    assert_eq!(removed.deletions(), 1);
    assert!(matches!(
        removed.group_changes()[..],
        [GroupChange::Remove { .. }]
    ));
}

#[test]
fn a_bot_that_is_no_admin_can_only_say_so() {
    let bot = bot("antilink");
    let friends = bot.group("friends");
    friends.admin(ALICE).says("!antilink on");
    let told = friends.member(BOB).says("www.example.org");
    assert!(told.text().contains("if I were an admin"), "{told}");
    assert_eq!(told.deletions(), 0);
}

#[test]
fn a_group_allows_hosts_and_its_own_invitation() {
    let bot = bot("antilink");
    let friends = bot.group("friends").with_bot_as_admin();
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    alice.says("!antilink on");
    assert!(
        alice
            .says("!antilink-allow")
            .text()
            .starts_with("*Allowed*: none")
    );
    assert!(
        alice
            .says("!antilink-allow add nothing")
            .text()
            .contains("no address")
    );
    alice.says("!antilink-allow add Example.org");
    let both = alice.says("!antilink-allow add https://chat.whatsapp.com/AbC");
    assert!(
        both.text()
            .starts_with("*Allowed*: example.org, chat.whatsapp.com/AbC"),
        "{both}"
    );
    for allowed in ["https://www.example.org/x", "https://chat.whatsapp.com/AbC"] {
        assert!(bob.says(allowed).is_silent(), "{allowed}");
    }
    assert_eq!(bob.says("https://chat.whatsapp.com/Other").deletions(), 1);
    alice.says("!antilink-allow del example.org");
    assert_eq!(bob.says("https://example.org").deletions(), 1);
}

#[test]
fn the_groups_own_invitation_may_be_posted() {
    let bot = bot("antilink");
    bot.set_invite_code("OwnGroup1");
    let friends = bot.group("friends").with_bot_as_admin();
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    alice.says("!antilink on");
    for own in [
        "https://chat.whatsapp.com/OwnGroup1",
        "join chat.whatsapp.com/invite/OwnGroup1?mode=wwt",
    ] {
        assert!(bob.says(own).is_silent(), "{own}");
    }
    for other in [
        "https://chat.whatsapp.com/owngroup1",
        "https://chat.whatsapp.com/OwnGroup1 https://example.org",
    ] {
        assert_eq!(bob.says(other).deletions(), 1, "{other}");
    }
    let wrong = alice.says("!antilink-allow example.org");
    assert!(wrong.text().contains("add | del <host>"), "{wrong}");
}
