//! What keeps a group in order: word filter, antispam, captcha.

use std::time::Duration;

use jadi_plugin_test::{Refused, Role};

use crate::{ALICE, BOB, CAROL, bot};

#[test]
fn unwanted_words_are_deleted() {
    let bot = bot("filter");
    let friends = bot.group("friends").with_bot_as_admin();
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    assert!(
        alice
            .says("!filter")
            .text()
            .starts_with("No words are filtered")
    );
    assert_eq!(
        alice.says("!filter add Fool").text(),
        "*fool* is filtered now."
    );
    assert_eq!(
        alice.says("!filter add fool").text(),
        "*fool* is already filtered."
    );
    assert_eq!(alice.says("!filter").text(), "*Filtered words*\nfool");
    for wrong in ["!filter add", "!filter words"] {
        assert!(
            alice.says(wrong).text().starts_with("!filter add"),
            "{wrong}"
        );
    }
    let told = bob.says("you FOOL!");
    assert_eq!((told.deletions(), told.ends_the_round()), (1, true));
    assert!(told.text().contains("@6280000000102"));
    assert!(bob.says("foolish").is_silent() && alice.says("fool").is_silent());
    let powerless = bot.group("friends").member(BOB).says("fool");
    assert_eq!((powerless.deletions(), powerless.texts().len()), (0, 1));
    assert!(bot.group("family").member(BOB).says("fool").is_silent());
    assert_eq!(
        alice.says("!filter del fool").text(),
        "*fool* is not filtered any more."
    );
    assert_eq!(
        alice.says("!filter del fool").text(),
        "*fool* is not filtered."
    );
    assert!(bob.says("fool").is_silent());
    assert_eq!(
        bob.says("!filter").refused(),
        Some(Refused::Role(Role::GroupAdmin))
    );
}

#[test]
fn a_flood_is_warned_of_deleted_and_in_the_end_removed() {
    let bot = bot("antispam");
    let friends = bot.group("friends").with_bot_as_admin();
    let (alice, bob) = (friends.admin(ALICE), friends.member(BOB));
    let flood = |count: usize| {
        let told = (0..count).map(|n| bob.says(&format!("flood {n}")));
        told.collect::<Vec<_>>()
    };
    assert!(flood(10).iter().all(|told| told.is_silent()), "it is off");
    assert_eq!(alice.says("!antispam on").text(), "*Antispam* is on now.");
    assert!(
        alice
            .says("!antispam-action")
            .text()
            .contains("this: delete.")
    );
    let told = flood(8);
    assert!(told[..6].iter().all(|told| told.is_silent()));
    assert_eq!(told[6].text(), "⚠️ @6280000000102, slow down, please.");
    assert_eq!((told[6].deletions(), told[7].deletions()), (1, 1));
    assert!(told[7].texts().is_empty(), "warned already");
    bot.clock().advance(Duration::from_secs(3600));
    assert!(bob.says("sorry").is_silent(), "forgiven");
    alice.says("!antispam-action remove");
    let told = flood(10);
    let removed = told.iter().filter(|told| !told.group_changes().is_empty());
    assert_eq!(removed.count(), 1);
    alice.says("!antispam-action warn");
    bot.clock().advance(Duration::from_secs(3600));
    assert!(flood(10).iter().all(|told| told.deletions() == 0));
    for n in 0..20 {
        assert!(alice.says(&format!("{n}")).is_silent(), "admins may");
    }
    assert!(
        bot.keys().len() <= 1,
        "one small part of the group: {:?}",
        bot.keys()
    );
}

#[test]
fn newcomers_write_a_code_or_go() {
    let bot = bot("captcha");
    let friends = bot.group("friends").with_bot_as_admin();
    let (alice, bob, carol) = (
        friends.admin(ALICE),
        friends.member(BOB),
        friends.member(CAROL),
    );
    assert!(bob.brings(&[BOB]).is_silent(), "it is off to begin with");
    assert_eq!(alice.says("!captcha on").text(), "*Captcha* is on now.");
    assert!(alice.brings(&[BOB]).is_silent(), "brought by an admin");
    let code = |text: &str| {
        let digits = text
            .split_whitespace()
            .find(|word| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()));
        digits.expect("a code").to_owned()
    };
    let asked = bob.brings(&[BOB]);
    let bobs = code(asked.text());
    assert!(asked.text().contains("within 3 minutes"), "{asked}");
    assert!(bob.says("hello?").is_silent());
    assert!(carol.says(&bobs).is_silent(), "it is not hers");
    let right = bob.says(&format!("it is {bobs}"));
    assert!(right.text().starts_with("✅"), "{right}");
    assert!(right.ends_the_round() && bot.keys().is_empty());
    carol.brings(&[CAROL]);
    bot.clock().advance(Duration::from_secs(180));
    let due = bot.due();
    assert_eq!(due.len(), 1);
    // TestBot hands over what is due as of nobody special, where the bot is no admin: nobody is removed then.
    assert!(due[0].group_changes().is_empty());
    assert_eq!(
        bot.group("friends").admin(ALICE).says("!captcha").refused(),
        Some(Refused::BotNotAdmin)
    );
}
