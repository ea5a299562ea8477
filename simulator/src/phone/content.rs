//! What a decrypted message says: reading the protobuf `Message`, through the wrappers that it may come in.

use waproto::whatsapp::message::{ProtocolMessage, protocol_message};
use waproto::whatsapp::{ContextInfo, Message, MessageKey as WireKey};

use super::media::StoredFile;
use crate::message::MediaKind;

/// What a decrypted message asks a phone to do.
pub(crate) enum Content {
    /// Show something.
    Show(Shown),
    /// Give an earlier message a new text.
    Edit { target: WireKey, text: String },
    /// Delete a message for everyone.
    Revoke { target: WireKey },
    /// React to a message; empty takes it back.
    React { target: WireKey, emoji: String },
    /// A companion lacks keys of the app state.
    KeysWanted(Vec<Vec<u8>>),
    /// Nothing that a person would see.
    Nothing,
}

/// A message to show, still in the protocol's terms.
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) part: Part,
    /// The quoted message's id and author.
    pub(crate) quote: Option<(String, String)>,
    /// JIDs that are mentioned.
    pub(crate) mentions: Vec<String>,
}

/// What a message is beside its text.
pub(crate) enum Part {
    Text,
    File(StoredFile),
    Poll {
        options: Vec<String>,
        selectable: u32,
    },
    Other(String),
}

/// Reads a message, through the wrappers that it may come in.
pub(crate) fn read(message: &Message) -> Content {
    let wrapped = [
        &message.ephemeral_message,
        &message.view_once_message,
        &message.view_once_message_v2,
        &message.view_once_message_v2_extension,
        &message.document_with_caption_message,
        &message.edited_message,
    ];
    for wrapper in wrapped {
        if let Some(inner) = wrapper
            .as_option()
            .and_then(|wrapper| wrapper.message.as_option())
        {
            let once = message.view_once_message.is_set()
                || message.view_once_message_v2.is_set()
                || message.view_once_message_v2_extension.is_set();
            return mark_view_once(read(inner), once);
        }
    }
    if let Some(protocol) = message.protocol_message.as_option() {
        return read_protocol(protocol);
    }
    if let Some(reaction) = message.reaction_message.as_option() {
        let target = reaction.key.as_option().cloned().unwrap_or_default();
        return Content::React {
            target,
            emoji: reaction.text.clone().unwrap_or_default(),
        };
    }
    read_shown(message).map_or(Content::Nothing, Content::Show)
}

fn mark_view_once(content: Content, once: bool) -> Content {
    match content {
        Content::Show(Shown {
            text,
            part: Part::File(mut file),
            quote,
            mentions,
        }) => {
            file.view_once |= once;
            Content::Show(Shown {
                text,
                part: Part::File(file),
                quote,
                mentions,
            })
        }
        other => other,
    }
}

fn read_protocol(protocol: &ProtocolMessage) -> Content {
    let target = protocol.key.as_option().cloned().unwrap_or_default();
    match protocol.r#type {
        Some(protocol_message::Type::Revoke) => Content::Revoke { target },
        Some(protocol_message::Type::MessageEdit) => {
            let edited = protocol.edited_message.as_option().and_then(read_shown);
            edited.map_or(Content::Nothing, |edited| Content::Edit {
                target,
                text: edited.text,
            })
        }
        Some(protocol_message::Type::AppStateSyncKeyRequest) => {
            let request = protocol.app_state_sync_key_request.as_option();
            let ids = request.map(|request| {
                request
                    .key_ids
                    .iter()
                    .filter_map(|id| id.key_id.clone())
                    .collect()
            });
            Content::KeysWanted(ids.unwrap_or_default())
        }
        _ => Content::Nothing,
    }
}

/// Reads the fields that all kinds of files have.
macro_rules! stored_file {
    ($kind:expr, $file:expr, $name:expr, $once:expr) => {
        StoredFile {
            kind: $kind,
            name: $name,
            mime: $file.mimetype.clone().unwrap_or_default(),
            direct_path: $file.direct_path.clone().unwrap_or_default(),
            media_key: $file.media_key.clone().unwrap_or_default(),
            sha256: $file.file_sha256.clone().unwrap_or_default(),
            view_once: $once,
        }
    };
}

fn read_shown(message: &Message) -> Option<Shown> {
    if let Some(text) = &message.conversation {
        return Some(shown(text.clone(), Part::Text, None));
    }
    if let Some(extended) = message.extended_text_message.as_option() {
        let text = extended.text.clone().unwrap_or_default();
        return Some(shown(text, Part::Text, extended.context_info.as_option()));
    }
    if let Some(image) = message.image_message.as_option() {
        let once = image.view_once.unwrap_or(false);
        let file = stored_file!(MediaKind::Image, image, String::new(), once);
        return Some(shown(
            image.caption.clone().unwrap_or_default(),
            Part::File(file),
            image.context_info.as_option(),
        ));
    }
    if let Some(video) = message.video_message.as_option() {
        let once = video.view_once.unwrap_or(false);
        let file = stored_file!(MediaKind::Video, video, String::new(), once);
        return Some(shown(
            video.caption.clone().unwrap_or_default(),
            Part::File(file),
            video.context_info.as_option(),
        ));
    }
    if let Some(audio) = message.audio_message.as_option() {
        let once = audio.view_once.unwrap_or(false);
        let file = stored_file!(MediaKind::Audio, audio, String::new(), once);
        return Some(shown(
            String::new(),
            Part::File(file),
            audio.context_info.as_option(),
        ));
    }
    if let Some(sticker) = message.sticker_message.as_option() {
        let file = stored_file!(MediaKind::Sticker, sticker, String::new(), false);
        return Some(shown(
            String::new(),
            Part::File(file),
            sticker.context_info.as_option(),
        ));
    }
    if let Some(document) = message.document_message.as_option() {
        let name = document
            .file_name
            .clone()
            .or_else(|| document.title.clone())
            .unwrap_or_default();
        let file = stored_file!(MediaKind::Document, document, name, false);
        let caption = document.caption.clone().unwrap_or_default();
        return Some(shown(
            caption,
            Part::File(file),
            document.context_info.as_option(),
        ));
    }
    let polls = [
        &message.poll_creation_message,
        &message.poll_creation_message_v2,
        &message.poll_creation_message_v3,
        &message.poll_creation_message_v5,
    ];
    if let Some(poll) = polls.iter().find_map(|poll| poll.as_option()) {
        let options = poll
            .options
            .iter()
            .filter_map(|option| option.option_name.clone())
            .collect();
        let part = Part::Poll {
            options,
            selectable: poll.selectable_options_count.unwrap_or(0),
        };
        return Some(shown(
            poll.name.clone().unwrap_or_default(),
            part,
            poll.context_info.as_option(),
        ));
    }
    if let Some(invitation) = message.group_invite_message.as_option() {
        // As phones show it: the group's name, and what its sender says to it.
        let name = invitation.group_name.clone().unwrap_or_default();
        let part = Part::Other("group_invite_message".to_owned());
        return Some(shown(name, part, invitation.context_info.as_option()));
    }
    let kind = other_kind(message)?;
    Some(shown(String::new(), Part::Other(kind.to_owned()), None))
}

fn shown(text: String, part: Part, context: Option<&ContextInfo>) -> Shown {
    let quote = context
        .and_then(|context| Some((context.stanza_id.clone()?, context.participant.clone()?)));
    let mentions = context
        .map(|context| context.mentioned_jid.clone())
        .unwrap_or_default();
    Shown {
        text,
        part,
        quote,
        mentions,
    }
}

/// Kinds that a phone knows to be for people's eyes, without showing more than their name.
fn other_kind(message: &Message) -> Option<&'static str> {
    let kinds = [
        (message.contact_message.is_set(), "contact_message"),
        (
            message.contacts_array_message.is_set(),
            "contacts_array_message",
        ),
        (message.location_message.is_set(), "location_message"),
        (
            message.live_location_message.is_set(),
            "live_location_message",
        ),
        (message.list_message.is_set(), "list_message"),
        (message.buttons_message.is_set(), "buttons_message"),
        (message.interactive_message.is_set(), "interactive_message"),
        (message.event_message.is_set(), "event_message"),
        (
            message.sticker_pack_message.is_set(),
            "sticker_pack_message",
        ),
    ];
    kinds
        .into_iter()
        .find_map(|(set, name)| set.then_some(name))
}

#[cfg(test)]
mod tests {
    use super::super::compose::{Context, edit_message, text_message};
    use super::*;
    use buffa::MessageField;
    use waproto::whatsapp::message::FutureProofMessage;

    #[test]
    fn a_text_with_a_quote_and_a_mention_reads_back() {
        let quoted = text_message("look".into(), Context::default());
        let context = Context {
            quote: Some(("A1".into(), "1@lid".into(), quoted)),
            mentions: vec!["2@lid".into()],
        };
        let Content::Show(shown) = read(&text_message("hello".into(), context)) else {
            panic!("not shown")
        };
        assert_eq!(shown.text, "hello");
        assert_eq!(shown.quote, Some(("A1".into(), "1@lid".into())));
        assert_eq!(shown.mentions, ["2@lid"]);
    }

    #[test]
    fn an_edit_is_found_bare_and_wrapped() {
        let target = WireKey {
            id: Some("A1".into()),
            ..Default::default()
        };
        let bare = edit_message(target, "new", 5);
        let inner = FutureProofMessage {
            message: MessageField::some(bare.clone()),
        };
        let wrapped = Message {
            edited_message: MessageField::some(inner),
            ..Default::default()
        };
        for message in [bare, wrapped] {
            let Content::Edit { target, text } = read(&message) else {
                panic!("not an edit")
            };
            assert_eq!((target.id.as_deref(), text.as_str()), (Some("A1"), "new"));
        }
    }
}
