//! Carrying transcripts out.
//!
//! [`play`] runs the steps of one script in a [`World`] and stops at the first that fails; [`play_all`] gives each of several
//! scripts a fresh world. A step that this build cannot carry out yet fails the script before anything is started: it is
//! never passed over.

mod failure;
mod inbox;
mod linking;
mod many;
mod met;
mod player;
mod servers;
mod talk;
mod unsupported;

pub use self::failure::Failure;
pub use self::many::{Summary, play_all};
pub use self::servers::{Answer, Servers};
pub use self::unsupported::not_yet;

use crate::script::{Name, Script, Step};
use crate::view::View;
use crate::world::World;

/// Numbers of the system owners that a script names; `root` is always one.
pub fn owners(script: &Script) -> Vec<String> {
    let mut owners = Vec::new();
    let mut root = crate::ROOT_NUMBER.to_owned();
    for line in &script.lines {
        if let Step::Owner(account) = &line.step {
            if account.name.as_str() == Name::ROOT {
                root.clone_from(&account.number);
            } else {
                owners.push(account.number.clone());
            }
        }
    }
    owners.insert(0, root);
    owners
}

/// The limits that a script says, as variables of the host's environment.
pub fn limits(script: &Script) -> Vec<(String, String)> {
    let limit = |step: &Step| match step {
        Step::Limit { name, value } => {
            let name = name.replace('.', "_").to_ascii_uppercase();
            Some((format!("JADI_LIMITS_{name}"), value.clone()))
        }
        _ => None,
    };
    let steps = script.lines.iter().map(|line| &line.step);
    steps.filter_map(limit).collect()
}

/// Runs every step of `script` in `world` and tells what happens.
///
/// # Errors
///
/// The first step that fails, with what was expected, what came and the end of the host's log; also requests of a client
/// that the simulator has no answer to.
pub async fn play(script: &Script, world: &mut World, view: &mut View) -> Result<(), Box<Failure>> {
    if let Some(failure) = not_yet(script) {
        return Err(failure);
    }
    let mut player = player::Player::new(script, world, view);
    player.everything().await
}
