//! Every command of every built-in plugin, by every role, in every place: what a real dispatch does, held against the golden file
//! that `plugin-checks` makes of the manifests.

use std::sync::Arc;

use super::{
    ALICE, BOB, BOT, Fake, GROUP, Host, OWNER, Place, ROOT, group_message, jid, private_message,
};
use crate::dispatch::Handler;

const GOLDEN: &str = include_str!("../../../../plugin-checks/tests/roles.golden");

/// A command, and its signs in the four places.
struct Line<'a> {
    plugin: &'a str,
    command: &'a str,
    role: &'a str,
    place: &'a str,
    bot: &'a str,
    signs: [&'a str; 4],
}

fn lines() -> Vec<Line<'static>> {
    let lines = GOLDEN.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split(" | ").collect();
            let [about, main, main_group, other, other_group] = parts[..] else {
                panic!("{line}");
            };
            let about: Vec<&str> = about.split(' ').collect();
            let [plugin, command, role, place, bot] = about[..] else {
                panic!("{line}");
            };
            Line {
                plugin,
                command,
                role,
                place,
                bot,
                signs: [main, main_group, other, other_group],
            }
        })
        .collect()
}

/// Plugins with just these commands, which answer each.
fn plugins(lines: &[Line<'_>]) -> Vec<Arc<dyn Handler>> {
    let mut plugins: Vec<(&str, Vec<serde_json::Value>)> = Vec::new();
    for line in lines {
        if plugins.last().is_none_or(|(name, _)| *name != line.plugin) {
            plugins.push((line.plugin, Vec::new()));
        }
        let command = serde_json::json!({
            "name": line.command,
            "summary": "x",
            "role": line.role,
            "place": line.place,
            "needs_bot_admin": line.bot == "admin",
        });
        if let Some((_, commands)) = plugins.last_mut() {
            commands.push(command);
        }
    }
    plugins
        .into_iter()
        .map(|(name, commands)| {
            let manifest = serde_json::json!({
                "name": name, "version": "1.0.0", "languages": ["en"], "commands": commands,
            });
            Fake::echo(&manifest.to_string())
        })
        .collect()
}

/// What became of a command, as a sign.
fn sign(plugin: &str, command: &str, said: &[String]) -> char {
    match said {
        [one] if *one == format!("{plugin}: !{command}") => '+',
        [one] if one.starts_with("This command works") => 'p',
        [one] if one.starts_with("Only ") => 'r',
        [one] if one.starts_with("I have to be an admin") => 'b',
        other => panic!("!{command}: {other:?}"),
    }
}

/// Has everybody use the command in one place.
async fn used(host: &Host, line: &Line<'_>, in_group: bool, expected: &str, count: &mut u32) {
    let people = [BOB, ALICE, OWNER, ROOT];
    for (person, expected) in people.into_iter().zip(expected.chars()) {
        if expected == '.' {
            continue;
        }
        *count += 1;
        let (id, text) = (format!("A{count}"), format!("!{}", line.command));
        let event = if in_group {
            group_message(GROUP, person, &id, &text)
        } else {
            private_message(person, &id, &text)
        };
        let said = host.asks(event).await;
        let found = sign(line.plugin, line.command, &said);
        assert_eq!(
            found, expected,
            "{text} by {person}, in a group: {in_group}"
        );
    }
}

#[tokio::test]
async fn the_host_does_what_the_golden_file_says() {
    let lines = lines();
    assert!(lines.len() > 50, "only {} commands", lines.len());
    let mut count = 0;
    for (place, columns) in [(Place::new(), [0, 1]), (Place::of_sub_bot(), [2, 3])] {
        let host = place.start(plugins(&lines)).await;
        host.session.set_group(
            GROUP,
            &[
                (ALICE, true),
                (BOB, false),
                (OWNER, false),
                (ROOT, false),
                (BOT, false),
            ],
        );
        for line in &lines {
            for (column, in_group) in columns.into_iter().zip([false, true]) {
                used(&host, line, in_group, line.signs[column], &mut count).await;
            }
        }
        host.end().await;
    }
    assert!(count > 500, "only {count} uses");
}

#[tokio::test]
async fn a_sub_bots_number_is_no_system_owner() {
    let lines = lines();
    let place = Place::new();
    let host = place.start(plugins(&lines)).await;
    let asked = host.asks(private_message(ROOT, "A1", "!slots")).await;
    assert_eq!(asked, ["hosting: !slots"]);
    host.known_bots.add(jid(ROOT), crate::model::BotRole::Sub);
    let asked = host.asks(private_message(ROOT, "A2", "!slots")).await;
    assert_eq!(asked, ["Only the operator can use this command."]);
    host.known_bots.add(jid(ROOT), crate::model::BotRole::Main);
    let asked = host.asks(private_message(ROOT, "A3", "!slots")).await;
    assert_eq!(asked, ["hosting: !slots"], "it may be the main bot's");
    host.end().await;
}

#[tokio::test]
async fn who_asks_a_sub_bot_is_told_where_the_main_bot_is() {
    let lines = lines();
    let place = Place::of_sub_bot();
    let host = place.start(plugins(&lines)).await;
    host.known_bots.add(
        jid("6280000000100@s.whatsapp.net"),
        crate::model::BotRole::Main,
    );
    host.known_bots
        .add(jid("100000000000100@lid"), crate::model::BotRole::Main);
    let asked = host.asks(private_message(ALICE, "A1", "!jadibot")).await;
    assert_eq!(
        asked,
        ["This command works with the main bot only: https://wa.me/6280000000100"]
    );
    host.end().await;
}
