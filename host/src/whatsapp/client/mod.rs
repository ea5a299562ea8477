//! Sessions on whatsapp-rust.
//!
//! # Layout
//!
//! - [`trust`]: whom this build may talk to.
//! - `store`, `network`: the session's encrypted file, its sockets.
//! - `control`: connection and pairing events as states; `driver`: the task that tells them and ends with the client.
//! - `address`, `content`, `inbound`, `groups`: what comes in, folded to one address per person and mapped to the model.
//! - `presence`: what others see of the bot being there: ticks, but not "online".
//! - `metered`: what its work is charged to.
//! - `polls`: votes in the bot's own polls, opened.
//! - `outbound`, `media`, `acks`, `recent`, `download`, `pictures`, `session`: what goes out.

mod acks;
mod address;
mod content;
mod control;
mod download;
mod driver;
mod groups;
mod inbound;
mod media;
mod metered;
mod network;
mod outbound;
mod people;
mod pictures;
mod polls;
mod presence;
mod recent;
mod session;
mod store;
pub mod trust;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use whatsapp_rust::prelude::{Bot, EventDelivery, EventKind};
use whatsapp_rust::wacore::msg_secret::MsgSecretRetention;
use whatsapp_rust::wacore::store::DevicePropsOverride;
use whatsapp_rust::waproto::whatsapp::device_props::PlatformType;
use whatsapp_rust::{CacheConfig, CacheEntryConfig};

use self::control::StateSink;
use self::driver::Relay;
use self::metered::Metered;
use self::session::ClientSession;
use self::store::StoreFile;
use self::trust::{Endpoint, TrustError};
use super::{Connector, Inbound, Session, SessionError, SessionSpec};
use crate::clock::SharedClock;

/// How the device is called in the phone's list of linked devices, and in chats before the phone has told its name.
const DEVICE_NAME: &str = "Jadi";

/// How many control and group events may wait for delivery in one session. More are counted and dropped by the client
/// library; messages don't take this way.
const EVENT_QUEUE: usize = 1024;

/// For how long a sent message is in memory for those who ask for it again; a phone asks at once or when it comes back.
const RESEND_FOR: Duration = Duration::from_secs(300);
/// How many sent messages of a session are.
const RESENT: u64 = 32;

/// How many one-time keys a session makes and uploads at a time; WhatsApp says when they are used up, one for each person who writes
/// for the first time. WhatsApp Web makes 812, which is half of a fresh session's file.
const PRE_KEYS: usize = 100;

/// Makes sessions on whatsapp-rust.
pub struct ClientConnector {
    endpoint: Endpoint,
    version: (u32, u32, u32),
    clock: SharedClock,
    edits_for: Duration,
}

impl ClientConnector {
    /// A connector to `endpoint` that claims to be WhatsApp Web of this version. For `edits_for` a message's secret is kept, with which
    /// its edits are read: no longer than what an edit is about is kept, since the library's month is most of a busy session's file.
    ///
    /// The version is fixed: left open, the client library would fetch a page from the web at each connect.
    ///
    /// # Errors
    ///
    /// When this build would believe a forged server, see [`Endpoint::check`].
    pub fn new(
        endpoint: Endpoint,
        version: (u32, u32, u32),
        clock: SharedClock,
        edits_for: Duration,
    ) -> Result<Self, TrustError> {
        endpoint.check()?;
        Ok(Self {
            endpoint,
            version,
            clock,
            edits_for,
        })
    }
}

#[async_trait]
impl Connector for ClientConnector {
    async fn start(
        &self,
        spec: SessionSpec,
        inbound: Arc<dyn Inbound>,
    ) -> Result<Arc<dyn Session>, SessionError> {
        let file = StoreFile::new(&spec.store, &spec.key);
        let store = file.open().await?;
        let (told, states) = mpsc::channel(control::QUEUE);
        let states_in = StateSink(told);
        let acks = Arc::new(acks::Acks::default());
        let recent = Arc::new(recent::Recent::default());
        let relay = Arc::new(Relay {
            inbound: inbound.clone(),
            states: states_in.clone(),
            pairing: spec.pairing.clone(),
            clock: self.clock.clone(),
        });
        let kinds: Vec<EventKind> = control::KINDS
            .iter()
            .copied()
            .chain([EventKind::GroupUpdate, EventKind::Messages])
            .collect();
        let bot = Bot::builder()
            .with_backend(store)
            .with_transport_factory(network::Sockets::new(&self.endpoint, states_in.clone()))
            .with_http_client(network::Http::new(&self.endpoint))
            .with_cache_config(caches(self.edits_for))
            .with_runtime(Metered(spec.meter.clone()))
            .with_version(self.version)
            .with_push_name(DEVICE_NAME)
            .with_device_props(
                DevicePropsOverride::new()
                    .with_os(DEVICE_NAME)
                    .with_platform_type(PlatformType::CHROME),
            )
            .skip_history_sync()
            .with_wanted_pre_key_count(PRE_KEYS)
            .with_event_delivery(EventDelivery::Ordered {
                capacity: EVENT_QUEUE,
            })
            .with_inbound_durability_hook(inbound::Hook {
                inbound: inbound.clone(),
                recent: recent.clone(),
            })
            .with_event_handler(acks::AckHandler(acks.clone()))
            .on_event_for(&kinds, move |event, client| {
                let relay = relay.clone();
                async move { relay.event(&event, &client).await }
            })
            .build()
            .await
            .map_err(|error| match store::trouble(error) {
                SessionError::Store(error) => SessionError::Client(error),
                damaged => damaged,
            })?;
        let client = bot.client();
        presence::show_ticks(&client);
        let session = ClientSession {
            client,
            file,
            acks,
            recent,
            clock: self.clock.clone(),
            meter: spec.meter.clone(),
            ending: CancellationToken::new(),
            abort: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        driver::spawn(&session, bot.spawn(), states, inbound, &spec, states_in);
        Ok(Arc::new(session))
    }
}

/// Keeps the latest sent messages in memory, for receivers that ask for one again. Without it the library takes a message out of
/// its store for the time that it answers one of them, and of two members of a group who ask at once the other gets nothing.
/// Secrets of messages go sooner than the library lets them.
fn caches(edits_for: Duration) -> CacheConfig {
    CacheConfig {
        recent_messages: CacheEntryConfig::new(Some(RESEND_FOR), RESENT),
        msg_secret_retention: MsgSecretRetention {
            text: edits_for,
            ..MsgSecretRetention::default()
        },
        ..CacheConfig::default()
    }
}
