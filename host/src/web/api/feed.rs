//! What happens to a bot, told as it happens to programs that show its token.
//!
//! A program that does not take what it is told is dropped: it asks anew, and knows that it has missed something.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use futures::stream::{self, Stream, StreamExt as _};
use tokio::sync::watch;

use crate::bots::{Following, Turns};
use crate::clock::{Millis, millis};
use crate::model::{BotRecord, Jid};
use crate::web::connect::Problem;
use crate::web::listeners::{Listening as Place, Whose};
use crate::web::live::{self, HEARTBEAT};
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
    revoked: watch::Receiver<()>,
    /// When the token is looked at next, and a sign of life given.
    looks_at: Millis,
    _place: Place,
}

/// What happens to a bot from now on, its state first. It ends with the host, the bot and the token.
pub(super) fn follow(
    shared: &Data<Shared>,
    bot: &BotRecord,
    token: &str,
) -> Result<impl Stream<Item = Told> + use<>, Problem> {
    let place = shared.listeners.take(Whose::Bot(bot.id))?;
    let owners = shared.parts.owners.as_ref();
    let owners = owners.ok_or_else(Problem::not_running)?;
    let following = owners.manager.follow(bot.id);
    let mut following = following.ok_or_else(Problem::not_running)?;
    following.status.mark_changed();
    let listening = Listening {
        shared: shared.clone(),
        jid: bot.jid.clone(),
        token: token.to_owned(),
        following,
        turns: Turns::default(),
        revoked: owners.access.revocations(),
        looks_at: shared.parts.clock.now().saturating_add(millis(HEARTBEAT)),
        _place: place,
    };
    Ok(stream::unfold(listening, |mut listening| async move {
        let told = listening.next().await?;
        Some((told, listening))
    }))
}

impl Listening {
    async fn next(&mut self) -> Option<Told> {
        let (ending, clock) = (self.shared.ending.clone(), self.shared.parts.clock.clone());
        loop {
            // In this order, so that who shows a token that is revoked hears nothing more, however much there is to tell.
            tokio::select! {
                biased;
                () = ending.cancelled() => return None,
                changed = self.revoked.changed() => {
                    changed.ok()?;
                    self.is_still_good().await.then_some(())?;
                }
                () = clock.sleep_until(self.looks_at) => {
                    self.looks_at = clock.now().saturating_add(millis(HEARTBEAT));
                    return self.is_still_good().await.then_some(Told::Alive);
                }
                changed = self.following.status.changed() => {
                    changed.ok()?;
                    let status = self.following.status.borrow_and_update().clone();
                    if let Some(told) = self.turns.turned(&status, self.jid.as_ref()) {
                        return Some(Told::Event(told));
                    }
                }
                // It ends with the bot, and when the program is so slow that it has missed some.
                heard = self.following.heard.recv() => {
                    let told = webhooks::Told::received(self.jid.as_ref(), &*heard.ok()?);
                    if let Some(told) = told {
                        return Some(Told::Event(told));
                    }
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
        Bytes::from(match told {
            Told::Event(told) => format!("event: {}\ndata: {}\n\n", told.event, told.data),
            Told::Alive => live::ALIVE.to_owned(),
        })
    });
    Ok(live::answer(told, shared.parts.clock.clone()))
}
