//! A bot's owner manages it in chat.

use jadi_plugin_test::{Refused, Role, SettingValue, Speaker, TestBot};

use crate::{ALICE, BOB, bot};

const BESIDE: &str = r#"{"name":"welcome","version":"1.2.0","languages":["en"],"summary":"Greets",
    "commands":[{"name":"greet","summary":"x"}],"settings":[
        {"name":"times","summary":"How often","value":{"kind":"number","default":1,"least":1,"most":3}},
        {"name":"loud","summary":"In capitals","value":{"kind":"toggle"}}]}"#;
const OTHER: &str = r#"{"name":"other","version":"1.0.0","languages":["en"],"summary":"Greets too",
    "commands":[{"name":"greet","summary":"x"}]}"#;

fn owner(bot: &TestBot) -> Speaker<'_> {
    bot.private(ALICE).role(Role::BotOwner)
}

#[test]
fn prefixes_are_shown_to_all_and_changed_by_the_owner() {
    let bot = bot("manage");
    let (alice, bob) = (owner(&bot), bot.private(BOB));
    assert_eq!(bob.says("!prefix").text(), "*Prefixes* ! . # /");
    assert_eq!(
        bob.says("!prefix $").text(),
        "Only this bot's owner can change that."
    );
    for wrong in ["bot", "!!!!", "! . # / $ % & ? +"] {
        let told = alice.says(&format!("!prefix {wrong}"));
        assert!(told.text().starts_with("Write 1 to 8"), "{wrong}: {told}");
    }
    assert_eq!(
        alice.says("!prefix $ $ ->").text(),
        "*Kept.* Commands begin with $ -> from now on."
    );
    assert_eq!(bot.prefixes(), ["$", "->"]);
    assert!(bob.says("!prefix").is_silent());
    assert_eq!(bob.says("->prefix").text(), "*Prefixes* $ ->");
}

#[test]
fn the_owner_sets_the_language() {
    let bot = bot("manage");
    let (alice, bob) = (owner(&bot), bot.private(BOB));
    assert_eq!(
        bob.says("!lang").text(),
        "*Language*: en\nThere are: en, id, es"
    );
    assert_eq!(
        bob.says("!lang id").text(),
        "Only this bot's owner can change that."
    );
    assert_eq!(
        alice.says("!lang fr").text(),
        "I don't speak that. There are: en, id, es"
    );
    assert_eq!(
        alice.says("!lang ID").text(),
        "Sekarang aku berbahasa Indonesia."
    );
    assert_eq!(bot.language(), "id");
    assert_eq!(
        bob.says("!lang").text(),
        "*Bahasa*: id\nYang ada: en, id, es"
    );
}

#[test]
fn plugins_are_listed_switched_and_set() {
    let bot = bot("manage");
    bot.beside(BESIDE).expect("a manifest");
    bot.installed(OTHER).expect("a manifest");
    let alice = owner(&bot);
    let list = alice.says("!plugins");
    assert!(list.text().starts_with("*Plugins*\n✅ manage – "), "{list}");
    assert!(
        list.text()
            .contains("\n⬜ other – Greets too\n✅ welcome – Greets\n")
    );

    assert_eq!(
        alice.says("!plugins enable other").text(),
        "*other* and *welcome* have a command in common. Disable welcome first."
    );
    assert_eq!(
        alice.says("!plugins enable welcome").text(),
        "*welcome* is already on."
    );
    assert_eq!(
        alice.says("!plugins disable welcome").text(),
        "*welcome* is off now."
    );
    assert_eq!(
        alice.says("!plugins disable welcome").text(),
        "*welcome* is already off."
    );
    assert_eq!(
        alice.says("!plugins enable other").text(),
        "*other* is on now."
    );
    assert_eq!(bot.enabled(), ["manage", "other"]);
    assert!(
        alice
            .says("!plugins off manage")
            .text()
            .starts_with("I can't")
    );
    let none = alice.says("!plugins wellcome");
    assert!(
        none.text().starts_with("There is no plugin wellcome."),
        "{none}"
    );

    let card = alice.says("!plugins welcome");
    assert_eq!(
        card.text(),
        "⬜ *welcome* 1.2.0\nGreets\n\n*Settings*\ntimes: 1 – How often\nloud: off – In capitals\n\n\
         !plugins set welcome <setting> <value>"
    );
    let set = |words: &str| {
        alice
            .says(&format!("!plugins set welcome {words}"))
            .text()
            .to_owned()
    };
    assert_eq!(set("times 9"), "times must be a number from 1 to 3.");
    assert_eq!(set("times many"), "times must be a number from 1 to 3.");
    assert_eq!(set("times 3"), "*welcome* – times: 3");
    assert_eq!(set("loud on"), "*welcome* – loud: on");
    assert!(set("colour red").starts_with("*welcome* has no setting colour."));
    assert_eq!(
        bot.setting_of("welcome", "times"),
        Some(SettingValue::Number(3))
    );
    assert_eq!(
        alice.says("!plugins reset welcome times").reactions(),
        ["👍"]
    );
    assert_eq!(bot.setting_of("welcome", "times"), None);
    assert_eq!(
        bot.private(BOB).says("!plugins").refused(),
        Some(Refused::Role(Role::BotOwner))
    );
}

#[test]
fn who_is_banned_is_kept_from_commands_until_the_ban_is_lifted() {
    let bot = bot("manage");
    let (alice, bob) = (owner(&bot), bot.private(BOB));
    assert_eq!(alice.says("!ban").text(), "Nobody is banned. !ban <person>");
    let told = alice.says("!ban 6280000000102");
    assert_eq!(
        told.text(),
        "@6280000000102 can't use my commands any more."
    );
    assert_eq!(told.message().mentions.len(), 1);
    assert_eq!(bob.says("!prefix").refused(), Some(Refused::Banned));
    assert_eq!(
        alice.says("!ban 6280000000102").text(),
        "@6280000000102 is already banned."
    );
    assert_eq!(alice.says("!ban").text(), "*Banned*\n@6280000000102");
    assert_eq!(
        alice.says("!ban 6280000000101").text(),
        "That would be you."
    );
    assert_eq!(
        alice.says("!unban 6280000000102").text(),
        "@6280000000102 can use my commands again."
    );
    assert_eq!(
        alice.says("!unban 6280000000102").text(),
        "@6280000000102 is not banned."
    );
    assert!(!bob.says("!prefix").is_silent());
    assert_eq!(
        bob.says("!unban 6280000000102").refused(),
        Some(Refused::Role(Role::BotOwner))
    );
}
