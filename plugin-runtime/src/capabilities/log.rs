//! `log`: the plugin's own log, bounded per event. What is too much is cut off and said so; a plugin does not fail for it.

use super::super::bindings::jadi::plugin::log::{Host, Level};
use super::super::context::{LogLevel, LogLine};
use super::super::limits::EventLimits;
use super::super::state::EventState;

/// One event's lines.
pub(in super::super) struct Book {
    allowed: u64,
    used: u64,
    lines: Vec<LogLine>,
    dropped: u64,
}

impl Book {
    pub(in super::super) fn new(limits: &EventLimits) -> Self {
        Self {
            allowed: limits.log_bytes,
            used: 0,
            lines: Vec::new(),
            dropped: 0,
        }
    }

    /// How many bytes have been written.
    pub(in super::super) fn used(&self) -> u64 {
        self.used
    }

    fn write(&mut self, level: LogLevel, mut text: String) {
        // The end of a line counts as a byte, so that empty lines come to an end too.
        let bytes = (text.len() as u64).saturating_add(1);
        let left = self.allowed.saturating_sub(self.used);
        if bytes > left || self.dropped > 0 {
            self.dropped = self.dropped.saturating_add(1);
            if self.dropped > 1 || left == 0 {
                return;
            }
            let keep = usize::try_from(left - 1).unwrap_or(usize::MAX);
            text.truncate(text.floor_char_boundary(keep));
        }
        self.used = self.used.saturating_add(bytes.min(left));
        self.lines.push(LogLine { level, text });
    }

    /// The lines; the last one says what was cut off, if anything was.
    pub(in super::super) fn close(mut self) -> Vec<LogLine> {
        if self.dropped > 0 {
            self.lines.push(LogLine {
                level: LogLevel::Warn,
                text: format!(
                    "the log is cut off here: one event may write {} bytes, and {} lines did not fit",
                    self.allowed, self.dropped
                ),
            });
        }
        self.lines
    }
}

impl Host for EventState {
    fn write(&mut self, level: Level, text: String) -> wasmtime::Result<()> {
        let level = match level {
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        self.log.write(level, text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(log_bytes: u64) -> Book {
        Book::new(&EventLimits {
            log_bytes,
            ..EventLimits::default()
        })
    }

    fn texts(book: Book) -> Vec<String> {
        book.close().into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn what_fits_is_kept_as_it_is() {
        let mut book = book(8);
        book.write(LogLevel::Info, "abc".to_owned());
        book.write(LogLevel::Info, "def".to_owned());
        assert_eq!(texts(book), ["abc", "def"]);
    }

    #[test]
    fn what_does_not_fit_is_cut_and_counted() {
        let mut book = book(8);
        book.write(LogLevel::Info, "abc".to_owned());
        book.write(LogLevel::Info, "ééé".to_owned());
        book.write(LogLevel::Info, String::new());
        let texts = texts(book);
        let [first, cut, notice] = texts.as_slice() else {
            panic!("three lines, not {texts:?}");
        };
        assert_eq!((first.as_str(), cut.as_str()), ("abc", "é"));
        assert!(
            notice.contains("8 bytes") && notice.contains("2 lines"),
            "{notice}"
        );
    }

    #[test]
    fn empty_lines_come_to_an_end() {
        let mut book = book(8);
        for _ in 0..1000 {
            book.write(LogLevel::Info, String::new());
        }
        assert_eq!(book.close().len(), 9);
    }
}
