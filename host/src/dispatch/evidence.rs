//! What a plugin's owner may look at afterwards: receipts with log lines, and failed events.
//!
//! The functions take a bot's data, not its dispatch: they serve a running host and one that is not running alike.

use serde::{Deserialize, Serialize};

use super::receipts::{FailureSummary, RunReceipt};
use crate::clock::Millis;
use crate::store::{BotData, Kept, Page, Row, StoreError, Wanted};

/// Rows of one page while somebody follows.
const PAGE: u32 = 100;

/// A run of a plugin in one bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Its number in the bot; the next one has a higher one.
    pub row: Row,
    /// The plugin.
    pub plugin: String,
    /// When it ended.
    pub at: Millis,
    /// What it cost and logged.
    pub receipt: RunReceipt,
}

/// A failed event of one bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureEntry {
    /// Its number in the bot, by which it is exported.
    pub row: Row,
    /// The plugin.
    pub plugin: String,
    /// When it failed.
    pub at: Millis,
    /// What failed and why.
    pub summary: FailureSummary,
}

/// The latest runs of a plugin in a bot, oldest first; of all plugins without a name.
///
/// # Errors
///
/// When the bot's data can't be read.
pub async fn logs(
    data: &BotData,
    plugin: Option<&str>,
    latest: u32,
) -> Result<Vec<LogEntry>, StoreError> {
    let wanted = Wanted {
        plugin: plugin.map(str::to_owned),
        page: Page::Latest(latest),
    };
    let kept = data.receipts(wanted).await?;
    Ok(kept.into_iter().filter_map(log_entry).collect())
}

/// The next runs of a plugin in a bot after a row, oldest first, a page at most. [`super::Dispatch::receipts`] tells when there
/// are more.
///
/// # Errors
///
/// When the bot's data can't be read.
pub async fn logs_after(
    data: &BotData,
    plugin: &str,
    after: Row,
) -> Result<Vec<LogEntry>, StoreError> {
    let wanted = Wanted {
        plugin: Some(plugin.to_owned()),
        page: Page::After(after, PAGE),
    };
    let kept = data.receipts(wanted).await?;
    Ok(kept.into_iter().filter_map(log_entry).collect())
}

/// The latest failed events of a bot, oldest first; of one plugin only, when it is named.
///
/// # Errors
///
/// When the bot's data can't be read.
pub async fn failures(
    data: &BotData,
    plugin: Option<&str>,
    latest: u32,
) -> Result<Vec<FailureEntry>, StoreError> {
    let wanted = Wanted {
        plugin: plugin.map(str::to_owned),
        page: Page::Latest(latest),
    };
    let kept = data.failures(wanted).await?;
    Ok(kept.into_iter().filter_map(failure_entry).collect())
}

fn log_entry(kept: Kept) -> Option<LogEntry> {
    let Kept {
        row,
        plugin,
        at,
        content,
    } = kept;
    let receipt = readable(row, RunReceipt::parse(&content))?;
    Some(LogEntry {
        row,
        plugin,
        at,
        receipt,
    })
}

fn failure_entry(kept: Kept) -> Option<FailureEntry> {
    let Kept {
        row,
        plugin,
        at,
        content,
    } = kept;
    let summary = readable(row, FailureSummary::parse(&content))?;
    Some(FailureEntry {
        row,
        plugin,
        at,
        summary,
    })
}

/// What another version kept in another form is passed over.
fn readable<T>(row: Row, read: Result<T, serde_json::Error>) -> Option<T> {
    read.inspect_err(
        |error| tracing::warn!(row, %error, "a record of a plugin's run can't be read"),
    )
    .ok()
}
