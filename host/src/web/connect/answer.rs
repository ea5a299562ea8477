//! What the API answers: `{status: true, data}` or `{status: false, message, code, details}`.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::bots::CreationError;
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::web::language::Language;
use crate::web::server::LARGEST_BODY;

/// A good answer.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Good<T> {
    /// Always true.
    status: bool,
    /// What was asked for.
    data: T,
}

/// An answer that is none.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Failure {
    /// Always false.
    status: bool,
    /// A sentence for people, with what to do next.
    message: String,
    /// A word for programs, such as `SLOTS_FULL`.
    code: &'static str,
    /// More, for programs; null when there is none.
    details: Value,
}

/// A good answer.
pub(in crate::web) fn data(data: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(Good { status: true, data })
}

/// The answer of the API to what it was asked.
pub(in crate::web) fn answer(asked: Result<impl Serialize, Problem>) -> HttpResponse {
    match asked {
        Ok(told) => data(told),
        Err(problem) => problem.answer(),
    }
}

/// Why the API, or the form, did not do what was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::web) struct Problem {
    /// The HTTP status.
    pub(super) status: StatusCode,
    /// A word for programs.
    pub(super) code: &'static str,
    /// A sentence for people, with what to do next.
    pub(super) message: String,
    /// The same in Indonesian and Spanish, where pages show it.
    pub(super) translated: Option<Box<[String; 2]>>,
    /// More, for programs; null when there is none.
    pub(super) details: Value,
}

impl Problem {
    /// A problem without details.
    pub(in crate::web) fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            translated: None,
            details: Value::Null,
        }
    }

    /// The same with another sentence.
    pub(super) fn saying(self, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            translated: None,
            ..self
        }
    }

    /// The same with more for programs.
    pub(in crate::web) fn with(self, details: Value) -> Self {
        Self { details, ..self }
    }

    /// The same in the other languages of pages.
    pub(in crate::web) fn also(
        self,
        indonesian: impl Into<String>,
        spanish: impl Into<String>,
    ) -> Self {
        Self {
            translated: Some(Box::new([indonesian.into(), spanish.into()])),
            ..self
        }
    }

    /// There is no attempt with this id, or not any more.
    pub(in crate::web) fn no_session() -> Self {
        let message = "There is no such request any more. Start a new one.";
        Self::new(StatusCode::NOT_FOUND, "SESSION_NOT_FOUND", message).also(
            "Permintaan ini sudah tidak ada. Mulai yang baru.",
            "Esta solicitud ya no existe. Empieza otra.",
        )
    }

    /// No bot can be called that.
    pub(in crate::web) fn no_name() -> Self {
        let message = |language: Language| language.texts().name_wrong;
        Self::new(
            StatusCode::BAD_REQUEST,
            "INVALID_NAME",
            message(Language::English),
        )
        .also(message(Language::Indonesian), message(Language::Spanish))
    }

    /// This server makes no bots.
    pub(in crate::web) fn no_hosting() -> Self {
        let message = "No new bots are taken here.";
        Self::new(StatusCode::FORBIDDEN, "CREATION_OFF", message).also(
            "Di sini tidak menerima bot baru.",
            "Aquí no se aceptan bots nuevos.",
        )
    }

    /// Who asks needs an invite code, and shows none.
    pub(in crate::web) fn no_invite() -> Self {
        let message = "New bots need an invite code here. Ask who runs this host for one.";
        Self::new(StatusCode::FORBIDDEN, "INVITE_CODE_REQUIRED", message).also(
            "Di sini bot baru perlu kode undangan. Minta kepada pengelola host ini.",
            "Aquí los bots nuevos necesitan un código de invitación. Pídeselo a quien lleva este servidor.",
        )
    }

    /// The invite code is another one than any, or used up.
    pub(in crate::web) fn wrong_invite() -> Self {
        let message =
            "This invite code is worth nothing, or used up. Check it, or ask for another.";
        Self::new(StatusCode::FORBIDDEN, "INVITE_CODE_INVALID", message).also(
            "Kode undangan ini tidak berlaku, atau sudah habis. Periksa lagi, atau minta yang lain.",
            "Este código de invitación no vale, o ya se gastó. Revísalo, o pide otro.",
        )
    }

    /// The body is not what the call wants.
    pub(in crate::web) fn body(error: &actix_web::Error) -> Self {
        if error.as_response_error().status_code() == StatusCode::PAYLOAD_TOO_LARGE {
            let most = LARGEST_BODY / 1024;
            let message = format!("The request's body has more than {most} KiB. Send less.");
            return Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message);
        }
        let message = format!("The request's body is not as it should be: {error}.");
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    /// What stands behind the address's question mark is not what the call wants.
    pub(in crate::web) fn query(error: &actix_web::Error) -> Self {
        let message = format!("The request's parameters are not as they should be: {error}.");
        Self::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
    }

    /// As many listen as may.
    pub(in crate::web) fn busy() -> Self {
        let message = "Too many programs and pages listen already. Try again later.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "TOO_MANY_LISTENERS",
            message,
        )
    }

    /// The bot could not be brought up on this host.
    pub(in crate::web) fn not_running() -> Self {
        let message =
            "The bot does not run at the moment. Start it, or ask the operator why it can't.";
        Self::new(StatusCode::CONFLICT, "BOT_NOT_CONNECTED", message)
    }

    /// Nobody says who asks, or with a token that is worth nothing.
    pub(in crate::web) fn unauthorized() -> Self {
        let message = "Send your bot's token in the header x-jadi-token. Its owner makes one on the bot's page.";
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message)
    }

    /// The token is of another bot.
    pub(in crate::web) fn forbidden() -> Self {
        let message = "This token is for another bot.";
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    }

    /// The HTTP status.
    pub(in crate::web) fn status(&self) -> StatusCode {
        self.status
    }

    /// A sentence for people.
    pub(in crate::web) fn message_in(&self, language: Language) -> &str {
        match self.translated.as_deref() {
            Some([indonesian, spanish]) => {
                language.of([self.message.as_str(), indonesian, spanish])
            }
            None => &self.message,
        }
    }

    /// The answer of the API.
    pub(in crate::web) fn answer(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if let Some(seconds) = self.details.get("retryAfter").and_then(Value::as_u64) {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        answer.json(Failure {
            status: false,
            message: self.message.clone(),
            code: self.code,
            details: self.details.clone(),
        })
    }
}

impl From<HostingRefusal> for Problem {
    fn from(refusal: HostingRefusal) -> Self {
        let (status, code) = match refusal.reason {
            RefusalReason::NotANumber => (StatusCode::BAD_REQUEST, "INVALID_PHONE_NUMBER"),
            RefusalReason::NotOnWhatsApp => {
                (StatusCode::UNPROCESSABLE_ENTITY, "INVALID_PHONE_NUMBER")
            }
            RefusalReason::Hosted | RefusalReason::OwnsOne => {
                (StatusCode::CONFLICT, "BOT_ALREADY_EXISTS")
            }
            RefusalReason::AskedAlready => (StatusCode::CONFLICT, "REQUEST_RUNNING"),
            RefusalReason::TooOften | RefusalReason::Busy => {
                (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED")
            }
            RefusalReason::Full => (StatusCode::CONFLICT, "SLOTS_FULL"),
            RefusalReason::Off => (StatusCode::FORBIDDEN, "CREATION_OFF"),
            RefusalReason::MethodMissing => (StatusCode::BAD_REQUEST, "INVALID_METHOD"),
            RefusalReason::SystemOwner => (StatusCode::CONFLICT, "BOT_ALREADY_EXISTS"),
            RefusalReason::IsBot
            | RefusalReason::Yours
            | RefusalReason::NotOffered
            | RefusalReason::NoSystemOwner
            | RefusalReason::Configured
            | RefusalReason::Last => (StatusCode::CONFLICT, "INVALID_REQUEST"),
        };
        let [english, indonesian, spanish] = sentences(refusal.reason);
        let details = match refusal.until {
            Some(until) => json!({"until": until}),
            None => Value::Null,
        };
        Self {
            details,
            ..Self::new(status, code, english).also(indonesian, spanish)
        }
    }
}

/// Why there is no bot and what to do, in English, Indonesian and Spanish.
fn sentences(reason: RefusalReason) -> [&'static str; 3] {
    match reason {
        RefusalReason::NotANumber => [
            "This is no phone number. Write it with its country code, such as +62 800 0000 0123.",
            "Ini bukan nomor telepon. Tulis dengan kode negara, misalnya +62 800 0000 0123.",
            "Esto no es un número de teléfono. Escríbelo con el código de país, como +62 800 0000 0123.",
        ],
        RefusalReason::NotOnWhatsApp => [
            "This number is not on WhatsApp. Check it, or register it on the phone first.",
            "Nomor ini tidak ada di WhatsApp. Periksa lagi, atau daftarkan dulu di ponselnya.",
            "Este número no está en WhatsApp. Revísalo, o regístralo antes en el teléfono.",
        ],
        RefusalReason::Hosted | RefusalReason::OwnsOne => [
            "This number is a bot here already.",
            "Nomor ini sudah menjadi bot di sini.",
            "Este número ya es un bot aquí.",
        ],
        RefusalReason::AskedAlready => [
            "A request for this number is running already. Finish it, or wait until it is over.",
            "Permintaan untuk nomor ini sedang berjalan. Selesaikan, atau tunggu sampai berakhir.",
            "Ya hay una solicitud en marcha para este número. Termínala, o espera a que acabe.",
        ],
        RefusalReason::TooOften => [
            "There were too many requests for this number. Try again later.",
            "Terlalu banyak permintaan untuk nomor ini. Coba lagi nanti.",
            "Hubo demasiadas solicitudes para este número. Inténtalo más tarde.",
        ],
        RefusalReason::Full => [
            "All places are taken. Try again another day.",
            "Semua tempat terisi. Coba lagi lain hari.",
            "Todos los lugares están ocupados. Inténtalo otro día.",
        ],
        RefusalReason::Off => [
            "No new bots are taken at the moment.",
            "Saat ini tidak menerima bot baru.",
            "Por ahora no se aceptan bots nuevos.",
        ],
        RefusalReason::SystemOwner => [
            "This number operates this host and can't be a bot on it. Use another number.",
            "Nomor ini mengoperasikan host ini dan tidak bisa menjadi bot di sini. Pakai nomor lain.",
            "Este número opera este servidor y no puede ser un bot en él. Usa otro número.",
        ],
        RefusalReason::Busy => [
            "Many numbers are being linked at this moment. Try again in a few minutes.",
            "Saat ini banyak nomor sedang ditautkan. Coba lagi beberapa menit lagi.",
            "En este momento se están vinculando muchos números. Inténtalo de nuevo en unos minutos.",
        ],
        RefusalReason::IsBot
        | RefusalReason::Yours
        | RefusalReason::NotOffered
        | RefusalReason::NoSystemOwner
        | RefusalReason::Configured
        | RefusalReason::Last => [
            "That is not possible.",
            "Itu tidak bisa dilakukan.",
            "Eso no es posible.",
        ],
        RefusalReason::MethodMissing => METHODS,
    }
}

/// How a number can be linked.
const METHODS: [&str; 3] = [
    "Choose how the number is linked: qr or pair.",
    "Pilih cara menautkan nomornya: qr atau pair.",
    "Elige cómo se vincula el número: qr o pair.",
];

impl From<CreationError> for Problem {
    fn from(error: CreationError) -> Self {
        tracing::warn!(%error, "a request for a bot could not be served");
        let message = "WhatsApp can't be reached at the moment. Try again in a minute.";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "CONNECTION_FAILED",
            message,
        )
        .also(
            "WhatsApp sedang tidak bisa dihubungi. Coba lagi satu menit lagi.",
            "Ahora no se llega a WhatsApp. Inténtalo de nuevo en un minuto.",
        )
    }
}
