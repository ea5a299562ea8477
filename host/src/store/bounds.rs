//! How much is kept of what bots do, and for how long: what the operator may set, and within which bounds.
//!
//! What is beyond a bound goes when it comes to that, oldest first; what is beyond its time goes with the next clean-up.

use crate::clock::Millis;

/// Milliseconds of a day.
const DAY: Millis = 24 * 3_600_000;

/// The most rows and the most bytes of one kind of record; the newest row stays in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// Rows.
    pub rows: u64,
    /// Bytes of all rows' content.
    pub bytes: u64,
}

/// How much is kept of one plugin's runs in one bot, rows; the newest row stays in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordBounds {
    /// Receipts.
    pub receipts: u64,
    /// Failed events.
    pub failures: u64,
}

/// Nothing but the bot's own bounds.
impl Default for RecordBounds {
    fn default() -> Self {
        Self {
            receipts: u64::MAX,
            failures: u64::MAX,
        }
    }
}

/// How much is kept: in each bot, but for the host's deeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptBounds {
    /// Events that wait to be handled; while there are more, the client tells WhatsApp to deliver them later.
    pub inbox_events: u64,
    /// For how many days a handled event is recognised when it comes again.
    pub handled_days: u64,
    /// Messages, kept for an edit, deletion or reaction that may come.
    pub messages: Bound,
    /// For how many days. WhatsApp lets people delete for everyone for about two.
    pub messages_days: u64,
    /// The bot's polls that are remembered for their votes.
    pub polls: u64,
    /// Receipts of plugins' runs.
    pub receipts: Bound,
    /// Failed events.
    pub failures: Bound,
    /// For how many days receipts and failed events are.
    pub records_days: u64,
    /// What waits for webhooks; of more, the oldest become dead letters.
    pub deliveries: Bound,
    /// Dead letters: what no webhook took.
    pub dead_letters: Bound,
    /// For how many days.
    pub dead_letters_days: u64,
    /// For how many days it is known what the bot did and used on each.
    pub usage_days: u64,
    /// Who did what on this host, without what the operator did. It takes some thirty owners who do all that they can to fill it.
    pub deeds: u64,
}

impl KeptBounds {
    /// What counts where nothing is said: a day or two of a busy bot, as many failures as anybody looks through, and a file that stays
    /// small.
    pub const USUAL: Self = Self {
        inbox_events: 10_000,
        handled_days: 14,
        messages: Bound {
            rows: 10_000,
            bytes: 8 << 20,
        },
        messages_days: 3,
        polls: 200,
        receipts: Bound {
            rows: 5_000,
            bytes: 2 << 20,
        },
        failures: Bound {
            rows: 100,
            bytes: 4 << 20,
        },
        records_days: 14,
        deliveries: Bound {
            rows: 1_000,
            bytes: 4 << 20,
        },
        dead_letters: Bound {
            rows: 200,
            bytes: 1 << 20,
        },
        dead_letters_days: 30,
        usage_days: 400,
        deeds: 30_000,
    };

    /// All keys, in the order in which they are shown.
    pub const KEYS: [KeptKey; 18] = [
        key("inbox_events", 10, 1_000_000, |kept| &mut kept.inbox_events),
        key("handled_days", 1, 400, |kept| &mut kept.handled_days),
        key("messages", 1, 1_000_000, |kept| &mut kept.messages.rows),
        bytes("messages_bytes", |kept| &mut kept.messages.bytes),
        key("messages_days", 1, 30, |kept| &mut kept.messages_days),
        key("polls", 1, 10_000, |kept| &mut kept.polls),
        key("receipts", 1, 1_000_000, |kept| &mut kept.receipts.rows),
        bytes("receipts_bytes", |kept| &mut kept.receipts.bytes),
        key("failures", 1, 10_000, |kept| &mut kept.failures.rows),
        bytes("failures_bytes", |kept| &mut kept.failures.bytes),
        key("records_days", 1, 400, |kept| &mut kept.records_days),
        key("deliveries", 1, 100_000, |kept| &mut kept.deliveries.rows),
        bytes("deliveries_bytes", |kept| &mut kept.deliveries.bytes),
        key("dead_letters", 1, 100_000, |kept| {
            &mut kept.dead_letters.rows
        }),
        bytes("dead_letters_bytes", |kept| &mut kept.dead_letters.bytes),
        key("dead_letters_days", 1, 400, |kept| {
            &mut kept.dead_letters_days
        }),
        key("usage_days", 31, 4_000, |kept| &mut kept.usage_days),
        key("deeds", 100, 10_000_000, |kept| &mut kept.deeds),
    ];
}

impl Default for KeptBounds {
    fn default() -> Self {
        Self::USUAL
    }
}

/// One of the bounds by its name.
#[derive(Debug, Clone, Copy)]
pub struct KeptKey {
    /// Its name; one that ends with `_bytes` is a size.
    pub name: &'static str,
    /// The least that it can be.
    pub least: u64,
    /// The most.
    pub most: u64,
    place: fn(&mut KeptBounds) -> &mut u64,
}

impl KeptKey {
    /// What it is.
    pub fn read(&self, mut kept: KeptBounds) -> u64 {
        *(self.place)(&mut kept)
    }

    /// Sets it.
    pub fn write(&self, kept: &mut KeptBounds, value: u64) {
        *(self.place)(kept) = value;
    }
}

const fn key(
    name: &'static str,
    least: u64,
    most: u64,
    place: fn(&mut KeptBounds) -> &mut u64,
) -> KeptKey {
    KeptKey {
        name,
        least,
        most,
        place,
    }
}

/// Less than one event would keep none that is whole.
const fn bytes(name: &'static str, place: fn(&mut KeptBounds) -> &mut u64) -> KeptKey {
    key(name, 64 << 10, 1 << 30, place)
}

/// The moment so many days before this one.
pub(super) fn days_before(now: Millis, days: u64) -> Millis {
    let days = i64::try_from(days).unwrap_or(i64::MAX);
    now.saturating_sub(days.saturating_mul(DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_a_bound_of_its_own_and_usually_within_its_own_bounds() {
        let mut kept = KeptBounds::default();
        let mut next = 0..;
        for key in KeptBounds::KEYS {
            let usual = key.read(kept);
            assert!((key.least..=key.most).contains(&usual), "{}", key.name);
            key.write(&mut kept, next.next().expect("a number"));
        }
        for (n, key) in KeptBounds::KEYS.iter().enumerate() {
            assert_eq!(key.read(kept), n as u64, "{}", key.name);
        }
    }
}
