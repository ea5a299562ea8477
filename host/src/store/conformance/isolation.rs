//! Two bots' writes, in whatever order they come, never cross.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{ALICE, answer, message, wanted};
use crate::model::BotId;
use crate::store::{BotData, Handled, KvChange, Row, SettingsChange, Store};

/// Something that one of two bots does.
#[derive(Debug, Clone)]
pub(in crate::store) enum Step {
    Receive {
        id: u8,
    },
    Handle {
        nth: u8,
        plugin: u8,
        key: u8,
        value: u8,
    },
    Finish {
        nth: u8,
    },
    Language {
        language: u8,
    },
    /// Nobody holds the bot's data any more.
    Leave,
}

/// Steps, each with the bot that takes it.
pub(in crate::store) fn steps() -> impl Strategy<Value = Vec<(bool, Step)>> {
    let step = prop_oneof![
        3 => (0..20u8).prop_map(|id| Step::Receive { id }),
        3 => (any::<u8>(), 0..2u8, 0..4u8, any::<u8>())
            .prop_map(|(nth, plugin, key, value)| Step::Handle { nth, plugin, key, value }),
        1 => any::<u8>().prop_map(|nth| Step::Finish { nth }),
        1 => any::<u8>().prop_map(|language| Step::Language { language }),
        1 => Just(Step::Leave),
    ];
    prop::collection::vec((any::<bool>(), step), 1..40)
}

/// What a bot must hold, kept the plain way.
#[derive(Default)]
struct Expected {
    seen: BTreeSet<u8>,
    waiting: Vec<(Row, u8)>,
    values: BTreeMap<(u8, u8), u8>,
    answers: Vec<String>,
    language: Option<String>,
}

struct Bot<'a> {
    name: &'static str,
    id: BotId,
    store: &'a Store,
    data: Option<BotData>,
    expected: Expected,
}

impl Bot<'_> {
    /// Its data, asked for as everybody does.
    async fn data(&mut self) -> BotData {
        let data = self.store.bot(self.id).await.expect("its data");
        self.data = Some(data.clone());
        data
    }

    fn text(&self, id: u8) -> String {
        format!("{} {id}", self.name)
    }

    /// Takes the step in the store and in what is expected.
    async fn take(&mut self, step: Step) {
        let data = self.data().await;
        match step {
            Step::Leave => drop(self.data.take()),
            Step::Receive { id } => {
                let event = message(ALICE, ALICE, &format!("A{id}"), &self.text(id));
                let accepted = data.accept(wanted(vec![event]), 1).await;
                let accepted = accepted.expect("accept");
                let new = self.expected.seen.insert(id);
                assert_eq!(accepted.new.len(), usize::from(new));
                let rows = accepted.new.iter().map(|waiting| (waiting.row, id));
                self.expected.waiting.extend(rows);
            }
            Step::Handle {
                nth,
                plugin,
                key,
                value,
            } => {
                let Some((row, id)) = self.pick(nth) else {
                    return;
                };
                let text = self.text(id);
                let handled = Handled {
                    event: row,
                    plugin: Some(format!("p{plugin}")),
                    writes: vec![KvChange {
                        key: format!("k{key}"),
                        value: Some(vec![value]),
                    }],
                    outgoing: vec![answer(ALICE, &format!("B{id}"), &text)],
                    last: true,
                    ..Handled::default()
                };
                data.commit(handled).await.expect("commit");
                self.expected.values.insert((plugin, key), value);
                self.expected.answers.push(text);
            }
            Step::Finish { nth } => {
                if let Some((row, _)) = self.pick(nth) {
                    data.finish(vec![row], 2).await.expect("finish");
                }
            }
            Step::Language { language } => {
                let language = format!("{} {language}", self.name);
                self.expected.language = Some(language.clone());
                let change = SettingsChange {
                    language: Some(language),
                    prefixes: None,
                };
                data.change_settings(change).await.expect("settings");
            }
        }
    }

    fn pick(&mut self, nth: u8) -> Option<(Row, u8)> {
        let count = self.expected.waiting.len();
        (count > 0).then(|| self.expected.waiting.remove(usize::from(nth) % count))
    }

    /// Compares everything that the store holds.
    async fn check(&mut self) {
        let data = self.data().await;
        let mut waiting = Vec::new();
        for row in data.waiting().await.expect("waiting") {
            let kept = data.unhandled(row.row).await.expect("read");
            waiting.push((row.row, kept.expect("waits").event));
        }
        let expected: Vec<_> = self
            .expected
            .waiting
            .iter()
            .map(|(row, id)| {
                let text = self.text(*id);
                (*row, message(ALICE, ALICE, &format!("A{id}"), &text))
            })
            .collect();
        assert_eq!(waiting, expected);

        let mut texts = Vec::new();
        for leaving in data.leaving().await.expect("outbox") {
            let unsent = data.unsent(leaving.row).await.expect("read");
            match unsent.expect("unsent").outgoing.action {
                crate::model::Action::Send(message) => texts.push(message.text),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(texts, self.expected.answers);

        for plugin in 0..2 {
            for key in 0..4 {
                let expected = self.expected.values.get(&(plugin, key));
                let (plugin, key) = (format!("p{plugin}"), format!("k{key}"));
                let kept = data.kv_get(&plugin, &key).await.expect("kv");
                assert_eq!(kept.value, expected.map(|value| vec![*value]));
            }
        }
        let settings = data.settings().await.expect("settings");
        let expected = self.expected.language.as_deref().unwrap_or("en");
        assert_eq!(settings.language, expected);
        let received = data.totals().await.expect("totals").received;
        assert_eq!(received, self.expected.seen.len() as u64);
    }
}

/// Runs the steps of two bots of one store in the order that they stand in, and compares what each holds with what it did. Both are
/// written to by the same person, under the same ids.
pub(in crate::store) async fn writes_never_cross(
    store: &Store,
    [one, other]: [BotId; 2],
    steps: Vec<(bool, Step)>,
) {
    let bot = |name, id| Bot {
        name,
        id,
        store,
        data: None,
        expected: Expected::default(),
    };
    let (mut one, mut other) = (bot("one", one), bot("other", other));
    for (first, step) in steps {
        let taker = if first { &mut one } else { &mut other };
        taker.take(step).await;
    }
    one.check().await;
    other.check().await;
}
