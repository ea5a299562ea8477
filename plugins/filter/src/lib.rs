//! Words that a group does not want: a message with one is deleted, where the bot is an admin, and its author is told.
//!
//! Words are found whole, without regard to case, so that a filtered `ass` leaves `class` alone.
//!
//! # Layout
//!
//! - `texts`: what the plugin says.

mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "filter",
    languages("en", "id", "es"),
    priority = 90,
    summary(
        en = "Words that a group does not want",
        id = "Kata yang tidak diinginkan grup",
        es = "Palabras que un grupo no quiere"
    ),
    reason(
        capability = "kv",
        en = "To keep each group's words",
        id = "Untuk menyimpan kata-kata tiap grup",
        es = "Para guardar las palabras de cada grupo"
    ),
    reason(
        capability = "group-admin",
        en = "To delete messages with such words",
        id = "Untuk menghapus pesan dengan kata itu",
        es = "Para borrar mensajes con esas palabras"
    ),
    reason(
        capability = "turns",
        en = "To keep what is deleted from other plugins",
        id = "Agar yang dihapus tidak sampai ke plugin lain",
        es = "Para que lo borrado no llegue a otros complementos"
    ),
    reason(
        capability = "chat",
        en = "To warn and to answer",
        id = "Untuk memperingatkan dan menjawab",
        es = "Para avisar y responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::group_admin::Change;
    use jadi_plugin_sdk::{
        Answer, Context, Edit, Message, Reply, Result, Role, group_admin, kv, turns,
    };

    use crate::{found, texts};

    /// The most words of a group.
    const WORDS: usize = 100;
    /// The most characters of one.
    const LENGTH: usize = 40;

    #[command(
        name = "filter",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(
            en = "[add <word> | del <word>]",
            id = "[add <kata> | del <kata>]",
            es = "[add <palabra> | del <palabra>]"
        ),
        summary(
            en = "Words that are not wanted in this group",
            id = "Kata yang tidak diizinkan di grup ini",
            es = "Palabras que no se quieren en este grupo"
        )
    )]
    fn filter(message: &Message) -> Result<String> {
        let language = message.language();
        let command = format!("{}filter", message.prefix());
        let key = key(&message.chat().jid);
        let mut words: Vec<String> = kv::get(&key)?.unwrap_or_default();
        let typed = message.args().to_lowercase();
        let (change, word) = typed
            .split_once(char::is_whitespace)
            .unwrap_or((&typed, ""));
        let word = word.trim();
        if typed.is_empty() {
            if words.is_empty() {
                return Ok(texts::NONE.fill(&language, &[("command", &command)]));
            }
            let title = texts::ALL.in_language(&language);
            return Ok(format!("{title}\n{}", words.join("\n")));
        }
        let there = words.iter().any(|known| known == word);
        let said = match change {
            "add" | "del" if word.is_empty() => texts::HOW,
            "add" if there => texts::ALREADY,
            "add" if words.len() >= WORDS || word.chars().count() > LENGTH => texts::FULL,
            "add" => {
                words.push(word.to_owned());
                texts::ADDED
            }
            "del" if there => {
                words.retain(|known| known != word);
                texts::REMOVED
            }
            "del" => texts::NOT_THERE,
            _ => texts::HOW,
        };
        kv::set(&key, &words)?;
        let (most, length) = (WORDS.to_string(), LENGTH.to_string());
        let values = [
            ("word", word),
            ("command", &command),
            ("most", &most),
            ("length", &length),
        ];
        Ok(said.fill(&language, &values))
    }

    #[on_message(chats("group"))]
    fn said(message: &Message) -> Result<Answer> {
        seen(message, &message.text(), || {
            group_admin::delete(message).map(Some)
        })
    }

    /// A word that is put into a message later is there too.
    #[on_message_edit(chats("group"))]
    fn edited(edit: &Edit) -> Result<Answer> {
        seen(edit, &edit.text(), || {
            let message = edit.original();
            message.as_ref().map(group_admin::delete_quoted).transpose()
        })
    }

    /// What is done about this text; `delete` deletes the message, unless the host knows it no more.
    fn seen(
        event: &Context,
        text: &str,
        delete: impl FnOnce() -> Result<Option<Change>>,
    ) -> Result<Answer> {
        if event.role() >= Role::GroupAdmin {
            return Ok(Answer::none());
        }
        let words: Vec<String> = kv::get(&key(&event.chat().jid))?.unwrap_or_default();
        if words.is_empty() || !found(text, &words) {
            return Ok(Answer::none());
        }
        let sender = event.sender().jid;
        let who = format!("@{}", sender.split('@').next().unwrap_or(&sender));
        let text = texts::WARNING.fill(&event.language(), &[("who", &who)]);
        let warning = Reply::text(text).mention(sender);
        if !event.bot_is_admin() {
            return Ok(Answer::none().send(warning));
        }
        let answer = match delete()? {
            Some(deleted) => Answer::none().then(deleted),
            None => Answer::none(),
        };
        Ok(answer.send(warning.unquoted()).then(turns::end()?))
    }

    fn key(chat: &str) -> String {
        format!("words/{chat}")
    }
}

/// Whether one of the words stands in the text, whole. A filtered text of several words is looked for as it is.
fn found(text: &str, words: &[String]) -> bool {
    let text = text.to_lowercase();
    let split = |c: char| !c.is_alphanumeric();
    words.iter().any(|word| match word.contains(split) {
        true => text.contains(word.as_str()),
        false => text.split(split).any(|part| part == word),
    })
}

#[cfg(test)]
mod tests {
    use super::found;

    #[test]
    fn words_are_found_whole_and_in_any_case() {
        let words = ["ass", "you fool"].map(str::to_owned);
        for text in ["Ass!", "what an ass", "oh, YOU FOOL"] {
            assert!(found(text, &words), "{text}");
        }
        for text in ["first class", "you are no fool", ""] {
            assert!(!found(text, &words), "{text}");
        }
    }
}
