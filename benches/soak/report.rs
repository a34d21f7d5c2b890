//! The figures of a soak, and their bounds.

use std::time::Duration;

use crate::client::{CONNECTIONS, Mix, Tally};

/// The most good requests that a flood of refusals may cost more than as many admissions.
const MOST_LOSS: f64 = 0.03;

/// The most that the memory of the last third may be, as a part of the third before it.
const MOST_MEMORY: f64 = 1.05;

/// What is noted of a window: good requests a second, and how many microseconds half of them and 99 of 100 took.
type Figures = [f64; 3];

/// What was seen.
#[derive(Default)]
pub(crate) struct Report {
    windows: Vec<(usize, Mix, Figures)>,
    /// KiB, after each round.
    pub(crate) memory: Vec<u64>,
}

impl Report {
    /// Notes a window, in which the good requests took so many microseconds.
    pub(crate) fn note(&mut self, round: usize, mix: Mix, times: &[u32], length: Duration) {
        let times = sorted(times.iter().map(|time| f64::from(*time)));
        let at = |part: f64| times.get((times.len() as f64 * part) as usize).copied().unwrap_or(f64::NAN);
        self.windows.push((round, mix, [times.len() as f64 / length.as_secs_f64(), at(0.5), at(0.99)]));
    }

    /// Prints the tables. Says whether every bound is kept; on a machine that `is_shared`, all but that of the loss.
    pub(crate) fn print(&self, sum: &Tally, answered: Duration, is_shared: bool) -> bool {
        println!("\n| request | answer | number |");
        println!("|---|--:|--:|");
        for ((kind, status), number) in &sum.statuses {
            let status = if *status == 0 { "broken".to_owned() } else { status.to_string() };
            println!("| {kind} | {status} | {number} |");
        }
        let failures: u64 =
            sum.statuses.iter().filter(|((_, status), _)| *status >= 500).map(|(_, number)| number).sum();
        let growth = self.growth();
        let [good, median, slow] = [0, 1, 2].map(|figure| self.beside(Mix::ByHand, figure));
        let admitted = self.beside(Mix::Admitted, 0);
        let lost = |part: f64| format!("{:.1} %", (1.0 - part) * 100.0);
        let verdicts = [failures == 0, sum.wrong == 0, growth <= MOST_MEMORY];
        let loses_little = 1.0 - admitted < MOST_LOSS;
        let rate = sum.answers as f64 / answered.as_secs_f64();
        println!("\n| what | figure | bound | |");
        println!("|---|--:|--:|---|");
        println!("| answers a second, {CONNECTIONS} connections, nine of ten hostile | {rate:.0} | | |");
        println!("| answers with 5xx | {failures} | 0 | {} |", pass(verdicts[0]));
        println!(
            "| answers with another status than they must have | {} | 0 | {} |",
            sum.wrong,
            pass(verdicts[1])
        );
        println!(
            "| memory of the last third, as a part of the third before | {growth:.3} | {MOST_MEMORY} | {} |",
            pass(verdicts[2])
        );
        println!("\n| what | figure | bound | |");
        println!("|---|--:|--:|---|");
        println!(
            "| good requests lost against nine good ones in their place | {} | {:.0} % | {} |",
            lost(admitted),
            MOST_LOSS * 100.0,
            if is_shared { "not judged" } else { pass(loses_little) }
        );
        println!("| good requests lost against the same answers by hand | {} | | |", lost(good));
        println!("| time of a good request, median, as a part of the same | {median:.3} | | |");
        println!("| time of a good request, 99 of 100, as a part of the same | {slow:.3} | | |");
        println!("| good requests lost against a bare 401 | {} | | |", lost(self.beside(Mix::Bare, 0)));
        verdicts.into_iter().all(|verdict| verdict) && (loses_little || is_shared)
    }

    /// The memory of the last third, as a part of the third before.
    fn growth(&self) -> f64 {
        let memory = &self.memory;
        let third = |part: usize| {
            let of = memory.get(memory.len() * part / 3..memory.len() * (part + 1) / 3).unwrap_or_default();
            of.iter().sum::<u64>() as f64 / of.len() as f64
        };
        third(2) / third(1)
    }

    /// A figure while the guard refuses, as a part of the same with another mix.
    fn beside(&self, mix: Mix, figure: usize) -> f64 {
        self.middle(Mix::Guard, figure) / self.middle(mix, figure)
    }

    /// The mean of a figure over the middle half of the rounds: no outlier counts, and of the rest every one.
    fn middle(&self, mix: Mix, figure: usize) -> f64 {
        let of = |round: usize| {
            let windows = self.windows.iter().filter(|window| window.0 == round && window.1 == mix);
            mean(&windows.map(|window| window.2[figure]).collect::<Vec<_>>())
        };
        let values = sorted((0..self.memory.len()).map(of));
        let quarter = values.len() / 4;
        mean(values.get(quarter..values.len() - quarter).unwrap_or_default())
    }
}

pub(crate) fn pass(met: bool) -> &'static str {
    if met { "PASS" } else { "FAIL" }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}
