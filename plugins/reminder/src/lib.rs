//! Reminds people, in the chat where they asked for it, also when the host was away at that time.
//!
//! # Layout
//!
//! - `when`: times and time zones as people type them. `texts`: what the plugin says.

mod texts;
mod when;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "reminder",
    languages("en", "id", "es"),
    summary(
        en = "Reminds you at a time",
        id = "Mengingatkanmu pada waktunya",
        es = "Te recuerda algo a una hora"
    ),
    reason(
        capability = "kv",
        en = "To list your reminders, and to keep the chat's time zone",
        id = "Untuk menampilkan pengingatmu, dan menyimpan zona waktu obrolan",
        es = "Para enumerar tus recordatorios y guardar la zona horaria del chat"
    ),
    reason(
        capability = "schedule",
        en = "To come back at that time",
        id = "Untuk kembali pada waktunya",
        es = "Para volver a esa hora"
    ),
    reason(
        capability = "clock",
        en = "To know when that is",
        id = "Untuk tahu kapan itu",
        es = "Para saber cuándo es"
    ),
    reason(
        capability = "chat",
        en = "To answer and to remind",
        id = "Untuk menjawab dan mengingatkan",
        es = "Para responder y recordar"
    )
)]
mod plugin {
    use std::collections::BTreeMap;

    use jadi_plugin_sdk::clock::{self, Instant};
    use jadi_plugin_sdk::{Answer, Due, Message, Reply, Result, Role, kv, schedule};
    use serde::{Deserialize, Serialize};

    use crate::texts;
    use crate::when::{self, Zone};

    /// The most reminders of a chat.
    const MOST: usize = 30;
    /// The most characters of one.
    const LENGTH: usize = 500;
    /// How far ahead one may be, milliseconds.
    const FAR: i64 = 365 * 24 * 3_600_000;

    /// Something to be reminded of.
    #[derive(Serialize, Deserialize)]
    struct Reminder {
        by: String,
        at: i64,
        text: String,
    }

    /// A chat's reminders, by number.
    type Reminders = BTreeMap<u32, Reminder>;

    #[command(
        name = "reminder",
        aliases("remind", "remindme"),
        category = "tools",
        usage(
            en = "[in 10m | 18:30 | tomorrow 9:00] <text>, list, cancel <number>",
            id = "[in 10m | 18:30 | besok 9:00] <teks>, list, cancel <nomor>",
            es = "[en 10m | 18:30 | mañana 9:00] <texto>, list, cancel <número>"
        ),
        summary(
            en = "Reminds you of something at a time",
            id = "Mengingatkanmu sesuatu pada waktunya",
            es = "Te recuerda algo a una hora"
        )
    )]
    fn reminder(message: &Message) -> Result<String> {
        let (language, chat) = (message.language(), message.chat().jid);
        let (key, zone) = (key(&chat), zone(&chat)?);
        let mut reminders: Reminders = kv::get(&key)?.unwrap_or_default();
        let typed = message.args();
        let sender = message.sender().jid;
        match when::split(&typed) {
            ("list", _) => return Ok(list(&reminders, zone, &language)),
            ("cancel" | "del", number) => {
                let number: Option<u32> = number.trim().parse().ok();
                let found = number.and_then(|number| Some((number, reminders.get(&number)?)));
                let words = match found {
                    Some((number, one)) if one.by == sender || message.role() > Role::User => {
                        reminders.remove(&number);
                        kv::set(&key, &reminders)?;
                        schedule::cancel(&name(number))?;
                        texts::CANCELLED
                    }
                    _ => texts::NO_SUCH,
                };
                return Ok(words.in_language(&language).to_owned());
            }
            _ => {}
        }
        let now = clock::now().as_millis();
        let wanted = when::read(&typed, now, zone).filter(|wanted| !wanted.text.is_empty());
        let Some(wanted) = wanted else {
            let command = format!("{}reminder", message.prefix());
            return Ok(texts::HOW.fill(&language, &[("command", &command)]));
        };
        if reminders.len() >= MOST || wanted.at - now > FAR {
            let most = MOST.to_string();
            return Ok(texts::TOO_MUCH.fill(&language, &[("most", &most)]));
        }
        let number = reminders
            .keys()
            .last()
            .map_or(1, |last| last.saturating_add(1));
        let text: String = wanted.text.chars().take(LENGTH).collect();
        let time = zone.shown(wanted.at);
        let kept = texts::KEPT.fill(&language, &[("time", &time), ("text", &text)]);
        schedule::at(&name(number), Instant::from_millis(wanted.at), &number)?;
        let at = wanted.at;
        reminders.insert(
            number,
            Reminder {
                by: sender,
                at,
                text,
            },
        );
        kv::set(&key, &reminders)?;
        Ok(kept)
    }

    #[command(
        name = "timezone",
        category = "tools",
        usage(en = "[+7]", id = "[+7]", es = "[-3]"),
        summary(
            en = "What this chat's clock is ahead of UTC",
            id = "Selisih jam obrolan ini dari UTC",
            es = "Lo que el reloj de este chat se adelanta a UTC"
        )
    )]
    fn timezone(message: &Message) -> Result<String> {
        let (language, chat) = (message.language(), message.chat().jid);
        let typed = message.args();
        let mut now = zone(&chat)?;
        if !typed.is_empty() {
            if message.in_group() && message.role() < Role::GroupAdmin {
                return Ok(texts::ADMINS_ONLY.in_language(&language).to_owned());
            }
            let Some(wanted) = Zone::read(&typed) else {
                return Ok(texts::NO_ZONE.in_language(&language).to_owned());
            };
            kv::set(&format!("zone/{chat}"), &wanted.0)?;
            now = wanted;
        }
        let (zone, time) = (now.name(), now.shown(clock::now().as_millis()));
        let command = format!("{}timezone", message.prefix());
        let values = [
            ("zone", zone.as_str()),
            ("time", &time),
            ("command", &command),
        ];
        Ok(texts::ZONE.fill(&language, &values))
    }

    #[on_schedule]
    fn is_due(due: &Due) -> Result<Answer> {
        let key = key(&due.chat().jid);
        let number: u32 = due.payload()?;
        let mut reminders: Reminders = kv::get(&key)?.unwrap_or_default();
        let Some(reminder) = reminders.remove(&number) else {
            return Ok(Answer::none());
        };
        kv::set(&key, &reminders)?;
        let who = format!("@{}", reminder.by.split('@').next().unwrap_or_default());
        let values = [("who", who.as_str()), ("text", &reminder.text)];
        let text = texts::DUE.fill(&due.language(), &values);
        Ok(Answer::none().send(Reply::text(text).mention(reminder.by)))
    }

    fn list(reminders: &Reminders, zone: Zone, language: &str) -> String {
        if reminders.is_empty() {
            return texts::NONE.in_language(language).to_owned();
        }
        let mut text = texts::ALL.fill(language, &[("zone", &zone.name())]);
        for (number, reminder) in reminders {
            let time = zone.shown(reminder.at);
            text.push_str(&format!("\n{number}. {time} {}", reminder.text));
        }
        text
    }

    fn zone(chat: &str) -> Result<Zone> {
        Ok(Zone(kv::get(&format!("zone/{chat}"))?.unwrap_or(0)))
    }

    fn key(chat: &str) -> String {
        format!("reminders/{chat}")
    }

    fn name(number: u32) -> String {
        format!("r{number}")
    }
}
