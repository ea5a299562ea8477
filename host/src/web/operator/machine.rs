//! What the host takes of its machine, as Linux tells.

use std::fs;

/// What the process holds in memory, bytes.
pub(super) fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    resident(&status)
}

/// How many tasks want a processor, on the average of the last minute.
pub(super) fn load() -> Option<f64> {
    let load = fs::read_to_string("/proc/loadavg").ok()?;
    load.split(' ').next()?.parse().ok()
}

fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Bytes for people.
pub(super) fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = "B";
    for larger in ["KB", "MB", "GB", "TB"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    match unit {
        "B" => format!("{bytes} B"),
        _ if value < 10.0 => format!("{value:.1} {unit}"),
        _ => format!("{value:.0} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_and_written_for_people() {
        assert_eq!(
            resident("Name:\tjadi\nVmRSS:\t  1024 kB\n"),
            Some(1_048_576)
        );
        assert_eq!(resident("Name:\tjadi\n"), None);
        assert!(memory().expect("Linux tells") > 1_000_000);
        assert!(load().expect("Linux tells") >= 0.0);
        for (number, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 KB"),
            (12_345_678, "12 MB"),
            (3_400_000_000, "3.4 GB"),
        ] {
            assert_eq!(bytes(number), text);
        }
    }
}
