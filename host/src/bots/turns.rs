//! What is told to programs of a bot's connection: that it came, or went.

use super::status::{BotState, BotStatus};
use crate::model::{Cause, Jid};
use crate::webhooks::Told;

/// What was told of a bot's connection last.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turns {
    open: Option<bool>,
}

impl Turns {
    /// What is told of a status, when the connection has come or gone since what was told last; at first in any case.
    pub fn turned(&mut self, status: &BotStatus, bot: Option<&Jid>) -> Option<Told> {
        let open = status.state == BotState::Open;
        if self.open.replace(open) == Some(open) {
            return None;
        }
        let (state, cause) = (status.state.name(), status.cause.as_ref().map(Cause::name));
        Some(Told::turned(bot, open, state, cause, status.since))
    }
}

/// As if that was told.
impl From<bool> for Turns {
    fn from(open: bool) -> Self {
        Self { open: Some(open) }
    }
}
