//! Who is a system owner: listed, named and dropped by those who are; and their messages to all bots' owners.

use jadi_plugin_sdk::hosting::{self, Verdict};
use jadi_plugin_sdk::{Answer, HostingStep, Message, Result};

use crate::say::{Say, digits};
use crate::told;

/// The longest broadcast, characters.
const BROADCAST: usize = 4_096;

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// How it is used.
    USAGE {
        en: "{prefix}owner list\n{prefix}owner add <number>\n{prefix}owner del <number>",
        id: "{prefix}owner list\n{prefix}owner add <nomor>\n{prefix}owner del <nomor>",
        es: "{prefix}owner list\n{prefix}owner add <número>\n{prefix}owner del <número>",
    }
    /// How it is used.
    BROADCAST_USAGE {
        en: "{prefix}broadcast <text>: to the owners of all bots, at most 4096 characters\n{prefix}broadcast stop: no further",
        id: "{prefix}broadcast <teks>: kepada semua pemilik bot, paling banyak 4096 huruf\n{prefix}broadcast stop: berhenti",
        es: "{prefix}broadcast <texto>: a los dueños de todos los bots, 4096 letras como mucho\n{prefix}broadcast stop: no seguir",
    }
    /// It begins.
    BROADCASTING {
        en: "It goes to the owners of all bots, one every few seconds. You are told when it is through; {prefix}broadcast stop ends it.",
        id: "Dikirim ke semua pemilik bot, satu per beberapa detik. Kamu diberi tahu kalau selesai; {prefix}broadcast stop \
             menghentikannya.",
        es: "Va a los dueños de todos los bots, uno cada pocos segundos. Te aviso al terminar; {prefix}broadcast stop lo detiene.",
    }
    /// Another one is under way.
    BUSY {
        en: "A broadcast is under way already. Wait for its end, or write {prefix}broadcast stop.",
        id: "Masih ada siaran yang berjalan. Tunggu sampai selesai, atau kirim {prefix}broadcast stop.",
        es: "Ya hay una difusión en marcha. Espera a que termine, o escribe {prefix}broadcast stop.",
    }
    /// It was told to stop.
    STOPPING {
        en: "It goes no further.",
        id: "Tidak dilanjutkan.",
        es: "No sigue.",
    }
    /// It is through.
    SENT {
        en: "*Broadcast sent* to {count} owners",
        id: "*Siaran terkirim* ke {count} pemilik",
        es: "*Difusión enviada* a {count} dueños",
    }
    /// It was stopped.
    STOPPED {
        en: "*Broadcast stopped* after {count} owners",
        id: "*Siaran dihentikan* setelah {count} pemilik",
        es: "*Difusión detenida* tras {count} dueños",
    }
    /// Above the list.
    OWNERS { en: "System owners", id: "Pemilik sistem", es: "Propietarios del sistema" }
    /// Behind a number of the configuration.
    CONFIGURED { en: "in the configuration", id: "dalam konfigurasi", es: "en la configuración" }
    /// To who has named somebody.
    ADDED {
        en: "*+{other} is a system owner now*\nThey are told. {prefix}owner del {other} takes it back.",
        id: "*+{other} sekarang pemilik sistem*\nOrangnya diberi tahu. {prefix}owner del {other} membatalkannya.",
        es: "*+{other} ya es propietario del sistema*\nYa lo sabe. {prefix}owner del {other} lo deshace.",
    }
    /// To who has dropped somebody.
    DELETED {
        en: "*+{other} is no system owner any more*",
        id: "*+{other} bukan pemilik sistem lagi*",
        es: "*+{other} ya no es propietario del sistema*",
    }
    /// They are one.
    ALREADY {
        en: "+{other} is a system owner already.",
        id: "+{other} sudah pemilik sistem.",
        es: "+{other} ya es propietario del sistema.",
    }
    /// A bot's number is none.
    IS_BOT {
        en: "+{other} is a bot here, and a bot's number can't operate the host. Name the person's own number.",
        id: "+{other} adalah bot di sini, dan nomor bot tidak bisa mengoperasikan host. Pakai nomor orangnya sendiri.",
        es: "+{other} es un bot de aquí, y el número de un bot no puede operar el servidor. Usa el número de la persona.",
    }
    /// They are none.
    NONE {
        en: "+{other} is no system owner. {prefix}owner list shows who is.",
        id: "+{other} bukan pemilik sistem. {prefix}owner list menampilkan siapa saja.",
        es: "+{other} no es propietario del sistema. {prefix}owner list muestra quiénes lo son.",
    }
    /// The configuration names them.
    FIXED {
        en: "The host's configuration names +{other}. Take the number out of owners there and restart the host.",
        id: "Konfigurasi host menyebut +{other}. Hapus nomor itu dari owners di sana lalu jalankan ulang host.",
        es: "La configuración del servidor nombra a +{other}. Quita el número de owners y reinicia el servidor.",
    }
    /// Nobody would be left.
    LAST {
        en: "+{other} is the last system owner. Name another one first: {prefix}owner add <number>",
        id: "+{other} adalah pemilik sistem terakhir. Tambahkan yang lain dulu: {prefix}owner add <nomor>",
        es: "+{other} es el último propietario del sistema. Añade antes a otro: {prefix}owner add <número>",
    }
    /// To who was named.
    NAMED {
        en: "*You are a system owner now*\nYou operate this host. {prefix}menu shows what you can do.",
        id: "*Kamu sekarang pemilik sistem*\nKamu mengoperasikan host ini. {prefix}menu menampilkan yang bisa kamu lakukan.",
        es: "*Ya eres propietario del sistema*\nOperas este servidor. {prefix}menu muestra lo que puedes hacer.",
    }
    /// To who was dropped.
    DROPPED {
        en: "You are no system owner of this host any more.",
        id: "Kamu bukan pemilik sistem host ini lagi.",
        es: "Ya no eres propietario del sistema de este servidor.",
    }
}

/// `!owner`.
pub fn owner(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    let answer = |text: String| Ok(Answer::none().send(text));
    let (what, number) = typed
        .split_once(char::is_whitespace)
        .unwrap_or((&typed, ""));
    let (what, number) = (what.to_lowercase(), number.trim());
    let (verdict, done) = match (what.as_str(), number) {
        ("" | "list", "") => return answer(list(&say)?),
        ("add", number) if !number.is_empty() => (hosting::name_system_owner(number)?, ADDED),
        ("del" | "delete" | "remove", number) if !number.is_empty() => {
            (hosting::drop_system_owner(number)?, DELETED)
        }
        _ => return answer(say.words(USAGE, &[])),
    };
    let other = digits(number);
    let about = [("other", other.as_str())];
    match verdict {
        Verdict::Granted(order) => Ok(Answer::none().order(order).send(say.words(done, &about))),
        Verdict::Refused(refusal) => answer(match refusal.reason().as_str() {
            "system-owner" => say.words(ALREADY, &about),
            "is-bot" => say.words(IS_BOT, &about),
            "no-system-owner" => say.words(NONE, &about),
            "configured" => say.words(FIXED, &about),
            "last" => say.words(LAST, &about),
            _ => told::refused(&say, &refusal, number),
        }),
    }
}

fn list(say: &Say) -> Result<String> {
    let mut text = format!("*{}*", OWNERS.in_language(&say.language));
    for owner in hosting::system_owners()? {
        text.push_str(&format!("\n+{}", owner.number));
        if owner.configured {
            text.push_str(&format!(" ({})", CONFIGURED.in_language(&say.language)));
        }
    }
    Ok(text)
}

/// `!broadcast`.
pub fn broadcast(message: &Message) -> Result<Answer> {
    let (say, typed) = (Say::to(message), message.args());
    let answer = |text: String| Ok(Answer::none().send(text));
    if typed.is_empty() || typed.chars().count() > BROADCAST {
        return answer(say.words(BROADCAST_USAGE, &[]));
    }
    if typed.eq_ignore_ascii_case("stop") {
        let order = hosting::stop_broadcast()?;
        return Ok(Answer::none().order(order).send(say.words(STOPPING, &[])));
    }
    match hosting::broadcast(&typed)? {
        Verdict::Granted(order) => {
            let text = say.words(BROADCASTING, &[]);
            Ok(Answer::none().order(order).send(text))
        }
        Verdict::Refused(refusal) => answer(told::refused(&say, &refusal, "")),
    }
}

/// Why it did not come to that.
pub fn busy(say: &Say, reason: &str) -> Option<String> {
    (reason == "busy").then(|| say.words(BUSY, &[]))
}

/// A step of it in words, when it is one.
pub fn told(say: &Say, step: &HostingStep) -> Option<String> {
    match step.name().as_str() {
        "named" => Some(say.words(NAMED, &[])),
        "dropped" => Some(say.words(DROPPED, &[])),
        "broadcast" => {
            let words = match step.reason() {
                Some(_) => STOPPED,
                None => SENT,
            };
            let count = step.count().unwrap_or_default().to_string();
            Some(say.words(words, &[("count", &count)]))
        }
        _ => None,
    }
}
