//! What crossed the border between a plugin's instances and the host, in one bot.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// Everything that was handed over, in either direction, as bytes and in order.
#[derive(Debug, Default)]
pub struct Record(Mutex<Vec<u8>>);

impl Record {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes bytes as they are.
    pub fn raw(&self, bytes: &[u8]) {
        let mut all = self.bytes();
        all.extend_from_slice(bytes);
        all.push(b'\n');
    }

    /// Notes a value with all that is in it. Bytes in it are written another way: note them as they are too.
    ///
    /// # Panics
    ///
    /// When it can't be JSON.
    pub fn value(&self, value: &impl Serialize) {
        match serde_json::to_vec(value) {
            Ok(json) => self.raw(&json),
            Err(error) => panic!("a value of the border is no JSON: {error}"),
        }
    }

    /// Whether `canary` is anywhere in it.
    pub fn has(&self, canary: &str) -> bool {
        self.bytes()
            .windows(canary.len())
            .any(|part| part == canary.as_bytes())
    }

    /// All of it.
    pub fn all(&self) -> Vec<u8> {
        self.bytes().clone()
    }
}
