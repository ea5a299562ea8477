//! Actions on their way out: from the model's words to WhatsApp's protobuf. Pure functions; the session sends.

use whatsapp_rust::prelude::{MessageBuilderExt, MessageField, wa};
use whatsapp_rust::wacore::proto_helpers;
use whatsapp_rust::waproto::whatsapp::message::protocol_message::Type as Protocol;

use crate::clock::Millis;
use crate::model::{Jid, MessageId, MessageRef, Poll, SendMessage};

/// A text message, with its quote and mentions.
pub(super) fn text(send: &SendMessage, context: MessageField<wa::ContextInfo>) -> wa::Message {
    match context.into_option() {
        None => wa::Message::text(&send.text),
        Some(context) => wa::Message::text_with_context(&send.text, context),
    }
}

/// A poll, as phones of today expect it: one form for a single choice, an older one for several.
pub(super) fn poll(
    question: &str,
    poll: &Poll,
    context: MessageField<wa::ContextInfo>,
) -> wa::Message {
    let option = |name: &String| wa::message::poll_creation_message::Option {
        option_name: Some(name.clone()),
        ..Default::default()
    };
    let content = MessageField::some(wa::message::PollCreationMessage {
        name: Some(question.to_owned()),
        options: poll.options.iter().map(option).collect(),
        // None means: as many as one likes.
        selectable_options_count: Some(if poll.several { 0 } else { 1 }),
        context_info: context,
        ..Default::default()
    });
    let mut message = wa::Message {
        message_context_info: MessageField::some(wa::MessageContextInfo {
            message_secret: Some(poll.secret.clone()),
            ..Default::default()
        }),
        ..Default::default()
    };
    if poll.several {
        message.poll_creation_message = content;
    } else {
        message.poll_creation_message_v3 = content;
    }
    message
}

/// Quote and mentions of a message; unset when it has neither. `author` is the quoted message's writer as the chat
/// addresses people.
pub(super) fn context(
    send: &SendMessage,
    quoted: Option<(&Jid, Box<wa::Message>)>,
) -> MessageField<wa::ContextInfo> {
    if quoted.is_none() && send.mentions.is_empty() {
        return MessageField::none();
    }
    let mut context = wa::ContextInfo {
        mentioned_jid: send.mentions.iter().map(Jid::to_string).collect(),
        ..Default::default()
    };
    if let (Some(target), Some((author, preview))) = (&send.quote, quoted) {
        context.stanza_id = Some(target.id.to_string());
        context.participant = Some(author.to_string());
        context.quoted_message = MessageField::from_box(preview);
        if target.chat != send.chat {
            context.remote_jid = Some(target.chat.to_string());
        }
    }
    MessageField::some(context)
}

/// An emoji on a message.
pub(super) fn reaction(
    target: &MessageRef,
    participant: Option<&Jid>,
    emoji: &str,
    now: Millis,
) -> wa::Message {
    let key = key(&target.chat, &target.id, target.from_me, participant);
    proto_helpers::build_reaction_message(key, emoji, now)
}

/// A new text for a message of our own, in the form that goes over the wire: a protocol message, not the stored wrapper.
pub(super) fn edit(
    chat: &Jid,
    target: &MessageId,
    participant: Option<&Jid>,
    text: &str,
    now: Millis,
) -> wa::Message {
    protocol(wa::message::ProtocolMessage {
        key: MessageField::some(key(chat, target, true, participant)),
        r#type: Some(Protocol::MESSAGE_EDIT),
        edited_message: MessageField::some(wa::Message::text(text)),
        timestamp_ms: Some(now),
        ..Default::default()
    })
}

/// Deletes a message for everyone; somebody else's when we are a group admin, and then `participant` is its writer.
pub(super) fn delete(target: &MessageRef, participant: Option<&Jid>) -> wa::Message {
    let participant = participant.filter(|_| !target.from_me);
    protocol(wa::message::ProtocolMessage {
        key: MessageField::some(key(&target.chat, &target.id, target.from_me, participant)),
        r#type: Some(Protocol::REVOKE),
        ..Default::default()
    })
}

fn protocol(protocol: wa::message::ProtocolMessage) -> wa::Message {
    wa::Message {
        protocol_message: MessageField::some(protocol),
        ..Default::default()
    }
}

fn key(chat: &Jid, id: &MessageId, from_me: bool, participant: Option<&Jid>) -> wa::MessageKey {
    wa::MessageKey {
        remote_jid: Some(chat.to_string()),
        from_me: Some(from_me),
        id: Some(id.to_string()),
        participant: participant.map(Jid::to_string),
    }
}

#[cfg(test)]
mod tests {
    use super::super::address::NumberBook;
    use super::super::content::{self, Content};
    use super::*;
    use whatsapp_rust::types::message::EditAttribute;

    fn jid(text: &str) -> Jid {
        text.parse().expect("jid")
    }

    fn target(from_me: bool) -> MessageRef {
        MessageRef {
            chat: jid("120363000000000001@g.us"),
            author: jid("6280000000101@s.whatsapp.net"),
            from_me,
            id: "ABC".parse().expect("id"),
        }
    }

    fn send(quote: Option<MessageRef>, mentions: Vec<Jid>) -> SendMessage {
        SendMessage {
            chat: jid("120363000000000001@g.us"),
            text: "pong".to_owned(),
            media: None,
            quote,
            mentions,
            poll: None,
        }
    }

    fn read_back(message: &wa::Message) -> Content {
        content::read(message, &NumberBook::default()).expect("content")
    }

    #[test]
    fn a_plain_text_is_a_conversation() {
        let send = send(None, Vec::new());
        let message = text(&send, context(&send, None));
        assert_eq!(message.conversation.as_deref(), Some("pong"));
    }

    #[test]
    fn a_quote_and_a_mention_read_back_as_they_were() {
        let author = jid("6280000000101@s.whatsapp.net");
        let send = send(Some(target(false)), vec![author.clone()]);
        let quoted = (&author, Box::new(wa::Message::text("!ping")));
        let message = text(&send, context(&send, Some(quoted)));
        let Content::Message(read) = read_back(&message) else {
            panic!("a message");
        };
        assert_eq!(read.text, "pong");
        assert_eq!(read.mentions, std::slice::from_ref(&author));
        let quoted = read.quoted.expect("a quote");
        assert_eq!(quoted.id.as_str(), "ABC");
        assert_eq!(quoted.author, author);
        assert_eq!(quoted.message.text, "!ping");
    }

    #[test]
    fn the_server_is_told_what_an_edit_a_revoke_and_an_admins_revoke_are() {
        let chat = jid("120363000000000001@g.us");
        let id: MessageId = "ABC".parse().expect("id");
        let author = jid("6280000000101@s.whatsapp.net");
        let inferred = |message: &wa::Message| EditAttribute::infer_from_message(message);
        let edited = edit(&chat, &id, None, "new", 1);
        assert_eq!(inferred(&edited), Some(EditAttribute::MessageEdit));
        assert_eq!(
            read_back(&edited),
            Content::Edit {
                target: id.clone(),
                text: "new".to_owned()
            }
        );
        let own = delete(&target(true), Some(&author));
        assert_eq!(inferred(&own), Some(EditAttribute::SenderRevoke));
        let others = delete(&target(false), Some(&author));
        assert_eq!(inferred(&others), Some(EditAttribute::AdminRevoke));
        assert_eq!(
            read_back(&others),
            Content::Revoke {
                target: id.clone(),
                author: Some(author.to_string())
            }
        );
        let off = reaction(&target(false), Some(&author), "", 1);
        assert_eq!(
            read_back(&off),
            Content::Reaction {
                target: id,
                emoji: String::new()
            }
        );
    }
}
