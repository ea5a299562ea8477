//! One person and one command: not again before its cooldown is over.

use std::collections::HashMap;

use jadi_model::Jid;
use jadi_model::clock::Millis;

/// Above this many entries the outdated ones are dropped.
const MANY: usize = 4_096;

/// What tells one event of a bot from another: its row in the inbox.
type Row = i64;

/// Who used what until when they have to wait.
#[derive(Debug, Default)]
pub struct Cooldowns {
    uses: HashMap<(Jid, String), Use>,
}

#[derive(Debug)]
struct Use {
    event: Row,
    until: Millis,
    told: bool,
}

/// Whether a command may be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Yes; the cooldown begins.
    Go,
    /// No, and the person has not been told yet.
    Tell {
        /// How long they have to wait, seconds.
        seconds: u32,
    },
    /// No, and they know.
    Silent,
}

impl Cooldowns {
    /// Asks for a use of `command` by `person` in `event`. One event may ask again when it is handled again.
    pub fn ask(
        &mut self,
        person: &Jid,
        command: &str,
        event: Row,
        seconds: u32,
        now: Millis,
    ) -> Verdict {
        if seconds == 0 {
            return Verdict::Go;
        }
        if self.uses.len() > MANY {
            self.uses.retain(|_, used| used.until > now);
        }
        let key = (person.clone(), command.to_owned());
        match self.uses.get_mut(&key) {
            Some(used) if used.event == event => Verdict::Go,
            Some(used) if used.until > now => {
                if std::mem::replace(&mut used.told, true) {
                    return Verdict::Silent;
                }
                let wait = used.until.saturating_sub(now).saturating_add(999) / 1_000;
                let seconds = u32::try_from(wait).unwrap_or(u32::MAX);
                Verdict::Tell { seconds }
            }
            _ => {
                let until = now.saturating_add(Millis::from(seconds).saturating_mul(1_000));
                let told = false;
                self.uses.insert(key, Use { event, until, told });
                Verdict::Go
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_notice_then_silence_until_it_is_over() {
        let (alice, bob): (Jid, Jid) = (
            "6280000000101@s.whatsapp.net".parse().expect("jid"),
            "6280000000102@s.whatsapp.net".parse().expect("jid"),
        );
        let mut cooldowns = Cooldowns::default();
        let mut ask = |person: &Jid, command: &str, event: Row, now: Millis| {
            cooldowns.ask(person, command, event, 10, now)
        };
        assert_eq!(ask(&alice, "poll", 1, 0), Verdict::Go);
        assert_eq!(
            ask(&alice, "poll", 1, 100),
            Verdict::Go,
            "the same event again"
        );
        assert_eq!(ask(&alice, "poll", 2, 500), Verdict::Tell { seconds: 10 });
        assert_eq!(ask(&alice, "poll", 3, 900), Verdict::Silent);
        assert_eq!(ask(&alice, "ping", 4, 900), Verdict::Go);
        assert_eq!(ask(&bob, "poll", 5, 900), Verdict::Go);
        assert_eq!(ask(&alice, "poll", 6, 10_000), Verdict::Go);
        for event in 7..9 {
            assert_eq!(cooldowns.ask(&alice, "menu", event, 0, 0), Verdict::Go);
        }
    }
}
