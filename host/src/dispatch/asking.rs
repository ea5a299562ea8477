//! Commands that programs give in the name of a bot's owner. Each is an event like any other, as if the owner had written it to
//! the bot in private; but what would go to that chat goes to who asked.
//!
//! Who asked waits in memory. After a crash nobody does, and the answers go to the owner's chat.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::core::Core;
use crate::model::{
    Action, Chat, ChatKind, Event, EventKey, EventKind, Jid, Message, Outgoing, Person,
};
use crate::store::{Arrival, Row, StoreError};

/// How long a command may take.
const DEADLINE: Duration = Duration::from_secs(30);

/// How a command went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ended {
    /// Its plugin has handled it.
    #[default]
    Done,
    /// The host did not let the plugin have it: by role, place or cooldown.
    Refused,
    /// The plugin failed.
    Failed,
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answered {
    /// How it went.
    pub ended: Ended,
    /// What would have gone to the owner's chat, in order.
    pub said: Vec<Action>,
}

/// Why nothing came of one.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The bot is not connected.
    #[error("the bot is not connected; start it, or wait until it is")]
    NotOpen,
    /// No enabled plugin has the command.
    #[error("the bot has no such command; !menu lists them")]
    NoSuchCommand,
    /// It took too long; it goes on, and what it says goes to the owner's chat.
    #[error("the command took too long; what comes of it goes to the owner's chat")]
    Late,
    /// Nobody owns the bot.
    #[error("the bot has no owner")]
    NoOwner,
    /// It can't be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Commands that somebody waits for, by their rows in the inbox.
#[derive(Default)]
pub(super) struct Asked(Mutex<HashMap<Row, Waiting>>);

struct Waiting {
    so_far: Answered,
    answer: oneshot::Sender<Answered>,
}

impl Asked {
    fn begin(&self, row: Row) -> oneshot::Receiver<Answered> {
        let (answer, answered) = oneshot::channel();
        let so_far = Answered::default();
        self.all().insert(row, Waiting { so_far, answer });
        answered
    }

    /// Nobody is answered any more.
    pub(super) fn forget(&self, row: Row) {
        self.all().remove(&row);
    }

    /// Whether somebody waits for this event.
    pub(super) fn is(&self, row: Row) -> bool {
        self.all().contains_key(&row)
    }

    /// Takes what is for who asked out of what goes to WhatsApp.
    pub(super) fn take(&self, row: Row, chat: &Jid, outgoing: &mut Vec<Outgoing>) -> Vec<Action> {
        if !self.is(row) {
            return Vec::new();
        }
        let is_said = |outgoing: &mut Outgoing| match &outgoing.action {
            Action::Send(send) => send.chat == *chat,
            Action::Edit { chat: to, .. } => to == chat,
            Action::React { target, .. } | Action::Delete { target } => target.chat == *chat,
            Action::Group { .. } | Action::Hosting { .. } | Action::Bot { .. } => false,
        };
        let said = outgoing.extract_if(.., is_said);
        said.map(|outgoing| outgoing.action).collect()
    }

    /// Keeps what a plugin has said, now that the rest of what it did is kept.
    pub(super) fn said(&self, row: Row, said: Vec<Action>) {
        if let Some(waiting) = self.all().get_mut(&row) {
            waiting.so_far.said.extend(said);
        }
    }

    /// Notes that a command did not go as it should.
    pub(super) fn ended(&self, row: Row, ended: Ended) {
        if let Some(waiting) = self.all().get_mut(&row) {
            waiting.so_far.ended = ended;
        }
    }

    /// Answers who asked, when the event has had its round.
    pub(super) fn finish(&self, row: Row) {
        let waiting = self.all().remove(&row);
        if let Some(Waiting { so_far, answer }) = waiting {
            // Who asked may have gone.
            let _ = answer.send(so_far);
        }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Row, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has a command run for the bot's owner; `text` is what they would type after the prefix.
pub(super) async fn ask(core: &Arc<Core>, text: &str) -> Result<Answered, AskError> {
    if !core.is_open() {
        return Err(AskError::NotOpen);
    }
    let owner = core.callers.owners().into_iter().next();
    let owner = owner.ok_or(AskError::NoOwner)?;
    let settings = core.settings();
    let prefix = settings.prefixes.first().map_or("", String::as_str);
    let event = command(core, owner, format!("{prefix}{text}"));
    let matches = core.enabled().matches(&event, &settings.prefixes);
    if !matches.iter().any(|found| found.command().is_some()) {
        return Err(AskError::NoSuchCommand);
    }
    let arrival = Arrival {
        event,
        wanted: true,
        keep: false,
        meets: false,
        gathers: None,
        posts: None,
    };
    let accepted = core.data.accept(vec![arrival], core.clock.now()).await?;
    let Some(waiting) = accepted.new.into_iter().next() else {
        return Err(AskError::NoSuchCommand);
    };
    let deadline = core.clock.sleep(DEADLINE);
    let answered = core.asked.begin(waiting.row);
    core.inbox.push([(waiting.chat, waiting.row)]);
    let answered = tokio::select! {
        answered = answered => answered.ok(),
        () = deadline => None,
    };
    // The host ends, or it took too long.
    answered.ok_or_else(|| {
        core.asked.forget(waiting.row);
        AskError::Late
    })
}

/// The event of a command that the owner could have typed.
fn command(core: &Core, owner: Jid, text: String) -> Event {
    Event {
        key: EventKey {
            chat: owner.clone(),
            sender: owner.clone(),
            id: core.new_id(),
        },
        at: core.clock.now(),
        chat: Chat {
            jid: owner.clone(),
            kind: ChatKind::Private,
        },
        sender: Person {
            jid: owner,
            lid: None,
            name: String::new(),
        },
        kind: EventKind::Message(Message {
            text,
            ..Message::default()
        }),
    }
}
