//! Asks who comes into a group by themselves to write a code, and removes who does not in time. Whom an admin brings is not asked.
//!
//! # Layout
//!
//! - `texts`: what the plugin says.

mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "captcha",
    languages("en", "id", "es"),
    priority = 120,
    summary(
        en = "Newcomers of a group have to write a code",
        id = "Anggota baru grup harus menulis kode",
        es = "Quien llega a un grupo tiene que escribir un código"
    ),
    setting(
        name = "captcha",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Newcomers have to write a code",
            id = "Anggota baru harus menulis kode",
            es = "Quien llega tiene que escribir un código"
        )
    ),
    setting(
        name = "captcha-minutes",
        scope = "group",
        kind = "number",
        default = 3,
        least = 1,
        most = 60,
        summary(
            en = "How many minutes they have",
            id = "Berapa menit waktunya",
            es = "Cuántos minutos tiene"
        )
    ),
    reason(
        capability = "kv",
        en = "To remember who still has to answer",
        id = "Untuk mengingat siapa yang belum menjawab",
        es = "Para recordar quién aún tiene que responder"
    ),
    reason(
        capability = "random",
        en = "To think of a code",
        id = "Untuk membuat kode",
        es = "Para inventar un código"
    ),
    reason(
        capability = "schedule",
        en = "To look again when the time is over",
        id = "Untuk memeriksa lagi setelah waktunya habis",
        es = "Para volver a mirar cuando acabe el tiempo"
    ),
    reason(
        capability = "clock",
        en = "To know when that is",
        id = "Untuk tahu kapan itu",
        es = "Para saber cuándo es"
    ),
    reason(
        capability = "group-admin",
        en = "To remove who does not answer",
        id = "Untuk mengeluarkan yang tidak menjawab",
        es = "Para expulsar a quien no responda"
    ),
    reason(
        capability = "turns",
        en = "To keep an answer from other plugins",
        id = "Agar jawabannya tidak sampai ke plugin lain",
        es = "Para que la respuesta no llegue a otros complementos"
    ),
    reason(
        capability = "settings",
        en = "To remember what each group's admins want",
        id = "Untuk mengingat keinginan admin tiap grup",
        es = "Para recordar lo que quieren los administradores de cada grupo"
    ),
    reason(
        capability = "chat",
        en = "To ask and to answer",
        id = "Untuk bertanya dan menjawab",
        es = "Para preguntar y responder"
    )
)]
mod plugin {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use jadi_plugin_sdk::{
        Answer, Due, Error, Membership, Message, Refused, Reply, Result, clock, group_admin, kv,
        random, schedule, settings, switch, turns,
    };

    use crate::texts;

    /// Codes by the address of who has to write them.
    type Asked = BTreeMap<String, String>;

    /// The most newcomers that are asked at once: the others of a flood are let be.
    const MOST: usize = 20;

    #[command(
        name = "captcha",
        place = "group",
        category = "group",
        role = "group-admin",
        needs_bot_admin,
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Newcomers have to write a code, on or off",
            id = "Anggota baru harus menulis kode, nyala atau mati",
            es = "Quien llega tiene que escribir un código, activado o no"
        )
    )]
    fn captcha(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, "captcha", to)
    }

    #[on_group_add]
    fn came(membership: &Membership) -> Result<Answer> {
        let people = membership.people();
        let sender = membership.sender().jid;
        let alone = people.iter().any(|person| person.jid == sender);
        if !alone || !settings::is_on("captcha")? {
            return Ok(Answer::none());
        }
        let language = membership.language();
        if !membership.bot_is_admin() {
            return Ok(Answer::none().send(texts::NO_ADMIN.in_language(&language)));
        }
        let key = key(&membership.chat().jid);
        let mut asked: Asked = kv::get(&key)?.unwrap_or_default();
        let minutes = settings::number("captcha-minutes")?;
        let seconds = u64::try_from(minutes).unwrap_or(1).saturating_mul(60);
        let until = clock::now().after(Duration::from_secs(seconds));
        let mut lines = Vec::new();
        let mut newcomers = Vec::new();
        for person in people.into_iter().take(MOST) {
            let code = format!("{:04}", random::below(10_000));
            match schedule::at(user(&person.jid), until, &person.jid) {
                // As many wait for their time as a chat can have: the others of a flood are let be.
                Err(Error::Refused(Refused::Limit(_))) => break,
                scheduled => scheduled?,
            }
            let values = [
                ("who", format!("@{}", user(&person.jid))),
                ("code", code.clone()),
                ("minutes", minutes.to_string()),
            ];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            lines.push(texts::ASK.fill(&language, &values));
            asked.insert(person.jid.clone(), code);
            newcomers.push(person.jid);
        }
        if newcomers.is_empty() {
            return Ok(Answer::none());
        }
        kv::set(&key, &asked)?;
        let reply = Reply::text(lines.join("\n"));
        let reply = newcomers
            .into_iter()
            .fold(reply, |reply, jid| reply.mention(jid));
        Ok(Answer::none().send(reply))
    }

    #[on_message(chats("group"))]
    fn said(message: &Message) -> Result<Answer> {
        let (key, sender) = (key(&message.chat().jid), message.sender().jid);
        let Some(mut asked) = kv::get::<Asked>(&key)? else {
            return Ok(Answer::none());
        };
        let right = asked
            .get(&sender)
            .is_some_and(|code| super::says(&message.text(), code));
        if !right {
            return Ok(Answer::none());
        }
        asked.remove(&sender);
        keep(&key, &asked)?;
        schedule::cancel(user(&sender))?;
        let who = format!("@{}", user(&sender));
        let text = texts::RIGHT.fill(&message.language(), &[("who", &who)]);
        Ok(Answer::none()
            .send(Reply::text(text).mention(sender))
            .then(turns::end()?))
    }

    #[on_schedule]
    fn time_is_over(due: &Due) -> Result<Answer> {
        let key = key(&due.chat().jid);
        let person: String = due.payload()?;
        let mut asked: Asked = kv::get(&key)?.unwrap_or_default();
        if asked.remove(&person).is_none() {
            return Ok(Answer::none());
        }
        keep(&key, &asked)?;
        if !due.bot_is_admin() {
            return Ok(Answer::none());
        }
        let who = format!("@{}", user(&person));
        let text = texts::LATE.fill(&due.language(), &[("who", &who)]);
        Ok(Answer::none()
            .then(group_admin::remove(&[person.as_str()])?)
            .send(Reply::text(text).mention(person)))
    }

    fn keep(key: &str, asked: &Asked) -> Result<()> {
        match asked.is_empty() {
            true => kv::delete(key),
            false => kv::set(key, asked),
        }
    }

    fn key(chat: &str) -> String {
        format!("asked/{chat}")
    }

    fn user(jid: &str) -> &str {
        jid.split('@').next().unwrap_or(jid)
    }
}

/// Whether a text says this code, with whatever words: who tries several knows none.
fn says(text: &str, code: &str) -> bool {
    let mut numbers = text
        .split(|c: char| !c.is_numeric())
        .filter(|number| !number.is_empty());
    numbers.next() == Some(code) && numbers.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::says;

    #[test]
    fn the_code_and_no_other_number_is_said() {
        for text in ["0042", " 0042!", "It is 0042.", "kode:0042"] {
            assert!(says(text, "0042"), "{text}");
        }
        for text in [
            "",
            "42",
            "00420",
            "10042",
            "0041 0042",
            "0042 or 0043",
            "0042 ٣",
        ] {
            assert!(!says(text, "0042"), "{text}");
        }
    }
}
