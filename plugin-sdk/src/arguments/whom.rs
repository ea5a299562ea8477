//! People: who is mentioned, whose number is typed, or whose message is answered.

use super::{Argument, Line, Misuse, Texts};
use crate::words;

const SOMEBODY: Texts = words! {
    en: "somebody: mention them, type their number with its country code, or answer a message of theirs",
    id: "seseorang: sebut dia, ketik nomornya dengan kode negara, atau balas pesannya",
    es: "alguien: menciónalo, escribe su número con el código de país o responde a un mensaje suyo",
};

/// Somebody: mentioned as `@…`, by a phone number, or by answering a message of theirs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Whom(String);

impl Whom {
    /// Their address, which data about them is kept under.
    pub fn jid(&self) -> &str {
        &self.0
    }

    /// `@` and the address's user part: in a text that mentions them with [`Reply::mention`](crate::Reply::mention) it is
    /// shown as their name.
    pub fn at(&self) -> String {
        format!("@{}", user(&self.0))
    }
}

impl Argument for Whom {
    fn what_in(language: &str) -> String {
        SOMEBODY.in_language(language).to_owned()
    }

    /// By a phone number: what else a person may be is not told by a word.
    fn from_word(word: &str) -> Option<Self> {
        let digits: String = word
            .strip_prefix('+')
            .unwrap_or(word)
            .chars()
            .filter(|c| !matches!(c, '-' | '.' | '(' | ')'))
            .collect();
        let number = (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        number.then(|| Self(format!("{digits}@s.whatsapp.net")))
    }

    fn take(line: &mut Line<'_>, name: &'static str, _last: bool) -> Result<Self, Misuse> {
        let word = line.word();
        if let Some(mention) = word.and_then(|word| word.strip_prefix('@')) {
            let mentions = line.people().mentions();
            // A phone writes a mention by number or by linked identity, and the address that comes with it is the one that
            // data is kept under: when they differ, the order tells who is meant.
            let exact = mentions.iter().find(|jid| user(jid) == mention);
            if let Some(jid) = exact.or_else(|| mentions.get(line.mentioned)) {
                line.mentioned += 1;
                line.drop_word();
                return Ok(Self(jid.clone()));
            }
        }
        if let Some(whom) = word.and_then(Self::from_word) {
            line.drop_word();
            return Ok(whom);
        }
        match (line.people().answered(), word) {
            (Some(jid), _) => Ok(Self(jid)),
            (None, Some(word)) => Err(Misuse::wrong(name, Self::what_in, word)),
            (None, None) => Err(Misuse::missing(name)),
        }
    }
}

fn user(jid: &str) -> &str {
    jid.split('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::line::tests::Somebody;
    use super::*;

    const BOB: &str = "6280000000102@s.whatsapp.net";
    const CAROL: &str = "6280000000103@s.whatsapp.net";

    #[test]
    fn somebody_is_mentioned_numbered_or_answered() {
        let people = Somebody(vec![BOB.to_owned(), CAROL.to_owned()], Some(BOB.to_owned()));
        let cases = [
            ("@6280000000103 3", CAROL, Some("3")),
            ("+62-800-0000-0103 3", CAROL, Some("3")),
            ("3", BOB, Some("3")),
            ("", BOB, None),
        ];
        for (text, jid, left) in cases {
            let mut line = Line::new(text, &people);
            let whom = line.take::<Whom>("whom", false).expect(text);
            assert_eq!((whom.jid(), line.word()), (jid, left), "{text:?}");
        }
    }

    #[test]
    fn mentions_by_linked_identity_are_told_by_their_order() {
        let people = Somebody(vec![BOB.to_owned(), CAROL.to_owned()], None);
        let mut line = Line::new("@111 @222", &people);
        let whom = line.take::<Vec<Whom>>("whom", true).expect("two");
        let jids: Vec<_> = whom.iter().map(Whom::jid).collect();
        assert_eq!(jids, [BOB, CAROL]);
        assert_eq!(whom[0].at(), "@6280000000102");
    }

    #[test]
    fn nobody_is_told_how_to_name_somebody() {
        let nobody = Somebody::default();
        let misuse = Line::new("bob", &nobody).take::<Whom>("whom", true);
        let text = misuse.expect_err("nobody").text("en");
        assert!(
            text.starts_with("*whom* must be somebody: mention them"),
            "{text}"
        );
        for word in ["0800000001", "12345", "12345678901234567", "call-me"] {
            assert_eq!(Whom::from_word(word), None, "{word}");
        }
    }
}
