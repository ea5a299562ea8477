//! Places for those who listen: pages and programs to which a connection is kept open.
//!
//! Each place takes memory and a connection for as long as its holder likes. So there are so many, and nobody has more than their
//! share: an address as long as nobody knows who is there, else a bot, its owner and their programs together. Visitors' places are
//! not those of who is known, so that no crowd of visitors keeps an owner or a program out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::StatusCode;

use super::connect::Problem;
use crate::model::BotId;

/// How many visitors may listen at once.
const VISITORS: usize = 256;
/// How many of those who are known may.
const KNOWN: usize = 512;
/// How many of them one address, one bot or the operator may have.
pub(super) const SHARE: usize = 16;

/// Whose share a place is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// Of somebody unknown at this address; requests in process, as tests make them, come from none.
    Visitor(Option<IpAddr>),
    /// Of a bot's owner and their programs.
    Bot(BotId),
    /// Of the operator.
    Operator,
}

impl Whose {
    fn is_visitor(self) -> bool {
        matches!(self, Self::Visitor(_))
    }
}

/// All places.
#[derive(Default)]
pub(super) struct Listeners {
    taken: Mutex<HashMap<Whose, usize>>,
}

impl Listeners {
    /// Takes a place.
    ///
    /// # Errors
    ///
    /// When none is free, or this share is used up.
    pub(super) fn take(self: &Arc<Self>, whose: Whose) -> Result<Listening, Problem> {
        let mut taken = self.taken();
        let own = taken.get(&whose).copied().unwrap_or_default();
        if own >= SHARE {
            return Err(too_many());
        }
        let most = match whose.is_visitor() {
            true => VISITORS,
            false => KNOWN,
        };
        let alike = taken
            .iter()
            .filter(|(other, _)| other.is_visitor() == whose.is_visitor());
        if alike.map(|(_, taken)| taken).sum::<usize>() >= most {
            return Err(Problem::busy());
        }
        taken.insert(whose, own.saturating_add(1));
        Ok(Listening {
            whose,
            listeners: self.clone(),
        })
    }

    /// How many places are taken.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.taken().values().sum()
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Whose, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place that is taken, until this is dropped.
pub(super) struct Listening {
    whose: Whose,
    listeners: Arc<Listeners>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut taken = self.listeners.taken();
        if let Some(own) = taken.get_mut(&self.whose) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}

/// One's own share is used up.
fn too_many() -> Problem {
    let message = "Too many pages or programs of yours listen already. Close some, and try again.";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_LISTENERS", message)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn at(address: u32) -> Whose {
        Whose::Visitor(Some(Ipv4Addr::from(address).into()))
    }

    fn bot(n: u8) -> Whose {
        Whose::Bot(BotId::from_random([n; 16]))
    }

    /// With which status a place is refused, if it is.
    fn refused(listeners: &Arc<Listeners>, whose: Whose) -> Option<u16> {
        let refused = listeners.take(whose).err()?;
        Some(refused.status().as_u16())
    }

    #[test]
    fn nobody_has_more_than_their_share_and_what_is_given_back_can_be_taken() {
        let listeners = Arc::new(Listeners::default());
        for whose in [at(1), Whose::Visitor(None), bot(1), Whose::Operator] {
            let take = || listeners.take(whose).expect("a place");
            let mut held: Vec<Listening> = (0..SHARE).map(|_| take()).collect();
            assert_eq!(refused(&listeners, whose), Some(429), "{whose:?}");
            assert_eq!(refused(&listeners, at(2)), None, "another's share");
            assert_eq!(refused(&listeners, bot(2)), None, "another's share");
            held.pop();
            assert_eq!(refused(&listeners, whose), None, "one is free again");
        }
        assert_eq!(listeners.count(), 0);
        assert!(listeners.taken().is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_crowd_of_visitors_takes_no_place_of_who_is_known() {
        let listeners = Arc::new(Listeners::default());
        let crowd: Vec<Listening> = (0..)
            .map_while(|address| listeners.take(at(address)).ok())
            .collect();
        assert_eq!(crowd.len(), VISITORS);
        assert_eq!(refused(&listeners, at(0)), Some(503));
        assert_eq!(refused(&listeners, bot(1)), None);
        assert_eq!(refused(&listeners, Whose::Operator), None);
        drop(crowd);
        let known: Vec<Listening> = (0..=u8::MAX)
            .flat_map(|n| [bot(n), bot(n), bot(n)])
            .map_while(|whose| listeners.take(whose).ok())
            .collect();
        assert_eq!(known.len(), KNOWN);
        assert_eq!(refused(&listeners, Whose::Operator), Some(503));
        assert_eq!(refused(&listeners, at(0)), None);
    }
}
