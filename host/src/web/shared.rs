//! What the handlers use.

use std::sync::Arc;

use actix_web::HttpRequest;
use ipnet::IpNet;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use super::connect::{Attempt, Attempts, Problem, Rates};
use super::deeds::{Deeds, Doer};
use super::listeners::{Listeners, Listening, Whose};
use super::operator::{Pace, Waiting};
use super::visitor;
use crate::access::{Access, Invites, Operators};
use crate::bots::{
    Broadcasts, Creation, Fleet, HostSettings, Instance, Instances, Manager, Owners, Plans,
    Restoring,
};
use crate::clock::{Millis, SharedClock};
use crate::dispatch::FailingVersions;
use crate::library::Library;
use crate::random::{Random, SharedRandom};
use crate::store::{Actor, Registry};

/// What the pages are served from.
pub struct WebParts {
    /// The bots that run here.
    pub instances: Instances,
    /// The time.
    pub clock: SharedClock,
    /// What the pairing page is reachable by.
    pub key: PageKey,
    /// How visitors make their numbers bots; without it they can't.
    pub hosting: Option<HostingParts>,
    /// What the pages of bots' owners are made of; without it there are none.
    pub owners: Option<OwnerParts>,
    /// What the operator's page is made of; without it, or without a password, there is none.
    pub operator: Option<OperatorParts>,
    /// Where it is kept who did what.
    pub deeds: Option<Deeds>,
    /// Proxies whose word on who visits is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What simulator builds add.
    #[cfg(feature = "simulator")]
    pub dev: super::DevTools,
}

/// What making bots from pages and API needs.
pub struct HostingParts {
    /// The service behind chat and pages.
    pub creation: Arc<Creation>,
    /// Whom the operator invites, where that is wanted.
    pub invites: Arc<Invites>,
    /// All bots.
    pub registry: Arc<dyn Registry>,
    /// For ids that nobody guesses.
    pub random: SharedRandom,
    /// The language that new bots begin with.
    pub language: String,
}

/// What the pages of bots' owners need.
pub struct OwnerParts {
    /// Who is signed in.
    pub access: Arc<Access>,
    /// All bots.
    pub registry: Arc<dyn Registry>,
    /// Does what owners want done.
    pub manager: Arc<Manager>,
    /// Gives bots to somebody else.
    pub owners: Arc<Owners>,
}

/// What the operator's page needs.
pub struct OperatorParts {
    /// Who operates the host.
    pub operators: Arc<Operators>,
    /// How the pages are reached.
    pub access: Arc<Access>,
    /// All bots.
    pub registry: Arc<dyn Registry>,
    /// Those that run.
    pub fleet: Arc<Fleet>,
    /// Does what is wanted with one.
    pub manager: Arc<Manager>,
    /// The slots.
    pub creation: Arc<Creation>,
    /// Whom they invite.
    pub invites: Arc<Invites>,
    /// Who operates the host in chat.
    pub owners: Arc<Owners>,
    /// Messages to all bots' owners.
    pub broadcasts: Arc<Broadcasts>,
    /// How long bots run.
    pub plans: Arc<Plans>,
    /// What is switched and set.
    pub settings: Arc<HostSettings>,
    /// How far the start has come.
    pub restoring: Restoring,
    /// All plugins.
    pub library: Arc<Library>,
    /// Those that fail.
    pub failing: FailingVersions,
}

/// The secret in the pairing page's URL: 32 random bytes in hexadecimal. New at each start.
#[derive(Clone)]
pub struct PageKey(String);

impl PageKey {
    /// A new key.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        Self(hex::encode(bytes))
    }

    /// The key as it stands in the URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the key. Digests are compared, so that the time it takes tells nothing.
    pub(super) fn is(&self, given: &str) -> bool {
        Sha256::digest(&self.0) == Sha256::digest(given)
    }
}

/// Shared by all workers.
pub(super) struct Shared {
    pub(super) parts: WebParts,
    /// Ends what would go on for as long as a browser listens.
    pub(super) ending: CancellationToken,
    /// Who listens to what would go on for so long.
    pub(super) listeners: Arc<Listeners>,
    pub(super) rates: Rates,
    attempts: Option<Arc<Attempts>>,
    /// How many events go through in a second.
    pub(super) pace: Pace,
    /// Since when the host runs.
    pub(super) started_at: Millis,
    /// A plugin's file that waits for the operator's consent.
    pub(super) waiting: Waiting,
}

impl Shared {
    pub(super) fn new(parts: WebParts, ending: CancellationToken) -> Self {
        let (clock, trusted) = (parts.clock.clone(), parts.trusted_proxies.clone());
        let attempts = parts
            .hosting
            .as_ref()
            .map(|hosting| Attempts::new(hosting, parts.instances.clone(), parts.clock.clone()));
        let started_at = parts.clock.now();
        Self {
            parts,
            ending,
            listeners: Arc::default(),
            rates: Rates::new(clock, trusted),
            attempts,
            pace: Pace::since(started_at),
            started_at,
            waiting: Waiting::default(),
        }
    }

    /// Whether the pages are reached over HTTPS.
    pub(super) fn is_secure(&self) -> bool {
        let owners = self.parts.owners.as_ref();
        owners.is_some_and(|owners| owners.access.is_secure())
    }

    /// A place for a visitor who is not known, to listen.
    pub(super) fn visitor_listens(&self, request: &HttpRequest) -> Result<Listening, Problem> {
        let address = visitor::address(request, &self.parts.trusted_proxies);
        let whose = Whose::Visitor(address.map(visitor::of_one_visitor));
        self.listeners.take(whose)
    }

    /// Who does something, for the deeds: by which way, and where from.
    pub(super) fn doer(&self, actor: Actor, way: &str, request: &HttpRequest) -> Doer {
        let by = match visitor::address(request, &self.parts.trusted_proxies) {
            Some(address) => format!("{way}, {address}"),
            None => way.to_owned(),
        };
        Doer { actor, by }
    }

    /// Keeps what somebody did.
    pub(super) async fn note(&self, doer: Doer, what: &str, with: &str, detail: &str) {
        if let Some(deeds) = &self.parts.deeds {
            deeds.note(doer, what, with, detail).await;
        }
    }

    /// What making bots needs.
    pub(super) fn hosting(&self) -> Result<&HostingParts, Problem> {
        self.parts.hosting.as_ref().ok_or_else(Problem::no_hosting)
    }

    /// The attempts that were started from here.
    pub(super) fn attempts(&self) -> Result<&Arc<Attempts>, Problem> {
        self.attempts.as_ref().ok_or_else(Problem::no_hosting)
    }

    /// The attempt that was started from here under this id.
    pub(super) fn attempt(&self, id: &str) -> Result<Attempt, Problem> {
        self.attempts()?.get(id).ok_or_else(Problem::no_session)
    }

    /// Stops following attempts.
    pub(super) async fn shutdown(&self) {
        self.ending.cancel();
        if let Some(attempts) = &self.attempts {
            attempts.shutdown().await;
        }
    }

    /// The main bot.
    pub(super) fn main(&self) -> Option<Instance> {
        self.parts.instances.main()
    }
}

/// A moment for people, in UTC: `2026-11-27 02:30`.
pub(super) fn moment(at: Millis) -> String {
    let moment = jiff::Timestamp::from_millisecond(at);
    moment.map_or_else(
        |_| String::new(),
        |moment| moment.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}
