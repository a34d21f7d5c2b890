//! The tables for the screen, and the verdict.

use crate::contenders::{self, Role};
use crate::measure::Table;

/// What the clock does not tell apart.
const NOISE: f64 = 0.02;

/// Prints a table.
pub fn print(table: &Table) {
    println!(
        "\n{:6} {:30} {:>8} {:>8} {:>8} {:>6} {:>7}  ratio",
        table.algorithm,
        table.scenario.name(),
        "quiet",
        "median",
        "guard",
        "allocs",
        "bytes"
    );
    for (contender, cost) in contenders::ALL.iter().zip(&table.costs) {
        let Some(cost) = cost else {
            println!("{:37} {:>8}", contender.name, "-");
            continue;
        };
        println!(
            "{:37} {:8.0} {:8.0} {:8.0} {:6} {:7}  {:.2}",
            contender.name,
            cost.quiet,
            cost.median,
            table.guard(cost),
            cost.allocations,
            cost.bytes,
            table.ratio(cost)
        );
    }
}

/// Prints whether ours is at most the fastest rival everywhere.
pub fn verdict(tables: &[Table]) -> bool {
    println!(
        "\nours, the whole request, as a multiple of the fastest rival's; by default at most {:.2}",
        1.0 + NOISE
    );
    let mut met = true;
    for table in tables {
        for (contender, cost) in contenders::ALL.iter().zip(&table.costs) {
            let (Role::Ours { judged }, Some(cost)) = (contender.role, cost) else { continue };
            let (ratio, rival) = table.against_the_fastest(cost);
            let wins = ratio <= 1.0 + NOISE;
            let verdict = match (judged, wins) {
                (false, _) => "",
                (true, true) => "PASS",
                (true, false) => "FAIL",
            };
            met &= verdict != "FAIL";
            println!(
                "{:6} {:14} {:30} {ratio:6.3} {verdict:4}  {rival}",
                table.algorithm,
                table.scenario.name(),
                contender.name,
            );
        }
    }
    met
}
