//! Greets who comes into a group, and says goodbye to who leaves, as the group's admins want it.
//!
//! People who come within moments of each other come in one event, so that a burst gets one greeting.
//!
//! # Layout
//!
//! - `greeting`: a greeting made of its template. `texts`: what the plugin says.

mod greeting;
mod texts;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "welcome",
    languages("en", "id", "es"),
    summary(
        en = "Greets newcomers of a group and says goodbye",
        id = "Menyambut anggota baru grup dan mengucapkan selamat jalan",
        es = "Saluda a quienes llegan al grupo y se despide"
    ),
    setting(
        name = "welcome",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Greets who comes into the group",
            id = "Menyambut yang masuk grup",
            es = "Saluda a quien llega al grupo"
        )
    ),
    setting(
        name = "goodbye",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Says goodbye to who leaves",
            id = "Mengucapkan selamat jalan kepada yang keluar",
            es = "Se despide de quien se va"
        )
    ),
    setting(
        name = "welcome-text",
        scope = "group",
        kind = "text",
        most = 1500,
        summary(
            en = "The greeting of this group",
            id = "Sambutan grup ini",
            es = "El saludo de este grupo"
        )
    ),
    setting(
        name = "goodbye-text",
        scope = "group",
        kind = "text",
        most = 1500,
        summary(
            en = "The goodbye of this group",
            id = "Ucapan perpisahan grup ini",
            es = "La despedida de este grupo"
        )
    ),
    reason(
        capability = "settings",
        en = "To remember what each group's admins want",
        id = "Untuk mengingat keinginan admin tiap grup",
        es = "Para recordar lo que quieren los administradores de cada grupo"
    ),
    reason(
        capability = "groups",
        en = "To name the group in the greeting",
        id = "Untuk menyebut nama grup dalam sambutan",
        es = "Para nombrar el grupo en el saludo"
    ),
    reason(
        capability = "media",
        en = "To greet with the picture of who comes or goes",
        id = "Untuk menyambut dengan foto yang datang atau pergi",
        es = "Para saludar con la foto de quien llega o se va"
    ),
    reason(
        capability = "chat",
        en = "To greet and to answer",
        id = "Untuk menyambut dan menjawab",
        es = "Para saludar y responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::media::File;
    use jadi_plugin_sdk::{
        Membership, Message, Person, Reply, Result, Words, groups, settings, switch,
    };

    use crate::{greeting, texts};

    /// The most characters of a group's own text, as its settings say.
    const MOST: usize = 1500;

    /// One of the two occasions: its switch, its text, and the text for groups without one.
    #[derive(Clone, Copy)]
    struct Occasion {
        switch: &'static str,
        text: &'static str,
        usual: Words,
    }

    const COMING: Occasion = Occasion {
        switch: "welcome",
        text: "welcome-text",
        usual: texts::WELCOME,
    };
    const GOING: Occasion = Occasion {
        switch: "goodbye",
        text: "goodbye-text",
        usual: texts::GOODBYE,
    };

    #[command(
        name = "welcome",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Greets newcomers, on or off",
            id = "Menyambut anggota baru, nyala atau mati",
            es = "Saluda a quienes llegan, activado o no"
        )
    )]
    fn welcome(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, COMING.switch, to)
    }

    #[command(
        name = "goodbye",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Says goodbye to who leaves, on or off",
            id = "Ucapan perpisahan, nyala atau mati",
            es = "Se despide de quien se va, activado o no"
        )
    )]
    fn goodbye(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, GOING.switch, to)
    }

    #[command(
        name = "setwelcome",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[text | reset]", id = "[teks | reset]", es = "[texto | reset]"),
        summary(
            en = "The greeting, with {user} {group} {desc} {count}",
            id = "Sambutan, dengan {user} {group} {desc} {count}",
            es = "El saludo, con {user} {group} {desc} {count}"
        )
    )]
    fn setwelcome(message: &Message, text: Option<String>) -> Result<Reply> {
        change(message, COMING, text)
    }

    #[command(
        name = "setgoodbye",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[text | reset]", id = "[teks | reset]", es = "[texto | reset]"),
        summary(
            en = "The goodbye, with {user} {group} {desc} {count}",
            id = "Ucapan perpisahan, dengan {user} {group} {desc} {count}",
            es = "La despedida, con {user} {group} {desc} {count}"
        )
    )]
    fn setgoodbye(message: &Message, text: Option<String>) -> Result<Reply> {
        change(message, GOING, text)
    }

    #[on_group_add]
    fn came(membership: &Membership) -> Result<Option<Reply>> {
        greet(membership, COMING)
    }

    #[on_group_remove]
    fn went(membership: &Membership) -> Result<Option<Reply>> {
        greet(membership, GOING)
    }

    /// The greeting, when the group wants one.
    fn greet(membership: &Membership, occasion: Occasion) -> Result<Option<Reply>> {
        if !settings::is_on(occasion.switch)? {
            return Ok(None);
        }
        let language = membership.language();
        let (template, people) = (template(occasion, &language)?, membership.people());
        let mut reply = Reply::text(greeting::text(&template, &people, &group()?, &language));
        if let Some(picture) = picture(&people, &membership.chat().jid) {
            reply = reply.with_file(picture);
        }
        Ok(Some(
            people
                .into_iter()
                .fold(reply, |reply, person| reply.mention(person.jid)),
        ))
    }

    /// The picture of who came or went alone, else the group's. One that can't be fetched keeps nobody from being greeted.
    fn picture(people: &[Person], group: &str) -> Option<File> {
        let of = |jid: &str| File::picture_of(jid).ok().flatten();
        match people {
            [one] => of(&one.jid).or_else(|| of(group)),
            _ => of(group),
        }
    }

    fn group() -> Result<greeting::Group> {
        let group = groups::current()?;
        Ok(greeting::Group {
            subject: group.subject(),
            description: group.description(),
            size: group.size(),
        })
    }

    /// The group's own text, else the usual one.
    fn template(occasion: Occasion, language: &str) -> Result<String> {
        let own = settings::text(occasion.text)?;
        Ok(match own.is_empty() {
            true => occasion.usual.in_language(language).to_owned(),
            false => own,
        })
    }

    /// Shows or changes a text. Who changes it sees it as somebody who came would.
    fn change(message: &Message, occasion: Occasion, text: Option<String>) -> Result<Reply> {
        let language = message.language();
        let command = |name: &str| format!("{}{name}", message.prefix());
        let own = format!("set{}", occasion.switch);
        let Some(text) = text else {
            let now = template(occasion, &language)?;
            let values = [
                ("text", now.as_str()),
                ("command", &command(&own)),
                ("placeholders", greeting::PLACEHOLDERS),
            ];
            return Ok(Reply::text(texts::NOW.fill(&language, &values)));
        };
        if text.chars().count() > MOST {
            let most = MOST.to_string();
            let values = [("most", most.as_str())];
            return Ok(Reply::text(texts::TOO_LONG.fill(&language, &values)));
        }
        if text.eq_ignore_ascii_case("reset") {
            settings::reset_here(occasion.text)?;
        } else {
            settings::set_here(occasion.text, text)?;
        }
        let sender = message.sender();
        let jid = sender.jid.clone();
        let template = template(occasion, &language)?;
        let shown = greeting::text(&template, &[sender], &group()?, &language);
        let words = match settings::is_on(occasion.switch)? {
            true => texts::SET,
            false => texts::SET_BUT_OFF,
        };
        let values = [
            ("text", shown.as_str()),
            ("switch", &command(occasion.switch)),
        ];
        Ok(Reply::text(words.fill(&language, &values)).mention(jid))
    }
}
