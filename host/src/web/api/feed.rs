//! What happens to a bot, told as it happens to programs that show its token.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use futures::stream::{self, Stream, StreamExt as _};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::error::RecvError;

use crate::bots::{Following, Turns};
use crate::model::{BotRecord, Jid};
use crate::web::connect::Problem;
use crate::web::live::HEARTBEAT;
use crate::web::shared::Shared;
use crate::webhooks;

/// Something that is told.
pub(super) enum Told {
    /// What happened.
    Event(webhooks::Told),
    /// Nothing has happened for a while.
    Alive,
}

/// One program that listens.
struct Listening {
    shared: Data<Shared>,
    jid: Option<Jid>,
    token: String,
    following: Following,
    turns: Turns,
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
        jid: bot.jid.clone(),
        token: token.to_owned(),
        following,
        turns: Turns::default(),
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
                    if let Some(told) = self.turns.turned(&status, self.jid.as_ref()) {
                        return Some(Told::Event(told));
                    }
                }
                heard = self.following.heard.recv() => match heard {
                    Ok(event) => if let Some(told) = webhooks::Told::received(self.jid.as_ref(), &event) {
                        return Some(Told::Event(told));
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
}

/// The same as server-sent events.
pub(in crate::web) fn events(
    shared: &Data<Shared>,
    bot: &BotRecord,
    token: &str,
) -> Result<HttpResponse, Problem> {
    let told = follow(shared, bot, token)?.map(|told| {
        let text = match told {
            Told::Event(told) => format!("event: {}\ndata: {}\n\n", told.event, told.data),
            Told::Alive => ": alive\n\n".to_owned(),
        };
        Ok::<_, std::convert::Infallible>(Bytes::from(text))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(Box::pin(told)))
}
