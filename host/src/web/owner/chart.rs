//! Bars by day, drawn on the server. What a chart shows stands beside it as a table, for who can't see it.

/// The drawing's own measures; it is stretched to the page's width.
const HEIGHT: f64 = 120.0;
const WIDTH: f64 = 600.0;
/// How much of a day's width its bars take.
const FILLED: f64 = 0.8;

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
    /// Which series it is of, for its colour: 0 or 1.
    pub(super) series: usize,
}

/// Bars of two series side by side for each day, scaled to the highest of all.
pub(super) fn bars(days: &[[u64; 2]]) -> Vec<Bar> {
    let highest = days.iter().flatten().copied().max().unwrap_or_default();
    let count = u32::try_from(days.len()).unwrap_or(u32::MAX).max(1);
    let day = WIDTH / f64::from(count);
    let width = day * FILLED / 2.0;
    let mut bars = Vec::new();
    let mut left = day * (1.0 - FILLED) / 2.0;
    for values in days {
        for (series, value) in values.iter().enumerate() {
            let height = share(*value, highest) * HEIGHT;
            if *value > 0 {
                let x = if series == 0 { left } else { left + width };
                bars.push(Bar {
                    x: number(x),
                    y: number(HEIGHT - height),
                    width: number(width),
                    height: number(height),
                    series,
                });
            }
        }
        left += day;
    }
    bars
}

/// A part of the whole, to a thousandth, and never nothing.
fn share(value: u64, of: u64) -> f64 {
    let thousandths = value.saturating_mul(1_000).checked_div(of).unwrap_or(0);
    let thousandths = u32::try_from(thousandths.max(10)).unwrap_or(1_000);
    f64::from(thousandths) / 1_000.0
}

/// As SVG has numbers: with a point, and no more digits than can be seen.
fn number(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_scaled_to_the_highest_and_what_is_little_is_seen() {
        let shown = bars(&[[10, 5], [0, 0], [0, 1]]);
        let shown: Vec<_> = shown
            .iter()
            .map(|bar| {
                (
                    bar.x.as_str(),
                    bar.y.as_str(),
                    bar.height.as_str(),
                    bar.series,
                )
            })
            .collect();
        let expected = [
            ("20.0", "0.0", "120.0", 0),
            ("100.0", "60.0", "60.0", 1),
            ("500.0", "108.0", "12.0", 1),
        ];
        assert_eq!(shown, expected);
        let tiny = bars(&[[1, 1_000_000]]);
        assert_eq!(tiny[0].height, "1.2");
        let largest = bars(&[[u64::MAX, 1]]);
        assert_eq!(largest.len(), 2);
        assert_eq!(bars(&[]), []);
    }
}
