//! Whether what came is what was expected, and both in words.

use std::time::Duration;

use jadi_simulator::{Body, MediaKind};

use super::inbox::{Arrival, What};
use crate::script::{Expected, Pattern};

/// What phones call an invitation to a group.
const INVITATION: &str = "group_invite_message";

/// Whether this arrival is what was expected.
pub(super) fn meets(expected: &Expected, came: &What) -> bool {
    match (expected, came) {
        (Expected::Text(pattern), What::Message { body, text }) => {
            *body == Body::Text && pattern.matches(text)
        }
        (Expected::Media(wanted, pattern), What::Message { body, text }) => {
            readable_file(body) == Some(*wanted) && pattern.matches(text)
        }
        (Expected::Reaction(wanted, pattern), What::Reaction { emoji, to }) => {
            // The variation selector asks for a coloured glyph; the emoji is the same with and without it.
            let bare = |emoji: &str| emoji.replace('\u{fe0f}', "");
            bare(wanted) == bare(emoji) && pattern.matches(to)
        }
        (Expected::Invitation(pattern), What::Message { body, text }) => {
            *body == Body::Other(INVITATION.to_owned()) && pattern.matches(text)
        }
        (
            Expected::Poll(pattern),
            What::Message {
                body: Body::Poll { options, .. },
                text,
            },
        ) => pattern.matches(&format!("{text} | {}", options.join(" | "))),
        (Expected::Edit(pattern), What::Edit { text }) => pattern.matches(text),
        (Expected::Delete(pattern), What::Delete { text }) => pattern.matches(text),
        _ => false,
    }
}

/// The kind of a file that the phone could fetch and decrypt.
fn readable_file(body: &Body) -> Option<MediaKind> {
    match body {
        Body::Media {
            kind,
            failed: None,
            bytes,
            ..
        } if !bytes.is_empty() => Some(*kind),
        _ => None,
    }
}

/// The last four digits that stand alone in what came.
pub(super) fn digits(came: &What) -> Option<String> {
    let What::Message { text, .. } = came else {
        return None;
    };
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    let is_code = |word: &&str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    words.rfind(is_code).map(str::to_owned)
}

/// An expectation in words.
pub(super) fn described(expected: &Expected, place: &str, within: Duration) -> String {
    let of = |pattern: &Pattern| match pattern.is_anything() {
        true => String::new(),
        false => format!(" `{pattern}`"),
    };
    let what = match expected {
        Expected::Nothing => return format!("nothing further {place}"),
        Expected::Text(pattern) => format!("a message{}", of(pattern)),
        Expected::Media(kind, pattern) => {
            format!(
                "a file of kind {}{}",
                crate::script::kind_word(*kind),
                of(pattern)
            )
        }
        Expected::Reaction(emoji, pattern) => {
            format!("a reaction {emoji} to a message{}", of(pattern))
        }
        Expected::Invitation(pattern) => format!("an invitation to a group{}", of(pattern)),
        Expected::Poll(pattern) => format!("a poll{}", of(pattern)),
        Expected::Edit(pattern) => format!("an edit of a message to{}", of(pattern)),
        Expected::Delete(pattern) => format!("the deletion of a message{}", of(pattern)),
    };
    format!("{what} {place} within {}", crate::script::Span(within))
}

/// What came, as a chat shows it.
pub(super) fn shown(what: &What) -> String {
    match what {
        What::Message { body, text } => match body {
            Body::Text => text.clone(),
            Body::Media {
                kind,
                bytes,
                failed,
                ..
            } => {
                let kind = crate::script::kind_word(*kind);
                match failed {
                    Some(why) => format!("[{kind} that can't be fetched: {why}] {text}"),
                    None => format!("[{kind}, {} bytes] {text}", bytes.len()),
                }
            }
            Body::Poll { options, .. } => format!("[poll] {text} ({})", options.join(" / ")),
            Body::System(line) => format!("[{line}]"),
            Body::Undecryptable => "[a message that the phone can't decrypt]".to_owned(),
            Body::Other(kind) => format!("[{kind}] {text}"),
        },
        What::Reaction { emoji, to } if emoji.is_empty() => format!("[reaction taken back] {to}"),
        What::Reaction { emoji, to } => format!("[reaction {emoji}] {to}"),
        What::Edit { text } => format!("[edit] {text}"),
        What::Delete { text } => format!("[delete] {text}"),
    }
    .trim_end()
    .to_owned()
}

/// Arrivals in words, one a line; `nothing` when there are none.
pub(super) fn listed<'a>(
    arrivals: impl Iterator<Item = &'a Arrival>,
    name: impl Fn(&str) -> String,
) -> String {
    let line = |came: &Arrival| format!("{}: {}", name(&came.author), shown(&came.what));
    let lines: Vec<_> = arrivals.map(line).collect();
    if lines.is_empty() {
        return "nothing".to_owned();
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(written: &str) -> Pattern {
        Pattern::parse(written).unwrap()
    }

    fn message(body: Body) -> What {
        What::Message {
            body,
            text: "Pong".into(),
        }
    }

    fn image(failed: Option<String>) -> Body {
        Body::Media {
            kind: MediaKind::Image,
            mime: "image/jpeg".into(),
            name: String::new(),
            bytes: vec![1].into(),
            failed,
            view_once: false,
        }
    }

    #[test]
    fn a_kind_meets_its_own_kind_only() {
        let reaction = What::Reaction {
            emoji: "❤\u{fe0f}".into(),
            to: "Pong".into(),
        };
        let edit = What::Edit {
            text: "Pong".into(),
        };
        let delete = What::Delete {
            text: "Pong".into(),
        };
        let came = [
            message(Body::Text),
            message(image(None)),
            message(image(Some("gone".into()))),
            message(Body::Undecryptable),
            reaction,
            edit,
            delete,
        ];
        let cases = [
            (Expected::Text(text("Pong")), vec![0]),
            (Expected::Text(text("...")), vec![0]),
            (Expected::Text(text("Ping")), vec![]),
            (Expected::Media(MediaKind::Image, text("...")), vec![1]),
            (Expected::Media(MediaKind::Sticker, text("...")), vec![]),
            (Expected::Reaction("❤".into(), text("Pong")), vec![4]),
            (Expected::Reaction("👍".into(), text("Pong")), vec![]),
            (Expected::Edit(text("Pong")), vec![5]),
            (Expected::Delete(text("Pong")), vec![6]),
            (Expected::Nothing, vec![]),
        ];
        for (expected, met) in cases {
            let found: Vec<_> = (0..came.len())
                .filter(|at| meets(&expected, &came[*at]))
                .collect();
            assert_eq!(found, met, "{expected:?}");
        }
    }
}
