//! Making bots of people's numbers and managing the host's bots: for plugins of the main bot, by the operator's grant. With any
//! other bot each call is denied.
//!
//! What is asked for is part of a handler's answer: `Answer::none().order(bot.stop()?)`. What becomes of it later comes to the
//! plugin's `#[on_hosting]` function, as a [`HostingStep`](crate::HostingStep) in the chat where it was asked for.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::hosting as host;
pub use crate::bindings::capabilities::jadi::plugin::hosting::Method;
use crate::bindings::capabilities::jadi::plugin::types::Action;
use crate::clock::Instant;

/// Something that is done when it is returned.
pub struct Order(pub(crate) Action);

/// What comes of a request for a bot.
pub enum Verdict {
    /// Return this, and the pairing begins.
    Granted(Order),
    /// It is not possible.
    Refused(Refusal),
}

/// Asks for a bot of this number, as a person types it, for the event's sender.
///
/// # Errors
///
/// When the host can't look that up now, or has not granted `hosting`.
pub fn request(number: &str, method: Option<Method>) -> Result<Verdict> {
    Ok(match host::request(number, method)? {
        host::Verdict::Granted(action) => Verdict::Granted(Order(action)),
        host::Verdict::Refused(refusal) => Verdict::Refused(Refusal(refusal)),
    })
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

/// Why somebody does not get a bot.
pub struct Refusal(host::Refusal);

impl Refusal {
    /// `not-a-number`, `not-on-whatsapp`, `hosted`, `owns-one`, `asked-already`, `too-often`, `full`, `off` or `method-missing`.
    /// There may be more.
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

    /// Says something to its owner, as the bot.
    ///
    /// # Errors
    ///
    /// As for [`Bot::stop`], and when the text is empty or has more than 4,096 characters.
    pub fn say(&self, text: &str) -> Result<Order> {
        Ok(Order(host::say(&self.0, text)?))
    }
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
}
