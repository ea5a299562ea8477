//! Waiting until the server has acknowledged a message.
//!
//! The client's own send returns when the stanza is on the wire. Whoever sends registers the message's id here first; the
//! client's event bus brings the acknowledgement. One that did not come before the connection broke never comes: all waits
//! end then, so that what is unacknowledged is sent again on the next connection instead of after its deadline.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;
use whatsapp_rust::prelude::{Event, EventHandler, EventInterest, EventKind};

use crate::whatsapp::SendError;

/// Sends that wait for their acknowledgement, by message id. As many as sends run at once, which dispatch bounds.
#[derive(Default)]
pub(super) struct Acks {
    waiting: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
}

/// The server's answer: an error code when it refused.
type Answer = Option<String>;

impl Acks {
    /// Registers a message that is about to be sent.
    pub(super) fn expect(self: &Arc<Self>, id: &str) -> Expected {
        let (answer, answered) = oneshot::channel();
        self.waiting().insert(id.to_owned(), answer);
        Expected {
            acks: self.clone(),
            id: id.to_owned(),
            answered,
        }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all waits: what they wait for was lost with its connection.
    fn give_up(&self) {
        self.waiting().clear();
    }

    fn answer(&self, id: &str, answer: Answer) {
        if let Some(waiting) = self.waiting().remove(id) {
            // Nobody listens any more when the deadline passed at this very moment.
            let _ = waiting.send(answer);
        }
    }
}

/// Registered on the client's event bus.
pub(super) struct AckHandler(pub(super) Arc<Acks>);

impl EventHandler for AckHandler {
    fn handle_event(&self, event: Arc<Event>) {
        match &*event {
            Event::ServerAck(ack)
                if ack.class.as_deref().is_none_or(|class| class == "message") =>
            {
                self.0.answer(&ack.id, ack.error.clone());
            }
            // The client says nothing of a disconnection that it planned, but of the connection after it.
            Event::Disconnected(_) | Event::Connected(_) => self.0.give_up(),
            _ => {}
        }
    }

    fn interest(&self) -> EventInterest {
        EventInterest::of(&[
            EventKind::ServerAck,
            EventKind::Disconnected,
            EventKind::Connected,
        ])
    }
}

/// One acknowledgement to come. Dropping it forgets the wait.
pub(super) struct Expected {
    acks: Arc<Acks>,
    id: String,
    answered: oneshot::Receiver<Answer>,
}

impl Expected {
    /// Resolves with the server's answer. The caller brings the deadline.
    pub(super) async fn answer(mut self) -> Result<(), SendError> {
        match (&mut self.answered).await {
            Ok(None) => Ok(()),
            Ok(Some(code)) => Err(refusal(&code)),
            Err(_) => Err(SendError::Unavailable),
        }
    }
}

impl Drop for Expected {
    fn drop(&mut self) {
        self.acks.waiting().remove(&self.id);
    }
}

/// What an error code in an acknowledgement means for the sender: 5xx and rate limits pass, the rest stays.
fn refusal(code: &str) -> SendError {
    match code.parse::<u16>() {
        Ok(429 | 500..=599) => SendError::Unavailable,
        _ => SendError::Refused(format!("code {code}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use whatsapp_rust::types::events::{Connected, ServerAck};

    fn ack(id: &str, class: &str, error: Option<&str>) -> Arc<Event> {
        Arc::new(Event::ServerAck(
            ServerAck::builder()
                .id(id.to_owned())
                .class(class.to_owned())
                .maybe_error(error.map(str::to_owned))
                .build(),
        ))
    }

    #[tokio::test]
    async fn an_acknowledgement_reaches_the_send_it_is_for() {
        let acks = Arc::new(Acks::default());
        let handler = AckHandler(acks.clone());
        let (one, two) = (acks.expect("A"), acks.expect("B"));
        handler.handle_event(ack("B", "message", Some("479")));
        handler.handle_event(ack("A", "receipt", None));
        handler.handle_event(ack("A", "message", None));
        assert!(one.answer().await.is_ok());
        assert!(matches!(two.answer().await, Err(SendError::Refused(why)) if why == "code 479"));
        assert!(acks.waiting().is_empty());
    }

    #[tokio::test]
    async fn a_new_connection_ends_the_waits_of_the_old_one() {
        let acks = Arc::new(Acks::default());
        let handler = AckHandler(acks.clone());
        let expected = acks.expect("A");
        handler.handle_event(Arc::new(Event::Connected(Connected::builder().build())));
        assert!(matches!(
            expected.answer().await,
            Err(SendError::Unavailable)
        ));
        assert!(acks.waiting().is_empty());
    }

    #[test]
    fn a_send_that_is_given_up_is_forgotten() {
        let acks = Arc::new(Acks::default());
        drop(acks.expect("A"));
        assert!(acks.waiting().is_empty());
    }

    #[test]
    fn a_busy_server_can_be_asked_again() {
        assert!(matches!(refusal("503"), SendError::Unavailable));
        assert!(matches!(refusal("429"), SendError::Unavailable));
        assert!(matches!(refusal("463"), SendError::Refused(_)));
    }
}
