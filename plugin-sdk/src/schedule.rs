//! Events of the plugin's own at a later time, in the event's chat. They come to its `#[on_schedule]` function, once, also when
//! the host was away at that time. Changes are kept when the handler returns ok.

use serde::Serialize;

use crate::bindings::capabilities::jadi::plugin::schedule as host;
use crate::clock::Instant;
use crate::{Error, Result};

/// Asks for an event at a time; one of the same name in this chat is replaced. The payload is kept as JSON.
///
/// # Errors
///
/// When it is more than 366 days away, 32 are open in this chat, or the payload has more than 4 KiB.
pub fn at<T: Serialize + ?Sized>(name: &str, at: Instant, payload: &T) -> Result<()> {
    let payload = serde_json::to_vec(payload).map_err(|problem| Error::Value {
        key: name.to_owned(),
        problem: problem.to_string(),
    })?;
    Ok(host::at(name, at.as_millis(), &payload)?)
}

/// Takes one back. Whether there was one.
///
/// # Errors
///
/// When the host can't read what is scheduled now.
pub fn cancel(name: &str) -> Result<bool> {
    Ok(host::cancel(name)?)
}

/// Names and times of what is scheduled in this chat, soonest first.
///
/// # Errors
///
/// As for [`cancel`].
pub fn list() -> Result<Vec<(String, Instant)>> {
    let entries = host::list()?.into_iter();
    Ok(entries
        .map(|entry| (entry.name, Instant::from_millis(entry.at)))
        .collect())
}
