//! A running bot, as the other rooms see it: how it is, and what it is told to do.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::bots::status::BotStatus;
use crate::clock::Millis;
use crate::model::{BotId, BotRole, Budget, PhoneNumber};
use crate::whatsapp::Session;

/// What a person or another room wants of a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Start,
    Stop,
    LogOut,
    Pause { of: Budget, until: Millis },
}

/// A running bot, as the other rooms see it.
#[derive(Clone)]
pub struct Instance {
    pub(super) bot: BotId,
    pub(super) role: BotRole,
    pub(super) expected: Option<PhoneNumber>,
    pub(super) stop: CancellationToken,
    pub(super) status: watch::Receiver<BotStatus>,
    pub(super) session: watch::Receiver<Option<Arc<dyn Session>>>,
    pub(super) orders: mpsc::Sender<Order>,
}

/// The bot does not run any more, or is too busy to listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this bot can't be told anything right now; try again in a moment")]
pub struct Gone;

impl Instance {
    /// The bot's id.
    pub fn bot(&self) -> BotId {
        self.bot
    }

    /// Main bot or sub-bot.
    pub fn role(&self) -> BotRole {
        self.role
    }

    /// The number that it was or will be linked to, when that matters.
    pub fn expected(&self) -> Option<&PhoneNumber> {
        self.expected.as_ref()
    }

    /// Ends its task and waits for that: its session is shut down, nothing of it is deleted. Idempotent.
    pub async fn end(&self) {
        self.stop.cancel();
        let mut status = self.status.clone();
        // The task drops the other end last.
        while status.changed().await.is_ok() {}
    }

    /// Its status now.
    pub fn status(&self) -> BotStatus {
        self.status.borrow().clone()
    }

    /// Its status as it changes.
    pub fn watch(&self) -> watch::Receiver<BotStatus> {
        self.status.clone()
    }

    /// Its session while there is one; it can send while the state is open.
    pub fn session(&self) -> watch::Receiver<Option<Arc<dyn Session>>> {
        self.session.clone()
    }

    /// Starts it when it rests: resumes its session, or asks for new pairing codes.
    ///
    /// # Errors
    ///
    /// [`Gone`] when it can't be told.
    pub fn start(&self) -> Result<(), Gone> {
        self.order(Order::Start)
    }

    /// Stops it and keeps its session.
    ///
    /// # Errors
    ///
    /// As for [`Instance::start`].
    pub fn stop(&self) -> Result<(), Gone> {
        self.order(Order::Stop)
    }

    /// Unlinks it at WhatsApp and deletes its session.
    ///
    /// # Errors
    ///
    /// As for [`Instance::start`].
    pub fn log_out(&self) -> Result<(), Gone> {
        self.order(Order::LogOut)
    }

    /// Takes it off the network until then, when it runs: it has used more than it may. A start makes it go on at once.
    ///
    /// # Errors
    ///
    /// As for [`Instance::start`].
    pub fn pause(&self, of: Budget, until: Millis) -> Result<(), Gone> {
        self.order(Order::Pause { of, until })
    }

    fn order(&self, order: Order) -> Result<(), Gone> {
        self.orders.try_send(order).map_err(|_| Gone)
    }
}
