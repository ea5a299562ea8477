//! What came of a message.

use std::fmt;

use jadi_model::{Action, GroupChange, HostingOrder, Progress, Role, SendMessage};
use jadi_plugin_manifest::Place;
use jadi_plugin_runtime::routing::Refusal;
use jadi_plugin_runtime::{Failure, LogLine, Outcome, Receipt};

/// What came of a message: what the plugin wants done, what it logged, what it cost; or why it was not asked.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// What is to be done, in its order; empty when the handler failed.
    pub actions: Vec<Action>,
    /// What was shown before the handler returned.
    pub progress: Vec<Progress>,
    /// What the plugin logged, also when it failed.
    pub log: Vec<LogLine>,
    /// What it cost; all zero when the plugin was not asked.
    pub receipt: Receipt,
    pub(crate) failure: Option<Failure>,
    pub(crate) refused: Option<Refused>,
    pub(crate) asked: bool,
    pub(crate) ends: bool,
}

/// Why the host did not hand a command to the plugin. Whoever typed it is told so in the host's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It works in that place only.
    Place(Place),
    /// It needs that role.
    Role(Role),
    /// The bot would have to be an admin of the group.
    BotNotAdmin,
    /// The same person used it a moment ago.
    TooSoon {
        /// How long they have to wait, seconds.
        seconds: u32,
    },
    /// The same, and they have been told already: the bot is silent.
    TooSoonAgain,
    /// They are banned from the bot's commands.
    Banned,
    /// The bot is off in this group: it is silent.
    Off,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Place(place) => Self::Place(place),
            Refusal::Role(role) => Self::Role(role),
            Refusal::BotNotAdmin => Self::BotNotAdmin,
        }
    }
}

impl Told {
    pub(crate) fn refusal(refused: Refused) -> Self {
        Self {
            refused: Some(refused),
            ..Self::default()
        }
    }

    pub(crate) fn outcome(outcome: Outcome, progress: Vec<Progress>) -> Self {
        Self {
            actions: outcome.actions,
            progress,
            log: outcome.log,
            receipt: outcome.receipt,
            failure: outcome.failure,
            refused: None,
            asked: true,
            ends: outcome.consumed,
        }
    }

    /// The text of the one message that the bot sends.
    ///
    /// # Panics
    ///
    /// When it sends none, or several: see [`Told::texts`].
    #[track_caller]
    pub fn text(&self) -> &str {
        &self.message().text
    }

    /// The one message that the bot sends, with its mentions and what it quotes.
    ///
    /// # Panics
    ///
    /// When it sends none, or several: see [`Told::messages`].
    #[track_caller]
    pub fn message(&self) -> &SendMessage {
        let mut messages = self.messages();
        match (messages.next(), messages.next()) {
            (Some(message), None) => message,
            _ => panic!("the bot was to send one message, and did not: {self}"),
        }
    }

    /// All messages that the bot sends.
    pub fn messages(&self) -> impl Iterator<Item = &SendMessage> {
        self.actions.iter().filter_map(|action| match action {
            Action::Send(message) => Some(message),
            _ => None,
        })
    }

    /// The texts of all messages that the bot sends.
    pub fn texts(&self) -> Vec<&str> {
        self.messages()
            .map(|message| message.text.as_str())
            .collect()
    }

    /// The emojis that the bot puts on messages.
    pub fn reactions(&self) -> Vec<&str> {
        let mut emojis = Vec::new();
        for action in &self.actions {
            if let Action::React { emoji, .. } = action {
                emojis.push(emoji.as_str());
            }
        }
        emojis
    }

    /// The new texts of messages that the bot changes.
    pub fn edits(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        for action in &self.actions {
            if let Action::Edit { text, .. } = action {
                texts.push(text.as_str());
            }
        }
        texts
    }

    /// What is to be done with the host's bots.
    pub fn orders(&self) -> Vec<&HostingOrder> {
        let orders = self.actions.iter();
        let orders = orders.filter_map(|action| match action {
            Action::Hosting { order, .. } => Some(order.as_ref()),
            _ => None,
        });
        orders.collect()
    }

    /// Whether the message was for this plugin, and no rule kept it from it.
    pub fn was_asked(&self) -> bool {
        self.asked
    }

    /// Whether the event's round ends here: plugins whose turn comes later don't get it.
    pub fn ends_the_round(&self) -> bool {
        self.ends
    }

    /// The changes of the group, in their order.
    pub fn group_changes(&self) -> Vec<&GroupChange> {
        let mut changes = Vec::new();
        for action in &self.actions {
            if let Action::Group { change, .. } = action {
                changes.push(change);
            }
        }
        changes
    }

    /// How many messages the bot deletes.
    pub fn deletions(&self) -> usize {
        let deletes = |action: &&Action| matches!(action, Action::Delete { .. });
        self.actions.iter().filter(deletes).count()
    }

    /// Whether the bot does nothing at all, as at talk that is not for it.
    pub fn is_silent(&self) -> bool {
        self.actions.is_empty() && self.refused.is_none()
    }

    /// Why the host did not hand the command to the plugin, if it did not.
    pub fn refused(&self) -> Option<Refused> {
        self.refused
    }

    /// Why the handler failed, if it did.
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// As a test's failure shows it.
impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.failure, self.refused) {
            (Some(failure), _) => {
                write!(f, "{failure}")?;
                for frame in failure.backtrace() {
                    write!(f, "\n    at {frame}")?;
                }
            }
            (None, Some(refused)) => write!(f, "the host refused the command: {refused:?}")?,
            (None, None) if !self.asked => f.write_str("the message was not for this plugin")?,
            (None, None) => {
                write!(f, "it does {} things", self.actions.len())?;
                for action in &self.actions {
                    match action {
                        Action::Send(message) => write!(f, "\n    sends {:?}", message.text)?,
                        other => write!(f, "\n    {other:?}")?,
                    }
                }
            }
        }
        for line in &self.log {
            write!(f, "\n    log {:?}: {}", line.level, line.text)?;
        }
        Ok(())
    }
}
