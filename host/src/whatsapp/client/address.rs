//! One address per person.
//!
//! WhatsApp names a person twice: by phone number (`…@s.whatsapp.net`) and by linked identity (`…@lid`). Groups deliver
//! `sender = …@lid` with the number beside it in `sender_alt`; direct chats may have it the other way round; mentions and
//! quotes carry one of the two only. Everything is folded here to the number when it is known and to the LID otherwise, so
//! that one person's data is kept in one place.

use std::collections::HashMap;

use whatsapp_rust::prelude::{Client, Jid as WireJid, MessageExt, wa};
use whatsapp_rust::types::message::MessageInfo;

use super::content;
use crate::model::{Jid, Person};

/// A folded address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The one address that data is kept under.
    pub(super) jid: Jid,
    /// The linked identity, when known and not `jid` itself.
    pub(super) lid: Option<Jid>,
}

impl Address {
    pub(super) fn person(self, name: &str) -> Person {
        Person {
            jid: self.jid,
            lid: self.lid,
            name: name.to_owned(),
        }
    }
}

/// Numbers of the linked identities that one event mentions, looked up before it is mapped so that mapping is pure.
#[derive(Debug, Default, Clone)]
pub(super) struct NumberBook {
    numbers: HashMap<String, String>,
}

impl NumberBook {
    /// Looks up the numbers of these linked identities among those that the client has learned.
    pub(super) async fn look_up(
        client: &Client,
        people: impl IntoIterator<Item = WireJid>,
    ) -> NumberBook {
        let mut book = NumberBook::default();
        for person in people {
            if !person.server.is_lid_family() || book.numbers.contains_key(person.user.as_str()) {
                continue;
            }
            match client.get_lid_pn_entry(&person.to_non_ad()).await {
                Ok(Some(entry)) => book.learn(&entry.lid, &entry.phone_number),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "a linked identity could not be looked up"),
            }
        }
        book
    }

    /// Notes that this linked identity has this number, both without server part.
    pub(super) fn learn(&mut self, lid: &str, number: &str) {
        self.numbers.insert(lid.to_owned(), number.to_owned());
    }

    /// Folds a person's address and, when the stanza gave it, their other one.
    pub(super) fn fold(&self, primary: &WireJid, other: Option<&WireJid>) -> Option<Address> {
        let both = || std::iter::once(primary).chain(other);
        let lid = both()
            .find(|jid| jid.server.is_lid_family())
            .and_then(|jid| parse(jid.user_base(), "lid"));
        let number = both()
            .find(|jid| jid.server.is_pn_family())
            .and_then(|jid| parse(jid.user_base(), "s.whatsapp.net"))
            .or_else(|| {
                let number = self.numbers.get(lid.as_ref()?.user())?;
                parse(number, "s.whatsapp.net")
            });
        match (number, lid) {
            (Some(jid), lid) => Some(Address { jid, lid }),
            (None, Some(jid)) => Some(Address { jid, lid: None }),
            (None, None) => None,
        }
    }

    /// Folds an address that came as text.
    pub(super) fn fold_text(&self, text: &str) -> Option<Address> {
        self.fold(&text.parse().ok()?, None)
    }
}

/// A group's or other chat's address as the model has it.
pub(super) fn plain(jid: &WireJid) -> Option<Jid> {
    parse(&jid.user, jid.server.as_str())
}

/// The model's address as the client takes it.
pub(super) fn wire(jid: &Jid) -> Option<WireJid> {
    jid.as_str().parse().ok()
}

fn parse(user: &str, server: &str) -> Option<Jid> {
    format!("{user}@{server}").parse().ok()
}

/// Everybody whom a message names by linked identity.
pub(super) fn named_in(info: &MessageInfo, message: &wa::Message) -> Vec<WireJid> {
    let source = &info.source;
    let mut named = vec![source.chat.clone(), source.sender.clone()];
    let base = message.get_base_message();
    let context = content::context(base);
    let texts = context
        .into_iter()
        .flat_map(|context| context.mentioned_jid.iter().chain(&context.participant))
        .chain(content::target(base).and_then(|key| key.participant.as_ref()));
    named.extend(texts.filter_map(|text| text.parse::<WireJid>().ok()));
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jid(text: &str) -> WireJid {
        text.parse().expect("an address")
    }

    fn folded(book: &NumberBook, primary: &str, other: Option<&str>) -> (String, Option<String>) {
        let other = other.map(jid);
        let address = book.fold(&jid(primary), other.as_ref()).expect("a person");
        (
            address.jid.to_string(),
            address.lid.map(|lid| lid.to_string()),
        )
    }

    #[test]
    fn number_and_lid_are_one_person_whichever_comes_first() {
        let one = (
            "6280000000101@s.whatsapp.net".to_owned(),
            Some("900000000000101@lid".to_owned()),
        );
        let book = NumberBook::default();
        assert_eq!(
            folded(
                &book,
                "900000000000101:7@lid",
                Some("6280000000101:7@s.whatsapp.net")
            ),
            one
        );
        assert_eq!(
            folded(
                &book,
                "6280000000101:7@s.whatsapp.net",
                Some("900000000000101@lid")
            ),
            one
        );
        let mut book = book;
        book.learn("900000000000101", "6280000000101");
        assert_eq!(folded(&book, "900000000000101:3@lid", None), one);
    }

    #[test]
    fn a_lid_without_a_known_number_stands_for_itself() {
        let book = NumberBook::default();
        assert_eq!(
            folded(&book, "900000000000101:3@lid", None),
            ("900000000000101@lid".to_owned(), None)
        );
    }

    #[test]
    fn a_hosted_account_folds_to_its_number() {
        let book = NumberBook::default();
        assert_eq!(
            folded(&book, "6280000000101:99@hosted", None).0,
            "6280000000101@s.whatsapp.net"
        );
    }

    #[test]
    fn a_group_is_nobody() {
        let book = NumberBook::default();
        assert_eq!(book.fold(&jid("120363000000000001@g.us"), None), None);
        assert_eq!(
            plain(&jid("120363000000000001@g.us"))
                .expect("a group")
                .as_str(),
            "120363000000000001@g.us"
        );
    }
}
