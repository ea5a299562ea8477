//! Which lines of the grammar this build cannot carry out yet. They are told with their numbers before anything starts.

use super::Failure;
use crate::script::{QrSource, Script, Step};

/// The first line of `script` that this build can't carry out, if there is one.
pub fn not_yet(script: &Script) -> Option<Box<Failure>> {
    let (line, what) = script
        .lines
        .iter()
        .find_map(|line| Some((line, needs(&line.step)?)))?;
    Some(Box::new(Failure {
        file: script.file.clone(),
        line: Some(line.number),
        step: Some(line.step.to_string()),
        expected: "a line that this build can carry out".to_owned(),
        came: format!(
            "a line that needs {what}, which this build does not have yet; nothing was run"
        ),
        host_log: String::new(),
    }))
}

fn needs(step: &Step) -> Option<&'static str> {
    match step {
        Step::Scan {
            source: QrSource::Page,
            ..
        } => Some("bots that are made on the connect page"),
        Step::Comment(_)
        | Step::Phone(_)
        | Step::Owner(_)
        | Step::Server { .. }
        | Step::Limit { .. }
        | Step::Bot { .. }
        | Step::AsBot(_)
        | Step::Scan { .. }
        | Step::Enter { .. }
        | Step::Confirm { .. }
        | Step::Unlink { .. }
        | Step::WantsInvitations { .. }
        | Step::Goes { .. }
        | Step::Picture { .. }
        | Step::Vote { .. }
        | Step::Gone { .. }
        | Step::Group { .. }
        | Step::Send { .. }
        | Step::Reply { .. }
        | Step::Expect(_)
        | Step::Edit { .. }
        | Step::Delete { .. }
        | Step::GroupChange { .. }
        | Step::State { .. }
        | Step::Network { .. }
        | Step::Fault { .. }
        | Step::HostIsKilled
        | Step::HostStarts
        | Step::TimePasses(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn script(text: &str) -> Script {
        let cast = "phone alice 6280000000101\n";
        Script::parse(Path::new("a.chat"), &format!("{cast}{text}\n")).expect("a transcript")
    }

    #[test]
    fn a_line_for_later_is_named_with_its_number() {
        let line = "alice scans page";
        let failure = not_yet(&script(&format!("alice -> main: hello\n{line}"))).expect(line);
        assert_eq!(failure.line, Some(3));
        let told = failure.to_string();
        assert!(told.starts_with(&format!("a.chat:3: {line}\n")), "{told}");
        assert!(told.contains("does not have yet"), "{told}");
    }

    #[test]
    fn what_can_be_done_is_not_refused() {
        let text = "bot shop 6280000000200 owner alice\nas bot mine := 6280000000101\nalice scans main\nalice enters main\nalice confirms main\n\
                    alice unlinks shop\nshop is gone\ngroup g: alice*, main\nalice -> main: hello\nalice <- main: nothing\nfault main: 503\nhost is killed\nhost starts";
        assert_eq!(not_yet(&script(text)), None);
    }
}
