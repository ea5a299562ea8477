//! Who caused an event, and what they are to the bot.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::clock::{Millis, millis};
use crate::model::{
    BotRole, ChatKind, Event, EventKind, GroupInfo, Jid, JidKind, Person, PhoneNumber, Role,
};
use crate::whatsapp::{SendError, Session};

/// How long a group's people are believed without asking again. What changes them is told at once; this covers what was
/// missed while the bot was away.
const BELIEVED_FOR: Duration = Duration::from_secs(300);
/// Groups that are remembered.
const GROUPS: usize = 256;
/// How long to wait for a group's people.
const DEADLINE: Duration = Duration::from_secs(15);

/// The accounts of all bots of this host: bots do not answer each other. Shared by all of them.
#[derive(Debug, Clone, Default)]
pub struct KnownBots(Arc<RwLock<HashMap<Jid, BotRole>>>);

impl KnownBots {
    /// Adds an account, by number or linked identity, of a bot in this role.
    pub fn add(&self, account: Jid, role: BotRole) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account, role);
    }

    /// Forgets an account whose bot is gone.
    pub fn remove(&self, account: &Jid) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(account);
    }

    /// Whether this account is a bot's.
    pub fn contains(&self, account: &Jid) -> bool {
        self.role(account).is_some()
    }

    /// The main bot's number, once it has one.
    pub(super) fn main_number(&self) -> Option<PhoneNumber> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut mains = known.iter().filter(|(_, role)| **role == BotRole::Main);
        mains.find_map(|(account, _)| account.number())
    }

    fn role(&self, account: &Jid) -> Option<BotRole> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(account).copied()
    }

    fn has(&self, person: &Person) -> bool {
        self.contains(&person.jid) || person.lid.as_ref().is_some_and(|lid| self.contains(lid))
    }
}

/// The operators' numbers: those of the configuration, and those that were named since. Shared by all bots of a host.
#[derive(Debug, Clone, Default)]
pub struct SystemOwners(Arc<Operators>);

#[derive(Debug, Default)]
struct Operators {
    configured: Vec<PhoneNumber>,
    named: RwLock<Vec<PhoneNumber>>,
}

impl SystemOwners {
    /// Those of the configuration; nobody else is named yet.
    pub fn new(configured: Vec<PhoneNumber>) -> Self {
        Self(Arc::new(Operators {
            configured,
            named: RwLock::default(),
        }))
    }

    /// Whether the configuration has this number, so that only it can take it away.
    pub fn is_configured(&self, number: &PhoneNumber) -> bool {
        self.0.configured.contains(number)
    }

    /// Whether this number is a system owner's.
    pub fn contains(&self, number: &PhoneNumber) -> bool {
        self.is_configured(number) || self.named().contains(number)
    }

    /// All of them, those of the configuration first.
    pub fn all(&self) -> Vec<PhoneNumber> {
        let mut all = self.0.configured.clone();
        let named = self.named();
        all.extend(named.into_iter().filter(|one| !self.is_configured(one)));
        all
    }

    /// Those that were named, from here on.
    pub fn set_named(&self, numbers: Vec<PhoneNumber>) {
        let mut named = self.0.named.write().unwrap_or_else(PoisonError::into_inner);
        *named = numbers;
    }

    fn named(&self) -> Vec<PhoneNumber> {
        let named = self.0.named.read().unwrap_or_else(PoisonError::into_inner);
        named.clone()
    }
}

/// A bot's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) jid: Jid,
    pub(super) lid: Option<Jid>,
}

impl Account {
    pub(super) fn is(&self, jid: &Jid) -> bool {
        self.jid == *jid || self.lid.as_ref() == Some(jid)
    }
}

/// Whether the event is one that no plugin may see: what the bot's own account or another bot wrote, and what comes from
/// status, broadcast lists and newsletters. People that a bot added to or removed from a group are told all the same.
pub(super) fn ignored(event: &Event, account: Option<&Account>, bots: &KnownBots) -> bool {
    if event.chat.jid.kind() == JidKind::Other {
        return true;
    }
    let own = account.is_some_and(|account| account.is(&event.sender.jid));
    match &event.kind {
        // A person whose own number is a bot still writes with their phone; the bot's answers come from a linked device.
        EventKind::Message(message) => {
            message.from_me || own || (message.by_companion && bots.has(&event.sender))
        }
        // What happens to a bot's own words is nobody's business either.
        EventKind::MessageDelete { author, .. } => {
            let of_bot = account.is_some_and(|account| account.is(&author.jid)) || bots.has(author);
            own || of_bot || bots.has(&event.sender)
        }
        EventKind::MessageEdit { .. } | EventKind::Reaction { .. } | EventKind::PollVote { .. } => {
            own || bots.has(&event.sender)
        }
        EventKind::GroupAdd { .. }
        | EventKind::GroupRemove { .. }
        | EventKind::GroupChange { .. }
        | EventKind::Due { .. }
        | EventKind::Hosting { .. } => false,
    }
}

/// Takes the bot itself from those who came into a group or left it: it greets others. Whether anybody is left.
pub(super) fn others_only(event: &mut Event, account: Option<&Account>) -> bool {
    let (EventKind::GroupAdd { people } | EventKind::GroupRemove { people }) = &mut event.kind
    else {
        return true;
    };
    if let Some(account) = account {
        people.retain(|person| {
            !account.is(&person.jid) && person.lid.as_ref().is_none_or(|lid| !account.is(lid))
        });
    }
    !people.is_empty()
}

/// What the sender of an event is, where it happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) role: Role,
    /// Whether they are an admin of the group, whatever else they are.
    pub(super) admin: bool,
    pub(super) bot_is_admin: bool,
    /// The group; none in a private chat, and when the bot is not in it any more.
    pub(super) group: Option<Arc<GroupInfo>>,
}

/// Finds out who people are to one bot.
pub(super) struct Callers {
    system_owners: SystemOwners,
    known_bots: KnownBots,
    /// The bot's owner; the main bot has none.
    bot_owner: RwLock<Option<Jid>>,
    groups: Mutex<HashMap<Jid, Remembered>>,
}

struct Remembered {
    info: Arc<GroupInfo>,
    until: Millis,
}

impl Callers {
    pub(super) fn new(
        system_owners: SystemOwners,
        known_bots: KnownBots,
        bot_owner: Option<Jid>,
    ) -> Self {
        Self {
            system_owners,
            known_bots,
            bot_owner: RwLock::new(bot_owner),
            groups: Mutex::default(),
        }
    }

    /// Whose the bot is from here on.
    pub(super) fn set_bot_owner(&self, owner: Option<Jid>) {
        *self
            .bot_owner
            .write()
            .unwrap_or_else(PoisonError::into_inner) = owner;
    }

    pub(super) fn bot_owner(&self) -> Option<Jid> {
        let owner = self.bot_owner.read();
        owner.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the event's sender is. In a group this may ask WhatsApp for its people.
    ///
    /// # Errors
    ///
    /// [`SendError::Unavailable`] when the group's people can't be asked for now. A group that the bot is not in has no
    /// admins.
    pub(super) async fn standing(
        &self,
        event: &Event,
        account: Option<&Account>,
        session: &dyn Session,
        now: Millis,
    ) -> Result<Standing, SendError> {
        let person = &event.sender;
        let group = match event.chat.kind {
            ChatKind::Private => None,
            ChatKind::Group => self.group(&event.chat.jid, session, now).await?,
        };
        let is_admin = |is: &dyn Fn(&Jid) -> bool| {
            group.as_ref().is_some_and(|group| {
                group.participants.iter().any(|participant| {
                    participant.admin
                        && (is(&participant.jid) || participant.lid.as_ref().is_some_and(is))
                })
            })
        };
        let is_person = |jid: &Jid| person.jid == *jid || person.lid.as_ref() == Some(jid);
        let admin = is_admin(&is_person);
        let role = if self.is_system_owner(person) {
            Role::SystemOwner
        } else if self.bot_owner().as_ref().is_some_and(is_person) {
            Role::BotOwner
        } else if admin {
            Role::GroupAdmin
        } else {
            Role::User
        };
        let bot_is_admin = account.is_some_and(|account| is_admin(&|jid| account.is(jid)));
        Ok(Standing {
            role,
            admin,
            bot_is_admin,
            group,
        })
    }

    /// Who is told what concerns the bot as a whole: its owner or, where it has none, the operators.
    pub(super) fn owners(&self) -> Vec<Jid> {
        match self.bot_owner() {
            Some(owner) => vec![owner],
            None => self
                .system_owners
                .all()
                .iter()
                .map(Jid::of_number)
                .collect(),
        }
    }

    /// A sub-bot's number never is one, whoever has named it.
    fn is_system_owner(&self, person: &Person) -> bool {
        let number = person.jid.number();
        number.is_some_and(|number| self.system_owners.contains(&number))
            && self.known_bots.role(&person.jid) != Some(BotRole::Sub)
    }

    /// Forgets what is known of a group, because something in it changed.
    pub(super) fn forget(&self, group: &Jid) {
        self.groups().remove(group);
    }

    /// Forgets all groups, because changes may have been missed.
    pub(super) fn forget_all(&self) {
        self.groups().clear();
    }

    /// A group as WhatsApp has it; none when the bot is not in it. What was asked lately is not asked again.
    ///
    /// # Errors
    ///
    /// [`SendError::Unavailable`] when it can't be asked for now.
    pub(super) async fn group(
        &self,
        group: &Jid,
        session: &dyn Session,
        now: Millis,
    ) -> Result<Option<Arc<GroupInfo>>, SendError> {
        let remembered = self
            .groups()
            .get(group)
            .filter(|remembered| remembered.until > now)
            .map(|remembered| remembered.info.clone());
        if remembered.is_some() {
            return Ok(remembered);
        }
        let asked = tokio::time::timeout(DEADLINE, session.group_info(group)).await;
        match asked.unwrap_or(Err(SendError::Unavailable)) {
            Ok(info) => {
                let info = Arc::new(info);
                let mut groups = self.groups();
                if groups.len() >= GROUPS {
                    groups.retain(|_, remembered| remembered.until > now);
                }
                if groups.len() >= GROUPS {
                    groups.clear();
                }
                let until = now.saturating_add(millis(BELIEVED_FOR));
                let info_kept = info.clone();
                groups.insert(
                    group.clone(),
                    Remembered {
                        info: info_kept,
                        until,
                    },
                );
                Ok(Some(info))
            }
            Err(SendError::Refused(_)) => Ok(None),
            Err(unavailable) => Err(unavailable),
        }
    }

    fn groups(&self) -> std::sync::MutexGuard<'_, HashMap<Jid, Remembered>> {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
