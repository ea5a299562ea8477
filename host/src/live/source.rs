//! Where an author's builds come from: a component file that some tool writes, or a crate that is built here.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context as _;
use bytes::Bytes;
use jadi_plugin_build::Toolchain;
use notify::{Event, EventKind, RecursiveMode, Watcher};
use tokio::sync::mpsc;

use super::install;

/// A save is over when nothing has happened for this long: tools write a file in several steps.
const QUIET: Duration = Duration::from_millis(20);
/// How many changes may wait to be looked at; more say nothing new.
const CHANGES: usize = 64;

/// A build.
pub(super) struct Build {
    /// The component file.
    pub(super) component: Bytes,
    /// When it was there.
    pub(super) at: Instant,
    /// How long before that the file was saved, where a file is watched.
    pub(super) saved: Option<Duration>,
}

/// Where builds come from.
pub(super) enum Source {
    /// A component file.
    File(PathBuf),
    /// A crate.
    Crate {
        /// Its directory.
        dir: PathBuf,
        /// What builds it.
        toolchain: Box<Toolchain>,
    },
}

impl Source {
    /// What a path names.
    ///
    /// # Errors
    ///
    /// When it is a directory without a crate, or nothing here can build one.
    pub(super) fn of(path: &Path) -> anyhow::Result<Self> {
        if !path.is_dir() {
            return Ok(Self::File(path.to_owned()));
        }
        anyhow::ensure!(
            path.join("Cargo.toml").is_file(),
            "{} has no Cargo.toml; give a plugin's crate, or a component file",
            path.display()
        );
        let toolchain = Toolchain::find(&cache(path), &mut |note| eprintln!("{note} …"))?;
        Ok(Self::Crate {
            dir: path.to_owned(),
            toolchain: Box::new(toolchain),
        })
    }

    /// The build as it is now. A crate is compiled; what the compiler says goes to standard error.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or the crate does not compile.
    pub(super) async fn build(&self) -> anyhow::Result<Build> {
        match self {
            Self::File(path) => {
                let component = install::read(path)?;
                let saved = fs::metadata(path).and_then(|meta| meta.modified());
                let saved = saved
                    .ok()
                    .and_then(|at| SystemTime::now().duration_since(at).ok());
                Ok(Build {
                    component,
                    at: Instant::now(),
                    saved,
                })
            }
            Self::Crate { dir, toolchain } => {
                let (dir, toolchain) = (dir.clone(), toolchain.clone());
                let build = move || jadi_plugin_build::build(&dir, &toolchain, &cache(&dir));
                let built = tokio::task::spawn_blocking(build).await??;
                Ok(Build {
                    component: built.component.into(),
                    at: Instant::now(),
                    saved: None,
                })
            }
        }
    }

    /// What is watched, for people.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Crate { dir: path, .. } => path,
        }
    }
}

/// Where cargo keeps a plugin crate's files.
fn cache(dir: &Path) -> PathBuf {
    dir.join("target").join("wasm")
}

/// The saves of a source.
pub(super) struct Saves {
    changes: mpsc::Receiver<notify::Result<()>>,
    _watcher: notify::RecommendedWatcher,
}

impl Saves {
    /// Watches a file by its directory, for tools put a new file in the old one's place; a crate by its sources.
    ///
    /// # Errors
    ///
    /// When it can't be watched.
    pub(super) fn of(source: &Source) -> anyhow::Result<Self> {
        match source {
            Source::File(file) => {
                let name = file
                    .file_name()
                    .context("the path names no file")?
                    .to_owned();
                let dir = match file.parent() {
                    Some(dir) if dir != Path::new("") => dir,
                    _ => Path::new("."),
                };
                Self::watch(&[dir.to_owned()], move |path| {
                    path.file_name() == Some(name.as_os_str())
                })
            }
            Source::Crate { dir, .. } => {
                let is_source = |path: &Path| {
                    let end = path.extension();
                    end == Some(OsStr::new("rs")) || end == Some(OsStr::new("toml"))
                };
                Self::watch(&[dir.join("src"), dir.join("Cargo.toml")], is_source)
            }
        }
    }

    fn watch(
        places: &[PathBuf],
        concerns: impl Fn(&Path) -> bool + Send + 'static,
    ) -> anyhow::Result<Self> {
        let (sender, changes) = mpsc::channel(CHANGES);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let change = match event {
                Ok(event) if changes_content(&event, &concerns) => Ok(()),
                Ok(_) => return,
                Err(error) => Err(error),
            };
            // When the queue is full, those in it say the same.
            drop(sender.try_send(change));
        })
        .context("files can't be watched here")?;
        for place in places {
            // A file's neighbours may be many; a crate's sources are all meant.
            let mode = if place.ends_with("src") {
                RecursiveMode::Recursive
            } else {
                RecursiveMode::NonRecursive
            };
            watcher
                .watch(place, mode)
                .with_context(|| format!("{} can't be watched", place.display()))?;
        }
        Ok(Self {
            changes,
            _watcher: watcher,
        })
    }

    /// Resolves after the next save, once it has been quiet for a moment.
    ///
    /// # Errors
    ///
    /// When the watch has ended.
    pub(super) async fn next(&mut self) -> anyhow::Result<()> {
        let ended = "the watch has ended";
        self.changes.recv().await.context(ended)??;
        while let Ok(change) = tokio::time::timeout(QUIET, self.changes.recv()).await {
            change.context(ended)??;
        }
        Ok(())
    }
}

fn changes_content(event: &Event, concerns: &impl Fn(&Path) -> bool) -> bool {
    let changes = matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_));
    changes && event.paths.iter().any(|path| concerns(path))
}

#[cfg(test)]
mod tests {
    use std::future::Future;

    use super::*;

    async fn soon<T>(what: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(20), what)
            .await
            .expect("this should have happened long ago")
    }

    #[tokio::test]
    async fn a_save_in_any_way_is_seen_and_neighbours_are_not() {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("hello.wasm");
        fs::write(&file, "one").expect("written");
        let source = Source::of(&file).expect("a file");
        let mut saves = Saves::of(&source).expect("watched");
        fs::write(&file, "two").expect("written in place");
        soon(saves.next()).await.expect("seen");
        let fresh = dir.path().join("hello.wasm.new");
        fs::write(&fresh, "three").expect("written beside");
        fs::rename(&fresh, &file).expect("put in place");
        soon(saves.next()).await.expect("seen");
        fs::write(dir.path().join("other.wasm"), "x").expect("written");
        fs::remove_file(&file).expect("removed");
        fs::write(&file, "four").expect("written anew");
        soon(saves.next()).await.expect("seen");
        let build = source.build().await.expect("a build");
        assert_eq!(build.component, "four");
        assert!(build.saved.is_some());
    }

    #[tokio::test]
    async fn a_crates_sources_are_watched() {
        let dir = tempfile::tempdir().expect("a directory");
        let deep = dir.path().join("src").join("deep");
        fs::create_dir_all(&deep).expect("made");
        fs::write(dir.path().join("Cargo.toml"), "").expect("written");
        let places = [dir.path().join("src"), dir.path().join("Cargo.toml")];
        let is_rust = |path: &Path| path.extension() == Some(OsStr::new("rs"));
        let mut saves = Saves::watch(&places, is_rust).expect("watched");
        fs::write(deep.join("lib.rs"), "").expect("written");
        soon(saves.next()).await.expect("seen");
    }

    #[test]
    fn a_path_without_file_or_crate_is_told() {
        let dir = tempfile::tempdir().expect("a directory");
        let error = Source::of(dir.path()).err().expect("no crate");
        assert!(error.to_string().contains("has no Cargo.toml"), "{error}");
        let error = Saves::of(&Source::File(PathBuf::from("/"))).err();
        let error = error.expect("no file");
        assert!(error.to_string().contains("names no file"), "{error}");
    }
}
