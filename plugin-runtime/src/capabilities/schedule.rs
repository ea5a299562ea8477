//! `schedule`: events that the plugin asks for, in the event's chat. As with `kv`, changes are handed to dispatch when the
//! handler returns ok.

use std::collections::BTreeMap;

use jadi_model::clock::Millis;
use jadi_plugin_manifest::Capability;

use super::super::bindings::jadi::plugin::schedule as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::context::ScheduleWrite;
use super::super::state::EventState;
use super::invalid;

/// How many may be open in one chat.
const OPEN: usize = 32;
/// The longest name, bytes.
const NAME: usize = 64;
/// The largest payload, bytes.
const PAYLOAD: usize = 4 * 1024;
/// How far away a time may be, milliseconds: 366 days.
const FAR: Millis = 366 * 24 * 3600 * 1000;

/// One event's changes, by name: a time and what comes with it, or none when taken back.
#[derive(Default)]
pub(in super::super) struct Agenda {
    changes: BTreeMap<String, Option<(Millis, Vec<u8>)>>,
    /// What is scheduled in the chat; read once.
    stored: Option<BTreeMap<String, Millis>>,
}

impl Agenda {
    /// The changes to keep; taking back what was never kept is none.
    pub(in super::super) fn into_writes(self) -> Vec<ScheduleWrite> {
        let stored = self.stored.unwrap_or_default();
        let write = |(name, change): (String, Option<(Millis, Vec<u8>)>)| match change {
            Some((at, payload)) => Some(ScheduleWrite::At { name, at, payload }),
            None if stored.contains_key(&name) => Some(ScheduleWrite::Cancel { name }),
            None => None,
        };
        self.changes.into_iter().filter_map(write).collect()
    }
}

impl EventState {
    /// What is scheduled in the chat, with the handler's own changes on top.
    async fn agenda(&mut self) -> Result<BTreeMap<String, Millis>, Refused> {
        self.permitted(Capability::Schedule)?;
        let stored = match &self.schedule.stored {
            Some(stored) => stored.clone(),
            None => match self.meter.pause(self.reads.scheduled()).await {
                Ok(stored) => stored,
                Err(error) => {
                    self.note_trouble(&error);
                    return Err(Refused::Unavailable);
                }
            },
        };
        let mut agenda = stored.clone();
        self.schedule.stored = Some(stored);
        for (name, change) in &self.schedule.changes {
            match change {
                Some((at, _)) => agenda.insert(name.clone(), *at),
                None => agenda.remove(name),
            };
        }
        Ok(agenda)
    }

    async fn put(&mut self, name: String, at: Millis, payload: Vec<u8>) -> Result<(), Refused> {
        if !(1..=NAME).contains(&name.len()) {
            return Err(invalid(format!(
                "a name has 1 to {NAME} bytes, not {}",
                name.len()
            )));
        }
        if payload.len() > PAYLOAD {
            return Err(Refused::Limit(format!(
                "{PAYLOAD} bytes with a scheduled event"
            )));
        }
        if at > self.clock.now().saturating_add(FAR) {
            return Err(invalid("the time is more than 366 days away"));
        }
        let agenda = self.agenda().await?;
        if agenda.len() >= OPEN && !agenda.contains_key(&name) {
            return Err(Refused::Limit(format!("{OPEN} scheduled events in a chat")));
        }
        self.schedule.changes.insert(name, Some((at, payload)));
        Ok(())
    }

    async fn take_back(&mut self, name: String) -> Result<bool, Refused> {
        let was_there = self.agenda().await?.contains_key(&name);
        if was_there {
            self.schedule.changes.insert(name, None);
        }
        Ok(was_there)
    }
}

impl wit::Host for EventState {
    async fn at(
        &mut self,
        name: String,
        at: Millis,
        payload: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Refused>> {
        self.calls.count(name.len().saturating_add(payload.len()))?;
        Ok(self.put(name, at, payload).await)
    }

    async fn cancel(&mut self, name: String) -> wasmtime::Result<Result<bool, Refused>> {
        self.calls.count(name.len())?;
        Ok(self.take_back(name).await)
    }

    async fn list(&mut self) -> wasmtime::Result<Result<Vec<wit::Entry>, Refused>> {
        self.calls.count(0)?;
        let agenda = match self.agenda().await {
            Ok(agenda) => agenda,
            Err(refused) => return Ok(Err(refused)),
        };
        let entries = agenda.into_iter();
        let mut entries: Vec<_> = entries.map(|(name, at)| wit::Entry { name, at }).collect();
        entries.sort_by_key(|entry| entry.at);
        Ok(Ok(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::limits::EventLimits;
    use super::super::super::tests::support::{Data, state};
    use super::wit::Host;
    use super::*;

    fn with(scheduled: &[(&str, Millis)]) -> EventState {
        let data = Data {
            scheduled: scheduled
                .iter()
                .map(|(name, at)| ((*name).to_owned(), *at))
                .collect(),
            ..Data::default()
        };
        state(data, EventLimits::default())
    }

    async fn put(state: &mut EventState, name: &str, at: Millis) -> Result<(), Refused> {
        let put = state.at(name.to_owned(), at, b"x".to_vec()).await;
        put.expect("no trap")
    }

    async fn cancel(state: &mut EventState, name: &str) -> bool {
        let cancelled = state.cancel(name.to_owned()).await.expect("no trap");
        cancelled.expect("served")
    }

    async fn names(state: &mut EventState) -> Vec<String> {
        let list = state.list().await.expect("no trap").expect("served");
        list.into_iter().map(|entry| entry.name).collect()
    }

    #[tokio::test]
    async fn a_handler_sees_its_own_changes_soonest_first() {
        let mut state = with(&[("tea", 300), ("cake", 100)]);
        put(&mut state, "nap", 200).await.expect("served");
        put(&mut state, "tea", 50).await.expect("served");
        assert_eq!(names(&mut state).await, ["tea", "cake", "nap"]);
        assert!(cancel(&mut state, "cake").await);
        assert!(!cancel(&mut state, "cake").await);
        assert!(cancel(&mut state, "nap").await);
        assert_eq!(names(&mut state).await, ["tea"]);
        let writes = std::mem::take(&mut state.schedule).into_writes();
        let expected = [
            ScheduleWrite::Cancel {
                name: "cake".to_owned(),
            },
            ScheduleWrite::At {
                name: "tea".to_owned(),
                at: 50,
                payload: b"x".to_vec(),
            },
        ];
        assert_eq!(writes, expected);
    }

    #[tokio::test]
    async fn what_is_too_much_is_refused_by_name() {
        let names: Vec<String> = (0..OPEN).map(|n| format!("n{n}")).collect();
        let full: Vec<_> = names.iter().map(|name| (name.as_str(), 1)).collect();
        let mut state = with(&full);
        let refused = put(&mut state, "more", 1).await;
        assert!(matches!(refused, Err(Refused::Limit(which)) if which.contains("32 scheduled")));
        put(&mut state, "n1", 2)
            .await
            .expect("a replacement is no more");
        cancel(&mut state, "n2").await;
        put(&mut state, "more", 1).await.expect("there is room now");

        let far = state.clock.now() + FAR + 60_000;
        let refused = put(&mut state, "n1", far).await;
        assert!(matches!(refused, Err(Refused::Invalid(why)) if why.contains("366 days")));
        for name in [String::new(), "n".repeat(65)] {
            assert!(matches!(
                put(&mut state, &name, 1).await,
                Err(Refused::Invalid(_))
            ));
        }
        let large = state.at("n1".to_owned(), 1, vec![0; PAYLOAD + 1]).await;
        assert!(
            matches!(large.expect("no trap"), Err(Refused::Limit(which)) if which.contains("4096"))
        );
    }

    #[tokio::test]
    async fn broken_storage_is_unavailable() {
        let broken = Data {
            broken: true,
            ..Data::default()
        };
        let mut state = state(broken, EventLimits::default());
        assert!(matches!(
            put(&mut state, "tea", 1).await,
            Err(Refused::Unavailable)
        ));
    }
}
