//! Whose message it is and in which chat, for each way that WhatsApp addresses one.

use whatsapp_rust::prelude::{MessageBuilderExt, MessageField, wa};
use whatsapp_rust::types::message::MessageSource;
use whatsapp_rust::wacore::chrono::DateTime;

use super::*;

const ALICE: &str = "6280000000101@s.whatsapp.net";
const ALICE_LID: &str = "900000000000101@lid";
const GROUP: &str = "120363000000000001@g.us";

fn info(chat: &str, sender: &str, alt: Option<&str>) -> MessageInfo {
    MessageInfo {
        source: MessageSource {
            chat: chat.parse().expect("chat"),
            sender: sender.parse().expect("sender"),
            sender_alt: alt.map(|alt| alt.parse().expect("alt")),
            is_group: chat == GROUP,
            ..Default::default()
        },
        id: "ABC".to_owned(),
        push_name: "Alice".to_owned(),
        timestamp: DateTime::from_timestamp(1_700_000_000, 0).expect("time"),
        ..Default::default()
    }
}

fn told(info: &MessageInfo) -> Option<Event> {
    let book = NumberBook::default();
    event(read(&wa::Message::text("!ping"), &book), info, &book)
}

fn read(message: &wa::Message, book: &NumberBook) -> Content {
    content::read(message, book).expect("content")
}

#[test]
fn a_direct_chat_is_the_other_persons_number_either_way() {
    for (chat, sender, alt) in [
        (ALICE, "6280000000101:7@s.whatsapp.net", ALICE_LID),
        (ALICE_LID, "900000000000101:7@lid", ALICE),
    ] {
        let event = told(&info(chat, sender, Some(alt))).expect("an event");
        assert_eq!(event.chat.jid.as_str(), ALICE);
        assert_eq!(event.chat.kind, ChatKind::Private);
        assert_eq!(event.sender.jid.as_str(), ALICE);
        assert_eq!(
            event.sender.lid.as_ref().map(|lid| lid.as_str()),
            Some(ALICE_LID)
        );
        assert_eq!(event.sender.name, "Alice");
        assert_eq!(event.key.chat, event.chat.jid);
        assert_eq!(event.at, 1_700_000_000_000);
    }
}

#[test]
fn a_group_message_is_by_the_number_behind_the_lid() {
    let event = told(&info(GROUP, "900000000000101:7@lid", Some(ALICE))).expect("an event");
    assert_eq!(event.chat.jid.as_str(), GROUP);
    assert_eq!(event.chat.kind, ChatKind::Group);
    assert_eq!(event.key.sender.as_str(), ALICE);
}

#[test]
fn what_the_account_wrote_on_its_phone_is_in_the_other_persons_chat() {
    let mut info = info(ALICE_LID, "900000000000900@lid", None);
    info.source.is_from_me = true;
    info.source.sender_alt = Some("6280000000900@s.whatsapp.net".parse().expect("own"));
    info.source.recipient_alt = Some(ALICE.parse().expect("alice"));
    let event = told(&info).expect("an event");
    assert_eq!(event.chat.jid.as_str(), ALICE);
    assert_eq!(event.sender.jid.as_str(), "6280000000900@s.whatsapp.net");
    assert!(matches!(event.kind, EventKind::Message(message) if message.from_me));
}

#[test]
fn status_posts_newsletters_and_own_devices_are_no_events() {
    assert_eq!(told(&info("status@broadcast", ALICE, None)), None);
    assert_eq!(
        told(&info("120363000000000009@newsletter", ALICE, None)),
        None
    );
    let mut peer = info(ALICE, ALICE, None);
    peer.category = MessageCategory::Peer;
    assert_eq!(told(&peer), None);
}

#[test]
fn a_deleted_message_names_who_deleted_and_who_wrote() {
    let revoke = |participant: Option<&str>| wa::Message {
        protocol_message: MessageField::some(wa::message::ProtocolMessage {
            r#type: Some(whatsapp_rust::waproto::whatsapp::message::protocol_message::Type::REVOKE),
            key: MessageField::some(wa::MessageKey {
                id: Some("OLD".to_owned()),
                from_me: Some(participant.is_none()),
                participant: participant.map(str::to_owned),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut book = NumberBook::default();
    book.learn("900000000000102", "6280000000102");
    let info = info(GROUP, ALICE_LID, Some(ALICE));
    for (participant, wrote) in [
        (None, ALICE),
        (Some("900000000000102@lid"), "6280000000102@s.whatsapp.net"),
    ] {
        let revoked = read(&revoke(participant), &book);
        let event = event(revoked, &info, &book).expect("an event");
        assert_eq!(event.sender.jid.as_str(), ALICE);
        let EventKind::MessageDelete { target, author } = event.kind else {
            panic!("a deletion: {:?}", event.kind);
        };
        assert_eq!(target.as_str(), "OLD");
        assert_eq!(author.jid.as_str(), wrote);
    }
}
