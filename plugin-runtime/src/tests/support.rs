//! What the tests share: an event, a bot's data in memory, and small plugins written as WebAssembly text.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jadi_plugin_manifest::{LimitsClass, Manifest, SettingValue};

use super::super::*;
use jadi_model::clock::{Millis, MovableClock, SharedClock};
use jadi_model::random::Random;
use jadi_model::{
    Ban, Chat, ChatKind, Event, EventKey, EventKind, GroupInfo, Jid, KnownChat, KnownCounts,
    KnownUser, Message, Participant, Person, Progress, Quoted, Role,
};

/// A manifest with one command.
pub(crate) const MANIFEST: &str = r#"{"name":"test","version":"1.0.0","languages":["en"],
    "commands":[{"name":"try","summary":"Tries"}]}"#;

/// Random bytes that everybody can guess.
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

pub(crate) fn jid(text: &str) -> Jid {
    text.parse().expect("a JID")
}

/// A message in a group, which answers one of the bot's own.
pub(crate) fn input() -> EventInput {
    let sender = Person {
        jid: jid("6280000000101@s.whatsapp.net"),
        lid: None,
        name: "Alice".to_owned(),
    };
    let chat = Chat {
        jid: jid("120363000000000001@g.us"),
        kind: ChatKind::Group,
    };
    let quoted = Quoted {
        id: "3EB0AA".parse().expect("an id"),
        author: jid("6280000000100@s.whatsapp.net"),
        message: Box::new(Message {
            text: "earlier".to_owned(),
            from_me: true,
            ..Message::default()
        }),
    };
    EventInput {
        event_id: "e1".to_owned(),
        event: Arc::new(Event {
            key: EventKey {
                chat: chat.jid.clone(),
                sender: sender.jid.clone(),
                id: "3EB0BB".parse().expect("an id"),
            },
            at: 1_700_000_000_000,
            chat,
            sender,
            kind: EventKind::Message(Message {
                text: "!try this".to_owned(),
                quoted: Some(quoted),
                ..Message::default()
            }),
        }),
        received_at: 1_700_000_000_500,
        original: None,
        role: Role::User,
        command: Some(Invocation {
            prefix: "!".to_owned(),
            name: "try".to_owned(),
            alias: None,
            args: "this".to_owned(),
            known: true,
        }),
        language: "en".to_owned(),
        prefixes: vec!["!".to_owned()],
        bot_is_admin: false,
        group: None,
        own: None,
        bot_started_at: 0,
        grants: Grants::ALL,
    }
}

/// Alice, bob, who is an admin, and the bot.
pub(crate) fn group() -> GroupInfo {
    let person = |number: u64, admin| Participant {
        jid: jid(&format!("{number}@s.whatsapp.net")),
        lid: (number == 6_280_000_000_102).then(|| jid("900000000000102@lid")),
        admin,
    };
    GroupInfo {
        jid: jid("120363000000000001@g.us"),
        subject: "Friends".to_owned(),
        description: String::new(),
        participants: vec![
            person(6_280_000_000_101, false),
            person(6_280_000_000_102, true),
            person(6_280_000_000_100, false),
        ],
        creator: Some(jid("6280000000102@s.whatsapp.net")),
    }
}

/// A bot's data, in memory.
#[derive(Default)]
pub(crate) struct Data {
    pub(crate) kv: BTreeMap<String, Vec<u8>>,
    pub(crate) commands: Vec<CommandFact>,
    pub(crate) shown: Mutex<Vec<Progress>>,
    /// Settings by name and whether they are the group's.
    pub(crate) settings: BTreeMap<(String, bool), SettingValue>,
    /// What is scheduled, by name.
    pub(crate) scheduled: BTreeMap<String, Millis>,
    /// What a server answers.
    pub(crate) answer: Option<Result<HttpResponse, FetchError>>,
    /// Files by their handles.
    pub(crate) files: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Profile pictures.
    pub(crate) pictures: BTreeMap<Jid, Vec<u8>>,
    /// The group's invitation.
    pub(crate) invite_code: Option<String>,
    /// Whom the bot knows.
    pub(crate) users: Vec<KnownUser>,
    /// The event's chat.
    pub(crate) known_chat: Option<KnownChat>,
    /// What the group has set.
    pub(crate) group_settings: Vec<GroupSettingFact>,
    /// What is installed.
    pub(crate) plugins: Vec<PluginFact>,
    /// What is known of the host's bots, by the question as it shows itself. Each is told once.
    pub(crate) hosting: Mutex<BTreeMap<String, HostingAnswer>>,
    /// Whether storage fails.
    pub(crate) broken: bool,
    /// Whether storage never answers.
    pub(crate) stuck: bool,
}

impl Data {
    async fn ready(&self) -> Result<(), ReadError> {
        if self.stuck {
            std::future::pending::<()>().await;
        }
        if self.broken {
            return Err(ReadError("the disk is gone".into()));
        }
        Ok(())
    }
}

#[async_trait]
impl Reads for Data {
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        self.ready().await?;
        Ok(self.kv.get(key).cloned())
    }

    async fn kv_keys(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        self.ready().await?;
        let keys = self.kv.keys().filter(|key| {
            key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after)
        });
        Ok(keys.take(limit as usize).cloned().collect())
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        self.ready().await?;
        let bytes = self.kv.iter().map(|(key, value)| key.len() + value.len());
        Ok(bytes.sum::<usize>() as u64)
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        self.ready().await?;
        Ok(self.commands.clone())
    }

    async fn setting(&self, name: &str, here: bool) -> Result<Option<SettingValue>, ReadError> {
        self.ready().await?;
        Ok(self.settings.get(&(name.to_owned(), here)).cloned())
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        self.ready().await?;
        Ok(self.scheduled.clone())
    }

    async fn media(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, MediaError> {
        self.ready().await?;
        let file = self.files.get(handle).ok_or(MediaError::Gone)?;
        if file.len() as u64 > limit {
            return Err(MediaError::TooLarge);
        }
        Ok(file.clone())
    }

    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, MediaError> {
        self.ready().await?;
        match self.pictures.get(of) {
            Some(file) if file.len() as u64 > limit => Err(MediaError::TooLarge),
            file => Ok(file.cloned()),
        }
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        self.ready().await?;
        Ok(self.invite_code.clone())
    }

    async fn fetch(&self, _request: HttpRequest) -> Result<HttpResponse, FetchError> {
        self.answer.clone().unwrap_or(Err(FetchError::Unavailable))
    }

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        self.ready().await?;
        Ok(self.group_settings.clone())
    }

    async fn user(&self, person: &Jid) -> Result<Option<KnownUser>, ReadError> {
        self.ready().await?;
        Ok(self.users.iter().find(|user| user.jid == *person).cloned())
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        self.ready().await?;
        Ok(self.known_chat.clone())
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        self.ready().await?;
        Ok(KnownCounts {
            users: self.users.len() as u64,
            groups: 2,
            private_chats: 3,
        })
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        self.ready().await?;
        let banned = self.users.iter().filter_map(|user| {
            Some(Ban {
                person: user.jid.clone(),
                since: user.banned_since?,
            })
        });
        Ok(banned.collect())
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        self.ready().await?;
        Ok(self.plugins.clone())
    }

    async fn hosting(&self, ask: HostingAsk) -> Result<HostingAnswer, ReadError> {
        self.ready().await?;
        let mut answers = self.hosting.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = answers.remove(&format!("{ask:?}"));
        answer.ok_or_else(|| ReadError("the test has no answer".into()))
    }

    async fn progress(&self, progress: Progress) -> Result<(), ReadError> {
        self.ready().await?;
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.push(progress);
        Ok(())
    }
}

/// A runtime with a small pool.
pub(crate) fn runtime_with(change: impl FnOnce(&mut Limits)) -> Runtime {
    runtime_at(Arc::new(MovableClock::default()), change)
}

/// The same, with a clock of its own.
pub(crate) fn runtime_at(clock: SharedClock, change: impl FnOnce(&mut Limits)) -> Runtime {
    let mut limits = Limits::default();
    limits.pool.in_flight = 4;
    // The machine that runs the tests may be busy; what matters is which limit ends an event.
    limits.event.wall_ms = 60_000;
    change(&mut limits);
    Runtime::start(RuntimeOptions {
        limits,
        clock,
        random: Arc::new(Sevens),
        cache_dir: None,
    })
    .expect("a runtime")
}

pub(crate) fn runtime() -> Runtime {
    runtime_with(|_| {})
}

/// A state as an instance has it, to call a capability without one.
pub(crate) fn state(data: Data, limits: EventLimits) -> state::EventState {
    state_of(input(), data, limits)
}

/// The same with another event.
pub(crate) fn state_of(input: EventInput, data: Data, limits: EventLimits) -> state::EventState {
    state::EventState::new(
        input,
        Arc::new(Manifest::parse(MANIFEST.as_bytes()).expect("a manifest")),
        Arc::new(data),
        limits,
        &PoolLimits::default(),
        Arc::new(MovableClock::default()),
        [7; 32],
    )
}

/// The contract's types, as a component imports them.
const TYPES: &str = r#"
    (import "jadi:plugin/types@0.1.0" (instance $types
        (export "event" (type (sub resource)))
        (export "message" (type $message-here (sub resource)))
        (export "[method]message.text" (func (param "self" (borrow $message-here)) (result string)))
        (export "action" (type (sub resource)))
        (type $refused-cases (variant
            (case "denied") (case "invalid" string) (case "limit" string) (case "unavailable")))
        (export "refused" (type (eq $refused-cases)))
        (type $error-fields (record (field "message" string)))
        (export "error" (type (eq $error-fields)))))
    (alias export $types "event" (type $event))
    (alias export $types "message" (type $message))
    (alias export $types "action" (type $action))
    (alias export $types "refused" (type $refused))
    (alias export $types "error" (type $error))"#;

/// The capabilities that the tests' plugins may import, each with what it gives to the core module.
const CAPABILITIES: [(&str, &str, &str); 8] = [
    (
        "text",
        r#"(core func $message-text
            (canon lower (func $types "[method]message.text") (memory $memory) (realloc $realloc)))"#,
        r#"(export "message-text" (func $message-text))"#,
    ),
    (
        "log",
        r#"(import "jadi:plugin/log@0.1.0" (instance $log
            (type $levels (enum "debug" "info" "warn" "error"))
            (export "level" (type $level (eq $levels)))
            (export "write" (func (param "level" $level) (param "text" string)))))
        (core func $log-write (canon lower (func $log "write") (memory $memory)))"#,
        r#"(export "log-write" (func $log-write))"#,
    ),
    (
        "kv",
        r#"(import "jadi:plugin/kv@0.1.0" (instance $kv
            (alias outer 1 $refused (type $refused-here))
            (export "refused" (type $refused (eq $refused-here)))
            (export "used" (func (result (result u64 (error $refused)))))
            (export "set" (func (param "key" string) (param "value" (list u8)) (result (result (error $refused)))))))
        (core func $kv-used (canon lower (func $kv "used") (memory $memory) (realloc $realloc)))
        (core func $kv-set (canon lower (func $kv "set") (memory $memory) (realloc $realloc)))"#,
        r#"(export "kv-used" (func $kv-used)) (export "kv-set" (func $kv-set))"#,
    ),
    (
        "chat",
        r#"(import "jadi:plugin/chat@0.1.0" (instance $chat
            (alias outer 1 $action (type $action-here))
            (export "action" (type $action (eq $action-here)))
            (alias outer 1 $refused (type $refused-here))
            (export "refused" (type $refused (eq $refused-here)))
            (export "draft" (type $draft (sub resource)))
            (export "[constructor]draft" (func (param "text" string) (result (own $draft))))
            (export "send" (func (param "draft" (own $draft)) (result (result (own $action) (error $refused)))))))
        (core func $chat-draft (canon lower (func $chat "[constructor]draft") (memory $memory)))
        (core func $chat-send (canon lower (func $chat "send") (memory $memory) (realloc $realloc)))"#,
        r#"(export "chat-draft" (func $chat-draft)) (export "chat-send" (func $chat-send))"#,
    ),
    (
        "clock",
        r#"(import "jadi:plugin/clock@0.1.0" (instance $clock
            (export "now" (func (result s64)))))
        (core func $clock-now (canon lower (func $clock "now")))"#,
        r#"(export "clock-now" (func $clock-now))"#,
    ),
    (
        "random",
        r#"(import "jadi:plugin/random@0.1.0" (instance $random
            (export "number" (func (result u64)))))
        (core func $random-number (canon lower (func $random "number")))"#,
        r#"(export "random-number" (func $random-number))"#,
    ),
    (
        "wasi",
        r#"(import "wasi:clocks/wall-clock@0.2.6" (instance $wall
            (type $fields (record (field "seconds" u64) (field "nanoseconds" u32)))
            (export "datetime" (type $datetime (eq $fields)))
            (export "now" (func (result $datetime)))))
        (import "wasi:clocks/monotonic-clock@0.2.6" (instance $steady
            (export "now" (func (result u64)))))
        (import "wasi:random/random@0.2.6" (instance $chance
            (export "get-random-u64" (func (result u64)))))
        (core func $wasi-wall (canon lower (func $wall "now") (memory $memory)))
        (core func $wasi-steady (canon lower (func $steady "now")))
        (core func $wasi-chance (canon lower (func $chance "get-random-u64")))"#,
        r#"(export "wasi-wall" (func $wasi-wall)) (export "wasi-steady" (func $wasi-steady))
        (export "wasi-chance" (func $wasi-chance))"#,
    ),
    (
        "wasi-machine",
        r#"(import "wasi:cli/environment@0.2.6" (instance $environment
            (export "get-environment" (func (result (list (tuple string string)))))
            (export "get-arguments" (func (result (list string))))))
        (import "wasi:filesystem/types@0.2.6" (instance $files
            (export "descriptor" (type (sub resource)))))
        (alias export $files "descriptor" (type $descriptor))
        (import "wasi:filesystem/preopens@0.2.6" (instance $preopens
            (alias outer 1 $descriptor (type $here))
            (export "descriptor" (type $open (eq $here)))
            (export "get-directories" (func (result (list (tuple (own $open) string)))))))
        (core func $wasi-environment
            (canon lower (func $environment "get-environment") (memory $memory) (realloc $realloc)))
        (core func $wasi-arguments
            (canon lower (func $environment "get-arguments") (memory $memory) (realloc $realloc)))
        (core func $wasi-directories
            (canon lower (func $preopens "get-directories") (memory $memory) (realloc $realloc)))"#,
        r#"(export "wasi-environment" (func $wasi-environment))
        (export "wasi-arguments" (func $wasi-arguments))
        (export "wasi-directories" (func $wasi-directories))"#,
    ),
];

/// The core module's imports of a capability.
fn core_imports(capability: &str) -> &'static str {
    match capability {
        "log" => r#"(import "host" "log-write" (func $log-write (param i32 i32 i32)))"#,
        "text" => r#"(import "host" "message-text" (func $message-text (param i32 i32)))"#,
        "kv" => {
            r#"(import "host" "kv-used" (func $kv-used (param i32)))
            (import "host" "kv-set" (func $kv-set (param i32 i32 i32 i32 i32)))"#
        }
        "chat" => {
            r#"(import "host" "chat-draft" (func $chat-draft (param i32 i32) (result i32)))
            (import "host" "chat-send" (func $chat-send (param i32 i32)))"#
        }
        "clock" => r#"(import "host" "clock-now" (func $clock-now (result i64)))"#,
        "random" => r#"(import "host" "random-number" (func $random-number (result i64)))"#,
        "wasi" => {
            r#"(import "host" "wasi-wall" (func $wasi-wall (param i32)))
            (import "host" "wasi-steady" (func $wasi-steady (result i64)))
            (import "host" "wasi-chance" (func $wasi-chance (result i64)))"#
        }
        "wasi-machine" => {
            r#"(import "host" "wasi-environment" (func $wasi-environment (param i32)))
            (import "host" "wasi-arguments" (func $wasi-arguments (param i32)))
            (import "host" "wasi-directories" (func $wasi-directories (param i32)))"#
        }
        other => panic!("the tests have no capability {other}"),
    }
}

/// How the tests' plugins give out memory, to be replaced where that is what a test is about. The host calls it when it hands
/// over a string.
pub(crate) const REALLOC: &str = r#"(func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
                (local $at i32)
                (local.set $at (global.get $free))
                (global.set $free (i32.and
                    (i32.add (i32.add (global.get $free) (local.get $size)) (i32.const 7))
                    (i32.const -8)))
                (local.get $at))"#;

/// A component with a handler of messages, as WebAssembly text. `uses` names its capabilities, `items` are further items of
/// its core module, and `body` is what the handler does after it gave the event's handles back. It ends with the address of
/// its answer: `(call $ok)` for no actions, `(call $fail (address) (length))` for an error with this message, or
/// `(call $refused (address))` for the text of a refusal that a call left at this address.
pub(crate) fn wat(uses: &[&str], items: &str, body: &str) -> String {
    let body = format!(
        "(call $drop-event (local.get $event)) (call $drop-message (local.get $message)) {body}"
    );
    wat_that_keeps_handles(uses, items, &body)
}

/// The same, but the handler keeps the event's handles unless `body` gives them back.
pub(crate) fn wat_that_keeps_handles(uses: &[&str], items: &str, body: &str) -> String {
    let used = || CAPABILITIES.iter().filter(|(name, ..)| uses.contains(name));
    let capabilities: String = used().map(|(_, imports, _)| *imports).collect();
    let given: String = used().map(|(.., exports)| *exports).collect();
    let taken: String = used().map(|(name, ..)| core_imports(name)).collect();
    format!(
        r#"(component
        {TYPES}
        (core module $libc
            (memory (export "memory") 1)
            (global $free (mut i32) (i32.const 4096))
            {REALLOC})
        (core instance $libc (instantiate $libc))
        (alias core export $libc "memory" (core memory $memory))
        (alias core export $libc "realloc" (core func $realloc))
        {capabilities}
        (core func $drop-event (canon resource.drop $event))
        (core func $drop-message (canon resource.drop $message))
        (core instance $host
            (export "drop-event" (func $drop-event))
            (export "drop-message" (func $drop-message))
            {given})
        (core module $main
            {taken}
            (import "host" "drop-event" (func $drop-event (param i32)))
            (import "host" "drop-message" (func $drop-message (param i32)))
            (import "libc" "memory" (memory 1))
            (func $ok (result i32)
                (i32.store (i32.const 0) (i32.const 0))
                (i32.store (i32.const 4) (i32.const 0))
                (i32.store (i32.const 8) (i32.const 0))
                (i32.const 0))
            (func $fail (param $at i32) (param $length i32) (result i32)
                (i32.store (i32.const 0) (i32.const 1))
                (i32.store (i32.const 4) (local.get $at))
                (i32.store (i32.const 8) (local.get $length))
                (i32.const 0))
            (func $refused (param $at i32) (result i32)
                (call $fail
                    (i32.load offset=8 (local.get $at))
                    (i32.load offset=12 (local.get $at))))
            (func $handle (export "handle") (param $event i32) (param $message i32) (result i32)
                (local $i i32)
                {body})
            {items})
        (core instance $main (instantiate $main
            (with "host" (instance $host)) (with "libc" (instance $libc))))
        (alias core export $main "handle" (core func $handle))
        (func $handle-event
            (param "event" (borrow $event)) (param "message" (borrow $message))
            (result (result (list (own $action)) (error $error)))
            (canon lift (core func $handle) (memory $memory) (realloc $realloc)))
        (component $on-message
            (import "event" (type $event (sub resource)))
            (import "message" (type $message (sub resource)))
            (import "action" (type $action (sub resource)))
            (type $error-fields (record (field "message" string)))
            (import "error" (type $error (eq $error-fields)))
            (import "handle" (func $handle
                (param "event" (borrow $event)) (param "message" (borrow $message))
                (result (result (list (own $action)) (error $error)))))
            (export "event" (type $event))
            (export "message" (type $message))
            (export "action" (type $action))
            (export $exported-error "error" (type $error))
            (export "handle" (func $handle)))
        (instance $on-message (instantiate $on-message
            (with "event" (type $event)) (with "message" (type $message))
            (with "action" (type $action)) (with "error" (type $error))
            (with "handle" (func $handle-event))))
        (export "jadi:plugin/on-message@0.1.0" (instance $on-message)))"#
    )
}

/// The binary of WebAssembly text.
pub(crate) fn binary(wat: &str) -> Vec<u8> {
    match wat::parse_str(wat) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{error}"),
    }
}

/// Adds a custom section with a manifest.
pub(crate) fn with_manifest(mut component: Vec<u8>, manifest: &str) -> Vec<u8> {
    let name = jadi_plugin_manifest::SECTION;
    let mut section = Vec::new();
    leb128(&mut section, name.len());
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(manifest.as_bytes());
    component.push(0);
    leb128(&mut component, section.len());
    component.append(&mut section);
    component
}

pub(crate) fn leb128(bytes: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return;
        }
        bytes.push(low | 0x80);
    }
}

/// A plugin file whose handler is `body`; see [`wat`].
pub(crate) fn plugin_file(uses: &[&str], items: &str, body: &str) -> Vec<u8> {
    with_manifest(binary(&wat(uses, items, body)), MANIFEST)
}

/// A plugin that is in nobody's way.
pub(crate) fn good(runtime: &Runtime) -> Arc<Plugin> {
    runtime
        .load(&plugin_file(&[], "", "(call $ok)"))
        .expect("a sound plugin loads")
}

/// Loads this WebAssembly text, with a manifest, and runs one event in it: within its limits, and with nothing left of it.
pub(crate) async fn run_wat(runtime: &Runtime, wat: &str) -> Outcome {
    run_file(runtime, &with_manifest(binary(wat), MANIFEST)).await
}

async fn run_file(runtime: &Runtime, file: &[u8]) -> Outcome {
    let plugin = match runtime.load(file) {
        Ok(plugin) => plugin,
        Err(error) => panic!("{error}"),
    };
    let outcome = runtime
        .handle(&plugin, input(), Arc::new(Data::default()))
        .await;
    assert_within(&outcome, plugin.limits());
    assert_well(runtime).await;
    outcome
}

/// Checks that a runtime, after whatever it went through, has all of its places free, holds nothing of what ran, and runs
/// another plugin as if nothing had been.
pub(crate) async fn assert_well(runtime: &Runtime) {
    let places = runtime.limits().pool.in_flight;
    assert_eq!(runtime.free_slots(), places as usize);
    let left = runtime
        .pool_use(LimitsClass::Small)
        .expect("it is always there");
    assert_eq!((left.instances, left.memories, left.tables), (0, 0, 0));
    assert!(
        left.kept_bytes <= u64::from(places) * engine::Shape::of(LimitsClass::Small).kept_bytes(),
        "{left:?} after {places} places"
    );
    let outcome = runtime
        .handle(&good(runtime), input(), Arc::new(Data::default()))
        .await;
    assert_eq!(outcome.failure, None);
}

/// Checks that an event, however it ended, took no more than it was allowed.
pub(crate) fn assert_within(outcome: &Outcome, limits: &EventLimits) {
    let receipt = outcome.receipt;
    assert!(receipt.peak_memory <= limits.memory_bytes, "{receipt:?}");
    assert!(u64::from(receipt.host_calls) <= limits.host_calls);
    assert!(outcome.actions.len() as u64 <= limits.actions);
    let log = outcome.log.iter().map(|line| line.text.len() as u64 + 1);
    // The last line is the host's own, on what was cut off.
    assert!(log.sum::<u64>() <= limits.log_bytes + 256);
    if let Some(failure) = &outcome.failure {
        assert!(failure.to_string().len() < 2048, "{failure}");
        let frames = failure.backtrace();
        assert!(frames.len() <= 32 && frames.iter().all(|frame| frame.len() <= 256));
        assert!(outcome.kv_writes.is_empty() && outcome.actions.is_empty());
    }
}

/// Runs one event in a plugin whose handler is `body`; see [`wat`] and [`run_wat`].
pub(crate) async fn run(runtime: &Runtime, uses: &[&str], items: &str, body: &str) -> Outcome {
    run_file(runtime, &plugin_file(uses, items, body)).await
}
