//! Rows of numbers with their spread.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A number of microseconds.
pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// A table's head, and the machine's noise.
pub fn head(title: &str) {
    println!(
        "\n{title:<44} {:>9} {:>9} {:>9} {:>6}",
        "least", "median", "most", "n"
    );
    let rounds = 1000;
    let times = (0..rounds).map(|_| {
        let start = Instant::now();
        let mut mixed = 1_u64;
        for number in 0..20_000_u64 {
            mixed = black_box(mixed.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        black_box(mixed);
        micros(start.elapsed())
    });
    row("calibration: the same work each time, µs", times.collect());
}

/// A row: least, median and most.
pub fn row(name: &str, mut numbers: Vec<f64>) {
    numbers.sort_unstable_by(f64::total_cmp);
    let last = numbers.len().saturating_sub(1);
    let at = |index: usize| numbers.get(index).copied().unwrap_or(f64::NAN);
    println!(
        "{name:<44} {:>9.1} {:>9.1} {:>9.1} {:>6}",
        at(0),
        at(last / 2),
        at(last),
        numbers.len()
    );
}
