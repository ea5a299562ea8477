//! Makes stickers: of pictures, and of the first picture of a video. A sticker that is answered gets another pack's name.
//!
//! All of it happens in the sandbox of one event, within its memory. It computes for longer than other plugins do, and says so
//! in its manifest.
//!
//! # Layout
//!
//! - `picture`, `video`: from a file to a square of pixels. `fit`: the square.
//! - `pack`: from the square to a sticker's file. `texts`: what the plugin says.

mod fit;
mod pack;
mod picture;
mod texts;
mod video;

use jadi_plugin_sdk as jadi;

/// The plugin itself: what stands here is its manifest.
#[jadi::plugin(
    name = "sticker",
    languages("en", "id", "es"),
    limits = "heavy",
    summary(
        en = "Makes stickers of pictures and videos",
        id = "Membuat stiker dari gambar dan video",
        es = "Hace stickers de imágenes y vídeos"
    ),
    setting(
        name = "pack",
        kind = "text",
        default = "Jadi",
        most = 60,
        summary(
            en = "The name of the pack that stickers belong to",
            id = "Nama paket stiker",
            es = "El nombre del paquete de los stickers"
        )
    ),
    reason(
        capability = "media",
        en = "To read the picture, and to send the sticker",
        id = "Untuk membaca gambar dan mengirim stiker",
        es = "Para leer la imagen y enviar el sticker"
    ),
    reason(
        capability = "settings",
        en = "To know the pack's name",
        id = "Untuk mengetahui nama paket",
        es = "Para saber el nombre del paquete"
    ),
    reason(
        capability = "chat",
        en = "To answer",
        id = "Untuk menjawab",
        es = "Para responder"
    )
)]
mod plugin {
    use jadi_plugin_sdk::media::File;
    use jadi_plugin_sdk::{Error, MediaKind, Message, Refused, Reply, Result, chat, settings};

    use crate::pack::{self, Pack};
    use crate::picture::{self, Flaw};
    use crate::{texts, video};

    /// The most characters of a pack's name and of its author.
    const NAME: usize = 60;

    #[command(
        name = "sticker",
        aliases("s", "stiker"),
        category = "tools",
        cooldown_seconds = 5,
        usage(
            en = "[pack] [| author]",
            id = "[paket] [| pembuat]",
            es = "[paquete] [| autor]"
        ),
        summary(
            en = "Makes a sticker of a picture or video: send one with this, or answer one",
            id = "Membuat stiker dari gambar atau video: kirim dengan ini, atau balas",
            es = "Hace un sticker de una imagen o un vídeo: envíalo con esto, o responde a uno"
        )
    )]
    fn sticker(message: &Message) -> Result<Reply> {
        let language = message.language();
        let quoted = message.quoted();
        let media = message.media();
        let from_quoted = media.is_none();
        let media = media.or_else(|| quoted.as_ref().and_then(|quoted| quoted.media()));
        let Some(media) = media else {
            let command = format!("{}sticker", message.prefix());
            let text = texts::WHAT.fill(&language, &[("command", &command)]);
            return Ok(Reply::text(text));
        };
        let is_video = match media.kind {
            MediaKind::Image | MediaKind::Sticker => false,
            MediaKind::Video => true,
            MediaKind::Document if media.mime.starts_with("image/") => false,
            MediaKind::Document if media.mime.starts_with("video/") => true,
            MediaKind::Document | MediaKind::Audio => {
                return Ok(Reply::text(texts::NO_PICTURE.in_language(&language)));
            }
        };
        chat::typing()?;
        let opened = match quoted.filter(|_| from_quoted) {
            Some(quoted) => File::of(&quoted),
            None => File::of_message(message),
        };
        let file = match opened {
            Ok(file) => file,
            Err(Error::Refused(Refused::Limit(_))) => {
                return Ok(Reply::text(texts::TOO_LARGE.in_language(&language)));
            }
            Err(Error::Refused(Refused::Invalid(_))) => {
                return Ok(Reply::text(texts::GONE.in_language(&language)));
            }
            Err(error) => return Err(error),
        };
        let pack = named(message)?;
        let made = match media.kind {
            // Others may move: what makes it a sticker stays as it is.
            MediaKind::Sticker => pack::renamed(file.reader(), &pack),
            _ if is_video => {
                video::square(file.reader()).map(|square| pack::sticker(&square, &pack))
            }
            _ => picture::square(file.reader()).map(|square| pack::sticker(&square, &pack)),
        };
        drop(file);
        let words = match made {
            Ok(sticker) => {
                let file = File::new(MediaKind::Sticker, "image/webp", None, &sticker)?;
                return Ok(Reply::file(file));
            }
            Err(Flaw::Unknown) => texts::NO_PICTURE,
            Err(Flaw::Damaged) => texts::DAMAGED,
            Err(Flaw::TooLarge) => texts::TOO_LARGE,
        };
        Ok(Reply::text(words.in_language(&language)))
    }

    /// The pack that was typed, `name | author`; what is missing is the bot's pack and whoever asks.
    fn named(message: &Message) -> Result<Pack> {
        let typed = message.args();
        let (name, author) = typed.split_once('|').unwrap_or((typed.as_str(), ""));
        let short = |text: &str| text.trim().chars().take(NAME).collect::<String>();
        let (mut name, mut author) = (short(name), short(author));
        if name.is_empty() {
            name = settings::text("pack")?;
        }
        if author.is_empty() {
            author = short(&message.sender().name);
        }
        Ok(Pack { name, author })
    }
}
