//! Where what happens to a bot is posted, and what is on its way there, as the host asks of its store.
//!
//! What is posted of a message is kept in the transaction that keeps the message, so that a crash loses none and posts none
//! twice under two ids. A delivery that was given up is a dead letter: it stays until its owner sends it again, or until newer
//! ones need its room.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::StoreError;
use super::context::Row;
use crate::clock::Millis;
use crate::model::Jid;

/// How many webhooks one bot has at most.
pub const WEBHOOKS_PER_BOT: u32 = 5;

/// What signs what is posted to one webhook. It shows itself nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(pub String);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// A webhook that is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Its address.
    pub url: String,
    /// What signs what is posted there.
    pub secret: WebhookSecret,
    /// Whose bot it is at that time.
    pub owner: Option<Jid>,
    /// When.
    pub made: Millis,
}

/// A webhook, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its number within the bot.
    pub id: Row,
    /// Its address.
    pub url: String,
    /// When it was made.
    pub made: Millis,
    /// When it took something last.
    pub delivered: Option<Millis>,
    /// Why it did not take what was posted last, when it did not.
    pub failure: Option<DeliveryError>,
    /// How many deliveries wait for it.
    pub waiting: u64,
}

/// Something that is to be posted to all webhooks of a bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// What tells it from others, whenever and wherever it is posted.
    pub id: String,
    /// The event's name.
    pub event: String,
    /// What is posted.
    pub body: Vec<u8>,
}

/// Something on its way to one webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its row.
    pub row: Row,
    /// The webhook.
    pub webhook: Row,
    /// The webhook's address.
    pub url: String,
    /// What signs it.
    pub secret: WebhookSecret,
    /// What is posted.
    pub content: NewDelivery,
    /// When it was kept.
    pub at: Millis,
    /// How often it was tried.
    pub tries: u32,
}

/// What may be posted now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueDeliveries {
    /// The oldest due one of each webhook.
    pub due: Vec<Delivery>,
    /// When the next one is due that is not due yet.
    pub next: Option<Millis>,
}

/// Why a delivery was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryError {
    /// The receiver answered with this status, which is not one of 200 to 299.
    Answered(u16),
    /// The receiver's name leads to a private network.
    Private,
    /// No such server, no connection, or no answer in time.
    Unreachable,
    /// More waited than may.
    Crowded,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// It was taken.
    Taken {
        /// When.
        at: Millis,
    },
    /// It was not; try again.
    Later {
        /// Not before this time.
        next_try: Millis,
        /// Why.
        error: DeliveryError,
    },
    /// It was not, once too often.
    GivenUp {
        /// When.
        at: Millis,
        /// Why.
        error: DeliveryError,
    },
}

/// A delivery that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its row.
    pub row: Row,
    /// The webhook's address.
    pub url: String,
    /// The event's name.
    pub event: String,
    /// When it was kept.
    pub at: Millis,
    /// When it was given up.
    pub given_up: Millis,
    /// How often it was tried.
    pub tries: u32,
    /// Why it was not taken.
    pub error: DeliveryError,
}

/// A bot's webhooks, and what is on its way to them.
#[async_trait]
pub trait Webhooks: Send + Sync + 'static {
    /// Keeps a new webhook. Returns whether it did: not when the bot has as many as it may have.
    async fn add_webhook(&self, webhook: NewWebhook) -> Result<bool, StoreError>;

    /// All webhooks, in the order in which they were made.
    async fn webhooks(&self) -> Result<Vec<Webhook>, StoreError>;

    /// Removes a webhook with all that is on its way to it.
    async fn remove_webhook(&self, webhook: Row) -> Result<(), StoreError>;

    /// Removes all webhooks that others than this owner have made. Returns how many are left.
    async fn keep_webhooks_of(&self, owner: Option<&Jid>) -> Result<u64, StoreError>;

    /// Keeps something for all webhooks. What messages are posted, [`super::Inbox::accept`] keeps.
    async fn post_to_webhooks(&self, post: NewDelivery, at: Millis) -> Result<(), StoreError>;

    /// What may be posted now, but for these webhooks.
    async fn due_deliveries(&self, now: Millis, but: Vec<Row>)
    -> Result<DueDeliveries, StoreError>;

    /// Keeps how a try ended.
    async fn tried(&self, delivery: Row, tried: Tried) -> Result<(), StoreError>;

    /// The dead letters, the latest first.
    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, StoreError>;

    /// Makes a dead letter a delivery again that was never tried. Returns whether it did: not when there is none in this row, or
    /// as many wait as may.
    async fn replay(&self, dead_letter: Row, now: Millis) -> Result<bool, StoreError>;
}
