//! A bot's data taken away, and forgotten: the archive sent to its owner in a private chat; everything erased while the bot goes on.

use crate::model::{
    Action, BotId, BotRecord, HostingStep, Jid, MediaContent, MediaKind, MediaOut, MessageId,
    Outgoing, Person, SendMessage, StepName,
};

use super::archive::{self, About, ArchiveError};
use super::fleet::Fleet;
use super::tell;
use crate::clock::Millis;
use crate::store::{Store, StoreError};

/// The largest archive that is sent in a chat, bytes. The operator can export a larger one.
const MOST: usize = 8 << 20;

/// What a bot's archive is called.
pub fn file_name(bot: &BotRecord, now: Millis) -> String {
    let number = bot.number();
    let number = number.as_ref().map_or("bot", |number| number.digits());
    let day = jiff::Timestamp::from_millisecond(now).unwrap_or_default();
    format!("{number}-{}.jadi", day.strftime("%Y-%m-%d"))
}

/// A bot's archive.
///
/// # Errors
///
/// When its data can't be read, or is more than archives hold.
pub async fn pack(store: &Store, bot: &BotRecord, now: Millis) -> Result<Vec<u8>, TakeoutError> {
    let pieces = store.bot(bot.id).await?.pieces().await?;
    let number = bot.number();
    let about = About {
        number: number.map_or_else(String::new, |number| number.digits().to_owned()),
        name: bot.name.clone(),
    };
    let packed = tokio::task::spawn_blocking(move || archive::write(about, &pieces, now)).await;
    Ok(packed
        .map_err(std::io::Error::from)
        .map_err(ArchiveError::from)??)
}

/// Sends a bot's archive to this person, in their private chat with the main bot.
pub(super) async fn send(
    fleet: &Fleet,
    id: MessageId,
    bot: BotId,
    plugin: String,
    to: Person,
) -> Result<(), StoreError> {
    let store = &fleet.parts.store;
    let now = fleet.parts.clock.now();
    let Some(record) = store.registry().get(bot).await? else {
        return Ok(());
    };
    let Some(number) = record.number() else {
        return Ok(());
    };
    let packed = match pack(store, &record, now).await {
        Ok(packed) => Some(packed).filter(|packed| packed.len() <= MOST),
        Err(TakeoutError::Store(error)) => return Err(error),
        Err(TakeoutError::Archive(error)) => {
            tracing::warn!(%bot, %error, "a bot's data is not exported in chat");
            None
        }
    };
    let about = tell::About::private(to.jid.clone(), Some(plugin));
    let Some(packed) = packed else {
        let step = HostingStep {
            reason: Some("too-large".to_owned()),
            ..HostingStep::new(StepName::Refused, number)
        };
        tell::happened(fleet, id, &about, step).await;
        return Ok(());
    };
    if let Some(main) = fleet.main_dispatch() {
        let action = Action::Send(document(to.jid, file_name(&record, now), packed));
        main.post(vec![Outgoing {
            id: id.clone(),
            action,
        }])
        .await?;
    }
    tracing::info!(%bot, "a bot's data was sent to its owner");
    let step = HostingStep::new(StepName::Exported, number);
    tell::happened(fleet, id, &about, step).await;
    Ok(())
}

fn document(chat: Jid, name: String, content: Vec<u8>) -> SendMessage {
    SendMessage {
        chat,
        text: String::new(),
        media: Some(MediaOut {
            kind: MediaKind::Document,
            mime: "application/zstd".to_owned(),
            file_name: Some(name),
            content: MediaContent::Bytes(content),
        }),
        quote: None,
        mentions: Vec::new(),
        poll: None,
    }
}

/// Erases a bot's data and tells its owner. The bot goes on as if it were new.
pub(super) async fn erase(
    fleet: &Fleet,
    id: MessageId,
    bot: BotId,
    plugin: Option<String>,
) -> Result<(), StoreError> {
    let store = &fleet.parts.store;
    store.bot(bot).await?.erase().await?;
    if let Some(dispatch) = fleet.dispatch(bot) {
        dispatch.reload_settings().await?;
        dispatch.reload_limits().await?;
        dispatch.reload_webhooks().await?;
    }
    tracing::info!(%bot, "a bot's data was erased");
    let record = store.registry().get(bot).await?;
    let told = record.and_then(|record| Some((record.number()?, record.owner?)));
    if let Some((number, owner)) = told {
        let about = tell::About::private(owner, plugin);
        let step = HostingStep::new(StepName::Erased, number);
        tell::happened(fleet, id, &about, step).await;
    }
    Ok(())
}

/// Why a bot's data is not packed.
#[derive(Debug, thiserror::Error)]
pub enum TakeoutError {
    /// It can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is no archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}
