//! Queues that keep order within a key and are fair between keys.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// Items by key. One item of a key is out at a time; keys take turns.
pub(super) struct Lanes<K, T> {
    lanes: HashMap<K, Lane<T>>,
    /// Keys that have an item to give and none out.
    ready: VecDeque<K>,
}

struct Lane<T> {
    items: VecDeque<T>,
    out: bool,
}

impl<K: Hash + Eq + Clone, T> Lanes<K, T> {
    pub(super) fn new() -> Self {
        Self {
            lanes: HashMap::new(),
            ready: VecDeque::new(),
        }
    }

    /// Puts an item behind the others of its key.
    pub(super) fn push(&mut self, key: K, item: T) {
        match self.lanes.get_mut(&key) {
            Some(lane) => lane.items.push_back(item),
            None => {
                let lane = Lane {
                    items: VecDeque::from([item]),
                    out: false,
                };
                self.lanes.insert(key.clone(), lane);
                self.ready.push_back(key);
            }
        }
    }

    /// Takes the next item; its key gives no other until [`Lanes::done`].
    pub(super) fn take(&mut self) -> Option<(K, T)> {
        let key = self.ready.pop_front()?;
        let lane = self.lanes.get_mut(&key)?;
        let item = lane.items.pop_front()?;
        lane.out = true;
        Some((key, item))
    }

    /// The item that was taken of this key is dealt with.
    pub(super) fn done(&mut self, key: &K) {
        let Some(lane) = self.lanes.get_mut(key) else {
            return;
        };
        if !std::mem::take(&mut lane.out) {
            return;
        }
        if lane.items.is_empty() {
            self.lanes.remove(key);
        } else {
            self.ready.push_back(key.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_holds_within_a_key_and_keys_take_turns() {
        let mut lanes = Lanes::new();
        for (key, item) in [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5)] {
            lanes.push(key, item);
        }
        assert_eq!(lanes.take(), Some(("a", 1)));
        assert_eq!(lanes.take(), Some(("b", 4)));
        lanes.done(&"a");
        lanes.push("b", 6);
        assert_eq!(lanes.take(), Some(("c", 5)));
        assert_eq!(lanes.take(), Some(("a", 2)));
        assert_eq!(lanes.take(), None, "b is out, a is out, c has no more");
        lanes.done(&"c");
        lanes.done(&"b");
        assert_eq!(lanes.take(), Some(("b", 6)));
        lanes.done(&"b");
        lanes.done(&"a");
        assert_eq!(lanes.take(), Some(("a", 3)));
        lanes.done(&"a");
        assert!(lanes.lanes.is_empty() && lanes.ready.is_empty());
    }

    #[test]
    fn telling_done_twice_does_no_harm() {
        let mut lanes = Lanes::new();
        lanes.push("a", 1);
        lanes.push("a", 2);
        lanes.done(&"a");
        assert_eq!(lanes.take(), Some(("a", 1)));
        assert_eq!(lanes.take(), None);
        lanes.done(&"a");
        lanes.done(&"a");
        assert_eq!(lanes.take(), Some(("a", 2)));
        assert_eq!(lanes.take(), None);
    }
}
