//! One bot with the plugin under test.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jadi_model::clock::Millis;
use jadi_model::{
    BotId, BotRecord, BotRole, Chat, ChatKind, Event, EventKind, Jid, KnownUser, LinkMethod, Role,
    StateName,
};
use jadi_plugin_manifest::{Capability, Manifest, ManifestError, SettingValue};
use jadi_plugin_runtime::routing::{
    Cooldowns, Scene, Turn, Verdict, goes_while_off, keeps_out, turns,
};
use jadi_plugin_runtime::{
    EventInput, Grants, HostingAnswer, HostingAsk, HttpRequest, HttpResponse, Invocation, Limits,
    LoadError, LoadOptions, Outcome, Plugin, Runtime, RuntimeError, RuntimeOptions,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::chance::Chance;
use crate::clock::TestClock;
use crate::data::{AllSettings, EventData, Host, Kv, Schedule, Servers, keep, schedule, set};
use crate::happened::Happened;
use crate::known::{Chats, Users, in_turn};
use crate::people::{number_jid, person};
use crate::told::{Refused, Told};
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

    /// What the bot knows of the person with this address, if it has met them.
    pub fn user(&self, jid: &str) -> Option<KnownUser> {
        self.state().users.get(&jid.parse::<Jid>().ok()?).cloned()
    }

    /// What is set for the bot of a setting of any plugin, if anything.
    pub fn setting_of(&self, plugin: &str, name: &str) -> Option<SettingValue> {
        let state = self.state();
        state
            .settings
            .get(plugin)?
            .get(&(None, name.to_owned()))
            .cloned()
    }

    /// What the plugin keeps under a key, if anything.
    ///
    /// # Panics
    ///
    /// When it is not a `T` in JSON, which is how the SDK keeps values.
    #[track_caller]
    pub fn kv<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let bytes = self.kv_bytes(key)?;
        match serde_json::from_slice(&bytes) {
            Ok(value) => Some(value),
            Err(error) => panic!(
                "the value under {key:?} is something else: {error}; it is {:?}",
                String::from_utf8_lossy(&bytes)
            ),
        }
    }

    /// The bytes that the plugin keeps under a key, if any.
    pub fn kv_bytes(&self, key: &str) -> Option<Vec<u8>> {
        self.state().kv.get(key).cloned()
    }

    /// Puts a value under a key, as if the plugin had kept it earlier.
    ///
    /// # Panics
    ///
    /// When it can't be JSON.
    #[track_caller]
    pub fn set_kv<T: Serialize + ?Sized>(&self, key: &str, value: &T) {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.state().kv.insert(key.to_owned(), bytes),
            Err(error) => panic!("the value for {key:?} can't be JSON: {error}"),
        };
    }

    /// What is set for the bot of one of the plugin's settings, if anything.
    pub fn setting(&self, name: &str) -> Option<SettingValue> {
        self.setting_of(&self.plugin.manifest().name, name)
    }

    /// Sets one of the plugin's settings for the bot, as its owner would.
    ///
    /// # Panics
    ///
    /// When the manifest has no such setting, or does not allow this.
    #[track_caller]
    pub fn set_setting(&self, name: &str, value: SettingValue) {
        let Some(setting) = self.plugin.manifest().setting(name) else {
            panic!("the manifest has no setting {name:?}");
        };
        if let Err(right) = setting.value.allows(&value) {
            panic!("{name} must be {right}, not {value:?}");
        }
        let plugin = self.plugin.manifest().name.clone();
        let mut state = self.state();
        let settings = state.settings.entry(plugin).or_default();
        settings.insert((None, name.to_owned()), value);
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

    /// All keys that the plugin keeps something under, in order.
    pub fn keys(&self) -> Vec<String> {
        self.state().kv.keys().cloned().collect()
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

    /// An event on the way that it goes on a host, from matching to keeping.
    pub(crate) fn handle(&self, happened: Happened<'_>) -> Told {
        let Happened {
            event,
            received_at,
            number,
            role,
            bot_is_admin,
            group,
            original,
            ..
        } = happened;
        let mut state = self.state();
        state.meet(&event, received_at);
        let Some(turn) = self.turn(&state, &event) else {
            return Told::default();
        };
        let known = state.chats.get(&event.chat.jid).map(|(_, chat)| chat);
        let off = known.is_some_and(|chat| chat.off_since.is_some());
        let language = known.and_then(|chat| chat.language.clone());
        let language = language.unwrap_or_else(|| state.language.clone());
        let is_command = turn.invocation.is_some();
        if off && !goes_while_off(role, &event.kind, is_command) {
            return Told::refusal(Refused::Off);
        }
        let user = state.users.get(&event.sender.jid);
        let banned = user.is_some_and(|user| user.banned_since.is_some());
        if is_command && keeps_out(role, banned) {
            return Told::refusal(Refused::Banned);
        }
        let scene = Scene {
            role,
            chat: event.chat.kind,
            bot: state.role,
        };
        let asked = (&event, number, turn.invocation.as_ref());
        if let Some(refused) = self.refuses(&mut state, asked, scene, bot_is_admin) {
            return Told::refusal(refused);
        }
        let data = Arc::new(EventData {
            kv: state.kv.clone(),
            plugin: self.plugin.manifest().name.clone(),
            settings: state.settings.clone(),
            users: state.users.clone(),
            chats: state.chats.clone(),
            disabled: state.disabled.clone(),
            scheduled: state
                .schedule
                .iter()
                .filter(|((chat, _), _)| *chat == event.chat.jid)
                .map(|((_, name), (at, ..))| (name.clone(), *at))
                .collect(),
            chat: event.chat.jid.clone(),
            files: state.files.clone(),
            pictures: state.pictures.clone(),
            invite_code: state.invite_code.clone(),
            servers: state.servers.clone(),
            host: state.host.clone(),
            manifests: state.manifests.clone(),
            scene,
            language: language.clone(),
            broken: state.reads_fail,
            progress: Mutex::default(),
        });
        let event = Arc::new(event);
        let input = EventInput {
            event_id: format!("e{number}"),
            event: event.clone(),
            received_at,
            original: original.map(Arc::new),
            group: group.map(Arc::new),
            own: Some(self.jid()),
            role,
            command: turn.invocation,
            language,
            prefixes: state.prefixes.clone(),
            bot_is_admin,
            bot_started_at: self.started_at,
            grants: match state.role {
                BotRole::Main => state.grants.clone(),
                BotRole::Sub => state.grants.clone().and_without(Capability::Hosting),
            },
        };
        let mut outcome = self.run(input, data.clone());
        keep(&mut state.kv, std::mem::take(&mut outcome.kv_writes));
        let writes = std::mem::take(&mut outcome.setting_writes);
        let settings = state.settings.entry(data.plugin.clone()).or_default();
        set(settings, &event.chat.jid, writes);
        let writes = std::mem::take(&mut outcome.schedule_writes);
        schedule(&mut state.schedule, &event, writes);
        let writes = std::mem::take(&mut outcome.bot_writes);
        state.change_bot(&event, writes, received_at);
        state.switch_plugins(&outcome.actions);
        let progress = std::mem::take(&mut *data.progress());
        Told::outcome(outcome, progress)
    }

    /// The plugin's turn at an event, if it has one.
    fn turn(&self, state: &State, event: &Event) -> Option<Turn> {
        let manifests = &state.manifests;
        let owner = |word: &str| manifests.iter().position(|one| one.command(word).is_some());
        let own = &self.plugin.manifest().name;
        turns(manifests.iter(), owner, event, &state.prefixes)
            .into_iter()
            .find(|turn| {
                manifests
                    .get(turn.place)
                    .is_some_and(|one| one.name == *own)
            })
    }

    fn refuses(
        &self,
        state: &mut State,
        (event, number, invocation): (&Event, i64, Option<&Invocation>),
        scene: Scene,
        bot_is_admin: bool,
    ) -> Option<Refused> {
        let command = self.plugin.manifest().command(&invocation?.name)?;
        if let Some(refusal) = scene.refuses(command, bot_is_admin) {
            return Some(refusal.into());
        }
        let (person, seconds) = (&event.sender.jid, command.cooldown_seconds);
        let now = self.clock.now();
        match state
            .cooldowns
            .ask(person, &command.name, number, seconds, now)
        {
            Verdict::Go => None,
            Verdict::Tell { seconds } => Some(Refused::TooSoon { seconds }),
            Verdict::Silent => Some(Refused::TooSoonAgain),
        }
    }

    /// Runs one event to its end on a thread of its own, so that a test may call this from wherever it is, a `tokio::test`
    /// too.
    fn run(&self, input: EventInput, data: Arc<EventData>) -> Outcome {
        let (runtime, plugin) = (&self.runtime, &self.plugin);
        let run = move || {
            let tokio = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build();
            match tokio {
                Ok(tokio) => tokio.block_on(Box::pin(runtime.handle(plugin, input, data))),
                Err(error) => panic!("no thread can be made: {error}"),
            }
        };
        let ended = std::thread::scope(|threads| threads.spawn(run).join());
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

impl fmt::Debug for TestBot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestBot")
            .field("plugin", &self.plugin)
            .finish_non_exhaustive()
    }
}
