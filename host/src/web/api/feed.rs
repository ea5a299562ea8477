//! What happens to a bot, told as it happens to programs that show its token.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use futures::stream::{self, Stream, StreamExt as _};
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::RecvError;

use crate::bots::{BotState, BotStatus, Following};
use crate::model::{BotRecord, Cause, Event, EventKind, Jid};
use crate::web::connect::Problem;
use crate::web::live::HEARTBEAT;
use crate::web::shared::Shared;

/// Something that is told.
pub(super) enum Told {
    /// What happened.
    Event {
        /// `bot_connected`, `bot_disconnected` or `message_received`.
        name: &'static str,
        /// More of it.
        data: Value,
    },
    /// Nothing has happened for a while.
    Alive,
}

/// One program that listens.
struct Listening {
    shared: Data<Shared>,
    jid: Option<String>,
    token: String,
    following: Following,
    /// What was told of the connection last.
    was_open: Option<bool>,
    _permit: OwnedSemaphorePermit,
}

/// What happens to a bot from now on, its state first. It ends with the host, the bot and the token.
pub(super) fn follow(
    shared: &Data<Shared>,
    bot: &BotRecord,
    token: &str,
) -> Result<impl Stream<Item = Told> + use<>, Problem> {
    let permit = shared.listeners.clone().try_acquire_owned();
    let permit = permit.map_err(|_| Problem::busy())?;
    let owners = shared.parts.owners.as_ref();
    let following = owners.and_then(|parts| parts.manager.follow(bot.id));
    let mut following = following.ok_or_else(Problem::not_running)?;
    following.status.mark_changed();
    let listening = Listening {
        shared: shared.clone(),
        jid: bot.jid.as_ref().map(Jid::to_string),
        token: token.to_owned(),
        following,
        was_open: None,
        _permit: permit,
    };
    Ok(stream::unfold(listening, |mut listening| async move {
        let told = listening.next().await?;
        Some((told, listening))
    }))
}

impl Listening {
    async fn next(&mut self) -> Option<Told> {
        let ending = self.shared.ending.clone();
        loop {
            tokio::select! {
                () = ending.cancelled() => return None,
                changed = self.following.status.changed() => {
                    changed.ok()?;
                    let status = self.following.status.borrow_and_update().clone();
                    if let Some(told) = self.turned(&status) {
                        return Some(told);
                    }
                }
                heard = self.following.heard.recv() => match heard {
                    Ok(event) => if let Some(told) = self.received(&event) {
                        return Some(told);
                    },
                    // It is too slow, and goes on with what is new.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                },
                () = tokio::time::sleep(HEARTBEAT) => {
                    return self.is_still_good().await.then_some(Told::Alive);
                }
            }
        }
    }

    /// Whether the token is worth something still.
    async fn is_still_good(&self) -> bool {
        let Some(parts) = &self.shared.parts.owners else {
            return false;
        };
        matches!(parts.access.holder(&self.token).await, Ok(Some(_)))
    }

    /// What is told of a status, when the connection came or went.
    fn turned(&mut self, status: &BotStatus) -> Option<Told> {
        let open = status.state == BotState::Open;
        if self.was_open.replace(open) == Some(open) {
            return None;
        }
        let name = match open {
            true => "bot_connected",
            false => "bot_disconnected",
        };
        let data = json!({
            "jid": self.jid,
            "state": status.state.name(),
            "cause": status.cause.as_ref().map(Cause::name),
            "at": status.since,
        });
        Some(Told::Event { name, data })
    }

    fn received(&self, event: &Arc<Event>) -> Option<Told> {
        let EventKind::Message(message) = &event.kind else {
            return None;
        };
        let data = json!({
            "jid": self.jid,
            "chat": event.chat.jid.to_string(),
            "sender": event.sender.jid.to_string(),
            "id": event.key.id.to_string(),
            "text": message.text,
            "at": event.at,
        });
        let name = "message_received";
        Some(Told::Event { name, data })
    }
}

/// The same as server-sent events.
pub(in crate::web) fn events(
    shared: &Data<Shared>,
    bot: &BotRecord,
    token: &str,
) -> Result<HttpResponse, Problem> {
    let told = follow(shared, bot, token)?.map(|told| {
        let text = match told {
            Told::Event { name, data } => format!("event: {name}\ndata: {data}\n\n"),
            Told::Alive => ": alive\n\n".to_owned(),
        };
        Ok::<_, std::convert::Infallible>(Bytes::from(text))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(Box::pin(told)))
}
