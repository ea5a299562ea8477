//! What carries one bot's deliveries.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::backoff::{self, TRIED_FOR};
use super::post::Post;
use super::told::Told;
use crate::clock::{Millis, SharedClock, millis};
use crate::model::{BotId, Jid};
use crate::random::SharedRandom;
use crate::store::{
    BotData, Delivery, DeliveryError, DueDeliveries, NewDelivery, Row, StoreError, Tried,
};

/// How long deliveries wait when the store can't be used.
const PAUSE: Duration = Duration::from_secs(30);

/// Carries what is posted of one bot.
pub struct Courier {
    bot: BotId,
    data: BotData,
    post: Post,
    clock: SharedClock,
    random: SharedRandom,
    /// Whether the bot has webhooks.
    wanted: AtomicBool,
    /// Changes when there may be something to deliver.
    changed: watch::Sender<()>,
}

/// How a webhook's receiver has done.
#[derive(Debug, Default)]
struct Receiver {
    /// Whether something is on the wire to it.
    busy: bool,
    /// How many deliveries in a row it did not take.
    failures: u32,
    /// Nothing is posted to it before this time.
    rests_until: Millis,
}

/// How a try ended.
struct Ended {
    webhook: Row,
    at: Millis,
    taken: bool,
    kept: Result<(), StoreError>,
}

impl Courier {
    /// For a bot with this data. It takes nothing before it is told whose the bot is: [`Courier::reload`].
    pub fn new(
        bot: BotId,
        data: BotData,
        post: Post,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        Self {
            bot,
            data,
            post,
            clock,
            random,
            wanted: AtomicBool::new(false),
            changed: watch::Sender::new(()),
        }
    }

    /// Looks at the bot's webhooks again after they were changed, or the bot has changed hands: those of others than its owner go.
    ///
    /// # Errors
    ///
    /// When that can't be done. Nothing is posted then until it is: it may be for somebody whose bot this is no more.
    pub async fn reload(&self, owner: Option<&Jid>) -> Result<(), StoreError> {
        let left = self.data.keep_webhooks_of(owner).await;
        let wanted = matches!(left, Ok(1..));
        self.wanted.store(wanted, Ordering::Relaxed);
        self.wake();
        left.map(drop)
    }

    /// Whether the bot has webhooks.
    pub fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }

    /// What is kept of something that is told, for all of the bot's webhooks.
    pub fn delivery(&self, told: &Told) -> NewDelivery {
        let mut id = [0; 16];
        self.random.fill(&mut id);
        NewDelivery {
            id: hex::encode(id),
            event: told.event.to_owned(),
            body: told.text().into_bytes(),
        }
    }

    /// Keeps something for all webhooks, if there are any.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn tell(&self, told: &Told) -> Result<(), StoreError> {
        if self.is_wanted() {
            let delivery = self.delivery(told);
            self.data
                .post_to_webhooks(delivery, self.clock.now())
                .await?;
            self.wake();
        }
        Ok(())
    }

    /// There may be something to deliver.
    pub fn wake(&self) {
        self.changed.send_replace(());
    }

    /// Delivers until it is stopped. What is on the wire then is posted again after the next start, under the same id.
    pub async fn serve(&self, stop: CancellationToken) {
        let mut changed = self.changed.subscribe();
        let mut receivers = BTreeMap::<Row, Receiver>::new();
        let mut under_way = FuturesUnordered::new();
        loop {
            changed.mark_unchanged();
            let now = self.clock.now();
            let passed_over = |receiver: &Receiver| receiver.busy || receiver.rests_until > now;
            let over = receivers
                .iter()
                .filter(|(_, receiver)| passed_over(receiver));
            let over = over.map(|(webhook, _)| *webhook).collect();
            let due = match self.is_wanted() {
                true => self.data.due_deliveries(now, over).await,
                false => Ok(DueDeliveries::default()),
            };
            let DueDeliveries { due, next } = match due {
                Ok(due) => due,
                Err(StoreError::Closed) => return,
                Err(error) => {
                    tracing::warn!(bot = %self.bot, %error, "what is for webhooks has to wait");
                    DueDeliveries {
                        due: Vec::new(),
                        next: Some(now.saturating_add(millis(PAUSE))),
                    }
                }
            };
            for delivery in due {
                receivers.entry(delivery.webhook).or_default().busy = true;
                under_way.push(self.carry(delivery));
            }
            let rests = receivers.values().filter(|receiver| !receiver.busy);
            let rests = rests.map(|receiver| receiver.rests_until);
            let wake = rests.filter(|until| *until > now).chain(next).min();
            let until = async {
                match wake {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                changed = changed.changed() => if changed.is_err() { return },
                Some(ended) = under_way.next() => self.ended(&mut receivers, ended),
                () = until => {}
            }
        }
    }

    /// One try.
    async fn carry(&self, delivery: Delivery) -> Ended {
        let outcome = self.post.deliver(&delivery, || self.clock.now()).await;
        let now = self.clock.now();
        let tried = match outcome {
            Ok(()) => Tried::Taken { at: now },
            Err(error) => self.failed(&delivery, now, error),
        };
        Ended {
            webhook: delivery.webhook,
            at: now,
            taken: outcome.is_ok(),
            kept: self.data.tried(delivery.row, tried).await,
        }
    }

    /// What becomes of a delivery that was not taken.
    fn failed(&self, delivery: &Delivery, now: Millis, error: DeliveryError) -> Tried {
        let (bot, tries) = (self.bot, delivery.tries.saturating_add(1));
        tracing::debug!(%bot, tries, ?error, "a webhook did not take a delivery");
        let pause = backoff::pause(tries, &*self.random);
        let until = delivery.at.saturating_add(millis(TRIED_FOR));
        match pause.filter(|_| now < until) {
            Some(pause) => Tried::Later {
                next_try: now.saturating_add(pause),
                error,
            },
            None => Tried::GivenUp { at: now, error },
        }
    }

    /// What becomes of a receiver after a try.
    fn ended(&self, receivers: &mut BTreeMap<Row, Receiver>, ended: Ended) {
        let Some(receiver) = receivers.get_mut(&ended.webhook) else {
            return;
        };
        receiver.busy = false;
        if let Err(error) = ended.kept {
            // It is due still: without a pause it would be posted again and again.
            tracing::warn!(bot = %self.bot, %error, "how a webhook did could not be kept");
            receiver.rests_until = ended.at.saturating_add(millis(PAUSE));
        } else if ended.taken {
            receivers.remove(&ended.webhook);
        } else {
            receiver.failures = receiver.failures.saturating_add(1);
            let rest = backoff::rest(receiver.failures, &*self.random);
            receiver.rests_until = ended.at.saturating_add(rest);
        }
    }
}
