//! Runs a recorded event again: the handler gets the recorded answers, and nothing else is in reach.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use futures::future::BoxFuture;
use jadi_plugin_manifest::SettingValue;

use super::context::{
    CommandFact, FetchError, GroupSettingFact, HttpRequest, HttpResponse, MediaError, Outcome,
    PluginFact, ReadError, Reads,
};
use super::hosting::{HostingAnswer, HostingAsk};
use super::plugin::Plugin;
use super::recording::{Answer, Call, Read, Recording, Told};
use super::run::Given;
use super::runtime::Runtime;
use jadi_model::clock::{Clock, Millis};
use jadi_model::{Ban, Jid, KnownChat, KnownCounts, KnownUser, Progress};

/// What came of an event that was run again.
#[derive(Debug)]
pub struct Replayed {
    /// The outcome, as if it had just happened.
    pub outcome: Outcome,
    /// Where the handler went another way than the recorded one, in order. The same component goes no other way.
    pub differences: Vec<String>,
}

impl Runtime {
    /// Runs a recorded event again in `plugin`, which need not be the one that it was recorded of: with the recorded input,
    /// limits, random numbers, times and answers.
    pub async fn replay(&self, plugin: &Arc<Plugin>, recording: &Recording) -> Replayed {
        let playback = Arc::new(Playback::new(recording));
        let given = Given {
            limits: recording.limits,
            input: recording.input.clone().into(),
            reads: playback.clone(),
            clock: playback.clone(),
            seed: recording.seed,
            tape: None,
        };
        Replayed {
            outcome: self.run_event(plugin, given).await,
            differences: playback.differences(),
        }
    }
}

/// How many differences are told.
const TOLD: usize = 20;

/// Gives recorded answers back.
struct Playback {
    reads: Vec<Read>,
    clock: Vec<Told>,
    cut: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many reads have been given back in their order.
    read: usize,
    /// The time that is told next, and how often it was told.
    time: (usize, u64),
    differences: Vec<String>,
}

/// A read that no recorded one answers.
#[derive(Debug, thiserror::Error)]
#[error("the recording has no answer to this")]
struct NotRecorded;

/// An answer of the recording's that is another's.
#[derive(Debug, thiserror::Error)]
#[error("the recording has an answer of another kind to this; it was changed by hand")]
struct WrongKind;

/// A failure of the time of the recording.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct FailedThen(String);

impl Playback {
    fn new(recording: &Recording) -> Self {
        Self {
            reads: recording.reads.clone(),
            clock: recording.clock.clone(),
            cut: recording.cut,
            state: Mutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The recorded answer to a question, in its turn or, for a handler that asks in another order, wherever it stands: within
    /// an event a question has one answer.
    async fn answer(&self, call: Call) -> Result<Answer, ReadError> {
        let found = {
            let mut state = self.state();
            let place = state.read;
            match self.reads.get(place) {
                Some(read) if read.call == call => {
                    state.read = place.saturating_add(1);
                    Some(read)
                }
                expected => {
                    let number = place.saturating_add(1);
                    let then = match expected {
                        Some(read) => format!("asked for {}", named(&read.call)),
                        None if self.cut => "was not recorded any more".to_owned(),
                        None => "asked for nothing more".to_owned(),
                    };
                    let found = self.reads.iter().position(|read| read.call == call);
                    let known = match found {
                        Some(_) => "the recorded answer is given",
                        None => "it was not asked for then, so that it can't be served now",
                    };
                    let now = named(&call);
                    state.note(format!(
                        "read {number}: it asks for {now}, where it {then}; {known}"
                    ));
                    if let Some(found) = found {
                        state.read = found.saturating_add(1);
                    }
                    found.and_then(|found| self.reads.get(found))
                }
            }
        };
        match found {
            None => Err(ReadError(NotRecorded.into())),
            Some(Read { answer: None, .. }) => std::future::pending().await,
            Some(Read {
                answer: Some(Answer::Failed(message)),
                ..
            }) => Err(ReadError(FailedThen(message.clone()).into())),
            Some(Read {
                answer: Some(answer),
                ..
            }) => Ok(answer.clone()),
        }
    }

    /// The differences so far, and what the handler left out.
    fn differences(&self) -> Vec<String> {
        let state = self.state();
        let mut differences = state.differences.clone();
        let left = self.reads.len().saturating_sub(state.read);
        if left > 0 && differences.is_empty() {
            differences.push(format!(
                "it ends before {left} of its {} recorded reads",
                self.reads.len()
            ));
        }
        differences
    }
}

impl State {
    fn note(&mut self, difference: String) {
        if self.differences.len() < TOLD {
            self.differences.push(difference);
        }
    }
}

/// A question in words.
fn named(call: &Call) -> String {
    match call {
        Call::KvGet { key } => format!("the value of {key:?}"),
        Call::KvKeys {
            prefix,
            after: None,
            ..
        } => format!("the keys that start with {prefix:?}"),
        Call::KvKeys {
            prefix,
            after: Some(after),
            ..
        } => format!("the keys that start with {prefix:?}, after {after:?}"),
        Call::KvBytes => "the size of its data".to_owned(),
        Call::Setting { name, .. } => format!("the setting {name:?}"),
        Call::Scheduled => "what it scheduled".to_owned(),
        Call::Commands => "the commands".to_owned(),
        Call::GroupSettings => "the group's settings".to_owned(),
        Call::User { .. } => "what is known of somebody".to_owned(),
        Call::Chat => "what is known of the chat".to_owned(),
        Call::Counts => "how much the bot knows".to_owned(),
        Call::Bans => "who is banned".to_owned(),
        Call::Plugins => "what is installed".to_owned(),
        Call::Media { .. } => "a file".to_owned(),
        Call::Picture { .. } => "a picture".to_owned(),
        Call::InviteCode => "the group's invitation".to_owned(),
        Call::Fetch { method, url, .. } => format!("{method} {url:?}"),
        Call::Hosting { .. } => "the host's bots".to_owned(),
        Call::Progress { .. } => "an early effect".to_owned(),
    }
}

fn wrong<T>() -> Result<T, ReadError> {
    Err(ReadError(WrongKind.into()))
}

#[async_trait]
impl Reads for Playback {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let key = key.to_owned();
        match self.answer(Call::KvGet { key }).await? {
            Answer::Value(value) => Ok(value.map(|bytes| bytes.0)),
            _ => wrong(),
        }
    }

    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        let call = Call::KvKeys {
            prefix: prefix.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        match self.answer(call).await? {
            Answer::Keys(keys) => Ok(keys),
            _ => wrong(),
        }
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        match self.answer(Call::KvBytes).await? {
            Answer::Size(bytes) => Ok(bytes),
            _ => wrong(),
        }
    }

    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError> {
        let name = name.to_owned();
        match self.answer(Call::Setting { name, here }).await? {
            Answer::Setting(value) => Ok(value),
            _ => wrong(),
        }
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        match self.answer(Call::Scheduled).await? {
            Answer::Scheduled(names) => Ok(names),
            _ => wrong(),
        }
    }

    async fn media(&self, _handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError> {
        match self.answer(Call::Media { limit }).await? {
            Answer::File(bytes) => Ok(bytes.0),
            Answer::FileGone => Err(MediaError::Gone),
            Answer::FileTooLarge => Err(MediaError::TooLarge),
            _ => wrong().map_err(MediaError::Unavailable),
        }
    }

    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, MediaError> {
        let of = of.clone();
        match self.answer(Call::Picture { of, limit }).await? {
            Answer::File(bytes) => Ok(Some(bytes.0)),
            Answer::FileGone => Ok(None),
            Answer::FileTooLarge => Err(MediaError::TooLarge),
            _ => wrong().map_err(MediaError::Unavailable),
        }
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        match self.answer(Call::InviteCode).await? {
            Answer::InviteCode(code) => Ok(code),
            _ => wrong(),
        }
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        match self.answer(Call::from(&request)).await {
            Ok(Answer::Response {
                status,
                headers,
                body,
            }) => Ok(HttpResponse {
                status,
                headers,
                body: body.0,
            }),
            Ok(Answer::NoResponse(error)) => Err(error),
            // Nothing else can be told of it: no server was asked.
            _ => Err(FetchError::Unavailable),
        }
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        match self.answer(Call::Commands).await? {
            Answer::Commands(facts) => Ok(facts),
            _ => wrong(),
        }
    }

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        match self.answer(Call::GroupSettings).await? {
            Answer::GroupSettings(facts) => Ok(facts),
            _ => wrong(),
        }
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError> {
        let person = person.clone();
        match self.answer(Call::User { person }).await? {
            Answer::User(user) => Ok(user),
            _ => wrong(),
        }
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        match self.answer(Call::Chat).await? {
            Answer::Chat(chat) => Ok(chat),
            _ => wrong(),
        }
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        match self.answer(Call::Counts).await? {
            Answer::Counts(counts) => Ok(counts),
            _ => wrong(),
        }
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        match self.answer(Call::Bans).await? {
            Answer::Bans(bans) => Ok(bans),
            _ => wrong(),
        }
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        match self.answer(Call::Plugins).await? {
            Answer::Plugins(facts) => Ok(facts),
            _ => wrong(),
        }
    }

    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        match self.answer(Call::Hosting { ask }).await? {
            Answer::Hosting(answer) => Ok(*answer),
            _ => wrong(),
        }
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        match self.answer(Call::Progress { shown: progress }).await? {
            Answer::Shown => Ok(()),
            _ => wrong(),
        }
    }
}

/// The recorded times; a handler that asks more often is told the last one again.
impl Clock for Playback {
    fn now(&self) -> Millis {
        let mut state = self.state();
        let (place, times) = state.time;
        let told = self.clock.get(place).or(self.clock.last());
        let Some(told) = told else {
            state.note("it asks for the time, which was not asked for then".to_owned());
            return 0;
        };
        state.time = if times.saturating_add(1) >= told.times {
            (place.saturating_add(1), 0)
        } else {
            (place, times.saturating_add(1))
        };
        told.at
    }

    /// Nothing in an event waits for a time.
    fn sleep_until(&self, _at: Millis) -> BoxFuture<'static, ()> {
        Box::pin(std::future::ready(()))
    }
}
