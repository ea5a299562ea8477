//! Puts the rooms together: from a configuration to a running host, and down again within ten seconds.
//!
//! # Layout
//!
//! - `evidence`: what `jadi plugin` shows of how plugins did.
//! - `equip`: what a bot's events are handled with. `figures`: what bots do and take, for monitoring.
//! - `password`: the operator's. `plugins`: opening the library of them. `rotate`: another master key. `takeout`: a bot's data as a file.
//! - `run_file`: what a runner reads to find the host. `terminal`: what the operator sees. `work`: whether all is quiet.

mod equip;
pub mod evidence;
mod figures;
mod password;
mod plugins;
mod rotate;
mod run_file;
mod takeout;
mod terminal;
#[cfg(feature = "simulator")]
mod work;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use futures::FutureExt as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::{Access, Invites, Operators};
use crate::bots::{
    Broadcasts, BudgetOptions, Creation, DeskParts, Endings, Features, Fleet, FleetParts,
    HostSettings, HostingDesk, Manager, Owners, Plans, Restoring, watch,
};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::dispatch::{
    Delay, DispatchOptions, FailingVersions, PaceOptions, Seating, SystemOwners,
};
use crate::fetch::FetchOptions;
use crate::library::{Desk, Library};
use crate::random::{SharedRandom, SystemRandom};
use crate::store::{MasterKey, Settings, Store, StoreOptions};
use crate::telemetry;
use crate::web::{
    ControlServer, Deeds, HostingParts, MetricsServer, OperatorParts, OwnerParts, PageKey,
    WebParts, WebServer,
};
use crate::whatsapp::{ClientConnector, Endpoint};
use equip::{Common, Equipment};
pub use password::password;
pub use rotate::rotate;
use run_file::RunFile;
pub use takeout::{export, import};

/// How long the whole host may take to end.
const SHUTDOWN: Duration = Duration::from_secs(10);
/// How much of that what is under way may take; connections need the rest.
const GRACE: Duration = Duration::from_secs(2);

/// Runs the host until Ctrl-C or SIGTERM.
///
/// # Errors
///
/// What keeps it from starting, with what to do about it.
pub fn run(config: Config) -> anyhow::Result<()> {
    let _telemetry = telemetry::start(config.log.targets(), config.log_dir.as_deref())?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the program can't start its threads")?
        .block_on(Box::pin(host(config)))
}

async fn host(config: Config) -> anyhow::Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let host = tokio::select! {
        host = Box::pin(Host::start(config)) => host?,
        _ = interrupt.recv() => return Ok(()),
        _ = terminate.recv() => return Ok(()),
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    terminal::ending();
    tokio::select! {
        done = tokio::time::timeout(SHUTDOWN, Box::pin(host.shutdown())) => {
            done.context("the host did not end in time; nothing is lost, WhatsApp delivers again what was not kept")
        }
        _ = interrupt.recv() => anyhow::bail!("ended at once by a second Ctrl-C"),
    }
}

/// Everything that runs.
struct Host {
    store: Arc<Store>,
    fleet: Arc<Fleet>,
    creation: Arc<Creation>,
    endings: Arc<Endings>,
    broadcasts: Arc<Broadcasts>,
    desk: Arc<HostingDesk>,
    library: Arc<Library>,
    control: ControlServer,
    web: Option<WebServer>,
    metrics: Option<MetricsServer>,
    run_file: RunFile,
    tasks: TaskTracker,
    ending: CancellationToken,
}

impl Host {
    async fn start(config: Config) -> anyhow::Result<Self> {
        #[cfg(feature = "simulator")]
        let movable = crate::clock::MovableClock::default();
        #[cfg(feature = "simulator")]
        let clock: SharedClock = Arc::new(movable.clone());
        #[cfg(not(feature = "simulator"))]
        let clock: SharedClock = Arc::new(crate::clock::SystemClock);
        let random: SharedRandom = Arc::new(SystemRandom);

        let endpoint = endpoint(&config);
        let edits_for = Duration::from_secs(config.kept.messages_days.saturating_mul(24 * 3_600));
        let connector =
            ClientConnector::new(endpoint, config.whatsapp_version, clock.clone(), edits_for)?;
        let store = open_store(&config, &random).await?;
        let (failing, roll_backs) = FailingVersions::new(config.limits.breaker);
        let library = plugins::open(&config, &store, &clock, &random).await?;

        let seating = Seating::new(store.seats());
        let (features, delay) = (Features::default(), Delay::new(config.delay));
        let settings = HostSettings::open(
            store.registry(),
            features.clone(),
            seating.clone(),
            delay.clone(),
        )
        .await?;
        let system_owners = SystemOwners::new(config.owners.clone());
        let common = Common {
            failing: failing.clone(),
            seating,
            system_owners: system_owners.clone(),
            delay: delay.clone(),
        };
        let equipment = Arc::new(Equipment::new(
            &config,
            library.clone(),
            common,
            clock.clone(),
            random.clone(),
        ));
        let (fleet, logged_out) = Fleet::new(FleetParts {
            store: store.clone(),
            connector: Arc::new(connector),
            equip: equipment.clone(),
            system_owners,
            clock: clock.clone(),
            random: random.clone(),
            delay: delay.clone(),
            features: features.clone(),
            budgets: BudgetOptions {
                cpu_percent: config.bot.cpu_percent,
                memory_bytes: config.bot.memory_bytes,
                storage_bytes: config.bot.storage_bytes,
            },
            main_number: config.pair_number.clone(),
        });
        let creation = Creation::new(fleet.clone(), config.slot);
        let endings = Endings::new(fleet.clone());
        let owners = Owners::open(fleet.clone(), creation.clone()).await?;
        let broadcasts = Broadcasts::new(fleet.clone());
        let plans = Plans::open(fleet.clone()).await?;
        let restoring = Restoring::default();
        let access = Access::new(store.credentials(), clock.clone(), random.clone());
        let manager = Manager::new(
            fleet.clone(),
            endings.clone(),
            Arc::new(Desk(library.clone())),
        );
        let desk = HostingDesk::new(DeskParts {
            fleet: fleet.clone(),
            creation: creation.clone(),
            endings: endings.clone(),
            owners: owners.clone(),
            plans: plans.clone(),
            broadcasts: broadcasts.clone(),
            settings: settings.clone(),
            restoring: restoring.clone(),
            access: access.clone(),
            language: config.language.clone(),
        });
        equipment.open_desk(&desk);
        // Before the main bot listens, so that it knows who is a bot.
        let bots = fleet.muster(&restoring).await?;
        let record = fleet.main_record(&config.language).await?;
        let main = fleet.launch(&record).await?;

        let deeds = Deeds {
            audit: store.audit(),
            clock: clock.clone(),
        };
        let key = PageKey::generate(&*random);
        let web = if config.server {
            if let Some(url) = &config.public_url {
                access.open_at(Some(url));
            }
            let invites = Invites::new(store.invites(), clock.clone(), random.clone());
            let parts = WebParts {
                instances: fleet.instances().clone(),
                clock: clock.clone(),
                key: key.clone(),
                owners: Some(OwnerParts {
                    access: access.clone(),
                    registry: store.registry(),
                    manager: manager.clone(),
                    owners: owners.clone(),
                }),
                operator: config.operator_password.clone().map(|hash| OperatorParts {
                    operators: Operators::new(hash, clock.clone(), random.clone()),
                    access: access.clone(),
                    registry: store.registry(),
                    fleet: fleet.clone(),
                    manager,
                    creation: creation.clone(),
                    invites: invites.clone(),
                    owners,
                    broadcasts: broadcasts.clone(),
                    plans: plans.clone(),
                    settings: settings.clone(),
                    restoring: restoring.clone(),
                    library: library.clone(),
                    failing: failing.clone(),
                }),
                deeds: Some(deeds.clone()),
                trusted_proxies: config.trusted_proxies.clone(),
                hosting: Some(HostingParts {
                    creation: creation.clone(),
                    invites,
                    registry: store.registry(),
                    random: random.clone(),
                    language: config.language.clone(),
                }),
                #[cfg(feature = "simulator")]
                dev: crate::web::DevTools {
                    clock: movable,
                    work: Arc::new(work::Work {
                        fleet: fleet.clone(),
                        endings: endings.clone(),
                        broadcasts: broadcasts.clone(),
                    }),
                    yard: Arc::new(work::Bots {
                        store: store.clone(),
                        creation: creation.clone(),
                        language: config.language.clone(),
                    }),
                },
            };
            Some(WebServer::start(parts, config.listen)?)
        } else {
            None
        };
        let metrics = config.metrics.map(|address| {
            let sources = figures::Sources {
                store: store.clone(),
                fleet: fleet.clone(),
                creation: creation.clone(),
                restoring: restoring.clone(),
            };
            MetricsServer::start(Arc::new(sources), address)
        });
        let metrics = metrics.transpose()?;
        let pages = web.as_ref().map(|web| match &config.public_url {
            Some(url) => url.clone(),
            None => run_file::url(web.address()),
        });
        access.open_at(pages.as_deref());
        let running = evidence::Running {
            library: library.clone(),
            fleet: fleet.clone(),
        };
        let evidence = evidence::Desk::new(store.clone(), &config, Some(running));
        let control =
            ControlServer::start(library.clone(), Arc::new(evidence), deeds, &config.data_dir)?;
        let address = web.as_ref().map(WebServer::address);
        let measured = metrics.as_ref().map(MetricsServer::address);
        let run_file = RunFile::write(&config.data_dir, address, measured, &key, clock.now())?;
        terminal::started(&config, address, &key);
        if let Some(address) = measured {
            terminal::figures(address);
        }

        let (tasks, ending) = (TaskTracker::new(), CancellationToken::new());
        let until_the_end = |task| ending.clone().run_until_cancelled_owned(task);
        tasks.spawn(until_the_end(terminal::follow(main).boxed()));
        tasks.spawn(until_the_end(endings.clone().follow(logged_out).boxed()));
        tasks.spawn(until_the_end(
            fleet.clone().restore(bots, restoring).boxed(),
        ));
        tasks.spawn(until_the_end(watch(fleet.clone()).boxed()));
        tasks.spawn(until_the_end(plans.follow().boxed()));
        tasks.spawn(until_the_end(
            plugins::roll_back(roll_backs, library.clone()).boxed(),
        ));
        endings.resume().await?;
        broadcasts.resume().await?;
        Ok(Self {
            store,
            fleet,
            creation,
            endings,
            broadcasts,
            desk,
            library,
            control,
            web,
            metrics,
            run_file,
            tasks,
            ending,
        })
    }

    /// Pages and control socket first, so that nobody asks for more; then what is under way; then connections; then files.
    async fn shutdown(self) {
        if let Some(web) = self.web {
            web.shutdown().await;
        }
        if let Some(metrics) = self.metrics {
            metrics.shutdown().await;
        }
        self.control.shutdown().await;
        self.library.shutdown().await;
        self.ending.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.creation.shutdown().await;
        self.endings.shutdown().await;
        self.broadcasts.shutdown().await;
        self.desk.shutdown().await;
        self.fleet.shutdown().await;
        if let Err(error) = self.store.close().await {
            tracing::error!(%error, "a file could not be closed");
        }
        self.run_file.remove();
    }
}

/// How servers are asked for plugins, and webhooks posted to. Only a build for the simulator can be told of servers on this machine.
fn fetch_options(config: &Config) -> FetchOptions {
    FetchOptions {
        deadline: Duration::from_millis(config.bot.http_request_ms),
        of_one_bot: usize::try_from(config.bot.http_at_once).unwrap_or(usize::MAX),
        #[cfg(feature = "simulator")]
        for_tests: config.simulator_servers.clone(),
        ..FetchOptions::default()
    }
}

#[cfg(not(feature = "simulator"))]
fn endpoint(_: &Config) -> Endpoint {
    Endpoint::WhatsApp
}

#[cfg(feature = "simulator")]
fn endpoint(config: &Config) -> Endpoint {
    let (chat, media) = config.simulator.clone();
    tracing::warn!(
        %chat,
        "THIS BUILD IS FOR THE SIMULATOR: it does not check WhatsApp's certificates and connects to this machine only"
    );
    Endpoint::Simulator { chat, media }
}

async fn open_store(config: &Config, random: &SharedRandom) -> anyhow::Result<Arc<Store>> {
    let master = MasterKey::load(&config.data_dir, config.master_key.as_ref(), &**random)?;
    let store = Store::open(
        StoreOptions {
            data_dir: config.data_dir.clone(),
            session_dir: config.session_dir.clone(),
            defaults: Settings {
                language: config.language.clone(),
                prefixes: config.prefixes.clone(),
            },
            kept: config.kept,
            random: random.clone(),
        },
        master,
    )
    .await?;
    Ok(Arc::new(store))
}

/// How fast a bot sends: as `delay` says, but no faster than its limit for a minute.
fn pace(config: &Config, delay: Delay) -> PaceOptions {
    let usual = PaceOptions::default();
    let a_minute = u32::try_from(config.bot.sends_per_minute).unwrap_or(u32::MAX);
    let least = Duration::from_secs(60)
        .checked_div(a_minute)
        .unwrap_or_default();
    PaceOptions {
        burst: usual.burst.min(a_minute),
        every: delay,
        least,
        ..usual
    }
}

fn dispatch_options(config: &Config, delay: Delay) -> DispatchOptions {
    DispatchOptions {
        in_flight: usize::try_from(config.bot.in_flight).unwrap_or(usize::MAX),
        pace: pace(config, delay),
        messages_per_day: config.bot.messages_per_day,
        interval: config.interval,
        grace: GRACE,
        ..DispatchOptions::default()
    }
}
