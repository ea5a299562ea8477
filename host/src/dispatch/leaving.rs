//! What a plugin's run leaves behind, and what becomes of a run that failed: all of it in one commit.

use super::asking::Ended;
use super::breaker::Opened;
use super::changed;
use super::enabled::{Handler, Match};
use super::long;
use super::notices::Quarantined;
use super::polls;
use super::receipts::Ran;
use super::replies::Reply;
use super::worker::{Then, Visit};
use crate::model::{Action, Event, EventKey, EventKind, Outgoing};
use crate::plugins::{
    BotWrite, Failure, KvWrite, Outcome, RecordLimits, ScheduleWrite, SettingWrite,
};
use crate::store::{
    ContextChange, Handled, KvChange, RecordBounds, ScheduleChange, SettingChange, SettingsChange,
    StoreError,
};

/// How often an event is tried when the host could not serve its plugin.
const TRIES: u32 = 4;

impl Visit<'_> {
    /// Keeps what a run leaves behind.
    pub(super) async fn keep(
        &self,
        found: &Match,
        outcome: Outcome,
        ran: &mut Ran,
        read_version: Option<u64>,
        last: bool,
    ) -> Result<Option<Then>, StoreError> {
        let handler = found.handler.as_ref();
        let plugin = &handler.manifest().name;
        if let Some(failure) = outcome.failure {
            return self.failed(found, &failure, ran, last).await;
        }
        let mut actions = changed::noted(outcome.actions, handler.manifest(), &self.event);
        polls::completed(&mut actions, plugin, self.core.random.as_ref());
        let writes = outcome.kv_writes.into_iter().map(change).collect();
        let settings = outcome.setting_writes.into_iter();
        let schedule = outcome.schedule_writes.into_iter();
        let bot = outcome.bot_writes.into_iter();
        let handled = Handled {
            writes,
            settings: settings.map(|write| self.setting(write)).collect(),
            schedule: schedule.map(|write| self.later(plugin, write)).collect(),
            bot: bot.map(|write| self.of_bot(write)).collect(),
            read_version,
            kv_bounds: ran.kv_bounds(),
            receipt: ran.receipt(handler, None),
            ..self.leave(found, actions, last || outcome.consumed)
        };
        match self.commit(handled).await {
            Err(error @ StoreError::KvLimit { .. }) => {
                let message = error.to_string();
                let failure = Failure::Handler { message };
                return self.failed(found, &failure, ran, last).await;
            }
            kept => kept?,
        }
        self.worked(handler).await;
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

    /// A change of the bot, or of this chat.
    fn of_bot(&self, write: BotWrite) -> ContextChange {
        let chat = self.event.chat.jid.clone();
        match write {
            BotWrite::Language(language) => ContextChange::Settings(SettingsChange {
                language: Some(language),
                ..SettingsChange::default()
            }),
            BotWrite::Prefixes(prefixes) => ContextChange::Settings(SettingsChange {
                prefixes: Some(prefixes),
                ..SettingsChange::default()
            }),
            BotWrite::ChatLanguage(language) => ContextChange::ChatLanguage { chat, language },
            BotWrite::Off(off) => ContextChange::Off { chat, off },
            BotWrite::Ban { person, banned } => ContextChange::Ban { person, banned },
            BotWrite::PluginSetting {
                plugin,
                name,
                value,
            } => ContextChange::PluginSetting {
                plugin,
                change: SettingChange {
                    chat: None,
                    name,
                    value,
                },
            },
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
                        id: self.core.new_id(),
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

    /// Closes the breaker of a plugin that works again.
    async fn worked(&self, handler: &dyn Handler) {
        let breakers = &self.core.breakers;
        if !breakers.is_tripped(handler) {
            return;
        }
        let _turn = breakers.turn.lock().await;
        let Some(change) = breakers.worked(handler, self.core.clock.now()) else {
            return;
        };
        let plugin = &handler.manifest().name;
        if let Err(error) = self.core.data.change_breaker(plugin, change).await {
            tracing::warn!(bot = %self.core.id, plugin, %error, "that a plugin works again is not kept");
        }
    }

    /// Counts a failed run. Of what it wanted nothing is kept; who typed a command is told, and so is the owner when the plugin
    /// is left alone for good. `None` means: it was the host that failed, again.
    pub(super) async fn failed(
        &self,
        found: &Match,
        failure: &Failure,
        ran: &mut Ran,
        last: bool,
    ) -> Result<Option<Then>, StoreError> {
        let handler = found.handler.as_ref();
        let plugin = &handler.manifest().name;
        let (core, event) = (self.core, self.row);
        // What the host could not do is not held against the plugin.
        let is_hosts = matches!(failure, Failure::Host { .. });
        if is_hosts && self.tries.saturating_add(1) < TRIES {
            return Ok(None);
        }
        core.counters.failed.one();
        tracing::warn!(bot = %core.id, plugin, event, "a plugin failed on an event");
        let reply = found.invocation.as_ref().map(|_| Reply::Failed);
        if reply.is_some() {
            core.asked.ended(event, Ended::Failed);
        }
        let reply = reply.map(|reply| reply.to(&self.event, &self.language));
        let mut actions: Vec<Action> = reply.into_iter().collect();

        let _turn = core.breakers.turn.lock().await;
        let now = core.clock.now();
        // A version that was replaced meanwhile has nothing to say about the one that is there now.
        let counts = !is_hosts && core.enabled().has(handler);
        let limits = core.limits(&found.handler).breaker;
        let sender = &self.event.sender.jid;
        let mut failed = counts.then(|| core.breakers.failed(handler, now, sender, &limits));
        match failed.as_ref().and_then(|failed| failed.opened) {
            None => {}
            Some(Opened::Until(until)) => {
                let seconds = until.saturating_sub(now) / 1_000;
                ran.add(format!(
                    "the plugin failed too often and is left alone in this bot for {seconds} s"
                ));
                tracing::warn!(bot = %core.id, plugin, seconds, "the plugin failed too often and is left alone");
            }
            Some(Opened::ForGood) => {
                ran.add(format!(
                    "the plugin kept failing and is switched off in this bot until another version is installed, or until it is \
                     let try again: jadi plugin release {plugin}"
                ));
                tracing::error!(bot = %core.id, plugin, "the plugin kept failing and is switched off until its owner acts");
                let notice = Quarantined {
                    plugin,
                    version: &handler.manifest().version,
                    failure,
                };
                let language = &self.settings.language;
                let owners = core.callers.owners().into_iter();
                actions.extend(owners.map(|owner| notice.to(owner, language)));
            }
        }
        let handled = Handled {
            receipt: ran.receipt(handler, Some(failure)),
            failure: ran.failure(handler, failure, now),
            breaker: failed.as_mut().and_then(|failed| failed.change.take()),
            ..self.leave(found, actions, last)
        };
        let kept = self.commit(handled).await;
        if let Some(failed) = failed {
            match &kept {
                Ok(()) => {
                    let owner = core.callers.bot_owner();
                    core.breakers.tell(handler, &failed, owner.as_ref());
                }
                Err(_) => core.breakers.undo(handler, failed),
            }
        }
        kept.map(|()| Some(Then::Goes))
    }

    pub(super) fn leave(&self, found: &Match, actions: Vec<Action>, last: bool) -> Handled {
        let outgoing = long::split(actions).into_iter().map(|action| Outgoing {
            id: self.core.new_id(),
            action,
        });
        let RecordLimits { receipts, failures } = self.core.limits(&found.handler).records;
        Handled {
            event: self.row,
            plugin: Some(found.handler.manifest().name.clone()),
            record_bounds: RecordBounds { receipts, failures },
            outgoing: outgoing.collect(),
            last,
            at: self.core.clock.now(),
            ..Handled::default()
        }
    }

    pub(super) async fn commit(&self, mut handled: Handled) -> Result<(), StoreError> {
        let asked = &self.core.asked;
        let said = asked.take(self.row, &self.event.chat.jid, &mut handled.outgoing);
        let (schedules, has_receipt) = (!handled.schedule.is_empty(), handled.receipt.is_some());
        let is_setting = |change: &ContextChange| matches!(change, ContextChange::Settings(_));
        let settings_change = handled.bot.iter().any(is_setting);
        let leaving = self.core.data.commit(handled).await?;
        asked.said(self.row, said);
        if settings_change {
            self.core.settings_changed().await;
        }
        if schedules {
            self.core.scheduled.notify_one();
        }
        if has_receipt {
            self.core
                .receipts
                .send_modify(|kept| *kept = kept.wrapping_add(1));
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
