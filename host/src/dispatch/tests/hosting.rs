//! `hosting`: the main bot's plugins' alone, whatever they are granted and whoever offers a desk.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jadi_plugin_manifest::Capability;

use super::{Fake, Place, ROOT, answered, private_message};
use crate::dispatch::{Handler, Hosting};
use crate::model::{Action, BotId, HostingOrder, Jid, MessageId};
use crate::plugins::{HostingAnswer, HostingAsk, ReadError};

const MANIFEST: &str = r#"{"name":"host","version":"1.0.0","languages":["en"],
    "commands":[{"name":"try","summary":"Tries"}]}"#;

/// Answers everything, and notes what is to be done.
#[derive(Default)]
struct Desk(Mutex<Vec<HostingOrder>>);

#[async_trait]
impl Hosting for Desk {
    async fn answer(&self, _: HostingAsk) -> Result<HostingAnswer, ReadError> {
        Ok(HostingAnswer::Bots(Vec::new()))
    }

    async fn carry_out(&self, _: MessageId, _: Jid, order: HostingOrder) {
        self.0.lock().expect("lock").push(order);
    }
}

/// Says what it was granted and whether its question was answered, and leaves an order.
fn tries() -> Arc<dyn Handler> {
    Fake::doing(MANIFEST, |input, reads| {
        Box::pin(async move {
            let granted = input.grants.allows(Capability::Hosting);
            let others =
                input.grants.allows(Capability::Kv) && input.grants.allows(Capability::BotAdmin);
            let asked = reads.hosting(HostingAsk::Overview).await;
            let text = format!(
                "granted {granted}, others {others}, answered {}",
                asked.is_ok()
            );
            let mut outcome = answered(&input.event, &text);
            let order = HostingOrder::Stop {
                bot: BotId::from_random([9; 16]),
            };
            outcome.actions.push(Action::Hosting {
                chat: input.event.chat.jid.clone(),
                order: Box::new(order),
            });
            outcome
        })
    })
}

#[tokio::test]
async fn only_the_main_bot_has_hosting_and_only_at_a_desk() {
    for (mut place, with_desk, said, orders) in [
        (
            Place::new(),
            true,
            "granted true, others true, answered true",
            1,
        ),
        (
            Place::new(),
            false,
            "granted false, others true, answered false",
            0,
        ),
        (
            Place::of_sub_bot(),
            true,
            "granted false, others true, answered false",
            0,
        ),
        (
            Place::of_sub_bot(),
            false,
            "granted false, others true, answered false",
            0,
        ),
    ] {
        let desk = Arc::new(Desk::default());
        place.hosting = with_desk.then(|| desk.clone() as Arc<dyn Hosting>);
        let host = place.start(vec![tries()]).await;
        // Also for the operator, who may do anything.
        let answers = host.asks(private_message(ROOT, "A1", "!try")).await;
        assert_eq!(answers, [said]);
        assert_eq!(desk.0.lock().expect("lock").len(), orders);
        host.end().await;
    }
}
