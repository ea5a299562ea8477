//! Logging: `tracing`, with the libraries' `log` records bridged in, and a net that keeps people's numbers out.
//!
//! Our own types mask themselves in their `Debug` form. The net is for what slips through, above all for the client
//! library, which logs addresses and even pairing codes at level info: its records at info count as debug here, and every
//! line, of whatever level, is searched for phone numbers and addresses before it is written.

mod redact;

use std::io::{self, Write};
use std::path::Path;

use tracing::{Level, Metadata};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::filter::{LevelFilter, Targets, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

pub use redact::redact;

/// How many days' files are kept in the log directory.
const KEPT_FILES: usize = 14;

/// The log can't be written.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The log directory can't be used.
    #[error("the log directory {dir} can't be used: {source}; make it, or set log_dir to another")]
    Directory {
        /// The directory.
        dir: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something in this process has set up logging before.
    #[error("logging was set up twice: {0}")]
    Twice(#[source] tracing_subscriber::util::TryInitError),
}

/// Writes what is still waiting when it is dropped.
#[must_use = "the last lines of the log file are lost without it"]
pub struct TelemetryGuard {
    _file: Option<WorkerGuard>,
}

/// Starts logging to standard error and, when given, to one file a day in `log_dir`.
///
/// # Errors
///
/// When the directory can't be used.
pub fn start(targets: &Targets, log_dir: Option<&Path>) -> Result<TelemetryGuard, TelemetryError> {
    let (file, guard) = match log_dir {
        None => (None, None),
        Some(dir) => {
            let unusable =
                |source: Box<dyn std::error::Error + Send + Sync>| TelemetryError::Directory {
                    dir: dir.display().to_string(),
                    source,
                };
            std::fs::create_dir_all(dir).map_err(|error| unusable(error.into()))?;
            let daily = tracing_appender::rolling::Builder::new()
                .rotation(tracing_appender::rolling::Rotation::DAILY)
                .filename_prefix("jadi")
                .filename_suffix("log")
                .max_log_files(KEPT_FILES)
                .build(dir)
                .map_err(|error| unusable(error.into()))?;
            let (writer, guard) = tracing_appender::non_blocking(daily);
            (Some(lines(writer, targets.clone())), Some(guard))
        }
    };
    tracing_subscriber::registry()
        .with(lines(io::stderr, targets.clone()))
        .with(file)
        .try_init()
        .map_err(TelemetryError::Twice)?;
    Ok(TelemetryGuard { _file: guard })
}

fn lines<S, W>(writer: W, targets: Targets) -> impl Layer<S>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let hint = most(&targets);
    let filter = filter_fn(move |metadata| allowed(&targets, metadata)).with_max_level_hint(hint);
    fmt::layer()
        .with_ansi(false)
        .with_timer(Seconds)
        .with_writer(Redacting(writer))
        .with_filter(filter)
}

/// The loudest level that any target may have, so that quieter ones cost nothing.
fn most(targets: &Targets) -> LevelFilter {
    targets
        .iter()
        .map(|(_, level)| level)
        .chain(targets.default_level())
        .max()
        .unwrap_or(LevelFilter::OFF)
}

/// Whether a line may be written: what a library calls info needs debug to be wanted of it.
fn allowed(targets: &Targets, metadata: &Metadata<'_>) -> bool {
    let ours = metadata.target().starts_with("jadi");
    let level = if !ours && *metadata.level() == Level::INFO {
        Level::DEBUG
    } else {
        *metadata.level()
    };
    targets.would_enable(metadata.target(), &level)
}

/// UTC to the second: finer digits would look like numbers, and order is kept anyway.
struct Seconds;

impl FormatTime for Seconds {
    fn format_time(&self, w: &mut fmt::format::Writer<'_>) -> std::fmt::Result {
        write!(
            w,
            "{}",
            jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ")
        )
    }
}

/// Redacts each line on its way to the writer. The formatter hands over a whole line at once.
struct Redacting<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for Redacting<W> {
    type Writer = RedactingWriter<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        RedactingWriter(self.0.make_writer())
    }
}

struct RedactingWriter<W>(W);

impl<W: Write> Write for RedactingWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all(redact(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::model::Jid;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("bytes").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(targets: Targets, write: impl FnOnce()) -> String {
        let captured = Captured::default();
        let writer = captured.clone();
        let layer = lines(move || writer.clone(), targets);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), write);
        let bytes = captured.0.lock().expect("bytes").clone();
        String::from_utf8(bytes).expect("text")
    }

    fn info() -> Targets {
        Targets::new()
            .with_default(Level::WARN)
            .with_target("jadi", Level::INFO)
    }

    #[test]
    fn a_number_is_hidden_whichever_way_it_gets_into_a_line() {
        let jid: Jid = "6280000000101@s.whatsapp.net".parse().expect("jid");
        let text = logged(info(), || {
            tracing::info!(?jid, "masked by its own type");
            tracing::info!(%jid, "by the net, in a field");
            tracing::info!("by the net: {jid} and +62 800-0000-0101");
        });
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(
            !text.contains("0000000101") && !text.contains("800-0000"),
            "{text}"
        );
    }

    #[test]
    fn a_library_is_not_heard_below_warnings_unless_it_is_asked_for_at_debug() {
        let write = || {
            tracing::info!(target: "Bot/PairCode", "Pair code generated: ABCD2345");
            tracing::warn!(target: "Client/Ack", "something odd");
            tracing::info!("our own");
        };
        let text = logged(info(), write);
        assert!(!text.contains("ABCD2345"), "{text}");
        assert!(
            text.contains("something odd") && text.contains("our own"),
            "{text}"
        );
        let wanted_at_info = info().with_target("Bot/PairCode", Level::INFO);
        assert!(!logged(wanted_at_info, write).contains("ABCD2345"));
        let wanted_at_debug = info().with_target("Bot/PairCode", Level::DEBUG);
        assert!(logged(wanted_at_debug, write).contains("ABCD2345"));
    }

    #[test]
    fn a_log_directory_that_is_a_file_is_told() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = start(&info(), Some(file.path())).err().expect("an error");
        assert!(error.to_string().contains("set log_dir"), "{error}");
    }
}
