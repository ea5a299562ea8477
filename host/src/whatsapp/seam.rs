//! The session seam: what the host asks of a WhatsApp client, and what it is told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretBox;

use crate::clock::Millis;
use crate::meter::Meter;
use crate::model::{
    BotId, Event, GroupInfo, Jid, MessageId, Outgoing, PersonChanged, PhoneNumber, Poll, Progress,
};

/// Makes running sessions.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Opens the session's store and starts its client. What happens next is told to `inbound`.
    ///
    /// # Errors
    ///
    /// When the store can't be opened (wrong key, corrupt file, full disk). A network failure is not an error here: it is
    /// told as a state.
    async fn start(
        &self,
        spec: SessionSpec,
        inbound: Arc<dyn Inbound>,
    ) -> Result<Arc<dyn Session>, SessionError>;
}

/// What a session is started from.
pub struct SessionSpec {
    /// Whose it is; for log lines only.
    pub bot: BotId,
    /// The session's encrypted store; made when absent.
    pub store: PathBuf,
    /// The store's key, 32 bytes.
    pub key: SecretBox<[u8; 32]>,
    /// How to pair when the store holds no credentials yet.
    pub pairing: PairingMethod,
    /// What its client's work is charged to.
    pub meter: Meter,
}

/// How a number becomes a linked device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PairingMethod {
    /// The phone scans a QR code.
    Qr,
    /// The phone's owner types an eight-character code.
    Code {
        /// The account's number, which the code is made for.
        number: PhoneNumber,
    },
}

/// A running client of one account. Dropping it does not stop it; [`Session::shutdown`] does.
#[async_trait]
pub trait Session: Send + Sync + 'static {
    /// Carries out one action and waits until the server has acknowledged it.
    ///
    /// # Errors
    ///
    /// [`SendError`] says whether trying again with the same id makes sense.
    async fn send(&self, outgoing: &Outgoing) -> Result<(), SendError>;

    /// Carries out an action that changes a group's people, and says what has become of each. The same change again does no harm, so that it
    /// may be repeated after a crash.
    ///
    /// # Errors
    ///
    /// [`SendError::Unavailable`] when it is not known whether it was done: try again.
    async fn change_people(&self, outgoing: &Outgoing) -> Result<Vec<PersonChanged>, SendError>;

    /// Shows an early effect. Best effort: nothing is kept when it fails.
    ///
    /// # Errors
    ///
    /// As for [`Session::send`].
    async fn progress(&self, progress: &Progress) -> Result<(), SendError>;

    /// A group's subject and people, from the client's cache or the server.
    ///
    /// # Errors
    ///
    /// As for [`Session::send`]; [`SendError::Refused`] when the account is not in the group.
    async fn group_info(&self, group: &Jid) -> Result<GroupInfo, SendError>;

    /// Downloads and decrypts a file by the handle that came in its message, at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`DownloadError`] says why it is not there.
    async fn download(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, DownloadError>;

    /// Fetches the profile picture of somebody or of a group, at most `limit` bytes; none when there is none or it is not shown to the
    /// account.
    ///
    /// # Errors
    ///
    /// As for [`Session::download`].
    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, DownloadError>;

    /// The code of a group's invitation link; none when the account may not see it.
    ///
    /// # Errors
    ///
    /// [`SendError::Unavailable`] when the server can't be asked.
    async fn invite_code(&self, group: &Jid) -> Result<Option<String>, SendError>;

    /// Whether anybody has this number on WhatsApp.
    ///
    /// # Errors
    ///
    /// As for [`Session::send`].
    async fn is_on_whatsapp(&self, number: &PhoneNumber) -> Result<bool, SendError>;

    /// What has gone over its connections since it was started.
    fn traffic(&self) -> Traffic;

    /// Gives the disk back what is free in the session's store, while the client goes on. Best effort: what can't be had now is had next
    /// time.
    async fn give_back(&self);

    /// Unlinks the device at WhatsApp. The store's files stay: whoever asked deletes them.
    ///
    /// # Errors
    ///
    /// As for [`Session::send`]; the caller deletes the session all the same.
    async fn log_out(&self) -> Result<(), SendError>;

    /// Flushes and stops the client within a few seconds. Idempotent.
    async fn shutdown(&self);
}

/// Bytes on the wire, without those of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// To WhatsApp.
    pub sent: u64,
    /// From WhatsApp.
    pub received: u64,
}

/// Where a session tells what comes in.
#[async_trait]
pub trait Inbound: Send + Sync + 'static {
    /// Keeps these events durably, in order, each key once. Called *before* the client acknowledges them to WhatsApp.
    ///
    /// # Errors
    ///
    /// An error means "not kept": WhatsApp delivers them again later.
    async fn commit(&self, events: Vec<Event>) -> Result<(), CommitError>;

    /// The poll that the account has sent in this message, while it is remembered: what opens votes in it.
    ///
    /// # Errors
    ///
    /// An error means "not known now": WhatsApp delivers the vote again later.
    async fn poll(&self, _chat: &Jid, _id: &MessageId) -> Result<Option<Poll>, CommitError> {
        Ok(None)
    }

    /// The session's state has changed. Called in order; must return quickly.
    async fn state(&self, state: SessionState);

    /// Something in a group has changed that is no event: who is an admin, its name or description. What was remembered of
    /// it is outdated.
    async fn group_changed(&self, _group: Jid) {}
}

/// The events could not be kept; they will come again.
#[derive(Debug, thiserror::Error)]
#[error("the events could not be kept and will be delivered again: {0}")]
pub struct CommitError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What a session is doing, as its client tells it.
#[derive(Clone, PartialEq, Eq)]
pub enum SessionState {
    /// Waits for the phone to scan this.
    Qr {
        /// The text that the QR code shows.
        code: String,
        /// How long it is valid from now.
        valid_for: Duration,
    },
    /// Waits for this code to be typed on the phone.
    Code {
        /// Eight characters, without the dash.
        code: String,
        /// How long it is valid from now.
        valid_for: Duration,
    },
    /// WhatsApp wants a passkey confirmed on the phone before it links the device.
    PasskeyNeeded,
    /// All codes were used up or have expired.
    PairingExpired,
    /// The phone has linked the device; the client will connect again by itself.
    Paired {
        /// The account's address.
        jid: Jid,
        /// Its linked identity, when told.
        lid: Option<Jid>,
    },
    /// Connected, logged in and in step.
    Open {
        /// The account's address.
        jid: Jid,
        /// Its linked identity, when known.
        lid: Option<Jid>,
    },
    /// Not connected any more.
    Closed {
        /// Why.
        cause: DisconnectCause,
        /// Whether the client tries again by itself.
        retrying: bool,
    },
}

/// Without the codes: they are as good as a password while they last.
impl std::fmt::Debug for SessionState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Qr { valid_for, .. } => write!(f, "Qr(valid_for: {valid_for:?})"),
            Self::Code { valid_for, .. } => write!(f, "Code(valid_for: {valid_for:?})"),
            Self::PasskeyNeeded => f.write_str("PasskeyNeeded"),
            Self::PairingExpired => f.write_str("PairingExpired"),
            Self::Paired { jid, .. } => write!(f, "Paired({jid:?})"),
            Self::Open { jid, .. } => write!(f, "Open({jid:?})"),
            Self::Closed { cause, retrying } => {
                write!(f, "Closed({cause:?}, retrying: {retrying})")
            }
        }
    }
}

/// Why a session is not connected.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "cause", rename_all = "kebab-case")]
pub enum DisconnectCause {
    /// The socket broke, could not be opened, or went silent.
    Network,
    /// The server said so with a stream error or failure code, such as 503.
    Server {
        /// WhatsApp's code.
        code: u16,
    },
    /// The same device connected elsewhere; fighting for it would flap.
    StreamReplaced,
    /// The device was removed on the phone, or the account is gone.
    LoggedOut,
    /// WhatsApp has banned the account for a while.
    TemporaryBan {
        /// When it ends, when told.
        until: Option<Millis>,
    },
    /// WhatsApp refuses this client version.
    ClientOutdated,
}

/// Why a session could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The store is there but its key does not open it.
    #[error("the session store can't be opened with this key; is it the right master key?")]
    WrongKey,
    /// The store is damaged: it stays so until somebody mends it.
    #[error("the session store is damaged: {0}")]
    Damaged(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store can't be read or written now.
    #[error("the session store can't be used: {0}")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The client can't be built.
    #[error("the WhatsApp client can't be started: {0}")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why an action was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Not connected, or no answer in time: try again with the same id.
    #[error("not connected to WhatsApp, or no answer in time")]
    Unavailable,
    /// WhatsApp refuses it: trying again does not help.
    #[error("WhatsApp refused: {0}")]
    Refused(String),
}

/// Why a file is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// WhatsApp does not keep it any more, or its handle is broken.
    #[error("WhatsApp does not keep this file any more")]
    Gone,
    /// It has more bytes than were allowed.
    #[error("the file is larger than was allowed")]
    TooLarge,
    /// Not connected, or no answer in time.
    #[error("the file can't be fetched now")]
    Unavailable,
}
