//! Posts again, to be seen by all and for longer, what was sent to a group to be seen once, where its admins want that.

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "viewonce",
    languages("en", "id", "es"),
    summary(
        en = "Posts again what was sent to be seen once",
        id = "Memunculkan lagi yang dikirim sekali lihat",
        es = "Vuelve a publicar lo enviado para verse una vez"
    ),
    setting(
        name = "viewonce",
        scope = "group",
        kind = "toggle",
        summary(
            en = "Posts again what is to be seen once",
            id = "Memunculkan lagi yang sekali lihat",
            es = "Vuelve a publicar lo que es de una sola vista"
        )
    ),
    reason(
        capability = "media",
        en = "To send the picture or sound on",
        id = "Untuk meneruskan gambar atau suara",
        es = "Para reenviar la imagen o el sonido"
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
    use jadi_plugin_sdk::{Answer, MediaKind, Message, Reply, Result, settings, switch};

    #[command(
        name = "viewonce",
        place = "group",
        category = "group",
        role = "group-admin",
        usage(en = "[on | off]", id = "[on | off]", es = "[on | off]"),
        summary(
            en = "Posts again what is to be seen once, on or off",
            id = "Memunculkan lagi yang sekali lihat, nyala atau mati",
            es = "Vuelve a publicar lo de una sola vista, activado o no"
        )
    )]
    fn viewonce(message: &Message, to: Option<bool>) -> Result<String> {
        switch::here(message, "viewonce", to)
    }

    #[on_message(chats("group"), media("image", "video", "audio"))]
    fn sent(message: &Message) -> Result<Answer> {
        let Some(file) = message.media().filter(|_| message.view_once()) else {
            return Ok(Answer::none());
        };
        if !settings::is_on("viewonce")? {
            return Ok(Answer::none());
        }
        let sender = message.sender().jid;
        let who = format!("@{}", sender.split('@').next().unwrap_or(&sender));
        let told = Reply::text(
            format!("👁️ {who}: {}", message.text())
                .trim_end()
                .to_owned(),
        );
        let told = told.mention(sender);
        Ok(match file.kind {
            // A sound has no caption.
            MediaKind::Audio => Answer::none()
                .send(told)
                .send(Reply::text("").with_file_of_message()),
            _ => Answer::none().send(told.with_file_of_message()),
        })
    }
}
