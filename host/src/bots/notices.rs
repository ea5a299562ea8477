//! What the main bot tells the owner of a bot that has used too much: what happened, when it goes on, what to do.

use crate::model::{Action, BotRecord, Budget, Jid, SendMessage};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// The bot is paused for so many minutes.
    Paused { of: Budget, minutes: i64 },
    /// It has sent as many messages today as it may.
    NoMoreToday { allowed: u64 },
}

impl Notice {
    /// The message to one person about this bot.
    pub(super) fn to(self, person: Jid, bot: &BotRecord) -> Action {
        let number = bot.number();
        let name = match (&number, bot.name.is_empty()) {
            (_, false) => bot.name.clone(),
            (Some(number), true) => number.digits().to_owned(),
            (None, true) => "Bot".to_owned(),
        };
        Action::Send(SendMessage {
            chat: person,
            text: self.text(&bot.language).replace("{bot}", &name),
            media: None,
            quote: None,
            mentions: Vec::new(),
            poll: None,
        })
    }

    /// The text; languages that are not there are answered in English.
    fn text(self, language: &str) -> String {
        let language = language.split('-').next().unwrap_or_default();
        let (text, number) = match self {
            Self::Paused { of, minutes } => (Self::paused(of, language), minutes.to_string()),
            Self::NoMoreToday { allowed } => (Self::no_more_today(language), allowed.to_string()),
        };
        text.replace("{n}", &number)
    }

    fn paused(of: Budget, language: &str) -> &'static str {
        match (of, language) {
            (Budget::Cpu, "id") => {
                "*{bot} dijeda selama {n} menit*\n\
                 Bot ini memakai prosesor lebih dari jatah satu bot. Tidak ada pesan yang hilang, dan bot lanjut sendiri.\n\
                 Jika terulang, matikan plugin yang berat dengan !plugins, atau keluarkan bot dari grup yang sangat ramai. \
                 Lanjutkan sekarang: !startbot"
            }
            (Budget::Cpu, "es") => {
                "*{bot} está en pausa {n} minutos*\n\
                 Ha ocupado el procesador más de lo que le toca a un bot. No se pierde ningún mensaje y sigue solo.\n\
                 Si se repite, desactiva los complementos pesados con !plugins o sácalo de los grupos con más tráfico. \
                 Para seguir ya: !startbot"
            }
            (Budget::Cpu, _) => {
                "*{bot} is paused for {n} minutes*\n\
                 It kept the processor busier than one bot may. No message is lost, and it goes on by itself.\n\
                 If it happens again, switch heavy plugins off with !plugins, or take it out of very busy groups. \
                 To go on now: !startbot"
            }
            (Budget::Memory, "id") => {
                "*{bot} dijeda selama {n} menit*\n\
                 Bot ini menempati memori lebih dari jatah satu bot. Tidak ada pesan yang hilang, dan bot lanjut sendiri.\n\
                 Jika terulang, keluarkan bot dari grup yang sangat ramai. Lanjutkan sekarang: !startbot"
            }
            (Budget::Memory, "es") => {
                "*{bot} está en pausa {n} minutos*\n\
                 Ocupa más memoria de la que le toca a un bot. No se pierde ningún mensaje y sigue solo.\n\
                 Si se repite, sácalo de los grupos con más tráfico. Para seguir ya: !startbot"
            }
            (Budget::Memory, _) => {
                "*{bot} is paused for {n} minutes*\n\
                 It holds more memory than one bot may. No message is lost, and it goes on by itself.\n\
                 If it happens again, take it out of very busy groups. To go on now: !startbot"
            }
            (Budget::Storage, "id") => {
                "*{bot} dijeda: penyimpanannya penuh*\n\
                 Data bot ini lebih besar dari jatah satu bot. Dicoba lagi setiap {n} menit.\n\
                 Hapus data yang tidak perlu, atau minta operator menambah jatah. Lanjutkan sekarang: !startbot"
            }
            (Budget::Storage, "es") => {
                "*{bot} está en pausa: su almacenamiento está lleno*\n\
                 Sus datos ocupan más de lo que le toca a un bot. Se intenta de nuevo cada {n} minutos.\n\
                 Borra lo que no haga falta o pide al operador más espacio. Para seguir ya: !startbot"
            }
            (Budget::Storage, _) => {
                "*{bot} is paused: its storage is full*\n\
                 Its data is larger than one bot's may be. It is tried again every {n} minutes.\n\
                 Remove what is not needed, or ask the operator for more room. To go on now: !startbot"
            }
        }
    }

    fn no_more_today(language: &str) -> &'static str {
        match language {
            "id" => {
                "*{bot} sudah mengirim {n} pesan hari ini*\n\
                 Itu jatah satu hari. Balasan lain menunggu dan dikirim mulai pukul 00:00 UTC; tidak ada yang hilang."
            }
            "es" => {
                "*{bot} ya ha enviado {n} mensajes hoy*\n\
                 Es lo que puede enviar en un día. Lo demás espera y sale a partir de las 00:00 UTC; no se pierde nada."
            }
            _ => {
                "*{bot} has sent {n} messages today*\n\
                 That is as many as it may in one day. Other answers wait and go from 00:00 UTC on; none is lost."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BotId, BotRole, LinkMethod};

    #[test]
    fn each_notice_names_the_bot_and_what_to_do_in_every_language() {
        let id = BotId::from_random([1; 16]);
        let mut bot = BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1);
        let owner: Jid = "6280000000101@s.whatsapp.net".parse().expect("a jid");
        bot.jid = Some("6280000000200@s.whatsapp.net".parse().expect("a jid"));
        let notices = [
            Notice::Paused {
                of: Budget::Cpu,
                minutes: 10,
            },
            Notice::Paused {
                of: Budget::Memory,
                minutes: 10,
            },
            Notice::Paused {
                of: Budget::Storage,
                minutes: 60,
            },
            Notice::NoMoreToday { allowed: 20_000 },
        ];
        for notice in notices {
            let mut texts = Vec::new();
            for language in ["en", "id", "es", "fr"] {
                language.clone_into(&mut bot.language);
                let Action::Send(message) = notice.to(owner.clone(), &bot) else {
                    panic!("a message")
                };
                assert_eq!(message.chat, owner);
                assert!(
                    message.text.starts_with("*6280000000200 "),
                    "{}",
                    message.text
                );
                assert!(!message.text.contains('{'), "{}", message.text);
                texts.push(message.text);
            }
            assert!(texts[0] != texts[1] && texts[1] != texts[2] && texts[0] != texts[2]);
            assert_eq!(texts[0], texts[3]);
        }
    }
}
