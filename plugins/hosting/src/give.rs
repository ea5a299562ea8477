//! A bot changes hands: its owner offers it, somebody else takes it.

use std::time::Duration;

use jadi_plugin_sdk::hosting::{self, Verdict};
use jadi_plugin_sdk::{Answer, HostingStep, Message, Result};

use crate::say::{Say, digits, which};
use crate::{texts, told};

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// How it is done.
    USAGE {
        en: "*How to give your bot away*\n{prefix}giveto <number>\nThat person then has a day to take it. \
             {prefix}giveto cancel takes the offer back.",
        id: "*Cara memberikan botmu*\n{prefix}giveto <nomor>\nOrang itu punya waktu sehari untuk menerimanya. \
             {prefix}giveto cancel membatalkan tawaran.",
        es: "*Cómo ceder tu bot*\n{prefix}giveto <número>\nEsa persona tiene un día para aceptarlo. \
             {prefix}giveto cancel retira la oferta.",
    }
    /// To who gives it.
    OFFERING {
        en: "*+{number} is offered to +{other}*\nThey are told. It is theirs once they write {prefix}takebot to me, within a day. \
             {prefix}giveto cancel takes it back.",
        id: "*+{number} ditawarkan kepada +{other}*\nOrangnya diberi tahu. Bot jadi miliknya begitu ia mengirim {prefix}takebot \
             kepadaku, dalam sehari. {prefix}giveto cancel membatalkannya.",
        es: "*Se ofrece +{number} a +{other}*\nYa lo sabe. Será suyo cuando me escriba {prefix}takebot, en el plazo de un día. \
             {prefix}giveto cancel lo retira.",
    }
    /// It is not offered any more.
    CANCELLED {
        en: "+{number} stays yours: it is offered to nobody.",
        id: "+{number} tetap milikmu: tidak ditawarkan kepada siapa pun.",
        es: "+{number} sigue siendo tuyo: no se ofrece a nadie.",
    }
    /// To the owner, of whom a program asks for it.
    GIVING {
        en: "*Give +{number} to +{other}?*\nA program that has a token of your bot asks for that. If you want it, give the program this \
             code within {span}: *{code}*\nIf not, somebody else has your token: {prefix}token opens your bot's page, revoke it there.",
        id: "*Berikan +{number} kepada +{other}?*\nSebuah program dengan token botmu memintanya. Kalau kamu mau, berikan kode ini \
             kepada program itu dalam {span}: *{code}*\nKalau tidak, tokenmu ada di tangan orang lain: {prefix}token membuka halaman \
             botmu, cabut di sana.",
        es: "*¿Ceder +{number} a +{other}?*\nLo pide un programa que tiene un token de tu bot. Si quieres, dale al programa este código \
             en {span}: *{code}*\nSi no, tu token lo tiene otra persona: {prefix}token abre la página de tu bot, revócalo allí.",
    }
    /// To who may take it.
    OFFERED {
        en: "*+{other} wants to give you a bot*\nIt is +{number}. To take it, write {prefix}takebot within {span}. If you don't want \
             it, do nothing.",
        id: "*+{other} ingin memberimu bot*\nYaitu +{number}. Untuk menerimanya, kirim {prefix}takebot dalam {span}. Kalau tidak mau, \
             abaikan saja.",
        es: "*+{other} quiere cederte un bot*\nEs +{number}. Para aceptarlo, escribe {prefix}takebot en {span}. Si no lo quieres, no \
             hagas nada.",
    }
    /// To who had it.
    GIVEN {
        en: "*+{number} is not your bot any more*\n+{other} has taken it.",
        id: "*+{number} bukan botmu lagi*\n+{other} sudah menerimanya.",
        es: "*+{number} ya no es tu bot*\n+{other} lo ha aceptado.",
    }
    /// To who has it now.
    TAKEN {
        en: "*+{number} is your bot now*\n{prefix}botinfo shows how it does, {prefix}stopbot stops it, {prefix}logoutbot ends it.",
        id: "*+{number} sekarang botmu*\n{prefix}botinfo menampilkan keadaannya, {prefix}stopbot menghentikannya, {prefix}logoutbot \
             mengakhirinya.",
        es: "*+{number} ya es tu bot*\n{prefix}botinfo muestra cómo está, {prefix}stopbot lo detiene, {prefix}logoutbot lo termina.",
    }
    /// It can't be offered to a bot's number.
    IS_BOT {
        en: "That number is a bot here itself. Give yours to a person.",
        id: "Nomor itu sendiri bot di sini. Berikan botmu kepada orang.",
        es: "Ese número también es un bot. Cede el tuyo a una persona.",
    }
    /// It is theirs already.
    YOURS {
        en: "It is theirs already.",
        id: "Bot itu memang sudah miliknya.",
        es: "Ya es suyo.",
    }
    /// They have one.
    HAS_ONE {
        en: "They have a bot already, and nobody has two here.",
        id: "Orang itu sudah punya bot, dan di sini satu orang satu bot.",
        es: "Esa persona ya tiene un bot, y aquí nadie tiene dos.",
    }
    /// Nobody offers them anything.
    NOT_OFFERED {
        en: "No bot is offered to you, or not any more.",
        id: "Tidak ada bot yang ditawarkan kepadamu, atau tawarannya sudah habis.",
        es: "No se te ofrece ningún bot, o ya no.",
    }
}

/// `!giveto`.
pub fn giveto(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    let answer = |text: String| Ok(Answer::none().send(text));
    if typed.is_empty() {
        return answer(say.words(USAGE, &[]));
    }
    let bot = match which(&say, "")? {
        Ok(bot) => bot,
        Err(text) => return answer(text),
    };
    let number = bot.number().unwrap_or_default();
    if typed.eq_ignore_ascii_case("cancel") {
        let text = say.words(CANCELLED, &[("number", &number)]);
        return Ok(Answer::none().order(bot.withdraw()?).send(text));
    }
    match bot.offer(&typed)? {
        Verdict::Granted(order) => {
            let values = [("number", &*number), ("other", &*digits(&typed))];
            let text = say.words(OFFERING, &values);
            Ok(Answer::none().order(order).send(text))
        }
        Verdict::Refused(refusal) => answer(match refusal.reason().as_str() {
            "is-bot" => say.words(IS_BOT, &[]),
            "yours" => say.words(YOURS, &[]),
            "owns-one" => say.words(HAS_ONE, &[]),
            _ => told::refused(&say, &refusal, &typed),
        }),
    }
}

/// `!takebot`. Both sides hear of it from the host.
pub fn takebot(message: &Message) -> Result<Answer> {
    let say = Say::to(message);
    match hosting::take()? {
        Verdict::Granted(order) => Ok(Answer::none().react("⏳").order(order)),
        Verdict::Refused(refusal) => Ok(Answer::none().send(told::refused(&say, &refusal, ""))),
    }
}

/// A step of it in words, when it is one.
pub fn told(say: &Say, step: &HostingStep, left: Duration) -> Option<String> {
    let words = match step.name().as_str() {
        "giving" => GIVING,
        "offered" => OFFERED,
        "given" => GIVEN,
        "taken" => TAKEN,
        _ => return None,
    };
    let (number, other) = (step.number(), step.other().unwrap_or_default());
    let span = crate::show::span(left, &say.language);
    let code = step.code().unwrap_or_default();
    let values = [
        ("number", &*number),
        ("other", &*other),
        ("span", &*span),
        ("code", &*code),
    ];
    Some(say.words(words, &values))
}

/// Why it did not come to that.
pub fn busy(say: &Say, reason: &str) -> Option<String> {
    match reason {
        "not-offered" => Some(say.words(NOT_OFFERED, &[])),
        "system-owner" => Some(say.words(texts::OPERATES, &[])),
        _ => None,
    }
}
