//! One event, from inbox row to commit.

use std::sync::Arc;

use super::bot::{Connected, Core};
use super::caller::{Standing, ignored};
use super::enabled::{Enabled, Match};
use super::queue::Served;
use super::reads::{EventReads, Seen};
use super::replies::Reply;
use crate::clock::Millis;
use crate::model::{Action, Event, EventKey, EventKind, KeptMessage, MessageId, Outgoing};
use crate::plugins::routing::{Scene, Verdict};
use crate::plugins::{EventInput, Failure, KvWrite, Outcome, ScheduleWrite, SettingWrite};
use crate::store::{Handled, KvChange, Row, ScheduleChange, SettingChange, Settings, StoreError};
use crate::whatsapp::{SendError, Session};

/// How often an event is run again because another event of its plugin has written in between.
const RERUNS: u32 = 16;
/// How often an event is tried when the host could not serve its plugin.
const TRIES: u32 = 4;

/// Handles a row of the inbox, as often as it takes.
pub(super) async fn handle(core: Arc<Core>, row: Row) -> Served {
    core.until_stopped(|tries| try_handle(&core, row, tries))
        .await
}

/// One try. `None` means: again, unless the host stops.
async fn try_handle(core: &Core, row: Row, tries: u32) -> Result<Option<()>, StoreError> {
    let Some(unhandled) = core.data.unhandled(row).await? else {
        return Ok(Some(()));
    };
    let event = Arc::new(unhandled.event);
    let (received_at, original) = (unhandled.received_at, unhandled.original.map(Arc::new));
    let (settings, enabled, matches, session) = loop {
        let (settings, enabled) = (core.settings(), core.enabled());
        let mut matches = enabled.matches(&event, &settings.prefixes);
        matches.retain(|found| {
            !unhandled
                .handled_by
                .contains(&found.handler.manifest().name)
        });
        if matches.is_empty() {
            core.data.finish(vec![row], core.clock.now()).await?;
            return Ok(Some(()));
        }
        // Without a connection nothing can be answered, and who is an admin can't be known.
        let Some(Connected { session, .. }) = core.connected().await else {
            return Ok(None);
        };
        // That may have taken hours, in which plugins came and went.
        if Arc::ptr_eq(&enabled, &core.enabled()) {
            break (settings, enabled, matches, session);
        }
    };
    let (account, now) = (core.account(), core.clock.now());
    if ignored(&event, account.as_ref(), &core.known_bots) {
        core.data.finish(vec![row], now).await?;
        return Ok(Some(()));
    }
    let asked = core
        .callers
        .standing(&event, account.as_ref(), session.as_ref(), now);
    let standing = match asked.await {
        Ok(standing) => standing,
        Err(SendError::Unavailable | SendError::Refused(_)) => return Ok(None),
    };
    if forged(&event, &standing) {
        tracing::debug!(bot = %core.id, row, "a deletion by somebody who may not is left alone, as phones do");
        core.data.finish(vec![row], now).await?;
        return Ok(Some(()));
    }
    let visit = Visit {
        core,
        row,
        event,
        received_at,
        original,
        settings,
        enabled,
        standing,
        session,
        tries,
    };
    let last = matches.len().saturating_sub(1);
    for (turn, found) in matches.iter().enumerate() {
        match visit.run(found, turn == last).await? {
            Some(Then::Goes) => {}
            Some(Then::Consumed) => break,
            None => return Ok(None),
        }
    }
    Ok(Some(()))
}

/// Whether somebody claims to have deleted another's message who is no admin: WhatsApp carries it, phones ignore it.
fn forged(event: &Event, standing: &Standing) -> bool {
    match &event.kind {
        EventKind::MessageDelete { author, .. } => {
            author.jid != event.sender.jid && !standing.admin
        }
        _ => false,
    }
}

/// What becomes of an event after a plugin's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The plugins after it have their turns.
    Goes,
    /// It was consumed: nobody else sees it.
    Consumed,
}

/// One event on its round of the plugins.
struct Visit<'a> {
    core: &'a Core,
    row: Row,
    event: Arc<Event>,
    received_at: Millis,
    original: Option<Arc<KeptMessage>>,
    settings: Settings,
    enabled: Arc<Enabled>,
    standing: Standing,
    session: Arc<dyn Session>,
    /// How often the event was tried before.
    tries: u32,
}

impl Visit<'_> {
    fn scene(&self) -> Scene {
        Scene {
            role: self.standing.role,
            chat: self.event.chat.kind,
            bot: self.core.role,
        }
    }

    /// Runs one plugin, or answers in its place, and keeps what that leaves behind. `None` means: the host could not serve
    /// the plugin, again.
    async fn run(&self, found: &Match, last: bool) -> Result<Option<Then>, StoreError> {
        if let Some(refusal) = self.refusal(found) {
            self.core.counters.refused.one();
            return self.say(found, refusal, last).await.map(Some);
        }
        let plugin = &found.handler.manifest().name;
        if !self.core.breaker(plugin, |breaker| {
            breaker.lets_through(self.core.clock.now())
        }) {
            self.core.counters.spared.one();
            let reply = found.invocation.as_ref().map(|_| Reply::Resting);
            return self.say(found, reply, last).await.map(Some);
        }
        for _ in 0..RERUNS {
            let seen = Arc::new(EventReads {
                data: self.core.data.clone(),
                plugin: plugin.clone(),
                chat: self.event.chat.jid.clone(),
                enabled: self.enabled.clone(),
                scene: self.scene(),
                language: self.settings.language.clone(),
                session: self.session.clone(),
                seen: Seen::default(),
                fetcher: self.core.fetcher.clone(),
            });
            let outcome = found.handler.handle(self.input(found), seen.clone()).await;
            if seen.seen.conflict() {
                continue;
            }
            match self.keep(found, outcome, seen.seen.version(), last).await {
                Err(StoreError::KvConflict) => {}
                ended => return ended,
            }
        }
        let message = "other events of the plugin kept changing its data".to_owned();
        let failure = Failure::Host { message };
        self.failed(found, &failure, last).await
    }

    /// Why the command must not be run: its inner `None` means silence.
    fn refusal(&self, found: &Match) -> Option<Option<Reply>> {
        let command = found.command()?;
        let bot_is_admin = self.standing.bot_is_admin;
        if let Some(refusal) = self.scene().refuses(command, bot_is_admin) {
            return Some(Some(refusal.into()));
        }
        let asked = self
            .core
            .ask_cooldown(&self.event.sender.jid, command, self.row);
        match asked {
            Verdict::Go => None,
            Verdict::Tell { seconds } => Some(Some(Reply::Wait { seconds })),
            Verdict::Silent => Some(None),
        }
    }

    fn input(&self, found: &Match) -> EventInput {
        EventInput {
            event_id: format!("e{}", self.row),
            event: self.event.clone(),
            received_at: self.received_at,
            original: self.original.clone(),
            role: self.standing.role,
            command: found.invocation.clone(),
            language: self.settings.language.clone(),
            prefixes: self.settings.prefixes.clone(),
            bot_is_admin: self.standing.bot_is_admin,
            group: self.standing.group.clone(),
            own: self.core.account().map(|account| account.jid),
            bot_started_at: self.core.started_at,
            grants: found.handler.grants(),
        }
    }

    /// Keeps what a run leaves behind.
    async fn keep(
        &self,
        found: &Match,
        outcome: Outcome,
        read_version: Option<u64>,
        last: bool,
    ) -> Result<Option<Then>, StoreError> {
        let plugin = &found.handler.manifest().name;
        for line in &outcome.log {
            tracing::debug!(bot = %self.core.id, plugin, level = ?line.level, "{}", line.text);
        }
        if let Some(failure) = outcome.failure {
            return self.failed(found, &failure, last).await;
        }
        let writes = outcome.kv_writes.into_iter().map(change).collect();
        let settings = outcome.setting_writes.into_iter();
        let schedule = outcome.schedule_writes.into_iter();
        let handled = Handled {
            writes,
            settings: settings.map(|write| self.setting(write)).collect(),
            schedule: schedule.map(|write| self.later(plugin, write)).collect(),
            read_version,
            ..self.leave(found, outcome.actions, last || outcome.consumed)
        };
        match self.commit(handled).await {
            Err(error @ StoreError::KvLimit { .. }) => {
                let message = error.to_string();
                let failure = Failure::Handler { message };
                return self.failed(found, &failure, last).await;
            }
            kept => kept?,
        }
        self.core.breaker(plugin, |breaker| breaker.worked());
        self.core.counters.handled.one();
        Ok(Some(if outcome.consumed {
            Then::Consumed
        } else {
            Then::Goes
        }))
    }

    fn setting(&self, write: SettingWrite) -> SettingChange {
        SettingChange {
            chat: write.here.then(|| self.event.chat.jid.clone()),
            name: write.name,
            value: write.value,
        }
    }

    /// An event of the plugin's own, in this chat, by who has caused this one.
    fn later(&self, plugin: &str, write: ScheduleWrite) -> ScheduleChange {
        let chat = self.event.chat.jid.clone();
        match write {
            ScheduleWrite::Cancel { name } => ScheduleChange {
                chat,
                name,
                event: None,
            },
            ScheduleWrite::At { name, at, payload } => {
                let event = Event {
                    key: EventKey {
                        chat: chat.clone(),
                        sender: self.event.sender.jid.clone(),
                        id: self.new_id(),
                    },
                    at,
                    chat: self.event.chat.clone(),
                    sender: self.event.sender.clone(),
                    kind: EventKind::Due {
                        plugin: plugin.to_owned(),
                        name: name.clone(),
                        at,
                        payload,
                    },
                };
                ScheduleChange {
                    chat,
                    name,
                    event: Some((at, event)),
                }
            }
        }
    }

    /// Counts a failed run. Nothing of it is kept; who typed a command is told. `None` means: it was the host that failed,
    /// again.
    async fn failed(
        &self,
        found: &Match,
        failure: &Failure,
        last: bool,
    ) -> Result<Option<Then>, StoreError> {
        let plugin = &found.handler.manifest().name;
        let (core, event) = (self.core, self.row);
        tracing::debug!(bot = %core.id, plugin, event, %failure, "the plugin's failure");
        // What the host could not do is not held against the plugin.
        if matches!(failure, Failure::Host { .. }) {
            if self.tries.saturating_add(1) < TRIES {
                return Ok(None);
            }
        } else {
            let now = core.clock.now();
            if let Some(until) = core.breaker(plugin, |breaker| breaker.failed(now)) {
                let seconds = until.saturating_sub(now) / 1_000;
                tracing::warn!(bot = %core.id, plugin, seconds, "the plugin failed too often and is left alone");
            }
        }
        core.counters.failed.one();
        tracing::warn!(bot = %core.id, plugin, event, "a plugin failed on an event");
        let reply = found.invocation.as_ref().map(|_| Reply::Failed);
        self.say(found, reply, last).await.map(Some)
    }

    /// Answers in the plugin's place, or says nothing.
    async fn say(
        &self,
        found: &Match,
        reply: Option<Reply>,
        last: bool,
    ) -> Result<Then, StoreError> {
        let actions = reply.map(|reply| reply.to(&self.event, &self.settings.language));
        let handled = self.leave(found, actions.into_iter().collect(), last);
        self.commit(handled).await?;
        Ok(Then::Goes)
    }

    fn leave(&self, found: &Match, actions: Vec<Action>, last: bool) -> Handled {
        let outgoing = actions.into_iter().map(|action| Outgoing {
            id: self.new_id(),
            action,
        });
        Handled {
            event: self.row,
            plugin: Some(found.handler.manifest().name.clone()),
            outgoing: outgoing.collect(),
            last,
            at: self.core.clock.now(),
            ..Handled::default()
        }
    }

    fn new_id(&self) -> MessageId {
        let mut bytes = [0; 9];
        self.core.random.fill(&mut bytes);
        MessageId::from_random(bytes)
    }

    async fn commit(&self, handled: Handled) -> Result<(), StoreError> {
        let schedules = !handled.schedule.is_empty();
        let leaving = self.core.data.commit(handled).await?;
        if schedules {
            self.core.scheduled.notify_one();
        }
        let rows = leaving
            .into_iter()
            .map(|leaving| (leaving.chat, leaving.row));
        self.core.outbox.push(rows);
        Ok(())
    }
}

fn change(write: KvWrite) -> KvChange {
    match write {
        KvWrite::Set { key, value } => KvChange {
            key,
            value: Some(value),
        },
        KvWrite::Delete { key } => KvChange { key, value: None },
    }
}
