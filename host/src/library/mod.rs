//! A plugin's life on a running host: installed, granted, enabled for all bots or for some, upgraded, rolled back, disabled and
//! removed, while events flow.
//!
//! The library is the one place that changes the shelf. Each change is made in the same order: the component is loaded, what
//! would not go well is refused, the shelf is written, and only then each bot that is concerned gets another set of plugins.
//! A change that was refused or failed has changed nothing. Changes come one after another and are never abandoned halfway,
//! whoever asked for them.
//!
//! Events need no care from here: dispatch takes the set once for each event and holds it to the event's end, so that what is
//! under way ends on the version that it began with, and what comes after begins on the new one. A plugin that is replaced is
//! the same plugin under the same name, so the inbox lets it handle an event once, whichever version does.
//!
//! # Layout
//!
//! - [`Library`]: opening, following, looking. `change`: what changes the shelf. `built_in`: the host's own plugins.
//! - `state`: which plugins are loaded and which bot they serve; clashes of commands. Pure.
//! - `terms`: what is shown before a person consents. `view`: what is shown of an installed plugin. `error`: refusals. These
//!   three go over the control socket as they are.
//! - `handler`: a loaded plugin as dispatch runs it. `desk`: what dispatch asks for a bot that manages its own plugins.

mod built_in;
mod change;
mod desk;
mod error;
mod handler;
mod state;
mod terms;
#[cfg(test)]
pub(crate) mod tests;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::runtime::Handle;
use tokio::sync::{Mutex, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use built_in::BuiltInError;
pub use change::Installation;
pub use desk::Desk;
pub use error::{Flaw, LibraryError};
pub use terms::{CommandTerm, Difference, Need, Subject, Terms, declared};
pub use view::{PluginView, SwitchView};

use crate::clock::SharedClock;
use crate::dispatch::Enabled;
use crate::model::{BotId, Digest, PhoneNumber};
use crate::plugins::{Grants, LimitOverrides, LoadError, LoadOptions, Plugin, Runtime};
use crate::store::{PluginRecord, Registry, Shelf, StoreError};
use handler::Component;
use state::{Entry, State};

/// What a library is made of.
pub struct LibraryParts {
    /// What loads plugins and runs them.
    pub runtime: Arc<Runtime>,
    /// Where they are kept.
    pub shelf: Arc<dyn Shelf>,
    /// The bots that they serve.
    pub registry: Arc<dyn Registry>,
    /// The time.
    pub clock: SharedClock,
}

/// What a person has agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// These needs, by their keys.
    To(BTreeSet<String>),
    /// Whatever the plugin needs: it is the host's own, or its author is the operator.
    ToAll,
}

impl Consent {
    /// What this lets the runtime load.
    fn to_load(&self) -> LoadOptions {
        match self {
            Self::To(keys) => LoadOptions {
                script: keys.contains(terms::SCRIPT),
            },
            Self::ToAll => LoadOptions::ALL,
        }
    }
}

/// Whom a switch is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Every bot, those to come too; what was said of single bots is forgotten.
    All,
    /// One bot.
    Bot(BotId),
}

/// All installed plugins of a host.
pub struct Library {
    parts: LibraryParts,
    /// What was said of plugins' limits on this host, by plugin.
    limits: RwLock<BTreeMap<String, LimitOverrides>>,
    state: Mutex<State>,
    /// Changes run here, whatever becomes of who asked for them.
    executor: Handle,
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Library {
    /// Opens the shelf and loads what is on it. A plugin that can't be loaded is told in the log and by [`Library::list`]; the
    /// others serve.
    ///
    /// # Errors
    ///
    /// When the shelf can't be read.
    pub async fn open(parts: LibraryParts) -> Result<Arc<Self>, StoreError> {
        let records = parts.shelf.list().await?;
        let limits = limits(&parts).await?;
        let library = Arc::new(Self {
            parts,
            limits: RwLock::new(limits),
            state: Mutex::default(),
            executor: Handle::current(),
            tasks: TaskTracker::new(),
            ending: CancellationToken::new(),
        });
        let mut state = library.state.lock().await;
        for record in records {
            let entry = library.entry(record).await;
            state.plugins.insert(entry.record.name.clone(), entry);
        }
        state.publish();
        drop(state);
        Ok(library)
    }

    /// The plugins that serve a bot: as of now, and then each time that they change.
    pub async fn follow(&self, bot: BotId) -> watch::Receiver<Arc<Enabled>> {
        self.state.lock().await.follow(bot)
    }

    /// All installed plugins, by name.
    ///
    /// # Errors
    ///
    /// [`LibraryError::Store`].
    pub async fn list(&self) -> Result<Vec<PluginView>, LibraryError> {
        let entries: Vec<Entry> = self.state.lock().await.plugins.values().cloned().collect();
        let mut views = Vec::with_capacity(entries.len());
        for entry in entries {
            views.push(self.view(&entry).await?);
        }
        Ok(views)
    }

    /// An installed plugin.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoSuchPlugin`].
    pub async fn get(&self, name: &str) -> Result<PluginView, LibraryError> {
        let entry = self.state.lock().await.entry(name)?.clone();
        self.view(&entry).await
    }

    /// Looks at a component file: what it would do, need and change. Nothing of it runs, nothing is kept.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NotAPlugin`].
    pub async fn look(&self, component: Vec<u8>) -> Result<Terms, LibraryError> {
        let bytes = component.len() as u64;
        let plugin = self.load(component, LoadOptions::ALL).await?;
        let state = self.state.lock().await;
        let installed = state.plugins.get(&plugin.manifest().name);
        Ok(terms::terms(&plugin, bytes, installed))
    }

    /// The bot that a person means: by its id, its number, or `main`.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoSuchBot`].
    pub async fn bot(&self, text: &str) -> Result<BotId, LibraryError> {
        let registry = &self.parts.registry;
        let found = if text == "main" {
            registry.main().await?
        } else if let Ok(id) = text.parse::<BotId>() {
            registry.get(id).await?
        } else if let Ok(number) = text.parse::<PhoneNumber>() {
            registry.by_number(&number).await?
        } else {
            None
        };
        found.map(|bot| bot.id).ok_or(LibraryError::NoSuchBot {
            bot: text.to_owned(),
        })
    }

    /// Reads again what was said of plugins' limits on this host, and lets it count for this one from its next event on.
    ///
    /// # Errors
    ///
    /// [`LibraryError::NoSuchPlugin`], and when it can't be read.
    pub async fn reload_limits(&self, name: &str) -> Result<(), LibraryError> {
        let limits = limits(&self.parts).await?;
        let mut state = self.state.lock().await;
        *self.limits.write().unwrap_or_else(PoisonError::into_inner) = limits;
        let entry = state.entry(name)?.clone();
        if let Ok(component) = &entry.loaded {
            let entry = self.ready(entry.record, component.plugin.clone());
            state.plugins.insert(name.to_owned(), entry);
            state.publish();
        }
        Ok(())
    }

    /// Lets the change that is under way end and takes no more.
    pub async fn shutdown(&self) {
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Does a change to its end, even if who asked for it goes away.
    async fn to_its_end<T: Send + 'static>(
        &self,
        change: impl Future<Output = Result<T, LibraryError>> + Send + 'static,
    ) -> Result<T, LibraryError> {
        if self.ending.is_cancelled() {
            return Err(LibraryError::Ending);
        }
        match self.tasks.spawn_on(change, &self.executor).await {
            Ok(done) => done,
            Err(error) => Err(LibraryError::Store {
                why: error.to_string(),
            }),
        }
    }

    /// Loads a component file where blocking is allowed: it may have to be compiled.
    async fn load(
        &self,
        component: Vec<u8>,
        agreed: LoadOptions,
    ) -> Result<Arc<Plugin>, LibraryError> {
        let runtime = self.parts.runtime.clone();
        let load = move || runtime.load_with(&component, agreed);
        match self.executor.spawn_blocking(load).await {
            Ok(Ok(plugin)) => Ok(plugin),
            Ok(Err(LoadError::ScriptNotGranted { name })) => Err(LibraryError::ConsentNeeded {
                name,
                needs: vec![terms::script()],
            }),
            Ok(Err(error)) => Err(LibraryError::NotAPlugin {
                flaw: Flaw::from(&error),
                why: error.to_string(),
            }),
            Err(error) => Err(LibraryError::NotAPlugin {
                flaw: Flaw::Component,
                why: format!("loading it ended in a bug of the host: {error}"),
            }),
        }
    }

    /// The plugin of a record, loaded from the shelf if that is possible.
    async fn entry(&self, record: PluginRecord) -> Entry {
        match self.load_kept(&record.name, record.current).await {
            Ok(plugin) => self.ready(record, plugin),
            Err(error) => {
                tracing::error!(plugin = record.name, %error, "an installed plugin can't be loaded and serves nobody");
                Entry {
                    record,
                    loaded: Err(error.to_string()),
                }
            }
        }
    }

    /// A plugin that is loaded, with what its operator lets it do.
    fn ready(&self, record: PluginRecord, plugin: Arc<Plugin>) -> Entry {
        let limits = self.limits.read().unwrap_or_else(PoisonError::into_inner);
        let of_host = limits.get(&record.name).cloned();
        drop(limits);
        let component = Component::new(
            self.parts.runtime.clone(),
            plugin,
            Grants::without(record.denied.iter().copied()),
            of_host.unwrap_or_default(),
        );
        Entry {
            record,
            loaded: Ok(Arc::new(component)),
        }
    }

    /// Loads a version from the shelf. Its file has to be that of a plugin of this very name.
    async fn load_kept(&self, name: &str, digest: Digest) -> Result<Arc<Plugin>, LibraryError> {
        let component = self.parts.shelf.component(digest).await?;
        // What is on the shelf was agreed to when it was put there.
        let plugin = self.load(component, LoadOptions::ALL).await?;
        if plugin.manifest().name != name {
            return Err(LibraryError::NotAPlugin {
                flaw: Flaw::Component,
                why: format!(
                    "the shelf has it as {name}, and it calls itself {}",
                    plugin.manifest().name
                ),
            });
        }
        Ok(plugin)
    }

    async fn view(&self, entry: &Entry) -> Result<PluginView, LibraryError> {
        let mut switches = Vec::new();
        for (bot, enabled) in &entry.record.switches {
            let record = self.parts.registry.get(*bot).await?;
            let number = record.and_then(|record| record.jid?.number());
            switches.push(SwitchView {
                bot: *bot,
                number: number.map(|number| number.digits().to_owned()),
                enabled: *enabled,
            });
        }
        Ok(view::view(entry, switches))
    }
}

/// What was said of plugins' limits on this host.
async fn limits(parts: &LibraryParts) -> Result<BTreeMap<String, LimitOverrides>, StoreError> {
    let kept = parts.registry.plugin_limits().await?.into_iter();
    Ok(kept
        .map(|(plugin, values)| (plugin, LimitOverrides::kept(values)))
        .collect())
}
