//! Several scripts, each in a fresh world, some at a time.

use std::path::{Path, PathBuf};
use std::time::Instant;

use futures::StreamExt;
use tokio_util::sync::CancellationToken;

use super::{Failure, Servers, limits, not_yet, owners, play};
use crate::script::Script;
use crate::view::View;
use crate::world::{World, WorldError, WorldOptions};

/// How the scripts ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many went as written.
    pub passed: usize,
    /// Why the others did not, those that could not be read included.
    pub failures: Vec<String>,
}

/// Runs `files`, `jobs` at a time, each in a fresh world made from `options` (their owners aside). One at a time is printed
/// as it happens; several are printed whole, each when it has ended. When `stop` is cancelled, what runs is ended.
pub async fn play_all(
    files: &[PathBuf],
    jobs: usize,
    options: &WorldOptions,
    stop: &CancellationToken,
) -> Summary {
    let live = jobs <= 1 || files.len() == 1;
    let view = || if live { View::live() } else { View::kept() };
    let runs = files
        .iter()
        .map(|file| Box::pin(play_one(file, options, stop, view())));
    let mut runs = futures::stream::iter(runs).buffer_unordered(jobs.max(1));
    let mut summary = Summary::default();
    while let Some((outcome, view)) = runs.next().await {
        print!("{}", view.into_text());
        match outcome {
            Ok(()) => summary.passed += 1,
            Err(failure) => summary.failures.push(failure),
        }
    }
    summary
}

async fn play_one(
    file: &Path,
    options: &WorldOptions,
    stop: &CancellationToken,
    mut view: View,
) -> (Result<(), String>, View) {
    let started = Instant::now();
    let outcome = match Script::read(file) {
        Err(error) => Err(error.to_string()),
        Ok(script) => {
            view.title(&file.display().to_string());
            let run = in_fresh_world(&script, options, stop, &mut view).await;
            run.map_err(|failure| failure.to_string())
        }
    };
    let seconds = started.elapsed().as_secs_f32();
    match &outcome {
        Ok(()) => view.good(&format!("  passed in {seconds:.1} s")),
        Err(told) => view.bad(&format!("{told}\n  failed after {seconds:.1} s")),
    }
    (outcome, view)
}

async fn in_fresh_world(
    script: &Script,
    options: &WorldOptions,
    stop: &CancellationToken,
    view: &mut View,
) -> Result<(), Box<Failure>> {
    if let Some(failure) = not_yet(script) {
        return Err(failure);
    }
    let failed = |came: String| {
        Box::new(Failure {
            file: script.file.clone(),
            line: None,
            step: None,
            expected: "a running world".to_owned(),
            came,
            host_log: String::new(),
        })
    };
    let servers = Servers::start(Servers::answers(script)).await;
    let servers = servers.map_err(|error| failed(format!("no port for its servers: {error}")))?;
    let mut options = WorldOptions {
        owners: owners(script),
        servers: servers.addresses(),
        data: None,
        ..options.clone()
    };
    options.environment.extend(limits(script));
    let log = std::sync::Mutex::new(String::new());
    let tell = |line: &str| {
        if let Ok(mut log) = log.lock() {
            *log = line.to_owned();
        }
    };
    let starting = stop.run_until_cancelled(Box::pin(World::start(options, &tell)));
    let mut world = match starting.await {
        None => return Err(failed("stopped".to_owned())),
        Some(Ok(world)) => world,
        Some(Err(error)) => {
            let last = log.into_inner().unwrap_or_default();
            return Err(failed(told(&error, &last)));
        }
    };
    let played = stop
        .run_until_cancelled(Box::pin(play(script, &mut world, view)))
        .await;
    world.shutdown().await;
    played.unwrap_or_else(|| Err(failed("stopped".to_owned())))
}

fn told(error: &WorldError, last: &str) -> String {
    format!("{error}\n{last}")
}
