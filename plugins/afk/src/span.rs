//! How long somebody has been away, in words.

use std::time::Duration;

use crate::texts::{DAYS, HOURS, MINUTES, SECONDS};

/// The two largest units that are not zero, from days to seconds.
pub fn long(span: Duration, language: &str) -> String {
    let seconds = span.as_secs();
    let units = [
        (seconds / 86_400, DAYS),
        (seconds / 3600 % 24, HOURS),
        (seconds / 60 % 60, MINUTES),
        (seconds % 60, SECONDS),
    ];
    let parts: Vec<String> = units
        .into_iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {}", unit.in_language(language)))
        .collect();
    match parts.is_empty() {
        true => format!("0 {}", SECONDS.in_language(language)),
        false => parts.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::long;
    use std::time::Duration;

    #[test]
    fn two_units_are_told() {
        let said = |seconds| long(Duration::from_secs(seconds), "en");
        assert_eq!(said(0), "0 s");
        assert_eq!(said(61), "1 min 1 s");
        assert_eq!(said(90_000), "1 d 1 h");
        assert_eq!(said(86_400), "1 d");
    }
}
