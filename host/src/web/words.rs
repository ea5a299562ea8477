//! What pages say, in each language. A text that is missing in one does not compile.

use super::language::Language;
use crate::bots::{BotState, BotStatus, Pairing};
use crate::model::{Budget, Cause};

/// Declares the texts of pages: each in English, Indonesian and Spanish.
macro_rules! texts {
    ($($name:ident: $english:literal, $indonesian:literal, $spanish:literal;)*) => {
        /// The texts of pages in one language. `{…}` stand for values.
        pub(super) struct Texts {
            $(pub(super) $name: &'static str,)*
        }

        const ENGLISH: Texts = Texts { $($name: $english,)* };
        const INDONESIAN: Texts = Texts { $($name: $indonesian,)* };
        const SPANISH: Texts = Texts { $($name: $spanish,)* };

        /// All texts, for tests.
        #[cfg(test)]
        const ALL: &[[&str; 3]] = &[$([$english, $indonesian, $spanish],)*];
    };
}

texts! {
    about: "Jadi hosts WhatsApp bots for many people on one server.",
        "Jadi menampung bot WhatsApp untuk banyak orang di satu server.",
        "Jadi aloja bots de WhatsApp para mucha gente en un solo servidor.";
    sign_in_title: "Sign in to your bot's page",
        "Masuk ke halaman botmu",
        "Entra en la página de tu bot";
    sign_in_once: "This link works once, on this device.",
        "Tautan ini hanya berlaku sekali, di perangkat ini.",
        "Este enlace vale una sola vez, en este dispositivo.";
    sign_in: "Sign in", "Masuk", "Entrar";
    link_over_title: "This link is over", "Tautan ini sudah tidak berlaku", "Este enlace ya no vale";
    link_over: "It was used already, or is older than ten minutes. Write !token to the main bot in WhatsApp for a new one.",
        "Tautan sudah dipakai, atau sudah lebih dari sepuluh menit. Kirim !token ke bot utama di WhatsApp untuk yang baru.",
        "Ya se usó, o tiene más de diez minutos. Escribe !token al bot principal en WhatsApp para tener otro.";
    signed_out_title: "You are not signed in", "Kamu belum masuk", "No has entrado";
    signed_out: "Write !token to the main bot in WhatsApp, in a private chat, and open the link that it sends you.",
        "Kirim !token ke bot utama di WhatsApp, di chat pribadi, lalu buka tautan yang dikirimnya.",
        "Escribe !token al bot principal en WhatsApp, en un chat privado, y abre el enlace que te manda.";
    sign_out: "Sign out", "Keluar dari halaman ini", "Salir";
    form_stale_title: "This form is too old", "Formulir ini sudah usang", "Este formulario es viejo";
    form_stale: "Nothing was changed. Open the page again and send it from there.",
        "Tidak ada yang diubah. Buka lagi halamannya dan kirim dari sana.",
        "No se ha cambiado nada. Vuelve a abrir la página y envíalo desde allí.";
    too_many_title: "Not so fast", "Pelan-pelan", "Más despacio";
    too_many: "There were too many requests from your address. Try again in a minute.",
        "Terlalu banyak permintaan dari alamatmu. Coba lagi satu menit lagi.",
        "Hubo demasiadas solicitudes desde tu dirección. Inténtalo de nuevo en un minuto.";
    trouble_title: "That did not work", "Gagal", "No ha funcionado";
    trouble: "The host can't read its data at the moment. Try again later.",
        "Host sedang tidak bisa membaca datanya. Coba lagi nanti.",
        "El servidor no puede leer sus datos en este momento. Inténtalo más tarde.";
    lost: "This page has lost its connection to Jadi and tries again.",
        "Halaman ini kehilangan sambungan ke Jadi dan mencoba lagi.",
        "Esta página ha perdido la conexión con Jadi y vuelve a intentarlo.";
}

impl Language {
    /// The texts of pages.
    pub(super) fn texts(self) -> &'static Texts {
        self.of([&ENGLISH, &INDONESIAN, &SPANISH])
    }
}

/// A state for a person.
pub(super) fn title(state: &BotState, language: Language) -> &'static str {
    let [indonesian, spanish] = match state {
        BotState::Requested => ["Sedang disiapkan", "Preparándose"],
        BotState::Pairing(_) => ["Menunggu ditautkan", "Esperando a que lo vincules"],
        BotState::Connecting => ["Menyambung", "Conectando"],
        BotState::Open => ["Aktif", "Activo"],
        BotState::Reconnecting => ["Menyambung lagi", "Reconectando"],
        BotState::Stopped => ["Dihentikan", "Detenido"],
        BotState::LoggedOut => ["Dikeluarkan", "Desvinculado"],
        BotState::Failed => ["Butuh bantuanmu", "Necesita tu ayuda"],
    };
    language.of([state.title(), indonesian, spanish])
}

/// Why a bot is not open, one sentence.
pub(super) fn cause(cause: &Cause, language: Language) -> String {
    let [indonesian, spanish] = match cause {
        Cause::Network => [
            "WhatsApp tidak bisa dihubungi, atau sambungannya terputus.",
            "No se llega a WhatsApp, o se cortó la conexión.",
        ],
        Cause::Server { .. } => [
            "WhatsApp menutup sambungan (kode {code}).",
            "WhatsApp cerró la conexión (código {code}).",
        ],
        Cause::StreamReplaced => [
            "Perangkat yang sama tersambung dari program lain.",
            "El mismo dispositivo se conectó desde otro programa.",
        ],
        Cause::LoggedOut => [
            "Perangkatnya dihapus di ponsel.",
            "El dispositivo se quitó en el teléfono.",
        ],
        Cause::TemporaryBan { .. } => [
            "WhatsApp memblokir akun ini untuk sementara.",
            "WhatsApp ha suspendido esta cuenta por un tiempo.",
        ],
        Cause::ClientOutdated => [
            "WhatsApp tidak lagi menerima versi ini.",
            "WhatsApp ya no acepta esta versión.",
        ],
        Cause::PairingExpired => [
            "Perangkat tidak ditautkan tepat waktu.",
            "Nadie vinculó el dispositivo a tiempo.",
        ],
        Cause::WrongNumber => [
            "Yang ditautkan bukan nomor yang ditunggu.",
            "Se vinculó otro número que el esperado.",
        ],
        Cause::WrongKey => [
            "Sesinya tidak bisa dibuka dengan kunci utama host ini.",
            "La sesión no se abre con la clave maestra de este servidor.",
        ],
        Cause::Store => [
            "Berkas sesinya tidak bisa dibaca atau ditulis.",
            "El archivo de la sesión no se puede leer o escribir.",
        ],
        Cause::Stopped => ["Bot dihentikan.", "Se detuvo."],
        Cause::OverBudget { of, .. } => match of {
            Budget::Cpu => [
                "Bot memakai prosesor lebih dari jatahnya, dan dijeda.",
                "Ha ocupado el procesador más de lo que puede un bot, y está en pausa.",
            ],
            Budget::Memory => [
                "Bot memakai memori lebih dari jatahnya, dan dijeda.",
                "Ocupa más memoria de la que puede un bot, y está en pausa.",
            ],
            Budget::Storage => [
                "Bot memakai penyimpanan lebih dari jatahnya, dan dijeda.",
                "Ocupa más disco del que puede un bot, y está en pausa.",
            ],
        },
    };
    let translated = |text: &str| match cause {
        Cause::Server { code } => text.replace("{code}", &code.to_string()),
        _ => text.to_owned(),
    };
    language.of([
        cause.sentence(),
        translated(indonesian),
        translated(spanish),
    ])
}

/// What a person can do next, one sentence.
pub(super) fn next_step(status: &BotStatus, language: Language) -> &'static str {
    use BotState::{Connecting, Failed, LoggedOut, Open, Reconnecting, Requested, Stopped};
    let [indonesian, spanish] = match (&status.state, &status.cause) {
        (Requested, None) => [
            "Tunggu sebentar: sesinya sedang disiapkan.",
            "Espera un momento: se prepara la sesión.",
        ],
        (Requested | Reconnecting, Some(Cause::TemporaryBan { .. })) => [
            "Tunggu sampai blokirnya selesai; bot menyambung lagi sendiri. Pakai WhatsApp di ponsel seperti biasa.",
            "Espera a que termine la suspensión; se vuelve a conectar solo. Usa WhatsApp en el teléfono como siempre.",
        ],
        (Requested | Reconnecting, Some(Cause::OverBudget { .. })) => [
            "Bot berjalan lagi sendiri setelah jeda; jalankan untuk meneruskannya sekarang.",
            "Sigue solo después de la pausa; ponlo en marcha para seguir ya.",
        ],
        (Requested, Some(Cause::PairingExpired)) => [
            "Tunggu sebentar: kode baru sedang dibuat.",
            "Espera un momento: se hace un código nuevo.",
        ],
        (Requested | Connecting | Reconnecting, Some(Cause::Store)) => [
            "Bot mencoba lagi sendiri. Kalau tetap begini, beri tahu operator: mungkin disknya penuh.",
            "Lo vuelve a intentar solo. Si sigue así, avisa al operador: puede que el disco esté lleno.",
        ],
        (Requested | Connecting | Reconnecting, Some(_)) => [
            "Bot mencoba lagi sendiri. Kalau tetap begini, periksa apakah mesin ini bisa menghubungi web.whatsapp.com.",
            "Lo vuelve a intentar solo. Si sigue así, comprueba que esta máquina llega a web.whatsapp.com.",
        ],
        (BotState::Pairing(Pairing::Qr { .. }), _) => [
            "Di ponsel: WhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat, lalu pindai kodenya.",
            "En el teléfono: WhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo, y escanea el código.",
        ],
        (BotState::Pairing(Pairing::Code { .. }), _) => [
            "Di ponsel: WhatsApp, Setelan, Perangkat tertaut, Tautkan perangkat, Tautkan dengan nomor telepon, lalu ketik kodenya.",
            "En el teléfono: WhatsApp, Ajustes, Dispositivos vinculados, Vincular un dispositivo, Vincular con número de teléfono, y \
             escribe el código.",
        ],
        (BotState::Pairing(Pairing::Passkey), _) => [
            "WhatsApp meminta kunci sandi: konfirmasi di ponsel.",
            "WhatsApp pide una llave de acceso: confírmala en el teléfono.",
        ],
        (Connecting | Reconnecting, None) => [
            "Tunggu sebentar: sedang menyambung.",
            "Espera un momento: se está conectando.",
        ],
        (Open, _) => [
            "Kirim !menu ke sana di WhatsApp.",
            "Escríbele !menu en WhatsApp.",
        ],
        (Stopped, Some(Cause::StreamReplaced)) => [
            "Akhiri program lain yang memakai sesi ini, lalu jalankan lagi.",
            "Cierra el otro programa que usa esta sesión y ponlo en marcha de nuevo.",
        ],
        (Stopped, _) => [
            "Jalankan lagi kapan saja kamu mau.",
            "Ponlo en marcha cuando quieras.",
        ],
        (LoggedOut, _) => [
            "Tautkan lagi: perlu kode baru.",
            "Vincúlalo de nuevo: hace falta otro código.",
        ],
        (Failed, Some(Cause::PairingExpired)) => ["Minta kode baru.", "Pide un código nuevo."],
        (Failed, Some(Cause::ClientOutdated)) => [
            "Perbarui Jadi, atau atur whatsapp_version dalam konfigurasinya.",
            "Actualiza Jadi, o pon whatsapp_version en su configuración.",
        ],
        (Failed, Some(Cause::WrongNumber)) => [
            "Tautkan ponsel dengan nomor yang benar.",
            "Vincula el teléfono con el número correcto.",
        ],
        (Failed, Some(Cause::WrongKey)) => [
            "Jalankan Jadi dengan kunci utama yang dipakai saat direktori data ini dibuat.",
            "Arranca Jadi con la clave maestra con la que se hizo este directorio de datos.",
        ],
        (Failed, _) => [
            "Lihat lognya, perbaiki, lalu jalankan lagi.",
            "Mira el registro, arréglalo y ponlo en marcha de nuevo.",
        ],
    };
    language.of([status.next_step(), indonesian, spanish])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The placeholders of a text.
    fn places(text: &str) -> Vec<&str> {
        let parts = text.split('{').skip(1);
        let mut places: Vec<_> = parts.filter_map(|rest| rest.split('}').next()).collect();
        places.sort_unstable();
        places
    }

    #[test]
    fn no_text_is_empty_and_all_languages_have_the_same_places() {
        for texts in ALL {
            assert!(texts.iter().all(|text| !text.is_empty()), "{texts:?}");
            assert_eq!(places(texts[0]), places(texts[1]), "{texts:?}");
            assert_eq!(places(texts[0]), places(texts[2]), "{texts:?}");
        }
    }

    #[test]
    fn a_status_is_told_in_the_visitors_language() {
        let status = BotStatus {
            state: BotState::Failed,
            cause: Some(Cause::Server { code: 503 }),
            ..BotStatus::requested(None, 0)
        };
        let told = |language| {
            let cause = cause(&Cause::Server { code: 503 }, language);
            (
                title(&status.state, language),
                cause,
                next_step(&status, language),
            )
        };
        assert_eq!(
            told(Language::English).1,
            Cause::Server { code: 503 }.sentence()
        );
        let (title, cause, next) = told(Language::Spanish);
        assert_eq!(title, "Necesita tu ayuda");
        assert_eq!(cause, "WhatsApp cerró la conexión (código 503).");
        assert!(next.starts_with("Mira el registro"), "{next}");
        assert!(told(Language::Indonesian).1.contains("kode 503"));
    }
}
