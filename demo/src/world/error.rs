//! What goes wrong with a world, told to whoever runs a transcript or a test.

use std::path::PathBuf;
use std::time::Duration;

/// Why a world could not be made or went down.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The data directory can't be used.
    #[error("the data directory {path} can't be used: {source}")]
    Data {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The simulator does not start or has no place for a phone.
    #[error("the simulator: {0}")]
    Simulator(#[from] jadi_simulator::SimulatorError),
    /// The phones page does not start.
    #[error("the phones page: {0}")]
    PhonesPage(#[from] jadi_simulator::http::ServeError),
    /// The host's program can't be started.
    #[error("the host {program} can't be started: {source}")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The host ended when it should run.
    #[error("the host ended by itself ({0})")]
    HostEnded(String),
    /// The host should run but does not.
    #[error("the host is not running")]
    NoHost,
    /// The host did not come to where it should be in time.
    #[error("{what} within {within:?}")]
    Late {
        /// What did not happen.
        what: String,
        /// How long was waited.
        within: Duration,
    },
    /// The host answers something unexpected.
    #[error("the host's {route} answered {answer}")]
    Answer {
        /// What was asked.
        route: String,
        /// What came.
        answer: String,
    },
    /// The main bot's phone can't link it.
    #[error("the main bot can't be paired: {0}")]
    Pair(#[from] jadi_simulator::PairError),
    /// The host did not end by itself when it was asked to, and was killed.
    #[error("the host did not end within {0:?} and was killed")]
    Deaf(Duration),
}
