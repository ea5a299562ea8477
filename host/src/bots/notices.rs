//! What the main bot tells a bot's owner unasked: that it has used too much, or that its connection needs a person. What happened,
//! when it goes on, what to do.

use super::fleet::Fleet;
use crate::model::{Action, BotId, BotRecord, Budget, Jid, Outgoing, SendMessage};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// The bot is paused for so many minutes.
    Paused { of: Budget, minutes: i64 },
    /// It has sent as many messages today as it may.
    NoMoreToday { allowed: u64 },
    /// Another program connected with its session, and it has stopped.
    Replaced,
    /// WhatsApp does not accept this host's version any more.
    Outdated,
    /// Its files don't open with this host's master key.
    WrongKey,
    /// Its files can't be read.
    Broken,
    /// WhatsApp has banned the account, for so many minutes when it said so.
    Banned { minutes: Option<i64> },
}

/// Tells it to the bot's owner or, when it has none, to the operators.
pub(super) async fn tell(fleet: &Fleet, bot: BotId, notice: Notice) {
    let record = match fleet.parts.store.registry().get(bot).await {
        Ok(Some(record)) => record,
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%bot, %error, "a bot's owner can't be told what has become of it");
            return;
        }
    };
    let Some(main) = fleet.main_dispatch() else {
        return;
    };
    let people = match &record.owner {
        Some(owner) => vec![owner.clone()],
        None => {
            let operators = fleet.parts.system_owners.all();
            operators.iter().map(Jid::of_number).collect()
        }
    };
    let messages = people.into_iter().map(|person| Outgoing {
        id: fleet.new_message_id(),
        action: notice.to(person, &record),
    });
    if let Err(error) = main.post(messages.collect()).await {
        tracing::warn!(%bot, %error, "a bot's owner is not told what has become of it");
    }
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
            Self::Replaced => (Self::replaced(language), String::new()),
            Self::Outdated => (Self::outdated(language), String::new()),
            Self::WrongKey => (Self::wrong_key(language), String::new()),
            Self::Broken => (Self::broken(language), String::new()),
            Self::Banned { minutes: None } => (Self::banned(language), String::new()),
            Self::Banned {
                minutes: Some(minutes),
            } => (Self::banned_for(language), span(minutes, language)),
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

    fn replaced(language: &str) -> &'static str {
        match language {
            "id" => {
                "*{bot} berhenti: sesinya dipakai program lain*\n\
                 Satu sesi tidak bisa dipakai dua program, dan bot ini tidak berebut. Tutup program itu, lalu: !startbot\n\
                 Jika kamu tidak mengenalnya, mungkin sesinya disalin orang: hapus perangkatnya di ponsel (Perangkat tertaut), \
                 lalu buat bot lagi dengan !jadibot."
            }
            "es" => {
                "*{bot} se ha detenido: otro programa usa su sesión*\n\
                 Dos programas no caben en una sesión, y el bot no pelea por ella. Cierra el otro y después: !startbot\n\
                 Si no sabes cuál es, quizá alguien copió la sesión: quita el dispositivo en el teléfono (Dispositivos \
                 vinculados) y vuelve a crear el bot con !jadibot."
            }
            _ => {
                "*{bot} has stopped: another program uses its session*\n\
                 Two can't use one session, and the bot doesn't fight for it. End the other program, then: !startbot\n\
                 If you know of none, somebody may have copied the session: remove the device on the phone (Linked devices), \
                 and make the bot again with !jadibot."
            }
        }
    }

    fn outdated(language: &str) -> &'static str {
        match language {
            "id" => {
                "*{bot} berhenti: WhatsApp tidak lagi menerima versi host ini*\n\
                 Operator harus memperbarui Jadi; kabari operatornya. Sesi dan data tetap tersimpan, dan setelah itu bot \
                 kembali sendiri."
            }
            "es" => {
                "*{bot} se ha detenido: WhatsApp ya no acepta la versión de este servidor*\n\
                 El operador tiene que actualizar Jadi; avísale. La sesión y los datos se conservan, y después el bot vuelve \
                 solo."
            }
            _ => {
                "*{bot} has stopped: WhatsApp accepts this host's version no more*\n\
                 The operator has to update Jadi; tell them. Session and data are kept, and the bot comes back by itself \
                 after that."
            }
        }
    }

    fn wrong_key(language: &str) -> &'static str {
        match language {
            "id" => {
                "*{bot} tidak bisa berjalan: berkasnya tidak terbuka dengan kunci host ini*\n\
                 Operator harus menjalankan Jadi dengan kunci induk yang dulu; kabari operatornya. Tidak ada yang dihapus, \
                 dan setelah itu bot kembali sendiri."
            }
            "es" => {
                "*{bot} no puede arrancar: sus archivos no se abren con la clave de este servidor*\n\
                 El operador tiene que iniciar Jadi con la clave maestra de antes; avísale. No se borra nada, y después el \
                 bot vuelve solo."
            }
            _ => {
                "*{bot} can't run: its files don't open with this host's key*\n\
                 The operator has to start Jadi with the master key of before; tell them. Nothing is deleted, and the bot \
                 comes back by itself after that."
            }
        }
    }

    fn broken(language: &str) -> &'static str {
        match language {
            "id" => {
                "*{bot} tidak bisa berjalan: berkasnya tidak terbaca*\n\
                 Sebabnya ada di log operator; kabari operatornya. Tidak ada yang dihapus. Jika sudah diperbaiki: !startbot"
            }
            "es" => {
                "*{bot} no puede arrancar: sus archivos no se pueden leer*\n\
                 El operador encuentra la causa en el registro; avísale. No se borra nada. Cuando esté arreglado: !startbot"
            }
            _ => {
                "*{bot} can't run: its files can't be read*\n\
                 The operator finds the reason in the log; tell them. Nothing is deleted. Once it is mended: !startbot"
            }
        }
    }

    fn banned_for(language: &str) -> &'static str {
        match language {
            "id" => {
                "*{bot} diblokir WhatsApp selama {n}*\n\
                 Bot menunggu dan menyambung lagi sendiri; pakai WhatsApp di ponsel seperti biasa.\n\
                 Supaya tidak terulang, kirim lebih sedikit, terutama kepada orang yang tidak memintanya."
            }
            "es" => {
                "*{bot} está suspendido por WhatsApp durante {n}*\n\
                 Espera y se conecta de nuevo solo; usa WhatsApp en el teléfono como siempre.\n\
                 Para que no se repita, envía menos, sobre todo a quien no lo ha pedido."
            }
            _ => {
                "*{bot} is banned by WhatsApp for {n}*\n\
                 It waits, and connects again by itself; use WhatsApp on the phone as usual.\n\
                 To not see this again, send less, above all to people who did not ask for it."
            }
        }
    }

    fn banned(language: &str) -> &'static str {
        match language {
            "id" => {
                "*{bot} diblokir WhatsApp untuk sementara*\n\
                 Sampai kapan tidak disebutkan. Bot mencoba lagi sendiri setiap jam; pakai WhatsApp di ponsel seperti biasa.\n\
                 Supaya tidak terulang, kirim lebih sedikit, terutama kepada orang yang tidak memintanya."
            }
            "es" => {
                "*{bot} está suspendido por WhatsApp por un tiempo*\n\
                 No dice cuánto. Lo intenta de nuevo solo cada hora; usa WhatsApp en el teléfono como siempre.\n\
                 Para que no se repita, envía menos, sobre todo a quien no lo ha pedido."
            }
            _ => {
                "*{bot} is banned by WhatsApp for a while*\n\
                 It does not say for how long. The bot tries again by itself each hour; use WhatsApp on the phone as usual.\n\
                 To not see this again, send less, above all to people who did not ask for it."
            }
        }
    }
}

/// So many minutes as people say it, rounded up.
fn span(minutes: i64, language: &str) -> String {
    const HOUR: i64 = 60;
    const DAY: i64 = 24 * HOUR;
    let (min, hours, days) = match language {
        "id" => ("menit", "jam", "hari"),
        _ => ("min", "h", "d"),
    };
    let up = |unit: i64| minutes.saturating_add(unit - 1) / unit;
    match minutes {
        ..=120 => format!("{minutes} {min}"),
        121..=2880 => format!("{} {hours}", up(HOUR)),
        _ => format!("{} {days}", up(DAY)),
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
            Notice::Replaced,
            Notice::Outdated,
            Notice::WrongKey,
            Notice::Broken,
            Notice::Banned { minutes: Some(90) },
            Notice::Banned { minutes: None },
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

    #[test]
    fn a_time_is_said_in_units_that_people_count_in() {
        for (minutes, said) in [
            (1, "1 min"),
            (120, "120 min"),
            (121, "3 h"),
            (2880, "48 h"),
            (2881, "3 d"),
        ] {
            assert_eq!(span(minutes, "en"), said);
        }
        assert_eq!(span(3000, "id"), "3 hari");
    }
}
