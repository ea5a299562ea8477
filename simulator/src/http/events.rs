//! Phone events as they happen, as server-sent events.
//!
//! A listener that cannot keep up is told to read everything anew (`resync`) instead of holding anything back.

use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use bytes::Bytes;
use futures::future::select_all;
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::view::EventView;
use crate::{Phone, PhoneEvent, Simulator};

/// How often a stream looks for new phones and shows that it is alive.
const TICK: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
pub(super) struct EventsQuery {
    /// Only this phone's events; all phones' when left out.
    phone: Option<String>,
}

pub(super) async fn events(
    sim: web::Data<Simulator>,
    stopping: web::Data<CancellationToken>,
    query: web::Query<EventsQuery>,
) -> HttpResponse {
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut listener = Listener {
        sim: sim.get_ref().clone(),
        only: query.into_inner().phone,
        watched: Vec::new(),
        tick,
        stopping: stopping.get_ref().clone(),
    };
    listener.watch_new_phones();
    let events = stream::unfold(listener, |mut listener| async {
        let bytes = listener.next().await?;
        Some((Ok::<_, Infallible>(bytes), listener))
    });
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(events)
}

struct Watched {
    phone: Phone,
    events: Receiver<PhoneEvent>,
}

struct Listener {
    sim: Simulator,
    only: Option<String>,
    watched: Vec<Watched>,
    tick: Interval,
    stopping: CancellationToken,
}

impl Listener {
    /// The next piece of the stream; `None` when the server is ending.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let arrivals = self.watched.iter_mut().enumerate().map(|(index, watched)| {
                Box::pin(async move { (index, watched.events.recv().await) })
            });
            let arrivals = arrivals.collect::<Vec<_>>();
            let arrival = async {
                if arrivals.is_empty() {
                    return pending().await;
                }
                select_all(arrivals).await.0
            };
            let (index, event) = tokio::select! {
                () = self.stopping.cancelled() => return None,
                arrived = arrival => arrived,
                _ = self.tick.tick() => {
                    let news = self.watch_new_phones();
                    return Some(if news { data(&json!({ "event": "phones" })) } else { Bytes::from_static(b":\n\n") });
                }
            };
            match event {
                Ok(event) => {
                    let phone = &self.watched.get(index)?.phone;
                    return Some(data(&EventView::of(&self.sim, phone, event)));
                }
                Err(RecvError::Lagged(_)) => return Some(data(&json!({ "event": "resync" }))),
                Err(RecvError::Closed) => {
                    self.watched.swap_remove(index);
                }
            }
        }
    }

    fn watch_new_phones(&mut self) -> bool {
        let before = self.watched.len();
        for phone in self.sim.phones() {
            let wanted = self.only.as_deref().is_none_or(|name| name == phone.name());
            let known = self
                .watched
                .iter()
                .any(|one| one.phone.number() == phone.number());
            if wanted && !known {
                let events = phone.subscribe();
                self.watched.push(Watched { phone, events });
            }
        }
        self.watched.len() > before
    }
}

fn data(event: &impl Serialize) -> Bytes {
    match serde_json::to_string(event) {
        Ok(json) => Bytes::from(format!("data: {json}\n\n")),
        Err(error) => {
            tracing::error!(%error, "an event could not be written as JSON");
            Bytes::from_static(b":\n\n")
        }
    }
}
