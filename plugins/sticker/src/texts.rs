//! What the plugin says.

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    /// There is nothing to make a sticker of.
    WHAT {
        en: "Of what? Send a picture or a short video with {command} as its caption, or answer one with it.",
        id: "Dari apa? Kirim gambar atau video pendek dengan keterangan {command}, atau balas dengan perintah itu.",
        es: "¿De qué? Envía una imagen o un vídeo corto con {command} como texto, o responde a uno con ese comando.",
    }
    /// The file is neither picture nor video, or of a kind that is not known here.
    NO_PICTURE {
        en: "I can't make a sticker of this file. JPEG, PNG and WebP pictures work, and videos as WhatsApp's camera makes them.",
        id: "Berkas ini tidak bisa kujadikan stiker. Yang bisa: gambar JPEG, PNG, dan WebP, serta video dari kamera WhatsApp.",
        es: "De este archivo no puedo hacer un sticker. Sirven imágenes JPEG, PNG y WebP, y vídeos como los de la cámara de WhatsApp.",
    }
    /// It can't be read to its end.
    DAMAGED {
        en: "This file is damaged: I can't read it.",
        id: "Berkas ini rusak: tidak bisa kubaca.",
        es: "Este archivo está dañado: no puedo leerlo.",
    }
    /// It is more than an event has room for.
    TOO_LARGE {
        en: "This file is too large for me. Send it in WhatsApp's standard quality, not in HD or as a document.",
        id: "Berkas ini terlalu besar untukku. Kirim dengan kualitas standar WhatsApp, bukan HD atau sebagai dokumen.",
        es: "Este archivo es demasiado grande para mí. Envíalo en la calidad estándar de WhatsApp, no en HD ni como documento.",
    }
    /// WhatsApp keeps it no more.
    GONE {
        en: "WhatsApp does not keep this file any more: send it again.",
        id: "WhatsApp sudah tidak menyimpan berkas ini: kirim lagi.",
        es: "WhatsApp ya no guarda este archivo: envíalo de nuevo.",
    }
}
