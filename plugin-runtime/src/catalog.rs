//! The plugins of a host: every component of a directory, and which of them has which command.
//!
//! A catalog is a snapshot that never changes: whoever handles an event keeps the one that it began with, and
//! [`LiveCatalog`] replaces it as a whole. A file that can't be loaded is refused by itself, with its reason; the others
//! stay. When two plugins want the same name or command, the file that comes first by name keeps it.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use jadi_plugin_manifest::Command;

use super::load_error::LoadError;
use super::plugin::Plugin;
use super::runtime::Runtime;

/// The directory itself can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the plugins directory {} can't be read: {source}; make it, or set `plugins_dir`", dir.display())]
pub struct CatalogError {
    dir: PathBuf,
    source: io::Error,
}

/// A file that is not in the catalog.
#[derive(Debug, thiserror::Error)]
#[error("{} is not loaded: {reason}", file.display())]
pub struct Refused {
    /// The file.
    pub file: PathBuf,
    /// Why.
    #[source]
    pub reason: RefusedReason,
}

/// Why a file is not in the catalog.
#[derive(Debug, thiserror::Error)]
pub enum RefusedReason {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(#[source] io::Error),
    /// It is not a plugin.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// Another file has a plugin of the same name.
    #[error("the plugin {name} is there already, from {}; remove one of the two files", other.display())]
    NameClash {
        /// The plugins' name.
        name: String,
        /// The file that has it.
        other: PathBuf,
    },
    /// Another plugin has one of its commands.
    #[error(
        "the plugins {plugin} and {other} both have the command {command}; remove one of the two, or rename the command in \
         one of them"
    )]
    CommandClash {
        /// The command's name or alias.
        command: String,
        /// The plugin that is refused.
        plugin: String,
        /// The plugin that has the command.
        other: String,
    },
}

/// One plugin of the catalog.
#[derive(Debug)]
struct Entry {
    file: PathBuf,
    plugin: Arc<Plugin>,
}

/// All plugins of a directory, as of one moment.
#[derive(Debug, Default)]
pub struct Catalog {
    entries: Vec<Entry>,
    refused: Vec<Refused>,
    /// Command names and aliases, each with the place of its plugin in `entries`.
    words: HashMap<String, usize>,
}

impl Catalog {
    /// Loads every `*.wasm` file of `dir`. Compiles what is new, which takes a while: call it where blocking is allowed.
    ///
    /// # Errors
    ///
    /// When the directory can't be read. What is wrong with a file is told by [`Catalog::refused`].
    pub fn open(dir: &Path, runtime: &Runtime) -> Result<Self, CatalogError> {
        let unreadable = |source| CatalogError {
            dir: dir.to_owned(),
            source,
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(dir).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "wasm")
            {
                files.push(path);
            }
        }
        files.sort_unstable();

        let mut catalog = Self::default();
        for file in files {
            let loaded =
                load(&file, runtime).and_then(|plugin| catalog.admit(&plugin).map(|()| plugin));
            match loaded {
                Ok(plugin) => catalog.entries.push(Entry { file, plugin }),
                Err(reason) => catalog.refused.push(Refused { file, reason }),
            }
        }
        catalog.order();
        Ok(catalog)
    }

    /// Checks that `plugin` takes nobody's name or command.
    fn admit(&self, plugin: &Plugin) -> Result<(), RefusedReason> {
        let manifest = plugin.manifest();
        for entry in &self.entries {
            let other = entry.plugin.manifest();
            if other.name == manifest.name {
                return Err(RefusedReason::NameClash {
                    name: manifest.name.clone(),
                    other: entry.file.clone(),
                });
            }
            let mut words = manifest.commands.iter().flat_map(Command::names);
            if let Some(word) = words.find(|word| other.command(word).is_some()) {
                return Err(RefusedReason::CommandClash {
                    command: word.to_owned(),
                    plugin: manifest.name.clone(),
                    other: other.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// Puts the plugins in the order of their turns and indexes their commands.
    fn order(&mut self) {
        self.entries.sort_by(|a, b| {
            let (a, b) = (a.plugin.manifest(), b.plugin.manifest());
            b.priority
                .cmp(&a.priority)
                .then_with(|| a.name.cmp(&b.name))
        });
        self.words = self
            .entries
            .iter()
            .enumerate()
            .flat_map(|(place, entry)| {
                let commands = entry.plugin.manifest().commands.iter();
                commands
                    .flat_map(Command::names)
                    .map(move |word| (word.to_owned(), place))
            })
            .collect();
    }

    /// The plugins, in the order of their turns at an event: higher priority first, equal ones by name.
    pub fn plugins(&self) -> impl ExactSizeIterator<Item = &Arc<Plugin>> {
        self.entries.iter().map(|entry| &entry.plugin)
    }

    /// The plugin of this name.
    pub fn plugin(&self, name: &str) -> Option<&Arc<Plugin>> {
        self.plugins().find(|plugin| plugin.manifest().name == name)
    }

    /// The command that `word` names, by name or alias, with its plugin; `word` in lower case.
    pub fn command(&self, word: &str) -> Option<(&Arc<Plugin>, &Command)> {
        let entry = self.entries.get(*self.words.get(word)?)?;
        Some((&entry.plugin, entry.plugin.manifest().command(word)?))
    }

    /// The files that are not in it, each with its reason.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }
}

fn load(file: &Path, runtime: &Runtime) -> Result<Arc<Plugin>, RefusedReason> {
    let allowed = runtime.limits().pool.component_bytes;
    let opened = File::open(file).map_err(RefusedReason::Unreadable)?;
    let bytes = opened.metadata().map_err(RefusedReason::Unreadable)?.len();
    if bytes > allowed {
        return Err(LoadError::TooLarge { bytes, allowed }.into());
    }
    let mut content = Vec::new();
    opened
        .take(allowed)
        .read_to_end(&mut content)
        .map_err(RefusedReason::Unreadable)?;
    Ok(runtime.load(&content)?)
}

/// The catalog in use, replaced as a whole while events flow.
#[derive(Debug, Default)]
pub struct LiveCatalog(RwLock<Arc<Catalog>>);

impl LiveCatalog {
    /// Begins with `catalog`.
    pub fn new(catalog: Catalog) -> Self {
        Self(RwLock::new(Arc::new(catalog)))
    }

    /// The catalog as it is now; an event keeps it to its end.
    pub fn snapshot(&self) -> Arc<Catalog> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts `catalog` in place; events in flight end on the one that they began with.
    pub fn replace(&self, catalog: Catalog) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(catalog);
    }
}
