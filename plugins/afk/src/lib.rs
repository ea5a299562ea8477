//! Says of who is away that they are, when somebody mentions or answers them in a group, and greets them when they are back.
//!
//! # Layout
//!
//! - `span`: how long, in words. `texts`: what the plugin says.

mod span;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "afk",
    languages("en", "id", "es"),
    summary(
        en = "Tells who mentions you that you are away",
        id = "Memberi tahu yang menyebutmu bahwa kamu sedang pergi",
        es = "Avisa a quien te mencione de que no estás"
    ),
    reason(
        capability = "kv",
        en = "To remember who is away",
        id = "Untuk mengingat siapa yang pergi",
        es = "Para recordar quién no está"
    ),
    reason(
        capability = "clock",
        en = "To tell for how long",
        id = "Untuk memberi tahu sudah berapa lama",
        es = "Para decir desde cuándo"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use jadi_plugin_sdk::clock::{self, Instant};
    use jadi_plugin_sdk::{Answer, Message, Reply, Result, kv};
    use serde::{Deserialize, Serialize};

    use crate::{span, texts};

    /// Within one chat it is not told again so soon.
    const QUIET: Duration = Duration::from_secs(300);
    /// The most characters of a reason.
    const REASON: usize = 200;
    /// The most chats that are remembered.
    const CHATS: usize = 50;

    /// Somebody is away.
    #[derive(Serialize, Deserialize)]
    struct Away {
        since: Instant,
        reason: String,
        /// When it was told last, by chat.
        told: BTreeMap<String, Instant>,
    }

    #[command(
        name = "afk",
        category = "general",
        usage(en = "[reason]", id = "[alasan]", es = "[motivo]"),
        summary(
            en = "You are away until you write again",
            id = "Kamu pergi sampai menulis lagi",
            es = "No estás hasta que vuelvas a escribir"
        )
    )]
    fn afk(message: &Message) -> Result<Reply> {
        let sender = message.sender().jid;
        let reason: String = message.args().chars().take(REASON).collect();
        let words = match reason.is_empty() {
            true => texts::GONE,
            false => texts::GONE_FOR,
        };
        let values = [("who", at(&sender)), ("reason", reason.clone())];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let reply = Reply::text(words.fill(&message.language(), &values)).mention(sender.as_str());
        let away = Away {
            since: clock::now(),
            reason,
            told: BTreeMap::new(),
        };
        kv::set(&key(&sender), &away)?;
        Ok(reply)
    }

    #[on_message(chats("group"))]
    fn said(message: &Message) -> Result<Answer> {
        let (sender, chat) = (message.sender().jid, message.chat().jid);
        let (language, now) = (message.language(), clock::now());
        let mut answer = Answer::none();
        if let Some(away) = kv::get::<Away>(&key(&sender))? {
            kv::delete(&key(&sender))?;
            let text = told(texts::BACK, &sender, &away, now, &language);
            answer = answer.send(Reply::text(text).mention(sender.as_str()));
        }
        let mut people = message.mentions();
        people.extend(message.quoted().map(|quoted| quoted.author()));
        people.dedup();
        for person in people.iter().filter(|person| **person != sender).take(5) {
            let Some(mut away) = kv::get::<Away>(&key(person))? else {
                continue;
            };
            let last = away.told.get(&chat);
            if last.is_some_and(|last| now.since(*last) < QUIET) {
                continue;
            }
            let words = match away.reason.is_empty() {
                true => texts::AWAY,
                false => texts::AWAY_FOR,
            };
            let text = told(words, person, &away, now, &language);
            answer = answer.send(Reply::text(text).mention(person.as_str()));
            if away.told.len() >= CHATS {
                away.told.clear();
            }
            away.told.insert(chat.clone(), now);
            kv::set(&key(person), &away)?;
        }
        Ok(answer)
    }

    fn told(
        words: jadi_plugin_sdk::Words,
        who: &str,
        away: &Away,
        now: Instant,
        language: &str,
    ) -> String {
        let span = span::long(now.since(away.since), language);
        let values = [
            ("who", at(who)),
            ("reason", away.reason.clone()),
            ("span", span),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        words.fill(language, &values)
    }

    fn key(jid: &str) -> String {
        format!("away/{jid}")
    }

    fn at(jid: &str) -> String {
        format!("@{}", jid.split('@').next().unwrap_or(jid))
    }
}
