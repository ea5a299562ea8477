//! A transcript as it happens, printed as a chat that one can read.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};

/// Where it is printed, and how.
pub struct View {
    colours: bool,
    /// What was printed, when it is shown later and whole.
    kept: Option<String>,
    /// Whether the last line was a step, so that a comment begins a new section.
    after_step: bool,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Title,
    Narration,
    Aside,
    Good,
    Bad,
}

impl View {
    /// Prints at once, in colours when it is a terminal that wants them.
    pub fn live() -> Self {
        Self {
            colours: colours_wanted(),
            kept: None,
            after_step: false,
        }
    }

    /// Keeps what is printed for [`View::into_text`].
    pub fn kept() -> Self {
        Self {
            colours: colours_wanted(),
            kept: Some(String::new()),
            after_step: false,
        }
    }

    /// Keeps what is printed, without colours.
    pub fn plain() -> Self {
        Self {
            colours: false,
            kept: Some(String::new()),
            after_step: false,
        }
    }

    /// What was kept.
    pub fn into_text(self) -> String {
        self.kept.unwrap_or_default()
    }

    /// The name of what follows.
    pub fn title(&mut self, text: &str) {
        self.line(&self.styled(Style::Title, text));
    }

    /// A comment of the transcript; after a step it begins a new section.
    pub fn narration(&mut self, text: &str) {
        if std::mem::take(&mut self.after_step) {
            self.line("");
        }
        let text = if text.is_empty() {
            String::new()
        } else {
            format!("  {}", self.styled(Style::Narration, text))
        };
        self.line(&text);
    }

    /// That one more phone has got what was printed before.
    pub fn seen_by(&mut self, who: &str) {
        self.after_step = true;
        self.line(&self.styled(Style::Aside, &format!("    ✓ {who}")));
    }

    /// A step that is no message.
    pub fn aside(&mut self, text: &str) {
        self.after_step = true;
        self.line(&self.styled(Style::Aside, &format!("  · {text}")));
    }

    /// A message, or what happened to one: who, in which group if in one, whom it is for if not, and what.
    pub fn said(&mut self, from: &str, place: &str, text: &str) {
        self.after_step = true;
        let head = format!("  {} → {}", self.name(from), self.name(place));
        let width = from.chars().count() + place.chars().count() + 5;
        let gap = 22_usize.saturating_sub(width).max(2);
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        let mut whole = format!("{head}{:gap$}{first}", "");
        for line in lines {
            let _ = write!(whole, "\n{:1$}{line}", "", width + gap);
        }
        self.line(&whole);
    }

    /// What came without being expected.
    pub fn also_came(&mut self, from: &str, place: &str, text: &str) {
        let line = format!("  ({from} → {place}: {})", text.replace('\n', " ⏎ "));
        self.line(&self.styled(Style::Aside, &line));
    }

    /// A good end.
    pub fn good(&mut self, text: &str) {
        self.line(&self.styled(Style::Good, text));
    }

    /// A bad end.
    pub fn bad(&mut self, text: &str) {
        self.line(&self.styled(Style::Bad, text));
    }

    fn line(&mut self, text: &str) {
        match &mut self.kept {
            Some(kept) => {
                kept.push_str(text);
                kept.push('\n');
            }
            None => {
                let mut out = std::io::stdout().lock();
                // A reader that went away is no reason to stop a transcript.
                let _ = writeln!(out, "{text}").and_then(|()| out.flush());
            }
        }
    }

    fn styled(&self, style: Style, text: &str) -> String {
        let code = match style {
            Style::Title => "1",
            Style::Narration => "3",
            Style::Aside => "2",
            Style::Good => "32",
            Style::Bad => "31",
        };
        self.painted(code, text)
    }

    /// The same person has the same colour everywhere.
    fn name(&self, name: &str) -> String {
        const COLOURS: [&str; 6] = ["36", "35", "33", "34", "32", "96"];
        let sum: usize = name.bytes().map(usize::from).sum();
        self.painted(&format!("1;{}", COLOURS[sum % COLOURS.len()]), name)
    }

    fn painted(&self, code: &str, text: &str) -> String {
        if self.colours {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

fn colours_wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none() && std::io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_reads_as_one_and_long_texts_stay_in_their_column() {
        let mut view = View::plain();
        view.title("ping.chat");
        view.narration("It answers.");
        view.said("alice", "main", "!ping");
        view.said("main", "alice", "*Menu*\n!ping");
        view.aside("host is killed");
        view.also_came("bob", "friends", "a\nb");
        view.seen_by("alice");
        view.narration("Then.");
        assert_eq!(
            view.into_text(),
            "ping.chat\n  It answers.\n  alice → main        !ping\n  main → alice        *Menu*\n                      !ping\n  · host is killed\n  (bob → friends: a ⏎ b)\n    ✓ alice\n\n  Then.\n"
        );
    }

    #[test]
    fn colours_are_for_terminals_only() {
        let mut view = View {
            colours: true,
            kept: Some(String::new()),
            after_step: false,
        };
        view.good("done");
        assert_eq!(view.into_text(), "\x1b[32mdone\x1b[0m\n");
    }
}
