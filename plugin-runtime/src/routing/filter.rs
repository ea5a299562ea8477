//! Whether an event matches what a manifest asks for.

use jadi_plugin_manifest as manifest;

use jadi_model::{ChatKind, Event, EventKind, Media, MediaKind, Message};

/// Whether the event is one that `filter` asks for.
pub(super) fn matches(filter: &manifest::EventFilter, event: &Event) -> bool {
    if filter.event != kind(&event.kind) {
        return false;
    }
    if !in_chat(filter, event.chat.kind) {
        return false;
    }
    let (text, media) = match &event.kind {
        EventKind::Message(Message { text, media, .. }) => (text.as_str(), media.as_ref()),
        EventKind::MessageEdit { text, .. } => (text.as_str(), None),
        _ => ("", None),
    };
    let has_file = |file: &Option<&Media>| {
        file.is_some_and(|file| filter.media.contains(&media_kind(file.kind)))
    };
    (filter.contains.is_empty() || contains_any(text, &filter.contains))
        && (!filter.link || has_link(text))
        && (filter.media.is_empty() || has_file(&media))
}

/// Whether `filter` asks for events of such a chat that are about earlier messages, so that these have to be kept.
pub fn is_about_messages(filter: &manifest::EventFilter, chat: ChatKind) -> bool {
    about_messages(filter.event) && in_chat(filter, chat)
}

/// Whether `filter` asks for events in such a chat.
fn in_chat(filter: &manifest::EventFilter, kind: ChatKind) -> bool {
    filter.chats.is_empty() || filter.chats.contains(&chat(kind))
}

/// Whether an event of this kind is about an earlier message.
fn about_messages(kind: manifest::EventKind) -> bool {
    match kind {
        manifest::EventKind::MessageEdit
        | manifest::EventKind::MessageDelete
        | manifest::EventKind::Reaction => true,
        manifest::EventKind::Message
        | manifest::EventKind::GroupAdd
        | manifest::EventKind::GroupRemove
        | manifest::EventKind::GroupChange
        | manifest::EventKind::PollVote
        | manifest::EventKind::Schedule
        | manifest::EventKind::Hosting => false,
    }
}

fn contains_any(text: &str, parts: &[String]) -> bool {
    let text = text.to_lowercase();
    parts.iter().any(|part| text.contains(&part.to_lowercase()))
}

/// Whether the text has what WhatsApp would let a person tap: an address with its scheme, `www.`, or a host with a path
/// such as `wa.me/…`. Each message of a chat may be asked this, and most have nothing that could begin one.
fn has_link(text: &str) -> bool {
    let mut starts = text.as_bytes().windows(4);
    if !text.contains('/') && !starts.any(|start| start.eq_ignore_ascii_case(b"www.")) {
        return false;
    }
    text.split_whitespace().any(|word| {
        let word = word
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        let with_path = || word.split_once('/').is_some_and(|(host, _)| is_host(host));
        word.starts_with("https://")
            || word.starts_with("http://")
            || word
                .strip_prefix("www.")
                .is_some_and(|rest| rest.contains('.'))
            || with_path()
    })
}

fn is_host(text: &str) -> bool {
    let label =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    let Some((_, last)) = text.rsplit_once('.') else {
        return false;
    };
    text.split('.').all(label) && last.len() >= 2 && last.chars().all(char::is_alphabetic)
}

/// The manifest's word for a kind of event.
fn kind(kind: &EventKind) -> manifest::EventKind {
    match kind {
        EventKind::Message(_) => manifest::EventKind::Message,
        EventKind::MessageEdit { .. } => manifest::EventKind::MessageEdit,
        EventKind::MessageDelete { .. } => manifest::EventKind::MessageDelete,
        EventKind::Reaction { .. } => manifest::EventKind::Reaction,
        EventKind::GroupAdd { .. } => manifest::EventKind::GroupAdd,
        EventKind::GroupRemove { .. } => manifest::EventKind::GroupRemove,
        EventKind::GroupChange { .. } => manifest::EventKind::GroupChange,
        EventKind::PollVote { .. } => manifest::EventKind::PollVote,
        EventKind::Due { .. } => manifest::EventKind::Schedule,
        EventKind::Hosting { .. } => manifest::EventKind::Hosting,
    }
}

fn chat(kind: ChatKind) -> manifest::ChatKind {
    match kind {
        ChatKind::Private => manifest::ChatKind::Private,
        ChatKind::Group => manifest::ChatKind::Group,
    }
}

fn media_kind(kind: MediaKind) -> manifest::MediaKind {
    match kind {
        MediaKind::Image => manifest::MediaKind::Image,
        MediaKind::Sticker => manifest::MediaKind::Sticker,
        MediaKind::Video => manifest::MediaKind::Video,
        MediaKind::Audio => manifest::MediaKind::Audio,
        MediaKind::Document => manifest::MediaKind::Document,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{group_message, private_message};
    use super::*;

    fn filter(event: manifest::EventKind) -> manifest::EventFilter {
        manifest::EventFilter {
            event,
            chats: Vec::new(),
            contains: Vec::new(),
            link: false,
            media: Vec::new(),
        }
    }

    #[test]
    fn kinds_of_event_and_chat_are_told_apart() {
        let private = private_message("hello");
        let group = group_message("hello");
        let any = filter(manifest::EventKind::Message);
        assert!(matches(&any, &private) && matches(&any, &group));
        assert!(!matches(&filter(manifest::EventKind::Reaction), &private));
        let groups = manifest::EventFilter {
            chats: vec![manifest::ChatKind::Group],
            ..any
        };
        assert!(!matches(&groups, &private) && matches(&groups, &group));
    }

    #[test]
    fn all_conditions_hold_and_one_of_each_list() {
        let both = manifest::EventFilter {
            contains: vec!["PRICE".to_owned(), "harga".to_owned()],
            link: true,
            ..filter(manifest::EventKind::Message)
        };
        let says = |text| matches(&both, &private_message(text));
        assert!(says("Berapa Harga https://example.org"));
        assert!(!says("Berapa Harga"));
        assert!(!says("https://example.org"));
    }

    #[test]
    fn files_are_matched_by_kind() {
        let images = manifest::EventFilter {
            media: vec![manifest::MediaKind::Image, manifest::MediaKind::Video],
            ..filter(manifest::EventKind::Message)
        };
        let mut event = private_message("look");
        assert!(!matches(&images, &event));
        for (kind, expected) in [(MediaKind::Image, true), (MediaKind::Sticker, false)] {
            let EventKind::Message(message) = &mut event.kind else {
                panic!("not a message");
            };
            message.media = Some(Media {
                kind,
                mime: String::new(),
                bytes: 1,
                file_name: None,
                handle: Vec::new(),
            });
            assert_eq!(matches(&images, &event), expected);
        }
    }

    #[test]
    fn links_are_found_where_people_put_them() {
        for text in [
            "https://example.org",
            "see (http://example.org/x)",
            "www.example.org",
            "chat.whatsapp.com/AbC",
            "Wa.me/6280000000101",
        ] {
            assert!(has_link(text), "{text}");
        }
        for text in [
            "and/or",
            "1/2",
            "e.g. this",
            "www.",
            "a.b",
            "v1.2/3",
            "hello.world",
        ] {
            assert!(!has_link(text), "{text}");
        }
    }
}
