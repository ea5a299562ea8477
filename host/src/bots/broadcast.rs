//! One message of the operator to the owners of all bots, from the main bot: one after another, at a pace of its own and with
//! jitter, so that it neither looks like a machine's nor holds up what people are answered.
//!
//! How far it has come is kept after each message, so that it goes on after a crash. A message's id follows from the broadcast's
//! and its receiver: what is sent again after a crash is seen once. When it is through, who asked for it is told.

use std::collections::BTreeSet;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::fleet::Fleet;
use super::hourly::Hourly;
use super::tell::{self, About};
use crate::clock::Millis;
use crate::model::{
    Action, BotRole, HostingStep, Jid, MessageId, Outgoing, Person, SendMessage, StepName,
};
use crate::plugins::{HostingRefusal, RefusalReason};
use crate::store::{Registry, StoreError};

/// The host setting that holds the one under way.
const KEPT: &str = "broadcast";
/// The pause between two messages, to which chance adds up to as much again.
const EVERY: Duration = Duration::from_secs(2);
/// The pause after something could not be kept.
const PAUSE: Duration = Duration::from_secs(30);
/// Bots that are read from the registry at a time.
const PAGE: u32 = 256;
/// How many may begin within an hour, whoever asks: they all come from one number, which WhatsApp takes for a machine's soon enough.
const MOST: usize = 10;
/// The longest text, characters.
pub const BROADCAST: usize = 4_096;

/// A broadcast, and how far it has come.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    id: MessageId,
    text: String,
    /// Who is told of its end; nobody when a program asked for it.
    asked: Option<Asked>,
    /// The last receiver, in the order of addresses.
    after: Option<Jid>,
    sent: u32,
}

/// Which plugin tells of a broadcast's end, where and to whom.
#[derive(Clone, Serialize, Deserialize)]
struct Asked {
    plugin: Option<String>,
    chat: Jid,
    by: Person,
}

/// How far the last broadcast has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Whether it goes on, is through or was stopped.
    pub stage: Stage,
    /// To how many it went.
    pub to: u32,
}

/// What is done about a broadcast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It is on its way.
    Sending,
    /// It is through.
    Through,
    /// Somebody has stopped it.
    Stopped,
}

/// Sends broadcasts, one at a time.
pub struct Broadcasts {
    fleet: Arc<Fleet>,
    /// The one under way, and what stops it.
    current: Mutex<Option<CancellationToken>>,
    /// How the last one does that this process knows of.
    last: watch::Sender<Option<Sent>>,
    begun: Lock<Hourly<()>>,
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Broadcasts {
    /// For the bots of this fleet.
    pub fn new(fleet: Arc<Fleet>) -> Arc<Self> {
        Arc::new(Self {
            fleet,
            current: Mutex::default(),
            last: watch::Sender::default(),
            begun: Lock::new(Hourly::new(MOST)),
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
        })
    }

    /// Goes on with what a process before this one did not get to the end of.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn resume(self: &Arc<Self>) -> Result<(), StoreError> {
        let mut current = self.current.lock().await;
        let kept = self.registry().host_setting(KEPT).await?;
        // What can't be read was kept by a version that writes another form.
        if let Some(kept) = kept.and_then(|kept| serde_json::from_str(&kept).ok()) {
            *current = Some(self.go_on(kept));
        }
        Ok(())
    }

    /// Why none may begin now.
    pub async fn refusal(&self) -> Option<HostingRefusal> {
        if self.current.lock().await.is_some() {
            return Some(RefusalReason::Busy.into());
        }
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        let until = begun.too_often(&(), self.now())?;
        Some(HostingRefusal {
            until: Some(until),
            ..RefusalReason::TooOften.into()
        })
    }

    /// Begins one, for who asks in chat or for a program. Whether it is the only one; another one goes on as it does.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub(super) async fn begin(
        self: &Arc<Self>,
        id: MessageId,
        about: Option<About>,
        text: String,
    ) -> Result<bool, StoreError> {
        let mut current = self.current.lock().await;
        if current.is_some() {
            return Ok(false);
        }
        let kept = Kept {
            id,
            text,
            asked: about.map(|about| Asked {
                plugin: about.plugin,
                chat: about.chat,
                by: about.person,
            }),
            after: None,
            sent: 0,
        };
        self.keep(Some(&kept)).await?;
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.note((), self.now());
        drop(begun);
        *current = Some(self.go_on(kept));
        Ok(true)
    }

    /// Begins one for a program. Whether it is the only one.
    ///
    /// # Errors
    ///
    /// When it can't be kept.
    pub async fn begin_for_program(self: &Arc<Self>, text: String) -> Result<bool, StoreError> {
        let id = self.fleet.new_message_id();
        self.begin(id, None, text).await
    }

    /// How the last one does; none when there was none since the host started.
    pub fn last(&self) -> Option<Sent> {
        *self.last.borrow()
    }

    /// How the last one does, as that goes on.
    pub fn follow(&self) -> watch::Receiver<Option<Sent>> {
        self.last.subscribe()
    }

    /// To how many people one goes now.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn receivers(&self) -> Result<usize, StoreError> {
        Ok(self.owners().await?.len())
    }

    /// Stops the one under way. Who asked for it is told how far it has come.
    pub async fn stop(&self) {
        if let Some(stop) = &*self.current.lock().await {
            stop.cancel();
        }
    }

    /// Leaves what is under way to the next start.
    pub async fn shutdown(&self) {
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn go_on(self: &Arc<Self>, kept: Kept) -> CancellationToken {
        let stop = CancellationToken::new();
        self.is(&kept, Stage::Sending);
        let (this, stopped) = (self.clone(), stop.clone());
        self.tasks.spawn(async move {
            let ending = this.ending.clone();
            ending
                .run_until_cancelled(Box::pin(this.run(kept, stopped)))
                .await;
        });
        stop
    }

    async fn run(&self, mut kept: Kept, stop: CancellationToken) {
        loop {
            let sent = stop.run_until_cancelled(self.send(&mut kept)).await;
            let ended = match sent {
                None => self.end(&kept, true).await,
                Some(Ok(())) => self.end(&kept, false).await,
                Some(Err(error)) => Err(error),
            };
            match ended {
                Ok(()) => return,
                Err(error) => {
                    tracing::error!(%error, "a broadcast can't go on; it is tried again");
                    self.fleet.parts.clock.sleep(PAUSE).await;
                }
            }
        }
    }

    /// Sends it to all who have not got it yet.
    async fn send(&self, kept: &mut Kept) -> Result<(), StoreError> {
        let owners = self.owners().await?;
        let after = kept.after.clone().map_or(Unbounded, Excluded);
        for owner in owners.range((after, Unbounded)) {
            let wait = EVERY.mul_f64(1.0 + self.fleet.parts.random.fraction());
            self.fleet.parts.clock.sleep(wait).await;
            let Some(main) = self.fleet.main_dispatch() else {
                return Err(StoreError::Closed);
            };
            let action = Action::Send(SendMessage {
                chat: owner.clone(),
                text: kept.text.clone(),
                media: None,
                quote: None,
                mentions: Vec::new(),
                poll: None,
            });
            let id = message_id(&kept.id, owner);
            main.post(vec![Outgoing { id, action }]).await?;
            kept.after = Some(owner.clone());
            kept.sent = kept.sent.saturating_add(1);
            self.keep(Some(kept)).await?;
            self.is(kept, Stage::Sending);
        }
        Ok(())
    }

    async fn end(&self, kept: &Kept, stopped: bool) -> Result<(), StoreError> {
        let mut current = self.current.lock().await;
        if let Some(asked) = &kept.asked
            && let Some(number) = asked.by.jid.number()
        {
            let about = About {
                chat: asked.chat.clone(),
                person: asked.by.clone(),
                plugin: asked.plugin.clone(),
            };
            let step = HostingStep {
                count: Some(kept.sent),
                reason: stopped.then(|| "stopped".to_owned()),
                ..HostingStep::new(StepName::Broadcast, number)
            };
            tell::happened(&self.fleet, kept.id.clone(), &about, step).await;
        }
        self.keep(None).await?;
        *current = None;
        self.is(
            kept,
            match stopped {
                true => Stage::Stopped,
                false => Stage::Through,
            },
        );
        tracing::info!(sent = kept.sent, stopped, "a broadcast has ended");
        Ok(())
    }

    /// The owners of all sub-bots, each once.
    async fn owners(&self) -> Result<BTreeSet<Jid>, StoreError> {
        let (registry, mut owners, mut after) = (self.registry(), BTreeSet::new(), None);
        loop {
            let page = registry.list(after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(owners);
            };
            after = Some(last.id);
            let bots = page.into_iter();
            let bots = bots.filter(|bot| bot.role == BotRole::Sub && !bot.new);
            owners.extend(bots.filter_map(|bot| bot.owner));
        }
    }

    async fn keep(&self, kept: Option<&Kept>) -> Result<(), StoreError> {
        let json = kept.map(|kept| serde_json::json!(kept).to_string());
        self.registry().set_host_setting(KEPT, json).await
    }

    fn is(&self, kept: &Kept, stage: Stage) {
        let sent = Sent {
            stage,
            to: kept.sent,
        };
        self.last.send_replace(Some(sent));
    }

    fn now(&self) -> Millis {
        self.fleet.parts.clock.now()
    }

    fn registry(&self) -> Arc<dyn Registry> {
        self.fleet.parts.store.registry()
    }
}

/// The id of a broadcast's message to one person.
fn message_id(broadcast: &MessageId, to: &Jid) -> MessageId {
    let mut hash = Sha256::new();
    hash.update(broadcast.as_str());
    hash.update([0]);
    hash.update(to.as_str());
    let hash = hash.finalize();
    let mut bytes = [0; 9];
    for (byte, hashed) in bytes.iter_mut().zip(hash) {
        *byte = hashed;
    }
    MessageId::from_random(bytes)
}
