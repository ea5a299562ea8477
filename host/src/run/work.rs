//! Whether all is quiet, for whoever drives a test.

use std::sync::Arc;

use async_trait::async_trait;

use crate::dispatch::Dispatch;
use crate::web::Idle;

/// The main bot's dispatch.
pub(super) struct Work(pub(super) Arc<Dispatch>);

#[async_trait]
impl Idle for Work {
    async fn idle(&self) {
        self.0.idle().await;
    }
}
