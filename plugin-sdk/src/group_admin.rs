//! Changing the event's group, for which the bot must be an admin of it.
//!
//! A change is part of a handler's answer: `Answer::none().then(group_admin::remove(&[person])?)`. Say of a command that needs it
//! `needs_bot_admin`, so that the host answers when the bot is none.
//!
//! What has become of a change of people comes later, as an event of its own: see `#[on_group_change]` of [`plugin`](crate::plugin) and
//! [`GroupChange`](crate::GroupChange).

use crate::bindings::capabilities::jadi::plugin::group_admin as host;
use crate::bindings::capabilities::jadi::plugin::types::Action;
use crate::{Message, Quoted, Result};

/// A change that is done when it is returned.
pub struct Change(pub(crate) Action);

fn addresses(people: &[impl AsRef<str>]) -> Vec<String> {
    people
        .iter()
        .map(|person| person.as_ref().to_owned())
        .collect()
}

/// Adds people, as far as their privacy settings let them be added. Whom they don't let be added the bot sends an invitation,
/// privately.
///
/// # Errors
///
/// When the bot is not an admin, the event is not in a group, or a person is no address.
pub fn add(people: &[impl AsRef<str>]) -> Result<Change> {
    Ok(Change(host::add(&addresses(people))?))
}

/// Removes people.
///
/// # Errors
///
/// As for [`add`], and when the bot itself is among them.
pub fn remove(people: &[impl AsRef<str>]) -> Result<Change> {
    Ok(Change(host::remove(&addresses(people))?))
}

/// Makes people admins.
///
/// # Errors
///
/// As for [`add`].
pub fn promote(people: &[impl AsRef<str>]) -> Result<Change> {
    Ok(Change(host::promote(&addresses(people))?))
}

/// Makes admins ordinary members.
///
/// # Errors
///
/// As for [`remove`].
pub fn demote(people: &[impl AsRef<str>]) -> Result<Change> {
    Ok(Change(host::demote(&addresses(people))?))
}

/// Deletes the message that came in for everyone.
///
/// # Errors
///
/// When the bot is not an admin.
pub fn delete(message: &Message<'_>) -> Result<Change> {
    Ok(Change(host::delete_message(message.message)?))
}

/// Deletes a quoted or original message for everyone.
///
/// # Errors
///
/// When the bot is not an admin.
pub fn delete_quoted(quoted: &Quoted) -> Result<Change> {
    Ok(Change(host::delete_message(&quoted.0)?))
}

/// Changes the group's name: 1 to 100 characters.
///
/// # Errors
///
/// As for [`add`], and when the text is too short or too long.
pub fn set_subject(text: &str) -> Result<Change> {
    Ok(Change(host::set_subject(text)?))
}

/// Changes the group's description, at most 2,048 characters; an empty one takes it away.
///
/// # Errors
///
/// As for [`set_subject`].
pub fn set_description(text: &str) -> Result<Change> {
    Ok(Change(host::set_description(text)?))
}

/// Lets only admins write, or everybody again.
///
/// # Errors
///
/// As for [`add`].
pub fn set_admins_only(on: bool) -> Result<Change> {
    Ok(Change(host::set_admins_only(on)?))
}

/// Leaves the group.
///
/// # Errors
///
/// When the event is not in a group.
pub fn leave() -> Result<Change> {
    Ok(Change(host::leave()?))
}
