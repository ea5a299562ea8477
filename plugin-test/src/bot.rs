//! One bot with the plugin under test.
//!
//! - `handling`: an event on the way that it goes on a host.
//! - `kept`: what the bot and the plugin keep, to be looked at and to be set.

mod handling;
mod kept;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jadi_model::clock::Millis;
use jadi_model::{
    BotId, BotRecord, BotRole, Chat, ChatKind, EventKind, Jid, LinkMethod, Role, StateName,
};
use jadi_plugin_manifest::{Capability, Manifest, ManifestError};
use jadi_plugin_runtime::routing::Cooldowns;
use jadi_plugin_runtime::{
    Grants, HostingAnswer, HostingAsk, HttpRequest, HttpResponse, Limits, LoadError, LoadOptions,
    Plugin, Runtime, RuntimeError, RuntimeOptions,
};

use crate::chance::Chance;
use crate::clock::TestClock;
use crate::data::{AllSettings, Host, Kv, Schedule, Servers};
use crate::happened::Happened;
use crate::known::{Chats, Users, in_turn};
use crate::people::{number_jid, person};
use crate::told::Told;
use crate::{Group, Speaker, built};

/// The bot's own number.
const NUMBER: &str = "6280000000100";

/// Why there is no bot to test with.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The crate does not build to a component.
    #[error("{0}")]
    Build(String),
    /// The runtime can't start.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// No host would load the component.
    #[error(transparent)]
    Load(#[from] LoadError),
}

/// One bot with one plugin, and data and a clock of its own.
pub struct TestBot {
    runtime: Arc<Runtime>,
    plugin: Arc<Plugin>,
    loaded_in: Duration,
    started_at: Millis,
    clock: TestClock,
    chance: Arc<Chance>,
    state: Mutex<State>,
}

/// What changes while a test talks.
pub(crate) struct State {
    kv: Kv,
    pub(crate) settings: AllSettings,
    pub(crate) users: Users,
    pub(crate) chats: Chats,
    schedule: Schedule,
    files: BTreeMap<Vec<u8>, Vec<u8>>,
    pictures: BTreeMap<Jid, Vec<u8>>,
    invite_code: Option<String>,
    servers: Option<Servers>,
    host: Option<Host>,
    /// The plugin's own manifest and those of the plugins beside it, in the order of their turns.
    pub(crate) manifests: Arc<[Manifest]>,
    /// Installed on the host, and not enabled.
    pub(crate) disabled: Arc<[Manifest]>,
    pub(crate) language: String,
    pub(crate) prefixes: Vec<String>,
    role: BotRole,
    reads_fail: bool,
    grants: Grants,
    cooldowns: Cooldowns,
    events: i64,
}

impl TestBot {
    /// A bot with the plugin of the crate whose test this is. The crate is built to a component once for each test program.
    ///
    /// # Panics
    ///
    /// When it does not build, or no host would load it. The compiler's messages stand above.
    #[track_caller]
    pub fn of_this_crate() -> Self {
        // Cargo says so to every test that it runs.
        match std::env::var_os("CARGO_MANIFEST_DIR") {
            Some(directory) => Self::of_crate(PathBuf::from(directory)),
            None => panic!(
                "which crate is this? Run the test with cargo, or set CARGO_MANIFEST_DIR to its directory"
            ),
        }
    }

    /// A bot with the plugin of the crate in `directory`.
    ///
    /// # Panics
    ///
    /// As [`TestBot::of_this_crate`].
    #[track_caller]
    pub fn of_crate(directory: impl AsRef<Path>) -> Self {
        let built = built::crate_in(directory.as_ref()).map_err(SetupError::Build);
        let bot = built.and_then(|built| {
            Self::start(&built.component, Limits::default(), Some(built.compiled))
        });
        match bot {
            Ok(bot) => bot,
            Err(error) => panic!("{error}"),
        }
    }

    /// A bot with the plugin of a component file, within `limits`. Nothing is kept of what is compiled.
    ///
    /// # Errors
    ///
    /// When the limits make no sense, or no host would load the file.
    pub fn load(component: &[u8], limits: Limits) -> Result<Self, SetupError> {
        Self::start(component, limits, None)
    }

    /// The same, but what is compiled is kept in `compiled`, a directory that nobody else may write to: a plugin with an
    /// interpreter takes many seconds to compile.
    ///
    /// # Errors
    ///
    /// As of [`TestBot::load`]; also when the directory can't be used.
    pub fn load_kept(
        component: &[u8],
        limits: Limits,
        compiled: PathBuf,
    ) -> Result<Self, SetupError> {
        Self::start(component, limits, Some(compiled))
    }

    fn start(
        component: &[u8],
        mut limits: Limits,
        cache_dir: Option<PathBuf>,
    ) -> Result<Self, SetupError> {
        // One event at a time needs one place.
        limits.pool.in_flight = 1;
        limits.script.in_flight = 1;
        let (clock, chance) = (TestClock::begin(), Arc::new(Chance::default()));
        let runtime = Runtime::start(RuntimeOptions {
            limits,
            clock: Arc::new(clock.clone()),
            random: chance.clone(),
            cache_dir,
        })?;
        let begun = Instant::now();
        let plugin = runtime.load_with(component, LoadOptions::ALL)?;
        let loaded_in = begun.elapsed();
        let state = State {
            kv: Kv::new(),
            settings: AllSettings::new(),
            users: Users::new(),
            chats: Chats::new(),
            schedule: Schedule::new(),
            files: BTreeMap::new(),
            pictures: BTreeMap::new(),
            invite_code: None,
            servers: None,
            host: None,
            manifests: [plugin.manifest().clone()].into(),
            disabled: [].into(),
            language: "en".to_owned(),
            prefixes: ["!", ".", "#", "/"].map(str::to_owned).to_vec(),
            role: BotRole::Sub,
            reads_fail: false,
            grants: Grants::ALL,
            cooldowns: Cooldowns::default(),
            events: 0,
        };
        Ok(Self {
            runtime: Arc::new(runtime),
            plugin,
            loaded_in,
            started_at: clock.now(),
            clock,
            chance,
            state: Mutex::new(state),
        })
    }

    /// The plugin as the runtime has loaded it: manifest, permissions, limits.
    pub fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// How long it took to load the component, with compiling when nothing was kept of an earlier time.
    pub fn loaded_in(&self) -> Duration {
        self.loaded_in
    }

    /// The person with this number, in a private chat with the bot.
    ///
    /// # Panics
    ///
    /// When it is not a phone number with its country code.
    #[track_caller]
    pub fn private(&self, number: &str) -> Speaker<'_> {
        let person = person(number);
        Speaker {
            bot: self,
            chat: Chat {
                jid: person.jid.clone(),
                kind: ChatKind::Private,
            },
            person,
            role: Role::User,
            bot_is_admin: false,
        }
    }

    /// The group of this name.
    pub fn group(&self, name: &str) -> Group<'_> {
        Group::new(self, name)
    }

    /// The bot's clock, which stands still until it is moved.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// Lets chance fall another way from here on. The same seed always falls the same way.
    pub fn random_seed(&self, seed: u64) {
        self.chance.seed(seed);
    }

    /// Makes this the language that the bot answers in; it begins with `en`.
    pub fn set_language(&self, language: &str) {
        language.clone_into(&mut self.state().language);
    }

    /// Makes these the bot's prefixes; it begins with `!`, `.`, `#` and `/`.
    pub fn set_prefixes(&self, prefixes: &[&str]) {
        self.state().prefixes = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
    }

    /// Makes it the operator's main bot; it begins as somebody's.
    pub fn set_main(&self) {
        self.state().role = BotRole::Main;
    }

    /// Whether from here on everything that the plugin reads fails, as when the host's disk is full.
    pub fn reads_fail(&self, fail: bool) {
        self.state().reads_fail = fail;
    }

    /// Denies the plugin these capabilities from here on, as an operator may; those that were denied before are granted again.
    pub fn deny(&self, capabilities: impl IntoIterator<Item = Capability>) {
        self.state().grants = Grants::without(capabilities);
    }

    /// Enables another plugin beside this one, by its manifest as JSON: its commands are seen by menus and are not unknown.
    /// It answers nothing.
    ///
    /// # Errors
    ///
    /// When no host would take the manifest.
    pub fn beside(&self, manifest: &str) -> Result<(), ManifestError> {
        let other = Manifest::parse(manifest.as_bytes())?;
        let mut state = self.state();
        let mut all = state.manifests.to_vec();
        all.push(other);
        state.manifests = in_turn(all);
        Ok(())
    }

    /// Installs another plugin on the host, by its manifest as JSON, without enabling it for this bot.
    ///
    /// # Errors
    ///
    /// When no host would take the manifest.
    pub fn installed(&self, manifest: &str) -> Result<(), ManifestError> {
        let other = Manifest::parse(manifest.as_bytes())?;
        let mut state = self.state();
        let mut all = state.disabled.to_vec();
        all.push(other);
        state.disabled = in_turn(all);
        Ok(())
    }

    /// The plugins that serve this bot, in the order of their turns.
    pub fn enabled(&self) -> Vec<String> {
        let state = self.state();
        state.manifests.iter().map(|one| one.name.clone()).collect()
    }

    /// The language that the bot answers in where none is set for the chat.
    pub fn language(&self) -> String {
        self.state().language.clone()
    }

    /// What commands begin with.
    pub fn prefixes(&self) -> Vec<String> {
        self.state().prefixes.clone()
    }

    /// Lets this answer for all servers on the internet; `None` is no answer. Without it nobody answers.
    pub fn servers(
        &self,
        answer: impl Fn(&HttpRequest) -> Option<HttpResponse> + Send + Sync + 'static,
    ) {
        self.state().servers = Some(Arc::new(answer));
    }

    /// A sub-bot of this number and owner, open, for what [`TestBot::set_host`] answers.
    ///
    /// # Panics
    ///
    /// When one is not a phone number with its country code.
    #[track_caller]
    pub fn hosted(&self, number: &str, owner: &str) -> BotRecord {
        let now = self.clock.now();
        let id = BotId::from_random([7; 16]);
        let mut bot = BotRecord::requested(id, BotRole::Sub, LinkMethod::Code, now);
        bot.jid = Some(number_jid(number));
        bot.owner = Some(number_jid(owner));
        bot.new = false;
        bot.state = StateName::Open;
        bot
    }

    /// Lets this answer what the plugin asks about the host's bots, when it is the main bot's. Without it no answer comes.
    pub fn set_host(&self, answer: impl Fn(&HostingAsk) -> HostingAnswer + Send + Sync + 'static) {
        self.state().host = Some(Arc::new(answer));
    }

    /// Gives the person with this number a profile picture.
    ///
    /// # Panics
    ///
    /// When it is no phone number.
    #[track_caller]
    pub fn set_picture(&self, number: &str, jpeg: &[u8]) {
        let jid = number_jid(number);
        self.state().pictures.insert(jid, jpeg.to_vec());
    }

    /// Gives the groups that the bot is an admin of an invitation link with this code.
    pub fn set_invite_code(&self, code: &str) {
        self.state().invite_code = Some(code.to_owned());
    }

    /// Puts a file where WhatsApp keeps files; the handle by which a message names it.
    pub(crate) fn keep_file(&self, content: &[u8]) -> Vec<u8> {
        let mut state = self.state();
        let handle = format!("file-{}", state.files.len()).into_bytes();
        state.files.insert(handle.clone(), content.to_vec());
        handle
    }

    /// When something is due that the plugin has scheduled, by name, in any chat; soonest first.
    pub fn scheduled(&self) -> Vec<(String, Millis)> {
        let state = self.state();
        let open = state.schedule.iter();
        let mut open: Vec<_> = open
            .map(|((_, name), (at, ..))| (name.clone(), *at))
            .collect();
        open.sort_by_key(|(_, at)| *at);
        open
    }

    /// Hands over everything that is due by the bot's clock, soonest first; what came of each.
    ///
    /// # Panics
    ///
    /// When a handler failed.
    #[track_caller]
    pub fn due(&self) -> Vec<Told> {
        let now = self.clock.now();
        let mut told = Vec::new();
        loop {
            let mut state = self.state();
            let due = state.schedule.iter();
            let next = due
                .filter(|(_, (at, ..))| *at <= now)
                .min_by_key(|(_, (at, ..))| *at)
                .map(|(key, _)| key.clone());
            let Some(key) = next else { return told };
            let Some((at, payload, asked)) = state.schedule.remove(&key) else {
                return told;
            };
            drop(state);
            let kind = EventKind::Due {
                plugin: self.plugin.manifest().name.clone(),
                name: key.1,
                at,
                payload,
            };
            let happened = Happened::new(self, &asked.chat, &asked.sender, kind);
            told.push(happened.send());
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn jid(&self) -> Jid {
        number_jid(NUMBER)
    }

    pub(crate) fn next_event(&self) -> i64 {
        let mut state = self.state();
        state.events += 1;
        state.events
    }
}

impl fmt::Debug for TestBot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestBot")
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}
