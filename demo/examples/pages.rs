//! What visitors of the pages and the API wait while bots chat: each page with all bots quiet, then with somebody writing to each
//! of them without a pause. `cargo xtask bench` builds what is needed and runs this.
//!
//! So many visitors come at once, each of whom asks for the next page when the last one is there, each time from an address of its own,
//! so that the limits on one are not what is measured. Visitors and people's phones are in this process and share the processors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use jadi_demo::measure::{Built, ask, calibrate, heads, lateness, make_room, row};
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
    /// How often each page is asked for, by all visitors together
    #[arg(long, default_value_t = 500)]
    visits: usize,
    /// How many visitors come at once
    #[arg(long, default_value = "1,8,32", value_delimiter = ',')]
    visitors: Vec<usize>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let cli = Cli::parse();
    let somebody = !cli.visitors.is_empty() && !cli.visitors.contains(&0);
    ensure!(
        cli.bots > 0 && cli.visits > 0 && somebody,
        "nothing to measure"
    );
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
    let visitor = visitor.await??;

    world.idle().await?;
    let (late_when_quiet, quiet) = all_visits(&visitor, &cli).await?;
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
    let (late_when_busy, busy) = all_visits(&visitor, &cli).await?;
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
    row("a thread wakes late, all quiet, ms", late_when_quiet);
    let chatting = format!("{} bots chat", cli.bots);
    row(
        &format!("a thread wakes late, {chatting}, ms"),
        late_when_busy,
    );
    for ((visitors, quiet), busy) in cli.visitors.iter().zip(quiet).zip(busy) {
        println!("visitors at once: {visitors}");
        for ((path, quiet), busy) in PAGES.iter().zip(quiet).zip(busy) {
            row(&format!("{path}, all quiet, ms"), quiet);
            row(&format!("{path}, {chatting}, ms"), busy);
        }
    }
    println!("answers of the bots meanwhile: {per_second:.0} a second");
    Ok(())
}

/// What is asked for: the landing page, the owner's page, two calls of the API.
const PAGES: [&str; 4] = ["/", "/bot", "/api/subbot/status", "/api/subbot/list"];

/// A browser of the owner of a bot, without pictures.
#[derive(Clone)]
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

    /// The same on another machine.
    fn elsewhere(&self) -> Self {
        Self {
            agent: Agent::config_builder().max_redirects(0).build().into(),
            ..self.clone()
        }
    }

    /// Asks for a page, from the address of this number, and reads all of it.
    fn visit(&self, path: &str, address: usize) -> Result<Duration> {
        let url = format!("{}{path}", self.host.trim_end_matches('/'));
        let start = Instant::now();
        let mut answer = self
            .agent
            .get(&url)
            .header("cookie", &self.cookie)
            .header(
                "x-forwarded-for",
                format!(
                    "10.{}.{}.{}",
                    address / 65_536 % 256,
                    address / 256 % 256,
                    address % 256
                ),
            )
            .call()?;
        answer.body_mut().read_to_vec()?;
        let took = start.elapsed();
        ensure!(answer.status() == 200, "{path}: {}", answer.status());
        Ok(took)
    }
}

/// Times of each page, in the order of [`PAGES`].
type Times = Vec<Vec<Duration>>;

/// How late threads wake before it, and the times for each number of visitors.
async fn all_visits(visitor: &Visitor, cli: &Cli) -> Result<(Vec<Duration>, Vec<Times>)> {
    let late = tokio::task::spawn_blocking(lateness).await?;
    let mut all = Vec::new();
    for visitors in &cli.visitors {
        all.push(visits(visitor, *visitors, cli.visits).await?);
    }
    Ok((late, all))
}

/// So many visitors come at once, and ask for each page so often together.
async fn visits(visitor: &Visitor, visitors: usize, count: usize) -> Result<Times> {
    let mut at_once = JoinSet::new();
    for n in 0..visitors {
        let visitor = visitor.elsewhere();
        let rounds = count.div_ceil(visitors);
        at_once.spawn_blocking(move || {
            let mut times = vec![Vec::with_capacity(rounds); PAGES.len()];
            for round in 0..rounds {
                let address = ADDRESSES.fetch_add(1, Ordering::Relaxed);
                // Not all for the same page at the same time.
                for page in (0..PAGES.len()).map(|page| (page + n + round) % PAGES.len()) {
                    times[page].push(visitor.visit(PAGES[page], address)?);
                }
            }
            anyhow::Ok(times)
        });
    }
    let mut all: Times = vec![Vec::new(); PAGES.len()];
    while let Some(times) = at_once.join_next().await {
        for (all, times) in all.iter_mut().zip(times??) {
            all.extend(times);
        }
    }
    Ok(all)
}

/// Addresses that visitors have come from.
static ADDRESSES: AtomicUsize = AtomicUsize::new(0);

/// Writes to a bot again and again, each time when it has answered.
async fn chat(phone: Phone, bot: String, answers: Arc<AtomicUsize>) -> Result<()> {
    loop {
        ask(&phone, &bot, "!ping").await?;
        answers.fetch_add(1, Ordering::Relaxed);
    }
}
