//! A scripted client: the test says what the session tells and how sends end, and reads what was sent.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{mpsc, watch};

use super::{
    CommitError, Connector, DownloadError, Inbound, PairingMethod, SendError, Session,
    SessionError, SessionSpec, SessionState, Traffic,
};
use crate::meter::Meter;
use crate::model::{
    Action, ChangeOutcome, Event, GroupInfo, Jid, Outgoing, PersonChanged, PhoneNumber, Progress,
};

/// How long a test waits for something that must happen.
pub const DEADLINE: Duration = Duration::from_secs(5);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes [`FakeSession`]s and hands each to the test.
pub struct FakeConnector {
    refusals: Mutex<VecDeque<SessionError>>,
    started: mpsc::UnboundedSender<Arc<FakeSession>>,
}

impl FakeConnector {
    /// A connector, and where its sessions appear in the order of their start.
    pub fn new() -> (Arc<Self>, Starts) {
        let (started, starts) = mpsc::unbounded_channel();
        let connector = Self {
            refusals: Mutex::default(),
            started,
        };
        (Arc::new(connector), Starts(starts))
    }

    /// Lets one more start fail with this.
    pub fn refuse_next(&self, error: SessionError) {
        locked(&self.refusals).push_back(error);
    }
}

/// The sessions that were started.
pub struct Starts(mpsc::UnboundedReceiver<Arc<FakeSession>>);

impl Starts {
    /// The next session to be started.
    pub async fn next(&mut self) -> Arc<FakeSession> {
        tokio::time::timeout(DEADLINE, self.0.recv())
            .await
            .expect("a session is started in time")
            .expect("the connector lives")
    }

    /// Whether no session was started that the test has not seen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[async_trait]
impl Connector for FakeConnector {
    async fn start(
        &self,
        spec: SessionSpec,
        inbound: Arc<dyn Inbound>,
    ) -> Result<Arc<dyn Session>, SessionError> {
        if let Some(error) = locked(&self.refusals).pop_front() {
            return Err(error);
        }
        let session = Arc::new(FakeSession {
            store: spec.store,
            pairing: spec.pairing,
            meter: spec.meter,
            inbound,
            sent: watch::Sender::new(Vec::new()),
            progress: Mutex::default(),
            failures: Mutex::default(),
            groups: Mutex::default(),
            files: Mutex::default(),
            unknown_numbers: Mutex::default(),
            ended: watch::Sender::new(false),
            logged_out: watch::Sender::new(false),
        });
        // A test that looks away does not make starts fail.
        let _ = self.started.send(session.clone());
        Ok(session)
    }
}

/// A session that does as the test says.
pub struct FakeSession {
    /// The store it was started with.
    pub store: PathBuf,
    /// How it was told to pair.
    pub pairing: PairingMethod,
    /// What its client's work is charged to.
    pub meter: Meter,
    inbound: Arc<dyn Inbound>,
    sent: watch::Sender<Vec<Outgoing>>,
    progress: Mutex<Vec<Progress>>,
    failures: Mutex<VecDeque<SendError>>,
    groups: Mutex<HashMap<Jid, GroupInfo>>,
    files: Mutex<HashMap<Vec<u8>, Vec<u8>>>,
    unknown_numbers: Mutex<Vec<PhoneNumber>>,
    ended: watch::Sender<bool>,
    logged_out: watch::Sender<bool>,
}

impl FakeSession {
    /// Tells a state as the client would.
    pub async fn tell(&self, state: SessionState) {
        self.inbound.state(state).await;
    }

    /// Tells that this account is connected.
    pub async fn open(&self, account: &str) {
        let jid = account.parse().expect("an address");
        self.tell(SessionState::Open { jid, lid: None }).await;
    }

    /// Delivers events as the client would, before acknowledging them.
    pub async fn deliver(&self, events: Vec<Event>) -> Result<(), CommitError> {
        self.inbound.commit(events).await
    }

    /// Lets one more send fail with this.
    pub fn fail_next(&self, error: SendError) {
        locked(&self.failures).push_back(error);
    }

    /// Makes a group known.
    pub fn know_group(&self, group: GroupInfo) {
        locked(&self.groups).insert(group.jid.clone(), group);
    }

    /// Makes a file downloadable by this handle.
    pub fn know_file(&self, handle: &[u8], content: &[u8]) {
        locked(&self.files).insert(handle.to_owned(), content.to_owned());
    }

    /// Makes a number one that nobody has.
    pub fn nobody_has(&self, number: &PhoneNumber) {
        locked(&self.unknown_numbers).push(number.clone());
    }

    /// What has been sent so far.
    pub fn sent(&self) -> Vec<Outgoing> {
        self.sent.borrow().clone()
    }

    /// Early effects so far.
    pub fn progress_shown(&self) -> Vec<Progress> {
        locked(&self.progress).clone()
    }

    /// Waits until so many actions have been sent.
    pub async fn wait_sent(&self, count: usize) -> Vec<Outgoing> {
        let mut sent = self.sent.subscribe();
        let enough = sent.wait_for(|sent| sent.len() >= count);
        tokio::time::timeout(DEADLINE, enough)
            .await
            .expect("as many are sent in time")
            .expect("the session lives")
            .clone()
    }

    /// Waits until it was shut down.
    pub async fn wait_ended(&self) {
        let mut ended = self.ended.subscribe();
        tokio::time::timeout(DEADLINE, ended.wait_for(|ended| *ended))
            .await
            .expect("the session is shut down in time")
            .expect("the session lives");
    }

    /// Whether it was logged out.
    pub fn was_logged_out(&self) -> bool {
        *self.logged_out.borrow()
    }
}

#[async_trait]
impl Session for FakeSession {
    async fn send(&self, outgoing: &Outgoing) -> Result<(), SendError> {
        if *self.ended.borrow() {
            return Err(SendError::Unavailable);
        }
        if let Some(error) = locked(&self.failures).pop_front() {
            return Err(error);
        }
        self.sent.send_modify(|sent| sent.push(outgoing.clone()));
        Ok(())
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

    async fn progress(&self, progress: &Progress) -> Result<(), SendError> {
        locked(&self.progress).push(progress.clone());
        Ok(())
    }

    async fn group_info(&self, group: &Jid) -> Result<GroupInfo, SendError> {
        let known = locked(&self.groups).get(group).cloned();
        known.ok_or_else(|| SendError::Refused("not in this group".to_owned()))
    }

    async fn download(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, DownloadError> {
        match locked(&self.files).get(handle) {
            Some(file) if file.len() as u64 <= limit => Ok(file.clone()),
            Some(_) => Err(DownloadError::TooLarge),
            None => Err(DownloadError::Gone),
        }
    }

    async fn picture(&self, _of: &Jid, _limit: u64) -> Result<Option<Vec<u8>>, DownloadError> {
        Ok(None)
    }

    async fn invite_code(&self, _group: &Jid) -> Result<Option<String>, SendError> {
        Ok(None)
    }

    async fn is_on_whatsapp(&self, number: &PhoneNumber) -> Result<bool, SendError> {
        Ok(!locked(&self.unknown_numbers).contains(number))
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            sent: 70,
            received: 130,
        }
    }

    async fn give_back(&self) {}

    async fn log_out(&self) -> Result<(), SendError> {
        self.logged_out.send_replace(true);
        Ok(())
    }

    async fn shutdown(&self) {
        self.ended.send_replace(true);
    }
}
