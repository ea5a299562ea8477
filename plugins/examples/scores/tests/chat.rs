//! A group that gives points.

use jadi_plugin_test::{Failure, Place, Refused, Role, SettingValue, TestBot};

const ALICE: &str = "6280000000101";
const BOB: &str = "6280000000102";
const CAROL: &str = "6280000000103";

#[test]
fn points_are_given_by_mention_number_and_answer() {
    let bot = TestBot::of_this_crate();
    let friends = bot.group("friends");
    let (alice, bob) = (friends.member(ALICE), friends.member(BOB));
    let told = alice
        .message("!score @6280000000102 3")
        .mentioning(BOB)
        .send();
    assert_eq!(told.text(), "@6280000000102: 3");
    assert_eq!(told.message().mentions.len(), 1);
    assert_eq!(
        alice.says("!score 6280000000102 -1").text(),
        "@6280000000102: 2"
    );
    let thanks = alice.message("!score").quoting(&bob, "I brought cake");
    assert_eq!(thanks.send().text(), "@6280000000102: 3");
}

#[test]
fn the_list_has_the_most_points_first_and_each_group_its_own() {
    let bot = TestBot::of_this_crate();
    let friends = bot.group("friends");
    let alice = friends.member(ALICE);
    assert_eq!(alice.says("!scores").text(), "Nobody has points here yet.");
    alice.says("!score 6280000000102");
    alice.says("!score 6280000000103 5");
    assert_eq!(
        alice.says("!scores").text(),
        "@6280000000103: 5\n@6280000000102: 1"
    );
    let elsewhere = bot.group("family").member(ALICE).says("!scores");
    assert_eq!(elsewhere.text(), "Nobody has points here yet.");
    assert_eq!(bot.keys(), [format!("scores/{}", friends.jid())]);
}

#[test]
fn nobody_scores_for_themselves() {
    let bot = TestBot::of_this_crate();
    bot.set_language("id");
    let told = bot
        .group("friends")
        .member(ALICE)
        .says("!score 6280000000101 9");
    assert_eq!(told.text(), "Poin datang dari orang lain.");
    assert!(bot.keys().is_empty());
}

#[test]
fn the_bots_owner_sets_how_many_points_go_at_a_time() {
    let bot = TestBot::of_this_crate();
    let alice = bot.group("friends").member(ALICE);
    assert_eq!(
        alice.says("!score 6280000000102 10").text(),
        "@6280000000102: 10"
    );
    let too_many = "Here at most 10 points are given or taken at a time.";
    for points in ["11", "-11"] {
        let told = alice.says(&format!("!score 6280000000102 {points}"));
        assert_eq!(told.text(), too_many);
    }
    bot.set_setting("score-most", SettingValue::Number(3));
    let told = alice.says("!score 6280000000102 4");
    assert_eq!(told.text(), too_many.replace("10", "3"));
    bot.set_setting("score-most", SettingValue::Number(50));
    let told = alice.says("!score 6280000000102 -50");
    assert_eq!(told.text(), "@6280000000102: -40");
}

#[test]
fn wrong_arguments_are_explained_with_the_usage_of_the_bots_language() {
    let bot = TestBot::of_this_crate();
    let alice = bot.group("friends").member(ALICE);
    assert_eq!(
        alice.says("!score").text(),
        "`!score <whom> [points]`: *whom* is missing."
    );
    assert_eq!(
        alice.says("!score 6280000000102 many").text(),
        "`!score <whom> [points]`: *points* must be a whole number from -128 to 127, not \"many\"."
    );
    assert_eq!(
        alice.says("!score 6280000000102 1 please").text(),
        "`!score <whom> [points]`: that is more than this command takes: \"please\"."
    );
    bot.set_language("es");
    let told = alice.says(".score bob");
    assert!(
        told.text()
            .starts_with("`.score <quién> [puntos]`: *whom* tiene que ser alguien"),
        "{told}"
    );
}

#[test]
fn only_admins_clear_and_only_in_groups() {
    let bot = TestBot::of_this_crate();
    let friends = bot.group("friends");
    friends.member(ALICE).says("!score 6280000000103 5");
    let refused = friends.member(BOB).says("!scores-clear").refused();
    assert_eq!(refused, Some(Refused::Role(Role::GroupAdmin)));
    let refused = bot.private(CAROL).says("!scores").refused();
    assert_eq!(refused, Some(Refused::Place(Place::Group)));
    assert_eq!(bot.keys().len(), 1);
    assert_eq!(friends.admin(BOB).says("!scores-clear").reactions(), ["🧹"]);
    assert!(bot.keys().is_empty());
}

#[test]
fn a_failed_event_keeps_nothing() {
    let bot = TestBot::of_this_crate();
    let friends = bot.group("friends");
    let alice = friends.member(ALICE);
    bot.reads_fail(true);
    let told = alice.fails("!score 6280000000102");
    assert!(
        matches!(told.failure(), Some(Failure::Host { .. })),
        "{told}"
    );
    bot.reads_fail(false);
    assert!(bot.keys().is_empty());

    // Something of an earlier version, which this one can't read.
    let key = format!("scores/{}", friends.jid());
    bot.set_kv(&key, "three");
    let told = alice.fails("!score 6280000000102");
    assert!(
        matches!(told.failure(), Some(Failure::Handler { .. })),
        "{told}"
    );
    assert_eq!(bot.kv::<String>(&key).as_deref(), Some("three"));
}

#[test]
fn an_event_costs_little() {
    let bot = TestBot::of_this_crate();
    let told = bot
        .group("friends")
        .member(ALICE)
        .says("!score 6280000000102");
    assert_eq!(
        told.receipt.host_calls, 4,
        "a setting, a read, a write, an answer"
    );
    assert!(told.receipt.peak_memory < 4 << 20, "{:?}", told.receipt);
}
