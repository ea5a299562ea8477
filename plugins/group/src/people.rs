//! Whom a command means.

use jadi_plugin_sdk::Message;

/// Those who are mentioned; else who wrote the message that is answered; else the numbers in the text. Addresses, each once.
pub fn meant(message: &Message) -> Vec<String> {
    let mentioned = message.mentions();
    if !mentioned.is_empty() {
        return each_once(mentioned);
    }
    let typed = numbers(&message.args());
    if !typed.is_empty() {
        return each_once(
            typed
                .iter()
                .map(|number| format!("{number}@s.whatsapp.net"))
                .collect(),
        );
    }
    message
        .quoted()
        .map(|quoted| quoted.author())
        .into_iter()
        .collect()
}

/// The user part of an address.
pub fn user(jid: &str) -> &str {
    jid.split('@').next().unwrap_or(jid)
}

/// Numbers as people type them, separated by commas or lines: with or without `+`, spaces, dots, dashes and parentheses. What
/// is not one is passed over.
fn numbers(text: &str) -> Vec<String> {
    text.split([',', ';', '\n'])
        .filter_map(|part| {
            let part = part.trim();
            let part = part.strip_prefix('+').unwrap_or(part);
            let allowed = |c: char| c.is_ascii_digit() || " .-()".contains(c);
            let digits: String = part.chars().filter(char::is_ascii_digit).collect();
            let is_number = part.chars().all(allowed)
                && (7..=15).contains(&digits.len())
                && !digits.starts_with('0');
            is_number.then_some(digits)
        })
        .collect()
}

fn each_once(people: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(people.len());
    for person in people {
        if !once.contains(&person) {
            once.push(person);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let cases: [(&str, &[&str]); 6] = [
            ("6280000000101", &["6280000000101"]),
            ("+62 800-0000-0101", &["6280000000101"]),
            (
                "62 (800) 0000.0101, 6280000000102",
                &["6280000000101", "6280000000102"],
            ),
            ("him", &[]),
            ("0800000101", &[]),
            ("12", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(numbers(text), expected, "{text:?}");
        }
    }

    #[test]
    fn the_user_part_is_what_stands_before_the_at() {
        assert_eq!(user("6280000000101@s.whatsapp.net"), "6280000000101");
        assert_eq!(user("nobody"), "nobody");
    }

    #[test]
    fn each_is_meant_once() {
        let people = ["a", "b", "a"].map(str::to_owned).to_vec();
        assert_eq!(each_once(people), ["a", "b"]);
    }
}
