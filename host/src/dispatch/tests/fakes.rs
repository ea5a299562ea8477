//! Plugins and sessions that do what a test says.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::future::BoxFuture;
use jadi_plugin_manifest::Manifest;
use tokio::sync::watch;

use super::Handler;
use crate::dispatch::{Installed, PluginDesk, SwitchError};
use crate::model::{
    Action, BotId, ChangeOutcome, Event, EventKind, GroupInfo, Jid, Outgoing, Participant,
    PersonChanged, PhoneNumber, Progress, SendMessage,
};
use crate::plugins::{
    Allowance, Digest, EventInput, EventLimits, Grants, KvWrite, LimitOverrides, Limits, Outcome,
    Reads, Receipt,
};
use crate::whatsapp::{DownloadError, SendError, Session, Traffic};

type Behaviour = dyn Fn(EventInput, Arc<dyn Reads>) -> BoxFuture<'static, Outcome> + Send + Sync;

/// A plugin.
pub(crate) struct Fake {
    manifest: Manifest,
    digest: String,
    behaviour: Box<Behaviour>,
}

impl Fake {
    /// A plugin that answers `<name>: <text>`.
    pub(crate) fn echo(manifest: &str) -> Arc<dyn Handler> {
        let name = parsed(manifest).name;
        Self::doing(manifest, move |input, _| {
            let text = format!("{name}: {}", said(&input.event));
            let outcome = answered(&input.event, &text);
            Box::pin(async move { outcome })
        })
    }

    /// A plugin that does this.
    pub(crate) fn doing(
        manifest: &str,
        behaviour: impl Fn(EventInput, Arc<dyn Reads>) -> BoxFuture<'static, Outcome>
        + Send
        + Sync
        + 'static,
    ) -> Arc<dyn Handler> {
        Arc::new(Self {
            digest: Digest::of(manifest.as_bytes()).to_string(),
            manifest: parsed(manifest),
            behaviour: Box::new(behaviour),
        })
    }
}

fn parsed(manifest: &str) -> Manifest {
    Manifest::parse(manifest.as_bytes()).expect("manifest")
}

#[async_trait]
impl Handler for Fake {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn grants(&self) -> Grants {
        Grants::ALL
    }

    fn digest(&self) -> &str {
        &self.digest
    }

    fn limits(&self, of_bot: &LimitOverrides) -> Allowance {
        Limits::default().effective(&self.manifest, &[of_bot])
    }

    async fn handle(
        &self,
        input: EventInput,
        _limits: EventLimits,
        reads: Arc<dyn Reads>,
    ) -> Outcome {
        (self.behaviour)(input, reads).await
    }
}

/// The text of a message.
pub(crate) fn said(event: &Event) -> &str {
    match &event.kind {
        EventKind::Message(message) => &message.text,
        _ => "",
    }
}

/// A run that answers in the event's chat.
pub(crate) fn answered(event: &Event, text: &str) -> Outcome {
    Outcome {
        actions: vec![Action::Send(SendMessage {
            chat: event.chat.jid.clone(),
            text: text.to_owned(),
            media: None,
            quote: None,
            mentions: Vec::new(),
            poll: None,
        })],
        kv_writes: Vec::<KvWrite>::new(),
        setting_writes: Vec::new(),
        schedule_writes: Vec::new(),
        bot_writes: Vec::new(),
        log: Vec::new(),
        receipt: Receipt::default(),
        consumed: false,
        failure: None,
        recording: None,
    }
}

/// Plugins of a host that has none, and what was asked to be switched.
#[derive(Default)]
pub(crate) struct FakeDesk {
    switched: Mutex<Vec<(String, bool)>>,
    /// How often it can't be reached.
    pub(crate) unavailable: Mutex<u32>,
}

impl FakeDesk {
    /// What was switched, in order.
    pub(crate) fn switched(&self) -> Vec<(String, bool)> {
        self.switched.lock().expect("lock").clone()
    }
}

#[async_trait]
impl PluginDesk for FakeDesk {
    async fn installed(&self, _bot: BotId) -> Vec<Installed> {
        Vec::new()
    }

    async fn switch(&self, _bot: BotId, plugin: &str, enabled: bool) -> Result<(), SwitchError> {
        let mut unavailable = self.unavailable.lock().expect("lock");
        if *unavailable > 0 {
            *unavailable -= 1;
            return Err(SwitchError::Unavailable("not now".to_owned()));
        }
        let mut switched = self.switched.lock().expect("lock");
        switched.push((plugin.to_owned(), enabled));
        Ok(())
    }
}

/// A session that keeps what is sent, and ends attempts as it was told.
#[derive(Default)]
pub(crate) struct ScriptedSession {
    attempts: watch::Sender<Vec<Outgoing>>,
    script: Mutex<VecDeque<Result<(), SendError>>>,
    groups: Mutex<HashMap<Jid, Vec<Participant>>>,
    asked_for_groups: Mutex<u32>,
    unavailable: Mutex<u32>,
    gave_back: Mutex<u32>,
}

impl ScriptedSession {
    /// How often it was told to give room back.
    pub(crate) fn gave_back(&self) -> u32 {
        *self.gave_back.lock().expect("lock")
    }

    /// The next attempts end like this; later ones get through. An attempt that fails is on record too: the server may
    /// have got it all the same.
    pub(crate) fn next_attempts(&self, ends: Vec<Result<(), SendError>>) {
        self.script.lock().expect("lock").extend(ends);
    }

    /// Puts people into a group, each with whether they are an admin.
    pub(crate) fn set_group(&self, group: &str, people: &[(&str, bool)]) {
        let people = people.iter().map(|(person, admin)| Participant {
            jid: super::jid(person),
            lid: None,
            admin: *admin,
        });
        let mut groups = self.groups.lock().expect("lock");
        groups.insert(super::jid(group), people.collect());
    }

    /// The next questions for a group are not answered.
    pub(crate) fn lose_group_questions(&self, count: u32) {
        *self.unavailable.lock().expect("lock") = count;
    }

    /// How often a group was asked for.
    pub(crate) fn asked_for_groups(&self) -> u32 {
        *self.asked_for_groups.lock().expect("lock")
    }

    /// All attempts, in order.
    pub(crate) fn attempts(&self) -> Vec<Outgoing> {
        self.attempts.borrow().clone()
    }

    /// Waits until so many attempts were made.
    pub(crate) async fn until_attempted(&self, count: usize) {
        let mut attempts = self.attempts.subscribe();
        let made = attempts.wait_for(|attempts| attempts.len() >= count);
        super::soon(made).await.expect("the session is there");
    }

    /// The texts of all attempts, in order.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |outgoing: Outgoing| match outgoing.action {
            Action::Send(message) => message.text,
            other => panic!("{other:?}"),
        };
        self.attempts().into_iter().map(text).collect()
    }
}

#[async_trait]
impl Session for ScriptedSession {
    async fn send(&self, outgoing: &Outgoing) -> Result<(), SendError> {
        let attempt = outgoing.clone();
        self.attempts.send_modify(|attempts| attempts.push(attempt));
        self.script
            .lock()
            .expect("lock")
            .pop_front()
            .unwrap_or(Ok(()))
    }

    async fn change_people(&self, outgoing: &Outgoing) -> Result<Vec<PersonChanged>, SendError> {
        self.send(outgoing).await?;
        let Action::Group { change, .. } = &outgoing.action else {
            panic!("no change of a group: {outgoing:?}");
        };
        let (_, people) = change.of_people().expect("a change of people");
        let done = people.iter().cloned().map(|jid| PersonChanged {
            jid,
            outcome: ChangeOutcome::Done,
        });
        Ok(done.collect())
    }

    async fn progress(&self, _progress: &Progress) -> Result<(), SendError> {
        Ok(())
    }

    async fn group_info(&self, group: &Jid) -> Result<GroupInfo, SendError> {
        *self.asked_for_groups.lock().expect("lock") += 1;
        let mut unavailable = self.unavailable.lock().expect("lock");
        if *unavailable > 0 {
            *unavailable -= 1;
            return Err(SendError::Unavailable);
        }
        let groups = self.groups.lock().expect("lock");
        let participants = groups
            .get(group)
            .cloned()
            .ok_or_else(|| SendError::Refused("not in the group".to_owned()))?;
        Ok(GroupInfo {
            jid: group.clone(),
            subject: String::new(),
            description: String::new(),
            participants,
            creator: None,
        })
    }

    async fn download(&self, _handle: &[u8], _limit: u64) -> Result<Vec<u8>, DownloadError> {
        Err(DownloadError::Gone)
    }

    async fn picture(&self, _of: &Jid, _limit: u64) -> Result<Option<Vec<u8>>, DownloadError> {
        Ok(None)
    }

    async fn invite_code(&self, _group: &Jid) -> Result<Option<String>, SendError> {
        Ok(None)
    }

    async fn is_on_whatsapp(&self, _: &PhoneNumber) -> Result<bool, SendError> {
        Ok(true)
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            sent: 70,
            received: 130,
        }
    }

    async fn give_back(&self) {
        *self.gave_back.lock().expect("lock") += 1;
    }

    async fn log_out(&self) -> Result<(), SendError> {
        Ok(())
    }

    async fn shutdown(&self) {}
}
