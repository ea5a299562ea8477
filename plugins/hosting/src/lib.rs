//! Bots made and managed from chat, for the main bot: a person's number becomes a bot, and everything after that.
//!
//! The functions here ask the host and put what it says into words. What takes longer comes back to `told`, in the chat where it
//! was asked for.
//!
//! # Layout
//!
//! - `ask`: what stands after `!jadibot`. `told`: what comes of it.
//! - `manage`: a bot stopped, started, ended, and its page. `confirm`: what can't be undone, asked for twice.
//! - `give`: a bot changes hands. `plan`: how long it runs. `takeout`: its data, taken away
//!   and forgotten. `operate`: who is a system owner. `switches`: what they switch and set.
//! - `say`: to whom, in which language, about which bot. `show`: bots, states and spans of time as people read them.
//!   `figures`: what a bot has and uses.
//! - `texts`: what is said, in each language.

mod ask;
mod confirm;
mod figures;
mod give;
mod manage;
mod operate;
mod plan;
mod say;
mod show;
mod switches;
mod takeout;
mod texts;
mod told;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "hosting",
    languages("en", "id", "es"),
    summary(
        en = "Makes bots of people's numbers, and manages them",
        id = "Menjadikan nomor orang bot, dan mengelolanya",
        es = "Hace bots de los números de la gente y los administra"
    ),
    reason(
        capability = "hosting",
        en = "To make a bot of a number, and to stop, start and end it for its owner",
        id = "Untuk menjadikan nomor bot, serta menghentikan, menjalankan, dan mengakhirinya bagi pemiliknya",
        es = "Para hacer un bot de un número, y detenerlo, ponerlo en marcha y terminarlo para su dueño"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    ),
    reason(
        capability = "media",
        en = "To send QR codes",
        id = "Untuk mengirim kode QR",
        es = "Para enviar códigos QR"
    ),
    reason(
        capability = "clock",
        en = "To tell how long codes are good and bots have been up",
        id = "Untuk memberi tahu masa berlaku kode dan lama bot aktif",
        es = "Para decir cuánto valen los códigos y cuánto llevan activos los bots"
    ),
    reason(
        capability = "kv",
        en = "To remember the code that confirms a log-out",
        id = "Untuk mengingat kode konfirmasi keluar",
        es = "Para recordar el código que confirma una desvinculación"
    ),
    reason(
        capability = "random",
        en = "To make that code",
        id = "Untuk membuat kode itu",
        es = "Para crear ese código"
    )
)]
mod plugin {
    use jadi_plugin_sdk::hosting::{self, Verdict};
    use jadi_plugin_sdk::{Answer, HostingStep, Message, Result, Words, clock};

    use crate::say::{Say, card, which};
    use crate::{ask, figures, give, manage, operate, plan, show, switches, takeout, texts, told};

    /// Bots of one page of a list.
    const PAGE: u32 = 10;

    #[command(
        name = "jadibot",
        aliases("becomebot", "serbot", "host"),
        place = "main",
        category = "hosting",
        usage(
            en = "<number> [--qr | --code]",
            id = "<nomor> [--qr | --code]",
            es = "<número> [--qr | --code]"
        ),
        summary(
            en = "Makes a number a bot",
            id = "Menjadikan nomor sebuah bot",
            es = "Hace de un número un bot"
        )
    )]
    fn jadibot(message: &Message) -> Result<Answer> {
        let say = Say::to(message);
        let asked = ask::read(&message.args());
        let Some(asked) = asked.filter(|asked| !asked.number.is_empty()) else {
            return Ok(Answer::none().send(say.words(texts::USAGE, &[])));
        };
        match hosting::request(&asked.number, asked.method)? {
            Verdict::Granted(order) => Ok(Answer::none().react("⏳").order(order)),
            Verdict::Refused(refusal) => {
                let text = told::refused(&say, &refusal, &asked.number);
                Ok(Answer::none().send(text))
            }
        }
    }

    #[on_hosting]
    fn told(step: &HostingStep) -> Result<Answer> {
        told::told(step)
    }

    #[command(
        name = "listbot",
        aliases("listbots", "bots"),
        place = "main",
        category = "hosting",
        usage(en = "[page]", id = "[halaman]", es = "[página]"),
        summary(
            en = "The bots of this host",
            id = "Bot di host ini",
            es = "Los bots de este servidor"
        )
    )]
    fn listbot(message: &Message, page: Option<u16>) -> Result<String> {
        let say = Say::to(message);
        let page = u32::from(page.unwrap_or(1).max(1));
        let first = page.saturating_sub(1).saturating_mul(PAGE);
        let bots = hosting::list(first, PAGE + 1)?;
        if bots.is_empty() {
            return Ok(say.words(texts::NO_BOTS, &[]));
        }
        let lines = bots.iter().take(PAGE as usize).zip(first + 1..);
        let lines = lines.map(|(bot, place)| show::line(place, &card(bot, false), &say.language));
        let mut text = format!("*{}*", texts::BOTS.in_language(&say.language));
        for line in lines {
            text.push('\n');
            text.push_str(&line);
        }
        if bots.len() > PAGE as usize {
            let next = page.saturating_add(1).to_string();
            text.push('\n');
            text.push_str(&say.words(texts::MORE, &[("page", &next)]));
        }
        Ok(text)
    }

    #[command(
        name = "botinfo",
        place = "main",
        category = "hosting",
        usage(en = "[number]", id = "[nomor]", es = "[número]"),
        summary(
            en = "How your bot is doing",
            id = "Keadaan botmu",
            es = "Cómo está tu bot"
        )
    )]
    fn botinfo(message: &Message) -> Result<String> {
        let say = Say::to(message);
        Ok(match which(&say, &message.args())? {
            Ok(bot) => {
                let details = show::details(&card(&bot, true), &say.language);
                let figures = figures::lines(&bot.measure()?, bot.method(), &say.language);
                let plan = plan::line(&say, &bot);
                format!("{details}\n{figures}\n{plan}")
            }
            Err(text) => text,
        })
    }

    #[command(
        name = "stopbot",
        place = "main",
        category = "hosting",
        usage(en = "[number]", id = "[nomor]", es = "[número]"),
        summary(
            en = "Stops your bot and keeps its session",
            id = "Menghentikan botmu dan menyimpan sesinya",
            es = "Detiene tu bot y conserva su sesión"
        )
    )]
    fn stopbot(message: &Message) -> Result<Answer> {
        manage::stopbot(message)
    }

    #[command(
        name = "startbot",
        place = "main",
        category = "hosting",
        usage(en = "[number]", id = "[nomor]", es = "[número]"),
        summary(
            en = "Starts your bot again",
            id = "Menjalankan botmu lagi",
            es = "Pone tu bot en marcha"
        )
    )]
    fn startbot(message: &Message) -> Result<Answer> {
        manage::startbot(message)
    }

    #[command(
        name = "logoutbot",
        place = "main",
        category = "hosting",
        usage(
            en = "[number | code]",
            id = "[nomor | kode]",
            es = "[número | código]"
        ),
        summary(
            en = "Logs your bot out and deletes all its data",
            id = "Mengeluarkan botmu dan menghapus semua datanya",
            es = "Desvincula tu bot y borra todos sus datos"
        )
    )]
    fn logoutbot(message: &Message) -> Result<Answer> {
        manage::logoutbot(message)
    }

    #[command(
        name = "giveto",
        place = "main",
        category = "hosting",
        usage(
            en = "<number> | cancel",
            id = "<nomor> | cancel",
            es = "<número> | cancel"
        ),
        summary(
            en = "Gives your bot to somebody else",
            id = "Memberikan botmu kepada orang lain",
            es = "Cede tu bot a otra persona"
        )
    )]
    fn giveto(message: &Message) -> Result<Answer> {
        give::giveto(message)
    }

    #[command(
        name = "takebot",
        place = "main",
        category = "hosting",
        summary(
            en = "Takes the bot that somebody offers you",
            id = "Menerima bot yang ditawarkan kepadamu",
            es = "Acepta el bot que te ofrecen"
        )
    )]
    fn takebot(message: &Message) -> Result<Answer> {
        give::takebot(message)
    }

    #[command(
        name = "exportdata",
        place = "main",
        category = "hosting",
        cooldown_seconds = 30,
        usage(en = "[number]", id = "[nomor]", es = "[número]"),
        summary(
            en = "All that your bot knows and keeps, as a file",
            id = "Semua yang diketahui dan disimpan botmu, sebagai berkas",
            es = "Todo lo que tu bot sabe y guarda, en un archivo"
        )
    )]
    fn exportdata(message: &Message) -> Result<Answer> {
        takeout::exportdata(message)
    }

    #[command(
        name = "erasedata",
        place = "main",
        category = "hosting",
        usage(
            en = "[number | code]",
            id = "[nomor | kode]",
            es = "[número | código]"
        ),
        summary(
            en = "Erases all that your bot knows and keeps",
            id = "Menghapus semua yang diketahui dan disimpan botmu",
            es = "Borra todo lo que tu bot sabe y guarda"
        )
    )]
    fn erasedata(message: &Message) -> Result<Answer> {
        takeout::erasedata(message)
    }

    #[command(
        name = "owner",
        aliases("owners"),
        place = "main",
        category = "hosting",
        role = "system-owner",
        usage(
            en = "[list | add <number> | del <number>]",
            id = "[list | add <nomor> | del <nomor>]",
            es = "[list | add <número> | del <número>]"
        ),
        summary(
            en = "Who operates this host",
            id = "Siapa yang mengoperasikan host ini",
            es = "Quién opera este servidor"
        )
    )]
    fn owner(message: &Message) -> Result<Answer> {
        operate::owner(message)
    }

    #[command(
        name = "feature",
        aliases("features"),
        place = "main",
        category = "hosting",
        role = "system-owner",
        usage(
            en = "[name] [on | off]",
            id = "[nama] [on | off]",
            es = "[nombre] [on | off]"
        ),
        summary(
            en = "What this host does, switched on and off",
            id = "Yang dilakukan host ini, diaktifkan atau dimatikan",
            es = "Lo que hace este servidor, activado o desactivado"
        )
    )]
    fn feature(message: &Message) -> Result<Answer> {
        switches::feature(message)
    }

    #[command(
        name = "broadcast",
        aliases("bc"),
        place = "main",
        category = "hosting",
        role = "system-owner",
        usage(en = "<text | stop>", id = "<teks | stop>", es = "<texto | stop>"),
        summary(
            en = "A message to the owners of all bots",
            id = "Pesan kepada semua pemilik bot",
            es = "Un mensaje a los dueños de todos los bots"
        )
    )]
    fn broadcast(message: &Message) -> Result<Answer> {
        operate::broadcast(message)
    }

    #[command(
        name = "plan",
        place = "main",
        category = "hosting",
        role = "system-owner",
        usage(
            en = "<number> [days | none]",
            id = "<nomor> [hari | none]",
            es = "<número> [días | none]"
        ),
        summary(
            en = "How long a bot runs",
            id = "Berapa lama sebuah bot berjalan",
            es = "Cuánto tiempo funciona un bot"
        )
    )]
    fn plan(message: &Message) -> Result<Answer> {
        plan::plan(message)
    }

    #[command(
        name = "delay",
        place = "main",
        category = "hosting",
        role = "system-owner",
        usage(en = "[seconds]", id = "[detik]", es = "[segundos]"),
        summary(
            en = "The pause between reconnects and between messages",
            id = "Jeda antara penyambungan ulang dan antara pesan",
            es = "La pausa entre reconexiones y entre mensajes"
        )
    )]
    fn delay(message: &Message) -> Result<Answer> {
        switches::delay(message)
    }

    #[command(
        name = "token",
        place = "main",
        category = "hosting",
        usage(en = "[number]", id = "[nomor]", es = "[número]"),
        summary(
            en = "A link that signs you in to your bot's page, once",
            id = "Tautan untuk masuk ke halaman botmu, sekali pakai",
            es = "Un enlace para entrar en la página de tu bot, una sola vez"
        )
    )]
    fn token(message: &Message) -> Result<Answer> {
        manage::token(message)
    }

    #[command(
        name = "terminate",
        place = "main",
        category = "hosting",
        role = "system-owner",
        usage(
            en = "<number> [reason]",
            id = "<nomor> [alasan]",
            es = "<número> [motivo]"
        ),
        summary(
            en = "Logs any bot out and deletes all its data",
            id = "Mengeluarkan bot mana pun dan menghapus semua datanya",
            es = "Desvincula cualquier bot y borra todos sus datos"
        )
    )]
    fn terminate(message: &Message) -> Result<Answer> {
        manage::terminate(message)
    }

    #[command(
        name = "slots",
        place = "main",
        category = "hosting",
        role = "system-owner",
        usage(en = "[n]", id = "[n]", es = "[n]"),
        summary(
            en = "How many bots this host takes",
            id = "Berapa bot yang ditampung host ini",
            es = "Cuántos bots acepta este servidor"
        )
    )]
    fn slots(message: &Message, slots: Option<u32>) -> Result<Answer> {
        let say = Say::to(message);
        let now = hosting::look()?;
        let (words, wanted) = match slots {
            None => (texts::SLOTS, now.slots()),
            Some(10_001..) => {
                return Ok(Answer::none().send(say.words(texts::SLOTS_MOST, &[])));
            }
            Some(slots) => (texts::SLOTS_SET, slots),
        };
        let (wanted, taken) = (wanted.to_string(), now.taken().to_string());
        let answer =
            Answer::none().send(say.words(words, &[("slots", &wanted), ("taken", &taken)]));
        Ok(match slots {
            Some(slots) => answer.order(hosting::set_slots(slots)?),
            None => answer,
        })
    }

    #[command(
        name = "hoststats",
        place = "main",
        category = "hosting",
        role = "system-owner",
        summary(
            en = "How this host is doing",
            id = "Keadaan host ini",
            es = "Cómo está este servidor"
        )
    )]
    fn hoststats(message: &Message) -> Result<String> {
        let say = Say::to(message);
        let host = hosting::look()?;
        let (slots, taken) = (host.slots().to_string(), host.taken().to_string());
        let up = show::span(clock::now().since(host.started_at()), &say.language);
        let word = |words: Words| words.in_language(&say.language);
        let mut lines = vec![
            format!("*{}*", word(texts::STATS)),
            format!("{} {up}", word(texts::UP)),
            say.words(texts::SLOTS, &[("slots", &slots), ("taken", &taken)]),
        ];
        for (state, bots) in host.states() {
            lines.push(format!("{}: {bots}", show::state(&state, &say.language)));
        }
        if host.restoring() > 0 {
            lines.push(format!("{}: {}", word(texts::RESTORING), host.restoring()));
        }
        Ok(lines.join("\n"))
    }
}
