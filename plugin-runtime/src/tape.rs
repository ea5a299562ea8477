//! Writes down what a handler reads while it runs: in memory, and thrown away when the event ends well.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jadi_plugin_manifest::SettingValue;

use super::context::{
    CommandFact, EventInput, FetchError, GroupSettingFact, HttpRequest, HttpResponse, MediaError,
    PluginFact, ReadError, Reads,
};
use super::hosting::{HostingAnswer, HostingAsk};
use super::limits::EventLimits;
use super::recording::{Answer, Bytes, Call, Read, Recording, Told};
use futures::future::BoxFuture;
use jadi_model::clock::{Clock, Millis, SharedClock};
use jadi_model::{Ban, Jid, KnownChat, KnownCounts, KnownUser, Progress};

/// The most that is written down of one event, bytes. What is read beyond it is served all the same.
const MOST: usize = 1024 * 1024;
/// The most different times that are written down.
const TIMES: usize = 4096;

/// Stands between a handler and what it reads.
pub(super) struct Tape {
    reads: Arc<dyn Reads>,
    clock: SharedClock,
    written: Mutex<Written>,
}

#[derive(Default)]
struct Written {
    reads: Vec<Read>,
    clock: Vec<Told>,
    bytes: usize,
    cut: bool,
}

impl Tape {
    pub(super) fn new(reads: Arc<dyn Reads>, clock: SharedClock) -> Self {
        Self {
            reads,
            clock,
            written: Mutex::default(),
        }
    }

    /// What was written down, with what went in.
    pub(super) fn recording(
        &self,
        input: EventInput,
        limits: EventLimits,
        seed: [u8; 32],
    ) -> Recording {
        let written = std::mem::take(&mut *self.written());
        Recording {
            input: input.into(),
            limits,
            seed,
            clock: written.clock,
            reads: written.reads,
            cut: written.cut,
        }
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a question down before it is asked, so that one without an answer is known too.
    fn ask(&self, call: Call) -> Option<usize> {
        let mut written = self.written();
        if written.bytes > MOST {
            written.cut = true;
            return None;
        }
        written.bytes = written.bytes.saturating_add(size_of::<Read>());
        written.reads.push(Read { call, answer: None });
        Some(written.reads.len().saturating_sub(1))
    }

    /// Writes the answer down.
    fn note<T, E: ToAnswer>(
        &self,
        place: Option<usize>,
        answer: Result<T, E>,
        write: impl FnOnce(&T) -> Answer,
    ) -> Result<T, E> {
        if let Some(place) = place {
            let answer = match &answer {
                Ok(answer) => write(answer),
                Err(error) => error.to_answer(),
            };
            let mut written = self.written();
            written.bytes = written.bytes.saturating_add(answer.weight());
            if let Some(read) = written.reads.get_mut(place) {
                read.answer = Some(answer);
            }
        }
        answer
    }
}

/// A failure as it is written down.
trait ToAnswer {
    fn to_answer(&self) -> Answer;
}

impl ToAnswer for ReadError {
    fn to_answer(&self) -> Answer {
        Answer::Failed(self.0.to_string())
    }
}

impl ToAnswer for MediaError {
    fn to_answer(&self) -> Answer {
        match self {
            Self::Gone => Answer::FileGone,
            Self::TooLarge => Answer::FileTooLarge,
            Self::Unavailable(error) => error.to_answer(),
        }
    }
}

impl ToAnswer for FetchError {
    fn to_answer(&self) -> Answer {
        Answer::NoResponse(self.clone())
    }
}

#[async_trait]
impl Reads for Tape {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let key_kept = key.to_owned();
        let place = self.ask(Call::KvGet { key: key_kept });
        let value = self.reads.kv_get(key).await;
        self.note(place, value, |value| {
            Answer::Value(value.clone().map(Bytes))
        })
    }

    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        let place = self.ask(Call::KvKeys {
            prefix: prefix.to_owned(),
            after: after.map(str::to_owned),
            limit,
        });
        let keys = self.reads.kv_keys(prefix, after, limit).await;
        self.note(place, keys, |keys| Answer::Keys(keys.clone()))
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        let place = self.ask(Call::KvBytes);
        let bytes = self.reads.kv_bytes().await;
        self.note(place, bytes, |bytes| Answer::Size(*bytes))
    }

    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError> {
        let place = self.ask(Call::Setting {
            name: name.to_owned(),
            here,
        });
        let value = self.reads.setting(name, here).await;
        self.note(place, value, |value| Answer::Setting(value.clone()))
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        let place = self.ask(Call::Scheduled);
        let names = self.reads.scheduled().await;
        self.note(place, names, |names| Answer::Scheduled(names.clone()))
    }

    async fn media(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError> {
        let place = self.ask(Call::Media { limit });
        let file = self.reads.media(handle, limit).await;
        self.note(place, file, |file| Answer::File(Bytes(file.clone())))
    }

    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, MediaError> {
        let of_kept = of.clone();
        let place = self.ask(Call::Picture { of: of_kept, limit });
        let file = self.reads.picture(of, limit).await;
        self.note(place, file, |file| match file {
            Some(file) => Answer::File(Bytes(file.clone())),
            None => Answer::FileGone,
        })
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        let place = self.ask(Call::InviteCode);
        let code = self.reads.invite_code().await;
        self.note(place, code, |code| Answer::InviteCode(code.clone()))
    }

    async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let place = self.ask(Call::from(&request));
        let response = self.reads.fetch(request).await;
        self.note(place, response, |response| Answer::Response {
            status: response.status,
            headers: response.headers.clone(),
            body: Bytes(response.body.clone()),
        })
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        let place = self.ask(Call::Commands);
        let facts = self.reads.commands().await;
        self.note(place, facts, |facts| Answer::Commands(facts.clone()))
    }

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        let place = self.ask(Call::GroupSettings);
        let facts = self.reads.group_settings().await;
        self.note(place, facts, |facts| Answer::GroupSettings(facts.clone()))
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError> {
        let person_kept = person.clone();
        let place = self.ask(Call::User {
            person: person_kept,
        });
        let user = self.reads.user(person).await;
        self.note(place, user, |user| Answer::User(user.clone()))
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        let place = self.ask(Call::Chat);
        let chat = self.reads.chat().await;
        self.note(place, chat, |chat| Answer::Chat(chat.clone()))
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        let place = self.ask(Call::Counts);
        let counts = self.reads.counts().await;
        self.note(place, counts, |counts| Answer::Counts(*counts))
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        let place = self.ask(Call::Bans);
        let bans = self.reads.bans().await;
        self.note(place, bans, |bans| Answer::Bans(bans.clone()))
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        let place = self.ask(Call::Plugins);
        let facts = self.reads.plugins().await;
        self.note(place, facts, |facts| Answer::Plugins(facts.clone()))
    }

    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        let asked = ask.clone();
        let place = self.ask(Call::Hosting { ask: asked });
        let answer = self.reads.hosting(ask).await;
        self.note(place, answer, |answer| {
            Answer::Hosting(Box::new(answer.clone()))
        })
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        let shown = progress.clone();
        let place = self.ask(Call::Progress { shown });
        let done = self.reads.progress(progress).await;
        self.note(place, done, |()| Answer::Shown)
    }
}

impl Clock for Tape {
    fn now(&self) -> Millis {
        let now = self.clock.now();
        let mut written = self.written();
        let room = written.clock.len() < TIMES;
        match written.clock.last_mut() {
            Some(told) if told.at == now => told.times = told.times.saturating_add(1),
            _ if room => written.clock.push(Told { at: now, times: 1 }),
            _ => written.cut = true,
        }
        now
    }

    fn sleep_until(&self, at: Millis) -> BoxFuture<'static, ()> {
        self.clock.sleep_until(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::support::{Data, input};
    use jadi_model::clock::SystemClock;

    fn tape(data: Data) -> Tape {
        Tape::new(Arc::new(data), Arc::new(SystemClock))
    }

    #[tokio::test]
    async fn what_is_read_is_written_down_in_order() {
        let tape = tape(Data {
            kv: [("a".to_owned(), b"1".to_vec())].into(),
            ..Data::default()
        });
        let value = tape.kv_get("a").await.expect("a value");
        assert_eq!(value.as_deref(), Some(b"1".as_slice()));
        tape.kv_keys("", Some("a"), 5).await.expect("keys");
        let recording = tape.recording(input(), EventLimits::default(), [7; 32]);
        let key = "a".to_owned();
        let expected = [
            Read {
                call: Call::KvGet { key: key.clone() },
                answer: Some(Answer::Value(Some(Bytes(b"1".to_vec())))),
            },
            Read {
                call: Call::KvKeys {
                    prefix: String::new(),
                    after: Some(key),
                    limit: 5,
                },
                answer: Some(Answer::Keys(Vec::new())),
            },
        ];
        assert_eq!(recording.reads, expected);
        assert!(!recording.cut);
    }

    #[tokio::test]
    async fn too_much_is_served_but_not_written_down() {
        let tape = tape(Data {
            kv: [("a".to_owned(), vec![1; 60_000])].into(),
            ..Data::default()
        });
        for _ in 0..128 {
            let value = tape.kv_get("a").await.expect("a value");
            assert_eq!(value.map(|value| value.len()), Some(60_000));
        }
        let recording = tape.recording(input(), EventLimits::default(), [7; 32]);
        assert!(recording.cut);
        assert!(
            recording.reads.len() < 30,
            "{} reads",
            recording.reads.len()
        );
    }
}
