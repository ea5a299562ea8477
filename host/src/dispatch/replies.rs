//! The host's own answers to a command, in the bot's language: short, and about what the person can do.

use jadi_plugin_manifest::Place;

use super::caller::KnownBots;
use crate::model::{Action, Event, MessageRef, PhoneNumber, Role, SendMessage};
use crate::plugins::routing::Refusal;

/// Why a command was not run, or did not work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// Not in this place.
    Place(Place),
    /// With the main bot only, which is there under this number.
    MainBot {
        /// The number.
        number: PhoneNumber,
    },
    /// Not for this person.
    Role(Role),
    /// The bot would have to be an admin of the group.
    BotNotAdmin,
    /// Not again so soon.
    Wait {
        /// How long, seconds.
        seconds: u32,
    },
    /// They are banned from the bot's commands.
    Banned,
    /// The message is longer than a command may be.
    TooLong {
        /// The most characters.
        most: usize,
    },
    /// The plugin failed.
    Failed,
    /// The plugin failed too often and is left alone for a while.
    Resting,
    /// The plugin failed too often for too long and is left alone until its owner acts.
    SwitchedOff,
}

impl Reply {
    /// The answer to a refused command; who has to go to the main bot is told where that is.
    pub(super) fn refusal(refusal: Refusal, bots: &KnownBots) -> Self {
        match refusal {
            Refusal::Place(Place::Main) => match bots.main_number() {
                Some(number) => Self::MainBot { number },
                None => Self::Place(Place::Main),
            },
            Refusal::Place(place) => Self::Place(place),
            Refusal::Role(role) => Self::Role(role),
            Refusal::BotNotAdmin => Self::BotNotAdmin,
        }
    }

    /// The answer to the message that asked.
    pub(super) fn to(&self, event: &Event, language: &str) -> Action {
        Action::Send(SendMessage {
            chat: event.chat.jid.clone(),
            text: self.text(language),
            media: None,
            quote: Some(MessageRef {
                chat: event.chat.jid.clone(),
                author: event.sender.jid.clone(),
                from_me: false,
                id: event.key.id.clone(),
            }),
            mentions: Vec::new(),
            poll: None,
        })
    }

    /// The text; languages that are not there are answered in English.
    pub(super) fn text(&self, language: &str) -> String {
        let [en, id, es] = self.texts();
        let text = match language.split('-').next() {
            Some("id") => id,
            Some("es") => es,
            _ => en,
        };
        match self {
            Self::Wait { seconds } => text.replace("{seconds}", &seconds.to_string()),
            Self::TooLong { most } => text.replace("{most}", &most.to_string()),
            Self::MainBot { number } => text.replace("{number}", number.digits()),
            _ => text.to_owned(),
        }
    }

    fn texts(&self) -> [&'static str; 3] {
        match self {
            Self::Place(Place::Group) => [
                "This command works in groups only.",
                "Perintah ini hanya berlaku di grup.",
                "Este comando solo funciona en grupos.",
            ],
            Self::Place(Place::Private) => [
                "This command works in a private chat only. Write to me there.",
                "Perintah ini hanya berlaku di chat pribadi. Kirim pesan kepada saya di sana.",
                "Este comando solo funciona en un chat privado. Escríbeme allí.",
            ],
            Self::Place(Place::Main | Place::Any) => [
                "This command works with the main bot only.",
                "Perintah ini hanya berlaku di bot utama.",
                "Este comando solo funciona con el bot principal.",
            ],
            Self::MainBot { .. } => [
                "This command works with the main bot only: https://wa.me/{number}",
                "Perintah ini hanya berlaku di bot utama: https://wa.me/{number}",
                "Este comando solo funciona con el bot principal: https://wa.me/{number}",
            ],
            Self::Role(Role::GroupAdmin | Role::User) => [
                "Only group admins can use this command.",
                "Hanya admin grup yang dapat memakai perintah ini.",
                "Solo los administradores del grupo pueden usar este comando.",
            ],
            Self::Role(Role::BotOwner) => [
                "Only this bot's owner can use this command.",
                "Hanya pemilik bot ini yang dapat memakai perintah ini.",
                "Solo el propietario de este bot puede usar este comando.",
            ],
            Self::Role(Role::SystemOwner) => [
                "Only the operator can use this command.",
                "Hanya operator yang dapat memakai perintah ini.",
                "Solo el operador puede usar este comando.",
            ],
            Self::BotNotAdmin => [
                "I have to be an admin of this group for that.",
                "Saya harus menjadi admin grup ini untuk melakukannya.",
                "Para eso tengo que ser administrador de este grupo.",
            ],
            Self::Wait { .. } => [
                "Please wait {seconds} s before you use this command again.",
                "Tunggu {seconds} detik sebelum memakai perintah ini lagi.",
                "Espera {seconds} s antes de volver a usar este comando.",
            ],
            Self::Banned => [
                "You are banned from using this bot.",
                "Kamu diblokir dari bot ini.",
                "No puedes usar este bot: estás bloqueado.",
            ],
            Self::TooLong { .. } => [
                "That is too long for a command: at most {most} characters.",
                "Itu terlalu panjang untuk sebuah perintah: paling banyak {most} karakter.",
                "Es demasiado largo para un comando: como máximo {most} caracteres.",
            ],
            Self::Failed => [
                "That did not work: something in this command is broken.",
                "Gagal: ada yang rusak pada perintah ini.",
                "No ha funcionado: algo falla en este comando.",
            ],
            Self::Resting => [
                "This command failed too often and is resting. Try again later.",
                "Perintah ini terlalu sering gagal dan sedang diistirahatkan. Coba lagi nanti.",
                "Este comando ha fallado demasiado y está en pausa. Inténtalo más tarde.",
            ],
            Self::SwitchedOff => [
                "This command kept failing and is switched off. The bot's owner knows.",
                "Perintah ini terus gagal dan dimatikan. Pemilik bot sudah diberi tahu.",
                "Este comando seguía fallando y está desactivado. El propietario del bot lo sabe.",
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_answer_is_there_in_every_language() {
        let replies = [
            Reply::Place(Place::Group),
            Reply::Place(Place::Private),
            Reply::Place(Place::Main),
            Reply::MainBot {
                number: "6280000000100".parse().expect("a number"),
            },
            Reply::Role(Role::GroupAdmin),
            Reply::Role(Role::BotOwner),
            Reply::Role(Role::SystemOwner),
            Reply::BotNotAdmin,
            Reply::Wait { seconds: 7 },
            Reply::Banned,
            Reply::TooLong { most: 9 },
            Reply::Failed,
            Reply::Resting,
            Reply::SwitchedOff,
        ];
        let texts: HashSet<_> = replies
            .iter()
            .flat_map(|reply| ["en", "id", "es"].map(|language| reply.text(language)))
            .collect();
        assert_eq!(
            texts.len(),
            replies.len() * 3,
            "none is empty or there twice"
        );
        assert!(
            texts
                .iter()
                .all(|text| !text.is_empty() && !text.contains('{'))
        );
        assert!(
            Reply::Wait { seconds: 7 }
                .text("es-MX")
                .starts_with("Espera 7 s")
        );
        assert_eq!(Reply::Failed.text("fr"), Reply::Failed.text("en"));
    }
}
