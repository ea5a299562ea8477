//! What group admins need.

use jadi_plugin_test::{ChangeOutcome, GroupChange, PeopleChange, Place, Refused, Role, TestBot};

use crate::{ALICE, BOB, CAROL, bot};

/// Beside it, so that there is something to set.
const BESIDE: &str = r#"{"name":"welcome","version":"1.0.0","languages":["en","es"],
    "events":[{"event":"group-add"}],"settings":[
        {"name":"welcome","scope":"group","summary":{"en":"Greets","es":"Saluda"},"value":{"kind":"toggle"}},
        {"name":"text","scope":"group","summary":{"en":"How","es":"Cómo"},"value":{"kind":"text","default":"Hi"}},
        {"name":"loud","summary":{"en":"Loud","es":"Alto"},"value":{"kind":"toggle"}}]}"#;

fn mentions(bot: &TestBot, command: &str, number: &str) -> Vec<String> {
    let alice = bot.group("friends").with_bot_as_admin().admin(ALICE);
    let said = format!("{command} @{number}");
    let told = alice.message(&said).mentioning(number).send();
    let changes = told.group_changes().into_iter();
    changes
        .map(|change| format!("{change:?}"))
        .chain(told.texts().into_iter().map(str::to_owned))
        .collect()
}

#[test]
fn people_are_changed_when_that_makes_sense() {
    let bot = bot("group");
    let alice = bot.group("friends").with_bot_as_admin().admin(ALICE);
    let kicked = alice.message("!kick @6280000000102").mentioning(BOB).send();
    assert!(
        matches!(kicked.group_changes()[..], [GroupChange::Remove { people }] if people.len() == 1)
    );
    assert!(kicked.reactions().is_empty(), "it is not done yet");
    assert!(mentions(&bot, "!promote", BOB)[0].starts_with("Promote"));
    assert_eq!(
        mentions(&bot, "!demote", BOB),
        ["Not an admin: 6280000000102"]
    );
    assert_eq!(
        mentions(&bot, "!add", BOB),
        ["Already in this group: 6280000000102"]
    );
    for command in ["!kick", "!promote", "!demote"] {
        let told = alice.says(&format!("{command} 6280000000103"));
        assert_eq!(told.text(), "Not in this group: 6280000000103");
    }
    let added = alice.says("!add +62 800-0000-0103");
    assert!(matches!(
        added.group_changes()[..],
        [GroupChange::Add { .. }]
    ));
    let own = alice.message("!kick").quoting_bot("hello").send();
    assert_eq!(own.text(), "I can't do that to myself.");
    let own = alice.message("!demote").quoting_bot("hello").send();
    assert_eq!(own.text(), "I can't do that to myself.");
    let kicked = alice.says("!kick 6280000000101");
    assert!(kicked.text().starts_with("An admin, whom I don't remove"));
    let promoted = alice.says("!promote 6280000000101");
    assert_eq!(promoted.text(), "Already an admin: 6280000000101");
    for command in ["!kick", "!add", "!promote", "!demote"] {
        assert!(alice.says(command).text().starts_with("Whom?"), "{command}");
        let no_admin = bot.group("friends").admin(ALICE).says(command);
        assert_eq!(no_admin.refused(), Some(Refused::BotNotAdmin));
        let member = bot.group("friends").with_bot_as_admin().member(BOB);
        let refused = member.says(command).refused();
        assert_eq!(refused, Some(Refused::Role(Role::GroupAdmin)));
        let private = bot.private(CAROL).says(command).refused();
        assert_eq!(private, Some(Refused::Place(Place::Group)));
    }
}

#[test]
fn what_becomes_of_a_change_is_told_for_each() {
    let bot = bot("group");
    let alice = bot.group("friends").with_bot_as_admin().admin(ALICE);
    let done = alice.learns("!kick", PeopleChange::Remove, &[(BOB, ChangeOutcome::Done)]);
    assert_eq!(done.reactions(), ["👍"]);
    assert!(done.texts().is_empty());
    let people = [
        (BOB, ChangeOutcome::Done),
        (CAROL, ChangeOutcome::Invited),
        ("6280000000104", ChangeOutcome::NotOnWhatsapp),
        ("6280000000105", ChangeOutcome::NotOnWhatsapp),
    ];
    let mixed = alice.learns("!add", PeopleChange::Add, &people);
    assert_eq!(mixed.reactions(), ["👍"]);
    assert_eq!(
        mixed.text(),
        "Their privacy settings don't let me add them, so I sent them an invitation: 6280000000103\n\
         Not on WhatsApp: 6280000000104, 6280000000105"
    );
    assert!(mixed.message().quote.is_some(), "it answers who asked");
    let other = [(BOB, ChangeOutcome::NotAdmin)];
    let failed = alice.learns("!promote", PeopleChange::Promote, &other);
    assert!(failed.reactions().is_empty());
    assert!(
        failed
            .text()
            .starts_with("I am not an admin of this group any more")
    );
}

#[test]
fn everybody_is_mentioned_by_name_or_hidden() {
    let bot = bot("group");
    let shown = bot.group("friends").admin(ALICE).says("!tagall wake up");
    assert_eq!(shown.text(), "wake up\n@6280000000101\n@6280000000100");
    assert_eq!(shown.message().mentions.len(), 2);
    let hidden = bot
        .group("friends")
        .admin(BOB)
        .says("!tagall hidden wake up");
    assert_eq!(hidden.text(), "wake up");
    assert_eq!(hidden.message().mentions.len(), 2);
}

#[test]
fn the_bot_is_off_in_a_group_until_an_admin_wants_it_back() {
    let bot = bot("group");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    assert_eq!(
        alice.says("!mute").text(),
        "*Mute* is off. To switch it on: !mute on"
    );
    assert!(
        alice
            .says("!mute on")
            .text()
            .starts_with("*Mute* is on now")
    );
    assert_eq!(bob.says("!groupinfo").refused(), Some(Refused::Off));
    assert!(!alice.says("!groupinfo").is_silent());
    assert_eq!(alice.says("!mute on").text(), "*Mute* is already on.");
    assert_eq!(alice.says("!mute off").text(), "*Mute* is off now.");
    assert!(!bob.says("!groupinfo").is_silent());
}

#[test]
fn a_group_has_its_own_language() {
    let bot = bot("group");
    bot.set_language("id");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    assert_eq!(
        alice.says("!grouplang es").text(),
        "Ahora hablo español en este grupo."
    );
    assert!(bob.says("!groupinfo").text().contains("Miembros: 2"));
    let family = bot.group("family").member(BOB).says("!groupinfo");
    assert!(family.text().contains("Anggota: 2"));
    assert_eq!(
        alice.says("!grouplang fr").text(),
        "No hablo eso. Hay: en, id, es"
    );
    alice.says("!grouplang off");
    let now = alice.says("!grouplang");
    assert!(now.text().starts_with("*Bahasa grup ini*: id\n"), "{now}");
    assert_eq!(
        bob.says("!grouplang en").refused(),
        Some(Refused::Role(Role::GroupAdmin))
    );
}

#[test]
fn the_settings_of_all_plugins_are_seen_at_a_glance() {
    let bot = bot("group");
    bot.beside(BESIDE).expect("a manifest");
    let alice = bot.group("friends").admin(ALICE);
    assert_eq!(
        alice.says("!groupsettings").text(),
        "*Settings of A group*\nLanguage: en\n⬜ mute\n⬜ welcome – Greets\n✅ text – How"
    );
}

#[test]
fn admins_get_the_groups_link_when_the_bot_may_see_it() {
    let bot = bot("group");
    bot.set_invite_code("OwnGroup1");
    let friends = bot.group("friends");
    assert_eq!(
        friends.admin(ALICE).says("!grouplink").refused(),
        Some(Refused::BotNotAdmin)
    );
    let friends = friends.with_bot_as_admin();
    assert_eq!(
        friends.admin(ALICE).says("!grouplink").text(),
        "https://chat.whatsapp.com/OwnGroup1"
    );
    assert_eq!(
        friends.member(BOB).says("!invite").refused(),
        Some(Refused::Role(Role::GroupAdmin))
    );
}
