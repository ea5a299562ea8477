//! Charges what the tasks of a client take, which the library starts by itself, to its bot.

use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use whatsapp_rust::wacore::runtime::AbortHandle;
use whatsapp_rust::{Runtime, TokioRuntime};

use crate::meter::Meter;

/// A future as the library hands it over.
type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// The runtime of one bot's client.
pub(super) struct Metered(pub(super) Meter);

#[async_trait]
impl Runtime for Metered {
    fn spawn(&self, future: Task) -> AbortHandle {
        TokioRuntime.spawn(Box::pin(self.0.clone().of_client(future)))
    }

    fn spawn_detached(&self, future: Task) {
        TokioRuntime.spawn_detached(Box::pin(self.0.clone().of_client(future)));
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        TokioRuntime.sleep(duration)
    }

    fn spawn_blocking(
        &self,
        work: Box<dyn FnOnce() + Send + 'static>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let meter = self.0.clone();
        TokioRuntime.spawn_blocking(Box::new(move || meter.client(work)))
    }

    fn yield_now(&self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        TokioRuntime.yield_now()
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_a_clients_tasks_take_is_charged_to_its_bot() {
        let meter = Meter::default();
        let runtime = Metered(meter.clone());
        let (give, taken) = oneshot::channel();
        runtime.spawn_detached(Box::pin(async move {
            give.send(vec![0_u8; 10_000]).expect("it is waited for");
        }));
        let first = taken.await.expect("it ends");
        let (give, taken) = oneshot::channel();
        runtime
            .spawn_blocking(Box::new(move || {
                give.send(vec![0_u8; 20_000]).expect("it is waited for");
            }))
            .await;
        let second = taken.await.expect("it has ended");
        assert!(meter.memory() >= 30_000, "{}", meter.memory());
        assert!(meter.cpu().client > 0);
        drop((first, second));
    }
}
