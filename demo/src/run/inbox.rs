//! What has arrived on each phone, in the order in which it came, and which of it a transcript has already met.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jadi_simulator::{Body, ChatId, DeletedBy, MessageKey, Phone, PhoneEvent, SeenMessage};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio_util::task::AbortOnDropHandle;

/// Something that a phone was shown, by somebody else.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arrival {
    /// Where.
    pub(super) chat: ChatId,
    /// Number of who did it.
    pub(super) author: String,
    /// What.
    pub(super) what: What,
    /// Which message it is, for one that is replaced when it can be read after all.
    pub(super) key: MessageKey,
    /// Whether an expectation has met it.
    met: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Message { body: Body, text: String },
    Reaction { emoji: String, to: String },
    Edit { text: String },
    Delete { text: String },
}

/// Where to look: a chat, and there everybody or one author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) chat: ChatId,
    pub(super) author: Option<String>,
}

impl Lane {
    fn has(&self, came: &Arrival) -> bool {
        came.chat == self.chat
            && self
                .author
                .as_ref()
                .is_none_or(|author| *author == came.author)
    }
}

/// The arrivals of one phone. It listens until it is dropped.
pub(super) struct Inbox {
    phone: Phone,
    shared: Arc<Shared>,
    changes: watch::Receiver<usize>,
    _listener: AbortOnDropHandle<()>,
}

#[derive(Default)]
struct Log {
    arrivals: Vec<Arrival>,
    /// The last known text of each message, own ones included: a deleted one can't be asked any more.
    texts: HashMap<MessageKey, String>,
    /// Events were lost, so that nothing can be said about what came.
    torn: bool,
}

struct Shared {
    log: Mutex<Log>,
    changed: watch::Sender<usize>,
}

impl Shared {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox {
    /// Listens to this phone from now on.
    pub(super) fn open(phone: Phone) -> Self {
        let changed = watch::Sender::new(0);
        let changes = changed.subscribe();
        let shared = Arc::new(Shared {
            log: Mutex::default(),
            changed,
        });
        let listener = tokio::spawn(listen(
            phone.subscribe(),
            phone.number().to_owned(),
            shared.clone(),
        ));
        Self {
            phone,
            shared,
            changes,
            _listener: AbortOnDropHandle::new(listener),
        }
    }

    pub(super) fn phone(&self) -> &Phone {
        &self.phone
    }

    /// Tells what an own message says, since a phone is not told of those.
    pub(super) fn note_own(&self, key: MessageKey, text: &str) {
        self.shared.log().texts.insert(key, text.to_owned());
    }

    /// Resolves when something came since the last call.
    pub(super) async fn changed(&mut self) {
        // It can't fail: the sender lives in `shared`.
        let _ = self.changes.changed().await;
    }

    /// How much has come in all.
    pub(super) fn count(&self) -> usize {
        self.shared.log().arrivals.len()
    }

    /// Whether events were lost on the way here.
    pub(super) fn is_torn(&self) -> bool {
        self.shared.log().torn
    }

    /// What came in this lane after the last thing that was met in it, up to and with the first that meets `is_it`, which
    /// counts as met from now on. `None`: nothing meets it yet.
    pub(super) fn meet(&self, lane: &Lane, is_it: impl Fn(&What) -> bool) -> Option<Vec<Arrival>> {
        let mut log = self.shared.log();
        let start = start_of_rest(&log.arrivals, lane);
        let found = log.arrivals[start..]
            .iter()
            .position(|came| lane.has(came) && is_it(&came.what))?;
        let end = start + found;
        log.arrivals[end].met = true;
        let passed = log.arrivals[start..=end].iter();
        Some(passed.filter(|came| lane.has(came)).cloned().collect())
    }

    /// What came in this lane after the last thing that was met in it.
    pub(super) fn rest(&self, lane: &Lane) -> Vec<Arrival> {
        let log = self.shared.log();
        let start = start_of_rest(&log.arrivals, lane);
        let rest = log.arrivals[start..].iter();
        rest.filter(|came| lane.has(came)).cloned().collect()
    }

    /// What this number sent last of that which `read` makes something of.
    pub(super) fn last(&self, from: &str, read: fn(&What) -> Option<String>) -> Option<String> {
        let log = self.shared.log();
        let mut sent = log.arrivals.iter().rev().filter(|came| came.author == from);
        sent.find_map(|came| read(&came.what))
    }

    /// What came in this lane before the last thing that was met in it, without being met itself.
    pub(super) fn passed_over(&self, lane: &Lane) -> Vec<Arrival> {
        let log = self.shared.log();
        let start = start_of_rest(&log.arrivals, lane);
        let before = log.arrivals[..start].iter();
        let unmet = |came: &&Arrival| lane.has(came) && !came.met;
        before.filter(unmet).cloned().collect()
    }
}

fn start_of_rest(arrivals: &[Arrival], lane: &Lane) -> usize {
    let last_met = arrivals.iter().rposition(|came| came.met && lane.has(came));
    last_met.map_or(0, |at| at + 1)
}

async fn listen(mut events: broadcast::Receiver<PhoneEvent>, own: String, shared: Arc<Shared>) {
    loop {
        match events.recv().await {
            Ok(event) => {
                shared.log().take(event, &own);
            }
            Err(RecvError::Lagged(_)) => shared.log().torn = true,
            Err(RecvError::Closed) => return,
        }
        shared.changed.send_modify(|count| *count += 1);
    }
}

impl Log {
    fn take(&mut self, event: PhoneEvent, own: &str) {
        match event {
            PhoneEvent::Message(message) => self.message(message, own),
            PhoneEvent::Edited { key, text } => {
                self.texts.insert(key.clone(), text.clone());
                self.push(key.sender.clone(), key, What::Edit { text }, own);
            }
            PhoneEvent::Deleted { key, by } => {
                let author = match by {
                    DeletedBy::Sender => key.sender.clone(),
                    DeletedBy::Admin(number) => number,
                };
                let text = self.text_of(&key);
                self.push(author, key, What::Delete { text }, own);
            }
            PhoneEvent::Reaction { key, from, emoji } => {
                let to = self.text_of(&key);
                self.push(from, key, What::Reaction { emoji, to }, own);
            }
            PhoneEvent::Receipt { .. }
            | PhoneEvent::Group { .. }
            | PhoneEvent::Typing { .. }
            | PhoneEvent::DeviceLinked(_)
            | PhoneEvent::DeviceUnlinked(_) => {}
        }
    }

    fn message(&mut self, message: SeenMessage, own: &str) {
        self.texts.insert(message.key.clone(), message.text.clone());
        if message.from_me || matches!(message.body, Body::System(_)) {
            return;
        }
        let what = What::Message {
            body: message.body,
            text: message.text,
        };
        let unreadable = |came: &&mut Arrival| {
            came.key == message.key
                && matches!(
                    came.what,
                    What::Message {
                        body: Body::Undecryptable,
                        ..
                    }
                )
        };
        match self.arrivals.iter_mut().find(unreadable) {
            Some(came) => came.what = what,
            None => self.push(message.key.sender.clone(), message.key, what, own),
        }
    }

    fn push(&mut self, author: String, key: MessageKey, what: What, own: &str) {
        if author == own {
            return;
        }
        self.arrivals.push(Arrival {
            chat: key.chat.clone(),
            author,
            what,
            key,
            met: false,
        });
    }

    fn text_of(&self, key: &MessageKey) -> String {
        self.texts.get(key).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
