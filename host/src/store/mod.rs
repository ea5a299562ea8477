//! The only room that knows SQL: registry, data contexts, inbox and outbox, encryption at rest.
//!
//! The rest of the host sees traits: [`Registry`], the table of all bots, [`Ownership`], whose host and bots are, [`Seats`], which of
//! them answers in a group, [`Credentials`], who may use their pages, [`Audit`], who did what, [`Shelf`], the installed plugins, and
//! [`DataContext`], the data of one bot. A context is made from one bot's id and has no way to another; there is no function that takes two. [`Store`] brings
//! them together with the keys. The embedded implementation is one SQLCipher file for the registry and one per bot, so that
//! deleting a bot deletes a directory and a slow bot blocks no other. `conformance` holds what every implementation has to
//! do.
//!
//! A data directory:
//!
//! ```text
//! master.key            the key of keys, unless it is in JADI_MASTER_KEY
//! master.id             what tells that key from another
//! *.next                a new master key, and the registry under it, on their way
//! host.lock             held by the running host
//! registry.db           all bots, and their keys wrapped by the master key; installed plugins
//! plugins/<digest>.wasm the installed plugins' component files
//! bots/<id>/context.db  a bot's data
//! bots/<id>/session.db  its WhatsApp session, which the WhatsApp room keeps
//! ```

mod audit;
mod bounds;
#[cfg(test)]
pub(crate) mod conformance;
mod context;
mod credentials;
mod error;
mod home;
mod invites;
mod key_file;
mod keys;
mod latency;
mod ownership;
mod plans;
mod plugin_records;
mod portable;
mod registry;
mod rotation;
mod seats;
mod shelf;
mod sqlite;
mod usage;
mod webhooks;

pub use audit::{Actor, Audit, Deed};
pub use bounds::{Bound, KeptBounds, KeptKey, RecordBounds};
pub use context::{
    Accepted, Acquaintances, Arrival, Attempt, BotData, ContextChange, DataContext, Handled, Inbox,
    KV_KEY_BYTES, KvBounds, KvChange, Leaving, Outbox, PluginKv, PluginSettings, Released, Row,
    Schedule, ScheduleChange, SettingChange, Settings, SettingsChange, Surroundings, Totals,
    Unhandled, Unsent, Versioned, Waiting,
};
pub use credentials::{ApiToken, Credentials, NewSecret, PageSession, SecretDigest};
pub use error::{Source, StoreError};
pub use home::{SessionPlace, Store, StoreOptions};
pub use invites::{Invite, Invites};
pub use keys::{MasterKey, SecretKey};
pub use latency::DayLatency;
pub use ownership::{Offer, Ownership};
pub use plans::{PlanNote, Plans};
pub use plugin_records::{
    BreakerChange, Kept, LimitValues, NewFailure, Page, PluginRecords, Wanted,
};
pub use portable::{Piece, Portable};
pub use registry::{RecordChange, Registry};
pub use rotation::NEW_KEY;
pub use seats::{Seat, Seats};
pub use shelf::{Installer, PluginRecord, PluginVersion, Shelf};
pub use usage::{Day, DayUsage, Usage};
pub use webhooks::{
    DeadLetter, Delivery, DeliveryError, DueDeliveries, NewDelivery, NewWebhook, Tried,
    WEBHOOKS_PER_BOT, Webhook, WebhookSecret, Webhooks,
};
