//! The plugins that come with the host: the component files of a directory, installed, granted and enabled at the first start,
//! and upgraded at the first start with a new file. What the operator has decided since stays: a plugin that was disabled,
//! rolled back or narrowed stays so until the host brings another file.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::change::Installation;
use super::error::{Flaw, LibraryError};
use super::state::State;
use super::{Consent, Library};
use crate::model::Digest;
use crate::plugins::LoadOptions;
use crate::store::{Installer, PluginRecord};

/// The directory itself can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the plugins directory {} can't be read: {source}; make it, or set `plugins_dir`", dir.display())]
pub struct BuiltInError {
    dir: PathBuf,
    source: io::Error,
}

impl Library {
    /// Takes in the component files of `dir`. One that can't be taken in is told in the log; the others are. A plugin whose
    /// file is gone stays, as one that the operator may remove.
    ///
    /// # Errors
    ///
    /// When the directory can't be read.
    pub async fn take_in(self: &Arc<Self>, dir: &Path) -> Result<(), BuiltInError> {
        let files = component_files(dir).map_err(|source| BuiltInError {
            dir: dir.to_owned(),
            source,
        })?;
        let mut names = HashSet::new();
        for file in files {
            match self.take_in_file(&file, &names).await {
                Ok(name) => {
                    names.insert(name);
                }
                Err(error) => {
                    tracing::error!(file = %file.display(), %error, "a plugin of the host is not taken in");
                }
            }
        }
        let mut state = self.state.lock().await;
        let gone: Vec<String> = state
            .plugins
            .values()
            .filter(|entry| entry.record.built_in.is_some() && !names.contains(&entry.record.name))
            .map(|entry| entry.record.name.clone())
            .collect();
        for name in gone {
            tracing::info!(
                plugin = name,
                "a plugin does not come with the host any more and can be removed"
            );
            if let Err(error) = self.note_file(&mut state, &name, None).await {
                tracing::warn!(plugin = name, %error, "that could not be kept");
            }
        }
        self.tidy(&state).await;
        tracing::info!(plugins = state.plugins.len(), "plugins are loaded");
        Ok(())
    }

    /// Takes in a file and returns its plugin's name.
    async fn take_in_file(
        self: &Arc<Self>,
        file: &Path,
        names: &HashSet<String>,
    ) -> Result<String, LibraryError> {
        let component = self.read(file)?;
        let digest = Digest::of(&component);
        let mut state = self.state.lock().await;
        let known = state
            .plugins
            .values()
            .find(|entry| entry.record.built_in == Some(digest));
        if let Some(known) = known {
            let (name, broken) = (known.record.name.clone(), known.loaded.is_err());
            if broken && known.record.current == digest {
                // The file on the shelf is harmed; here is a whole one.
                let record = known.record.clone();
                self.parts.shelf.keep(component).await?;
                let entry = self.entry(record).await;
                state.plugins.insert(name.clone(), entry);
                state.publish();
            }
            return Ok(name);
        }
        let plugin = self.load(component.clone(), LoadOptions::ALL).await?;
        let name = plugin.manifest().name.clone();
        let installed = state.plugins.get(&name).map(|entry| &entry.record);
        let of_the_host = |record: &PluginRecord| {
            let versions = record.versions.iter();
            record.built_in.is_some()
                || versions
                    .map(|version| version.by)
                    .any(|by| by == Installer::BuiltIn)
        };
        if names.contains(&name) || !installed.is_none_or(of_the_host) {
            return Err(LibraryError::NameClash { name });
        }
        if installed.is_some_and(|record| record.version(digest).is_some()) {
            // Its file is back, or an older one is there again: what the operator made of it stays.
            self.note_file(&mut state, &name, Some(digest)).await?;
            return Ok(name);
        }
        let installation = Installation {
            component,
            consent: Consent::ToAll,
            by: Installer::BuiltIn,
            replace: true,
        };
        let is_new = !state.plugins.contains_key(&name);
        let put = self
            .put(&mut state, &plugin, installation.clone(), true)
            .await;
        match put {
            Err(error @ LibraryError::CommandClash { .. }) if is_new => {
                tracing::error!(plugin = name, %error, "a plugin of the host is installed and not enabled");
                self.put(&mut state, &plugin, installation, false).await?;
            }
            done => {
                done?;
            }
        }
        Ok(name)
    }

    /// Notes which file of the host a plugin comes from.
    async fn note_file(
        &self,
        state: &mut State,
        name: &str,
        file: Option<Digest>,
    ) -> Result<(), LibraryError> {
        if let Some(entry) = state.plugins.get_mut(name) {
            entry.record.built_in = file;
            self.parts.shelf.put(&entry.record).await?;
        }
        Ok(())
    }

    /// The content of a component file, unless it is larger than a plugin may be.
    fn read(&self, file: &Path) -> Result<Vec<u8>, LibraryError> {
        let allowed = self.parts.runtime.limits().pool.component_bytes;
        let mut component = Vec::new();
        // One byte more than is allowed, so that loading tells it.
        File::open(file)
            .and_then(|opened| {
                opened
                    .take(allowed.saturating_add(1))
                    .read_to_end(&mut component)
            })
            .map_err(|error| LibraryError::NotAPlugin {
                flaw: Flaw::Component,
                why: format!("it can't be read: {error}"),
            })?;
        Ok(component)
    }
}

/// The component files of a directory, by name.
fn component_files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}
