//! One person and one command: not again before its cooldown is over.

use std::collections::HashMap;

use crate::clock::Millis;
use crate::model::Jid;

/// Above this many entries the outdated ones are dropped.
const MANY: usize = 4_096;

/// Who used what until when they have to wait.
#[derive(Default)]
pub(super) struct Cooldowns {
    uses: HashMap<(Jid, String), Use>,
}

struct Use {
    until: Millis,
    told: bool,
}

/// Whether a command may be used now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
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
    /// Asks for a use of `command` by `person`.
    pub(super) fn ask(
        &mut self,
        person: &Jid,
        command: &str,
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
                self.uses.insert(key, Use { until, told: false });
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
        assert_eq!(cooldowns.ask(&alice, "poll", 10, 0), Verdict::Go);
        assert_eq!(
            cooldowns.ask(&alice, "poll", 10, 500),
            Verdict::Tell { seconds: 10 }
        );
        assert_eq!(cooldowns.ask(&alice, "poll", 10, 900), Verdict::Silent);
        assert_eq!(cooldowns.ask(&alice, "ping", 10, 900), Verdict::Go);
        assert_eq!(cooldowns.ask(&bob, "poll", 10, 900), Verdict::Go);
        assert_eq!(cooldowns.ask(&alice, "poll", 10, 10_000), Verdict::Go);
        assert_eq!(cooldowns.ask(&alice, "menu", 0, 0), Verdict::Go);
        assert_eq!(cooldowns.ask(&alice, "menu", 0, 0), Verdict::Go);
    }
}
