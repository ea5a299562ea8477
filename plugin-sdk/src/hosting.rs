//! Making bots of people's numbers and managing the host's bots: for plugins of the main bot, by the operator's grant. With any
//! other bot each call is denied.
//!
//! What is asked for is part of a handler's answer: `Answer::none().order(bot.stop()?)`. What becomes of it later comes to the
//! plugin's `#[on_hosting]` function, as a [`HostingStep`](crate::HostingStep) in the chat where it was asked for.

use std::time::Duration;

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::hosting as host;
pub use crate::bindings::capabilities::jadi::plugin::hosting::Method;
use crate::bindings::capabilities::jadi::plugin::types::Action;
use crate::clock::Instant;

/// Something that is done when it is returned.
pub struct Order(pub(crate) Action);

/// What comes of a request for a bot.
pub enum Verdict {
    /// Return this, and it is done, or begins.
    Granted(Order),
    /// It is not possible.
    Refused(Refusal),
}

impl From<host::Verdict> for Verdict {
    fn from(verdict: host::Verdict) -> Self {
        match verdict {
            host::Verdict::Granted(action) => Self::Granted(Order(action)),
            host::Verdict::Refused(refusal) => Self::Refused(Refusal(refusal)),
        }
    }
}

/// Asks for a bot of this number, as a person types it, for the event's sender.
///
/// # Errors
///
/// When the host can't look that up now, or has not granted `hosting`.
pub fn request(number: &str, method: Option<Method>) -> Result<Verdict> {
    Ok(host::request(number, method)?.into())
}

/// Bots in the order in which they were made, the main bot first: those from `first` on, at most `limit` and never more than 64.
///
/// # Errors
///
/// As for [`request`].
pub fn list(first: u32, limit: u32) -> Result<Vec<Bot>> {
    Ok(host::list(first, limit)?.into_iter().map(Bot).collect())
}

/// The bot of a number, as a person types it.
///
/// # Errors
///
/// As for [`request`].
pub fn find(number: &str) -> Result<Option<Bot>> {
    Ok(host::find(number)?.map(Bot))
}

/// The bots of the event's sender.
///
/// # Errors
///
/// As for [`request`].
pub fn owned() -> Result<Vec<Bot>> {
    Ok(host::owned()?.into_iter().map(Bot).collect())
}

/// How the host is doing.
///
/// # Errors
///
/// As for [`request`].
pub fn look() -> Result<Overview> {
    Ok(Overview(host::look()?))
}

/// Sets how many sub-bots the host takes.
///
/// # Errors
///
/// When the event's sender is not a system owner, or it is more than 10,000.
pub fn set_slots(slots: u32) -> Result<Order> {
    Ok(Order(host::set_slots(slots)?))
}

/// Takes the bot that is offered to the event's sender: from then on it is theirs, and both sides are told.
///
/// # Errors
///
/// As for [`request`].
pub fn take() -> Result<Verdict> {
    Ok(host::take()?.into())
}

/// Sends something to the owners of all bots, from the main bot, slowly. Its end comes as a step.
///
/// # Errors
///
/// As for [`system_owners`], and when the text is empty or has more than 4,096 characters.
pub fn broadcast(text: &str) -> Result<Verdict> {
    Ok(host::broadcast(text)?.into())
}

/// Stops the broadcast under way.
///
/// # Errors
///
/// When the event's sender is not a system owner.
pub fn stop_broadcast() -> Result<Order> {
    Ok(Order(host::stop_broadcast()?))
}

/// Something of the host that can be switched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feature {
    /// Its name, such as `jadibot`.
    pub name: String,
    /// Whether it is on.
    pub on: bool,
}

/// What can be switched on this host.
///
/// # Errors
///
/// As for [`system_owners`].
pub fn features() -> Result<Vec<Feature>> {
    let features = host::features()?.into_iter();
    let feature = |feature: host::Feature| Feature {
        name: feature.name,
        on: feature.on,
    };
    Ok(features.map(feature).collect())
}

/// Switches a feature, for now and for later starts.
///
/// # Errors
///
/// As for [`system_owners`], and when there is none of this name.
pub fn set_feature(name: &str, on: bool) -> Result<Order> {
    Ok(Order(host::set_feature(name, on)?))
}

/// Sets the pause between reconnects, and between sends of one bot.
///
/// # Errors
///
/// When the event's sender is not a system owner, or it is more than a minute.
pub fn set_delay(delay: Duration) -> Result<Order> {
    let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    Ok(Order(host::set_delay(millis)?))
}

/// A system owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemOwner {
    /// Their number, digits only.
    pub number: String,
    /// Whether the host's configuration names them, so that only it can take that away.
    pub configured: bool,
}

/// The system owners, those of the configuration first.
///
/// # Errors
///
/// As for [`request`], and when the event's sender is not one.
pub fn system_owners() -> Result<Vec<SystemOwner>> {
    let owners = host::system_owners()?.into_iter();
    let owner = |owner: host::SystemOwner| SystemOwner {
        number: owner.number,
        configured: owner.configured,
    };
    Ok(owners.map(owner).collect())
}

/// Makes the person with this number, as people type it, a system owner, who is told.
///
/// # Errors
///
/// As for [`system_owners`].
pub fn name_system_owner(number: &str) -> Result<Verdict> {
    Ok(host::name_system_owner(number)?.into())
}

/// Makes them one no more.
///
/// # Errors
///
/// As for [`system_owners`].
pub fn drop_system_owner(number: &str) -> Result<Verdict> {
    Ok(host::drop_system_owner(number)?.into())
}

/// Why something is not possible.
pub struct Refusal(host::Refusal);

impl Refusal {
    /// `not-a-number`, `not-on-whatsapp`, `hosted`, `owns-one`, `asked-already`, `too-often`, `full`, `off`, `method-missing`,
    /// `system-owner`, `is-bot`, `yours`, `not-offered`, `no-system-owner`, `configured`, `last` or `busy`. There may be more.
    pub fn reason(&self) -> String {
        self.0.reason()
    }

    /// The bot that is in the way.
    pub fn bot(&self) -> Option<Bot> {
        self.0.bot().map(Bot)
    }

    /// Until when.
    pub fn until(&self) -> Option<Instant> {
        self.0.until().map(Instant::from_millis)
    }
}

/// A bot of the host, as it was when it was asked for.
pub struct Bot(host::Bot);

impl Bot {
    /// Its number, digits only.
    pub fn number(&self) -> Option<String> {
        self.0.number()
    }

    /// The number's first and last three digits, for others than its owner.
    pub fn masked(&self) -> String {
        self.0.masked()
    }

    /// What its owner calls it; may be empty.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Whether it is the main bot.
    pub fn is_main(&self) -> bool {
        self.0.is_main()
    }

    /// Where it is in its life, as a word such as `open`.
    pub fn state(&self) -> String {
        self.0.state()
    }

    /// Why it is not open, as a word.
    pub fn cause(&self) -> Option<String> {
        self.0.cause()
    }

    /// Since when it is in this state.
    pub fn since(&self) -> Instant {
        Instant::from_millis(self.0.since())
    }

    /// When it was asked for.
    pub fn created(&self) -> Instant {
        Instant::from_millis(self.0.created())
    }

    /// When it was last connected anew.
    pub fn last_connect(&self) -> Option<Instant> {
        self.0.last_connect().map(Instant::from_millis)
    }

    /// Whose it is.
    pub fn owner(&self) -> Option<String> {
        self.0.owner()
    }

    /// How it was linked.
    pub fn method(&self) -> Method {
        self.0.method()
    }

    /// The name of its plan.
    pub fn plan(&self) -> Option<String> {
        self.0.plan()
    }

    /// When its plan ends.
    pub fn expires(&self) -> Option<Instant> {
        self.0.expires().map(Instant::from_millis)
    }

    /// What it has and uses.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`], and when the host can't look that up now.
    pub fn measure(&self) -> Result<Usage> {
        let usage = host::measure(&self.0)?;
        let load = usage.load();
        Ok(Usage {
            up_since: usage.up_since().map(Instant::from_millis),
            users: usage.users(),
            groups: usage.groups(),
            private_chats: usage.private_chats(),
            received: usage.received(),
            sent: usage.sent(),
            quota: usage.quota().map(|quota| (quota.used, quota.allowed)),
            load: Load {
                runs: load.runs,
                failed: load.failed,
                cpu: Duration::from_micros(load.cpu_us),
                busiest: load.busiest,
            },
            waiting: usage.waiting(),
            waiting_most: usage.waiting_most(),
            unsent: usage.unsent(),
            stored: usage.stored(),
            stored_most: usage.stored_most(),
            cpu: usage.cpu().map(|cpu| Cpu {
                client: Duration::from_micros(cpu.client_us),
                plugins: Duration::from_micros(cpu.plugins_us),
            }),
            cpu_percent: usage.cpu_percent(),
            memory: usage.memory().map(|memory| (memory.used, memory.allowed)),
            slowed: usage.slowed(),
        })
    }

    /// Stops it; its session is kept.
    ///
    /// # Errors
    ///
    /// When it is the main bot, or the event's sender neither owns it nor is a system owner.
    pub fn stop(&self) -> Result<Order> {
        Ok(Order(host::stop(&self.0)?))
    }

    /// Starts it again.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`].
    pub fn start(&self) -> Result<Order> {
        Ok(Order(host::start(&self.0)?))
    }

    /// Logs it out and deletes everything of it. Its owner is told, with the reason when there is one.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`], and when the reason has more than 500 characters.
    pub fn end(&self, reason: Option<&str>) -> Result<Order> {
        Ok(Order(host::end(&self.0, reason)?))
    }

    /// Offers it to the person with this number, as people type it, who is told and has a day to take it.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`], and when the host can't look that up now.
    pub fn offer(&self, number: &str) -> Result<Verdict> {
        Ok(host::offer(&self.0, number)?.into())
    }

    /// Takes an offer back.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`].
    pub fn withdraw(&self) -> Result<Order> {
        Ok(Order(host::withdraw(&self.0)?))
    }

    /// Sends all that it knows and keeps to the event's sender as a file, in their private chat.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`].
    pub fn export_data(&self) -> Result<Order> {
        Ok(Order(host::export_data(&self.0)?))
    }

    /// Forgets all of that; it goes on as if it were new. Its owner is told.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`].
    pub fn erase_data(&self) -> Result<Order> {
        Ok(Order(host::erase_data(&self.0)?))
    }

    /// Lets its plan end after so many days, or never. Its owner is told, before and after; when it ends the bot is stopped, and
    /// another end starts it again.
    ///
    /// # Errors
    ///
    /// When it is the main bot, the event's sender is not a system owner, or it is not 1 to 3,650 days.
    pub fn set_plan(&self, days: Option<u32>) -> Result<Order> {
        Ok(Order(host::set_plan(&self.0, days)?))
    }

    /// Says something to its owner, as the bot.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`], and when the text is empty or has more than 4,096 characters.
    pub fn say(&self, text: &str) -> Result<Order> {
        Ok(Order(host::say(&self.0, text)?))
    }

    /// Sends a text to its owner in their private chat with the main bot, where they write now. `{link}` in it becomes a link that
    /// signs in to the bot's page: once, and within ten minutes.
    ///
    /// # Errors
    ///
    /// When the event's sender does not own it, or writes elsewhere; when the text has no `{link}` in it or more than 4,096
    /// characters.
    pub fn sign_in(&self, text: &str) -> Result<Order> {
        Ok(Order(host::sign_in(&self.0, text)?))
    }
}

/// What a bot has and uses.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Since when it runs in this host; none while it does not.
    pub up_since: Option<Instant>,
    /// People whom it has met.
    pub users: u64,
    /// Groups in which it has received something.
    pub groups: u64,
    /// Private chats, likewise.
    pub private_chats: u64,
    /// Messages from others since it was made.
    pub received: u64,
    /// Messages that it has sent since then.
    pub sent: u64,
    /// How many messages it has sent today, and how many it may; none when that can't be known now.
    pub quota: Option<(u64, u64)>,
    /// What its plugins did within the last hour.
    pub load: Load,
    /// Events that wait to be handled.
    pub waiting: u64,
    /// How many may.
    pub waiting_most: u64,
    /// Messages that wait to be sent.
    pub unsent: u64,
    /// What its files weigh, bytes.
    pub stored: u64,
    /// How much they may weigh, bytes.
    pub stored_most: u64,
    /// What it has taken of the machine's processors since it came up; none while it does not run.
    pub cpu: Option<Cpu>,
    /// How much of one processor it may take over minutes, percent.
    pub cpu_percent: u64,
    /// Bytes of the host's memory that it holds, and how many it may; none while it does not run.
    pub memory: Option<(u64, u64)>,
    /// Whether the host slows it down now, for what it takes of processors and memory.
    pub slowed: bool,
}

/// Time on the machine's processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cpu {
    /// Of the bot's client: connections, encryption, events on their way in and out.
    pub client: Duration,
    /// Of its plugins.
    pub plugins: Duration,
}

/// What a bot's plugins did in some time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// How often one ran.
    pub runs: u32,
    /// How often that failed.
    pub failed: u32,
    /// The CPU time of all runs.
    pub cpu: Duration,
    /// The plugin that had most of it.
    pub busiest: Option<String>,
}

/// How the host is doing.
pub struct Overview(host::Overview);

impl Overview {
    /// How many sub-bots it takes.
    pub fn slots(&self) -> u32 {
        self.0.slots()
    }

    /// How many of these are taken, requests under way included.
    pub fn taken(&self) -> u32 {
        self.0.taken()
    }

    /// How many bots are in each state, by its word.
    pub fn states(&self) -> Vec<(String, u32)> {
        self.0.states()
    }

    /// When the host came up.
    pub fn started_at(&self) -> Instant {
        Instant::from_millis(self.0.started_at())
    }

    /// How many bots have yet to be brought up again.
    pub fn restoring(&self) -> u32 {
        self.0.restoring()
    }

    /// The pause between reconnects, and between sends of one bot.
    pub fn delay(&self) -> Duration {
        Duration::from_millis(self.0.delay())
    }

    /// Where the host's pages are; none when it has none.
    pub fn pages(&self) -> Option<String> {
        self.0.pages()
    }
}
