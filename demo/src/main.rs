//! `jadi-demo`: the tour, then a world to play in; or transcripts, one world each. `cargo xtask demo` builds what it needs.

mod stay;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use jadi_demo::run::{self, Summary};
use jadi_demo::world::{PairingMethod, WorldOptions};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Shows Jadi at work without a phone: a WhatsApp simulator, virtual phones, and a real host with its main bot.
#[derive(Debug, Parser)]
#[command(name = "jadi-demo", version, max_term_width = 110)]
struct Cli {
    /// Run these transcripts, each in a fresh world, instead of the tour
    #[arg(long, value_name = "FILE", num_args = 1..)]
    script: Vec<PathBuf>,
    /// How many transcripts run at a time [default: one for each core; one alone is shown as it happens]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64), requires = "script")]
    jobs: Option<u16>,
    /// End after the tour, with its exit status
    #[arg(long, conflicts_with = "script")]
    once: bool,
    /// Port of the host's page [default: 8080, or a free one when that is taken]
    #[arg(long, value_name = "PORT", conflicts_with = "script")]
    port: Option<u16>,
    /// Port of the phones page [default: 8081, or a free one when that is taken]
    #[arg(long, value_name = "PORT", conflicts_with = "script")]
    phones_port: Option<u16>,
    /// Keep everything here, and go on with it the next time [default: a directory that is deleted at the end]
    #[arg(long, value_name = "DIR", conflicts_with = "script")]
    data: Option<PathBuf>,
    /// The host's program, built with `--features simulator` [default: jadi-simulated beside this program]
    #[arg(long, value_name = "FILE", env = "JADI_BIN")]
    jadi: Option<PathBuf>,
    /// The directory of the built plugins [default: ../plugins from this program]
    #[arg(long, value_name = "DIR", env = "JADI_PLUGINS")]
    plugins: Option<PathBuf>,
    /// What the host logs
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: String,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .context("the program can't start its threads")
        .and_then(|runtime| runtime.block_on(Box::pin(demo(cli))));
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn demo(cli: Cli) -> Result<ExitCode> {
    let stop = stop_on_signals()?;
    let options = options(&cli)?;
    if cli.script.is_empty() {
        return stay::tour_and_stay(options, cli.once, &stop).await;
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = cli.jobs.map_or(cores, usize::from);
    let summary = Box::pin(run::play_all(&cli.script, jobs, &options, &stop)).await;
    let Summary { passed, failures } = summary;
    // Once more: among many transcripts nobody finds what was printed where it happened.
    for failure in &failures {
        println!("\nfailed: {failure}");
    }
    println!("\n{passed} passed, {} failed", failures.len());
    Ok(match failures.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Cancelled by Ctrl-C, by being asked to end, and by the terminal going away.
fn stop_on_signals() -> Result<CancellationToken> {
    let stop = CancellationToken::new();
    let kinds = [
        SignalKind::interrupt(),
        SignalKind::terminate(),
        SignalKind::hangup(),
    ];
    for kind in kinds {
        let mut signals = signal(kind).context("signals can't be listened to")?;
        let stop = stop.clone();
        tokio::spawn(async move {
            if signals.recv().await.is_some() {
                stop.cancel();
            }
        });
    }
    Ok(stop)
}

fn options(cli: &Cli) -> Result<WorldOptions> {
    let program = std::env::current_exe().context("where is this program?")?;
    let dir = program.parent().unwrap_or(Path::new("."));
    let jadi = cli.jadi.clone();
    let plugins = cli.plugins.clone();
    let scripted = !cli.script.is_empty();
    Ok(WorldOptions {
        jadi: present(jadi.unwrap_or_else(|| dir.join("jadi-simulated")), "--jadi")?,
        plugins: present(
            plugins.unwrap_or_else(|| dir.join("../plugins")),
            "--plugins",
        )?,
        data: cli.data.clone(),
        owners: vec![jadi_demo::ROOT_NUMBER.to_owned()],
        pairing: PairingMethod::Qr,
        port: if scripted { 0 } else { port(cli.port, 8080) },
        phones_port: (!scripted).then(|| port(cli.phones_port, 8081)),
        log: cli.log.clone(),
        environment: Vec::new(),
        servers: [].into(),
    })
}

fn present(path: PathBuf, flag: &str) -> Result<PathBuf> {
    match path.canonicalize() {
        Ok(path) => Ok(path),
        Err(_) => bail!(
            "{} is not there; `cargo xtask demo` builds it, or say where it is with {flag}",
            path.display()
        ),
    }
}

/// The port that was asked for, or the usual one if it is free.
fn port(asked: Option<u16>, usual: u16) -> u16 {
    let free = || std::net::TcpListener::bind(("127.0.0.1", usual)).is_ok();
    asked.unwrap_or_else(|| if free() { usual } else { 0 })
}
