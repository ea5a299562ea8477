//! Brings a picture of any size into the square of a sticker, row by row: of the picture itself no more than a row need be in
//! memory. What does not fill the square is transparent.

use std::collections::VecDeque;

/// The width and height of a sticker, pixels.
pub const SIDE: usize = 512;

/// One place of the square: from which source pixel on it is made, and how much of each.
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    fn end(&self) -> usize {
        self.first.saturating_add(self.weights.len())
    }
}

/// Where the places of a line of `to` pixels come from in one of `from`: a triangle around each, as wide as a pixel of the coarser
/// of the two.
fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f32 / to as f32;
    let reach = scale.max(1.0);
    let last = from.saturating_sub(1);
    (0..to)
        .map(|place| {
            let centre = (place as f32 + 0.5) * scale - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let end = (centre + reach).floor().max(0.0) as usize;
            let (first, end) = (first.min(last), end.min(last));
            let weight = |at: usize| (1.0 - (at as f32 - centre).abs() / reach).max(0.0);
            let mut weights: Vec<f32> = (first..=end).map(weight).collect();
            let sum: f32 = weights.iter().sum();
            match sum > 0.0 {
                true => weights.iter_mut().for_each(|weight| *weight /= sum),
                // Both ends fell on its rim: the nearest pixel is all there is.
                false => weights = vec![1.0],
            }
            Taps { first, weights }
        })
        .collect()
}

/// A picture on its way into the square.
pub struct Fit {
    columns: Vec<Taps>,
    rows: Vec<Taps>,
    /// Rows of the square that are begun and not complete, the first of them being `complete`.
    begun: VecDeque<Vec<f32>>,
    complete: usize,
    /// The source row that comes next.
    next: usize,
    line: Vec<f32>,
    square: Vec<u8>,
    left: usize,
    top: usize,
}

impl Fit {
    /// Begins with a picture of this size, both more than 0.
    pub fn new(width: usize, height: usize) -> Self {
        let longer = width.max(height).max(1);
        let within = |length: usize| {
            let scaled = length.saturating_mul(SIDE).div_ceil(longer);
            scaled.clamp(1, SIDE)
        };
        let (wide, high) = (within(width), within(height));
        Self {
            columns: taps(width, wide),
            rows: taps(height, high),
            begun: VecDeque::new(),
            complete: 0,
            next: 0,
            line: vec![0.0; wide * 4],
            square: vec![0; SIDE * SIDE * 4],
            left: (SIDE - wide) / 2,
            top: (SIDE - high) / 2,
        }
    }

    /// Takes the next row, in RGBA. What is missing of it is transparent.
    pub fn row(&mut self, rgba: &[u8]) {
        self.squeeze(rgba);
        let at = self.next;
        self.next += 1;
        for (index, taps) in self.rows.iter().enumerate().skip(self.complete) {
            if taps.first > at {
                break;
            }
            let open = index - self.complete;
            if open == self.begun.len() {
                self.begun.push_back(vec![0.0; self.line.len()]);
            }
            let weight = at
                .checked_sub(taps.first)
                .and_then(|tap| taps.weights.get(tap));
            if let (Some(weight), Some(sums)) = (weight, self.begun.get_mut(open)) {
                for (sum, value) in sums.iter_mut().zip(&self.line) {
                    *sum += value * weight;
                }
            }
        }
        while self
            .rows
            .get(self.complete)
            .is_some_and(|taps| taps.end() <= self.next)
        {
            let Some(sums) = self.begun.pop_front() else {
                break;
            };
            self.settle(&sums);
            self.complete += 1;
        }
    }

    /// Brings a row to the width of the square. Colours are taken as much as they are opaque, so that what shows through a
    /// transparent pixel does not bleed into its neighbours.
    fn squeeze(&mut self, rgba: &[u8]) {
        for (place, taps) in self.line.chunks_exact_mut(4).zip(&self.columns) {
            let mut sums = [0.0_f32; 4];
            let pixels = rgba
                .get(taps.first * 4..)
                .unwrap_or_default()
                .chunks_exact(4);
            for (pixel, weight) in pixels.zip(&taps.weights) {
                let &[red, green, blue, alpha] = pixel else {
                    continue;
                };
                let share = f32::from(alpha) * weight;
                sums[0] += f32::from(red) * share;
                sums[1] += f32::from(green) * share;
                sums[2] += f32::from(blue) * share;
                sums[3] += share;
            }
            place.copy_from_slice(&sums);
        }
    }

    /// Writes a complete row into the square.
    fn settle(&mut self, sums: &[f32]) {
        let start = ((self.top + self.complete) * SIDE + self.left) * 4;
        let Some(places) = self.square.get_mut(start..) else {
            return;
        };
        for (place, sums) in places.chunks_exact_mut(4).zip(sums.chunks_exact(4)) {
            let &[red, green, blue, alpha] = sums else {
                continue;
            };
            if alpha >= 0.5 {
                let whole = |value: f32| (value / alpha + 0.5) as u8;
                place.copy_from_slice(&[
                    whole(red),
                    whole(green),
                    whole(blue),
                    (alpha + 0.5) as u8,
                ]);
            }
        }
    }

    /// The square, in RGBA. Rows that never came are transparent.
    pub fn square(self) -> Vec<u8> {
        self.square
    }
}

/// How a picture lies in its file: turned clockwise by so many quarters, and before that mirrored left to right.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lie {
    /// Quarters to turn it by, clockwise, to see it upright.
    pub quarters: u8,
    /// Whether to mirror it left to right first.
    pub mirrored: bool,
}

impl Lie {
    /// Sets a square upright.
    pub fn upright(self, square: Vec<u8>) -> Vec<u8> {
        if self == Self::default() {
            return square;
        }
        let last = SIDE - 1;
        let mut upright = vec![0; square.len()];
        for (index, place) in upright.chunks_exact_mut(4).enumerate() {
            let (x, y) = (index % SIDE, index / SIDE);
            let (x, y) = match self.quarters % 4 {
                0 => (x, y),
                1 => (y, last - x),
                2 => (last - x, last - y),
                _ => (last - y, x),
            };
            let x = if self.mirrored { last - x } else { x };
            let from = (y * SIDE + x) * 4;
            if let Some(pixel) = square.get(from..from + 4) {
                place.copy_from_slice(pixel);
            }
        }
        upright
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The pixel of a square.
    pub(crate) fn at(square: &[u8], x: usize, y: usize) -> [u8; 4] {
        let start = (y * SIDE + x) * 4;
        square[start..start + 4].try_into().expect("a pixel")
    }

    /// Which colours the quarters of a square have, from the top left on by rows: `r`, `g`, `b`, `w`, `.` for nothing, `?` for
    /// anything else.
    pub(crate) fn quarters(square: &[u8]) -> String {
        let near = |pixel: [u8; 4], colour: [u8; 4]| {
            let apart = pixel.iter().zip(colour).map(|(a, b)| a.abs_diff(b));
            apart.max() < Some(24)
        };
        let named = |(x, y)| {
            let pixel = at(square, x, y);
            let known = [
                ('r', [255, 0, 0, 255]),
                ('g', [0, 255, 0, 255]),
                ('b', [0, 0, 255, 255]),
                ('w', [255; 4]),
                ('.', [0; 4]),
            ];
            let found = known.iter().find(|(_, colour)| near(pixel, *colour));
            found.map_or('?', |(name, _)| *name)
        };
        [(128, 128), (384, 128), (128, 384), (384, 384)]
            .map(named)
            .iter()
            .collect()
    }

    fn fitted(width: usize, height: usize, pixel: impl Fn(usize, usize) -> [u8; 4]) -> Vec<u8> {
        let mut fit = Fit::new(width, height);
        for y in 0..height {
            let row: Vec<u8> = (0..width).flat_map(|x| pixel(x, y)).collect();
            fit.row(&row);
        }
        fit.square()
    }

    #[test]
    fn a_picture_of_any_size_fills_the_square_as_far_as_its_shape_lets_it() {
        for (width, height) in [(1, 1), (3, 3), (512, 512), (513, 513), (2000, 2000)] {
            let square = fitted(width, height, |_, _| [9, 99, 199, 255]);
            let all = square
                .chunks_exact(4)
                .all(|pixel| pixel == [9, 99, 199, 255]);
            assert!(all, "{width} by {height}");
        }
        let wide = fitted(2000, 1000, |_, _| [255; 4]);
        let edges = [127, 128, 383, 384].map(|y| at(&wide, 256, y)[3]);
        assert_eq!(edges, [0, 255, 255, 0]);
        let thin = fitted(1, 5000, |_, _| [255; 4]);
        assert_eq!(
            thin.chunks_exact(4).filter(|pixel| pixel[3] > 0).count(),
            512
        );
    }

    #[test]
    fn making_it_smaller_takes_the_mean() {
        let square = fitted(1024, 1024, |x, _| {
            if x % 2 == 0 { [0, 0, 0, 255] } else { [255; 4] }
        });
        let middle = at(&square, 256, 256);
        assert!((120..=136).contains(&middle[0]), "{middle:?}");
    }

    #[test]
    fn what_is_transparent_does_not_bleed() {
        let square = fitted(1024, 1024, |x, _| {
            if x < 512 {
                [255, 0, 0, 255]
            } else {
                [0, 255, 0, 0]
            }
        });
        let edge = at(&square, 255, 256);
        assert!(edge[0] > 250 && edge[1] < 5, "{edge:?}");
        assert_eq!(at(&square, 300, 256), [0; 4]);
    }

    #[test]
    fn each_way_to_lie_is_set_upright() {
        let colours = |x: usize, y: usize| match (x < 256, y < 256) {
            (true, true) => [255, 0, 0, 255],
            (false, true) => [0, 255, 0, 255],
            (true, false) => [0, 0, 255, 255],
            (false, false) => [255; 4],
        };
        let square = fitted(512, 512, colours);
        let lying = |quarters, mirrored| quarters_of(&square, Lie { quarters, mirrored });
        assert_eq!(lying(0, false), "rgbw");
        assert_eq!(lying(1, false), "brwg");
        assert_eq!(lying(2, false), "wbgr");
        assert_eq!(lying(3, false), "gwrb");
        assert_eq!(lying(0, true), "grwb");
        assert_eq!(lying(1, true), "wgbr");
    }

    fn quarters_of(square: &[u8], lie: Lie) -> String {
        quarters(&lie.upright(square.to_vec()))
    }
}
