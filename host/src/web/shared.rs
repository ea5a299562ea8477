//! What the handlers use.

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::bots::{Instance, Instances};
use crate::clock::SharedClock;
use crate::random::Random;

/// How many pages may listen for changes at once.
const LISTENERS: usize = 64;

/// What the pages are served from.
pub struct WebParts {
    /// The bots that run here.
    pub instances: Instances,
    /// The time.
    pub clock: SharedClock,
    /// What the pairing page is reachable by.
    pub key: PageKey,
    /// What simulator builds add.
    #[cfg(feature = "simulator")]
    pub dev: super::DevTools,
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
    pub(super) listeners: std::sync::Arc<Semaphore>,
}

impl Shared {
    pub(super) fn new(parts: WebParts, ending: CancellationToken) -> Self {
        Self {
            parts,
            ending,
            listeners: std::sync::Arc::new(Semaphore::new(LISTENERS)),
        }
    }

    /// The main bot.
    pub(super) fn main(&self) -> Option<Instance> {
        self.parts.instances.main()
    }
}
