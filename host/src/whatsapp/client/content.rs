//! A message's content: from WhatsApp's protobuf to the model's words. Pure functions.

use whatsapp_rust::prelude::{MessageExt, wa};
use whatsapp_rust::waproto::whatsapp::message::protocol_message::Type as Protocol;

use super::address::NumberBook;
use super::media;
use crate::model::{Message, MessageId, Quoted};

/// How many quotes inside quotes are followed; clients show one.
const QUOTE_DEPTH: u8 = 2;

/// What a decrypted payload is, for the bot.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    /// Text or a file.
    Message(Message),
    /// A new text for an earlier message.
    Edit { target: MessageId, text: String },
    /// An earlier message is deleted; `author` is its writer as the sender wrote it down, absent when it is the sender.
    Revoke {
        target: MessageId,
        author: Option<String>,
    },
    /// An emoji on an earlier message, empty when taken off.
    Reaction { target: MessageId, emoji: String },
    /// A vote in a poll that a plugin has sent; `super::polls` opens it.
    PollVote {
        target: MessageId,
        plugin: String,
        name: String,
        chosen: Vec<String>,
    },
}

/// What the payload says, or nothing when it is none of the bot's business: key distribution, app-state traffic, other people's polls and
/// other content that has no words yet.
pub(super) fn read(message: &wa::Message, book: &NumberBook) -> Option<Content> {
    let base = message.get_base_message();
    if let Some(reaction) = base.reaction_message.as_option() {
        return Some(Content::Reaction {
            target: id(reaction.key.as_option()?)?,
            emoji: reaction.text.clone().unwrap_or_default(),
        });
    }
    if let Some(protocol) = base.protocol_message.as_option() {
        let key = protocol.key.as_option()?;
        return match protocol.r#type? {
            Protocol::REVOKE => Some(Content::Revoke {
                target: id(key)?,
                author: key
                    .participant
                    .clone()
                    .filter(|_| key.from_me != Some(true)),
            }),
            Protocol::MESSAGE_EDIT => Some(Content::Edit {
                target: id(key)?,
                text: text(protocol.edited_message.as_option()?.get_base_message())
                    .unwrap_or_default()
                    .to_owned(),
            }),
            _ => None,
        };
    }
    let mut content = body(base, book, QUOTE_DEPTH)?;
    content.view_once = message.is_view_once();
    Some(Content::Message(content))
}

fn body(base: &wa::Message, book: &NumberBook, depth: u8) -> Option<Message> {
    let media = media::read(base);
    let text = text(base);
    if media.is_none() && text.is_none() {
        return None;
    }
    let context = context(base);
    Some(Message {
        text: text.unwrap_or_default().to_owned(),
        media,
        quoted: context.and_then(|context| quoted(context, book, depth.checked_sub(1)?)),
        mentions: context
            .into_iter()
            .flat_map(|context| &context.mentioned_jid)
            .filter_map(|mention| Some(book.fold_text(mention)?.jid))
            .collect(),
        ..Message::default()
    })
}

fn quoted(context: &wa::ContextInfo, book: &NumberBook, depth: u8) -> Option<Quoted> {
    let author = book.fold_text(context.participant.as_deref()?)?.jid;
    let message = context
        .quoted_message
        .as_option()
        .and_then(|message| body(message.get_base_message(), book, depth))
        .unwrap_or_default();
    Some(Quoted {
        id: context.stanza_id.as_deref()?.parse().ok()?,
        author,
        message: Box::new(message),
    })
}

fn id(key: &wa::MessageKey) -> Option<MessageId> {
    key.id.as_deref()?.parse().ok()
}

/// The text or caption, if the content can have one and it is not empty.
fn text(base: &wa::Message) -> Option<&str> {
    base.text_content()
        .or_else(|| base.get_caption())
        .filter(|text| !text.is_empty())
}

/// The key of the message that a reaction, edit or revoke is about.
pub(super) fn target(base: &wa::Message) -> Option<&wa::MessageKey> {
    let reaction = base.reaction_message.as_option();
    let protocol = base.protocol_message.as_option();
    reaction
        .and_then(|reaction| reaction.key.as_option())
        .or_else(|| protocol.and_then(|protocol| protocol.key.as_option()))
}

/// The context that carries quote and mentions, for the content that the model has words for.
pub(super) fn context(base: &wa::Message) -> Option<&wa::ContextInfo> {
    macro_rules! first {
        ($($field:ident),+) => {
            None$(.or_else(|| base.$field.as_option().and_then(|content| content.context_info.as_option())))+
        };
    }
    first!(
        extended_text_message,
        image_message,
        video_message,
        ptv_message,
        audio_message,
        document_message,
        sticker_message
    )
}

#[cfg(test)]
mod tests;
