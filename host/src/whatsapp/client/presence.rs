//! What others see of the bot being there.
//!
//! A person expects two ticks on a message once the bot has it, whatever the hour: one tick reads as "its phone is off". The
//! client library does as WhatsApp Web does: its receipts count as delivery, and become ticks, only while it says that
//! somebody sits in front of it, which others see as "online"; it says so by itself whenever it connects again. A bot is not
//! a person at a screen, and while an account is "online" on a linked device its phone stays silent about new messages. So
//! receipts always count here, and the account is never left "online".
//!
//! A message is not marked as read: two blue ticks are its owner's to give.

use std::time::Duration;

use whatsapp_rust::Client;

/// For one stanza into an open socket.
const DEADLINE: Duration = Duration::from_secs(2);

/// Makes every message that is kept one with two ticks. Holds for all connections of the client.
pub(super) fn show_ticks(client: &Client) {
    client.set_force_active_delivery_receipts(true);
}

/// Takes back that somebody is there. For each time that the client has connected, before anybody is told.
pub(super) async fn nobody_is_there(client: &Client) {
    let told = tokio::time::timeout(DEADLINE, client.presence().set_unavailable()).await;
    match told {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "others may see the account as online"),
        Err(_) => {
            tracing::debug!("others may see the account as online: the socket does not take it");
        }
    }
}
