//! Long texts on their way out: in several messages, each of which a phone shows well.

use crate::model::{Action, SendMessage};

/// The most characters of one message's text.
const TEXT: usize = 4_000;
/// The most characters of a file's caption; the rest follows as a text.
const CAPTION: usize = 1_000;

/// The same actions, with long texts in parts.
pub(super) fn split(actions: Vec<Action>) -> Vec<Action> {
    let mut all = Vec::with_capacity(actions.len());
    for action in actions {
        match action {
            Action::Send(message) => all.extend(parts(message).into_iter().map(Action::Send)),
            other => all.push(other),
        }
    }
    all
}

/// A message in parts. The first has the quote, the file and the poll, each those mentions that stand in it.
fn parts(mut message: SendMessage) -> Vec<SendMessage> {
    let most = if message.media.is_some() {
        CAPTION
    } else {
        TEXT
    };
    let Some(place) = cut(&message.text, most).filter(|_| message.poll.is_none()) else {
        return vec![message];
    };
    let rest = message.text.split_off(place);
    message.text.truncate(message.text.trim_end().len());
    let follows = SendMessage {
        chat: message.chat.clone(),
        text: rest.trim_start_matches(['\n', ' ']).to_owned(),
        media: None,
        quote: None,
        mentions: message.mentions.clone(),
        poll: None,
    };
    let stands = |text: &str, user: &str| text.contains(&format!("@{user}"));
    // A mention that no part names is for everybody to see, so it stays with the first.
    let later = |person: &crate::model::Jid| {
        stands(&follows.text, person.user()) && !stands(&message.text, person.user())
    };
    message.mentions.retain(|person| !later(person));
    let mut all = vec![message];
    let mut follows = follows;
    let text = follows.text.clone();
    follows
        .mentions
        .retain(|person| stands(&text, person.user()));
    if !follows.text.trim().is_empty() {
        all.extend(parts(follows));
    }
    all
}

/// Where a text of more than `most` characters is cut: behind a line or, when there is none in its second half, a word.
fn cut(text: &str, most: usize) -> Option<usize> {
    let (end, _) = text.char_indices().nth(most)?;
    let head = text.get(..end)?;
    let late = |place: &usize| *place >= head.len() / 2;
    let line = head.rfind('\n').filter(late);
    let word = || head.rfind(' ').filter(late);
    Some(line.or_else(word).unwrap_or(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Jid, MediaContent, MediaKind, MediaOut, MessageRef};

    fn jid(text: &str) -> Jid {
        text.parse().expect("an address")
    }

    fn message(text: &str) -> SendMessage {
        let chat = jid("6280000000101@s.whatsapp.net");
        SendMessage {
            text: text.to_owned(),
            media: None,
            quote: Some(MessageRef {
                chat: chat.clone(),
                author: chat.clone(),
                from_me: false,
                id: "A1".parse().expect("an id"),
            }),
            mentions: Vec::new(),
            chat,
            poll: None,
        }
    }

    #[test]
    fn a_short_text_stays_whole() {
        let text = "é".repeat(TEXT);
        assert_eq!(parts(message(&text)), [message(&text)]);
    }

    #[test]
    fn a_long_text_is_cut_at_its_lines_and_nothing_of_it_is_lost() {
        let line = "word ".repeat(30);
        let text = vec![line.trim(); 100].join("\n");
        let parts = parts(message(&text));
        assert!(parts.len() > 3);
        assert!(parts.iter().all(|part| part.text.chars().count() <= TEXT));
        let joined: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
        assert_eq!(joined.join("\n"), text);
        let quotes: Vec<bool> = parts.iter().map(|part| part.quote.is_some()).collect();
        assert!(quotes[0] && !quotes[1..].contains(&true));
        let solid = super::parts(message(&"x".repeat(2 * TEXT + 1)));
        let lengths: Vec<usize> = solid.iter().map(|part| part.text.len()).collect();
        assert_eq!(lengths, [TEXT, TEXT, 1]);
    }

    #[test]
    fn a_mention_goes_with_the_part_that_names_it() {
        let mut long = message(&format!("@1 {}\n@2", "x".repeat(TEXT - 5)));
        long.mentions = ["1@lid", "2@lid", "3@lid"].map(jid).to_vec();
        let parts = parts(long);
        assert_eq!(parts[0].mentions, ["1@lid", "3@lid"].map(jid));
        assert_eq!(parts[1].mentions, ["2@lid"].map(jid));
    }

    #[test]
    fn a_long_caption_goes_on_as_a_text() {
        let mut long = message(&"word ".repeat(400));
        long.media = Some(MediaOut {
            kind: MediaKind::Image,
            mime: "image/png".to_owned(),
            file_name: None,
            content: MediaContent::Kept(Vec::new()),
        });
        let parts = parts(long);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].media.is_some() && parts[1].media.is_none());
        assert!(parts[0].text.chars().count() <= CAPTION);
    }
}
