//! What group admins need: who is in the group, adding and removing people, making them admins, mentioning all.
//!
//! # Layout
//!
//! - `people`: whom a command means: those who are mentioned, who wrote the answered message, and numbers in its text.

mod people;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "group",
    languages("en", "id", "es"),
    summary(
        en = "People of a group: who they are, add, remove, promote, demote, mention",
        id = "Orang dalam grup: siapa saja, tambah, keluarkan, jadikan admin, sebut",
        es = "Personas del grupo: quiénes son, añadir, expulsar, ascender, degradar, mencionar"
    ),
    reason(
        capability = "groups",
        en = "To tell who is in the group, and to mention them",
        id = "Untuk memberi tahu siapa saja di grup dan menyebut mereka",
        es = "Para decir quién está en el grupo y mencionarlo"
    ),
    reason(
        capability = "group-admin",
        en = "To add, remove, promote and demote whom an admin names",
        id = "Untuk menambah, mengeluarkan, dan mengubah status orang yang disebut admin",
        es = "Para añadir, expulsar, ascender y degradar a quien nombre un administrador"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::group_admin::{self, Change};
    use jadi_plugin_sdk::{Answer, Message, Reply, Result, Words, groups, words};

    use crate::people;

    const WHOM: Words = words! {
        en: "Whom? Mention them, answer a message of theirs, or write their number.",
        id: "Siapa? Sebut orangnya, balas pesannya, atau tulis nomornya.",
        es: "¿A quién? Menciónalo, responde a un mensaje suyo o escribe su número.",
    };
    const NOT_HERE: Words = words! {
        en: "Not in this group:",
        id: "Tidak ada di grup ini:",
        es: "No está en este grupo:",
    };
    const MEMBERS: Words = words! { en: "Members", id: "Anggota", es: "Miembros" };
    const ADMINS: Words = words! { en: "Admins", id: "Admin", es: "Administradores" };

    #[command(
        name = "groupinfo",
        place = "group",
        category = "group",
        summary(
            en = "Name, description and size of this group",
            id = "Nama, deskripsi, dan jumlah anggota grup ini",
            es = "Nombre, descripción y tamaño de este grupo"
        )
    )]
    fn groupinfo(message: &Message) -> Result<String> {
        let group = groups::current()?;
        let language = message.language();
        let admins = group
            .participants()
            .iter()
            .filter(|person| person.admin)
            .count();
        let mut text = format!("*{}*", group.subject());
        for line in [
            group.description(),
            format!("{}: {}", MEMBERS.in_language(&language), group.size()),
            format!("{}: {admins}", ADMINS.in_language(&language)),
        ] {
            if !line.is_empty() {
                text.push('\n');
                text.push_str(&line);
            }
        }
        Ok(text)
    }

    #[command(
        name = "tagall",
        aliases("everyone"),
        place = "group",
        category = "group",
        role = "group-admin",
        cooldown_seconds = 30,
        usage(en = "[text]", id = "[teks]", es = "[texto]"),
        summary(
            en = "Mentions everybody in the group",
            id = "Menyebut semua orang di grup",
            es = "Menciona a todos los del grupo"
        )
    )]
    fn tagall(message: &Message) -> Result<Reply> {
        let people = groups::current()?.participants();
        let mut text = message.args();
        for person in &people {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push('@');
            text.push_str(people::user(&person.jid));
        }
        let reply = Reply::text(text).unquoted();
        Ok(people
            .into_iter()
            .fold(reply, |reply, person| reply.mention(person.jid)))
    }

    #[command(
        name = "kick",
        place = "group",
        category = "group",
        role = "group-admin",
        needs_bot_admin,
        usage(en = "<person>", id = "<orang>", es = "<persona>"),
        summary(
            en = "Removes somebody from the group",
            id = "Mengeluarkan seseorang dari grup",
            es = "Expulsa a alguien del grupo"
        )
    )]
    fn kick(message: &Message) -> Result<Answer> {
        of_members(message, group_admin::remove)
    }

    #[command(
        name = "add",
        place = "group",
        category = "group",
        role = "group-admin",
        needs_bot_admin,
        usage(en = "<number>", id = "<nomor>", es = "<número>"),
        summary(
            en = "Adds somebody to the group",
            id = "Menambahkan seseorang ke grup",
            es = "Añade a alguien al grupo"
        )
    )]
    fn add(message: &Message) -> Result<Answer> {
        let people = people::meant(message);
        if people.is_empty() {
            return Ok(Answer::none().send(WHOM.in_language(&message.language())));
        }
        Ok(Answer::none().then(group_admin::add(&people)?).react("👍"))
    }

    #[command(
        name = "promote",
        place = "group",
        category = "group",
        role = "group-admin",
        needs_bot_admin,
        usage(en = "<person>", id = "<orang>", es = "<persona>"),
        summary(
            en = "Makes somebody an admin",
            id = "Menjadikan seseorang admin",
            es = "Hace administrador a alguien"
        )
    )]
    fn promote(message: &Message) -> Result<Answer> {
        of_members(message, group_admin::promote)
    }

    #[command(
        name = "demote",
        place = "group",
        category = "group",
        role = "group-admin",
        needs_bot_admin,
        usage(en = "<person>", id = "<orang>", es = "<persona>"),
        summary(
            en = "Makes an admin an ordinary member",
            id = "Menjadikan admin anggota biasa",
            es = "Quita a alguien de administrador"
        )
    )]
    fn demote(message: &Message) -> Result<Answer> {
        of_members(message, group_admin::demote)
    }

    /// A change of people who are in the group; says who is not, and changes nobody then.
    fn of_members(
        message: &Message,
        change: impl FnOnce(&[String]) -> Result<Change>,
    ) -> Result<Answer> {
        let language = message.language();
        let meant = people::meant(message);
        if meant.is_empty() {
            return Ok(Answer::none().send(WHOM.in_language(&language)));
        }
        let group = groups::current()?;
        let (mut here, mut absent) = (Vec::new(), Vec::new());
        for person in meant {
            match group.find(&person) {
                Some(participant) => here.push(participant.jid),
                None => absent.push(person),
            }
        }
        if !absent.is_empty() {
            let names: Vec<&str> = absent.iter().map(|jid| people::user(jid)).collect();
            let text = format!("{} {}", NOT_HERE.in_language(&language), names.join(", "));
            return Ok(Answer::none().send(text));
        }
        Ok(Answer::none().then(change(&here)?).react("👍"))
    }
}
