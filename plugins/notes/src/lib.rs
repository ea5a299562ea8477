//! Notes of a chat: texts under names. In a group everybody reads them, and its admins write them; in a private chat they are
//! one's own.
//!
//! # Layout
//!
//! - `texts`: what the plugin says.

mod texts;

use std::collections::BTreeMap;

use jadi_plugin_sdk as jadi;

/// A chat's notes, by name. They are kept under one key: one read, however many there are.
type Notes = BTreeMap<String, String>;

/// The most notes of a chat.
const MOST: usize = 50;
/// The most characters of one.
const LENGTH: usize = 1000;
/// The most characters of its name.
const NAME: usize = 32;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "notes",
    languages("en", "id", "es"),
    summary(
        en = "Notes of a chat, by name",
        id = "Catatan obrolan, menurut nama",
        es = "Notas de un chat, por nombre"
    ),
    reason(
        capability = "kv",
        en = "To keep the notes of each chat",
        id = "Untuk menyimpan catatan tiap obrolan",
        es = "Para guardar las notas de cada chat"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::{Error, Message, Refused, Result, Role, kv, short};

    use super::{LENGTH, MOST, NAME, Notes};
    use crate::texts;

    #[command(
        name = "notes",
        aliases("note"),
        category = "tools",
        usage(
            en = "[name | set <name> <text> | del <name>]",
            id = "[nama | set <nama> <teks> | del <nama>]",
            es = "[nombre | set <nombre> <texto> | del <nombre>]"
        ),
        summary(
            en = "Notes of this chat: read, keep and remove them",
            id = "Catatan obrolan ini: baca, simpan, dan hapus",
            es = "Notas de este chat: leerlas, guardarlas y borrarlas"
        )
    )]
    fn notes(message: &Message) -> Result<String> {
        let language = message.language();
        let command = format!("{}notes", message.prefix());
        let key = format!("notes/{}", message.chat().jid);
        let mut notes: Notes = kv::get(&key)?.unwrap_or_default();
        let typed = message.args();
        let (first, rest) = split(&typed);
        if !matches!(first, "set" | "del") {
            return Ok(match (first, notes.get(&first.to_lowercase())) {
                ("", _) => list(&notes, &command, &language),
                (_, Some(text)) => text.clone(),
                (name, None) => texts::NO_NOTE.fill(&language, &[("name", &short(name, NAME))]),
            });
        }
        if message.in_group() && message.role() < Role::GroupAdmin {
            return Ok(texts::ADMINS_ONLY.in_language(&language).to_owned());
        }
        let (name, text) = split(rest);
        let name = name.to_lowercase();
        let shown = short(&name, NAME);
        let named = [("name", shown.as_str())];
        if first == "del" {
            let words = match notes.remove(&name) {
                Some(_) => texts::GONE,
                None => texts::NO_NOTE,
            };
            kv::set(&key, &notes)?;
            return Ok(words.fill(&language, &named));
        }
        let answered = message.quoted().map(|quoted| quoted.text());
        let text = match text {
            "" => answered.unwrap_or_default(),
            text => text.to_owned(),
        };
        if name.is_empty() || text.is_empty() {
            return Ok(texts::HOW.fill(&language, &[("command", &command)]));
        }
        let (most, length) = (MOST.to_string(), LENGTH.to_string());
        let values = [("most", most.as_str()), ("length", &length)];
        let full = texts::FULL.fill(&language, &values);
        let is_full = notes.len() >= MOST && !notes.contains_key(&name);
        if is_full || name.chars().count() > NAME || text.chars().count() > LENGTH {
            return Ok(full);
        }
        let kept = texts::KEPT.fill(&language, &named);
        notes.insert(name.clone(), text);
        match kv::set(&key, &notes) {
            // Letters of some scripts take three or four bytes each.
            Err(Error::Refused(Refused::Limit(_))) => Ok(full),
            set => set.map(|()| kept),
        }
    }

    fn list(notes: &Notes, command: &str, language: &str) -> String {
        if notes.is_empty() {
            return texts::NONE.fill(language, &[("command", command)]);
        }
        let names: Vec<&str> = notes.keys().map(String::as_str).collect();
        let title = texts::ALL.in_language(language);
        format!("{title}\n{}", names.join("\n"))
    }

    /// The first word and the rest.
    fn split(text: &str) -> (&str, &str) {
        let text = text.trim();
        match text.split_once(char::is_whitespace) {
            Some((first, rest)) => (first, rest.trim()),
            None => (text, ""),
        }
    }
}
