//! Who asks for bots: what is under way, and how often anybody has asked.

use std::collections::HashMap;

use tokio_util::sync::CancellationToken;

use super::Door;
use crate::bots::hourly::Hourly;
use crate::clock::Millis;
use crate::model::{BotId, Jid};

/// How many attempts one person may begin within an hour.
const ATTEMPTS: usize = 5;
/// How many numbers WhatsApp is asked about within an hour, for one who asks and for all together. It looks at accounts that ask
/// about many, and the main bot's is everybody's.
const LOOK_UPS: usize = 20;
const ALL_LOOK_UPS: usize = 300;
/// How many of them visitors may use up.
const VISITORS_LOOK_UPS: usize = 150;

/// All of it.
pub(super) struct State {
    /// By who asked.
    pub(super) attempts: HashMap<Jid, Attempt>,
    /// Who has asked how often, and where: anybody can ask on the page with somebody's number.
    pub(super) asked: Hourly<(Door, Jid)>,
    /// For whom WhatsApp was asked about numbers, and how often in all.
    looked_up: Hourly<(Door, String)>,
    visitors_looked_up: Hourly<()>,
    all_looked_up: Hourly<()>,
}

impl State {
    /// Counts one more question to WhatsApp, or says when it may be asked again.
    pub(super) fn look_up(&mut self, by: &str, door: Door, now: Millis) -> Result<(), Millis> {
        let by = (door, by.to_owned());
        let own = self.looked_up.too_often(&by, now);
        let visitors = match door {
            Door::Chat => None,
            Door::Page => self.visitors_looked_up.too_often(&(), now),
        };
        let all = self.all_looked_up.too_often(&(), now);
        if let Some(again) = own.or(visitors).or(all) {
            return Err(again);
        }
        self.looked_up.note(by, now);
        if door == Door::Page {
            self.visitors_looked_up.note((), now);
        }
        self.all_looked_up.note((), now);
        Ok(())
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            attempts: HashMap::new(),
            asked: Hourly::new(ATTEMPTS),
            looked_up: Hourly::new(LOOK_UPS),
            visitors_looked_up: Hourly::new(VISITORS_LOOK_UPS),
            all_looked_up: Hourly::new(ALL_LOOK_UPS),
        }
    }
}

/// A request under way.
#[derive(Clone)]
pub(super) struct Attempt {
    pub(super) bot: BotId,
    pub(super) until: Millis,
    pub(super) door: Door,
    /// Ends it.
    pub(super) end: CancellationToken,
    /// Nothing is left of it.
    pub(super) gone: CancellationToken,
}

impl Attempt {
    /// Whether it ends for another of the same person: who asks on the page is anybody, who asks in chat is that person.
    pub(super) fn gives_way_to(&self, door: Door) -> bool {
        self.door == Door::Page && door == Door::Chat
    }
}
