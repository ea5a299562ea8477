//! What phones send, as protobuf values, and what the model makes of it.

use whatsapp_rust::prelude::{MessageBuilderExt, MessageField, wa};

use super::*;
use crate::model::MediaKind;

fn read_plain(message: &wa::Message) -> Option<Content> {
    read(message, &NumberBook::default())
}

fn message(message: &wa::Message) -> Message {
    match read_plain(message) {
        Some(Content::Message(message)) => message,
        other => panic!("a message: {other:?}"),
    }
}

fn wrapped(inner: wa::Message) -> MessageField<wa::message::FutureProofMessage> {
    MessageField::some(wa::message::FutureProofMessage {
        message: MessageField::some(inner),
    })
}

fn image(caption: Option<&str>) -> wa::message::ImageMessage {
    wa::message::ImageMessage {
        mimetype: Some("image/jpeg".to_owned()),
        caption: caption.map(str::to_owned),
        direct_path: Some("/v/picture".to_owned()),
        media_key: Some(vec![1; 32]),
        file_sha256: Some(vec![2; 32]),
        file_enc_sha256: Some(vec![3; 32]),
        file_length: Some(2048),
        ..Default::default()
    }
}

fn with_image(image: wa::message::ImageMessage) -> wa::Message {
    wa::Message {
        image_message: MessageField::some(image),
        ..Default::default()
    }
}

fn protocol(kind: Protocol, key: wa::MessageKey, edited: Option<wa::Message>) -> wa::Message {
    wa::Message {
        protocol_message: MessageField::some(wa::message::ProtocolMessage {
            r#type: Some(kind),
            key: MessageField::some(key),
            edited_message: edited.map_or_else(MessageField::none, MessageField::some),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn key(id: &str, from_me: bool, participant: Option<&str>) -> wa::MessageKey {
    wa::MessageKey {
        id: Some(id.to_owned()),
        from_me: Some(from_me),
        participant: participant.map(str::to_owned),
        ..Default::default()
    }
}

#[test]
fn text_is_text_in_either_form() {
    assert_eq!(message(&wa::Message::text("!ping")).text, "!ping");
    let extended = wa::Message::text_with_context("!ping", wa::ContextInfo::default());
    assert_eq!(message(&extended).text, "!ping");
}

#[test]
fn a_picture_has_its_caption_and_what_is_needed_to_fetch_it() {
    let read = message(&with_image(image(Some("look"))));
    assert_eq!(read.text, "look");
    let media = read.media.expect("a file");
    assert_eq!(media.kind, MediaKind::Image);
    assert_eq!(media.mime, "image/jpeg");
    assert_eq!(media.bytes, 2048);
    assert!(!read.view_once);
}

#[test]
fn a_document_with_caption_is_unwrapped() {
    let document = wa::message::DocumentMessage {
        file_name: Some("notes.txt".to_owned()),
        caption: Some("for you".to_owned()),
        direct_path: Some("/v/document".to_owned()),
        media_key: Some(vec![1; 32]),
        file_sha256: Some(vec![2; 32]),
        file_enc_sha256: Some(vec![3; 32]),
        ..Default::default()
    };
    let sent = wa::Message {
        document_with_caption_message: wrapped(wa::Message {
            document_message: MessageField::some(document),
            ..Default::default()
        }),
        ..Default::default()
    };
    let read = message(&sent);
    assert_eq!(read.text, "for you");
    let name = read.media.expect("a file").file_name;
    assert_eq!(name.as_deref(), Some("notes.txt"));
}

#[test]
fn view_once_is_seen_in_its_wrappers_and_in_the_flag() {
    let in_wrapper = wa::Message {
        view_once_message_v2: wrapped(with_image(image(None))),
        ..Default::default()
    };
    assert!(message(&in_wrapper).view_once);
    let flagged = with_image(wa::message::ImageMessage {
        view_once: Some(true),
        ..image(None)
    });
    assert!(message(&flagged).view_once);
}

#[test]
fn wrappers_of_disappearing_chats_and_own_devices_are_taken_off() {
    let disappearing = wa::Message {
        ephemeral_message: wrapped(wa::Message::text("gone tomorrow")),
        ..Default::default()
    };
    assert_eq!(message(&disappearing).text, "gone tomorrow");
    let from_own_phone = wa::Message {
        device_sent_message: MessageField::some(wa::message::DeviceSentMessage {
            message: MessageField::some(disappearing),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(message(&from_own_phone).text, "gone tomorrow");
}

#[test]
fn quote_and_mentions_are_folded_to_numbers() {
    let context = wa::ContextInfo {
        stanza_id: Some("QUOTED".to_owned()),
        participant: Some("900000000000101@lid".to_owned()),
        quoted_message: MessageField::some(wa::Message::text("first")),
        mentioned_jid: vec![
            "900000000000102@lid".to_owned(),
            "6280000000103@s.whatsapp.net".to_owned(),
            "not an address".to_owned(),
        ],
        ..Default::default()
    };
    let mut book = NumberBook::default();
    book.learn("900000000000101", "6280000000101");
    let sent = wa::Message::text_with_context("second", context);
    let Some(Content::Message(read)) = read(&sent, &book) else {
        panic!("a message");
    };
    let mentions: Vec<&str> = read.mentions.iter().map(|jid| jid.as_str()).collect();
    assert_eq!(
        mentions,
        ["900000000000102@lid", "6280000000103@s.whatsapp.net"]
    );
    let quoted = read.quoted.expect("a quote");
    assert_eq!(quoted.author.as_str(), "6280000000101@s.whatsapp.net");
    assert_eq!(quoted.id.as_str(), "QUOTED");
    assert_eq!(quoted.message.text, "first");
}

#[test]
fn quotes_within_quotes_end() {
    let mut sent = wa::Message::text("innermost");
    for _ in 0..50 {
        let context = wa::ContextInfo {
            stanza_id: Some("Q".to_owned()),
            participant: Some("6280000000101@s.whatsapp.net".to_owned()),
            quoted_message: MessageField::some(sent),
            ..Default::default()
        };
        sent = wa::Message::text_with_context("outer", context);
    }
    let mut depth = 0;
    let mut read = message(&sent);
    while let Some(quoted) = read.quoted.take() {
        depth += 1;
        read = *quoted.message;
    }
    assert_eq!(depth, QUOTE_DEPTH);
}

#[test]
fn an_edit_names_its_target_and_has_the_new_text() {
    let edit = protocol(
        Protocol::MESSAGE_EDIT,
        key("ABC", true, None),
        Some(wa::Message::text("better")),
    );
    let expected = Some(Content::Edit {
        target: "ABC".parse().expect("id"),
        text: "better".to_owned(),
    });
    assert_eq!(read_plain(&edit), expected);
    let stored_form = wa::Message {
        edited_message: wrapped(edit),
        ..Default::default()
    };
    assert_eq!(read_plain(&stored_form), expected);
}

#[test]
fn a_revoke_tells_whose_message_it_was() {
    let target: MessageId = "ABC".parse().expect("id");
    let own = protocol(Protocol::REVOKE, key("ABC", true, None), None);
    assert_eq!(
        read_plain(&own),
        Some(Content::Revoke {
            target: target.clone(),
            author: None
        })
    );
    let author = "6280000000101@s.whatsapp.net";
    let by_admin = protocol(Protocol::REVOKE, key("ABC", false, Some(author)), None);
    assert_eq!(
        read_plain(&by_admin),
        Some(Content::Revoke {
            target,
            author: Some(author.to_owned())
        })
    );
}

#[test]
fn a_reaction_comes_and_goes() {
    for emoji in ["👍", ""] {
        let reaction = wa::Message {
            reaction_message: MessageField::some(wa::message::ReactionMessage {
                key: MessageField::some(key("ABC", false, None)),
                text: Some(emoji.to_owned()),
                ..Default::default()
            }),
            ..Default::default()
        };
        assert_eq!(
            read_plain(&reaction),
            Some(Content::Reaction {
                target: "ABC".parse().expect("id"),
                emoji: emoji.to_owned()
            })
        );
    }
}

#[test]
fn what_has_no_words_is_nothing() {
    assert_eq!(read_plain(&wa::Message::default()), None);
    assert_eq!(read_plain(&wa::Message::text("")), None);
    let app_state = protocol(
        Protocol::APP_STATE_SYNC_KEY_SHARE,
        key("ABC", true, None),
        None,
    );
    assert_eq!(read_plain(&app_state), None);
    let no_target = protocol(Protocol::REVOKE, wa::MessageKey::default(), None);
    assert_eq!(read_plain(&no_target), None);
}
