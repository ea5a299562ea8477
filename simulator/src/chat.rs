//! Where a message belongs: a chat, and a message in it.
//!
//! People are named by phone number (digits, no `+`) in this crate's API. On the wire an account has a second name, the
//! LID; the server and the phones fold it back, so that one person is never two.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A chat: with one person, or a group.
///
/// Its text form (also in JSON) is the JID: `6280000000101@s.whatsapp.net` or `120363000000000001@g.us`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChatId {
    /// The chat with the account of this phone number (digits only).
    Direct(String),
    /// The group with this JID, server part included.
    Group(String),
}

impl ChatId {
    /// The chat with the account of `number` (digits only).
    pub fn direct(number: impl Into<String>) -> Self {
        Self::Direct(number.into())
    }

    /// The group with the JID `jid`.
    pub fn group(jid: impl Into<String>) -> Self {
        Self::Group(jid.into())
    }
}

impl fmt::Display for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct(number) => write!(f, "{number}@s.whatsapp.net"),
            Self::Group(jid) => f.write_str(jid),
        }
    }
}

/// The text is not the JID of a person or a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no chat: expected `<digits>@s.whatsapp.net`, `<digits>` or `<id>@g.us`")]
pub struct NotAChat(pub String);

impl FromStr for ChatId {
    type Err = NotAChat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (user, server) = text.split_once('@').unwrap_or((text, "s.whatsapp.net"));
        let digits = !user.is_empty() && user.bytes().all(|b| b.is_ascii_digit());
        match server {
            "s.whatsapp.net" if digits => Ok(Self::Direct(user.to_owned())),
            "g.us" if !user.is_empty() => Ok(Self::Group(text.to_owned())),
            _ => Err(NotAChat(text.to_owned())),
        }
    }
}

impl Serialize for ChatId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChatId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Names one message as a person sees it: WhatsApp shows one (chat, sender, id) once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MessageKey {
    /// The chat it stands in, as the phone that holds the key sees it.
    pub chat: ChatId,
    /// Phone number of the account that sent it.
    pub sender: String,
    /// The sender's id for it (hex digits).
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_reads_back_as_it_was_written() {
        for chat in [
            ChatId::direct("6280000000101"),
            ChatId::group("120363000000000001@g.us"),
        ] {
            assert_eq!(chat.to_string().parse(), Ok(chat.clone()));
            let json = serde_json::to_string(&chat).unwrap();
            assert_eq!(serde_json::from_str::<ChatId>(&json).unwrap(), chat);
        }
        assert_eq!("6280000000101".parse(), Ok(ChatId::direct("6280000000101")));
    }

    #[test]
    fn what_names_no_chat_is_refused() {
        for text in [
            "",
            "@s.whatsapp.net",
            "alice@s.whatsapp.net",
            "1@lid",
            "@g.us",
        ] {
            assert_eq!(text.parse::<ChatId>(), Err(NotAChat(text.to_owned())));
        }
    }
}
