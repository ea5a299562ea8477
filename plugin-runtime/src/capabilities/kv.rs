//! `kv`: the plugin's own keys and values in this bot. Reads come from the bot's data as of the start of the event, with the
//! handler's own writes on top; the writes are handed to dispatch when the handler returns ok, and thrown away otherwise.

use std::collections::BTreeMap;

use jadi_plugin_manifest::Capability;

use super::super::bindings::jadi::plugin::kv::Host;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::budget::Reached;
use super::super::context::{KvWrite, ReadError};
use super::super::failure::Limit;
use super::super::limits::EventLimits;
use super::super::state::EventState;
use super::invalid;

/// The longest key, bytes.
const KEY: usize = 256;
/// The most keys of one list.
const LIST: u32 = 256;

/// A key that the handler wrote or removed.
struct Staged {
    /// The new value; none when removed.
    value: Option<Vec<u8>>,
    /// What key and value have in the bot's data, bytes; none when the key is not there.
    before: Option<u64>,
}

impl Staged {
    fn bytes(&self, key: &str) -> u64 {
        self.value.as_ref().map_or(0, |value| size(key, value))
    }
}

/// One event's writes.
pub(in super::super) struct Overlay {
    value_allowed: u64,
    total_allowed: u64,
    staged: BTreeMap<String, Staged>,
    /// What the plugin has in the bot's data, bytes; read once.
    stored: Option<u64>,
}

impl Overlay {
    pub(in super::super) fn new(limits: &EventLimits) -> Self {
        Self {
            value_allowed: limits.kv_value_bytes,
            total_allowed: limits.kv_total_bytes,
            staged: BTreeMap::new(),
            stored: None,
        }
    }

    /// Everything together, bytes, were the writes kept now.
    fn used(&self, stored: u64) -> u64 {
        let (before, after) = self
            .staged
            .iter()
            .fold((0_u64, 0_u64), |sum, (key, staged)| {
                (
                    sum.0.saturating_add(staged.before.unwrap_or(0)),
                    sum.1.saturating_add(staged.bytes(key)),
                )
            });
        stored.saturating_sub(before).saturating_add(after)
    }

    /// The writes to keep, by key; what leaves the data as it was is not among them.
    pub(in super::super) fn into_writes(self) -> Vec<KvWrite> {
        let write = |(key, staged): (String, Staged)| match staged.value {
            Some(value) => Some(KvWrite::Set { key, value }),
            None => staged.before.map(|_| KvWrite::Delete { key }),
        };
        self.staged.into_iter().filter_map(write).collect()
    }
}

/// What a call came to: served, refused, or not served for a reason that is not the handler's.
type Served<T> = Result<T, Unserved>;

enum Unserved {
    Refused(Refused),
    Trouble(ReadError),
}

impl From<ReadError> for Unserved {
    fn from(error: ReadError) -> Self {
        Self::Trouble(error)
    }
}

impl From<Refused> for Unserved {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Reached> for Unserved {
    fn from(reached: Reached) -> Self {
        Self::Refused(reached.into())
    }
}

impl EventState {
    fn answer<T>(&mut self, served: Served<T>) -> wasmtime::Result<Result<T, Refused>> {
        Ok(served.map_err(|unserved| match unserved {
            Unserved::Refused(refused) => refused,
            Unserved::Trouble(error) => {
                self.note_trouble(&error);
                Refused::Unavailable
            }
        }))
    }

    async fn kv_get(&mut self, key: &str) -> Served<Option<Vec<u8>>> {
        self.permitted(Capability::Kv)?;
        check(key)?;
        if let Some(staged) = self.kv.staged.get(key) {
            return Ok(staged.value.clone());
        }
        Ok(self.meter.pause(self.reads.kv_get(key)).await?)
    }

    async fn kv_stored(&mut self) -> Served<u64> {
        self.permitted(Capability::Kv)?;
        if let Some(stored) = self.kv.stored {
            return Ok(stored);
        }
        let stored = self.meter.pause(self.reads.kv_bytes()).await?;
        self.kv.stored = Some(stored);
        Ok(stored)
    }

    /// Notes a write. What was there is read first, since the sum of all sizes has to stay exact.
    async fn kv_stage(&mut self, key: String, value: Option<Vec<u8>>) -> Served<()> {
        self.permitted(Capability::Kv)?;
        check(&key)?;
        let stored = self.kv_stored().await?;
        if !self.kv.staged.contains_key(&key) {
            let before = self.meter.pause(self.reads.kv_get(&key)).await?;
            let staged = Staged {
                before: before.as_ref().map(|value| size(&key, value)),
                value: before,
            };
            self.kv.staged.insert(key.clone(), staged);
        }
        let Some(staged) = self.kv.staged.get_mut(&key) else {
            return Ok(());
        };
        let grows = value.as_ref().map_or(0, |value| size(&key, value)) > staged.bytes(&key);
        let old = std::mem::replace(&mut staged.value, value);
        if grows && self.kv.used(stored) > self.kv.total_allowed {
            if let Some(staged) = self.kv.staged.get_mut(&key) {
                staged.value = old;
            }
            return Err(Reached {
                limit: Limit::KvTotal,
                allowed: self.kv.total_allowed,
            }
            .into());
        }
        Ok(())
    }

    /// Merges the stored keys with the staged ones. Stored keys come in pages, since any of them may be removed by now.
    async fn kv_list(
        &mut self,
        prefix: &str,
        after: Option<String>,
        limit: u32,
    ) -> Served<Vec<String>> {
        self.permitted(Capability::Kv)?;
        let limit = limit.min(LIST);
        let wanted = limit as usize;
        let is_after = |key: &str| after.as_deref().is_none_or(|after| key > after);
        let mut keys: Vec<String> = self
            .kv
            .staged
            .iter()
            .filter(|(key, staged)| {
                staged.value.is_some() && key.starts_with(prefix) && is_after(key)
            })
            .map(|(key, _)| key.clone())
            .take(wanted)
            .collect();
        let mut stored = 0;
        let mut from = after.clone();
        while stored < wanted {
            let read = self.reads.kv_keys(prefix, from.as_deref(), limit);
            let page = self.meter.pause(read).await?;
            let is_last = page.len() < wanted;
            from = page.last().cloned();
            let fresh = page
                .into_iter()
                .filter(|key| !self.kv.staged.contains_key(key));
            for key in fresh {
                keys.push(key);
                stored += 1;
            }
            if is_last {
                break;
            }
        }
        keys.sort_unstable();
        keys.truncate(wanted);
        Ok(keys)
    }
}

impl Host for EventState {
    async fn get(&mut self, key: String) -> wasmtime::Result<Result<Option<Vec<u8>>, Refused>> {
        self.calls.count(key.len())?;
        let served = self.kv_get(&key).await;
        self.answer(served)
    }

    async fn set(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(key.len().saturating_add(value.len()))?;
        let allowed = self.kv.value_allowed;
        let served = if value.len() as u64 > allowed {
            Err(Reached {
                limit: Limit::KvValue,
                allowed,
            }
            .into())
        } else {
            self.kv_stage(key, Some(value)).await
        };
        self.answer(served)
    }

    async fn delete(&mut self, key: String) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(key.len())?;
        let served = self.kv_stage(key, None).await;
        self.answer(served)
    }

    async fn list(
        &mut self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<String>, Refused>> {
        self.calls.count(prefix.len())?;
        let served = self.kv_list(&prefix, after, limit).await;
        self.answer(served)
    }

    async fn used(&mut self) -> wasmtime::Result<Result<u64, Refused>> {
        self.calls.count(0)?;
        let served = self.kv_stored().await.map(|stored| self.kv.used(stored));
        self.answer(served)
    }
}

fn check(key: &str) -> Result<(), Unserved> {
    if (1..=KEY).contains(&key.len()) {
        Ok(())
    } else {
        Err(Unserved::Refused(invalid(format!(
            "a key has 1 to {KEY} bytes, not {}",
            key.len()
        ))))
    }
}

/// What a key and its value take, bytes.
fn size(key: &str, value: &[u8]) -> u64 {
    (key.len() as u64).saturating_add(value.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::support::{Data, state};
    use super::*;
    use crate::Grants;

    fn data(pairs: &[(&str, &str)]) -> Data {
        Data {
            kv: pairs
                .iter()
                .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()))
                .collect(),
            ..Data::default()
        }
    }

    fn with(pairs: &[(&str, &str)]) -> EventState {
        state(data(pairs), EventLimits::default())
    }

    async fn get(state: &mut EventState, key: &str) -> Option<String> {
        let value = state.get(key.to_owned()).await.expect("no trap");
        value
            .expect("served")
            .map(|value| String::from_utf8(value).expect("text"))
    }

    async fn set(state: &mut EventState, key: &str, value: &str) -> Result<(), Refused> {
        let set = state.set(key.to_owned(), value.as_bytes().to_vec());
        set.await.expect("no trap")
    }

    async fn delete(state: &mut EventState, key: &str) {
        let deleted = state.delete(key.to_owned()).await.expect("no trap");
        deleted.expect("served");
    }

    async fn list(
        state: &mut EventState,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Vec<String> {
        let list = state.list(prefix.to_owned(), after.map(str::to_owned), limit);
        list.await.expect("no trap").expect("served")
    }

    async fn used(state: &mut EventState) -> u64 {
        state.used().await.expect("no trap").expect("served")
    }

    fn limit_named(refused: Result<(), Refused>) -> String {
        match refused {
            Err(Refused::Limit(text)) => text,
            other => panic!("a limit, not {other:?}"),
        }
    }

    #[tokio::test]
    async fn reads_see_own_writes() {
        let mut state = with(&[("a", "old"), ("b", "kept")]);
        set(&mut state, "a", "new").await.expect("served");
        set(&mut state, "c", "more").await.expect("served");
        delete(&mut state, "b").await;
        assert_eq!(get(&mut state, "a").await.as_deref(), Some("new"));
        assert_eq!(get(&mut state, "b").await, None);
        assert_eq!(get(&mut state, "c").await.as_deref(), Some("more"));
        assert_eq!(get(&mut state, "d").await, None);
    }

    #[tokio::test]
    async fn writes_are_one_per_key_and_only_what_changes_something() {
        let mut state = with(&[("a", "old"), ("b", "old")]);
        set(&mut state, "a", "1").await.expect("served");
        set(&mut state, "a", "2").await.expect("served");
        delete(&mut state, "b").await;
        delete(&mut state, "never there").await;
        set(&mut state, "brief", "x").await.expect("served");
        delete(&mut state, "brief").await;
        let writes = state.kv.into_writes();
        let (set, deleted) = (
            KvWrite::Set {
                key: "a".to_owned(),
                value: b"2".to_vec(),
            },
            KvWrite::Delete {
                key: "b".to_owned(),
            },
        );
        assert_eq!(writes, [set, deleted]);
    }

    #[tokio::test]
    async fn a_list_merges_what_is_stored_with_what_is_written() {
        let mut state = with(&[("n:1", ""), ("n:3", ""), ("n:5", ""), ("o:1", "")]);
        set(&mut state, "n:2", "x").await.expect("served");
        set(&mut state, "n:3", "x").await.expect("served");
        delete(&mut state, "n:1").await;
        assert_eq!(
            list(&mut state, "n:", None, 10).await,
            ["n:2", "n:3", "n:5"]
        );
        assert_eq!(list(&mut state, "n:", None, 2).await, ["n:2", "n:3"]);
        assert_eq!(list(&mut state, "n:", Some("n:3"), 2).await, ["n:5"]);
        assert_eq!(list(&mut state, "", None, 1).await, ["n:2"]);
        assert!(list(&mut state, "n:", None, 0).await.is_empty());
    }

    #[tokio::test]
    async fn removed_keys_do_not_shorten_a_page() {
        let keys: Vec<String> = (0..10).map(|n| format!("k{n}")).collect();
        let pairs: Vec<_> = keys.iter().map(|key| (key.as_str(), "")).collect();
        let mut state = with(&pairs);
        for key in keys.iter().take(7) {
            delete(&mut state, key).await;
        }
        assert_eq!(list(&mut state, "k", None, 3).await, ["k7", "k8", "k9"]);
    }

    #[tokio::test]
    async fn the_sum_of_all_is_exact() {
        let mut state = with(&[("a", "1234"), ("b", "12")]);
        assert_eq!(used(&mut state).await, 8);
        set(&mut state, "a", "1").await.expect("served");
        assert_eq!(used(&mut state).await, 5);
        delete(&mut state, "b").await;
        assert_eq!(used(&mut state).await, 2);
        set(&mut state, "b", "123456").await.expect("served");
        assert_eq!(used(&mut state).await, 9);
    }

    #[tokio::test]
    async fn limits_are_refused_by_name_and_leave_the_value_as_it_was() {
        let limits = EventLimits {
            kv_value_bytes: 8,
            kv_total_bytes: 20,
            ..EventLimits::default()
        };
        let mut state = state(data(&[("a", "12345678")]), limits);
        let refused = set(&mut state, "b", "123456789").await;
        assert_eq!(limit_named(refused), "8 bytes in a value");
        set(&mut state, "b", "12345678").await.expect("18 of 20");
        let refused = set(&mut state, "c", "12").await;
        assert_eq!(limit_named(refused), "20 bytes of keys and values");
        assert_eq!(get(&mut state, "c").await, None);
        set(&mut state, "a", "1").await.expect("shrinking is free");
        set(&mut state, "c", "12").await.expect("there is room now");
        assert_eq!(used(&mut state).await, 14);
    }

    #[tokio::test]
    async fn what_is_over_the_limit_already_can_still_shrink() {
        let limits = EventLimits {
            kv_total_bytes: 4,
            ..EventLimits::default()
        };
        let mut state = state(data(&[("a", "12345678")]), limits);
        set(&mut state, "a", "1234567").await.expect("it shrinks");
        delete(&mut state, "a").await;
        assert_eq!(used(&mut state).await, 0);
    }

    #[tokio::test]
    async fn a_key_has_a_length() {
        let mut state = with(&[]);
        for key in [String::new(), "k".repeat(257)] {
            let refused = set(&mut state, &key, "x").await;
            assert!(matches!(refused, Err(Refused::Invalid(_))), "{refused:?}");
        }
        set(&mut state, &"k".repeat(256), "x")
            .await
            .expect("served");
    }

    #[tokio::test]
    async fn what_the_operator_has_denied_is_refused_without_a_read() {
        let broken = Data {
            broken: true,
            ..Data::default()
        };
        let mut state = state(broken, EventLimits::default());
        state.input.grants = Grants::without([Capability::Kv]);
        let denied = |refused: Result<(), Refused>| matches!(refused, Err(Refused::Denied));
        assert!(denied(set(&mut state, "a", "x").await));
        let deleted = Host::delete(&mut state, "a".to_owned()).await;
        assert!(denied(deleted.expect("no trap")));
        let got = Host::get(&mut state, "a".to_owned()).await;
        assert!(denied(got.expect("no trap").map(drop)));
        let listed = Host::list(&mut state, String::new(), None, 9).await;
        assert!(denied(listed.expect("no trap").map(drop)));
        let used = Host::used(&mut state).await;
        assert!(denied(used.expect("no trap").map(drop)));
        assert_eq!(state.trouble, None, "storage was not asked");
        assert_eq!(state.calls.made(), 5, "but each call counts");
        assert!(state.kv.into_writes().is_empty());
    }

    #[tokio::test]
    async fn broken_storage_is_unavailable_and_noted() {
        let broken = Data {
            broken: true,
            ..Data::default()
        };
        let mut state = state(broken, EventLimits::default());
        let refused = set(&mut state, "a", "x").await;
        assert!(matches!(refused, Err(Refused::Unavailable)), "{refused:?}");
        let trouble = state.trouble.expect("noted");
        assert!(trouble.contains("the disk is gone"), "{trouble}");
    }
}
