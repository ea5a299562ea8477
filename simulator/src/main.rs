//! `jadi-simulator`: the simulated WhatsApp server with its phones page, on this machine.

use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use jadi_simulator::{SimClock, Simulator, SimulatorConfig, http};
use tracing_subscriber::EnvFilter;

/// A WhatsApp server on loopback with virtual phones, for bots that want to be tried without a phone.
#[derive(Parser)]
#[command(name = "jadi-simulator", version)]
struct Arguments {
    /// Port of the websocket that WhatsApp clients connect to; 0 takes a free one.
    #[arg(long, default_value_t = 4020)]
    port: u16,
    /// Port of the phones page and the control API; 0 takes a free one.
    #[arg(long, default_value_t = 4021)]
    http_port: u16,
    /// Directory where the server's certificate and keys are kept; without it they are made anew at each start.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A virtual phone, such as `alice=6280000000101`; may be given several times.
    #[arg(long = "phone", value_name = "NAME=NUMBER", value_parser = phone)]
    phones: Vec<(String, String)>,
    /// What is logged to standard error, such as `info` or `jadi_simulator=debug`.
    #[arg(long, default_value = "warn")]
    log: String,
}

fn phone(text: &str) -> Result<(String, String), String> {
    let (name, number) = text
        .split_once('=')
        .ok_or("write it as name=number, such as alice=6280000000101")?;
    Ok((name.to_owned(), number.to_owned()))
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("jadi-simulator: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&arguments.log).context("--log is not a log filter")?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();

    let sim = Simulator::start(SimulatorConfig {
        data_dir: arguments.data,
        port: arguments.port,
        clock: SimClock::system(),
    })
    .await?;
    for (name, number) in &arguments.phones {
        sim.add_phone(name, number).await?;
    }
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.http_port));
    let page = http::serve(sim.clone(), addr)?;

    println!("Phones page and control API  {}/", page.url());
    println!("WhatsApp clients connect to  {}", sim.websocket_url());
    println!("Media server                 {}", sim.media_url());
    println!("Ctrl-C ends it.");
    tokio::signal::ctrl_c()
        .await
        .context("cannot wait for Ctrl-C")?;

    page.shutdown().await;
    sim.shutdown().await;
    Ok(())
}
