//! What can go wrong at the simulator's edge, and what a person can do about it.

use std::path::PathBuf;

use crate::chat::MessageKey;
use crate::event::DeviceIndex;

/// The simulator or one of its accounts could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// The port is taken or may not be used.
    #[error("cannot listen on 127.0.0.1:{port}: {source}; choose another port or 0 for a free one")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file with the server's keys cannot be read or written.
    #[error(
        "cannot use the simulator's key file {path}: {reason}; delete it for a fresh set (bots must then be paired anew)"
    )]
    Keys {
        /// Which file.
        path: PathBuf,
        /// What was wrong with it.
        reason: String,
    },
    /// The media server cannot be started.
    #[error("cannot serve media on 127.0.0.1: {0}")]
    Media(String),
    /// What an earlier run left cannot be read, or this one's state not be written.
    #[error(
        "cannot use {path}: {reason}; delete the file to begin with an empty world (bots must then be paired anew)"
    )]
    World {
        /// Which file.
        path: PathBuf,
        /// What was wrong with it.
        reason: String,
    },
    /// The number is not digits only, or too short or long.
    #[error(
        "`{0}` is not a phone number: give 7 to 15 digits without + or spaces, such as 6280000000101"
    )]
    BadNumber(String),
    /// Another phone has this name or number.
    #[error("there is already a phone with the name or number `{0}`")]
    PhoneTaken(String),
    /// The account has no such companion.
    #[error("this account has no linked device {}", .0.0)]
    NoSuchDevice(DeviceIndex),
    /// A cryptographic step failed, which points at a bug in the simulator.
    #[error("a cryptographic step failed: {0}")]
    Crypto(String),
}

/// A companion could not be paired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PairError {
    /// The text is not a pairing QR code.
    #[error("this is not a WhatsApp pairing QR code: {0}")]
    NotAQr(&'static str),
    /// The QR code belongs to no connection that is waiting to be paired.
    #[error("this QR code has expired or was used; show a fresh one")]
    QrExpired,
    /// Nobody waits for a pairing code on this number.
    #[error("no device waits for a pairing code of this number; ask the device for a new code")]
    NoCodeRequested,
    /// The code is not the one that the device shows.
    #[error("the code is wrong")]
    WrongCode,
    /// The device did not answer in time, or hung up.
    #[error("the device did not finish pairing: {0}")]
    DeviceGone(&'static str),
    /// WhatsApp wants a passkey before it links the device.
    #[error(
        "the device is asked for a passkey, which phones of the simulator have none of; end the fault `passkey` of this number"
    )]
    PasskeyAsked,
    /// The account has as many companions as WhatsApp allows.
    #[error("this account already has {0} linked devices; unlink one first")]
    TooManyDevices(usize),
    /// A cryptographic step failed.
    #[error("a cryptographic step of pairing failed: {0}")]
    Crypto(String),
}

/// A phone could not send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Nobody has this number.
    #[error("{0} is not on WhatsApp")]
    NotOnWhatsApp(String),
    /// There is no such group, or the sender is not in it.
    #[error("not a member of the group {0}")]
    NotInGroup(String),
    /// Only admins may write in this group.
    #[error("only admins may write in the group {0}")]
    AdminsOnly(String),
    /// There is nothing to send.
    #[error("a message needs a text or a file")]
    Empty,
    /// The phone does not know this message.
    #[error("this phone has no message {} in {}", .0.id, .0.chat)]
    NoSuchMessage(MessageKey),
    /// The message is no poll that this phone can vote in.
    #[error("the message {} in {} is no poll that this phone can vote in", .0.id, .0.chat)]
    NoPoll(MessageKey),
    /// The poll has no such option.
    #[error("the poll has no option `{0}`")]
    NoSuchOption(String),
    /// The poll lets a person choose fewer.
    #[error("the poll lets a person choose {0} of its options at most")]
    TooManyOptions(usize),
    /// Only the sender may edit, and only the sender or a group admin may delete.
    #[error("this phone may not change the message {} in {}", .0.id, .0.chat)]
    NotYours(MessageKey),
    /// The phone is offline.
    #[error("the phone is offline; set it online first")]
    Offline,
    /// A cryptographic step failed.
    #[error("encrypting for {device} failed: {reason}")]
    Crypto {
        /// The device it was meant for.
        device: String,
        /// What went wrong.
        reason: String,
    },
    /// The file is larger than the blob store takes, or the store is full.
    #[error("the file cannot be stored: {0}")]
    Media(String),
}

/// A group could not be made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// There is no such group, or the account is not in it.
    #[error("not a member of the group {0}")]
    NotAMember(String),
    /// The change is for admins.
    #[error("only an admin of {0} may do this")]
    NotAnAdmin(String),
    /// Nobody has this number.
    #[error("{0} is not on WhatsApp")]
    NotOnWhatsApp(String),
    /// The picture is larger than the blob store takes.
    #[error("the picture cannot be stored: {0}")]
    Picture(String),
    /// A group needs a name, of at most 100 characters as WhatsApp has it.
    #[error("a group's name has 1 to 100 characters")]
    BadSubject,
}
