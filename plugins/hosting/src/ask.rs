//! What stands after `!jadibot`: a number as people write it, and how it is to be linked.

use jadi_plugin_sdk::hosting::Method;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The number as it was typed; empty when there was none.
    pub number: String,
    /// How it is linked, when that was said.
    pub method: Option<Method>,
}

/// Reads the arguments. The number may have spaces, dashes and brackets in it, and the flag may stand before or behind it. None
/// when there is something in them that is neither.
pub fn read(arguments: &str) -> Option<Asked> {
    let mut asked = Asked {
        number: String::new(),
        method: None,
    };
    for word in arguments.split_whitespace() {
        let flag = word.to_lowercase();
        match flag.trim_start_matches(['-', '—', '–']) {
            "qr" => asked.method = Some(Method::Qr),
            "code" | "pairing" | "pair" => asked.method = Some(Method::Code),
            other if other.chars().any(char::is_alphabetic) => return None,
            // Telephones make one long dash of two short ones; what is no flag belongs to the number.
            _ => {
                if !asked.number.is_empty() {
                    asked.number.push(' ');
                }
                asked.number.push_str(word);
            }
        }
    }
    Some(asked)
}

/// A pairing code as phones show it, `XXXX-XXXX`.
pub fn dashed(code: &str) -> String {
    match (code.get(..4), code.get(4..)) {
        (Some(first), Some(last)) => format!("{first}-{last}"),
        _ => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_flags_are_told_apart() {
        let cases = [
            ("", "", None),
            ("6280000000200", "6280000000200", None),
            (
                "+62 800-0000-0200 --qr",
                "+62 800-0000-0200",
                Some(Method::Qr),
            ),
            ("--code 6280000000200", "6280000000200", Some(Method::Code)),
            (
                "6280000000200 —pairing",
                "6280000000200",
                Some(Method::Code),
            ),
            ("6280000000200 PAIR", "6280000000200", Some(Method::Code)),
            ("6280000000200 code", "6280000000200", Some(Method::Code)),
        ];
        for (typed, number, method) in cases {
            let asked = read(typed).expect("it is right");
            assert_eq!(
                (asked.number.as_str(), asked.method),
                (number, method),
                "{typed}"
            );
        }
        assert_eq!(read("6280000000200 --fast"), None);
        assert_eq!(read("my number"), None);
    }

    #[test]
    fn a_code_is_shown_in_two_halves() {
        assert_eq!(dashed("ABCD2345"), "ABCD-2345");
        assert_eq!(dashed("AB"), "AB");
    }
}
