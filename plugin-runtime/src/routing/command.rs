//! Whether a text is a command.

/// The longest word that can be a command, in characters.
const LONGEST: usize = 32;

/// A text that is a command by its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Typed<'a> {
    /// The prefix.
    pub(super) prefix: &'a str,
    /// The word after it, in lower case.
    pub(super) word: String,
    /// The rest, spaces around it removed.
    pub(super) args: &'a str,
}

/// Reads a text as a command: one of the prefixes, directly after it a letter, then letters, digits and dashes, then a
/// space or the end. `!!!`, `...`, `/` and `/etc/hosts` are none.
pub(super) fn parse<'a>(text: &'a str, prefixes: &'a [String]) -> Option<Typed<'a>> {
    let text = text.trim_start();
    let prefix = prefixes
        .iter()
        .filter(|prefix| !prefix.is_empty() && text.starts_with(prefix.as_str()))
        .max_by_key(|prefix| prefix.len())?;
    let rest = text.strip_prefix(prefix.as_str())?;
    let (word, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let first = word.chars().next()?;
    let form = first.is_alphabetic()
        && word.chars().count() <= LONGEST
        && word.chars().all(|c| c.is_alphanumeric() || c == '-');
    form.then(|| Typed {
        prefix,
        word: word.to_lowercase(),
        args: args.trim(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefixes() -> Vec<String> {
        ["!", ".", "#", "/", "bot "].map(str::to_owned).to_vec()
    }

    #[test]
    fn commands_are_read_as_people_type_them() {
        let cases = [
            ("!ping", "!", "ping", ""),
            (" .PING", ".", "ping", ""),
            (
                "#setwelcome  Hello\n {user} ",
                "#",
                "setwelcome",
                "Hello\n {user}",
            ),
            (
                "/jadibot 6280000000101 --qr",
                "/",
                "jadibot",
                "6280000000101 --qr",
            ),
            ("!menu\nplease", "!", "menu", "please"),
            ("bot ping", "bot ", "ping", ""),
            ("!меню", "!", "меню", ""),
            ("!add-2", "!", "add-2", ""),
        ];
        for (text, prefix, word, args) in cases {
            let prefixes = prefixes();
            let typed = parse(text, &prefixes).expect(text);
            assert_eq!(
                (typed.prefix, typed.word.as_str(), typed.args),
                (prefix, word, args)
            );
        }
    }

    #[test]
    fn what_only_looks_like_one_is_none() {
        let long = format!("!{}", "a".repeat(33));
        let texts = [
            "",
            "!",
            "!!!",
            "...",
            "/",
            "! ping",
            "!1",
            "ping",
            "hello !ping",
            "see #hashtag",
            "/etc/hosts",
            ".com.",
            "!ping!",
            "!-x",
            "#",
            "/s/a/b/",
            &long,
        ];
        for text in texts {
            assert_eq!(parse(text, &prefixes()), None, "{text:?}");
        }
        assert_eq!(parse("!ping", &[String::new()]), None);
    }
}
