//! Server-sent events: a bot's view each time its status changes, and a sign of life in between.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};
use futures::stream;
use tokio::sync::watch;

use super::language::Language;
use super::shared::Shared;
use super::view::View;
use crate::bots::BotStatus;
use crate::clock::Millis;

/// How often a silent stream says that it is alive, so that proxies keep it and browsers notice when it is gone.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);

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
    let events = stream::unfold(start, move |(mut status, shared, listening)| async move {
        let changed = async {
            match &mut status {
                Some(status) => status.changed().await.is_ok(),
                None => std::future::pending().await,
            }
        };
        let alive = || ": alive\n\n".to_owned();
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
        let bytes = Ok::<_, std::convert::Infallible>(Bytes::from(text));
        Some((bytes, (status, shared, listening)))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(Box::pin(events))
}
