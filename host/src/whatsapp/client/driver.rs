//! The tasks of a running session: one tells states in order and notices the end of the client, one asks for a pairing code.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use whatsapp_rust::bot::BotHandle;
use whatsapp_rust::pair_code::PairCodeOptions;
use whatsapp_rust::prelude::{Client, Event};

use super::address::{self, NumberBook};
use super::control::{self, StateSink};
use super::session::ClientSession;
use super::{groups, inbound, presence};
use crate::clock::SharedClock;
use crate::whatsapp::{DisconnectCause, Inbound, PairingMethod, SessionSpec, SessionState};

/// How long the last state may take from the client's event bus to here after the client has ended.
const LAST_WORD: Duration = Duration::from_secs(2);
/// How long a new client may take to open its socket before a pairing code is given up.
const SOCKET_DEADLINE: Duration = Duration::from_secs(60);

/// Hands the client's ordered events on.
pub(super) struct Relay {
    pub(super) inbound: Arc<dyn Inbound>,
    pub(super) states: StateSink,
    pub(super) pairing: PairingMethod,
    pub(super) clock: SharedClock,
}

impl Relay {
    /// Group notifications are acknowledged by the client when they arrive: unlike messages they come at most once.
    pub(super) async fn event(&self, event: &Event, client: &Client) {
        match event {
            Event::GroupUpdate(update) => {
                let book = NumberBook::look_up(client, groups::named_in(update)).await;
                self.commit(groups::event(update, &book).into_iter().collect())
                    .await;
                if let Some(group) = address::plain(&update.group_jid) {
                    self.inbound.group_changed(group).await;
                }
            }
            // What the durability hook has seen is committed. The rest was recovered from the phone, past the hook.
            Event::Messages(batch) if !batch.hook_committed => {
                let mut events = Vec::new();
                for message in batch {
                    let told = inbound::told(client, self.inbound.as_ref(), message).await;
                    match told {
                        Ok(event) => events.extend(event),
                        Err(error) => tracing::warn!(%error, "a message is lost"),
                    }
                }
                self.commit(events).await;
            }
            Event::Messages(_) => {}
            other => {
                // Before it is told that the bot is open, so that no open bot is seen as online.
                if matches!(other, Event::Connected(_)) {
                    presence::nobody_is_there(client).await;
                }
                let own = control::own(client);
                let now = self.clock.now();
                if let Some(state) = control::state(other, &self.pairing, own, now) {
                    self.states.tell(state);
                }
            }
        }
    }

    async fn commit(&self, events: Vec<crate::model::Event>) {
        if !events.is_empty()
            && let Err(error) = self.inbound.commit(events).await
        {
            tracing::error!(%error, "an event that comes only once could not be kept");
        }
    }
}

/// Starts the session's tasks, which its tracker knows.
pub(super) fn spawn(
    session: &ClientSession,
    running: BotHandle,
    states: mpsc::Receiver<SessionState>,
    inbound: Arc<dyn Inbound>,
    spec: &SessionSpec,
    states_in: StateSink,
) {
    if let PairingMethod::Code { number } = &spec.pairing
        && session.client.pn().is_none()
    {
        let options = PairCodeOptions {
            phone_number: number.digits().to_owned(),
            ..Default::default()
        };
        let (client, ending) = (session.client.clone(), session.ending.clone());
        session.tasks.spawn(async move {
            tokio::select! {
                () = request_code(&client, options, &states_in) => {}
                () = ending.cancelled() => {}
            }
        });
    }
    let (ending, abort) = (session.ending.clone(), session.abort.clone());
    session.tasks.spawn(async move {
        tokio::select! {
            () = tell(running, states, inbound, ending) => {}
            () = abort.cancelled() => {}
        }
    });
}

/// Asks for a pairing code as soon as the socket is there. The code, or the refusal, comes as an event.
async fn request_code(client: &Arc<Client>, options: PairCodeOptions, states: &StateSink) {
    if client.wait_for_socket(SOCKET_DEADLINE).await.is_err() {
        states.tell(SessionState::Closed {
            cause: DisconnectCause::Network,
            retrying: false,
        });
        return;
    }
    if let Err(error) = client.pair_with_code(options).await {
        tracing::debug!(%error, "no pairing code");
    }
}

/// Tells states until the client has ended, and then why when it has not said so itself.
async fn tell(
    mut running: BotHandle,
    mut states: mpsc::Receiver<SessionState>,
    inbound: Arc<dyn Inbound>,
    ending: tokio_util::sync::CancellationToken,
) {
    let mut explained = false;
    loop {
        tokio::select! {
            biased;
            state = states.recv() => match state {
                Some(state) => {
                    explained = ends(&state);
                    inbound.state(state).await;
                }
                None => return,
            },
            () = &mut running => break,
        }
    }
    while !explained && !ending.is_cancelled() {
        let state = match tokio::time::timeout(LAST_WORD, states.recv()).await {
            Ok(Some(state)) => state,
            _ => SessionState::Closed {
                cause: DisconnectCause::Network,
                retrying: false,
            },
        };
        explained = ends(&state);
        inbound.state(state).await;
    }
}

/// Whether nothing comes after this state.
fn ends(state: &SessionState) -> bool {
    matches!(
        state,
        SessionState::PairingExpired
            | SessionState::Closed {
                retrying: false,
                ..
            }
    )
}
