//! The routes of WhatsApp's media servers: upload under `/mms/<kind>/<token>`, download under the direct path.
//!
//! As whatsapp-rust 0.7.0 (`src/upload.rs`, `wacore/src/download.rs`) and Baileys use them: the token is the hash of the
//! ciphertext in URL-safe base64; uploads show the `auth` of `<media_conn>`; `resume=1` asks how far an upload got and
//! `file_offset=N` goes on there; downloads need no `auth`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::json;

use super::blob::{BlobError, BlobStore, Progress, StoredBlob};
use super::problem::Problem;

/// The kinds that `wacore::download::MediaType::upload_path` names below `/mms/`.
const FOLDERS: [&str; 9] = [
    "image",
    "video",
    "audio",
    "document",
    "md-msg-hist",
    "md-app-state",
    "sticker-pack",
    "thumbnail-sticker-pack",
    "thumbnail-link",
];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/mms/{folder}/{token}", web::post().to(upload))
        .route("/v/{folder}/{token}", web::get().to(download));
}

#[derive(Deserialize)]
struct UploadQuery {
    auth: Option<String>,
    #[serde(default)]
    resume: u8,
    #[serde(default)]
    file_offset: usize,
}

async fn upload(
    store: web::Data<BlobStore>,
    path: web::Path<(String, String)>,
    query: web::Query<UploadQuery>,
    mut body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (folder, token) = path.into_inner();
    if !query
        .auth
        .as_deref()
        .is_some_and(|auth| store.accepts(auth))
    {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "the auth is missing or no longer valid; ask the server for a new <media_conn>",
        ));
    }
    if !FOLDERS.contains(&folder.as_str()) {
        return Err(Problem::not_found(format!("there is no folder {folder}")));
    }
    if query.resume == 1 {
        return Ok(match store.progress(&folder, &token)? {
            Progress::Complete(blob) => HttpResponse::Ok().json(located(&blob, Some("complete"))),
            Progress::Partial(bytes) => {
                HttpResponse::Ok().json(json!({ "resume": bytes.to_string() }))
            }
            Progress::Nothing => HttpResponse::Ok().json(json!({ "resume": "0" })),
        });
    }
    let mut upload = store.begin(&folder, &token, query.file_offset)?;
    while let Some(piece) = body.next().await {
        let piece = piece
            .map_err(|error| Problem::bad_request(format!("the upload broke off: {error}")))?;
        upload.push(&piece)?;
    }
    Ok(HttpResponse::Ok().json(located(&upload.finish()?, None)))
}

async fn download(
    store: web::Data<BlobStore>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let sealed = store
        .fetch(request.path())
        .ok_or_else(|| Problem::not_found("there is no such file, or it is gone"))?;
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .body(sealed))
}

/// The answer to an upload. The host name is the one under which real clients know the media servers; they replace it.
fn located(blob: &StoredBlob, resume: Option<&str>) -> serde_json::Value {
    let mut answer = json!({
        "url": format!("https://mmg.whatsapp.net{}", blob.direct_path),
        "direct_path": blob.direct_path,
    });
    if let Some(resume) = resume {
        answer["resume"] = resume.into();
    }
    answer
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        let status = match error {
            BlobError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            BlobError::BadToken | BlobError::HashMismatch => StatusCode::BAD_REQUEST,
            BlobError::WrongOffset { .. } => StatusCode::CONFLICT,
        };
        Self::new(status, error.to_string())
    }
}
