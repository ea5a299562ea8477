//! A stretch of time in words.

use std::time::Duration;

jadi_plugin_sdk::texts! {
    languages: en, id, es;
    DAYS { en: "d", id: "hr", es: "d" }
    HOURS { en: "h", id: "j", es: "h" }
    MINUTES { en: "min", id: "mnt", es: "min" }
    SECONDS { en: "s", id: "dtk", es: "s" }
}

/// Milliseconds under a second, else seconds with one digit after the point.
pub fn short(span: Duration) -> String {
    match span.as_millis() {
        millis @ ..1000 => format!("{millis} ms"),
        // Not as a float: its formatting alone would make the component a tenth larger.
        millis => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
    }
}

/// The two largest units that are not zero, from days to seconds.
pub fn long(span: Duration, language: &str) -> String {
    let seconds = span.as_secs();
    let parts: Vec<String> = [
        (seconds / 86_400, DAYS),
        (seconds / 3600 % 24, HOURS),
        (seconds / 60 % 60, MINUTES),
        (seconds % 60, SECONDS),
    ]
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
    use super::*;

    #[test]
    fn spans_are_short_and_exact() {
        let cases = [
            (0, "0 ms"),
            (999, "999 ms"),
            (1000, "1.0 s"),
            (61_250, "61.2 s"),
        ];
        for (millis, text) in cases {
            assert_eq!(short(Duration::from_millis(millis)), text);
        }
        let cases = [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3661, "1 h 1 min"),
            (86_400 + 59, "1 d"),
            (90_000, "1 d 1 h"),
        ];
        for (seconds, text) in cases {
            assert_eq!(long(Duration::from_secs(seconds), "en"), text);
        }
        assert_eq!(long(Duration::from_secs(3661), "id"), "1 j 1 mnt");
    }
}
