//! The commands on a data directory with two bots, in one of which a plugin has failed.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use async_trait::async_trait;
use jadi_plugin_manifest::SettingValue;
use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::clock::{Millis, SystemClock};
use crate::config::Sources;
use crate::model::{
    Ban, BotId, BotRecord, BotRole, Chat, ChatKind, Event, EventKey, EventKind, Jid, KnownChat,
    KnownCounts, KnownUser, LinkMethod, Message, Person, Progress, Role,
};
use crate::plugins::{
    CommandFact, Digest, EventInput, FailedEvent, FailedPlugin, FetchError, Grants,
    GroupSettingFact, HostingAnswer, HostingAsk, HttpRequest, HttpResponse, Invocation, Limits,
    MediaError, PluginFact, ReadError, Reads, Runtime, RuntimeOptions,
};
use crate::store::{
    Arrival, BreakerChange, Handled, Installer, NewFailure, PluginRecord, PluginVersion,
};

const MANIFEST: &str = r#"{"name":"broken","version":"1.0.0","languages":["en"],
    "commands":[{"name":"try","summary":"Tries"}]}"#;
/// An example number.
const ALICE: &str = "6280000000101@s.whatsapp.net";

/// A component whose handler is this.
fn component(body: &str) -> Vec<u8> {
    let text = include_str!("broken.wat").replace("BODY", body);
    let mut bytes = wat::parse_str(text).expect("a component");
    let name = jadi_plugin_manifest::SECTION;
    let mut section = vec![u8::try_from(name.len()).expect("short")];
    section.extend_from_slice(name.as_bytes());
    section.extend_from_slice(MANIFEST.as_bytes());
    let length = section.len();
    bytes.push(0);
    // Two digits of LEB128: more than 127 bytes, fewer than 16,384.
    bytes.push(u8::try_from(length & 0x7f).expect("7 bits") | 0x80);
    bytes.push(u8::try_from(length >> 7).expect("7 bits"));
    bytes.append(&mut section);
    bytes
}

struct Nothing;

#[async_trait]
impl Reads for Nothing {
    async fn kv_get(&self, _key: &str) -> Result<Option<Vec<u8>>, ReadError> {
        Ok(None)
    }

    async fn kv_keys(
        &self,
        _prefix: &str,
        _after: Option<&str>,
        _limit: u32,
    ) -> Result<Vec<String>, ReadError> {
        Ok(Vec::new())
    }

    async fn kv_bytes(&self) -> Result<u64, ReadError> {
        Ok(0)
    }

    async fn setting(&self, _: &str, _: bool) -> Result<Option<SettingValue>, ReadError> {
        Ok(None)
    }

    async fn picture(&self, _: &Jid, _: u64) -> Result<Option<Vec<u8>>, MediaError> {
        Ok(None)
    }

    async fn invite_code(&self) -> Result<Option<String>, ReadError> {
        Ok(None)
    }

    async fn scheduled(&self) -> Result<BTreeMap<String, Millis>, ReadError> {
        Ok(BTreeMap::new())
    }

    async fn group_settings(&self) -> Result<Vec<GroupSettingFact>, ReadError> {
        Ok(Vec::new())
    }

    async fn user(&self, _: &Jid) -> Result<Option<KnownUser>, ReadError> {
        Ok(None)
    }

    async fn chat(&self) -> Result<Option<KnownChat>, ReadError> {
        Ok(None)
    }

    async fn counts(&self) -> Result<KnownCounts, ReadError> {
        Ok(KnownCounts::default())
    }

    async fn bans(&self) -> Result<Vec<Ban>, ReadError> {
        Ok(Vec::new())
    }

    async fn plugins(&self) -> Result<Vec<PluginFact>, ReadError> {
        Ok(Vec::new())
    }

    async fn commands(&self) -> Result<Vec<CommandFact>, ReadError> {
        Ok(Vec::new())
    }

    async fn media(&self, _: &[u8], _: u64) -> Result<Vec<u8>, MediaError> {
        Err(MediaError::Gone)
    }

    async fn fetch(&self, _: HttpRequest) -> Result<HttpResponse, FetchError> {
        Err(FetchError::Unavailable)
    }

    async fn hosting(&self, _: HostingAsk) -> Result<HostingAnswer, ReadError> {
        unreachable!("the plugin does not ask")
    }

    async fn progress(&self, _progress: Progress) -> Result<(), ReadError> {
        Ok(())
    }
}

fn event() -> Event {
    let alice: Jid = ALICE.parse().expect("jid");
    Event {
        key: EventKey {
            chat: alice.clone(),
            sender: alice.clone(),
            id: "A1".parse().expect("id"),
        },
        at: 1_700_000_000_000,
        chat: Chat {
            jid: alice.clone(),
            kind: ChatKind::Private,
        },
        sender: Person {
            jid: alice,
            lid: None,
            name: "Alice".to_owned(),
        },
        kind: EventKind::Message(Message {
            text: "!try a secret".to_owned(),
            ..Message::default()
        }),
    }
}

/// Runs the broken plugin for real and returns what failed.
async fn failed() -> FailedEvent {
    let runtime = Runtime::start(RuntimeOptions {
        limits: Limits::default(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        cache_dir: None,
    })
    .expect("a runtime");
    let plugin = runtime
        .load(&component("(call $oops) (call $ok)"))
        .expect("loads");
    let input = EventInput {
        event_id: "e1".to_owned(),
        event: event().into(),
        role: Role::User,
        command: Some(Invocation {
            prefix: "!".to_owned(),
            name: "try".to_owned(),
            alias: None,
            args: "a secret".to_owned(),
            known: true,
        }),
        language: "en".to_owned(),
        prefixes: vec!["!".to_owned()],
        bot_is_admin: false,
        group: None,
        own: None,
        received_at: 1_700_000_000_000,
        original: None,
        bot_started_at: 0,
        grants: Grants::ALL,
    };
    let outcome = runtime.handle(&plugin, input, Arc::new(Nothing)).await;
    FailedEvent::new(
        1_700_000_000_000,
        FailedPlugin::from(&*plugin),
        outcome.failure.expect("it fails"),
        outcome.receipt,
        outcome.log,
        *outcome.recording.expect("a recording"),
    )
}

/// A data directory, and plugins beside it.
struct Place {
    dir: TempDir,
    config: Config,
}

impl Place {
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let flag = |key: &str, value: String| (key.to_owned(), value);
        let path = |name: &str| dir.path().join(name).display().to_string();
        let mut flags = vec![
            flag("data_dir", path("data")),
            flag("plugins_dir", path("plugins")),
        ];
        if cfg!(feature = "simulator") {
            flags.push(flag("simulator_url", "ws://127.0.0.1:9/ws/chat".to_owned()));
            flags.push(flag("simulator_media", "http://127.0.0.1:9".to_owned()));
        }
        let sources = Sources {
            flags,
            ..Sources::default()
        };
        let (config, _) = Config::load(&sources).expect("a config");
        let place = Self { dir, config };
        std::fs::create_dir(&place.config.plugins_dir).expect("a directory");
        place.fill().await;
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Two bots, a failed event in the first.
    async fn fill(&self) {
        let random: SharedRandom = Arc::new(SystemRandom);
        let store = open_store(&self.config, &random).await.expect("a store");
        for (n, role) in [(1, BotRole::Main), (2, BotRole::Sub)] {
            let id = BotId::from_random([n; 16]);
            let bot = BotRecord::requested(id, role, LinkMethod::Qr, 1);
            store.add_bot(&bot).await.expect("added");
        }
        let data = store.bot(BotId::from_random([1; 16])).await.expect("data");
        let arrival = Arrival {
            event: event(),
            wanted: true,
            keep: false,
            meets: false,
            gathers: None,
            posts: None,
        };
        let accepted = data.accept(vec![arrival], 1).await.expect("accepted");
        let failed = failed().await;
        let receipt = json!({
            "event": "e1", "version": "1.0.0", "digest": "0123456789abcdef",
            "used": [[310, 50_000], [2_000, 5_000_000]],
            "failure": failed.failure.to_string(), "backtrace": failed.failure.backtrace(),
            "log": [{"level": "info", "text": "\u{1b}[31mred"}],
        });
        let content = failed.kept().expect("JSON");
        let summary = json!({
            "event": "e1", "version": "1.0.0", "digest": failed.plugin.digest,
            "failure": failed.failure.to_string(), "bytes": content.len(),
        });
        let handled = Handled {
            event: accepted.new[0].row,
            plugin: Some("broken".to_owned()),
            receipt: Some(receipt.to_string().into_bytes()),
            failure: Some(NewFailure {
                summary: summary.to_string().into_bytes(),
                content,
            }),
            breaker: Some(BreakerChange::Keep(b"{}".to_vec())),
            last: true,
            at: 1_700_000_000_000,
            ..Handled::default()
        };
        data.commit(handled).await.expect("committed");
        drop(data);
        store.close().await.expect("closed");
    }

    /// Installs the broken plugin in another build.
    async fn install(&self, component: Vec<u8>) {
        let random: SharedRandom = Arc::new(SystemRandom);
        let store = open_store(&self.config, &random).await.expect("a store");
        let version = PluginVersion {
            digest: Digest::of(&component),
            version: "1.0.0".to_owned(),
            installed: 1,
            by: Installer::Operator,
        };
        let record = PluginRecord {
            name: "broken".to_owned(),
            current: version.digest,
            versions: vec![version],
            everywhere: true,
            switches: [].into(),
            denied: [].into(),
            built_in: None,
        };
        let shelf = store.shelf();
        shelf.keep(component).await.expect("kept");
        shelf.put(&record).await.expect("put");
        store.close().await.expect("closed");
    }

    async fn tells(&self, command: EvidenceCommand) -> anyhow::Result<String> {
        let mut out = Vec::new();
        serve(command, &self.config, &mut out).await?;
        Ok(String::from_utf8(out)?)
    }

    async fn refuses(&self, command: EvidenceCommand) -> String {
        match self.tells(command).await {
            Ok(told) => panic!("it was done: {told}"),
            Err(error) => format!("{error:#}"),
        }
    }
}

fn logs_of(bot: Option<&str>) -> EvidenceCommand {
    EvidenceCommand::Logs {
        name: "broken".to_owned(),
        bot: bot.map(str::to_owned),
        last: 20,
        follow: false,
    }
}

fn limits_of(changes: &[(&str, Option<u64>)], bot: Option<&str>) -> EvidenceCommand {
    let changes = changes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    EvidenceCommand::Limits {
        name: "broken".to_owned(),
        changes: changes.collect(),
        bot: bot.map(str::to_owned),
    }
}

#[tokio::test]
async fn logs_show_cost_failure_frames_and_lines() -> anyhow::Result<()> {
    let place = Place::new().await;
    let told = place.tells(logs_of(None)).await?;
    assert_eq!(
        told,
        "bot 01010101010101010101010101010101\n\
         2023-11-14T22:13:20Z e1 broken 1.0.0 (01234567) FAILED: cpu 310 µs (1 %), wall 2 ms (1 %)\n    \
         the plugin trapped: wasm trap: wasm `unreachable` instruction executed\n      \
         in oops\n      in handle\n    info: \\u{1b}[31mred\n"
    );
    assert_eq!(place.tells(logs_of(Some("02"))).await?, "");
    let error = place.refuses(logs_of(Some("03"))).await;
    assert!(error.contains("there is no bot 03"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_failure_is_listed_exported_and_run_again() -> anyhow::Result<()> {
    let place = Place::new().await;
    let list = EvidenceCommand::Failures {
        name: Some("broken".to_owned()),
        bot: None,
        export: None,
        to: None,
    };
    let told = place.tells(list).await?;
    assert!(
        told.contains("     1  2023-11-14T22:13:20Z e1 broken 1.0.0: the plugin trapped"),
        "{told}"
    );

    let file = place.path("failure.json");
    let export = |number| EvidenceCommand::Failures {
        name: None,
        bot: Some("01".to_owned()),
        export: Some(number),
        to: Some(file.clone()),
    };
    let error = place.refuses(export(2)).await;
    assert!(error.contains("there is no such failure 2"), "{error}");
    let told = place.tells(export(1)).await?;
    assert!(told.contains("WHAT PEOPLE WROTE"), "{told}");
    let mode = std::fs::metadata(&file)?.permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let error = place.refuses(export(1)).await;
    assert!(
        error.contains("can't be written"),
        "nothing is written over: {error}"
    );

    let replay = |wasm: Option<&Path>| EvidenceCommand::Replay {
        file: file.clone(),
        wasm: wasm.map(Path::to_owned),
    };
    let error = place.refuses(replay(None)).await;
    assert!(error.contains("name it with --wasm"), "{error}");
    let broken = place.config.plugins_dir.join("renamed.wasm");
    std::fs::write(broken, component("(call $oops) (call $ok)"))?;
    let told = place.tells(replay(None)).await?;
    assert!(
        told.contains("the same component")
            && told.contains("It failed the same way.\n      in oops"),
        "{told}"
    );

    let fixed = place.path("fixed.wasm");
    std::fs::write(&fixed, component("(call $ok)"))?;
    let told = place.tells(replay(Some(&fixed))).await?;
    assert!(
        told.contains("It worked. It asked for:\n    nothing"),
        "{told}"
    );
    std::fs::write(&fixed, component("(loop $again (br $again)) (call $ok)"))?;
    let told = place.tells(replay(Some(&fixed))).await?;
    assert!(
        told.contains("It failed another way: the plugin reached its limit of 50 ms"),
        "{told}"
    );
    Ok(())
}

#[tokio::test]
async fn limits_are_changed_on_the_host_and_in_a_bot_within_the_ceiling() -> anyhow::Result<()> {
    let place = Place::new().await;
    let error = place.refuses(limits_of(&[], None)).await;
    assert!(error.contains("there is no plugin broken"), "{error}");
    place.install(component("(call $ok)")).await;

    let line = |told: &str, name: &str| -> Vec<String> {
        let line = told.lines().find(|line| line.starts_with(name));
        let words = line.expect("a line").split_whitespace();
        words.map(str::to_owned).collect()
    };
    let told = place.tells(limits_of(&[], None)).await?;
    assert_eq!(
        line(&told, "cpu_ms"),
        ["cpu_ms", "=", "50", "#", "configuration"]
    );
    let told = place
        .tells(limits_of(&[("cpu_ms", Some(20))], None))
        .await?;
    assert_eq!(
        line(&told, "cpu_ms"),
        ["cpu_ms", "=", "20", "#", "this", "plugin"]
    );
    let told = place
        .tells(limits_of(&[("cpu_ms", Some(9))], Some("01")))
        .await?;
    assert_eq!(
        line(&told, "cpu_ms"),
        ["cpu_ms", "=", "9", "#", "this", "bot"]
    );
    let told = place.tells(limits_of(&[], Some("02"))).await?;
    assert_eq!(
        line(&told, "cpu_ms"),
        ["cpu_ms", "=", "20", "#", "this", "plugin"]
    );
    let told = place
        .tells(limits_of(&[("cpu_ms", None)], Some("01")))
        .await?;
    assert_eq!(
        line(&told, "cpu_ms"),
        ["cpu_ms", "=", "20", "#", "this", "plugin"]
    );

    let told = place
        .tells(limits_of(&[("breaker.failures", Some(9))], Some("01")))
        .await?;
    assert_eq!(
        line(&told, "breaker.failures"),
        ["breaker.failures", "=", "9", "#", "this", "bot"]
    );

    let error = place
        .refuses(limits_of(&[("cpu_ms", Some(6_000))], None))
        .await;
    assert!(
        error.contains("from 1 to 5000, which most.cpu_ms sets"),
        "{error}"
    );
    let error = place.refuses(limits_of(&[("cpu", Some(6))], None)).await;
    assert!(error.contains("there is no limit cpu"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_plugin_is_released_where_it_was_left_alone() -> anyhow::Result<()> {
    let place = Place::new().await;
    let release = || EvidenceCommand::Release {
        name: "broken".to_owned(),
        bot: None,
    };
    let told = place.tells(release()).await?;
    assert_eq!(
        told,
        "bot 01010101010101010101010101010101: broken may try again\n"
    );
    assert_eq!(
        place.tells(release()).await?,
        "broken is left alone in no bot\n"
    );
    Ok(())
}

#[tokio::test]
async fn a_directory_without_data_is_told_and_left_as_it_is() {
    let mut place = Place::new().await;
    place.config.data_dir = place.path("nowhere");
    let error = place.refuses(logs_of(None)).await;
    assert!(error.contains("holds no data of Jadi"), "{error}");
    assert!(!place.path("nowhere").exists());
}
