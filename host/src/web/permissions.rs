//! What a plugin may do and sees, in plain words of each language. They complete "It may …".

use jadi_plugin_manifest::{Capability, ChatKind, EventFilter, EventKind};

use crate::dispatch::Installed;
use crate::library::{Need, Subject, declared};
use crate::plugins::Permission;
use crate::web::language::Language;

/// One thing that a plugin may do.
pub(super) struct May {
    /// What.
    pub(super) words: String,
    /// What its author says it is for; may be empty.
    pub(super) reason: String,
}

impl May {
    /// What a plugin needs.
    pub(super) fn of(need: &Need, language: Language) -> Self {
        let reason = need.reason.as_ref();
        let reason = reason.map(|reason| reason.get(language.tag()).to_owned());
        Self {
            words: words(&need.subject, language),
            reason: reason.unwrap_or_default(),
        }
    }
}

/// Everything that a plugin may do.
pub(super) fn of(plugin: &Installed, language: Language) -> Vec<May> {
    let manifest = &plugin.manifest;
    let imports = plugin.capabilities.iter().map(|capability| {
        let reason = manifest.reasons.get(capability);
        let reason = reason.map(|reason| reason.get(language.tag()).to_owned());
        May {
            words: may(*capability, language),
            reason: reason.unwrap_or_default(),
        }
    });
    let declared = declared(manifest);
    let declared = declared.iter().map(|need| May::of(need, language));
    imports.chain(declared).collect()
}

/// What a plugin may do by this.
fn words(subject: &Subject, language: Language) -> String {
    match subject {
        Subject::Capability(capability) => may(*capability, language),
        Subject::Events(filter) => sees(filter, language),
        Subject::UnknownCommands => language
            .of([
                "see and answer commands that no plugin has, in private chats",
                "melihat dan menjawab perintah yang tidak dimiliki plugin mana pun, di chat pribadi",
                "ver y responder comandos que no tiene ningún complemento, en chats privados",
            ])
            .to_owned(),
        Subject::Host(host) => language
            .of([
                "talk to {host} over the internet",
                "berhubungan dengan {host} lewat internet",
                "hablar con {host} por internet",
            ])
            .replace("{host}", host),
        Subject::Heavy => language
            .of([
                "compute for longer than other plugins",
                "menghitung lebih lama daripada plugin lain",
                "calcular durante más tiempo que otros complementos",
            ])
            .to_owned(),
        Subject::Script => language
            .of([
                "bring the interpreter of its language along, and use more memory than other plugins",
                "membawa penerjemah bahasanya sendiri, dan memakai memori lebih banyak daripada plugin lain",
                "traer consigo el intérprete de su lenguaje, y usar más memoria que otros complementos",
            ])
            .to_owned(),
    }
}

/// What an import lets a plugin do.
fn may(capability: Capability, language: Language) -> String {
    let [indonesian, spanish] = match capability {
        Capability::Kv => [
            "menyimpan datanya sendiri, terpisah untuk tiap bot",
            "guardar datos propios, aparte en cada bot",
        ],
        Capability::Chat => [
            "menjawab di chat tempatnya dipakai atau secara pribadi kepada yang bertanya, bereaksi, dan menunjukkan bahwa ia sedang bekerja",
            "responder en el chat en que se usa o en privado a quien pregunta, reaccionar, y mostrar que está trabajando",
        ],
        Capability::Commands => [
            "melihat perintah yang boleh dipakai pengirim, dan pengaturan plugin mana pun di sebuah grup",
            "ver qué comandos puede usar quien escribe, y lo que un grupo ha ajustado de cualquier complemento",
        ],
        Capability::Log => [
            "menulis ke catatannya sendiri",
            "escribir en su propio registro",
        ],
        Capability::Clock => ["melihat waktu", "ver la hora"],
        Capability::Media => [
            "membaca berkas dari pesan yang ditanganinya, dan mengirim berkas",
            "leer los archivos de los mensajes que atiende, y enviar archivos",
        ],
        Capability::Groups => [
            "melihat nama, deskripsi, dan anggota grup tempatnya dipakai",
            "ver el nombre, la descripción y la gente de los grupos en que se usa",
        ],
        Capability::GroupAdmin => [
            "menambah, mengeluarkan, mengangkat, dan menurunkan orang, menghapus pesan, dan mengubah grup, di tempat bot menjadi admin",
            "añadir, quitar, ascender y degradar a gente, borrar mensajes y cambiar el grupo, donde el bot es administrador",
        ],
        Capability::Settings => [
            "membaca dan mengubah pengaturannya sendiri",
            "leer y cambiar sus propios ajustes",
        ],
        Capability::Schedule => [
            "kembali ke sebuah chat di lain waktu",
            "volver a un chat más tarde",
        ],
        Capability::Http => [
            "berhubungan dengan server yang disebut dalam manifesnya",
            "hablar con los servidores que nombra su manifiesto",
        ],
        Capability::Random => ["memakai bilangan acak", "usar números al azar"],
        Capability::Users => [
            "melihat sejak kapan bot mengenal seseorang, seberapa banyak ia menulis, dan apakah ia diblokir",
            "ver desde cuándo el bot conoce a alguien, cuánto ha escrito, y si está bloqueado",
        ],
        Capability::Chats => [
            "melihat seberapa sering bot dipakai, mematikannya di sebuah grup, dan mengatur bahasa sebuah chat",
            "ver cuánto se usa el bot, apagarlo en un grupo, y poner el idioma de un chat",
        ],
        Capability::Turns => [
            "menahan sebuah kejadian dari plugin yang gilirannya belakangan",
            "no dejar pasar un suceso a los complementos a los que les toca después",
        ],
        Capability::BotAdmin => [
            "mengelola bot: awalan dan bahasanya, plugin dan pengaturannya, serta siapa yang diblokir dari perintahnya",
            "administrar el bot: sus prefijos y su idioma, sus complementos y los ajustes de estos, y a quién se bloquea",
        ],
        Capability::Hosting => [
            "menjadikan nomor orang bot, serta menghentikan, menjalankan, dan mengakhiri setiap bot host ini, bila dipakai bot utama",
            "hacer bots de los números de la gente, y detener, poner en marcha y terminar cualquier bot de este servidor, cuando lo usa \
             el bot principal",
        ],
    };
    let english = Permission::new(capability).to_string();
    language.of([english, indonesian.to_owned(), spanish.to_owned()])
}

/// What a filter lets a plugin see.
fn sees(filter: &EventFilter, language: Language) -> String {
    let narrowed = !filter.contains.is_empty() || filter.link || !filter.media.is_empty();
    let [english, indonesian, spanish] = match filter.event {
        EventKind::Message if narrowed => ["messages", "pesan", "mensajes"],
        EventKind::Message => ["all messages", "semua pesan", "todos los mensajes"],
        EventKind::MessageDelete => [
            "which messages are deleted",
            "pesan yang dihapus",
            "qué mensajes se borran",
        ],
        EventKind::MessageEdit => [
            "which messages are changed",
            "pesan yang diubah",
            "qué mensajes se editan",
        ],
        EventKind::Reaction => ["reactions", "reaksi", "reacciones"],
        EventKind::GroupAdd => [
            "who comes into a group",
            "siapa yang masuk grup",
            "quién llega a un grupo",
        ],
        EventKind::GroupRemove => [
            "who leaves a group",
            "siapa yang keluar dari grup",
            "quién se va de un grupo",
        ],
        EventKind::GroupChange => [
            "what changes in a group",
            "yang berubah di grup",
            "lo que cambia en un grupo",
        ],
        EventKind::PollVote => [
            "how people vote in its polls",
            "suara orang dalam jajak pendapatnya",
            "cómo vota la gente en sus encuestas",
        ],
        EventKind::Schedule => [
            "what it has scheduled itself",
            "yang dijadwalkannya sendiri",
            "lo que él mismo ha programado",
        ],
        EventKind::Hosting => [
            "what becomes of bots of this host",
            "yang terjadi pada bot host ini",
            "lo que pasa con los bots de este servidor",
        ],
    };
    let see = language.of(["see", "melihat", "ver"]);
    let mut words = format!("{see} {}", language.of([english, indonesian, spanish]));
    let mut more = |texts: [&str; 3]| {
        words.push(' ');
        words.push_str(language.of(texts));
    };
    match filter.chats.as_slice() {
        [ChatKind::Group] => more(["in groups", "di grup", "en grupos"]),
        [ChatKind::Private] => more(["in private chats", "di chat pribadi", "en chats privados"]),
        _ => {}
    }
    if filter.link {
        more(["with a link", "dengan tautan", "con un enlace"]);
    }
    if !filter.media.is_empty() {
        more([
            "with certain files",
            "dengan berkas tertentu",
            "con ciertos archivos",
        ]);
    }
    if !filter.contains.is_empty() {
        let parts: Vec<String> = filter
            .contains
            .iter()
            .map(|part| format!("“{part}”"))
            .collect();
        more(["that contain", "yang memuat", "que contienen"]);
        words.push_str(&format!(" {}", parts.join(", ")));
    }
    words
}

#[cfg(test)]
mod tests {
    use jadi_plugin_manifest::Manifest;

    use super::*;

    fn plugin(rest: &str, capabilities: Vec<Capability>) -> Installed {
        let json = format!(r#"{{"name":"guard","version":"1.0.0","languages":["en"],{rest}}}"#);
        Installed {
            manifest: Manifest::parse(json.as_bytes()).expect("a manifest"),
            capabilities,
            enabled: true,
            clashes_with: None,
        }
    }

    #[test]
    fn a_plugins_permissions_are_told_in_the_visitors_language() {
        let plugin = plugin(
            r#""events":[{"event":"message"},{"event":"message","chats":["group"],"link":true},{"event":"message"}],
            "reasons":{"chat":"to answer"},"http_hosts":["api.example.org"]"#,
            vec![Capability::Chat, Capability::Clock],
        );
        let words = |language| -> Vec<String> {
            let all = of(&plugin, language).into_iter();
            all.map(|may| may.words).collect()
        };
        let english = words(Language::English);
        assert_eq!(english[1], "see the time");
        assert_eq!(english[2], "see all messages");
        assert_eq!(english[3], "see messages in groups with a link");
        assert_eq!(english[4], "talk to api.example.org over the internet");
        assert_eq!(english.len(), 5, "none is told twice");
        assert_eq!(
            words(Language::Spanish)[3],
            "ver mensajes en grupos con un enlace"
        );
        assert_eq!(words(Language::Indonesian)[2], "melihat semua pesan");
        assert_eq!(of(&plugin, Language::Spanish)[0].reason, "to answer");
    }
}
