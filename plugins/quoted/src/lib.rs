//! Shows again what an answered message answers, or that message itself: text and file, for who can't see it any more.

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "quoted",
    languages("en", "id", "es"),
    summary(
        en = "Shows an answered message again",
        id = "Menampilkan lagi pesan yang dibalas",
        es = "Muestra de nuevo un mensaje respondido"
    ),
    reason(
        capability = "media",
        en = "To send its file again",
        id = "Untuk mengirim lagi berkasnya",
        es = "Para volver a enviar su archivo"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::{Answer, MediaKind, Message, Reply};

    jadi_plugin_sdk::texts! {
        languages: en, id, es;
        NOTHING {
            en: "Answer a message with this command, and I show it again.",
            id: "Balas sebuah pesan dengan perintah ini, dan akan kutampilkan lagi.",
            es: "Responde a un mensaje con este comando y lo muestro de nuevo.",
        }
    }

    #[command(
        name = "quoted",
        aliases("q"),
        category = "tools",
        summary(
            en = "Shows the message that the answered one answers, or itself",
            id = "Menampilkan pesan yang dibalas oleh pesan itu, atau pesan itu sendiri",
            es = "Muestra el mensaje al que responde el respondido, o él mismo"
        )
    )]
    fn quoted(message: &Message) -> Answer {
        let Some(answered) = message.quoted() else {
            return Answer::none().send(NOTHING.in_language(&message.language()));
        };
        let shown = answered.quoted().unwrap_or(answered);
        let (author, said) = (shown.author(), shown.text());
        let who = format!("@{}", author.split('@').next().unwrap_or(&author));
        let told = Reply::text(format!("{who}: {said}").trim_end().to_owned()).mention(author);
        match shown.media().map(|file| file.kind) {
            None => Answer::none().send(told),
            // These have no caption.
            Some(MediaKind::Sticker | MediaKind::Audio) => Answer::none()
                .send(told)
                .send(Reply::text("").with_file_of(shown)),
            Some(_) => Answer::none().send(told.with_file_of(shown)),
        }
    }
}
