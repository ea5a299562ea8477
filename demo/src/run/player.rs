//! One script in one world: from line to line.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jadi_simulator::{ChatId, GroupChange, GroupView, MessageKey};

use super::failure::{Failure, Mismatch};
use super::inbox::Inbox;
use crate::script::{
    Account, BotState, Fault, Line, Member, MemberChange, Name, QrSource, Script, Span, Step,
};
use crate::view::View;
use crate::world::{World, WorldError};
use crate::{MAIN_NUMBER, ROOT_NUMBER};

/// How long an event may take unless the line says otherwise.
pub(super) const USUAL: Duration = Duration::from_secs(20);
/// How much of the host's log a failure shows.
const LOG_LINES: usize = 25;

/// The state of a run.
pub(super) struct Player<'a> {
    script: &'a Script,
    pub(super) world: &'a mut World,
    pub(super) view: &'a mut View,
    pub(super) inboxes: HashMap<Name, Inbox>,
    /// Numbers of phones and bots.
    numbers: HashMap<Name, String>,
    /// JIDs of groups.
    groups: HashMap<Name, String>,
    /// Where each phone last wrote or was shown something.
    pub(super) places: HashMap<Name, ChatId>,
    /// Messages that were printed already: several phones may get the same one.
    pub(super) printed: HashSet<MessageKey>,
    /// Requests without an answer that were told already.
    unknown_seen: usize,
    /// The ones that this script met, with the line at which they were seen.
    unknown: Vec<(usize, String)>,
}

impl<'a> Player<'a> {
    pub(super) fn new(script: &'a Script, world: &'a mut World, view: &'a mut View) -> Self {
        Self {
            script,
            world,
            view,
            inboxes: HashMap::new(),
            numbers: HashMap::new(),
            groups: HashMap::new(),
            places: HashMap::new(),
            printed: HashSet::new(),
            unknown_seen: 0,
            unknown: Vec::new(),
        }
    }

    pub(super) async fn everything(&mut self) -> Result<(), Box<Failure>> {
        let script = self.script;
        let main = Name::new(Name::MAIN).map(|name| (name, MAIN_NUMBER.to_owned()));
        self.numbers.extend(main);
        self.root_phone()
            .await
            .map_err(|why| self.failure(None, why))?;
        let mut last = 0;
        for line in &script.lines {
            let outcome = self.step(line).await;
            outcome.map_err(|why| self.failure(Some(line), why))?;
            self.note_unknown(line.number);
            last = line.number;
        }
        // What the last step set off may still lead to a request.
        let settled = self.world.idle().await;
        settled.map_err(|why| self.failure(None, Mismatch::refused(why)))?;
        self.note_unknown(last);
        match self.unknown.first() {
            None => Ok(()),
            Some((number, _)) => Err(self.unanswered(*number)),
        }
    }

    /// The system owner that is there by default, unless the script gives the name a number.
    async fn root_phone(&mut self) -> Result<(), Mismatch> {
        let named = |line: &Line| matches!(&line.step, Step::Owner(account) if account.name.as_str() == Name::ROOT);
        match Name::new(Name::ROOT) {
            Some(name) if !self.script.lines.iter().any(named) => {
                let number = ROOT_NUMBER.to_owned();
                self.add_phone(&Account { name, number }).await
            }
            _ => Ok(()),
        }
    }

    async fn step(&mut self, line: &Line) -> Result<(), Mismatch> {
        match &line.step {
            Step::Comment(text) => self.view.narration(text),
            // It has answered since before the host began; the host was started with it.
            Step::Server { .. } | Step::Limit { .. } => self.view.aside(&line.step.to_string()),
            Step::Phone(account) | Step::Owner(account) => self.add_phone(account).await?,
            Step::Group { name, members } => self.make_group(name, members).await?,
            Step::WantsInvitations { phone } => self.phone_of(phone)?.set_invited_only(true),
            Step::Goes { who, group, comes } => self.go(who, group, *comes).await?,
            Step::Picture { phone, path } => self.wear(phone, path).await?,
            Step::Vote { who, options } => self.vote(who, options).await?,
            Step::Send { from, to, content } => self.send(from, to, content).await?,
            Step::Reply {
                from,
                quoting,
                content,
            } => self.reply(from, quoting.as_deref(), content).await?,
            Step::Expect(expectation) => self.expect(expectation).await?,
            Step::Edit { who, text, to } => self.edit(who, text, to).await?,
            Step::Delete { who, text, of } => self.delete(who, text, of.as_ref()).await?,
            Step::GroupChange { group, change } => self.change_group(group, change).await?,
            step => {
                self.view.aside(&step.to_string());
                self.disturb(step).await?;
            }
        }
        Ok(())
    }

    /// Steps that are about the host, the network and the clock.
    async fn disturb(&mut self, step: &Step) -> Result<(), Mismatch> {
        match step {
            Step::Bot { account, owner } => self.add_bot(account, owner).await,
            Step::AsBot(account) => {
                self.name_bot(account);
                Ok(())
            }
            Step::State { bot, state, within } => self.await_state(bot, *state, *within).await,
            Step::Gone { bot, within } => self.await_gone(bot, *within).await,
            Step::Scan {
                phone,
                source: QrSource::Bot(bot),
            } => self.scan(phone, bot).await,
            Step::Enter { phone, bot } => self.enter(phone, bot).await,
            Step::Confirm { phone, bot } => self.confirm(phone, bot).await,
            Step::Unlink { bot, .. } => self.unlink(bot).await,
            Step::Network { bot, away } => {
                let number = self.number(bot)?;
                self.world.network(&number, *away);
                Ok(())
            }
            Step::Fault { bot, fault } => {
                let number = self.number(bot)?;
                self.make_fault(&number, *fault);
                Ok(())
            }
            Step::HostIsKilled => self.world.kill_host().await.map_err(Mismatch::refused),
            Step::HostStarts => self.world.start_host().await.map_err(Mismatch::refused),
            Step::TimePasses(by) => self.world.pass_time(*by).await.map_err(Mismatch::refused),
            other => Err(Mismatch::refused(format!(
                "this build can't carry out `{other}`"
            ))),
        }
    }

    async fn await_state(
        &self,
        bot: &Name,
        state: BotState,
        within: Option<Duration>,
    ) -> Result<(), Mismatch> {
        let within = within.unwrap_or(USUAL);
        let expected = || format!("{bot} {} within {}", state.word(), Span(within));
        let number = self.number(bot)?;
        let reached = self.world.wait_for(&number, state.word(), within).await;
        reached.map_err(|why| Mismatch::new(expected(), why))
    }

    async fn await_gone(&self, bot: &Name, within: Option<Duration>) -> Result<(), Mismatch> {
        let within = within.unwrap_or(USUAL);
        let expected = || format!("{bot} gone within {}", Span(within));
        let number = self.number(bot)?;
        let gone = self.world.wait_gone(&number, within).await;
        gone.map_err(|why| Mismatch::new(expected(), why))
    }

    /// Calls the bot of a number by a name.
    pub(super) fn name_bot(&mut self, account: &Account) {
        self.numbers
            .insert(account.name.clone(), account.number.clone());
    }

    fn make_fault(&self, number: &str, fault: Fault) {
        let faults = self.world.simulator().faults();
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        match fault {
            Fault::Drop => faults.drop_connection(number),
            Fault::StreamError(code) => faults.stream_error(number, code),
            Fault::LogOut => faults.log_out(number),
            Fault::Replaced => faults.replaced(number),
            Fault::Slow(by) => faults.slow(number, by),
            Fault::LostAck(next) => faults.lose_next_ack(number, count(next)),
            Fault::Duplicate(next) => faults.duplicate_next(number, count(next)),
            Fault::Reorder(next) => faults.reorder_next(number, count(next)),
            Fault::Garbage => faults.garbage_frame(number),
            Fault::Ban(lasts) => faults.temporary_ban(number, lasts),
            Fault::Outdated => faults.client_outdated(number),
            Fault::NewQr => faults.renew_references(),
            Fault::Passkey(on) => faults.ask_for_passkey(number, on),
        }
    }

    async fn add_phone(&mut self, account: &Account) -> Result<(), Mismatch> {
        let phone = self
            .world
            .phone(account.name.as_str(), &account.number)
            .await
            .map_err(Mismatch::refused)?;
        self.inboxes
            .insert(account.name.clone(), Inbox::open(phone));
        self.numbers
            .insert(account.name.clone(), account.number.clone());
        Ok(())
    }

    async fn make_group(&mut self, name: &Name, members: &[Member]) -> Result<(), Mismatch> {
        let admin_phone =
            |member: &&Member| member.admin && self.inboxes.contains_key(&member.name);
        let maker = members
            .iter()
            .find(admin_phone)
            .ok_or_else(|| Mismatch::refused("no phone among the admins"))?;
        let phone = self.inbox(&maker.name)?.phone().clone();
        let mut others = Vec::new();
        let mut admins = Vec::new();
        for member in members.iter().filter(|member| member.name != maker.name) {
            let number = self.number(&member.name)?;
            if member.admin {
                admins.push(number.clone());
            }
            others.push(number);
        }
        let group = match self.kept_group(name, members)? {
            Some(group) => group,
            None => {
                let made = phone.create_group(name.as_str(), &others).await;
                let group = made.map_err(Mismatch::refused)?;
                if !admins.is_empty() {
                    let promote = GroupChange::Promote(admins);
                    let promoted = phone.group_change(&group.jid, promote).await;
                    promoted.map_err(Mismatch::refused)?;
                }
                group
            }
        };
        self.groups.insert(name.clone(), group.jid);
        Ok(())
    }

    /// A group of that name with these members that a kept world already has.
    fn kept_group(&self, name: &Name, members: &[Member]) -> Result<Option<GroupView>, Mismatch> {
        let mut wanted = BTreeSet::new();
        for member in members {
            wanted.insert(self.number(&member.name)?);
        }
        let is_it = |group: &GroupView| {
            let has: BTreeSet<_> = group
                .members
                .iter()
                .map(|member| member.number.clone())
                .collect();
            group.subject == name.as_str() && has == wanted
        };
        Ok(self.world.simulator().groups().into_iter().find(is_it))
    }

    async fn change_group(&mut self, name: &Name, change: &MemberChange) -> Result<(), Mismatch> {
        let jid = self.groups.get(name).cloned();
        let jid = jid.ok_or_else(|| Mismatch::refused(format!("there is no group {name}")))?;
        let view = self.world.simulator().group(&jid);
        let view = view.ok_or_else(|| Mismatch::refused(format!("{name} is gone")))?;
        let numbers = |names: &[Name]| -> Result<Vec<String>, Mismatch> {
            names.iter().map(|name| self.number(name)).collect()
        };
        let (change, touched) = match change {
            MemberChange::Add(names) => (GroupChange::Add(numbers(names)?), names),
            MemberChange::Remove(names) => (GroupChange::Remove(numbers(names)?), names),
            MemberChange::Promote(names) => (GroupChange::Promote(numbers(names)?), names),
            MemberChange::Demote(names) => (GroupChange::Demote(numbers(names)?), names),
        };
        // Not one of those that it is about, when there is a choice: nobody demotes himself if another can do it.
        let mut admins: Vec<_> = self
            .inboxes
            .iter()
            .filter(|(_, inbox)| view.is_admin(inbox.phone().number()))
            .map(|(name, inbox)| (touched.contains(name), name, inbox.phone().clone()))
            .collect();
        admins.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let Some((_, admin, phone)) = admins.into_iter().next() else {
            return Err(Mismatch::refused(format!("no phone is an admin of {name}")));
        };
        let admin = admin.to_string();
        let done = phone.group_change(&jid, change.clone()).await;
        done.map_err(Mismatch::refused)?;
        let what = self.told_change(&change, touched);
        self.view.aside(&format!("{admin} {what} {name}"));
        Ok(())
    }

    /// Somebody comes into a group by its link, or leaves it.
    async fn go(&mut self, who: &Name, group: &Name, comes: bool) -> Result<(), Mismatch> {
        let jid = self.groups.get(group).cloned();
        let jid = jid.ok_or_else(|| Mismatch::refused(format!("there is no group {group}")))?;
        let (change, verb) = match comes {
            true => (GroupChange::Join, "joins"),
            false => (GroupChange::Leave, "leaves"),
        };
        let done = self.phone_of(who)?.group_change(&jid, change).await;
        done.map_err(Mismatch::refused)?;
        self.view.aside(&format!("{who} {verb} {group}"));
        Ok(())
    }

    fn told_change(&self, change: &GroupChange, touched: &[Name]) -> String {
        let names: Vec<_> = touched.iter().map(Name::as_str).collect();
        let names = names.join(", ");
        match change {
            GroupChange::Add(_) => format!("adds {names} to"),
            GroupChange::Remove(_) => format!("removes {names} from"),
            GroupChange::Promote(_) => format!("makes {names} admin of"),
            _ => format!("makes {names} an ordinary member of"),
        }
    }

    /// Where the transcript stands, and the files that it sends.
    pub(super) fn script_dir(&self) -> PathBuf {
        let dir = self.script.file.parent();
        dir.map_or_else(PathBuf::new, Path::to_path_buf)
    }

    pub(super) fn inbox(&self, name: &Name) -> Result<&Inbox, Mismatch> {
        self.inboxes
            .get(name)
            .ok_or_else(|| Mismatch::refused(format!("{name} has no phone")))
    }

    pub(super) fn number(&self, name: &Name) -> Result<String, Mismatch> {
        let number = self.numbers.get(name).cloned();
        number.ok_or_else(|| Mismatch::refused(format!("{name} has no number")))
    }

    /// The chat that a phone or bot, or a group, stands for.
    pub(super) fn chat(&self, name: &Name) -> Result<ChatId, Mismatch> {
        match self.groups.get(name) {
            Some(jid) => Ok(ChatId::group(jid)),
            None => Ok(ChatId::direct(self.number(name)?)),
        }
    }

    /// What the transcript calls this number.
    pub(super) fn called(&self, number: &str) -> String {
        let named = self.numbers.iter().find(|(_, known)| *known == number);
        named.map_or_else(|| number.to_owned(), |(name, _)| name.to_string())
    }

    fn note_unknown(&mut self, line: usize) {
        let all = self.world.simulator().unknown_iqs();
        for iq in all.iter().skip(self.unknown_seen) {
            self.unknown.push((line, iq.stanza.clone()));
        }
        self.unknown_seen = all.len();
    }

    fn unanswered(&self, number: usize) -> Box<Failure> {
        let requests: Vec<_> = self.unknown.iter().map(|(_, iq)| iq.as_str()).collect();
        let line = self.script.lines.iter().find(|line| line.number == number);
        let mismatch = Mismatch::new(
            "that the simulator knows every request of the host's client",
            requests.join("\n"),
        );
        self.failure(line, mismatch)
    }

    fn failure(&self, line: Option<&Line>, why: Mismatch) -> Box<Failure> {
        // A host that died says more than what did not come because of it.
        let came = match self.world.check() {
            Err(WorldError::HostEnded(status)) => {
                format!("{}\nthe host has ended by itself ({status})", why.came)
            }
            _ => why.came,
        };
        let file: PathBuf = self.script.file.clone();
        Box::new(Failure {
            file,
            line: line.map(|line| line.number),
            step: line.map(|line| line.step.to_string()),
            expected: why.expected,
            came,
            host_log: self.world.host_log(LOG_LINES),
        })
    }
}
