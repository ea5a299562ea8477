//! Randomness, good enough for secrets.

use crate::bindings::capabilities::jadi::plugin::random as host;

/// A random number of 64 bits.
pub fn number() -> u64 {
    host::number()
}

/// A random number below `bound`, each equally likely; 0 when `bound` is 0.
pub fn below(bound: u64) -> u64 {
    if bound == 0 {
        return 0;
    }
    // Numbers from the last, incomplete round of `bound` would make the low ones likelier.
    let complete = u64::MAX - u64::MAX % bound;
    loop {
        let number = host::number();
        if number < complete {
            return number % bound;
        }
    }
}

/// One of `items`, each equally likely; none when there are none.
pub fn pick<T>(items: &[T]) -> Option<&T> {
    let index = below(u64::try_from(items.len()).ok()?);
    items.get(usize::try_from(index).ok()?)
}

/// `N` random bytes; `N` at most 1,024.
pub fn bytes<const N: usize>() -> [u8; N] {
    const { assert!(N <= 1024, "the host gives at most 1,024 bytes at once") };
    let mut array = [0; N];
    let bytes = host::bytes(N as u32);
    // A contract-keeping host gives exactly N.
    array.copy_from_slice(&bytes);
    array
}
