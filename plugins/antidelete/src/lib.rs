//! Posts again what was deleted in a group, where its admins want that: texts and files, with who and when.
//!
//! The host keeps messages for a while, encrypted and bounded, and hands over what was deleted also after a restart. It never
//! tells of messages of bots. What an admin deletes of a member's is left alone unless the group asks for that too.
//!
//! # Layout
//!
//! - `burst`: many deletions at once become one message. `texts`: what the plugin says.

mod burst;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "antidelete",
    languages("en", "id", "es"),
    summary(
        en = "Posts again what was deleted in a group",
        id = "Memunculkan lagi yang dihapus di grup",
        es = "Vuelve a publicar lo que se elimina en un grupo"
    ),
    setting(
        name = "antidelete",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Posts again what people delete",
            id = "Memunculkan lagi yang dihapus orang",
            es = "Vuelve a publicar lo que la gente elimina"
        )
    ),
    setting(
        name = "antidelete-admins",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Also what admins delete of others",
            id = "Juga yang dihapus admin dari orang lain",
            es = "También lo que los administradores eliminan de otros"
        )
    ),
    reason(
        capability = "media",
        en = "To post deleted pictures and other files again",
        id = "Untuk memunculkan lagi gambar dan berkas yang dihapus",
        es = "Para volver a publicar imágenes y archivos eliminados"
    ),
    reason(
        capability = "kv",
        en = "To gather many deletions into one message",
        id = "Untuk menggabungkan banyak penghapusan menjadi satu pesan",
        es = "Para reunir muchas eliminaciones en un mensaje"
    ),
    reason(
        capability = "schedule",
        en = "To post that message when the burst is over",
        id = "Untuk mengirim pesan itu setelah selesai",
        es = "Para publicar ese mensaje cuando haya terminado"
    ),
    reason(
        capability = "clock",
        en = "To see when a burst is over",
        id = "Untuk tahu kapan semuanya selesai",
        es = "Para ver cuándo ha terminado"
    ),
    reason(
        capability = "settings",
        en = "To remember what each group's admins want",
        id = "Untuk mengingat keinginan admin tiap grup",
        es = "Para recordar lo que quieren los administradores de cada grupo"
    ),
    reason(
        capability = "chat",
        en = "To post and to answer",
        id = "Untuk mengirim dan menjawab",
        es = "Para publicar y responder"
    )
)]
mod plugin {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use jadi_plugin_sdk::{
        Answer, Deletion, Due, MediaKind, Message, Quoted, Reply, Result, clock, kv, schedule,
        settings, switch,
    };

    use crate::burst::{Burst, Line};
    use crate::texts;

    /// How long a burst gathers before it is posted.
    const GATHERS: Duration = Duration::from_secs(5);

    #[command(
        name = "antidelete",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Posts again what people delete, on or off",
            id = "Memunculkan lagi yang dihapus, nyala atau mati",
            es = "Vuelve a publicar lo que se elimina, activado o no"
        )
    )]
    fn antidelete(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, "antidelete", to)
    }

    #[command(
        name = "antidelete-admins",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Also what admins delete of others, on or off",
            id = "Juga yang dihapus admin dari orang lain, nyala atau mati",
            es = "También lo que los administradores eliminan de otros, activado o no"
        )
    )]
    fn antidelete_admins(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, "antidelete-admins", to)
    }

    #[on_message_delete(chats("group"))]
    fn deleted(deletion: &Deletion) -> Result<Answer> {
        let wanted = settings::is_on("antidelete")?
            && (!deletion.by_admin() || settings::is_on("antidelete-admins")?);
        // What the host has not kept nobody can post again.
        let original = deletion.original().filter(|_| wanted);
        let Some(original) = original else {
            return Ok(Answer::none());
        };
        let key = key(&deletion.chat().jid);
        let mut burst: Burst = kv::get(&key)?.unwrap_or_default();
        let alone = burst.one_more(clock::now().as_millis());
        let answer = if alone || original.media().is_some() {
            again(deletion, original)
        } else if burst.gather(deletion.author().jid, &original.text()) {
            schedule::at("summary", clock::now().after(GATHERS), &())?;
            Answer::none()
        } else {
            summary(&burst.take(), &deletion.language())
        };
        kv::set(&key, &burst)?;
        Ok(answer)
    }

    #[on_schedule]
    fn burst_is_over(due: &Due) -> Result<Answer> {
        let key = key(&due.chat().jid);
        let Some(mut burst) = kv::get::<Burst>(&key)? else {
            return Ok(Answer::none());
        };
        let lines = burst.take();
        kv::set(&key, &burst)?;
        Ok(summary(&lines, &due.language()))
    }

    fn key(chat: &str) -> String {
        format!("burst/{chat}")
    }

    fn at(jid: &str) -> String {
        format!("@{}", jid.split('@').next().unwrap_or(jid))
    }

    /// A deleted message, as it was.
    fn again(deletion: &Deletion, original: Quoted) -> Answer {
        let (sender, author) = (deletion.sender().jid, deletion.author().jid);
        let time = time_of_day(deletion.at().as_millis());
        let values = [
            ("who", at(&sender)),
            ("author", at(&author)),
            ("time", time),
        ];
        let values = values
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let words = match deletion.by_admin() {
            true => texts::DELETED_OF,
            false => texts::DELETED,
        };
        let mut text = words.fill(&deletion.language(), &values);
        let said = original.text();
        if !said.is_empty() {
            text.push('\n');
            text.push_str(&said);
        }
        let told = Reply::text(text).mention(sender).mention(author);
        match original.media().map(|file| file.kind) {
            None => Answer::none().send(told),
            // These have no caption.
            Some(MediaKind::Sticker | MediaKind::Audio) => Answer::none()
                .send(told)
                .send(Reply::text("").with_file_of(original)),
            Some(_) => Answer::none().send(told.with_file_of(original)),
        }
    }

    /// What has gathered. The host sends a long text in several messages.
    fn summary(lines: &[Line], language: &str) -> Answer {
        if lines.is_empty() {
            return Answer::none();
        }
        let count = lines.len().to_string();
        let mut text = texts::MORE.fill(language, &[("count", &count)]);
        for line in lines {
            text.push_str(&format!("\n{}: {}", at(&line.author), line.text));
        }
        let people: BTreeSet<&str> = lines.iter().map(|line| line.author.as_str()).collect();
        let reply = people.into_iter().fold(Reply::text(text), Reply::mention);
        Answer::none().send(reply)
    }

    /// `18:05 UTC`.
    fn time_of_day(millis: i64) -> String {
        let minutes = millis.div_euclid(60_000).rem_euclid(24 * 60);
        format!("{:02}:{:02} UTC", minutes / 60, minutes % 60)
    }
}
