//! Server-sent events: a bot's view each time its status changes, and a sign of life in between.
//!
//! Who does not read what they are told is dropped: there are so many places for listeners, and none is held by who is not there.
//! Whether somebody may still listen is asked at each sign of life.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, rt};
use futures::stream::{self, Stream, StreamExt as _};
use tokio::sync::{mpsc, watch};

use super::language::Language;
use super::listeners::Listening;
use super::shared::Shared;
use super::view::View;
use crate::bots::BotStatus;
use crate::clock::{Millis, SharedClock, millis};

/// How often it is said that a stream is alive, so that proxies keep it and whoever listens notices when it is gone. Pages wait for
/// two of them (`live.js`).
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);
/// The sign of life.
pub(super) const ALIVE: &str = ": alive\n\n";
/// How long who listens may take to take what they are told.
pub(super) const SLOW: Duration = Duration::from_secs(10);
/// How many events wait for somebody to read them.
const WAITING: usize = 16;

/// Anybody may listen.
pub(super) async fn anybody() -> bool {
    true
}

/// A bot's status as a stream of events.
///
/// `status` is asked for it at first, and again now and then once what it gave is over: the bot may run again. While there is none the
/// stream only shows that it is alive: a page should not think that it lost its host.
pub(super) fn follow(
    shared: &Data<Shared>,
    listening: Listening,
    mut status: impl FnMut() -> Option<watch::Receiver<BotStatus>> + 'static,
    language: Language,
    view: fn(&BotStatus, Millis, Language) -> View,
    may_listen: impl AsyncFn() -> bool + 'static,
) -> HttpResponse {
    let clock = shared.parts.clock.clone();
    let page = Page {
        status: new(status()),
        again: status,
        may_listen,
        looks_at: clock.now().saturating_add(millis(HEARTBEAT)),
        shared: shared.clone(),
        language,
        view,
        _listening: listening,
    };
    let events = stream::unfold(page, |mut page| async move {
        let text = page.next().await?;
        Some((Bytes::from(text), page))
    });
    answer(events, clock)
}

/// The main bot's status, for a visitor.
pub(super) fn follow_main(
    shared: &Data<Shared>,
    request: &HttpRequest,
    view: fn(&BotStatus, Millis, Language) -> View,
) -> HttpResponse {
    let language = Language::of_visitor(request);
    let listening = match shared.visitor_listens(request) {
        Ok(listening) => listening,
        Err(problem) => return problem.answer(),
    };
    let host = shared.clone();
    let status = move || host.main().map(|main| main.watch());
    follow(shared, listening, status, language, view, anybody)
}

/// What a page hears.
struct Page<Again, MayListen> {
    status: Option<watch::Receiver<BotStatus>>,
    again: Again,
    may_listen: MayListen,
    /// When a sign of life is given next.
    looks_at: Millis,
    shared: Data<Shared>,
    language: Language,
    view: fn(&BotStatus, Millis, Language) -> View,
    _listening: Listening,
}

impl<Again, MayListen> Page<Again, MayListen>
where
    Again: FnMut() -> Option<watch::Receiver<BotStatus>>,
    MayListen: AsyncFn() -> bool,
{
    /// The next event; none when there are no more.
    async fn next(&mut self) -> Option<String> {
        let (ending, clock) = (self.shared.ending.clone(), self.shared.parts.clock.clone());
        loop {
            let changed = async {
                match &mut self.status {
                    Some(status) => status.changed().await.is_ok(),
                    None => std::future::pending().await,
                }
            };
            // In this order, so that who may not listen any more hears nothing, however much there is to tell.
            tokio::select! {
                biased;
                () = ending.cancelled() => return None,
                () = clock.sleep_until(self.looks_at) => {
                    self.looks_at = clock.now().saturating_add(millis(HEARTBEAT));
                    (self.may_listen)().await.then_some(())?;
                    if self.status.is_none() {
                        self.status = new((self.again)());
                    }
                    return Some(ALIVE.to_owned());
                }
                goes_on = changed => match self.status.as_mut().filter(|_| goes_on) {
                    Some(status) => {
                        let view = (self.view)(&status.borrow_and_update(), clock.now(), self.language);
                        let view = serde_json::to_string(&view).ok()?;
                        return Some(format!("event: status\ndata: {view}\n\n"));
                    }
                    None => self.status = None,
                }
            }
        }
    }
}

/// A status of which nothing has been told yet.
fn new(mut status: Option<watch::Receiver<BotStatus>>) -> Option<watch::Receiver<BotStatus>> {
    if let Some(status) = &mut status {
        status.mark_changed();
    }
    status
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
        // nginx would keep it until it has more.
        .insert_header(("x-accel-buffering", "no"))
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
