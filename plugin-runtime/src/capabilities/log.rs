//! `log`: the plugin's own log, bounded per event. What is too much is cut off and said so; a plugin does not fail for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::bindings::jadi::plugin::log::{Host, Level};
use super::super::context::{LogLevel, LogLine};
use super::super::limits::EventLimits;
use super::super::state::EventState;

/// One event's lines, shared with what else writes into them.
#[derive(Clone)]
pub(in super::super) struct Log(Arc<Mutex<Book>>);

impl Log {
    pub(in super::super) fn new(limits: &EventLimits) -> Self {
        Self(Arc::new(Mutex::new(Book::new(limits))))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a line of the host's, for whoever reads the plugin's log.
    pub(in super::super) fn note(&self, text: String) {
        self.book().write(LogLevel::Warn, text);
    }

    /// Takes bytes as a program prints them: a line is written when its end has come.
    pub(in super::super) fn print(&self, level: LogLevel, bytes: &[u8]) {
        self.book().print(level, bytes);
    }

    /// How many bytes have been written.
    pub(in super::super) fn used(&self) -> u64 {
        self.book().used
    }

    /// The lines; the last one says what was cut off, if anything was.
    pub(in super::super) fn close(self) -> Vec<LogLine> {
        std::mem::take(&mut *self.book()).close()
    }
}

#[derive(Default)]
struct Book {
    allowed: u64,
    used: u64,
    lines: Vec<LogLine>,
    dropped: u64,
    /// What was printed of lines whose end has not come, one for each level.
    begun: Vec<(LogLevel, Vec<u8>)>,
}

impl Book {
    fn new(limits: &EventLimits) -> Self {
        Self {
            allowed: limits.log_bytes,
            ..Self::default()
        }
    }

    fn print(&mut self, level: LogLevel, bytes: &[u8]) {
        let begun = self.begun.iter().position(|(of, _)| *of == level);
        let mut line = begun.map_or_else(Vec::new, |place| self.begun.swap_remove(place).1);
        // A line that would be cut off anyway is not kept whole, however long it gets.
        let most = usize::try_from(self.allowed)
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let mut parts = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            let room = most.saturating_sub(line.len()).min(part.len());
            line.extend_from_slice(part.get(..room).unwrap_or_default());
            if parts.peek().is_some() {
                self.write(level, String::from_utf8_lossy(&line).into_owned());
                line.clear();
            }
        }
        if !line.is_empty() {
            self.begun.push((level, line));
        }
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

    fn close(mut self) -> Vec<LogLine> {
        for (level, line) in std::mem::take(&mut self.begun) {
            self.write(level, String::from_utf8_lossy(&line).into_owned());
        }
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
        self.log.book().write(level, text);
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
    fn what_is_printed_becomes_lines() {
        let mut book = book(100);
        book.print(LogLevel::Info, b"on");
        book.print(LogLevel::Error, b"Traceback\n  at x\n");
        book.print(LogLevel::Info, b"e\n\ntwo\nno end \xff");
        let lines: Vec<_> = book
            .close()
            .into_iter()
            .map(|line| (line.level, line.text))
            .collect();
        let expected = [
            (LogLevel::Error, "Traceback"),
            (LogLevel::Error, "  at x"),
            (LogLevel::Info, "one"),
            (LogLevel::Info, ""),
            (LogLevel::Info, "two"),
            (LogLevel::Info, "no end \u{fffd}"),
        ];
        assert_eq!(
            lines,
            expected.map(|(level, text)| (level, text.to_owned()))
        );
    }

    #[test]
    fn a_line_without_an_end_takes_no_more_memory_than_the_log_may() {
        let mut book = book(8);
        for _ in 0..1000 {
            book.print(LogLevel::Info, &[b'x'; 1000]);
        }
        assert!(book.begun.iter().all(|(_, line)| line.len() <= 9));
        assert_eq!(texts(book).first().map(String::as_str), Some("xxxxxxx"));
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
