//! What ended a component, in the host's words.

use wasmtime::component::ResourceTableError;
use wasmtime::{Error, FrameInfo, Trap, WasmBacktrace};

use super::budget::Reached;
use super::failure::{Failure, Limit};
use super::limits::{EventLimits, PoolLimits};

/// The longest name of a function in a backtrace, and the longest cause, bytes: both come from the component's author.
const NAME: usize = 200;
const CAUSE: usize = 512;

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
    if let Some(ResourceTableError::Full) = error.downcast_ref() {
        return Failure::Limit {
            limit: Limit::Handles,
            allowed: event.handles,
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
            cause: plain(&trap.to_string(), CAUSE),
            backtrace,
        },
        None if carried_too_much(error) => Failure::Limit {
            limit: Limit::CallBytes,
            allowed: event.call_bytes,
            backtrace,
        },
        // What the component broke without a trap of its own: a string that is not UTF-8, a handle that it doesn't have.
        None => Failure::Trap {
            cause: plain(&error.root_cause().to_string(), CAUSE),
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
    let symbols: Vec<String> = frame
        .symbols()
        .iter()
        .map(|symbol| {
            let name = symbol.name().map_or_else(|| "?".to_owned(), function);
            match (symbol.file(), symbol.line()) {
                (Some(file), Some(line)) => format!("{name} at {}:{line}", plain(file, NAME)),
                _ => name,
            }
        })
        .collect();
    if symbols.is_empty() {
        return frame
            .func_name()
            .map_or_else(|| format!("function {}", frame.func_index()), function);
    }
    plain(&symbols.join(", inlined into "), NAME)
}

/// A function's name as its author wrote it. One that is longer than a name can be is not demangled: it would grow further.
fn function(name: &str) -> String {
    if name.len() > 4 * NAME {
        return plain(name, NAME);
    }
    plain(&format!("{:#}", rustc_demangle::demangle(name)), NAME)
}

/// One line of about `most` bytes, fit for a log.
fn plain(text: &str, most: usize) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        if plain.len() >= most {
            plain.push('…');
            break;
        }
        plain.push(if letter.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            letter
        });
    }
    plain
}
