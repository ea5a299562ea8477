//! Server-sent events: a bot's view each time its status changes, and a sign of life in between.
//!
//! Who does not read what they are told is dropped: there are so many places for listeners, and none is held by who is not there.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpResponse, rt};
use futures::stream::{self, Stream, StreamExt as _};
use tokio::sync::{mpsc, watch};

use super::language::Language;
use super::shared::Shared;
use super::view::View;
use crate::bots::BotStatus;
use crate::clock::{Millis, SharedClock};

/// How often a silent stream says that it is alive, so that proxies keep it and browsers notice when it is gone.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// The sign of life.
pub(super) const ALIVE: &str = ": alive\n\n";
/// How long who listens may take to take what they are told.
pub(super) const SLOW: Duration = Duration::from_secs(10);
/// How many events wait for somebody to read them.
const WAITING: usize = 16;

/// A bot's status as a stream of events.
pub(super) fn follow(
    shared: &Data<Shared>,
    mut status: watch::Receiver<BotStatus>,
    language: Language,
    view: fn(&BotStatus, Millis, Language) -> View,
) -> HttpResponse {
    let Ok(listening) = shared.listeners.clone().try_acquire_owned() else {
        return HttpResponse::ServiceUnavailable().finish();
    };
    status.mark_changed();
    // Once nothing can change any more the stream only shows that it is alive: a page should not think that it lost its host.
    let start = (Some(status), shared.clone(), listening);
    let clock = shared.parts.clock.clone();
    let events = stream::unfold(start, move |(mut status, shared, listening)| async move {
        let changed = async {
            match &mut status {
                Some(status) => status.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        let alive = || ALIVE.to_owned();
        let text = tokio::select! {
            () = shared.ending.cancelled() => return None,
            going_on = changed => match status.as_mut().filter(|_| going_on) {
                Some(status) => {
                    let now = shared.parts.clock.now();
                    let view = view(&status.borrow_and_update(), now, language);
                    format!("event: status\ndata: {}\n\n", serde_json::to_string(&view).ok()?)
                }
                None => {
                    status = None;
                    alive()
                }
            },
            () = tokio::time::sleep(HEARTBEAT) => alive(),
        };
        Some((Bytes::from(text), (status, shared, listening)))
    });
    answer(events, clock)
}

/// Tells this until there is no more, or who listens is gone or too slow.
pub(super) fn answer(
    events: impl Stream<Item = Bytes> + 'static,
    clock: SharedClock,
) -> HttpResponse {
    let (sender, receiver) = mpsc::channel(WAITING);
    // Its own task: while nobody reads, the server would not look at the events, and they would hold what they hold.
    rt::spawn(pass_on(events, sender, clock));
    let body = stream::unfold(receiver, |mut receiver| async move {
        let bytes = receiver.recv().await?;
        Some((Ok::<_, Infallible>(bytes), receiver))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(Box::pin(body))
}

async fn pass_on(events: impl Stream<Item = Bytes>, to: mpsc::Sender<Bytes>, clock: SharedClock) {
    let mut events = std::pin::pin!(events);
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            () = to.closed() => return,
        };
        let Some(event) = event else {
            return;
        };
        tokio::select! {
            sent = to.send(event) => if sent.is_err() { return },
            () = clock.sleep(SLOW) => return,
        }
    }
}
