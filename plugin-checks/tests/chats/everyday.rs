//! Notes, polls, reminders and the like.

use std::time::Duration;

use jadi_plugin_test::{MediaKind, Role};

use crate::{ALICE, BOB, CAROL, bot};

#[test]
fn notes_are_read_by_all_and_written_by_admins() {
    let bot = bot("notes");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    assert!(bob.says("!notes").text().starts_with("No notes yet."));
    assert_eq!(
        bob.says("!notes set rules be kind").text(),
        "Only group admins can change this group's notes."
    );
    assert_eq!(
        alice.says("!notes set Rules be kind").text(),
        "*rules* is kept."
    );
    assert_eq!(bob.says("!note RULES").text(), "be kind");
    let kept = alice
        .message("!notes set cake")
        .quoting(&bob, "flour, sugar");
    assert_eq!(kept.send().text(), "*cake* is kept.");
    assert_eq!(bob.says("!notes").text(), "*Notes*\ncake\nrules");
    assert!(
        alice
            .says("!notes set empty")
            .text()
            .starts_with("!notes set <name>")
    );
    assert_eq!(bob.says("!notes soup").text(), "There is no note soup.");
    assert_eq!(alice.says("!notes del cake").text(), "*cake* is gone.");
    assert_eq!(
        alice.says("!notes del cake").text(),
        "There is no note cake."
    );
    let long = format!("!notes set long {}", "x".repeat(1001));
    assert!(alice.says(&long).text().starts_with("There is room for 50"));
    let own = bot.private(BOB);
    assert_eq!(own.says("!notes set pin 1234").text(), "*pin* is kept.");
    assert_eq!(bob.says("!notes pin").text(), "There is no note pin.");
}

#[test]
fn a_poll_is_whatsapps_own_and_counts_one_vote_for_each() {
    let bot = bot("poll");
    let friends = bot.group("friends");
    let (alice, bob, carol) = (
        friends.admin(ALICE),
        friends.member(BOB),
        friends.member(CAROL),
    );
    assert!(
        bob.says("!poll")
            .text()
            .starts_with("There is no poll here.")
    );
    assert!(
        bob.says("!poll Tea?")
            .text()
            .starts_with("A question and 2 to 12")
    );
    let begun = bob.says("!poll Tea? | yes | no");
    let message = begun.message();
    assert_eq!((message.text.as_str(), &message.quote), ("Tea?", &None));
    let poll = message.poll.as_ref().expect("a poll");
    assert_eq!(poll.options, ["yes", "no"]);
    assert!(!poll.several);
    assert!(alice.votes(&poll.name, &["yes"]).is_silent());
    bob.votes(&poll.name, &["no"]);
    bob.votes(&poll.name, &["yes"]);
    carol.votes(&poll.name, &["no"]);
    carol.votes(&poll.name, &[]);
    carol.votes("another", &["no"]);
    assert_eq!(alice.says("!poll").text(), "📊 *Tea?*\nyes – 2\nno – 0");
    for refused in ["!poll Cake? | yes | no", "!poll end"] {
        let told = carol.says(refused);
        let (open, ends) = ("A poll is open here.", "Only who began it");
        assert!(
            told.text().starts_with(open) || told.text().starts_with(ends),
            "{told}"
        );
    }
    assert_eq!(
        alice.says("!poll end").text(),
        "*It is over.*\n📊 *Tea?*\nyes – 2\nno – 0"
    );
    bob.votes(&poll.name, &["no"]);
    assert!(bot.keys().is_empty(), "what is over is not counted");
    let several = carol.says("!poll --several Days? | Mon | Tue");
    assert!(several.message().poll.as_ref().expect("a poll").several);
    let replaced = bob.says("!poll Nobody voted? | yes | no");
    assert!(replaced.message().poll.is_some());
}

#[test]
fn reminders_come_when_they_are_due() {
    let bot = bot("reminder");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    assert!(bob.says("!reminder").text().starts_with("When, and what"));
    assert!(
        bob.says("!reminder soon tea")
            .text()
            .starts_with("When, and what")
    );
    assert!(
        bob.says("!reminder in 10m")
            .text()
            .starts_with("When, and what")
    );
    let kept = bob.says("!reminder in 10m drink {text}");
    assert!(kept.text().ends_with(": drink {text}"), "{kept}");
    alice.says("!remind 2h cake");
    let list = alice.says("!reminder list");
    assert!(
        list.text().starts_with("*Reminders* (UTC+0)\n1. "),
        "{list}"
    );
    assert!(list.text().ends_with(" cake"));
    assert_eq!(
        bob.says("!reminder cancel 2").text(),
        "You have no such reminder.",
        "it is another's"
    );
    bot.clock().advance(Duration::from_secs(600));
    let due = bot.due();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].text(), "⏰ @6280000000102: drink {text}");
    assert_eq!(due[0].message().mentions.len(), 1);
    assert_eq!(alice.says("!reminder cancel 2").text(), "Taken back.");
    assert_eq!(alice.says("!reminder list").text(), "No reminders here.");
    bot.clock().advance(Duration::from_secs(7200));
    assert!(bot.due().is_empty());
    let far = bob.says("!reminder in 400d cake");
    assert!(far.text().contains("up to a year"), "{far}");
}

#[test]
fn a_chat_has_its_time_zone() {
    let bot = bot("reminder");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    assert!(bob.says("!timezone").text().contains("UTC+0"));
    assert_eq!(
        bob.says("!timezone +7").text(),
        "Only group admins can change that."
    );
    assert!(
        alice
            .says("!timezone Jakarta")
            .text()
            .starts_with("A time zone is")
    );
    assert!(alice.says("!timezone +5:30").text().contains("UTC+5:30"));
    assert!(
        bot.private(BOB)
            .says("!timezone +7")
            .text()
            .contains("UTC+7")
    );
    assert!(bob.says("!timezone").text().contains("UTC+5:30"));
}

#[test]
fn who_is_away_is_told_of_and_greeted_when_back() {
    let bot = bot("afk");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.member(ALICE), friends.member(BOB));
    assert_eq!(
        bob.says("!afk lunch").text(),
        "💤 @6280000000102 is away: lunch"
    );
    assert!(alice.says("hello").is_silent());
    bot.clock().advance(Duration::from_secs(61));
    let mention = || {
        alice
            .message("@6280000000102 are you there?")
            .mentioning(BOB)
            .send()
    };
    assert_eq!(
        mention().text(),
        "💤 @6280000000102 has been away for 1 min 1 s: lunch"
    );
    assert!(mention().is_silent(), "told a moment ago");
    let answered = bot.group("family").member(ALICE);
    let answered = answered.message("?").quoting(&bob, "see you").send();
    assert!(
        answered.text().starts_with("💤"),
        "in another group it is new"
    );
    assert_eq!(
        bob.says("back").text(),
        "👋 Welcome back, @6280000000102! You were away for 1 min 1 s."
    );
    assert!(bob.says("again").is_silent() && bot.keys().is_empty());
}

#[test]
fn a_profile_tells_what_the_bot_knows() {
    let bot = bot("profile");
    let alice = bot.group("friends").admin(ALICE).named("Alice");
    bot.clock().advance(Duration::from_secs(1));
    alice.says("hello");
    bot.clock().advance(Duration::from_secs(3 * 86_400));
    assert_eq!(
        alice.says("!profile").text(),
        "👤 @6280000000101\nName: Alice\nRole: group admin\nKnown for: 3 days\nMessages: 2"
    );
    assert_eq!(
        alice.says("!profile 6280000000102").text(),
        "I have never met @6280000000102."
    );
    let owner = bot.private(BOB).role(Role::BotOwner);
    assert!(owner.says("!me").text().contains("this bot's owner"));
}

#[test]
fn an_answered_message_is_shown_again() {
    let bot = bot("quoted");
    let (alice, bob) = (bot.private(ALICE), bot.private(BOB));
    assert!(alice.says("!quoted").text().starts_with("Answer a message"));
    let shown = alice.message("!q").quoting(&bob, "long ago").send();
    assert_eq!(shown.text(), "@6280000000102: long ago");
}

#[test]
fn what_is_to_be_seen_once_is_posted_again_where_that_is_wanted() {
    let bot = bot("viewonce");
    let friends = bot.group("friends");
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    let once = || {
        bob.message("look")
            .file_with(MediaKind::Image, "image/png", b"picture")
            .view_once()
            .send()
    };
    assert!(once().is_silent(), "it is off to begin with");
    alice.says("!viewonce on");
    let told = once();
    assert_eq!(told.text(), "👁️ @6280000000102: look");
    assert!(told.message().media.is_some());
    let usual = bob
        .message("look")
        .file_with(MediaKind::Image, "image/png", b"x");
    assert!(usual.send().is_silent());
}
