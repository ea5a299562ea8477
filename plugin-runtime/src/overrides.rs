//! What an operator has said of one plugin's limits, on the host or in one bot.

use std::collections::BTreeMap;

use jadi_plugin_manifest::Manifest;

use super::limits::{LimitKey, Limits, told};

/// Changed limits of one plugin: those of its events by name without `event.`, such as `cpu_ms`, and those of its breaker and of
/// what is kept of it, such as `breaker.failures`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LimitOverrides(BTreeMap<String, u64>);

/// A change of a limit that can't be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OverrideError {
    /// There is no such limit.
    #[error("there is no limit {name}; the limits are {}", names().join(", "))]
    Unknown {
        /// What was written.
        name: String,
    },
    /// It is not within the host's ceiling.
    #[error("{name} is {value}; it must be from {least} to {most}{}", told(*.because))]
    OutOfRange {
        /// The limit.
        name: String,
        /// What was written.
        value: u64,
        /// The least that works.
        least: u64,
        /// The most that this host allows.
        most: u64,
        /// The host's key that sets the most, when one does.
        because: Option<&'static str>,
    },
}

impl LimitOverrides {
    /// What somebody asks for now.
    ///
    /// # Errors
    ///
    /// Names the first limit that does not exist or is not within the host's ceiling.
    pub fn asked(
        values: BTreeMap<String, u64>,
        limits: &Limits,
        manifest: &Manifest,
    ) -> Result<Self, OverrideError> {
        for (name, value) in &values {
            let key = LimitKey::overridden(name)
                .ok_or_else(|| OverrideError::Unknown { name: name.clone() })?;
            let (most, because) = limits.most_for(manifest, key);
            if !(key.least..=most).contains(value) {
                return Err(OverrideError::OutOfRange {
                    name: name.clone(),
                    value: *value,
                    least: key.least,
                    most,
                    because,
                });
            }
        }
        Ok(Self(values))
    }

    /// What was asked for earlier, perhaps of another version: limits that this one does not know are left out.
    pub fn kept(mut values: BTreeMap<String, u64>) -> Self {
        values.retain(|name, _| LimitKey::overridden(name).is_some());
        Self(values)
    }

    /// The changed limits by name.
    pub fn values(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, value)| (name.as_str(), *value))
    }
}

/// The names that an override may have.
fn names() -> Vec<&'static str> {
    let names = Limits::KEYS.iter();
    names.filter_map(LimitKey::override_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(name: &str, value: u64) -> Result<LimitOverrides, OverrideError> {
        let manifest = r#"{"name":"test","version":"1.0.0","languages":["en"]}"#;
        let manifest = serde_json::from_str(manifest).expect("a manifest");
        let values = BTreeMap::from([(name.to_owned(), value)]);
        LimitOverrides::asked(values, &Limits::default(), &manifest)
    }

    #[test]
    fn what_is_within_the_ceiling_is_taken() {
        let taken = ask("cpu_ms", 5_000).expect("the ceiling itself");
        assert_eq!(taken.values().collect::<Vec<_>>(), [("cpu_ms", 5_000)]);
    }

    #[test]
    fn what_is_not_is_refused_by_name() {
        let error = ask("cpu_ms", 5_001).expect_err("too much");
        assert_eq!(
            error.to_string(),
            "cpu_ms is 5001; it must be from 1 to 5000, which most.cpu_ms sets"
        );
        let error = ask("memory_bytes", 17 << 20).expect_err("more than a slot holds");
        assert!(
            error.to_string().contains("pool.memory_bytes sets"),
            "{error}"
        );
        let error = ask("cpu", 5).expect_err("no such limit");
        assert!(
            error
                .to_string()
                .starts_with("there is no limit cpu; the limits are cpu_ms, slice_ms"),
            "{error}"
        );
    }

    #[test]
    fn what_another_version_kept_does_no_harm() {
        let values = BTreeMap::from([("cpu_ms".to_owned(), 7), ("gone".to_owned(), 1)]);
        let kept = LimitOverrides::kept(values);
        assert_eq!(kept.values().collect::<Vec<_>>(), [("cpu_ms", 7)]);
    }
}
