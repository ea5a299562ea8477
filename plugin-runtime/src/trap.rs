//! What ended a component, in the host's words.

use wasmtime::{Error, FrameInfo, Trap, WasmBacktrace};

use super::budget::Reached;
use super::failure::{Failure, Limit};
use super::limits::{EventLimits, PoolLimits};

/// Tells why a component ended early.
pub(super) fn failure(error: &Error, event: &EventLimits, pool: &PoolLimits) -> Failure {
    let backtrace = backtrace(error);
    if let Some(&Reached { limit, allowed }) = error.downcast_ref() {
        return Failure::Limit {
            limit,
            allowed,
            backtrace,
        };
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => Failure::Limit {
            limit: Limit::Stack,
            allowed: pool.stack_bytes,
            backtrace,
        },
        Some(trap) => Failure::Trap {
            cause: trap.to_string(),
            backtrace,
        },
        None if carried_too_much(error) => Failure::Limit {
            limit: Limit::CallBytes,
            allowed: event.call_bytes,
            backtrace,
        },
        // What the component broke without a trap of its own: a string that is not UTF-8, a handle that it doesn't have.
        None => Failure::Trap {
            cause: error.root_cause().to_string(),
            backtrace,
        },
    }
}

/// Whether the error is wasmtime's for a call that carries more than `set_hostcall_fuel` allows. Its type is private, so its
/// words are compared; a test holds them.
fn carried_too_much(error: &Error) -> bool {
    error
        .root_cause()
        .to_string()
        .contains("fuel allocated for hostcalls has been exhausted")
}

/// The wasm frames, innermost first: demangled function names, with file and line where the component has them.
fn backtrace(error: &Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    backtrace.frames().iter().map(frame).collect()
}

fn frame(frame: &FrameInfo) -> String {
    let plain = |name: &str| format!("{:#}", rustc_demangle::demangle(name));
    let symbols: Vec<String> = frame
        .symbols()
        .iter()
        .map(|symbol| {
            let name = symbol.name().map_or_else(|| "?".to_owned(), plain);
            match (symbol.file(), symbol.line()) {
                (Some(file), Some(line)) => format!("{name} at {file}:{line}"),
                _ => name,
            }
        })
        .collect();
    if symbols.is_empty() {
        return frame
            .func_name()
            .map_or_else(|| format!("function {}", frame.func_index()), plain);
    }
    symbols.join(", inlined into ")
}
