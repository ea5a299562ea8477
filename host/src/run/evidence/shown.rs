//! Receipts, failures and shares as lines of text, for a terminal.

use crate::clock::Millis;
use crate::dispatch::{FailureEntry, LogEntry, Measure, Share};
use crate::plugins::{LogLevel, LogLine};

/// A run, its failure and its log lines, each on a line of its own.
pub(super) fn entry(entry: &LogEntry) -> String {
    let receipt = &entry.receipt;
    let digest = receipt.digest.get(..8).unwrap_or_default();
    let ended = match &receipt.failure {
        None => "ok",
        Some(_) => "FAILED",
    };
    let shares: Vec<String> = receipt.shares().map(share).collect();
    let mut text = format!(
        "{} {} {} {} ({digest}) {ended}: {}\n",
        time(entry.at),
        plain(&receipt.event),
        plain(&entry.plugin),
        plain(&receipt.version),
        shares.join(", ")
    );
    if let Some(failure) = &receipt.failure {
        text.push_str(&format!("    {}\n", plain(failure)));
    }
    for frame in &receipt.backtrace {
        text.push_str(&format!("      in {}\n", plain(frame)));
    }
    for line in &receipt.log {
        text.push_str(&log_line(line));
    }
    text
}

/// A line of a plugin's log.
pub(super) fn log_line(line: &LogLine) -> String {
    let level = match line.level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    };
    format!("    {level}: {}\n", plain(&line.text))
}

/// A failed event in a list.
pub(super) fn failure(entry: &FailureEntry) -> String {
    let summary = &entry.summary;
    format!(
        "{:>6}  {} {} {} {}: {} ({})",
        entry.row,
        time(entry.at),
        plain(&summary.event),
        plain(&entry.plugin),
        plain(&summary.version),
        plain(&summary.failure),
        size(summary.bytes)
    )
}

/// What was used of a limit.
pub(super) fn share(share: Share) -> String {
    let used = share.used;
    let what = match share.of {
        Measure::Cpu => format!("cpu {}", micros(used)),
        Measure::Wall => format!("wall {}", micros(used)),
        Measure::Memory => format!("memory {}", size(used)),
        Measure::HostCalls => format!("calls {used}"),
        Measure::CallBytes => format!("largest {}", size(used)),
        Measure::Actions => format!("actions {used}"),
        Measure::Text => format!("text {}", size(used)),
        Measure::Log => format!("log {}", size(used)),
    };
    format!("{what} ({} %)", share.percent())
}

/// A time, to the second.
pub(super) fn time(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_else(|_| at.to_string())
}

fn micros(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        _ => format!("{} ms", micros / 1_000),
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_024 => format!("{bytes} B"),
        1_024..1_048_576 => format!("{} KiB", bytes / 1_024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

/// A plugin's or a person's text without what a terminal would take for more than text.
pub(super) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_direction(c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character turns the direction of those around it.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_tells_what_was_used_and_how_much_of_its_limit() {
        let of = |of, used, allowed| share(Share { of, used, allowed });
        assert_eq!(of(Measure::Cpu, 310, 50_000), "cpu 310 µs (1 %)");
        assert_eq!(of(Measure::Cpu, 50_000, 50_000), "cpu 50 ms (100 %)");
        assert_eq!(
            of(Measure::Memory, 1_179_648, 16 << 20),
            "memory 1 MiB (8 %)"
        );
        assert_eq!(of(Measure::HostCalls, 0, 128), "calls 0 (0 %)");
        assert_eq!(of(Measure::Actions, 1, 0), "actions 1 (100 %)");
    }

    #[test]
    fn no_text_of_a_plugin_reaches_the_terminal_as_a_command() {
        assert_eq!(
            plain("a\u{1b}[2Jb\r\n\u{202e}c é 👍"),
            "a\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}c é 👍"
        );
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(time(1_700_000_000_999), "2023-11-14T22:13:20Z");
    }
}
