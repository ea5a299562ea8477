//! What visitors of the pages and the API wait while bots chat: each page with all bots quiet, then with somebody writing to each
//! of them without a pause. `cargo xtask bench` builds what is needed and runs this.
//!
//! Visitors come one after the other, each from an address of its own, so that the limits on one are not what is measured. People's
//! phones are in this process and share the processors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use jadi_demo::measure::{Built, ask, calibrate, heads, make_room, row};
use jadi_demo::world::World;
use jadi_simulator::Phone;
use tokio::task::JoinSet;
use ureq::Agent;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    built: Built,
    /// How many sub-bots chat
    #[arg(long, default_value_t = 50)]
    bots: usize,
    /// How often each page is asked for
    #[arg(long, default_value_t = 500)]
    visits: usize,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    ensure!(cli.bots > 0 && cli.visits > 0, "nothing to measure");
    let dir = tempfile::tempdir()?;
    let mut options = cli.built.world(dir.path());
    let proxy = ("JADI_TRUSTED_PROXIES".to_owned(), "127.0.0.1".to_owned());
    options.environment.push(proxy);
    let mut calibration = calibrate();
    let world = World::start(options, &|_| {}).await?;
    make_room(&world, cli.bots).await?;
    let mut pairs = Vec::new();
    for n in 0..cli.bots {
        let (number, owner) = (format!("62800000{:05}", 150 + n), format!("62800001{n:05}"));
        world.add_bot(&format!("bot {n}"), &number, &owner).await?;
        pairs.push((world.phone(&format!("owner {n}"), &owner).await?, number));
    }
    let (owner, _) = pairs.first().context("nobody owns a bot")?;
    let link = ask(owner, jadi_demo::MAIN_NUMBER, "!token").await?;
    let link = link.lines().find(|line| line.starts_with("http://"));
    let link = link.context("no link was sent")?.to_owned();
    let host = world.host_page().context("the host runs")?.to_owned();
    let visitor = tokio::task::spawn_blocking(move || Visitor::sign_in(host, &link));
    let visitor = Arc::new(visitor.await??);

    world.idle().await?;
    let quiet = visits(&visitor, cli.visits).await?;
    let answers = Arc::new(AtomicUsize::new(0));
    let mut chats = JoinSet::new();
    for (phone, number) in pairs {
        chats.spawn(chat(phone, number, answers.clone()));
    }
    while answers.load(Ordering::Relaxed) < cli.bots {
        ensure!(chats.try_join_next().is_none(), "somebody stopped chatting");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (before, start) = (answers.load(Ordering::Relaxed), Instant::now());
    let busy = visits(&visitor, cli.visits).await?;
    let answered = answers.load(Ordering::Relaxed) - before;
    let per_second = answered as f64 / start.elapsed().as_secs_f64();
    while let Some(ended) = chats.try_join_next() {
        ended??;
    }
    chats.shutdown().await;
    world.shutdown().await;
    calibration.extend(calibrate());

    heads();
    row("calibration, one core, ms", calibration);
    for ((path, quiet), busy) in PAGES.iter().zip(quiet).zip(busy) {
        row(&format!("{path}, all quiet, ms"), quiet);
        row(&format!("{path}, {} bots chat, ms", cli.bots), busy);
    }
    println!("answers of the bots meanwhile: {per_second:.0} a second");
    Ok(())
}

/// What is asked for: the landing page, the owner's page, two calls of the API.
const PAGES: [&str; 4] = ["/", "/bot", "/api/subbot/status", "/api/subbot/list"];

/// A browser of the owner of a bot, without pictures.
struct Visitor {
    agent: Agent,
    host: String,
    cookie: String,
}

impl Visitor {
    /// Uses a link out of the chat.
    fn sign_in(host: String, link: &str) -> Result<Self> {
        let agent: Agent = Agent::config_builder().max_redirects(0).build().into();
        let cookie = |headers: &ureq::http::HeaderMap| -> Result<String> {
            let set = headers.get("set-cookie").context("no cookie is set")?;
            let pair = set.to_str()?.split(';').next();
            Ok(pair.unwrap_or_default().to_owned())
        };
        let page = agent.get(link).call()?;
        let form = cookie(page.headers())?;
        let (_, proof) = form.split_once('=').context("the cookie has no value")?;
        let signed_in = agent
            .post(link)
            .header("cookie", &form)
            .send_form([("form", proof)])?;
        ensure!(signed_in.status() == 303, "{}", signed_in.status());
        let cookie = cookie(signed_in.headers())?;
        Ok(Self {
            agent,
            host,
            cookie,
        })
    }

    /// Asks for a page, as the visitor of this number, and reads all of it.
    fn visit(&self, path: &str, visitor: usize) -> Result<Duration> {
        let url = format!("{}{path}", self.host.trim_end_matches('/'));
        let start = Instant::now();
        let mut answer = self
            .agent
            .get(&url)
            .header("cookie", &self.cookie)
            .header(
                "x-forwarded-for",
                format!("198.51.{}.{}", visitor / 256, visitor % 256),
            )
            .call()?;
        answer.body_mut().read_to_vec()?;
        let took = start.elapsed();
        ensure!(answer.status() == 200, "{path}: {}", answer.status());
        Ok(took)
    }
}

/// Times of each page, in the order of [`PAGES`].
async fn visits(visitor: &Arc<Visitor>, count: usize) -> Result<Vec<Vec<Duration>>> {
    let visitor = visitor.clone();
    let visits = tokio::task::spawn_blocking(move || {
        let mut times = vec![Vec::with_capacity(count); PAGES.len()];
        for n in 0..count {
            for (path, times) in PAGES.iter().zip(&mut times) {
                times.push(visitor.visit(path, n)?);
            }
        }
        Ok(times)
    });
    visits.await?
}

/// Writes to a bot again and again, each time when it has answered.
async fn chat(phone: Phone, bot: String, answers: Arc<AtomicUsize>) -> Result<()> {
    loop {
        ask(&phone, &bot, "!ping").await?;
        answers.fetch_add(1, Ordering::Relaxed);
    }
}
