//! What the operator switches and sets while the host runs: features, and the pause between reconnects and between sends.
//!
//! Each change counts at once for all bots, and is kept as a host setting, so that it counts after a restart too. Without one,
//! features are as they begin and the pause is the configuration's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::dispatch::{Delay, Seating};
use crate::store::{Registry, StoreError};

/// The host settings' names.
const FEATURES: &str = "features";
const DELAY: &str = "delay";

/// Something that can be switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// People get bots by asking the main bot.
    Jadibot,
    /// People get bots from the page, and programs through the API.
    ConnectPage,
    /// The second bot in a group leaves it; off, it stays and is silent.
    Isolation,
    /// Who gets a bot from the page, or a program through the API, needs a code of the operator's. Off until it is switched on.
    InviteCodes,
}

impl Feature {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [
        Self::Jadibot,
        Self::ConnectPage,
        Self::Isolation,
        Self::InviteCodes,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jadibot => "jadibot",
            Self::ConnectPage => "connect-page",
            Self::Isolation => "isolation",
            Self::InviteCodes => "invite-codes",
        }
    }

    /// Whether it is on where nobody has switched it.
    fn begins_on(self) -> bool {
        self != Self::InviteCodes
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.name() == name)
    }
}

/// Which features are on. Shared by all who ask; all clones are one.
#[derive(Debug, Clone)]
pub struct Features(Arc<[AtomicBool; Feature::ALL.len()]>);

/// As they begin.
impl Default for Features {
    fn default() -> Self {
        Self(Arc::new(
            Feature::ALL.map(|feature| AtomicBool::new(feature.begins_on())),
        ))
    }
}

impl Features {
    /// Whether it is on.
    pub fn is_on(&self, feature: Feature) -> bool {
        self.switch(feature)
            .is_none_or(|switch| switch.load(Ordering::Relaxed))
    }

    fn set(&self, feature: Feature, on: bool) {
        if let Some(switch) = self.switch(feature) {
            switch.store(on, Ordering::Relaxed);
        }
    }

    fn switch(&self, feature: Feature) -> Option<&AtomicBool> {
        let mut all = Feature::ALL.iter().zip(self.0.iter());
        all.find_map(|(one, switch)| (*one == feature).then_some(switch))
    }
}

/// Switches and sets.
pub struct HostSettings {
    registry: Arc<dyn Registry>,
    features: Features,
    seating: Seating,
    delay: Delay,
    /// One change after another, so that none undoes another.
    turn: tokio::sync::Mutex<()>,
}

impl HostSettings {
    /// Puts what is kept into force.
    ///
    /// # Errors
    ///
    /// When the registry can't be read.
    pub async fn open(
        registry: Arc<dyn Registry>,
        features: Features,
        seating: Seating,
        delay: Delay,
    ) -> Result<Arc<Self>, StoreError> {
        let kept = switched(&*registry).await?;
        let settings = Self {
            registry,
            features,
            seating,
            delay,
            turn: tokio::sync::Mutex::default(),
        };
        for (name, on) in kept {
            // One that an earlier version had is no matter.
            if let Some(feature) = Feature::named(&name) {
                settings.put_in_force(feature, on);
            }
        }
        let delay = settings.registry.host_setting(DELAY).await?;
        if let Some(millis) = delay.and_then(|kept| kept.parse().ok()) {
            settings.delay.set(Duration::from_millis(millis));
        }
        Ok(Arc::new(settings))
    }

    /// All features, and whether they are on.
    pub fn features(&self) -> Vec<(Feature, bool)> {
        let all = Feature::ALL.into_iter();
        all.map(|feature| (feature, self.features.is_on(feature)))
            .collect()
    }

    /// Switches one.
    ///
    /// # Errors
    ///
    /// When it can't be kept; nothing is switched then.
    pub async fn switch(&self, feature: Feature, on: bool) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let mut kept = switched(&*self.registry).await?;
        kept.insert(feature.name().to_owned(), on);
        let json = serde_json::json!(kept).to_string();
        self.registry.set_host_setting(FEATURES, Some(json)).await?;
        self.put_in_force(feature, on);
        tracing::info!(feature = feature.name(), on, "a feature was switched");
        Ok(())
    }

    /// The pause between reconnects, and between sends of one bot.
    pub fn delay(&self) -> Duration {
        self.delay.get()
    }

    /// Sets it.
    ///
    /// # Errors
    ///
    /// When it can't be kept; it is as before then.
    pub async fn set_delay(&self, delay: Duration) -> Result<(), StoreError> {
        let _turn = self.turn.lock().await;
        let millis = delay.as_millis().to_string();
        self.registry.set_host_setting(DELAY, Some(millis)).await?;
        self.delay.set(delay);
        Ok(())
    }

    fn put_in_force(&self, feature: Feature, on: bool) {
        self.features.set(feature, on);
        if feature == Feature::Isolation {
            self.seating.set_leaves(on);
        }
    }
}

/// The features that were switched. What is kept but can't be read counts as never switched.
async fn switched(registry: &dyn Registry) -> Result<BTreeMap<String, bool>, StoreError> {
    let kept = registry.host_setting(FEATURES).await?;
    let kept = kept.and_then(|json| serde_json::from_str(&json).ok());
    Ok(kept.unwrap_or_default())
}
