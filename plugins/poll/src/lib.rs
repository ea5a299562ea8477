//! Polls of WhatsApp's own: begun with a command, counted as people vote, and told as a text.
//!
//! # Layout
//!
//! - `poll`: a poll, and how its result looks. `texts`: what the plugin says.

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
        en = "To send polls and to answer",
        id = "Untuk mengirim jajak pendapat dan menjawab",
        es = "Para enviar encuestas y responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::{Message, PollVote, Reply, Result, Role, kv};

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
            en = "Begins a poll, shows how it stands, or ends it",
            id = "Memulai jajak pendapat, menampilkan hasilnya, atau menutupnya",
            es = "Empieza una encuesta, muestra cómo va o la cierra"
        )
    )]
    fn poll(message: &Message) -> Result<Reply> {
        let (language, key) = (message.language(), key(&message.chat().jid));
        let command = format!("{}poll", message.prefix());
        let open: Option<Poll> = kv::get(&key)?;
        let typed = message.args();
        let text = match (open, typed.as_str()) {
            (None, "" | "end") => texts::NONE.fill(&language, &[("command", &command)]),
            (Some(open), "") => open.result(),
            (Some(open), "end") => {
                if open.by != message.sender().jid && message.role() < Role::GroupAdmin {
                    texts::NOT_YOURS.in_language(&language).to_owned()
                } else {
                    kv::delete(&key)?;
                    let ended = texts::ENDED.in_language(&language);
                    format!("{ended}\n{}", open.result())
                }
            }
            (Some(open), _) if message.in_group() && !may_replace(message, &open) => {
                texts::OPEN.fill(&language, &[("command", &command)])
            }
            (_, typed) => match Poll::read(typed, &message.id(), message.sender().jid) {
                Some(poll) => {
                    kv::set(&key, &poll)?;
                    let reply = Reply::poll(&poll.name, &poll.question, &poll.answers).unquoted();
                    return Ok(match poll.several {
                        true => reply.with_several_choices(),
                        false => reply,
                    });
                }
                None => {
                    let (least, most) = (LEAST.to_string(), MOST.to_string());
                    let values = [
                        ("command", command.as_str()),
                        ("least", &least),
                        ("most", &most),
                    ];
                    texts::HOW.fill(&language, &values)
                }
            },
        };
        Ok(Reply::text(text))
    }

    /// Whether a new poll may take the place of an open one: nobody's votes are thrown away by somebody else.
    fn may_replace(message: &Message, open: &Poll) -> bool {
        open.is_empty() || open.by == message.sender().jid || message.role() >= Role::GroupAdmin
    }

    #[on_poll_vote]
    fn voted(vote: &PollVote) -> Result<()> {
        let key = key(&vote.chat().jid);
        // A vote in a poll that is over counts on phones only.
        let open = kv::get::<Poll>(&key)?.filter(|open| open.name == vote.name());
        if let Some(mut open) = open {
            open.vote(vote.sender().jid, &vote.chosen());
            kv::set(&key, &open)?;
        }
        Ok(())
    }

    fn key(chat: &str) -> String {
        format!("poll/{chat}")
    }
}
