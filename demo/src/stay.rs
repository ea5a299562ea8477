//! The tour in the terminal, and then a world that stays up to be played in.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;
use jadi_demo::run::play;
use jadi_demo::tour;
use jadi_demo::view::View;
use jadi_demo::world::{World, WorldOptions};
use tokio_util::sync::CancellationToken;

/// How often it is looked whether the host still runs.
const LOOK: Duration = Duration::from_secs(1);

/// Plays the tour; then, unless it is for `once`, says where to look and stays until it is stopped.
pub async fn tour_and_stay(
    options: WorldOptions,
    once: bool,
    stop: &CancellationToken,
) -> Result<ExitCode> {
    let kept = options.data.as_deref().is_some_and(World::is_kept_in);
    let script = if kept {
        tour::again()?
    } else {
        tour::script()?
    };
    let started = Instant::now();
    let progress = Progress::new();
    let tell = |line: &str| progress.tell(line);
    let starting = Box::pin(World::start(options, &tell));
    let Some(world) = stop.run_until_cancelled(starting).await else {
        return Ok(ExitCode::SUCCESS);
    };
    progress.end();
    let mut world = world.context("the demo can't start")?;
    let mut view = View::live();
    view.good(&format!(
        "The main bot is open after {:.1} s.\n",
        started.elapsed().as_secs_f32()
    ));

    let playing = Box::pin(play(&script, &mut world, &mut view));
    let outcome = stop.run_until_cancelled(playing).await;
    let mut code = ExitCode::SUCCESS;
    if let Some(Err(failure)) = &outcome {
        view.bad(&failure.to_string());
        code = ExitCode::FAILURE;
    }
    if !once && outcome.is_some() {
        where_to_look(&world, &mut view);
        if let Err(ended) = until_stopped(&world, stop).await {
            view.bad(&format!("{ended}\n{}", world.host_log(30)));
            code = ExitCode::FAILURE;
        }
    }
    view.narration("Ending…");
    world.shutdown().await;
    Ok(code)
}

fn where_to_look(world: &World, view: &mut View) {
    view.title("\nIt stays up. Look here:");
    if let Some(page) = world.phones_page() {
        view.narration(&format!(
            "phones page   {page}   be alice, bob or root, and write to main"
        ));
    }
    if let Some(page) = world.host_page() {
        view.narration(&format!("host's page   {page}"));
    }
    view.narration("Ctrl-C ends it.");
}

async fn until_stopped(world: &World, stop: &CancellationToken) -> Result<()> {
    loop {
        if tokio::time::timeout(LOOK, stop.cancelled()).await.is_ok() {
            return Ok(());
        }
        world.check()?;
    }
}

/// What is being done: one line that changes on a terminal, a line each elsewhere.
struct Progress {
    spinner: Option<ProgressBar>,
}

impl Progress {
    fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        let spinner = terminal.then(|| {
            let spinner = ProgressBar::new_spinner();
            spinner.enable_steady_tick(Duration::from_millis(120));
            spinner
        });
        Self { spinner }
    }

    fn tell(&self, line: &str) {
        match &self.spinner {
            Some(spinner) if !line.contains('\n') => spinner.set_message(line.to_owned()),
            Some(spinner) => spinner.println(line),
            None => eprintln!("{line}"),
        }
    }

    fn end(&self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}
