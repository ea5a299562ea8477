//! Who may use which command where: each command of each built-in plugin, for each role, in each place, made of the manifests and
//! kept as a golden file. What the host really does is held against the same file (`host/src/dispatch/tests/roles.rs`).

use std::fs;
use std::path::Path;

use jadi_plugin_manifest::{Command, Place, Role as Needed};
use jadi_plugin_runtime::routing::{Refusal, Scene};
use jadi_plugin_test::Role;

use crate::readme::manifests;

const HEAD: &str = "\
# Who may use which command where. Made by a test, see plugin-checks/tests/chats/roles.rs; JADI_UPDATE_GOLDEN=1 writes it.
#
# Each of the four columns behind a command is a place: the main bot in a private chat and in a group, another bot in a private
# chat and in a group. Each has a sign for a user, a group's admin, the bot's owner and a system owner:
#   + it runs    p not in this place    r not for this role    b the bot would have to be an admin    . there is no such person
#
# plugin command role place bot | main private | main group | other private | other group
";

const ROLES: [Role; 4] = [
    Role::User,
    Role::GroupAdmin,
    Role::BotOwner,
    Role::SystemOwner,
];

/// What becomes of a command, as a sign. The main bot has no owner but the operators, and a private chat no admins.
fn sign(command: &Command, is_main: bool, is_group: bool, role: Role) -> char {
    if (is_main && role == Role::BotOwner) || (!is_group && role == Role::GroupAdmin) {
        return '.';
    }
    let scene = Scene {
        role,
        chat: if is_group {
            jadi_model::ChatKind::Group
        } else {
            jadi_model::ChatKind::Private
        },
        bot: if is_main {
            jadi_model::BotRole::Main
        } else {
            jadi_model::BotRole::Sub
        },
    };
    match scene.refuses(command, false) {
        None => '+',
        Some(Refusal::Place(_)) => 'p',
        Some(Refusal::Role(_)) => 'r',
        Some(Refusal::BotNotAdmin) => 'b',
    }
}

fn line(plugin: &str, command: &Command) -> String {
    let role = match command.role {
        Needed::User => "user",
        Needed::GroupAdmin => "group-admin",
        Needed::BotOwner => "bot-owner",
        Needed::SystemOwner => "system-owner",
    };
    let place = match command.place {
        Place::Any => "any",
        Place::Group => "group",
        Place::Private => "private",
        Place::Main => "main",
    };
    let bot = if command.needs_bot_admin {
        "admin"
    } else {
        "any"
    };
    let places = [(true, false), (true, true), (false, false), (false, true)];
    let signs = places.map(|(is_main, is_group)| {
        ROLES
            .map(|role| sign(command, is_main, is_group, role))
            .iter()
            .collect::<String>()
    });
    let name = &command.name;
    format!(
        "{plugin} {name} {role} {place} {bot} | {}\n",
        signs.join(" | ")
    )
}

#[test]
fn every_command_has_its_roles_and_places() {
    let mut made = HEAD.to_owned();
    let mut commands = 0;
    for manifest in manifests() {
        for command in &manifest.commands {
            made.push_str(&line(&manifest.name, command));
            commands += 1;
        }
    }
    assert!(commands > 50, "only {commands} commands were found");
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/roles.golden");
    if std::env::var_os("JADI_UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &made).expect("written");
    } else {
        let kept = fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(
            kept, made,
            "run this test with JADI_UPDATE_GOLDEN=1 when the change is meant"
        );
    }
}
