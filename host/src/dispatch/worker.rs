//! One event, from inbox row to commit.

use std::sync::Arc;

use jadi_plugin_manifest::Capability;

use super::asking::Ended;
use super::breaker::Gate;
use super::caller::{Standing, ignored};
use super::core::{Connected, Core};
use super::enabled::{Enabled, Match};
use super::queue::Served;
use super::reads::{EventReads, Seen};
use super::receipts::Ran;
use super::replies::Reply;
use crate::clock::Millis;
use crate::model::{Event, EventKind, KeptMessage};
use crate::plugins::routing::{Scene, Verdict, goes_while_off, keeps_out};
use crate::plugins::{EventInput, Failure, Grants};
use crate::store::{Row, Settings, StoreError, Surroundings};
use crate::whatsapp::{SendError, Session};

/// How often an event is run again because another event of its plugin has written in between.
const RERUNS: u32 = 16;
/// The most characters of a message that is a command; programs have as many.
const COMMAND: usize = 4_096;

/// Handles a row of the inbox, as often as it takes.
pub(super) async fn handle(core: Arc<Core>, row: Row) -> Served {
    core.slowly().await;
    let served = core
        .until_stopped(|tries| try_handle(&core, row, tries))
        .await;
    match served {
        Served::Done => core.asked.finish(row),
        _ => core.asked.forget(row),
    }
    served
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
    // Whose own number is the bot may ask it by a program.
    if !core.asked.is(row) && ignored(&event, account.as_ref(), &core.known_bots) {
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
    if let Some(group) = &standing.group
        && !matches!(event.kind, EventKind::Hosting { .. })
        && !core.places.is_ours(group, core.id, now).await?
    {
        core.second_in(group).await?;
        core.data.finish(vec![row], now).await?;
        return Ok(Some(()));
    }
    let known = core
        .data
        .surroundings(&event.sender.jid, &event.chat.jid)
        .await?;
    let language = known.chat.as_ref().and_then(|chat| chat.language.clone());
    let language = language.unwrap_or_else(|| settings.language.clone());
    let visit = Visit {
        core,
        row,
        event,
        received_at,
        original,
        settings,
        language,
        known,
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
pub(super) enum Then {
    /// The plugins after it have their turns.
    Goes,
    /// It was consumed: nobody else sees it.
    Consumed,
}

/// One event on its round of the plugins.
pub(super) struct Visit<'a> {
    pub(super) core: &'a Core,
    pub(super) row: Row,
    pub(super) event: Arc<Event>,
    received_at: Millis,
    original: Option<Arc<KeptMessage>>,
    pub(super) settings: Settings,
    /// The language to answer in: the chat's, else the bot's.
    pub(super) language: String,
    known: Surroundings,
    enabled: Arc<Enabled>,
    standing: Standing,
    session: Arc<dyn Session>,
    /// How often the event was tried before.
    pub(super) tries: u32,
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
        if self.is_off_for(found) {
            return self.say(found, None, last).await.map(Some);
        }
        if let Some(refusal) = self.refusal(found) {
            self.core.counters.refused.one();
            return self.say(found, refusal, last).await.map(Some);
        }
        let handler = found.handler.as_ref();
        let resting = match self.core.breakers.gate(handler, self.core.clock.now()) {
            Gate::Open => None,
            Gate::Resting => Some(Reply::Resting),
            Gate::Quarantined => Some(Reply::SwitchedOff),
        };
        if let Some(reply) = resting {
            self.core.counters.spared.one();
            let reply = found.invocation.as_ref().map(|_| reply);
            return self.say(found, reply, last).await.map(Some);
        }
        let limits = self.core.limits(&found.handler).event;
        let mut last_run = None;
        for _ in 0..RERUNS {
            let seen = Arc::new(EventReads {
                data: self.core.data.clone(),
                plugin: handler.manifest().name.clone(),
                chat: self.event.chat.jid.clone(),
                enabled: self.enabled.clone(),
                scene: self.scene(),
                language: self.language.clone(),
                bot: self.core.id,
                desk: self.core.desk.clone(),
                session: self.session.clone(),
                quiet: self.core.asked.is(self.row),
                seen: Seen::default(),
                fetcher: self.core.fetcher.clone(),
                hosting: self.core.hosting.clone(),
            });
            let run = handler.handle(self.input(found), limits, seen.clone());
            let mut outcome = run.await;
            let cpu = outcome.receipt.cpu_micros;
            self.core.budget.meter.charge_plugins(cpu);
            let mut ran = Ran::of(self.event_id(), limits, &mut outcome);
            if seen.seen.conflict() {
                last_run = Some(ran);
                continue;
            }
            let version = seen.seen.version();
            match self.keep(found, outcome, &mut ran, version, last).await {
                Err(StoreError::KvConflict) => last_run = Some(ran),
                ended => return ended,
            }
        }
        let message = "other events of the plugin kept changing its data".to_owned();
        let failure = Failure::Host { message };
        match &mut last_run {
            Some(ran) => self.failed(found, &failure, ran, last).await,
            None => Ok(None),
        }
    }

    /// Whether the bot is off in the chat, so that the plugin does not get the event.
    fn is_off_for(&self, found: &Match) -> bool {
        let chat = self.known.chat.as_ref();
        let is_command = found.invocation.is_some();
        chat.is_some_and(|chat| chat.off_since.is_some())
            && !goes_while_off(self.standing.role, &self.event.kind, is_command)
    }

    /// Why the command must not be run: its inner `None` means silence.
    fn refusal(&self, found: &Match) -> Option<Option<Reply>> {
        let user = self.known.user.as_ref();
        let banned = user.is_some_and(|user| user.banned_since.is_some());
        if found.invocation.is_some() && keeps_out(self.standing.role, banned) {
            let told = self.core.tells_banned(&self.event.sender.jid, self.row);
            return Some(told.then_some(Reply::Banned));
        }
        if let Some(invocation) = &found.invocation
            && self.is_too_long()
        {
            // What only looks like a command is none that somebody waits for.
            let most = COMMAND;
            return Some(invocation.known.then_some(Reply::TooLong { most }));
        }
        let command = found.command()?;
        let bot_is_admin = self.standing.bot_is_admin;
        if let Some(refusal) = self.scene().refuses(command, bot_is_admin) {
            return Some(Some(Reply::refusal(refusal, &self.core.known_bots)));
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

    fn is_too_long(&self) -> bool {
        match &self.event.kind {
            EventKind::Message(message) => message.text.chars().nth(COMMAND).is_some(),
            _ => false,
        }
    }

    fn event_id(&self) -> String {
        format!("e{}", self.row)
    }

    fn input(&self, found: &Match) -> EventInput {
        EventInput {
            event_id: self.event_id(),
            event: self.event.clone(),
            received_at: self.received_at,
            original: self.original.clone(),
            role: self.standing.role,
            command: found.invocation.clone(),
            language: self.language.clone(),
            prefixes: self.settings.prefixes.clone(),
            bot_is_admin: self.standing.bot_is_admin,
            group: self.standing.group.clone(),
            own: self.core.account().map(|account| account.jid),
            bot_started_at: self.core.started_at,
            grants: self.grants(found),
        }
    }

    /// What the operator lets the plugin do, but that no bot except the main one manages bots.
    fn grants(&self, found: &Match) -> Grants {
        let granted = found.handler.grants();
        match self.core.hosting {
            Some(_) => granted,
            None => granted.and_without(Capability::Hosting),
        }
    }

    /// Answers in the plugin's place, or says nothing.
    async fn say(
        &self,
        found: &Match,
        reply: Option<Reply>,
        last: bool,
    ) -> Result<Then, StoreError> {
        if found.invocation.is_some() {
            self.core.asked.ended(self.row, Ended::Refused);
        }
        let actions = reply.map(|reply| reply.to(&self.event, &self.language));
        let handled = self.leave(found, actions.into_iter().collect(), last);
        self.commit(handled).await?;
        Ok(Then::Goes)
    }
}
