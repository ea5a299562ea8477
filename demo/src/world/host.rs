//! The host as a child process.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jadi_simulator::Simulator;
use rustix::process::{Pid, Signal, kill_process};
use serde::Deserialize;
use tokio::process::{Child, Command};

use super::dev::DevApi;
use super::{PairingMethod, WorldError, WorldOptions, pause};
use crate::MAIN_NUMBER;

/// The file in the world's directory that all output of the host goes to.
pub(super) const LOG: &str = "host.log";
/// The directory in the world's for the host's temporary files.
const TEMPORARY: &str = "tmp";
/// How long the host may take to serve; it compiles plugins at first, and an interpreter takes long on a busy machine.
const START: Duration = Duration::from_secs(180);
/// How long it may take to end when asked to: its own limit and a little.
const END: Duration = Duration::from_secs(12);

/// A running host. Dropped, it is killed.
pub(super) struct HostProcess {
    child: Mutex<Child>,
    dev: DevApi,
    page: String,
    pairing_page: String,
    figures: String,
}

/// What the host writes about itself.
#[derive(Deserialize)]
struct RunFile {
    pid: u32,
    port: u16,
    url: String,
    page_url: String,
    metrics_url: String,
}

impl HostProcess {
    /// Starts it and waits until it serves.
    pub(super) async fn start(
        options: &WorldOptions,
        root: &Path,
        simulator: &Simulator,
    ) -> Result<Self, WorldError> {
        let data = root.join("host");
        let mut child = spawn(options, root, &data, simulator)?;
        let deadline = Instant::now() + START;
        loop {
            if let Some(run) = running(&data, &child) {
                return Ok(Self {
                    child: Mutex::new(child),
                    dev: DevApi::new(run.port),
                    page: run.url,
                    pairing_page: run.page_url,
                    figures: run.metrics_url,
                });
            }
            if let Ok(Some(status)) = child.try_wait() {
                return Err(WorldError::HostEnded(status.to_string()));
            }
            pause(deadline, START, "the host did not serve").await?;
        }
    }

    pub(super) fn dev(&self) -> &DevApi {
        &self.dev
    }

    /// Where its pages are.
    pub(super) fn page(&self) -> &str {
        &self.page
    }

    /// The page on which its main bot is linked.
    pub(super) fn pairing_page(&self) -> &str {
        &self.pairing_page
    }

    /// Where its figures for monitoring are.
    pub(super) fn figures(&self) -> &str {
        &self.figures
    }

    /// Whether it still runs.
    pub(super) fn check_alive(&self) -> Result<(), WorldError> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        match child.try_wait() {
            Ok(Some(status)) => Err(WorldError::HostEnded(status.to_string())),
            _ => Ok(()),
        }
    }

    pub(super) fn process(&self) -> Option<Pid> {
        let child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        Pid::from_raw(i32::try_from(child.id()?).ok()?)
    }

    fn into_child(self) -> Child {
        self.child
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// SIGKILL.
    pub(super) async fn kill(self) {
        // It fails only when the process has already ended.
        let _ = self.into_child().kill().await;
    }

    /// SIGTERM, and SIGKILL when it does not listen.
    pub(super) async fn end(self) -> Result<ExitStatus, WorldError> {
        let mut child = self.into_child();
        if let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) {
            let _ = kill_process(pid, Signal::TERM);
        }
        match tokio::time::timeout(END, child.wait()).await {
            Ok(Ok(status)) => Ok(status),
            _ => {
                let _ = child.kill().await;
                Err(WorldError::Deaf(END))
            }
        }
    }
}

fn spawn(
    options: &WorldOptions,
    root: &Path,
    data: &Path,
    simulator: &Simulator,
) -> Result<Child, WorldError> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.join(LOG));
    let outputs = log.and_then(|log: File| Ok((log.try_clone()?, log)));
    let (out, err) = outputs.map_err(|source| WorldError::Data {
        path: root.to_owned(),
        source,
    })?;
    let temporary = root.join(TEMPORARY);
    std::fs::create_dir_all(&temporary).map_err(|source| WorldError::Data {
        path: temporary.clone(),
        source,
    })?;
    let mut command = Command::new(&options.jadi);
    // What the operator of this machine has set is not meant for this host.
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("JADI_") {
            command.env_remove(variable);
        }
    }
    command
        .arg("run")
        .arg("--data-dir")
        .arg(data)
        .arg("--plugins-dir")
        .arg(&options.plugins)
        .args(["--simulator-url", &simulator.websocket_url()])
        .args(["--simulator-media", &simulator.media_url()])
        .args(["--owners", &options.owners.join(",")])
        .args(["--port", &options.port.to_string()])
        .args(["--metrics", "127.0.0.1:0"])
        .args(["--log", &options.log])
        .args(servers(options))
        .args(match options.pairing {
            PairingMethod::Qr => &[][..],
            PairingMethod::Code => &["--pair-number", MAIN_NUMBER],
        })
        .envs(
            options
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .env("TMPDIR", temporary)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(err)
        // Ctrl-C in the terminal is for the demo, which then ends the host itself.
        .process_group(0)
        .kill_on_drop(true);
    command.spawn().map_err(|source| WorldError::Start {
        program: options.jadi.clone(),
        source,
    })
}

/// The flag that tells the host of a test's servers, if there are any.
fn servers(options: &WorldOptions) -> Option<String> {
    let servers = options.servers.iter();
    let servers: Vec<String> = servers
        .map(|(name, address)| format!("{name}={address}"))
        .collect();
    (!servers.is_empty()).then(|| format!("--simulator-servers={}", servers.join(",")))
}

/// What the host says about itself, once this very process serves.
fn running(data: &Path, child: &Child) -> Option<RunFile> {
    let text = std::fs::read_to_string(data.join("run.json")).ok()?;
    let run: RunFile = serde_json::from_str(&text).ok()?;
    (Some(run.pid) == child.id()).then_some(run)
}
