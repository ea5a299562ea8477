//! Why a handler failed, told to the plugin's owner.

/// A failed event. Nothing of it was kept; other plugins still get the event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The handler itself returned an error.
    #[error("the handler returned an error: {message}")]
    Handler {
        /// What it said.
        message: String,
    },
    /// The component trapped: a panic, an unreachable instruction, an access out of bounds, a stack overflow.
    #[error("the plugin trapped: {cause}")]
    Trap {
        /// The trap's name.
        cause: String,
        /// Wasm frames, innermost first, with function names where the component has them.
        backtrace: Vec<String>,
    },
    /// A limit was reached.
    #[error("the plugin reached its limit of {allowed} {limit}")]
    Limit {
        /// Which limit, with its unit, such as `ms CPU`.
        limit: String,
        /// Its value.
        allowed: u64,
    },
    /// The host could not serve a call.
    #[error("the host could not serve the plugin: {message}")]
    Host {
        /// What failed.
        message: String,
    },
}
