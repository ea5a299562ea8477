//! The plugin's own keys and values in this bot, kept as JSON. Writes are kept when the handler returns ok.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::capabilities::jadi::plugin::kv as host;
use crate::{Error, Result};

/// The value of a key, if there is one.
///
/// # Errors
///
/// When the host refuses, or the value is not a `T`.
pub fn get<T: DeserializeOwned>(key: &str) -> Result<Option<T>> {
    let Some(bytes) = host::get(key)? else {
        return Ok(None);
    };
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|problem| wrong(key, &problem))
}

/// Sets a key to a value.
///
/// # Errors
///
/// When the host refuses, for one because a limit is reached, or the value can't be JSON.
pub fn set<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<()> {
    let bytes = serde_json::to_vec(value).map_err(|problem| wrong(key, &problem))?;
    Ok(host::set(key, &bytes)?)
}

/// Removes a key; not an error when it is not there.
///
/// # Errors
///
/// When the host refuses.
pub fn delete(key: &str) -> Result<()> {
    Ok(host::delete(key)?)
}

/// All keys that start with `prefix`, in byte order. Asks the host once for every 256.
///
/// # Errors
///
/// When the host refuses.
pub fn keys(prefix: &str) -> Result<Vec<String>> {
    const PAGE: u32 = 256;
    let mut all: Vec<String> = Vec::new();
    loop {
        let page = host::list(prefix, all.last().map(String::as_str), PAGE)?;
        let last = page.len() < PAGE as usize;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// How many bytes the plugin's keys and values have in this bot.
///
/// # Errors
///
/// When the host refuses.
pub fn used() -> Result<u64> {
    Ok(host::used()?)
}

fn wrong(key: &str, problem: &serde_json::Error) -> Error {
    Error::Value {
        key: key.to_owned(),
        problem: problem.to_string(),
    }
}
