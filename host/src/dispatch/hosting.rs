//! The seam to whoever makes and manages bots: what the main bot's plugins ask goes over it, and what they want done.

use async_trait::async_trait;

use crate::model::{HostingOrder, Jid, MessageId};
use crate::plugins::{HostingAnswer, HostingAsk, ReadError};

/// Makes and manages the host's bots.
#[async_trait]
pub trait Hosting: Send + Sync + 'static {
    /// Answers a plugin's question.
    ///
    /// # Errors
    ///
    /// When it can't be known now.
    async fn answer(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError>;

    /// Carries out what was asked for in `chat`, or begins to. It returns soon. After a crash the same order may come once more,
    /// under the same id.
    async fn carry_out(&self, id: MessageId, chat: Jid, order: HostingOrder);
}
