//! How often one address may ask. An address that goes on without a pause gets its next turn as time allows it, not a whole new
//! lot at once.
//!
//! Only so many are remembered. Of more the one that is nearest to its rest is forgotten, and nobody is refused for what others ask:
//! whoever has addresses without number frees those.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::{HttpMessage as _, HttpRequest};
use ipnet::IpNet;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::answer::Problem;
use crate::clock::{Millis, SharedClock};
use crate::model::BotId;
use crate::web::visitor;

/// New bots: five per address and hour.
const CREATIONS: Rate = Rate {
    most: 5,
    within: 3_600_000,
};
/// Other questions: sixty per address and minute.
const QUESTIONS: Rate = Rate {
    most: 60,
    within: 60_000,
};
/// Commands: thirty per token and minute.
const COMMANDS: Rate = Rate {
    most: 30,
    within: 60_000,
};
/// Archives of a bot's data, which are packed anew each time: five per bot and hour.
const EXPORTS: Rate = Rate {
    most: 5,
    within: 3_600_000,
};
/// Passwords of the operator: five per address and quarter of an hour.
const SIGN_INS: Rate = Rate {
    most: 5,
    within: 900_000,
};
/// Addresses, tokens and bots that are remembered.
const ADDRESSES: usize = 10_000;
/// As often as one visitor may all visitors of one IPv6 site ask together: what a provider hands out has up to 65,536 networks, of which
/// each could be a visitor.
const SITE: Millis = 16;

/// So many within so many milliseconds.
#[derive(Debug, Clone, Copy)]
struct Rate {
    most: Millis,
    within: Millis,
}

/// How often one may still ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct Left {
    /// How often at once.
    pub(in crate::web) limit: u64,
    /// How often now.
    pub(in crate::web) remaining: u64,
    /// In how many seconds it is as often as ever.
    pub(in crate::web) reset: u64,
}

/// The limits of all routes.
pub(in crate::web) struct Rates {
    clock: SharedClock,
    trusted: Vec<IpNet>,
    sign_ins: Doors,
    creations: Doors,
    questions: Doors,
    /// By what is kept of a token, so that nobody finds one here.
    commands: Gate<[u8; 32]>,
    exports: Gate<BotId>,
}

impl Rates {
    /// Nobody has asked yet. Trusted proxies say who asks.
    pub(in crate::web) fn new(clock: SharedClock, trusted: Vec<IpNet>) -> Self {
        Self {
            clock,
            trusted,
            sign_ins: Doors::new(SIGN_INS),
            creations: Doors::new(CREATIONS),
            questions: Doors::new(QUESTIONS),
            commands: Gate::new(COMMANDS),
            exports: Gate::new(EXPORTS),
        }
    }

    /// Whether this address may ask for a bot now.
    pub(super) fn creation(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.pass(&self.creations, request)
    }

    /// Whether this address may ask anything else now.
    pub(in crate::web) fn question(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.pass(&self.questions, request)
    }

    /// Whether this address may try a password now.
    pub(in crate::web) fn sign_in(&self, request: &HttpRequest) -> Result<(), Problem> {
        self.pass(&self.sign_ins, request)
    }

    /// Whether a program that shows this token may give its bot a command now. The token is known to be a bot's: what anybody makes
    /// up would take the place of others' here.
    pub(in crate::web) fn command(
        &self,
        request: &HttpRequest,
        token: &str,
    ) -> Result<(), Problem> {
        let token = Sha256::digest(token).into();
        self.ask(&self.commands, token, request, Whose::Token)
    }

    /// Whether this bot's data may be packed now, for its page or a program.
    pub(in crate::web) fn export(&self, request: &HttpRequest, bot: BotId) -> Result<(), Problem> {
        self.ask(&self.exports, bot, request, Whose::Bot)
    }

    fn pass(&self, doors: &Doors, request: &HttpRequest) -> Result<(), Problem> {
        let Some(address) = visitor::address(request, &self.trusted) else {
            // In process, as tests ask: nobody from outside.
            return Ok(());
        };
        let visitor = visitor::of_one_visitor(address);
        self.ask(&doors.visitors, visitor, request, Whose::Address)?;
        match of_one_site(visitor) {
            None => Ok(()),
            Some(site) => {
                let asked = doors.sites.pass(site, self.clock.now());
                asked
                    .map(drop)
                    .map_err(|wait| too_many(Whose::Address, wait))
            }
        }
    }

    /// Asks a gate, and has its answer told with whatever is answered.
    fn ask<Who: Eq + Hash + Copy>(
        &self,
        gate: &Gate<Who>,
        who: Who,
        request: &HttpRequest,
        whose: Whose,
    ) -> Result<(), Problem> {
        let asked = gate.pass(who, self.clock.now());
        let left = asked.unwrap_or_else(|wait| Left {
            limit: u64::try_from(gate.rate.most).unwrap_or_default(),
            remaining: 0,
            reset: seconds(wait),
        });
        request.extensions_mut().insert(left);
        asked.map(drop).map_err(|wait| too_many(whose, wait))
    }
}

/// One limit of addresses: of visitors, and of sites in which each visitor has many addresses.
struct Doors {
    visitors: Gate<IpAddr>,
    sites: Gate<IpAddr>,
}

impl Doors {
    fn new(rate: Rate) -> Self {
        let site = Rate {
            most: rate.most.saturating_mul(SITE),
            ..rate
        };
        Self {
            visitors: Gate::new(rate),
            sites: Gate::new(site),
        }
    }
}

/// One limit: for each who asks the time at which all that it asked for would have come at an even pace. (The generic cell rate
/// algorithm.)
struct Gate<Who> {
    rate: Rate,
    even: Mutex<HashMap<Who, Millis>>,
}

impl<Who: Eq + Hash + Copy> Gate<Who> {
    fn new(rate: Rate) -> Self {
        Self {
            rate,
            even: Mutex::default(),
        }
    }

    /// Lets somebody pass, and says how often it would again; or in how many milliseconds it would.
    fn pass(&self, who: Who, now: Millis) -> Result<Left, Millis> {
        let Rate { most, within } = self.rate;
        let mut even = self.even.lock().unwrap_or_else(PoisonError::into_inner);
        if even.len() >= ADDRESSES && !even.contains_key(&who) {
            even.retain(|_, at| *at > now);
            let nearest = even.iter().min_by_key(|(_, at)| **at);
            if let Some(nearest) = nearest.map(|(who, _)| *who)
                && even.len() >= ADDRESSES
            {
                even.remove(&nearest);
            }
        }
        let at = even.entry(who).or_insert(now);
        let next = (*at).max(now).saturating_add(within / most);
        let early = next.saturating_sub(now.saturating_add(within));
        if early > 0 {
            return Err(early);
        }
        *at = next;
        let room = now.saturating_add(within).saturating_sub(next);
        let count = |number: Millis| u64::try_from(number).unwrap_or_default();
        Ok(Left {
            limit: count(most),
            remaining: count(room / (within / most)),
            reset: seconds(next.saturating_sub(now)),
        })
    }
}

/// The site of an IPv6 visitor: what a provider hands out has 48 bits in common.
fn of_one_site(visitor: IpAddr) -> Option<IpAddr> {
    match visitor {
        IpAddr::V4(_) => None,
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            Some(IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)))
        }
    }
}

/// Of which there were too many.
#[derive(Debug, Clone, Copy)]
enum Whose {
    /// Requests from an address.
    Address,
    /// Commands by a token.
    Token,
    /// Archives of a bot.
    Bot,
}

/// Whole seconds, none of which is too early.
fn seconds(wait: Millis) -> u64 {
    u64::try_from(wait / 1000).map_or(1, |seconds| seconds.saturating_add(1))
}

fn too_many(whose: Whose, wait: Millis) -> Problem {
    let seconds = seconds(wait);
    let minutes = seconds / 60 + 1;
    let [english, indonesian, spanish] = match seconds {
        ..=90 => [
            format!("{seconds} s"),
            format!("{seconds} detik"),
            format!("{seconds} s"),
        ],
        _ => [
            format!("{minutes} minutes"),
            format!("{minutes} menit"),
            format!("{minutes} minutos"),
        ],
    };
    let [from, dari, desde] = match whose {
        Whose::Address => ["from your address", "dari alamatmu", "desde tu dirección"],
        Whose::Token => ["with this token", "dengan token ini", "con este token"],
        Whose::Bot => ["for this bot", "untuk bot ini", "para este bot"],
    };
    let message = format!("Too many requests {from}. Try again in {english}.");
    Problem {
        details: json!({"retryAfter": seconds}),
        ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message).also(
            format!("Terlalu banyak permintaan {dari}. Coba lagi {indonesian} lagi."),
            format!("Demasiadas solicitudes {desde}. Inténtalo de nuevo en {spanish}."),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use actix_web::test::TestRequest;

    use super::*;
    use crate::clock::MovableClock;

    fn from(address: &str) -> HttpRequest {
        let peer = format!("{address}:1").parse().expect("an address");
        TestRequest::default().peer_addr(peer).to_http_request()
    }

    #[test]
    fn an_address_may_ask_for_five_bots_and_others_are_not_touched() {
        let clock = MovableClock::default();
        let rates = Rates::new(Arc::new(clock.clone()), Vec::new());
        for _ in 0..5 {
            assert_eq!(rates.creation(&from("203.0.113.1")), Ok(()));
        }
        let problem = rates.creation(&from("203.0.113.1")).expect_err("too many");
        assert_eq!(problem.status, StatusCode::TOO_MANY_REQUESTS);
        let wait = problem.details["retryAfter"].as_u64().expect("a time");
        assert!((600..=721).contains(&wait), "{wait} s");
        assert_eq!(rates.creation(&from("203.0.113.2")), Ok(()));
        assert_eq!(rates.question(&from("203.0.113.1")), Ok(()));
        // The next turn comes with time, one by one.
        clock.advance(Duration::from_secs(wait));
        assert_eq!(rates.creation(&from("203.0.113.1")), Ok(()));
        assert!(rates.creation(&from("203.0.113.1")).is_err());
    }

    #[test]
    fn a_network_of_one_visitor_counts_as_one() {
        let rates = Rates::new(Arc::new(MovableClock::default()), Vec::new());
        for n in 0..5 {
            assert_eq!(rates.creation(&from(&format!("[2001:db8::{n}]"))), Ok(()));
        }
        assert!(rates.creation(&from("[2001:db8::99]")).is_err());
        assert_eq!(rates.creation(&from("[2001:db8:0:1::1]")), Ok(()));
        // The same visitor over IPv4, however the machine writes it.
        for n in 0..5 {
            let form = match n % 2 {
                0 => "[::ffff:203.0.113.9]",
                _ => "203.0.113.9",
            };
            assert_eq!(rates.creation(&from(form)), Ok(()));
        }
        assert!(rates.creation(&from("203.0.113.9")).is_err());
    }

    #[test]
    fn nobody_is_kept_out_by_what_others_ask() {
        let rates = Rates::new(Arc::new(MovableClock::default()), Vec::new());
        let mut passed = 0;
        for n in 0..10_500 {
            let one = rates.sign_in(&from(&format!("[2001:db8:0:{n:x}::1]")));
            passed += usize::from(one.is_ok());
        }
        assert_eq!(passed, 80, "a site is no ten thousand visitors");
        for n in 0..10_500 {
            let other = rates.sign_in(&from(&format!("[2001:db8:{n:x}::1]")));
            assert!(n == 0 || other.is_ok());
        }
        assert_eq!(rates.sign_in(&from("203.0.113.1")), Ok(()));
        assert_eq!(rates.sign_in(&from("[2001:db9::1]")), Ok(()));
    }

    #[test]
    fn who_has_asked_too_often_is_not_forgotten_for_those_who_ask_once() {
        let gate = Gate::new(CREATIONS);
        let often = IpAddr::V4(7.into());
        for _ in 0..5 {
            gate.pass(often, 0).expect("five times");
        }
        for n in 100..20_000_u32 {
            _ = gate.pass(IpAddr::V4(n.into()), 0);
        }
        assert!(gate.pass(often, 0).is_err());
    }

    #[test]
    fn addresses_without_number_take_no_memory_without_end() {
        let gate = Gate::new(CREATIONS);
        for n in 0..20_000_u32 {
            _ = gate.pass(IpAddr::V4(n.into()), 0);
        }
        let remembered = gate.even.lock().expect("nobody panicked").len();
        assert_eq!(remembered, ADDRESSES);
        // They are forgotten when their time is over.
        let left = Left {
            limit: 5,
            remaining: 4,
            reset: 721,
        };
        assert_eq!(gate.pass(IpAddr::V4(30_000.into()), 4_000_000), Ok(left));
        assert_eq!(gate.even.lock().expect("nobody panicked").len(), 1);
    }
}
