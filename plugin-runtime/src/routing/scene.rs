//! Where and by whom a command is used, and what is refused there.

use jadi_plugin_manifest::{Command, Manifest, Place};

use crate::CommandFact;
use jadi_model::{BotRole, ChatKind, EventKind, Role};

/// Where and by whom commands would be used.
#[derive(Debug, Clone, Copy)]
pub struct Scene {
    /// What the person is to the bot, here.
    pub role: Role,
    /// The kind of the chat.
    pub chat: ChatKind,
    /// The kind of the bot.
    pub bot: BotRole,
}

/// Why a command is not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Not in this place; it works in that one.
    Place(Place),
    /// Not for this person; the least role that it needs.
    Role(Role),
    /// The bot would have to be an admin of the group.
    BotNotAdmin,
}

impl Scene {
    /// Whether a command works in this place.
    pub fn fits(&self, place: Place) -> bool {
        match place {
            Place::Any => true,
            Place::Group => self.chat == ChatKind::Group,
            Place::Private => self.chat == ChatKind::Private,
            Place::Main => self.bot == BotRole::Main,
        }
    }

    /// Whether the person may use a command that needs `role`.
    pub fn may(&self, role: Role) -> bool {
        self.role >= role
    }

    /// Whether menus show the command to this person here.
    pub fn usable(&self, command: &Command) -> bool {
        self.fits(command.place) && self.may(role(command.role))
    }

    /// Why the command must not be run here, if it must not.
    pub fn refuses(&self, command: &Command, bot_is_admin: bool) -> Option<Refusal> {
        let needed = role(command.role);
        if !self.fits(command.place) {
            Some(Refusal::Place(command.place))
        } else if !self.may(needed) {
            Some(Refusal::Role(needed))
        } else if command.needs_bot_admin && !bot_is_admin {
            Some(Refusal::BotNotAdmin)
        } else {
            None
        }
    }
}

/// Whether a person who is banned from the bot's commands is kept from them: owners never are.
pub fn keeps_out(role: Role, banned: bool) -> bool {
    banned && role < Role::BotOwner
}

/// Whether an event is handled in a chat where the bot is off: commands of those who may switch it on again, and what a plugin
/// has scheduled.
pub fn goes_while_off(role: Role, event: &EventKind, is_command: bool) -> bool {
    let own = matches!(
        event,
        EventKind::Due { .. } | EventKind::GroupChange { .. } | EventKind::PollVote { .. }
    );
    own || (is_command && role >= Role::GroupAdmin)
}

/// The host's word for a manifest's role.
pub fn role(role: jadi_plugin_manifest::Role) -> Role {
    match role {
        jadi_plugin_manifest::Role::User => Role::User,
        jadi_plugin_manifest::Role::GroupAdmin => Role::GroupAdmin,
        jadi_plugin_manifest::Role::BotOwner => Role::BotOwner,
        jadi_plugin_manifest::Role::SystemOwner => Role::SystemOwner,
    }
}

/// A command as menus and help show it in `language`.
pub fn fact(manifest: &Manifest, command: &Command, language: &str) -> CommandFact {
    CommandFact {
        plugin: manifest.name.clone(),
        name: command.name.clone(),
        aliases: command.aliases.clone(),
        category: command.category.clone(),
        category_title: manifest.category_title(&command.category, language),
        usage: command.usage.get(language).to_owned(),
        summary: command.summary.get(language).to_owned(),
        role: role(command.role),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_never_banned_and_admins_can_switch_the_bot_on_again() {
        assert!(keeps_out(Role::GroupAdmin, true) && !keeps_out(Role::User, false));
        assert!(!keeps_out(Role::BotOwner, true));
        let message = EventKind::Message(jadi_model::Message::default());
        let due = EventKind::Due {
            plugin: "x".to_owned(),
            name: "x".to_owned(),
            at: 0,
            payload: Vec::new(),
        };
        for (role, event, is_command, goes) in [
            (Role::User, &message, true, false),
            (Role::GroupAdmin, &message, true, true),
            (Role::GroupAdmin, &message, false, false),
            (Role::User, &due, false, true),
        ] {
            assert_eq!(goes_while_off(role, event, is_command), goes, "{role:?}");
        }
    }

    #[test]
    fn place_goes_before_role_and_role_before_the_bots_own() {
        let json = br#"{"name":"x","version":"1.0.0","languages":["en"],"commands":[
            {"name":"kick","summary":"x","role":"group-admin","place":"group","needs_bot_admin":true}]}"#;
        let manifest = Manifest::parse(json).expect("a manifest");
        let kick = manifest.command("kick").expect("it is there");
        let scene = |role, chat| Scene {
            role,
            chat,
            bot: BotRole::Sub,
        };
        let cases = [
            (
                Role::User,
                ChatKind::Private,
                false,
                Some(Refusal::Place(Place::Group)),
            ),
            (
                Role::User,
                ChatKind::Group,
                false,
                Some(Refusal::Role(Role::GroupAdmin)),
            ),
            (
                Role::BotOwner,
                ChatKind::Group,
                false,
                Some(Refusal::BotNotAdmin),
            ),
            (Role::BotOwner, ChatKind::Group, true, None),
        ];
        for (role, chat, bot_is_admin, refusal) in cases {
            assert_eq!(scene(role, chat).refuses(kick, bot_is_admin), refusal);
        }
        assert!(!scene(Role::SystemOwner, ChatKind::Group).fits(Place::Main));
        assert!(scene(Role::GroupAdmin, ChatKind::Group).usable(kick));
    }
}
