//! Running other programs, with a deadline where they use the network.

use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// Why a program gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// It can't be started.
    #[error("{program} can't be started: {source}")]
    Start {
        /// Its name.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It failed.
    #[error("{program} failed: {message}")]
    Failed {
        /// Its name.
        program: String,
        /// The end of what it said.
        message: String,
    },
    /// It took too long and was stopped.
    #[error("{program} took longer than {} s and was stopped", deadline.as_secs())]
    TooLong {
        /// Its name.
        program: String,
        /// How long it was allowed to take.
        deadline: Duration,
    },
}

/// Runs a program to its end and returns what it printed.
pub fn output(command: &mut Command) -> Result<String, ProcessError> {
    let program = name(command);
    let output = command.stdin(Stdio::null()).output();
    finish(program, output)
}

/// As [`output`], but stops the program when it takes longer than `deadline`.
pub fn output_within(command: &mut Command, deadline: Duration) -> Result<String, ProcessError> {
    let program = name(command);
    let start = |source| ProcessError::Start {
        program: program.clone(),
        source,
    };
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(start)?;
    let id = child.id();
    let (done, wait) = mpsc::channel();
    let waiter = std::thread::spawn(move || done.send(Child::wait_with_output(child)));
    match wait.recv_timeout(deadline) {
        Ok(output) => {
            let _ = waiter.join();
            finish(program, output)
        }
        Err(_) => {
            // The waiter owns the child, so it is stopped by its id, which stays its own until the waiter has seen its end.
            let _ = Command::new("kill").arg(id.to_string()).status();
            Err(ProcessError::TooLong { program, deadline })
        }
    }
}

fn name(command: &Command) -> String {
    let path = std::path::Path::new(command.get_program());
    let file = path.file_name().unwrap_or(path.as_os_str());
    file.to_string_lossy().into_owned()
}

fn finish(program: String, output: std::io::Result<Output>) -> Result<String, ProcessError> {
    let output = match output {
        Ok(output) => output,
        Err(source) => return Err(ProcessError::Start { program, source }),
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
    let end = lines.len().saturating_sub(3);
    Err(ProcessError::Failed {
        program,
        message: format!("{} ({})", lines[end..].join("; "), output.status),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_hangs_is_stopped() {
        let mut hang = Command::new("sleep");
        let error = output_within(hang.arg("600"), Duration::from_millis(50)).expect_err("hangs");
        assert!(matches!(error, ProcessError::TooLong { .. }), "{error}");
    }

    #[test]
    fn a_failure_tells_what_the_program_said() {
        let mut fail = Command::new("sh");
        let error = output(fail.args(["-c", "echo broken >&2; exit 3"])).expect_err("fails");
        let text = error.to_string();
        assert!(
            text.contains("sh failed: broken") && text.contains('3'),
            "{text}"
        );
        let error = output(&mut Command::new("no-such-program")).expect_err("is not there");
        assert!(
            error
                .to_string()
                .contains("no-such-program can't be started"),
            "{error}"
        );
    }
}
