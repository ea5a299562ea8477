//! What changes the shelf: each change is checked, kept, and only then put into effect.

use std::sync::Arc;

use jadi_plugin_manifest::Capability;

use super::error::LibraryError;
use super::state::{Entry, State};
use super::terms::{Need, SCRIPT, beyond, needs};
use super::view::PluginView;
use super::{Consent, Library, Whom};
use crate::plugins::{LoadOptions, Plugin};
use crate::store::{Installer, PluginRecord, PluginVersion};

/// How many versions of a plugin are kept, the one in use among them.
const VERSIONS: usize = 5;

/// What to install.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The component file.
    pub component: Vec<u8>,
    /// What was agreed to.
    pub consent: Consent,
    /// By whom.
    pub by: Installer,
    /// Whether it may take the place of a plugin that comes with the host.
    pub replace: bool,
}

impl Library {
    /// Installs a plugin, or another version of one that is installed. A new plugin serves no bot until it is enabled, unless
    /// it is an author's at work; an upgrade serves those that the version before served.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NotAPlugin`], [`LibraryError::NameClash`], [`LibraryError::ConsentNeeded`],
    /// [`LibraryError::CommandClash`], and when it can't be kept.
    pub async fn install(
        self: &Arc<Self>,
        installation: Installation,
    ) -> Result<PluginView, LibraryError> {
        let library = self.clone();
        self.to_its_end(async move {
            let plugin = library.load_agreed(&installation).await?;
            let mut state = library.state.lock().await;
            let everywhere = installation.by == Installer::Dev;
            let entry = library
                .put(&mut state, &plugin, installation, everywhere)
                .await?;
            library.tidy(&state).await;
            drop(state);
            library.view(&entry).await
        })
        .await
    }

    /// Loads what is to be installed as far as it was agreed to, now or with the version in use.
    async fn load_agreed(&self, installation: &Installation) -> Result<Arc<Plugin>, LibraryError> {
        let component = installation.component.clone();
        let loaded = self.load(component, installation.consent.to_load()).await;
        let Err(LibraryError::ConsentNeeded { name, .. }) = &loaded else {
            return loaded;
        };
        let state = self.state.lock().await;
        let installed = state.plugins.get(name).cloned();
        drop(state);
        let before = agreed_before(installed.as_ref());
        if before.iter().any(|need| need.key == SCRIPT) {
            let component = installation.component.clone();
            return self.load(component, LoadOptions::ALL).await;
        }
        loaded
    }

    /// Goes back to the version that was installed before the one in use.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoSuchPlugin`], [`LibraryError::NoEarlierVersion`], [`LibraryError::CommandClash`], and when that
    /// version can't be loaded any more.
    pub async fn rollback(self: &Arc<Self>, name: &str) -> Result<PluginView, LibraryError> {
        let (library, name) = (self.clone(), name.to_owned());
        self.to_its_end(async move {
            let mut state = library.state.lock().await;
            library.go_back(&mut state, &name).await
        })
        .await
    }

    /// Goes back from the version of this digest, unless another one is in use by now: then none is returned.
    ///
    /// # Errors
    ///
    /// As of [`Library::rollback`].
    pub async fn roll_back_from(
        self: &Arc<Self>,
        name: &str,
        failing: &str,
    ) -> Result<Option<PluginView>, LibraryError> {
        let (library, name, failing) = (self.clone(), name.to_owned(), failing.to_owned());
        self.to_its_end(async move {
            let mut state = library.state.lock().await;
            if state.entry(&name)?.record.current.to_string() != failing {
                return Ok(None);
            }
            library.go_back(&mut state, &name).await.map(Some)
        })
        .await
    }

    async fn go_back(&self, state: &mut State, name: &str) -> Result<PluginView, LibraryError> {
        let mut record = state.entry(name)?.record.clone();
        let versions = &record.versions;
        let place = versions
            .iter()
            .position(|version| version.digest == record.current);
        let earlier = place.and_then(|place| versions.get(place.checked_sub(1)?));
        let none = || LibraryError::NoEarlierVersion {
            name: name.to_owned(),
        };
        record.current = earlier.ok_or_else(none)?.digest;
        let plugin = self.load_kept(name, record.current).await?;
        let entry = self.ready(record, plugin);
        state.check_clash(&entry)?;
        self.enact(state, entry).await
    }

    /// Enables or disables a plugin.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoSuchPlugin`], [`LibraryError::CommandClash`], [`LibraryError::Broken`], and when it can't be kept.
    pub async fn switch(
        self: &Arc<Self>,
        name: &str,
        whom: Whom,
        enabled: bool,
    ) -> Result<PluginView, LibraryError> {
        let (library, name) = (self.clone(), name.to_owned());
        self.to_its_end(async move {
            let mut state = library.state.lock().await;
            let mut entry = state.entry(&name)?.clone();
            if let (true, Err(why)) = (enabled, &entry.loaded) {
                let why = why.clone();
                return Err(LibraryError::Broken { name, why });
            }
            match whom {
                Whom::All => {
                    entry.record.everywhere = enabled;
                    entry.record.switches.clear();
                }
                Whom::Bot(bot) => {
                    entry.record.switches.insert(bot, enabled);
                }
            }
            if enabled {
                state.check_clash(&entry)?;
            }
            library.enact(&mut state, entry).await
        })
        .await
    }

    /// Takes capabilities from a plugin, or gives them back.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoSuchPlugin`], [`LibraryError::Broken`], [`LibraryError::NotImported`],
    /// [`LibraryError::NotDeniable`], and when it can't be kept.
    pub async fn grant(
        self: &Arc<Self>,
        name: &str,
        deny: Vec<Capability>,
        allow: Vec<Capability>,
    ) -> Result<PluginView, LibraryError> {
        let (library, name) = (self.clone(), name.to_owned());
        self.to_its_end(async move {
            let mut state = library.state.lock().await;
            let entry = state.entry(&name)?;
            let plugin = match &entry.loaded {
                Ok(component) => component.plugin.clone(),
                Err(why) => {
                    let why = why.clone();
                    return Err(LibraryError::Broken { name, why });
                }
            };
            for capability in deny.iter().chain(&allow).copied() {
                let permission = plugin
                    .permissions()
                    .iter()
                    .find(|permission| permission.capability() == capability)
                    .ok_or(LibraryError::NotImported {
                        name: name.clone(),
                        capability,
                    })?;
                if !permission.can_be_denied() {
                    return Err(LibraryError::NotDeniable { capability });
                }
            }
            let mut record = entry.record.clone();
            record.denied.extend(deny);
            record.denied.retain(|denied| !allow.contains(denied));
            let entry = library.ready(record, plugin);
            library.enact(&mut state, entry).await
        })
        .await
    }

    /// Removes a plugin with all its versions. What it has kept in the bots' data stays there.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoSuchPlugin`], [`LibraryError::BuiltIn`], and when the shelf can't be written.
    pub async fn remove(self: &Arc<Self>, name: &str) -> Result<(), LibraryError> {
        let (library, name) = (self.clone(), name.to_owned());
        self.to_its_end(async move {
            let mut state = library.state.lock().await;
            if state.entry(&name)?.record.built_in.is_some() {
                return Err(LibraryError::BuiltIn { name });
            }
            library.parts.shelf.take(&name).await?;
            state.plugins.remove(&name);
            state.publish();
            library.tidy(&state).await;
            tracing::info!(plugin = name, "a plugin is removed");
            Ok(())
        })
        .await
    }

    /// Installs a loaded plugin; a new one serves all bots at once when `everywhere`.
    pub(super) async fn put(
        &self,
        state: &mut State,
        plugin: &Arc<Plugin>,
        installation: Installation,
        everywhere: bool,
    ) -> Result<Entry, LibraryError> {
        let Installation {
            component,
            consent,
            by,
            replace,
        } = installation;
        let (name, digest) = (&plugin.manifest().name, *plugin.digest());
        let installed = state.plugins.get(name);
        if let Some(installed) = installed {
            let built_in = installed.record.built_in.is_some();
            if built_in
                && by != Installer::BuiltIn
                && !replace
                && installed.record.version(digest).is_none()
            {
                return Err(LibraryError::NameClash { name: name.clone() });
            }
        }
        let missing = missing(plugin, installed, &consent);
        if !missing.is_empty() {
            return Err(LibraryError::ConsentNeeded {
                name: name.clone(),
                needs: missing,
            });
        }
        let version = PluginVersion {
            digest,
            version: plugin.manifest().version.clone(),
            installed: self.parts.clock.now(),
            by,
        };
        let mut record = match installed {
            Some(installed) => upgraded(&installed.record, version),
            None => PluginRecord {
                name: name.clone(),
                versions: vec![version],
                current: digest,
                everywhere,
                switches: [].into(),
                denied: [].into(),
                built_in: None,
            },
        };
        if by == Installer::BuiltIn {
            record.built_in = Some(digest);
        }
        let entry = self.ready(record, plugin.clone());
        state.check_clash(&entry)?;
        self.parts.shelf.keep(component).await?;
        if let Err(error) = self.parts.shelf.put(&entry.record).await {
            self.tidy(state).await;
            return Err(error.into());
        }
        tracing::info!(plugin = name, version = plugin.manifest().version, %digest, ?by, "a plugin is installed");
        state.plugins.insert(name.clone(), entry.clone());
        state.publish();
        Ok(entry)
    }

    /// Keeps a changed plugin and puts the change into effect.
    async fn enact(&self, state: &mut State, entry: Entry) -> Result<PluginView, LibraryError> {
        self.parts.shelf.put(&entry.record).await?;
        let record = &entry.record;
        tracing::info!(
            plugin = record.name,
            digest = %record.current,
            everywhere = record.everywhere,
            bots = record.switches.len(),
            denied = ?record.denied,
            "a plugin is changed"
        );
        state.plugins.insert(record.name.clone(), entry.clone());
        state.publish();
        self.view(&entry).await
    }

    /// Deletes files that no version needs any more. That it fails is no reason to fail what was done before.
    pub(super) async fn tidy(&self, state: &State) {
        if let Err(error) = self.parts.shelf.tidy().await {
            tracing::warn!(%error, "files of plugins that are gone could not be deleted");
        }
        let versions = state
            .plugins
            .values()
            .flat_map(|entry| &entry.record.versions);
        let needed: Vec<_> = versions.map(|version| version.digest).collect();
        let runtime = self.parts.runtime.clone();
        let tidied = self
            .executor
            .spawn_blocking(move || runtime.forget_compiled(&needed));
        if let Err(error) = tidied.await.unwrap_or(Ok(())) {
            tracing::warn!(%error, "machine code of plugins that are gone could not be deleted");
        }
    }
}

/// What a plugin needs beyond what was agreed to before and now. What an earlier version needed was agreed to with it.
fn missing(plugin: &Plugin, installed: Option<&Entry>, consent: &Consent) -> Vec<Need> {
    let Consent::To(agreed) = consent else {
        return Vec::new();
    };
    let before = agreed_before(installed);
    let now = needs(plugin, |_| false);
    beyond(&now, &before)
        .filter(|need| !agreed.contains(&need.key))
        .cloned()
        .collect()
}

/// What the version in use needs, for that was agreed to.
fn agreed_before(installed: Option<&Entry>) -> Vec<Need> {
    installed
        .and_then(|entry| entry.loaded.as_ref().ok())
        .map(|component| needs(&component.plugin, |_| false))
        .unwrap_or_default()
}

/// The record with another version in use. What an author at work left is not kept.
fn upgraded(record: &PluginRecord, version: PluginVersion) -> PluginRecord {
    let mut record = record.clone();
    let digest = version.digest;
    record.versions.retain(|kept| {
        let passing = kept.by == Installer::Dev && kept.digest == record.current;
        kept.digest != digest && !passing
    });
    record.versions.push(version);
    let most = record.versions.len().saturating_sub(VERSIONS);
    record.versions.drain(..most);
    record.current = digest;
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Digest;

    fn version(n: u8, by: Installer) -> PluginVersion {
        PluginVersion {
            digest: Digest::of(&[n]),
            version: "1.0.0".to_owned(),
            installed: i64::from(n),
            by,
        }
    }

    fn record() -> PluginRecord {
        PluginRecord {
            name: "one".to_owned(),
            versions: vec![version(0, Installer::BuiltIn)],
            current: Digest::of(&[0]),
            everywhere: true,
            switches: [].into(),
            denied: [Capability::Kv].into(),
            built_in: None,
        }
    }

    fn order(record: &PluginRecord) -> Vec<i64> {
        let versions = record.versions.iter();
        versions.map(|version| version.installed).collect()
    }

    #[test]
    fn the_last_few_versions_are_kept_and_what_was_denied_stays_so() {
        let mut kept = record();
        for n in 1..9 {
            kept = upgraded(&kept, version(n, Installer::Operator));
        }
        assert_eq!(order(&kept), [4, 5, 6, 7, 8]);
        assert_eq!(kept.current, Digest::of(&[8]));
        assert!(kept.denied.contains(&Capability::Kv));
        let again = upgraded(&kept, version(5, Installer::Operator));
        assert_eq!(order(&again), [4, 6, 7, 8, 5], "it is the latest again");
    }

    #[test]
    fn an_author_at_work_leaves_one_version() {
        let mut kept = record();
        for n in 1..9 {
            kept = upgraded(&kept, version(n, Installer::Dev));
        }
        assert_eq!(order(&kept), [0, 8]);
    }
}
