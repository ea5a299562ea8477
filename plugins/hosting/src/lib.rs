//! Bots made and managed from chat, for the main bot: a person's number becomes a bot, and everything after that.
//!
//! The functions here ask the host and put what it says into words. What takes longer comes back to `told`, in the chat where it
//! was asked for.
//!
//! # Layout
//!
//! - `ask`: what stands after `!jadibot`.
//! - `show`: bots, states and spans of time as people read them.
//! - `texts`: what is said, in each language.

mod ask;
mod show;
mod texts;

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
    use std::time::Duration;

    use jadi_plugin_sdk::clock::{self, Instant};
    use jadi_plugin_sdk::hosting::{self, Bot, Refusal, Verdict};
    use jadi_plugin_sdk::{Answer, HostingStep, Message, Reply, Result, Role, Words, kv, random};
    use serde::{Deserialize, Serialize};

    use crate::show::{self, Card};
    use crate::{ask, texts};

    /// Bots of one page of a list.
    const PAGE: u32 = 10;
    /// How long a code confirms a log-out.
    const CONFIRM: Duration = Duration::from_secs(120);

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
                let text = refused(&say, &refusal, &asked.number);
                Ok(Answer::none().send(text))
            }
        }
    }

    /// Why there is no bot, and what to do.
    fn refused(say: &Say, refusal: &Refusal, number: &str) -> String {
        let left = refusal.until().map(|until| until.since(clock::now()));
        let span = show::span(left.unwrap_or_default(), &say.language);
        let with_card = |words: Words| match refusal.bot() {
            Some(bot) => {
                let card = show::card(&card(&bot, say.sees(&bot)), &say.language);
                format!("{}\n{card}", say.words(words, &[]))
            }
            None => say.words(words, &[]),
        };
        match refusal.reason().as_str() {
            "not-a-number" => say.words(texts::NOT_A_NUMBER, &[]),
            "not-on-whatsapp" => say.words(texts::NOT_ON_WHATSAPP, &[]),
            "hosted" => with_card(texts::HOSTED),
            "owns-one" => with_card(texts::OWNS_ONE),
            "method-missing" => say.words(texts::WHICH_METHOD, &[("number", number)]),
            other => busy(say, other, &span),
        }
    }

    /// The refusals that can also come between a request and its being carried out.
    fn busy(say: &Say, reason: &str, span: &str) -> String {
        match reason {
            "asked-already" => say.words(texts::ASKED_ALREADY, &[("span", span)]),
            "too-often" => say.words(texts::TOO_OFTEN, &[("span", span)]),
            "full" => say.words(texts::FULL, &[]),
            "off" => say.words(texts::OFF, &[]),
            "hosted" => say.words(texts::HOSTED, &[]),
            "owns-one" => say.words(texts::OWNS_ONE, &[]),
            other => say.words(texts::NOT_POSSIBLE, &[("why", other)]),
        }
    }

    #[on_hosting]
    fn told(step: &HostingStep) -> Result<Answer> {
        let prefix = step.prefixes().into_iter().next().unwrap_or_default();
        let say = Say {
            language: step.language(),
            prefix,
            person: step.sender().jid,
            all: step.role() >= Role::SystemOwner,
        };
        let number = step.number();
        let left = step.until().map(|until| until.since(clock::now()));
        let span = show::span(left.unwrap_or_default(), &say.language);
        let about = |words: Words| say.words(words, &[("number", &number), ("span", &span)]);
        let why = step.reason().unwrap_or_default();
        let text = match step.name().as_str() {
            "qr" => {
                let picture = step.picture()?;
                return Ok(Answer::none().send(Reply::text(about(texts::QR)).with_file(picture)));
            }
            "code" => {
                let code = ask::dashed(&step.code().unwrap_or_default());
                let values = [("number", &*number), ("span", &*span), ("code", &*code)];
                say.words(texts::CODE, &values)
            }
            "passkey-needed" => about(texts::PASSKEY),
            "open" => return born(&say, &number),
            "opened" => about(texts::OPENED),
            "expired" => about(texts::EXPIRED),
            "wrong-number" => about(texts::WRONG_NUMBER),
            "refused" => busy(&say, &why, &span),
            "failed" => {
                let why = show::cause(&why, &say.language);
                say.words(texts::FAILED, &[("number", &number), ("why", &why)])
            }
            "logged-out" => about(texts::LOGGED_OUT),
            "ended" if why.is_empty() => about(texts::ENDED),
            "ended" => format!(
                "{}\n{}: {why}",
                about(texts::ENDED),
                texts::REASON.in_language(&say.language)
            ),
            // A host that came after this plugin.
            _ => return Ok(Answer::none()),
        };
        Ok(Answer::none().send(text))
    }

    /// Its owner hears of it from the main bot and from the new one.
    fn born(say: &Say, number: &str) -> Result<Answer> {
        let answer = Answer::none().send(say.words(texts::OPEN, &[("number", number)]));
        // Somebody whose own number it is would hear it twice in one place.
        if say.person.split('@').next() == Some(number) {
            return Ok(answer);
        }
        Ok(match hosting::find(number)? {
            Some(bot) => answer.order(bot.say(&say.words(texts::GREETING, &[]))?),
            None => answer,
        })
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
            Ok(bot) => show::details(&card(&bot, true), &say.language),
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
        let say = Say::to(message);
        let bot = match which(&say, &message.args())? {
            Ok(bot) => bot,
            Err(text) => return Ok(Answer::none().send(text)),
        };
        let number = bot.number().unwrap_or_default();
        let about = |words: Words| say.words(words, &[("number", &number)]);
        if bot.state() == "stopped" {
            return Ok(Answer::none().send(about(texts::STOPPED_ALREADY)));
        }
        Ok(Answer::none()
            .order(bot.stop()?)
            .send(about(texts::STOPPING)))
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
        let say = Say::to(message);
        let bot = match which(&say, &message.args())? {
            Ok(bot) => bot,
            Err(text) => return Ok(Answer::none().send(text)),
        };
        let number = bot.number().unwrap_or_default();
        let about = |words: Words| say.words(words, &[("number", &number)]);
        if bot.state() == "open" {
            return Ok(Answer::none().send(about(texts::RUNS_ALREADY)));
        }
        Ok(Answer::none()
            .order(bot.start()?)
            .send(about(texts::STARTING)))
    }

    /// A log-out that waits to be confirmed.
    #[derive(Serialize, Deserialize)]
    struct Pending {
        code: String,
        number: String,
        until: Instant,
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
        let say = Say::to(message);
        let typed = message.args();
        let key = format!("log-out:{}", say.person);
        if typed.len() == CODE_DIGITS && typed.bytes().all(|byte| byte.is_ascii_digit()) {
            let pending: Option<Pending> = kv::get(&key)?;
            let good = pending.filter(|pending| {
                pending.code == typed && pending.until.since(clock::now()) > Duration::ZERO
            });
            // Each code is good for one try.
            kv::delete(&key)?;
            let bot = match good {
                Some(pending) => hosting::find(&pending.number)?,
                None => None,
            };
            let Some(bot) = bot else {
                return Ok(Answer::none().send(say.words(texts::WRONG_CODE, &[])));
            };
            let number = bot.number().unwrap_or_default();
            let text = say.words(texts::ENDING, &[("number", &number)]);
            return Ok(Answer::none().send(text).order(bot.end(None)?));
        }
        let bot = match which(&say, &typed)? {
            Ok(bot) => bot,
            Err(text) => return Ok(Answer::none().send(text)),
        };
        let number = bot.number().unwrap_or_default();
        let code = format!("{:0width$}", random::below(10_000), width = CODE_DIGITS);
        let pending = Pending {
            code: code.clone(),
            number: number.clone(),
            until: clock::now().after(CONFIRM),
        };
        kv::set(&key, &pending)?;
        let span = show::span(CONFIRM, &say.language);
        let values = [("number", &*number), ("span", &*span), ("code", &*code)];
        Ok(Answer::none().send(say.words(texts::CONFIRM, &values)))
    }

    /// Digits of a code that confirms.
    const CODE_DIGITS: usize = 4;

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
        let say = Say::to(message);
        let typed = message.args();
        let (number, reason) = typed
            .split_once(char::is_whitespace)
            .unwrap_or((&typed, ""));
        if number.is_empty() {
            return Ok(Answer::none().send(say.words(texts::TERMINATE_USAGE, &[])));
        }
        let bot = match which(&say, number)? {
            Ok(bot) => bot,
            Err(text) => return Ok(Answer::none().send(text)),
        };
        let reason: String = reason.trim().chars().take(500).collect();
        let number = bot.number().unwrap_or_default();
        let order = bot.end(Some(&*reason).filter(|reason| !reason.is_empty()))?;
        let text = say.words(texts::ENDING, &[("number", &number)]);
        Ok(Answer::none().send(text).order(order))
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

    /// Whom something is said to, and how.
    struct Say {
        language: String,
        prefix: String,
        person: String,
        /// Whether they may see and manage every bot.
        all: bool,
    }

    impl Say {
        fn to(message: &Message) -> Self {
            Self {
                language: message.language(),
                prefix: message.prefix(),
                person: message.sender().jid,
                all: message.role() >= Role::SystemOwner,
            }
        }

        /// A text with its places filled in.
        fn words(&self, words: Words, values: &[(&str, &str)]) -> String {
            let text = words.in_language(&self.language);
            let mut text = text.replace("{prefix}", &self.prefix);
            for (name, value) in values {
                text = text.replace(&format!("{{{name}}}"), value);
            }
            text
        }

        /// Whether they may see all of a bot.
        fn sees(&self, bot: &Bot) -> bool {
            self.all || bot.owner().as_ref() == Some(&self.person)
        }
    }

    /// The bot that is meant: the one of this number or, without one, the sender's own. Else what to answer.
    fn which(say: &Say, number: &str) -> Result<Result<Bot, String>> {
        if number.is_empty() {
            let mut own = hosting::owned()?;
            return Ok(match (own.pop(), own.is_empty()) {
                (Some(bot), true) => Ok(bot),
                (Some(_), false) => Err(say.words(texts::SEVERAL, &[])),
                (None, _) => Err(say.words(texts::NO_BOT, &[])),
            });
        }
        let found = hosting::find(number)?;
        let found = found.filter(|bot| say.sees(bot) && !bot.is_main());
        Ok(found.ok_or_else(|| say.words(texts::NO_SUCH_BOT, &[])))
    }

    /// What is shown of a bot, whole to who may see it.
    fn card(bot: &Bot, whole: bool) -> Card {
        let now = clock::now();
        let number = if whole { bot.number() } else { None };
        let owner = bot.owner().filter(|_| whole);
        let owner = owner.and_then(|owner| Some(owner.split_once('@')?.0.to_owned()));
        Card {
            number: number.unwrap_or_else(|| bot.masked()),
            name: bot.name(),
            state: bot.state(),
            cause: bot.cause(),
            since: now.since(bot.since()),
            last_connect: bot.last_connect().map(|at| now.since(at)),
            owner,
        }
    }
}
