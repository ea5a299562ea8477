//! A virtual phone: an account's primary device and the person who holds it.
//!
//! It lives in this process but stands to the server as a companion does: it is handed stanzas, acknowledges them, and
//! encrypts what it sends for each device of the receiver. What it could do wrong in the protocol a companion would notice.

mod chat_log;
mod compose;
mod content;
mod file;
mod groups;
mod link;
mod media;
mod poll;
mod receive;
mod retry;
mod seal;
mod send;
mod signal;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use wacore_binary::Node;
use wacore_libsignal::protocol::KeyPair;
use waproto::whatsapp::Message;

use crate::chat::{ChatId, MessageKey};
use crate::error::SimulatorError;
use crate::event::{ChatSummary, PhoneEvent};
use crate::message::SeenMessage;
use crate::server::Server;
use crate::server::outbox::{Out, Outbox};
use crate::server::world::{Account, Device, Link, Who};
use crate::wire::stanza::StanzaExt as _;
use chat_log::ChatLog;
pub(crate) use file::PhoneFile;
use signal::SignalDevice;

/// A subscriber that is so far behind loses the oldest events.
const EVENT_BUFFER: usize = 4_096;

/// So many messages can still be sent again when a receiver could not read them.
const RESENDABLE: usize = 1_000;

/// A virtual phone. Clones are the same phone.
#[derive(Clone)]
pub struct Phone {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    who: Who,
    lid: String,
    /// Names the account's identity in what the phone signs.
    raw_id: u32,
    app_state_key: [u8; 32],
    app_state_key_id: [u8; 6],
    server: Arc<Server>,
    crypto: tokio::sync::Mutex<Crypto>,
    log: Mutex<ChatLog>,
    sent: Mutex<VecDeque<Sent>>,
    /// What votes are encrypted with, by poll.
    polls: Mutex<HashMap<MessageKey, Vec<u8>>>,
    outbox: Outbox,
    events: broadcast::Sender<PhoneEvent>,
}

/// Keys and sessions. One thing at a time is encrypted or decrypted.
struct Crypto {
    signal: SignalDevice,
    /// Which devices have this phone's sender key, by group.
    sender_key_holders: HashMap<String, HashSet<Who>>,
    /// How often a message was asked for again.
    retries: HashMap<MessageKey, u32>,
}

/// A message that was sent, in case a receiver asks for it again.
#[derive(Clone)]
struct Sent {
    id: String,
    chat: ChatId,
    message: Message,
    look: Look,
}

/// What a message shows of itself outside the ciphertext.
#[derive(Clone, Copy)]
struct Look {
    /// `text`, `media`, `reaction` or `poll`.
    kind: &'static str,
    media: Option<&'static str>,
    /// `1` edit, `7` revoke by the sender, `8` revoke by an admin.
    edit: Option<&'static str>,
}

impl Look {
    const TEXT: Self = Self {
        kind: "text",
        media: None,
        edit: None,
    };
}

impl Phone {
    /// Makes an account with this phone as its primary device, and brings it online.
    pub(crate) async fn create(
        server: Arc<Server>,
        name: &str,
        number: &str,
        lid: String,
    ) -> Result<Self, SimulatorError> {
        let crypto = |error: wacore_libsignal::protocol::SignalProtocolError| {
            SimulatorError::Crypto(error.to_string())
        };
        let mut signal = SignalDevice::generate(server.clock.now_ms()).map_err(crypto)?;
        let keys = signal.publish().await.map_err(crypto)?;
        let outbox = Outbox::default();
        let mut device = Device::new(0);
        device.platform = "phone".to_owned();
        device.link = Some(Link {
            outbox: outbox.clone(),
            active: true,
            available: false,
        });
        device.keys = Some(keys);
        let mut world = server.world();
        if world.accounts.contains_key(number) {
            return Err(SimulatorError::PhoneTaken(number.to_owned()));
        }
        world.lids.insert(lid.clone(), number.to_owned());
        world
            .accounts
            .insert(number.to_owned(), Account::new(number, &lid, name, device));
        drop(world);
        let inner = Inner {
            name: name.to_owned(),
            who: Who::new(number, 0),
            lid,
            raw_id: rand::random(),
            app_state_key: rand::random(),
            app_state_key_id: rand::random(),
            server,
            crypto: tokio::sync::Mutex::new(Crypto {
                signal,
                sender_key_holders: HashMap::new(),
                retries: HashMap::new(),
            }),
            log: Mutex::default(),
            sent: Mutex::default(),
            polls: Mutex::default(),
            outbox,
            events: broadcast::Sender::new(EVENT_BUFFER),
        };
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Handles what the server hands over, until stopped.
    pub(crate) async fn run(self, stop: CancellationToken) {
        loop {
            let out = tokio::select! {
                () = stop.cancelled() => return,
                out = self.inner.outbox.next() => out,
            };
            if let Out::Stanza(stanza) = out {
                self.inner.server.note_traffic();
                self.handle(stanza).await;
            }
        }
    }

    async fn handle(&self, stanza: Node) {
        match stanza.tag.as_ref() {
            "message" => Box::pin(self.receive(&stanza)).await,
            "receipt" => {
                self.receive_receipt(&stanza).await;
                self.acknowledge(&stanza, "receipt");
            }
            "notification" => {
                self.receive_notification(&stanza).await;
                self.acknowledge(&stanza, "notification");
            }
            "chatstate" => self.receive_typing(&stanza),
            // Answers to requests that this phone asked the server directly.
            _ => {}
        }
    }

    fn acknowledge(&self, stanza: &Node, class: &'static str) {
        let mut ack = crate::wire::stanza::node("ack")
            .attr("class", class)
            .attr("id", stanza.attr_str("id"))
            .build();
        if let Some(from) = stanza.attr_jid("from") {
            ack.set("to", from);
        }
        self.inner.server.accept(&self.inner.who, ack);
    }

    async fn identity_pair(&self) -> KeyPair {
        let crypto = self.inner.crypto.lock().await;
        let identity = crypto.signal.identity();
        KeyPair::new(*identity.public_key(), identity.private_key().clone())
    }

    fn log(&self) -> MutexGuard<'_, ChatLog> {
        self.inner
            .log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn emit(&self, event: PhoneEvent) {
        // Nobody may be listening.
        let _ = self.inner.events.send(event);
    }

    /// The person's name.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The phone number: digits, no `+`.
    pub fn number(&self) -> &str {
        &self.inner.who.number
    }

    /// The account by phone number, `…@s.whatsapp.net`.
    pub fn jid(&self) -> String {
        self.inner.who.pn().to_string()
    }

    /// The account by its hidden name, `…@lid`.
    pub fn lid(&self) -> String {
        format!("{}@lid", self.inner.lid)
    }

    /// The list of chats, newest first.
    pub fn chats(&self) -> Vec<ChatSummary> {
        let world = self.inner.server.world();
        self.log().summaries(|chat| match chat {
            ChatId::Direct(number) => world
                .accounts
                .get(number)
                .map_or_else(|| number.clone(), |account| account.name.clone()),
            ChatId::Group(jid) => {
                let id = jid.split('@').next().unwrap_or_default();
                world
                    .groups
                    .get(id)
                    .map_or_else(|| jid.clone(), |group| group.subject.clone())
            }
        })
    }

    /// The messages of a chat in order of arrival, own ones included.
    pub fn messages(&self, chat: &ChatId) -> Vec<SeenMessage> {
        self.log().messages(chat)
    }

    /// What happens on this phone from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<PhoneEvent> {
        self.inner.events.subscribe()
    }

    /// Messages that came more than once on the wire. Each is shown once.
    pub fn duplicates(&self) -> Vec<MessageKey> {
        self.log().duplicates()
    }

    /// Lets nobody add this account to groups, or everybody again: who wants it in a group can only invite it.
    pub fn set_invited_only(&self, on: bool) {
        let mut world = self.inner.server.world();
        if let Some(account) = world.accounts.get_mut(&self.inner.who.number) {
            account.invited_only = on;
        }
    }

    /// Takes the phone off the network, or brings it back: meanwhile the server keeps what comes for it.
    pub fn set_online(&self, online: bool) {
        let inner = &self.inner;
        {
            let mut world = inner.server.world();
            let Some(device) = world.device_mut(&inner.who) else {
                return;
            };
            if online == device.link.is_some() {
                return;
            }
            device.link = online.then(|| Link {
                outbox: inner.outbox.clone(),
                active: false,
                available: false,
            });
        }
        if online {
            inner.server.activate(&inner.who);
        } else {
            inner.outbox.clear();
        }
    }

    /// Whether the phone is on the network.
    pub fn is_online(&self) -> bool {
        self.inner
            .server
            .world()
            .device(&self.inner.who)
            .is_some_and(|device| device.link.is_some())
    }

    /// A fresh message id, as a phone makes them.
    fn message_id() -> String {
        hex::encode_upper(rand::random::<[u8; 16]>())
    }
}
