//! Why a handler failed, told to the plugin's owner.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A failed event. Nothing of it was kept; other plugins still get the event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "failure", rename_all = "kebab-case")]
pub enum Failure {
    /// The handler itself returned an error.
    #[error("the handler returned an error: {message}")]
    Handler {
        /// What it said.
        message: String,
    },
    /// The component trapped: a panic, an unreachable instruction, an access out of bounds.
    #[error("the plugin trapped: {cause}")]
    Trap {
        /// The trap's name.
        cause: String,
        /// Wasm frames, innermost first, with function names where the component has them.
        backtrace: Vec<String>,
    },
    /// A limit was reached.
    #[error("the plugin reached its limit of {allowed} {limit}")]
    Limit {
        /// Which limit.
        limit: Limit,
        /// Its value, in the limit's unit.
        allowed: u64,
        /// Where it was, innermost frame first; empty when the component was not running, as at a time-out.
        backtrace: Vec<String>,
    },
    /// The host could not serve a call, or could not start the plugin. It is not the plugin's fault.
    #[error("the host could not serve the plugin: {message}")]
    Host {
        /// What failed.
        message: String,
    },
}

impl Failure {
    /// The wasm frames, innermost first; empty where there are none.
    pub fn backtrace(&self) -> &[String] {
        match self {
            Self::Trap { backtrace, .. } | Self::Limit { backtrace, .. } => backtrace,
            Self::Handler { .. } | Self::Host { .. } => &[],
        }
    }

    /// Whether it is the same failure, wherever in the component it was: a build with other names or a loop that is stopped
    /// somewhere else makes no other one of it.
    pub fn is_like(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// A limit of one event, shown with its unit. Those from [`Limit::Actions`] on are told to the handler as a refusal, which it
/// can go on without; the others end it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// CPU time, milliseconds.
    Cpu,
    /// Time from start to answer, milliseconds.
    Wall,
    /// Linear memory, bytes.
    Memory,
    /// Table elements.
    Table,
    /// Stack, bytes.
    Stack,
    /// Calls into the host.
    HostCalls,
    /// Bytes carried by one call into the host, or by the answer.
    CallBytes,
    /// Handles to what the host keeps for the instance.
    Handles,
    /// Actions asked for.
    Actions,
    /// Text of all messages and drafts, bytes.
    Text,
    /// The body of an answer from a server, bytes.
    Http,
    /// Requests to servers and their answers that are held at a time, bytes.
    HttpHeld,
    /// Files fetched and made, bytes.
    Media,
    /// People mentioned in one message.
    Mentions,
    /// A key-value's value, bytes.
    KvValue,
    /// All keys and values of the plugin in one bot, bytes.
    KvTotal,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "ms of CPU time",
            Self::Wall => "ms from start to answer",
            Self::Memory => "bytes of memory",
            Self::Table => "table elements",
            Self::Stack => "bytes of stack",
            Self::HostCalls => "calls into the host",
            Self::CallBytes => "bytes in one call into the host",
            Self::Handles => "handles held at a time",
            Self::Actions => "actions",
            Self::Text => "bytes of text in messages",
            Self::Http => "bytes in an answer",
            Self::HttpHeld => "bytes of requests and answers held at a time",
            Self::Media => "bytes of files",
            Self::Mentions => "mentions in a message",
            Self::KvValue => "bytes in a value",
            Self::KvTotal => "bytes of keys and values",
        })
    }
}
