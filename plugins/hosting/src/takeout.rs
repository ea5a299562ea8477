//! A bot's data taken away, and forgotten.

use jadi_plugin_sdk::{Answer, HostingStep, Message, Result};

use crate::confirm;
use crate::say::{Say, which, with_bot};

/// What a code of `!erasedata` confirms.
const ERASE: &str = "erase";

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// It is on its way.
    PACKING {
        en: "I pack what +{number} knows and keeps, and send it to you in our private chat.",
        id: "Aku kemas yang diketahui dan disimpan +{number}, lalu kukirim kepadamu di chat pribadi kita.",
        es: "Empaqueto lo que +{number} sabe y guarda, y te lo envío en nuestro chat privado.",
    }
    /// It was sent.
    EXPORTED {
        en: "*Here is all that +{number} knows and keeps*\nUsers, chats, settings and what its plugins keep; not its session. The file \
             is not encrypted: keep it safe. Another host takes it in with jadi import.",
        id: "*Ini semua yang diketahui dan disimpan +{number}*\nPengguna, chat, pengaturan, dan simpanan pluginnya; tanpa sesinya. \
             Berkas ini tidak dienkripsi: simpan baik-baik. Host lain menerimanya dengan jadi import.",
        es: "*Aquí está todo lo que +{number} sabe y guarda*\nUsuarios, chats, ajustes y lo que guardan sus complementos; no su \
             sesión. El archivo no está cifrado: guárdalo bien. Otro servidor lo admite con jadi import.",
    }
    /// It is too much for a chat.
    TOO_LARGE {
        en: "It is too much for a chat. The operator can export it: jadi export --bot NUMBER",
        id: "Terlalu besar untuk chat. Operator bisa mengekspornya: jadi export --bot NOMOR",
        es: "Es demasiado para un chat. El operador puede exportarlo: jadi export --bot NÚMERO",
    }
    /// Do they mean it?
    CONFIRM {
        en: "*This erases all that +{number} knows and keeps*: users, chats, settings, and what its plugins keep. It stays linked and \
             goes on as if it were new. {prefix}exportdata gives you a copy first.\nTo confirm, write within {span}: \
             {prefix}erasedata {code}",
        id: "*Ini menghapus semua yang diketahui dan disimpan +{number}*: pengguna, chat, pengaturan, dan simpanan pluginnya. Bot \
             tetap tertaut dan mulai seperti baru. {prefix}exportdata memberimu salinan dulu.\nUntuk konfirmasi, kirim dalam {span}: \
             {prefix}erasedata {code}",
        es: "*Esto borra todo lo que +{number} sabe y guarda*: usuarios, chats, ajustes y lo que guardan sus complementos. Sigue \
             vinculado y continúa como nuevo. {prefix}exportdata te da antes una copia.\nPara confirmar, escribe en {span}: \
             {prefix}erasedata {code}",
    }
    /// The code is none.
    WRONG_CODE {
        en: "That code is wrong or too old. {prefix}erasedata gives a new one.",
        id: "Kode itu salah atau sudah kedaluwarsa. {prefix}erasedata memberi yang baru.",
        es: "Ese código es incorrecto o demasiado viejo. {prefix}erasedata da uno nuevo.",
    }
    /// It is done.
    ERASED {
        en: "*All that +{number} knew and kept is erased*\nIt is linked still, and goes on as if it were new.",
        id: "*Semua yang diketahui dan disimpan +{number} sudah dihapus*\nBot masih tertaut dan mulai seperti baru.",
        es: "*Se ha borrado todo lo que +{number} sabía y guardaba*\nSigue vinculado y continúa como nuevo.",
    }
}

/// `!exportdata`.
pub fn exportdata(message: &Message) -> Result<Answer> {
    let say = Say::to(message);
    with_bot(&say, &message.args(), |bot, number| {
        let text = say.words(PACKING, &[("number", number)]);
        Ok(Answer::none().send(text).order(bot.export_data()?))
    })
}

/// `!erasedata`.
pub fn erasedata(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    if confirm::is_code(&typed) {
        return Ok(match confirm::confirmed(&say, ERASE, &typed)? {
            // Its owner hears of it when it is done.
            Some(bot) => Answer::none().react("⏳").order(bot.erase_data()?),
            None => Answer::none().send(say.words(WRONG_CODE, &[])),
        });
    }
    let text = match which(&say, &typed)? {
        Ok(bot) => confirm::ask(&say, ERASE, &bot, CONFIRM)?,
        Err(text) => text,
    };
    Ok(Answer::none().send(text))
}

/// Why it did not come to that.
pub fn busy(say: &Say, reason: &str) -> Option<String> {
    (reason == "too-large").then(|| say.words(TOO_LARGE, &[]))
}

/// A step of it in words, when it is one.
pub fn told(say: &Say, step: &HostingStep) -> Option<String> {
    let words = match step.name().as_str() {
        "exported" => EXPORTED,
        "erased" => ERASED,
        _ => return None,
    };
    Some(say.words(words, &[("number", &step.number())]))
}
