//! An event on the way that it goes on a host.

use std::sync::{Arc, Mutex};

use jadi_model::{BotRole, Event};
use jadi_plugin_manifest::Capability;
use jadi_plugin_runtime::routing::{Scene, Turn, Verdict, goes_while_off, keeps_out, turns};
use jadi_plugin_runtime::{EventInput, Invocation, Outcome};

use super::{State, TestBot};
use crate::data::{EventData, keep, schedule, set};
use crate::happened::Happened;
use crate::told::{Refused, Told};

impl TestBot {
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
