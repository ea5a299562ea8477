//! The main bot: its record, where its sessions come from, and the registry kept in step with its state.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::bots::{Account, BotState, Instance, Launch, SessionFiles};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::dispatch::Dispatch;
use crate::model::{BotId, BotRecord, BotRole, Cause, LinkMethod, PhoneNumber};
use crate::random::SharedRandom;
use crate::store::{Registry, Store, StoreError};
use crate::whatsapp::{PairingMethod, Session, SessionError, SessionSpec};

/// How many times the main bot shows new codes by itself: six more rounds are about a quarter of an hour.
const PAIRING_ROUNDS: u32 = 6;

/// Where the main bot's session is while it has one.
pub(super) type SessionSlot = watch::Sender<Option<Arc<dyn Session>>>;

/// The main bot's record, made at the first start.
pub(super) async fn record(
    store: &Store,
    config: &Config,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<BotRecord, StoreError> {
    if let Some(record) = store.registry().main().await? {
        return Ok(record);
    }
    let mut id = [0; 16];
    random.fill(&mut id);
    let method = match config.pair_number {
        Some(_) => LinkMethod::Code,
        None => LinkMethod::Qr,
    };
    let id = BotId::from_random(id);
    let mut record = BotRecord::requested(id, BotRole::Main, method, clock.now());
    record.language.clone_from(&config.language);
    store.add_bot(&record).await?;
    Ok(record)
}

/// What the supervisor launches.
pub(super) fn launch(
    record: &BotRecord,
    files: Files,
    dispatch: Arc<Dispatch>,
    session: SessionSlot,
) -> Launch {
    Launch {
        bot: record.id,
        role: BotRole::Main,
        account: record.jid.clone().map(|jid| Account {
            jid,
            lid: record.lid.clone(),
        }),
        expected: None,
        pairing_rounds: PAIRING_ROUNDS,
        files: Arc::new(files),
        inbound: dispatch,
        session,
    }
}

/// The main bot's session, in the store.
pub(super) struct Files {
    bot: BotId,
    store: Arc<Store>,
    number: Option<PhoneNumber>,
}

impl Files {
    pub(super) fn new(bot: BotId, store: Arc<Store>, config: &Config) -> Self {
        Self {
            bot,
            store,
            number: config.pair_number.clone(),
        }
    }
}

#[async_trait]
impl SessionFiles for Files {
    async fn spec(&self) -> Result<SessionSpec, SessionError> {
        let place = self
            .store
            .session(self.bot)
            .await
            .map_err(|error| match error {
                StoreError::BotKeyDamaged(_) => SessionError::WrongKey,
                other => SessionError::Store(other.into()),
            })?;
        Ok(SessionSpec {
            bot: self.bot,
            store: place.path,
            key: place.key,
            pairing: match &self.number {
                Some(number) => PairingMethod::Code {
                    number: number.clone(),
                },
                None => PairingMethod::Qr,
            },
        })
    }

    async fn forget(&self) -> std::io::Result<()> {
        let place = self.store.session(self.bot).await;
        let path = place.map_err(std::io::Error::other)?.path;
        for suffix in ["", "-wal", "-shm"] {
            let mut file = path.clone().into_os_string();
            file.push(suffix);
            match tokio::fs::remove_file(PathBuf::from(file)).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Keeps the bot's record in step with its state, until the bot is gone.
pub(super) async fn record_states(bot: Instance, registry: Arc<dyn Registry>, clock: SharedClock) {
    let mut status = bot.watch();
    status.mark_changed();
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        let at = clock.now();
        let change = Box::new(move |record: &mut BotRecord| {
            record.enter(now.state.kept(), now.cause.clone(), at);
            record.stopped = now.state == BotState::Stopped && now.cause == Some(Cause::Stopped);
            if let Some(account) = &now.account {
                record.jid = Some(account.jid.clone());
                record.lid.clone_from(&account.lid);
            } else if now.state == BotState::LoggedOut {
                record.jid = None;
                record.lid = None;
            }
        });
        if let Err(error) = registry.update(bot.bot(), change).await {
            tracing::error!(%error, bot = %bot.bot(), "a bot's state could not be kept");
        }
    }
}
