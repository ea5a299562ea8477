//! Control API: chats, and the messages in them.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::phones::from_base64;
use super::place::{AtChat, AtMessage, AtPhone};
use super::problem::Problem;
use super::view::{MessageView, Viewer};
use crate::{Body, ChatSummary, MediaFile, MediaKind, MessageKey, Outgoing, Simulator};

type Sim = web::Data<Simulator>;

/// How many messages are given when nobody says.
const PAGE: usize = 500;

/// What a browser may show inside the page. Everything else is handed out as a file to save, whatever its sender said.
const SHOWN: [&str; 9] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "audio/mpeg",
    "audio/mp4",
    "audio/ogg",
    "audio/ogg; codecs=opus",
];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    const MESSAGE: &str = "/phones/{phone}/chats/{chat}/messages/{sender}/{id}";
    config
        .route("/phones/{phone}/chats", web::get().to(list))
        .route("/phones/{phone}/chats/{chat}/read", web::post().to(read))
        .route(
            "/phones/{phone}/chats/{chat}/typing",
            web::post().to(typing),
        )
        .route(
            "/phones/{phone}/chats/{chat}/messages",
            web::get().to(messages),
        )
        .route(
            "/phones/{phone}/chats/{chat}/messages",
            web::post().to(send),
        )
        .route(&format!("{MESSAGE}/media"), web::get().to(media))
        .route(&format!("{MESSAGE}/reaction"), web::post().to(react))
        .route(&format!("{MESSAGE}/vote"), web::post().to(vote))
        .route(&format!("{MESSAGE}/edit"), web::post().to(edit))
        .route(&format!("{MESSAGE}/delete"), web::post().to(delete));
}

async fn list(AtPhone(phone): AtPhone) -> web::Json<Vec<ChatSummary>> {
    web::Json(phone.chats())
}

#[derive(Deserialize)]
struct Page {
    limit: Option<usize>,
}

async fn messages(
    sim: Sim,
    AtChat { phone, chat }: AtChat,
    page: web::Query<Page>,
) -> web::Json<Vec<MessageView>> {
    let mut messages = phone.messages(&chat);
    let limit = page.limit.unwrap_or(PAGE);
    messages.drain(..messages.len().saturating_sub(limit));
    let mut viewer = Viewer::new(&sim, &phone);
    let views = messages.into_iter().map(|message| viewer.view(message));
    web::Json(views.collect())
}

#[derive(Deserialize)]
struct NewMessage {
    text: Option<String>,
    media: Option<NewMedia>,
    quote: Option<Quote>,
    #[serde(default)]
    mentions: Vec<String>,
    #[serde(default)]
    view_once: bool,
}

#[derive(Deserialize)]
struct NewMedia {
    kind: MediaKind,
    #[serde(default)]
    name: String,
    mime: String,
    base64: String,
}

#[derive(Deserialize)]
struct Quote {
    sender: String,
    id: String,
}

async fn send(
    AtChat { phone, chat }: AtChat,
    body: web::Json<NewMessage>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let media = match body.media {
        None => None,
        Some(media) => Some(MediaFile {
            kind: media.kind,
            name: media.name,
            mime: media.mime,
            bytes: from_base64(&media.base64)?,
        }),
    };
    let outgoing = Outgoing {
        text: body.text.filter(|text| !text.is_empty()),
        media,
        quote: body.quote.map(|quote| MessageKey {
            chat: chat.clone(),
            sender: quote.sender,
            id: quote.id,
        }),
        mentions: body.mentions,
        view_once: body.view_once,
    };
    let key = phone.send(&chat, outgoing).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(key))
}

async fn read(AtChat { phone, chat }: AtChat) -> Result<HttpResponse, Problem> {
    phone.mark_read(&chat).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
struct Typing {
    typing: bool,
}

async fn typing(AtChat { phone, chat }: AtChat, body: web::Json<Typing>) -> HttpResponse {
    phone.set_typing(&chat, body.typing);
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Reaction {
    emoji: String,
}

async fn react(
    AtMessage { phone, key }: AtMessage,
    body: web::Json<Reaction>,
) -> Result<HttpResponse, Problem> {
    phone.react(&key, &body.emoji).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
struct Vote {
    chosen: Vec<String>,
}

async fn vote(
    AtMessage { phone, key }: AtMessage,
    body: web::Json<Vote>,
) -> Result<HttpResponse, Problem> {
    phone.vote(&key, &body.chosen).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
struct NewText {
    text: String,
}

async fn edit(
    AtMessage { phone, key }: AtMessage,
    body: web::Json<NewText>,
) -> Result<HttpResponse, Problem> {
    phone.edit(&key, &body.text).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn delete(AtMessage { phone, key }: AtMessage) -> Result<HttpResponse, Problem> {
    phone.revoke(&key).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn media(AtMessage { phone, key }: AtMessage) -> Result<HttpResponse, Problem> {
    let message = phone
        .messages(&key.chat)
        .into_iter()
        .find(|message| message.key == key && message.deleted.is_none());
    let Some(Body::Media { mime, bytes, .. }) = message.map(|message| message.body) else {
        return Err(Problem::not_found("this message carries no file"));
    };
    let shown = SHOWN.iter().find(|known| known.eq_ignore_ascii_case(&mime));
    let mut response = HttpResponse::Ok();
    response.insert_header((
        header::CONTENT_SECURITY_POLICY,
        "sandbox; default-src 'none'",
    ));
    match shown {
        Some(mime) => response.content_type(*mime),
        None => response
            .content_type("application/octet-stream")
            .insert_header((header::CONTENT_DISPOSITION, "attachment")),
    };
    Ok(response.body(bytes.to_vec()))
}
