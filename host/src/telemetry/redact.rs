//! Finds what looks like a phone number, a WhatsApp address or a token of an account in a line of text and hides it.

/// The fewest digits that can be a number with its country code.
const FEWEST: usize = 7;
/// The most digits that are hidden: an E.164 number has fifteen, a LID up to as many, a group's address eighteen and more.
/// Longer runs, such as hexadecimal ids that happen to have no letters, stay.
const MOST: usize = 24;

/// What stands before a token of the account in an address of WhatsApp's media hosts, which its client's library logs when a file
/// can't be fetched.
const TOKENS: [&str; 2] = ["auth=", "token="];

/// The line with every token hidden, and every number of 7 to 24 digits but for its last two, whether it stands alone, is grouped
/// by spaces and dashes behind a plus sign, or is part of an address. Digits within words, as in hexadecimal ids, stay.
pub fn redact(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    let mut before = None;
    while let Some(next) = rest.chars().next() {
        if let Some((named, after)) = token(rest) {
            out.push_str(named);
            out.push('…');
            before = Some('…');
            rest = after;
            continue;
        }
        let starts = (next.is_ascii_digit() || next == '+') && !before.is_some_and(word);
        let length = if starts { number(rest) } else { 0 };
        if length > 0 {
            let (hidden, after) = rest.split_at(length);
            let mut last: Vec<char> = hidden
                .chars()
                .rev()
                .filter(char::is_ascii_digit)
                .take(2)
                .collect();
            last.reverse();
            out.push('…');
            out.extend(last);
            before = Some('0');
            rest = after;
        } else if next.is_ascii_digit() {
            // The whole run stays, so that its tail is not taken for a number of its own.
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let (kept, after) = rest.split_at(end);
            out.push_str(kept);
            before = Some('0');
            rest = after;
        } else {
            out.push(next);
            before = Some(next);
            rest = rest.get(next.len_utf8()..).unwrap_or_default();
        }
    }
    out
}

/// What names a token that the text begins with, and what comes behind the token.
fn token(text: &str) -> Option<(&'static str, &str)> {
    let named = TOKENS.iter().find(|named| text.starts_with(**named))?;
    let value = text.get(named.len()..).unwrap_or_default();
    let ends = |c: char| !(word(c) || "-_%~.+/=".contains(c));
    let end = value.find(ends).unwrap_or(value.len());
    Some((named, value.get(end..).unwrap_or_default()))
}

fn word(c: char) -> bool {
    c.is_alphanumeric()
}

/// How many bytes at the start of `text` are a number; 0 when none is.
fn number(text: &str) -> usize {
    let international = text.starts_with('+');
    let mut digits = 0;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => {
                digits += 1;
                end = at + 1;
            }
            '+' if at == 0 => {}
            ' ' | '-' | '.' | '(' | ')' if international => {}
            _ => break,
        }
    }
    let joined = text
        .get(end..)
        .and_then(|rest| rest.chars().next())
        .is_some_and(char::is_alphabetic);
    if (FEWEST..=MOST).contains(&digits) && !joined {
        end
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_and_addresses_are_hidden() {
        for (line, shown) in [
            ("to 6280000000101 now", "to …01 now"),
            ("6280000000101@s.whatsapp.net", "…01@s.whatsapp.net"),
            ("6280000000101:7@s.whatsapp.net", "…01:7@s.whatsapp.net"),
            ("900000000000101@lid", "…01@lid"),
            ("120363000000000001@g.us", "…01@g.us"),
            ("call +62 800-0000-0101.", "call …01."),
            ("jid=\"6280000000101\"", "jid=\"…01\""),
            ("Jid { user: \"6280000000101\" }", "Jid { user: \"…01\" }"),
        ] {
            assert_eq!(redact(line), shown);
        }
    }

    #[test]
    fn tokens_of_the_account_are_hidden() {
        for (line, shown) in [
            (
                "can't get https://mmg.example/v/x.enc?ccb=11-4&auth=AWXy_-%3D12&token=abc.d~e: 410",
                "can't get https://mmg.example/v/x.enc?ccb=11-4&auth=…&token=…: 410",
            ),
            ("auth=AW/x+y== and more", "auth=… and more"),
            ("token=", "token=…"),
        ] {
            assert_eq!(redact(line), shown);
        }
    }

    #[test]
    fn what_is_no_number_stays() {
        for line in [
            "2026-11-23T02:00:00Z  INFO jadi::bots: bot",
            "listening on http://127.0.0.1:8080/",
            "bot 00112233445566778899aabbccddeeff",
            "bot 01234567a8901234567b890123456789",
            "11111111111111111111111111111111",
            "id 3EB0123456789ABCDEF012",
            "six digits 123456",
            "",
        ] {
            assert_eq!(redact(line), line);
        }
    }

    proptest! {
        #[test]
        fn no_number_survives_in_any_surrounding(
            before in "[ -~]{0,20}[ =\"'(:,]",
            number in "[1-9][0-9]{9,13}",
            after in "[ @\"'):,]?[ -~]{0,20}",
        ) {
            prop_assume!(!after.starts_with(|c: char| c.is_alphanumeric()));
            prop_assume!(!before.contains(&number) && !after.contains(&number));
            let line = format!("{before}{number}{after}");
            prop_assert!(!redact(&line).contains(&number), "{}", redact(&line));
        }
    }
}
