//! What a person writes, as the protocol carries it: building the protobuf `Message`.

use buffa::MessageField;
use waproto::whatsapp::message::{
    AudioMessage, DocumentMessage, ExtendedTextMessage, FutureProofMessage, ImageMessage,
    PollEncValue, PollUpdateMessage, ProtocolMessage, ReactionMessage, StickerMessage,
    VideoMessage, protocol_message,
};
use waproto::whatsapp::{ContextInfo, Message, MessageKey as WireKey};

use super::media::SealedFile;
use crate::message::MediaKind;

/// How a message hangs together with others, in JIDs.
#[derive(Default)]
pub(crate) struct Context {
    /// Id, author and content of the message that is answered.
    pub(crate) quote: Option<(String, String, Message)>,
    pub(crate) mentions: Vec<String>,
}

impl Context {
    fn into_field(self) -> MessageField<ContextInfo, Box<ContextInfo>> {
        if self.quote.is_none() && self.mentions.is_empty() {
            return MessageField::none();
        }
        let mut info = ContextInfo {
            mentioned_jid: self.mentions,
            ..Default::default()
        };
        if let Some((id, author, message)) = self.quote {
            info.stanza_id = Some(id);
            info.participant = Some(author);
            info.quoted_message = MessageField::some(message);
        }
        MessageField::some(info)
    }
}

/// A text.
pub(crate) fn text_message(text: String, context: Context) -> Message {
    if context.quote.is_none() && context.mentions.is_empty() {
        return Message {
            conversation: Some(text),
            ..Default::default()
        };
    }
    let extended = ExtendedTextMessage {
        text: Some(text),
        context_info: context.into_field(),
        ..Default::default()
    };
    Message {
        extended_text_message: MessageField::some(extended),
        ..Default::default()
    }
}

/// The message of one kind of file: what all kinds have under the same names, and what this one has besides.
macro_rules! of_kind {
    ($kind:ident, $file:ident, $context:ident $(, $more:ident: $value:expr)*) => {
        MessageField::some($kind {
            url: Some($file.url),
            direct_path: Some($file.direct_path),
            mimetype: Some($file.mime),
            media_key: Some($file.media_key),
            file_sha256: Some($file.sha256),
            file_enc_sha256: Some($file.enc_sha256),
            file_length: Some($file.length),
            media_key_timestamp: Some($file.at_secs),
            context_info: $context.into_field(),
            $($more: $value,)*
            ..Default::default()
        })
    };
}

/// A file that lies sealed in the blob store.
pub(crate) fn file_message(
    file: SealedFile,
    caption: Option<String>,
    context: Context,
    view_once: bool,
) -> Message {
    let once = view_once.then_some(true);
    let mut message = Message::default();
    match file.kind {
        MediaKind::Image => {
            message.image_message =
                of_kind!(ImageMessage, file, context, caption: caption, view_once: once);
        }
        MediaKind::Video => {
            message.video_message =
                of_kind!(VideoMessage, file, context, caption: caption, view_once: once);
        }
        MediaKind::Audio => {
            message.audio_message = of_kind!(AudioMessage, file, context, view_once: once);
        }
        MediaKind::Sticker => {
            message.sticker_message = of_kind!(StickerMessage, file, context);
        }
        MediaKind::Document => {
            let name = Some(file.name);
            message.document_message = of_kind!(
                DocumentMessage, file, context,
                caption: caption, title: name.clone(), file_name: name
            );
        }
    }
    if view_once {
        let inner = FutureProofMessage {
            message: MessageField::some(message),
        };
        return Message {
            view_once_message_v2: MessageField::some(inner),
            ..Default::default()
        };
    }
    message
}

/// A vote in a poll: what was chosen, encrypted, and the nonce of that.
pub(crate) fn vote_message(poll: WireKey, sealed: (Vec<u8>, [u8; 12]), at_ms: i64) -> Message {
    let (payload, iv) = sealed;
    let update = PollUpdateMessage {
        poll_creation_message_key: MessageField::some(poll),
        vote: MessageField::some(PollEncValue {
            enc_payload: Some(payload),
            enc_iv: Some(iv.to_vec()),
        }),
        sender_timestamp_ms: Some(at_ms),
        ..Default::default()
    };
    Message {
        poll_update_message: MessageField::some(update),
        ..Default::default()
    }
}

/// A reaction.
pub(crate) fn reaction_message(target: WireKey, emoji: &str, at_ms: i64) -> Message {
    let reaction = ReactionMessage {
        key: MessageField::some(target),
        text: Some(emoji.to_owned()),
        sender_timestamp_ms: Some(at_ms),
        ..Default::default()
    };
    Message {
        reaction_message: MessageField::some(reaction),
        ..Default::default()
    }
}

/// A message of the protocol itself.
pub(crate) fn protocol_message(protocol: ProtocolMessage) -> Message {
    Message {
        protocol_message: MessageField::some(protocol),
        ..Default::default()
    }
}

/// Deletes a message for everyone.
pub(crate) fn revoke_message(target: WireKey) -> Message {
    protocol_message(ProtocolMessage {
        key: MessageField::some(target),
        r#type: Some(protocol_message::Type::Revoke),
        ..Default::default()
    })
}

/// Gives a message a new text.
pub(crate) fn edit_message(target: WireKey, text: &str, at_ms: i64) -> Message {
    protocol_message(ProtocolMessage {
        key: MessageField::some(target),
        r#type: Some(protocol_message::Type::MessageEdit),
        edited_message: MessageField::some(Message {
            conversation: Some(text.to_owned()),
            ..Default::default()
        }),
        timestamp_ms: Some(at_ms),
        ..Default::default()
    })
}
