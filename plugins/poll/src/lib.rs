//! A poll in a chat: a question with answers, one vote for each person, which they may change.
//!
//! # Layout
//!
//! - `poll`: a poll, and how it looks. `texts`: what the plugin says.

mod poll;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "poll",
    languages("en", "id", "es"),
    summary(
        en = "Polls in a chat",
        id = "Jajak pendapat dalam obrolan",
        es = "Encuestas en un chat"
    ),
    reason(
        capability = "kv",
        en = "To count the votes",
        id = "Untuk menghitung suara",
        es = "Para contar los votos"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::{Answer, Message, Result, Role, kv};

    use crate::poll::{LEAST, MOST, Poll};
    use crate::texts;

    #[command(
        name = "poll",
        category = "tools",
        usage(
            en = "[question | answer | answer …, or end]",
            id = "[pertanyaan | jawaban | jawaban …, atau end]",
            es = "[pregunta | respuesta | respuesta …, o end]"
        ),
        summary(
            en = "Begins a poll, shows it, or ends it",
            id = "Memulai, menampilkan, atau menutup jajak pendapat",
            es = "Empieza, muestra o cierra una encuesta"
        )
    )]
    fn poll(message: &Message) -> Result<String> {
        let (language, key) = (message.language(), key(message));
        let command = |name: &str| format!("{}{name}", message.prefix());
        let open: Option<Poll> = kv::get(&key)?;
        let typed = message.args();
        match (open, typed.as_str()) {
            (None, "" | "end") => Ok(texts::NONE.fill(&language, &[("command", &command("poll"))])),
            (Some(open), "") => Ok(open.text(&command("vote"), &language)),
            (Some(open), "end") => {
                if open.by != message.sender().jid && message.role() < Role::GroupAdmin {
                    return Ok(texts::NOT_YOURS.in_language(&language).to_owned());
                }
                kv::delete(&key)?;
                let ended = texts::ENDED.in_language(&language);
                Ok(format!("{ended}\n{}", open.result()))
            }
            (Some(_), _) => Ok(texts::OPEN.fill(&language, &[("command", &command("poll"))])),
            (None, typed) => match Poll::read(typed, message.sender().jid) {
                Some(poll) => {
                    kv::set(&key, &poll)?;
                    Ok(poll.text(&command("vote"), &language))
                }
                None => {
                    let (least, most) = (LEAST.to_string(), MOST.to_string());
                    let command = command("poll");
                    let values = [
                        ("command", command.as_str()),
                        ("least", &least),
                        ("most", &most),
                    ];
                    Ok(texts::HOW.fill(&language, &values))
                }
            },
        }
    }

    #[command(
        name = "vote",
        category = "tools",
        usage(en = "<number>", id = "<nomor>", es = "<número>"),
        summary(
            en = "Votes in the open poll",
            id = "Memilih dalam jajak pendapat",
            es = "Vota en la encuesta abierta"
        )
    )]
    fn vote(message: &Message, number: u8) -> Result<Answer> {
        let (language, key) = (message.language(), key(message));
        let Some(mut poll) = kv::get::<Poll>(&key)? else {
            let command = format!("{}poll", message.prefix());
            let text = texts::NONE.fill(&language, &[("command", &command)]);
            return Ok(Answer::none().send(text));
        };
        if !poll.vote(message.sender().jid, number) {
            let most = poll.answers.len().to_string();
            let text = texts::NO_ANSWER.fill(&language, &[("most", &most)]);
            return Ok(Answer::none().send(text));
        }
        kv::set(&key, &poll)?;
        Ok(Answer::none().react("🗳️"))
    }

    fn key(message: &Message) -> String {
        format!("poll/{}", message.chat().jid)
    }
}
