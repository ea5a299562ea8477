//! Each new build into the running host.
//!
//! A file that is read half written is no plugin: that is told, and the next save is tried again.

use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};

use super::source::{Build, Saves, Source};
use super::{consent, say, words};
use crate::control::{Ask, Client, ClientError};
use crate::library::{LibraryError, PluginView};
use crate::model::Digest;

/// Follows a component file or a crate until Ctrl-C.
pub(super) async fn follow(
    client: &Client,
    path: &Path,
    yes: bool,
    replace: bool,
) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let source = Source::of(path)?;
    // Watched from before the first look, so that no save falls between.
    let mut saves = Saves::of(&source)?;
    let build = source.build().await?;
    let terms = client.look(build.component.clone()).await?;
    say(&words::terms(&terms))?;
    let question = format!("Put each build of {} into the running host?", terms.name);
    if !consent::given(&question, yes)? {
        return say("Nothing was changed.");
    }
    let mut bench = Bench {
        client,
        ask: Ask {
            consent: None,
            replace,
        },
        last: None,
        told: terms.needs.into_iter().map(|need| need.key).collect(),
    };
    bench.put(build).await?;
    say(&format!(
        "Watching {}; Ctrl-C ends it and leaves the last build in place.",
        source.path().display()
    ))?;
    loop {
        tokio::select! {
            seen = saves.next() => seen?,
            _ = interrupt.recv() => return Ok(()),
        }
        let build = match source.build().await {
            Ok(build) => build,
            // The author's to mend; a file that is gone for a moment comes back with another save.
            Err(error) => {
                say(&format!("Not live: {error}"))?;
                continue;
            }
        };
        match bench.put(build).await {
            Ok(()) => {}
            Err(ClientError::Refused(error)) if error != LibraryError::Ending => {
                say(&format!("Not live: {error}"))?;
            }
            // The host is gone, and no save brings it back.
            Err(error) => return Err(error.into()),
        }
    }
}

/// What is live.
struct Bench<'a> {
    client: &'a Client,
    ask: Ask,
    last: Option<Digest>,
    /// The keys of what was told that the plugin may do.
    told: Vec<String>,
}

impl Bench<'_> {
    /// Puts a build into the host, unless it is the last one.
    async fn put(&mut self, build: Build) -> Result<(), ClientError> {
        let digest = Digest::of(&build.component);
        if self.last.replace(digest) == Some(digest) {
            return Ok(());
        }
        let bytes = build.component.len();
        let view = self
            .client
            .install(build.component.clone(), &self.ask)
            .await?;
        // Nobody reads along: no reason to stop.
        drop(say(&live(&view, bytes, &build)));
        for need in &view.needs {
            if !self.told.contains(&need.key) {
                drop(say(&format!("  NEW: it may {}", words::plain(&need.words))));
                self.told.push(need.key.clone());
            }
        }
        Ok(())
    }
}

/// What is live, and how long that took: from the save of a file, from the end of a crate's compile.
fn live(view: &PluginView, bytes: usize, build: &Build) -> String {
    let took = build.at.elapsed();
    let (took, since) = match build.saved {
        Some(before) => (took.saturating_add(before), "it was saved"),
        None => (took, "it was compiled"),
    };
    format!(
        "{} {} ({} KiB) is live, {} ms after {since}.",
        view.name,
        view.version,
        bytes.div_ceil(1024),
        took.as_millis()
    )
}
