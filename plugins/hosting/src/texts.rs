//! What the plugin says, in each language.

use jadi_plugin_sdk::{Words, words};

pub const USAGE: Words = words! {
    en: "*How to get a bot*\n{prefix}jadibot <number> [--qr | --code]\nFor example: {prefix}jadibot 62 800 0000 0101 --code",
    id: "*Cara menjadi bot*\n{prefix}jadibot <nomor> [--qr | --code]\nContoh: {prefix}jadibot 62 800 0000 0101 --code",
    es: "*Cómo tener un bot*\n{prefix}jadibot <número> [--qr | --code]\nPor ejemplo: {prefix}jadibot 62 800 0000 0101 --code",
};
pub const NOT_A_NUMBER: Words = words! {
    en: "That is no phone number. Write it with its country code, such as +62 800 0000 0101.",
    id: "Itu bukan nomor telepon. Tulis dengan kode negara, misalnya +62 800 0000 0101.",
    es: "Eso no es un número de teléfono. Escríbelo con el código de país, como +62 800 0000 0101.",
};
pub const NOT_ON_WHATSAPP: Words = words! {
    en: "This number is not on WhatsApp.",
    id: "Nomor ini tidak terdaftar di WhatsApp.",
    es: "Este número no está en WhatsApp.",
};
pub const HOSTED: Words = words! {
    en: "This number is a bot already.",
    id: "Nomor ini sudah menjadi bot.",
    es: "Este número ya es un bot.",
};
pub const OWNS_ONE: Words = words! {
    en: "You have a bot already.",
    id: "Kamu sudah punya bot.",
    es: "Ya tienes un bot.",
};
pub const ASKED_ALREADY: Words = words! {
    en: "Your request is still running. It ends in {span}.",
    id: "Permintaanmu masih berjalan. Berakhir dalam {span}.",
    es: "Tu solicitud sigue en marcha. Termina en {span}.",
};
pub const TOO_OFTEN: Words = words! {
    en: "You have asked too often. Ask again in {span}.",
    id: "Kamu terlalu sering meminta. Coba lagi dalam {span}.",
    es: "Has preguntado demasiadas veces. Vuelve a intentarlo en {span}.",
};
pub const FULL: Words = words! {
    en: "All slots are taken. Try again later.",
    id: "Semua slot terisi. Coba lagi nanti.",
    es: "No queda ningún lugar. Inténtalo más tarde.",
};
pub const OFF: Words = words! {
    en: "No new bots are taken at the moment.",
    id: "Saat ini tidak menerima bot baru.",
    es: "Por ahora no se aceptan bots nuevos.",
};
pub const WHICH_METHOD: Words = words! {
    en: "*How do you want to link it?*\n{prefix}jadibot {number} --qr: scan a picture with that phone\n\
         {prefix}jadibot {number} --code: type a code on that phone",
    id: "*Mau ditautkan dengan cara apa?*\n{prefix}jadibot {number} --qr: pindai gambar dengan ponsel itu\n\
         {prefix}jadibot {number} --code: ketik kode di ponsel itu",
    es: "*¿Cómo quieres vincularlo?*\n{prefix}jadibot {number} --qr: escanear una imagen con ese teléfono\n\
         {prefix}jadibot {number} --code: escribir un código en ese teléfono",
};
pub const NOT_POSSIBLE: Words = words! {
    en: "That is not possible right now ({why}).",
    id: "Itu belum bisa dilakukan sekarang ({why}).",
    es: "Ahora mismo no es posible ({why}).",
};

pub const QR: Words = words! {
    en: "*Scan this with +{number}*\nWhatsApp, Settings, Linked devices, Link a device.\nGood for {span}; then a new one comes.",
    id: "*Pindai ini dengan +{number}*\nWhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat.\nBerlaku {span}; lalu ada yang baru.",
    es: "*Escanéalo con +{number}*\nWhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo.\nVale {span}; luego llega otro.",
};
pub const CODE: Words = words! {
    en: "*{code}*\nType this on the phone with +{number}: WhatsApp, Settings, Linked devices, Link a device, Link with phone number.\n\
         Good for {span}.",
    id: "*{code}*\nKetik ini di ponsel dengan +{number}: WhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat, Tautkan dengan \
         nomor telepon.\nBerlaku {span}.",
    es: "*{code}*\nEscríbelo en el teléfono con +{number}: WhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo, \
         Vincular con número de teléfono.\nVale {span}.",
};
pub const PASSKEY: Words = words! {
    en: "WhatsApp asks for a passkey: confirm it on the phone with +{number}.",
    id: "WhatsApp meminta kunci sandi: konfirmasi di ponsel dengan +{number}.",
    es: "WhatsApp pide una llave de acceso: confírmala en el teléfono con +{number}.",
};
pub const OPEN: Words = words! {
    en: "*+{number} is a bot now* ✅\nWrite {prefix}menu to it.",
    id: "*+{number} sekarang bot* ✅\nKirim {prefix}menu ke sana.",
    es: "*+{number} ya es un bot* ✅\nEscríbele {prefix}menu.",
};
pub const GREETING: Words = words! {
    en: "*I am your bot now*\nWrite {prefix}menu to see what I can do.",
    id: "*Sekarang aku botmu*\nKirim {prefix}menu untuk melihat yang bisa kulakukan.",
    es: "*Ya soy tu bot*\nEscribe {prefix}menu para ver lo que puedo hacer.",
};
pub const OPENED: Words = words! {
    en: "*New bot* +{number}",
    id: "*Bot baru* +{number}",
    es: "*Bot nuevo* +{number}",
};
pub const EXPIRED: Words = words! {
    en: "Nobody linked +{number} in time, and the request is deleted. Ask again when you are ready.",
    id: "+{number} tidak ditautkan tepat waktu, dan permintaannya dihapus. Minta lagi kalau sudah siap.",
    es: "Nadie vinculó +{number} a tiempo y la solicitud se ha borrado. Vuelve a pedirlo cuando quieras.",
};
pub const WRONG_NUMBER: Words = words! {
    en: "Another phone than that with +{number} was linked. It is logged out again, and the request is deleted.",
    id: "Yang ditautkan bukan ponsel dengan +{number}. Ponsel itu dikeluarkan lagi, dan permintaannya dihapus.",
    es: "Se vinculó otro teléfono que el de +{number}. Se ha desvinculado y la solicitud se ha borrado.",
};
pub const FAILED: Words = words! {
    en: "+{number} could not be made a bot: {why}. The request is deleted; ask again.",
    id: "+{number} tidak bisa dijadikan bot: {why}. Permintaannya dihapus; minta lagi.",
    es: "No se pudo hacer un bot de +{number}: {why}. La solicitud se ha borrado; vuelve a pedirlo.",
};
pub const LOGGED_OUT: Words = words! {
    en: "*+{number} is no bot any more*\nIt was removed on the phone. All its data is deleted.",
    id: "*+{number} bukan bot lagi*\nPerangkatnya dihapus di ponsel. Semua datanya sudah dihapus.",
    es: "*+{number} ya no es un bot*\nSe quitó en el teléfono. Todos sus datos se han borrado.",
};
pub const ENDED: Words = words! {
    en: "*+{number} is no bot any more*\nIt is logged out, and all its data is deleted.",
    id: "*+{number} bukan bot lagi*\nSudah dikeluarkan, dan semua datanya dihapus.",
    es: "*+{number} ya no es un bot*\nSe ha desvinculado y todos sus datos se han borrado.",
};
pub const REASON: Words = words! { en: "Reason", id: "Alasan", es: "Motivo" };

pub const NO_BOT: Words = words! {
    en: "You have no bot. {prefix}jadibot makes one.",
    id: "Kamu belum punya bot. {prefix}jadibot membuatnya.",
    es: "No tienes ningún bot. {prefix}jadibot crea uno.",
};
pub const NO_SUCH_BOT: Words = words! {
    en: "There is no such bot of yours.",
    id: "Kamu tidak punya bot seperti itu.",
    es: "No tienes un bot así.",
};
pub const SEVERAL: Words = words! {
    en: "You have several bots. Write the number behind the command.",
    id: "Kamu punya beberapa bot. Tulis nomornya di belakang perintah.",
    es: "Tienes varios bots. Escribe el número detrás del comando.",
};
pub const STOPPING: Words = words! {
    en: "*+{number} is stopped*\nIts session is kept. {prefix}startbot starts it again.",
    id: "*+{number} dihentikan*\nSesinya disimpan. {prefix}startbot menjalankannya lagi.",
    es: "*+{number} está detenido*\nSu sesión se conserva. {prefix}startbot lo pone en marcha.",
};
pub const STOPPED_ALREADY: Words = words! {
    en: "+{number} is stopped already.",
    id: "+{number} sudah dihentikan.",
    es: "+{number} ya está detenido.",
};
pub const STARTING: Words = words! {
    en: "*+{number} is starting*",
    id: "*+{number} sedang dijalankan*",
    es: "*+{number} se está poniendo en marcha*",
};
pub const RUNS_ALREADY: Words = words! {
    en: "+{number} is running already.",
    id: "+{number} sudah berjalan.",
    es: "+{number} ya está en marcha.",
};
pub const CONFIRM: Words = words! {
    en: "*This deletes +{number} as a bot, with all its data.*\nTo confirm, write within {span}: {prefix}logoutbot {code}",
    id: "*Ini menghapus +{number} sebagai bot, beserta semua datanya.*\nUntuk konfirmasi, kirim dalam {span}: {prefix}logoutbot {code}",
    es: "*Esto borra +{number} como bot, con todos sus datos.*\nPara confirmar, escribe en {span}: {prefix}logoutbot {code}",
};
pub const WRONG_CODE: Words = words! {
    en: "That code is wrong or too old. {prefix}logoutbot gives a new one.",
    id: "Kode itu salah atau sudah kedaluwarsa. {prefix}logoutbot memberi yang baru.",
    es: "Ese código es incorrecto o demasiado viejo. {prefix}logoutbot da uno nuevo.",
};
pub const ENDING: Words = words! {
    en: "+{number} is being logged out and deleted.",
    id: "+{number} sedang dikeluarkan dan dihapus.",
    es: "+{number} se está desvinculando y borrando.",
};
pub const TERMINATE_USAGE: Words = words! {
    en: "{prefix}terminate <number> [reason]",
    id: "{prefix}terminate <nomor> [alasan]",
    es: "{prefix}terminate <número> [motivo]",
};
pub const BOTS: Words = words! { en: "Bots", id: "Bot", es: "Bots" };
pub const NO_BOTS: Words = words! {
    en: "There are no bots on this page.",
    id: "Tidak ada bot di halaman ini.",
    es: "No hay bots en esta página.",
};
pub const MORE: Words = words! {
    en: "More: {prefix}listbot {page}",
    id: "Lanjut: {prefix}listbot {page}",
    es: "Más: {prefix}listbot {page}",
};
pub const SLOTS: Words = words! {
    en: "*Slots* {taken} of {slots} taken",
    id: "*Slot* {taken} dari {slots} terisi",
    es: "*Lugares* {taken} de {slots} ocupados",
};
pub const SLOTS_SET: Words = words! {
    en: "*Slots* {slots} from now on, {taken} taken",
    id: "*Slot* sekarang {slots}, {taken} terisi",
    es: "*Lugares* {slots} desde ahora, {taken} ocupados",
};
pub const SLOTS_MOST: Words = words! {
    en: "From 0 to 10000.",
    id: "Dari 0 sampai 10000.",
    es: "De 0 a 10000.",
};
pub const STATS: Words = words! { en: "Host", id: "Host", es: "Servidor" };
pub const UP: Words = words! { en: "Up for", id: "Aktif selama", es: "Activo desde hace" };
pub const RESTORING: Words = words! {
    en: "Still to be brought up",
    id: "Belum dijalankan",
    es: "Por poner en marcha",
};

/// All texts of this file.
#[cfg(test)]
pub const ALL: [Words; 41] = [
    USAGE,
    NOT_A_NUMBER,
    NOT_ON_WHATSAPP,
    HOSTED,
    OWNS_ONE,
    ASKED_ALREADY,
    TOO_OFTEN,
    FULL,
    OFF,
    WHICH_METHOD,
    NOT_POSSIBLE,
    QR,
    CODE,
    PASSKEY,
    OPEN,
    GREETING,
    OPENED,
    EXPIRED,
    WRONG_NUMBER,
    FAILED,
    LOGGED_OUT,
    ENDED,
    REASON,
    NO_BOT,
    NO_SUCH_BOT,
    SEVERAL,
    STOPPING,
    STOPPED_ALREADY,
    STARTING,
    RUNS_ALREADY,
    CONFIRM,
    WRONG_CODE,
    ENDING,
    TERMINATE_USAGE,
    BOTS,
    NO_BOTS,
    MORE,
    SLOTS,
    SLOTS_SET,
    SLOTS_MOST,
    STATS,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_missing() {
        for language in ["en", "id", "es"] {
            for words in ALL.iter().chain(&[UP, RESTORING]) {
                assert!(words.has(language), "{words:?} in {language}");
            }
        }
    }

    /// The placeholders of a text.
    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<_> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next())
            .collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    #[test]
    fn all_languages_fill_in_the_same() {
        for words in ALL {
            let english = places(words.in_language("en"));
            for language in ["id", "es"] {
                assert_eq!(places(words.in_language(language)), english, "{words:?}");
            }
        }
    }
}
