//! Welch's t-test over cropped times, as in dudect (Reparaz, Balasch, Verbauwhede: *Dude, is my code constant time?*,
//! DATE 2017).

/// The crops: each leaves out more of the slowest times, which tell of interrupts and of other programs.
const CROPS: u32 = 100;

/// The fewest times of a class that a crop may leave.
const FEWEST: usize = 1_000;

/// What the times of two classes say.
pub(crate) struct Comparison {
    /// The median of all times, in nanoseconds.
    pub(crate) median: f64,
    /// The largest |t| of all crops, and what was compared there.
    pub(crate) t: f64,
    /// By how much the mean of the first class is above that of the second, in nanoseconds, in that crop.
    pub(crate) difference: f64,
    /// The smallest difference of means that is told apart, in nanoseconds: in the crop that sees most.
    pub(crate) resolution: f64,
}

/// The times of one class, in order, with the sums that a crop needs.
struct Class {
    times: Vec<f64>,
    /// The sum of the first times, and that of their squares.
    sums: Vec<(f64, f64)>,
}

impl Class {
    /// Sums are of what is above `middle`, so that squares do not lose the digits that count.
    fn new(mut times: Vec<f64>, middle: f64) -> Self {
        times.sort_by(f64::total_cmp);
        let mut sum = (0.0, 0.0);
        let sums = times.iter().map(|time| {
            let above = time - middle;
            sum = (sum.0 + above, above.mul_add(above, sum.1));
            sum
        });
        let sums = sums.collect();
        Self { times, sums }
    }

    /// Number, mean and the mean's variance of the times below `limit`.
    fn below(&self, limit: f64) -> Option<(usize, f64, f64)> {
        let number = self.times.partition_point(|time| *time <= limit);
        if number < FEWEST.min(self.times.len()).max(2) {
            return None;
        }
        let (sum, squares) = self.sums[number - 1];
        let mean = sum / number as f64;
        let variance = sum.mul_add(-mean, squares) / (number - 1) as f64;
        Some((number, mean, variance / number as f64))
    }
}

/// Compares the times of two classes; `bound` is the |t| above which they are told apart.
pub(crate) fn compare(classes: [Vec<f64>; 2], bound: f64) -> Comparison {
    let mut all = classes.concat();
    all.sort_by(f64::total_cmp);
    let median = all[all.len() / 2];
    let [first, second] = classes.map(|times| Class::new(times, median));
    let mut found = Comparison { median, t: 0.0, difference: 0.0, resolution: f64::INFINITY };
    for crop in 0..=CROPS {
        // The last one leaves nothing out.
        let part = if crop == CROPS {
            1.0
        } else {
            1.0 - 0.5_f64.powf(10.0 * f64::from(crop + 1) / f64::from(CROPS))
        };
        let limit = all[((all.len() as f64 * part) as usize).min(all.len() - 1)];
        let (Some((_, mean, variance)), Some((_, other, other_variance))) =
            (first.below(limit), second.below(limit))
        else {
            continue;
        };
        let error = (variance + other_variance).sqrt();
        if error == 0.0 {
            continue;
        }
        let t = (mean - other) / error;
        found.resolution = found.resolution.min(bound * error);
        if t.abs() > found.t {
            (found.t, found.difference) = (t.abs(), mean - other);
        }
    }
    found
}
