//! What goes on in a bot as long as its dispatch runs: serving inbox, outbox and webhooks, releasing what is due, cleaning up.

use std::sync::Arc;
use std::time::Duration;

use super::bot::DispatchOptions;
use super::core::Core;
use super::{sender, worker};
use crate::clock::millis;
use crate::store::StoreError;

/// How long what is due waits when the store can't be used.
const PAUSE: Duration = Duration::from_secs(30);

pub(super) async fn serve_inbox(core: Arc<Core>, options: DispatchOptions) {
    let meter = &core.budget.meter;
    let work = |row| meter.clone().of_host(worker::handle(core.clone(), row));
    let stop = core.stop.clone();
    core.inbox
        .serve(options.in_flight, stop, options.grace, work)
        .await;
}

pub(super) async fn serve_outbox(core: Arc<Core>, options: DispatchOptions) {
    let meter = &core.budget.meter;
    let work = |row| meter.clone().of_host(sender::send(core.clone(), row));
    let stop = core.stop.clone();
    core.outbox
        .serve(options.sending, stop, options.grace, work)
        .await;
}

/// Posts to webhooks what waits for them.
pub(super) async fn serve_webhooks(core: Arc<Core>) {
    core.courier.serve(core.stop.clone()).await;
}

/// Puts into the inbox what plugins have asked for, when its time has come.
pub(super) async fn serve_schedule(core: Arc<Core>) {
    loop {
        let now = core.clock.now();
        let next = match core.data.release_due(now).await {
            Ok(released) => {
                let rows = released.waiting.into_iter();
                core.inbox
                    .push(rows.map(|waiting| (waiting.chat, waiting.row)));
                released.next
            }
            Err(StoreError::Closed) => return,
            Err(error) => {
                tracing::warn!(bot = %core.id, %error, "what is due has to wait");
                Some(now.saturating_add(millis(PAUSE)))
            }
        };
        let until = async {
            match next {
                Some(at) => core.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = core.stop.cancelled() => return,
            () = core.scheduled.notified() => {}
            () = until => {}
        }
    }
}

/// Puts into the inbox's queue what has gathered long enough.
pub(super) async fn serve_gathered(core: Arc<Core>) {
    let mut gathering = core.gathering.subscribe();
    loop {
        if *gathering.borrow_and_update() == 0 {
            tokio::select! {
                () = core.stop.cancelled() => return,
                changed = gathering.changed() => if changed.is_err() { return },
            }
            continue;
        }
        let next = match core.data.release_gathered(core.clock.now()).await {
            Ok(released) => {
                let count = u64::try_from(released.waiting.len()).unwrap_or(u64::MAX);
                let rows = released.waiting.into_iter();
                core.inbox
                    .push(rows.map(|waiting| (waiting.chat, waiting.row)));
                core.gathering.send_if_modified(|gathering| {
                    *gathering = gathering.saturating_sub(count);
                    count > 0
                });
                released.next
            }
            Err(StoreError::Closed) => return,
            Err(error) => {
                tracing::warn!(bot = %core.id, %error, "what has gathered has to wait");
                Some(core.clock.now().saturating_add(millis(PAUSE)))
            }
        };
        let until = async {
            match next {
                Some(at) => core.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = core.stop.cancelled() => return,
            changed = gathering.changed() => if changed.is_err() { return },
            () = until => {}
        }
    }
}

/// Forgets what is old, and has the bot's data and its session give room back.
pub(super) async fn clean_up(core: Arc<Core>, interval: Duration) {
    loop {
        tokio::select! {
            () = core.stop.cancelled() => return,
            () = core.clock.sleep(interval) => {}
        }
        match core.data.clean_up(core.clock.now()).await {
            Ok(rows) => tracing::debug!(bot = %core.id, rows, "old rows are cleaned up"),
            Err(error) => tracing::warn!(bot = %core.id, %error, "old rows are not cleaned up"),
        }
        let session = core.session.borrow().clone();
        if let Some(session) = session {
            session.give_back().await;
        }
    }
}
