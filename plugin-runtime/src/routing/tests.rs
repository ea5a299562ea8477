//! Events that the tests share.

use jadi_model::{Chat, ChatKind, Event, EventKey, EventKind, Jid, Message, Person};

const ALICE: &str = "6280000000101@s.whatsapp.net";

fn message(chat: &str, kind: ChatKind, text: &str) -> Event {
    let jid = |text: &str| text.parse::<Jid>().expect("a JID");
    Event {
        key: EventKey {
            chat: jid(chat),
            sender: jid(ALICE),
            id: "A1".parse().expect("an id"),
        },
        at: 0,
        chat: Chat {
            jid: jid(chat),
            kind,
        },
        sender: Person {
            jid: jid(ALICE),
            lid: None,
            name: "Alice".to_owned(),
        },
        kind: EventKind::Message(Message {
            text: text.to_owned(),
            ..Message::default()
        }),
    }
}

pub(super) fn private_message(text: &str) -> Event {
    message(ALICE, ChatKind::Private, text)
}

pub(super) fn group_message(text: &str) -> Event {
    message("120363000000000001@g.us", ChatKind::Group, text)
}
