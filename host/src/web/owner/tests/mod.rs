//! Signing in and the owner's page, served in process over a real registry, a fleet with scripted sessions, and a desk that keeps
//! which plugins were switched.

pub(in crate::web) mod feed;
mod figures;
mod late;
mod limits;
mod live;
mod matrix;
mod nowhere;
mod offer;
mod page;
mod plugins;
mod programs;
pub(in crate::web) mod routes;
mod sign_in;
mod takeout;
mod tokens;
mod webhooks;
mod weight;

pub(in crate::web) use weight::{HEAVIEST, long, weight};

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::test;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use argon2::password_hash::SaltString;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use async_trait::async_trait;
use jadi_plugin_manifest::{Capability, Manifest};
use secrecy::SecretString;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::access::{Access, Invites, Operators};
use crate::bots::{
    Broadcasts, BudgetOptions, Creation, Endings, Equip, Features, Fleet, FleetParts, HostSettings,
    Manager, Owners, Plans, Restoring,
};
use crate::clock::MovableClock;
use crate::dispatch::tests::{always, parts};
use crate::dispatch::{
    Delay, Dispatch, FailingVersions, Handler, Installed, KnownBots, PluginDesk, Seating,
    SwitchError, SystemOwners,
};
use crate::library::tests::library;
use crate::meter::Meter;
use crate::model::{BotId, BotRecord, BotRole, Jid, LinkMethod, StateName};
use crate::random::SystemRandom;
use crate::store::{BotData, KeptBounds, MasterKey, Settings, Store, StoreError, StoreOptions};
use crate::web::deeds::Deeds;
use crate::web::server;
use crate::web::shared::{HostingParts, OperatorParts, OwnerParts, Shared, WebParts};
use crate::web::tests::bare;
use crate::whatsapp::Session;
use crate::whatsapp::fake::{DEADLINE, FakeConnector, FakeSession, Starts};

pub(in crate::web) struct Bench {
    pub(in crate::web) clock: MovableClock,
    access: Arc<Access>,
    pub(in crate::web) shared: Data<Shared>,
    pub(in crate::web) store: Arc<Store>,
    pub(in crate::web) fleet: Arc<Fleet>,
    endings: Arc<Endings>,
    shelf: Arc<Shelf>,
    pub(in crate::web) starts: Starts,
    dir: TempDir,
}

/// Plugins that are switched in memory: `welcome` is on, `greeter` has one of its commands and is off.
struct Shelf(Mutex<Vec<(BotId, String, bool)>>);

const WELCOME: &str = r#"{"name":"welcome","version":"1.2.0","languages":["en","id","es"],
    "summary":{"en":"Greets newcomers","id":"Menyambut anggota baru","es":"Saluda a quienes llegan"},
    "commands":[{"name":"welcome","summary":"On or off"}],
    "events":[{"event":"group-add"}],"reasons":{"chat":"To <greet>"},
    "settings":[
        {"name":"on","summary":"Greets","scope":"group","value":{"kind":"toggle"}},
        {"name":"text","summary":"The greeting","value":{"kind":"text","default":"Hi","most":200}},
        {"name":"sign","summary":"The signature","value":{"kind":"text","most":10}},
        {"name":"times","summary":"How often","value":{"kind":"number","default":2,"least":1,"most":3}},
        {"name":"tone","summary":"The tone","value":{"kind":"choice","default":"kind","choices":["kind","dry"]}}]}"#;
const GREETER: &str =
    r#"{"name":"greeter","version":"1.0.0","languages":["en"],"summary":"Greets too"}"#;

#[async_trait]
impl PluginDesk for Shelf {
    async fn installed(&self, bot: BotId) -> Vec<Installed> {
        let switched = self.0.lock().expect("nobody panicked").clone();
        let installed = |manifest: &str, on: bool| {
            let manifest = Manifest::parse(manifest.as_bytes()).expect("a manifest");
            let mut last = switched.iter().rev();
            let last = last.find(|(of, name, _)| *of == bot && *name == manifest.name);
            let enabled = last.map_or(on, |(_, _, enabled)| *enabled);
            Installed {
                capabilities: vec![Capability::Chat, Capability::Settings],
                enabled,
                clashes_with: None,
                manifest,
            }
        };
        let welcome = installed(WELCOME, true);
        let mut greeter = installed(GREETER, false);
        greeter.clashes_with = welcome.enabled.then(|| "welcome".to_owned());
        vec![greeter, welcome]
    }

    async fn switch(&self, bot: BotId, plugin: &str, enabled: bool) -> Result<(), SwitchError> {
        if !["welcome", "greeter"].contains(&plugin) {
            return Err(SwitchError::Refused("there is none".to_owned()));
        }
        let mut switched = self.0.lock().expect("nobody panicked");
        switched.push((bot, plugin.to_owned(), enabled));
        Ok(())
    }
}

/// Dispatches with these plugins.
struct Bare(MovableClock, Seating, Vec<Arc<dyn Handler>>);

#[async_trait]
impl Equip for Bare {
    async fn dispatch(
        &self,
        bot: &BotRecord,
        data: BotData,
        session: watch::Receiver<Option<Arc<dyn Session>>>,
        known_bots: KnownBots,
        meter: Meter,
    ) -> Result<Arc<Dispatch>, StoreError> {
        let (clock, seating) = (Arc::new(self.0.clone()), self.1.clone());
        let mut parts = parts(bot, data, session, known_bots, seating, meter, clock);
        parts.plugins = always(self.2.clone());
        Dispatch::start(parts).await
    }
}

/// A hash that is quickly made, for tests only.
fn hash(password: &str) -> SecretString {
    let params = Params::new(Params::MIN_M_COST, 1, 1, None).expect("they are allowed");
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let salt = SaltString::encode_b64(&[7; 16]).expect("a salt");
    let hash = argon2.hash_password(password.as_bytes(), &salt);
    hash.expect("a hash").to_string().into()
}

fn account(n: u8) -> Jid {
    let account = format!("628000000020{n}@s.whatsapp.net");
    account.parse().expect("a jid")
}

pub(in crate::web) fn bot(n: u8) -> BotId {
    BotId::from_random([n; 16])
}

/// Two bots, `Shop` and `Farm`, linked and stopped, and no instance of either.
pub(in crate::web) async fn bench(address: &str) -> Bench {
    bench_of(address, None).await
}

/// The same, with a page for the operator who knows the password.
pub(in crate::web) async fn bench_of(address: &str, password: Option<&str>) -> Bench {
    bench_with(address, password, Vec::new()).await
}

/// The same, with plugins that do what a test says.
async fn bench_with(
    address: &str,
    password: Option<&str>,
    plugins: Vec<Arc<dyn Handler>>,
) -> Bench {
    let dir = tempfile::tempdir().expect("a directory");
    let options = StoreOptions {
        data_dir: dir.path().to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random: Arc::new(SystemRandom),
    };
    let store = Store::open(options, MasterKey::from_bytes([3; 32])).await;
    let store = Arc::new(store.expect("a store"));
    for (n, name) in [(1, "Shop"), (2, "Farm")] {
        let mut record = BotRecord::requested(bot(n), BotRole::Sub, LinkMethod::Qr, 1);
        record.name = name.to_owned();
        record.jid = Some(account(n));
        record.new = false;
        record.stopped = true;
        record.enter(StateName::Stopped, None, 2);
        record.language = "id".to_owned();
        store.add_bot(&record).await.expect("a bot");
    }
    let clock = MovableClock::default();
    let shared_clock = Arc::new(clock.clone());
    let access = Access::new(store.credentials(), shared_clock, Arc::new(SystemRandom));
    access.open_at(Some(address));
    let (connector, starts) = FakeConnector::new();
    let seating = Seating::new(store.seats());
    let (features, delay) = (Features::default(), Delay::new(Duration::ZERO));
    let (fleet, _) = Fleet::new(FleetParts {
        store: store.clone(),
        connector,
        equip: Arc::new(Bare(clock.clone(), seating.clone(), plugins)),
        clock: Arc::new(clock.clone()),
        random: Arc::new(SystemRandom),
        delay: delay.clone(),
        features: features.clone(),
        budgets: BudgetOptions {
            cpu_percent: 25,
            memory_bytes: 64 << 20,
            storage_bytes: 256 << 20,
        },
        system_owners: SystemOwners::default(),
        main_number: None,
    });
    let endings = Endings::new(fleet.clone());
    let library = library(&store, &dir.path().join("cache")).await;
    let creation = Creation::new(fleet.clone(), 5);
    let settings = HostSettings::open(
        store.registry(),
        features.clone(),
        seating.clone(),
        delay.clone(),
    );
    let settings = settings.await.expect("settings");
    let owners = Owners::open(fleet.clone(), creation.clone()).await;
    let owners = owners.expect("owners");
    let plans = Plans::open(fleet.clone()).await.expect("plans");
    let shelf = Arc::new(Shelf(Mutex::default()));
    let manager = Manager::new(fleet.clone(), endings.clone(), shelf.clone());
    let invites = Invites::new(
        store.invites(),
        Arc::new(clock.clone()),
        Arc::new(SystemRandom),
    );
    let parts = WebParts {
        operator: password.map(|password| OperatorParts {
            operators: Operators::new(
                hash(password),
                Arc::new(clock.clone()),
                Arc::new(SystemRandom),
            ),
            access: access.clone(),
            registry: store.registry(),
            fleet: fleet.clone(),
            manager: manager.clone(),
            creation: creation.clone(),
            invites: invites.clone(),
            owners: owners.clone(),
            broadcasts: Broadcasts::new(fleet.clone()),
            plans: plans.clone(),
            settings,
            restoring: Restoring::default(),
            library,
            failing: FailingVersions::new(crate::plugins::BreakerLimits::default()).0,
        }),
        deeds: Some(Deeds {
            audit: store.audit(),
            clock: Arc::new(clock.clone()),
        }),
        instances: fleet.instances().clone(),
        hosting: Some(HostingParts {
            creation,
            invites,
            registry: store.registry(),
            random: Arc::new(SystemRandom),
            language: "en".to_owned(),
        }),
        owners: Some(OwnerParts {
            access: access.clone(),
            registry: store.registry(),
            manager,
            owners,
        }),
        ..bare(clock.clone())
    };
    Bench {
        clock,
        access,
        shared: Data::new(Shared::new(parts, CancellationToken::new())),
        store,
        fleet,
        endings,
        shelf,
        starts,
        dir,
    }
}

impl Bench {
    /// A token of a bot's owner.
    pub(in crate::web) async fn owners_token(&self, n: u8) -> String {
        let added = self.access.add_token(bot(n), "owner's".to_owned()).await;
        added.expect("kept").expect("there is room")
    }

    /// A token of the owner of the bot with this number.
    pub(in crate::web) async fn token_of(&self, number: &str) -> String {
        let number = number.parse().expect("a number");
        let record = self.store.registry().by_number(&number).await;
        let record = record.expect("the registry works").expect("a bot");
        let added = self.access.add_token(record.id, "till".to_owned()).await;
        added.expect("kept").expect("there is room")
    }

    /// A token of the operator's, made without their page.
    pub(in crate::web) async fn operators_token(&self, name: &str) -> String {
        let added = self.access.add_operator_token(name.to_owned()).await;
        added.expect("kept").expect("there is room")
    }

    /// A bot that was started gets its connection.
    pub(in crate::web) async fn opens(&mut self, n: u8) {
        let session = self.starts.next().await;
        session.open(account(n).as_str()).await;
        self.reaches(n, "open").await;
    }

    /// The main bot is brought up and connected.
    pub(in crate::web) async fn main_opens(&mut self) {
        let record = self.fleet.main_record("en").await.expect("a record");
        let instance = self.fleet.launch(&record).await.expect("it runs");
        self.starts.next().await.open(account(9).as_str()).await;
        let mut status = instance.watch();
        let open = status.wait_for(|status| status.state.name() == "open");
        let open = tokio::time::timeout(DEADLINE, open).await;
        open.expect("in time").expect("it lives");
    }

    /// Waits until no bot is being ended any more.
    pub(in crate::web) async fn ended(&self) {
        let mut under_way = self.endings.under_way();
        let ended = under_way.wait_for(|endings| *endings == 0);
        let ended = tokio::time::timeout(DEADLINE, ended).await;
        ended.expect("in time").expect("it is told");
    }

    /// The path of a new link to a bot's page.
    async fn link(&self, n: u8) -> String {
        let link = self.access.link(bot(n)).await.expect("kept");
        let link = link.expect("there are pages");
        let at = link.find("/sign-in/").expect("a link");
        link[at..].to_owned()
    }

    pub(in crate::web) async fn ask(&self, request: TestRequest) -> Seen {
        asked(&self.shared, request).await
    }

    /// The next session that is started.
    pub(in crate::web) async fn starts(&mut self) -> Arc<FakeSession> {
        self.starts.next().await
    }

    /// Opens a link and presses its button.
    async fn sign_in(&self, link: &str) -> Cookie<'static> {
        let page = self.ask(get(link)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let form = page.cookie("jadi-form");
        let signed_in = self.ask(post(link, &page.proof()).cookie(form)).await;
        assert_eq!(
            signed_in.status,
            StatusCode::SEE_OTHER,
            "{}",
            signed_in.text
        );
        signed_in.cookie("jadi")
    }
}

/// What a request is answered.
pub(in crate::web) async fn asked(shared: &Data<Shared>, request: TestRequest) -> Seen {
    let app = test::init_service(server::app(shared.clone())).await;
    let response = test::call_service(&app, request.to_request()).await;
    let cookies = response.response().cookies().map(Cookie::into_owned);
    let (status, cookies) = (response.status(), cookies.collect());
    let headers = response.headers().clone();
    let endless = headers
        .get("content-type")
        .is_some_and(|kind| kind == "text/event-stream");
    let body = match endless {
        true => first_piece(response.into_body()).await,
        false => test::read_body(response).await.to_vec(),
    };
    Seen {
        status,
        cookies,
        headers,
        text: String::from_utf8_lossy(&body).into_owned(),
        body,
    }
}

/// What a feed tells at first.
async fn first_piece(body: impl MessageBody) -> Vec<u8> {
    let mut body = std::pin::pin!(body);
    let piece = std::future::poll_fn(|context| body.as_mut().poll_next(context));
    let piece = tokio::time::timeout(DEADLINE, piece)
        .await
        .expect("in time");
    let piece = piece.map(|piece| piece.ok().expect("bytes").to_vec());
    piece.unwrap_or_default()
}

/// An answer, as a browser sees it.
pub(in crate::web) struct Seen {
    pub(in crate::web) status: StatusCode,
    cookies: Vec<Cookie<'static>>,
    headers: HeaderMap,
    pub(in crate::web) text: String,
    pub(in crate::web) body: Vec<u8>,
}

impl Seen {
    /// A header's text.
    pub(in crate::web) fn header(&self, name: &str) -> &str {
        let header = self.headers.get(name).expect("a header");
        header.to_str().expect("text")
    }

    /// The proof that the page's form carries.
    pub(in crate::web) fn proof(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("name=\"form\" value=\"")
            .expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }

    pub(in crate::web) fn cookie(&self, name: &str) -> Cookie<'static> {
        let mut named = self.cookies.iter().filter(|cookie| cookie.name() == name);
        named.next().expect("a cookie").clone()
    }
}

pub(in crate::web) fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

pub(in crate::web) fn post(path: &str, proof: &str) -> TestRequest {
    TestRequest::post().uri(path).set_form([("form", proof)])
}

impl Bench {
    /// The page of the bot that this cookie signs in to, and what its forms carry.
    async fn page(&self, cookie: &Cookie<'static>) -> Seen {
        let page = self.ask(get("/bot").cookie(cookie.clone())).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        page
    }

    pub(in crate::web) async fn record(&self, n: u8) -> Option<BotRecord> {
        let record = self.store.registry().get(bot(n)).await;
        record.expect("the registry works")
    }

    /// What was switched, in order.
    fn switched(&self) -> Vec<(BotId, String, bool)> {
        self.shelf.0.lock().expect("nobody panicked").clone()
    }

    async fn reaches(&self, n: u8, state: &str) {
        let instance = self.fleet.instances().get(bot(n)).expect("it runs");
        let mut status = instance.watch();
        let reached = status.wait_for(|status| status.state.name() == state);
        let reached = tokio::time::timeout(DEADLINE, reached).await;
        reached.expect("in time").expect("it lives");
    }
}
