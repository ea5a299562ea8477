//! Identifiers, parsed at the edge so that the inside can trust them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not the identifier it should be.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum IdError {
    /// A bot id is 32 lower-case hexadecimal digits.
    #[error("a bot id is 32 hexadecimal digits")]
    BotId,
    /// A JID is `user@server`.
    #[error("a JID has the form user@server")]
    Jid,
    /// A message id is 1 to 128 printable ASCII characters.
    #[error("a message id is 1 to 128 printable ASCII characters")]
    MessageId,
    /// A digest is 64 hexadecimal digits.
    #[error("a digest is 64 hexadecimal digits")]
    Digest,
}

/// A bot's identity: opaque and random, never the phone number, so that a log line or a path does not leak one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BotId([u8; 16]);

impl BotId {
    /// Makes an id of 16 random bytes; the caller brings the randomness.
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for BotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for BotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for BotId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| IdError::BotId)?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for BotId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BotId> for String {
    fn from(id: BotId) -> Self {
        id.to_string()
    }
}

/// What kind of address a [`Jid`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JidKind {
    /// A person by phone number, `…@s.whatsapp.net`.
    Number,
    /// A person by linked identity, `…@lid`.
    Lid,
    /// A group, `…@g.us`.
    Group,
    /// Status, broadcast lists, newsletters and what else is not a chat that a bot answers in.
    Other,
}

/// A WhatsApp address without device suffix, such as `6280000000101@s.whatsapp.net` (an example number).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jid(String);

impl Jid {
    /// The address of the account with this phone number.
    pub fn of_number(number: &PhoneNumber) -> Self {
        Self(format!("{}@s.whatsapp.net", number.digits()))
    }

    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`.
    pub fn user(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }

    /// What kind of address it is, by its server part.
    pub fn kind(&self) -> JidKind {
        match self.0.rsplit('@').next() {
            Some("s.whatsapp.net") => JidKind::Number,
            Some("lid") => JidKind::Lid,
            Some("g.us") => JidKind::Group,
            _ => JidKind::Other,
        }
    }

    /// The phone number, when the address is one by number.
    pub fn number(&self) -> Option<PhoneNumber> {
        match self.kind() {
            JidKind::Number => self.user().parse().ok(),
            _ => None,
        }
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Masked, since debug output ends in logs.
impl fmt::Debug for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = self.0.rsplit('@').next().unwrap_or_default();
        write!(f, "Jid({}@{server})", mask(self.user()))
    }
}

impl FromStr for Jid {
    type Err = IdError;

    /// Parses `user@server`; a device suffix (`user:7@server`) or agent (`user_1@server`) is dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (user, server) = text.split_once('@').ok_or(IdError::Jid)?;
        let user = user.split([':', '_']).next().unwrap_or_default();
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        };
        if text.len() > 128 || !plain(user) || !plain(server) {
            return Err(IdError::Jid);
        }
        Ok(Self(format!("{user}@{server}")))
    }
}

impl TryFrom<String> for Jid {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Jid> for String {
    fn from(jid: Jid) -> Self {
        jid.0
    }
}

/// A message's id, unique within its chat and sender only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(String);

impl MessageId {
    /// A new id for a message of ours: `3EB0` and 18 random hexadecimal digits, as WhatsApp Web makes them.
    pub fn from_random(bytes: [u8; 9]) -> Self {
        Self(format!("3EB0{}", hex::encode_upper(bytes)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for MessageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() || text.len() > 128 || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(IdError::MessageId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for MessageId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.0
    }
}

/// Why a text is not a phone number, told so that a person can mend it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PhoneNumberError {
    /// Nothing was given.
    #[error("no phone number given")]
    Missing,
    /// A character that no phone number has.
    #[error(
        "a phone number has digits only, with or without +, spaces and dashes; {0:?} is not part of one"
    )]
    Character(char),
    /// Not 7 to 15 digits, or a leading zero where the country code belongs.
    #[error(
        "write the number with its country code, 7 to 15 digits and no leading zero, such as 62 800 0000 0101"
    )]
    Shape,
}

/// A phone number in E.164 form, kept as digits without the `+`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// The digits, country code first, no `+`.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// First and last three digits with the rest hidden, for lists and logs.
    pub fn masked(&self) -> String {
        mask(&self.0)
    }
}

/// Masked, since debug output ends in logs.
impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber({})", self.masked())
    }
}

impl FromStr for PhoneNumber {
    type Err = PhoneNumberError;

    /// Parses what a person types: an optional `+`, digits, and spaces, dashes, dots or parentheses between them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PhoneNumberError::Missing);
        }
        let mut digits = String::new();
        for c in text.strip_prefix('+').unwrap_or(text).chars() {
            match c {
                '0'..='9' => digits.push(c),
                ' ' | '-' | '.' | '(' | ')' | '\u{a0}' => {}
                other => return Err(PhoneNumberError::Character(other)),
            }
        }
        if !(7..=15).contains(&digits.len()) || digits.starts_with('0') {
            return Err(PhoneNumberError::Shape);
        }
        Ok(Self(digits))
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneNumberError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

/// Keeps the first and last three characters of what is long enough to hide something between them.
fn mask(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    match (chars.first_chunk::<3>(), chars.last_chunk::<3>()) {
        (Some(first), Some(last)) if chars.len() > 8 => {
            let hidden = "*".repeat(chars.len() - 6);
            format!(
                "{}{hidden}{}",
                first.iter().collect::<String>(),
                last.iter().collect::<String>()
            )
        }
        _ => "*".repeat(chars.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for text in ["6280000000101", "+62 800-0000-0101", " 62 (800) 0000.0101 "] {
            assert_eq!(
                text.parse::<PhoneNumber>().expect(text).digits(),
                "6280000000101"
            );
        }
    }

    #[test]
    fn a_wrong_number_is_told_apart() {
        use PhoneNumberError::{Character, Missing, Shape};
        let cases = [
            ("", Missing),
            ("  ", Missing),
            ("62800x", Character('x')),
            ("080000000101", Shape),
            ("628", Shape),
            ("6280000000101234", Shape),
            ("+", Shape),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<PhoneNumber>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_jid_loses_its_device_and_keeps_its_kind() {
        let jid: Jid = "6280000000101:7@s.whatsapp.net".parse().expect("jid");
        assert_eq!(jid.as_str(), "6280000000101@s.whatsapp.net");
        assert_eq!(jid.kind(), JidKind::Number);
        assert_eq!(jid.number().expect("number").digits(), "6280000000101");
        for bad in ["", "x", "@lid", "a@", "a b@lid", "../x@g.us"] {
            assert_eq!(bad.parse::<Jid>(), Err(IdError::Jid), "{bad:?}");
        }
    }

    #[test]
    fn debug_output_hides_the_number() {
        let jid: Jid = "6280000000101@s.whatsapp.net".parse().expect("jid");
        assert_eq!(format!("{jid:?}"), "Jid(628*******101@s.whatsapp.net)");
        assert_eq!(
            format!("{:?}", jid.number().expect("number")),
            "PhoneNumber(628*******101)"
        );
    }
}
