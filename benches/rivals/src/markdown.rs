//! The tables for a README.

use std::fmt::Write as _;
use std::process::Command;
use std::{fs, thread};

use jwt_guard_benches::{Cost, SIGNERS};

use crate::contenders::{self, Role};
use crate::measure::Table;
use crate::scenario::{self, Scenario};

/// The algorithm whose allocations and answers are shown. Those of the others hardly differ.
const EXAMPLE: &str = "ES256";

pub fn render(tables: &[Table]) -> String {
    let mut text = head();
    for scenario in scenario::ALL {
        times(&mut text, scenario, tables);
    }
    allocations(&mut text, tables);
    fastest(&mut text, tables);
    answers(&mut text, tables);
    remarks(&mut text);
    text
}

fn head() -> String {
    let rustc = Command::new("rustc").arg("--version").output().ok();
    let rustc = rustc.and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    format!(
        "Made by `cargo run --release -- --markdown FILE` in `benches/rivals`, with {}, on {} ({cores} cores).\n\n\
         CPU nanoseconds of one whole request: lowest decile / median. In brackets the cost of the guard as a multiple \
         of that of the extractor written by hand (valid tokens), or the cost of the whole request (refusals); ratios are of the lowest decile, \
         in the Zipf mix of the median.\n",
        rustc.split(" (").next().unwrap_or_default(),
        cpu.trim_start_matches([' ', '\t', ':']),
    )
}

fn times(text: &mut String, scenario: Scenario, tables: &[Table]) {
    _ = write!(text, "\n**{}.** {}\n\n| guard |", capital(scenario.name()), scenario.meaning());
    for signer in &SIGNERS {
        _ = write!(text, " {} |", signer.name);
    }
    _ = writeln!(text, "\n|---|{}", "---:|".repeat(SIGNERS.len()));
    for (index, contender) in contenders::ALL.iter().enumerate() {
        _ = write!(text, "| {} |", contender.name);
        for table in tables.iter().filter(|table| table.scenario == scenario) {
            match table.costs.get(index).and_then(Option::as_ref) {
                Some(cost) if contender.role == Role::Floor => {
                    _ = write!(text, " {} / {} |", thousands(cost.quiet), thousands(cost.median));
                }
                Some(cost) => _ = write!(text, " {} |", cell(table, cost)),
                None => text.push_str(" - |"),
            }
        }
        text.push('\n');
    }
}

fn cell(table: &Table, cost: &Cost) -> String {
    format!("{} / {} ({:.2})", thousands(cost.quiet), thousands(cost.median), table.ratio(cost))
}

fn allocations(text: &mut String, tables: &[Table]) {
    _ = write!(text, "\n**Heap.** Allocations / bytes of one request with {EXAMPLE} tokens.\n\n| guard |");
    for scenario in scenario::ALL {
        _ = write!(text, " {} |", scenario.name());
    }
    _ = writeln!(text, "\n|---|{}", "---:|".repeat(scenario::ALL.len()));
    for (index, contender) in contenders::ALL.iter().enumerate() {
        _ = write!(text, "| {} |", contender.name);
        for table in tables.iter().filter(|table| table.algorithm == EXAMPLE) {
            match table.costs.get(index).and_then(Option::as_ref) {
                Some(cost) => {
                    _ = write!(text, " {} / {} |", cost.allocations, thousands(cost.bytes as f64));
                }
                None => text.push_str(" - |"),
            }
        }
        text.push('\n');
    }
}

fn fastest(text: &mut String, tables: &[Table]) {
    text.push_str("\n**Against the fastest.** Our whole request as a multiple of the fastest rival's.\n\n| guard | scenario |");
    for signer in &SIGNERS {
        _ = write!(text, " {} |", signer.name);
    }
    _ = writeln!(text, "\n|---|---|{}", "---:|".repeat(SIGNERS.len()));
    for (index, contender) in contenders::ALL.iter().enumerate() {
        let Role::Ours { .. } = contender.role else { continue };
        for scenario in scenario::ALL {
            _ = write!(text, "| {} | {} |", contender.name, scenario.name());
            for table in tables.iter().filter(|table| table.scenario == scenario) {
                match table.costs.get(index).and_then(Option::as_ref) {
                    Some(cost) => _ = write!(text, " {:.2} |", table.against_the_fastest(cost).0),
                    None => text.push_str(" - |"),
                }
            }
            text.push('\n');
        }
    }
}

fn answers(text: &mut String, tables: &[Table]) {
    text.push_str("\n**Answers.** Status and bytes of the body; with a star, a `WWW-Authenticate` challenge.\n\n| guard |");
    let refused = || tables.iter().filter(|table| table.algorithm == EXAMPLE && !table.scenario.admits());
    for table in refused() {
        _ = write!(text, " {} |", table.scenario.name());
    }
    _ = writeln!(text, "\n|---|{}", "---:|".repeat(refused().count()));
    for (index, contender) in contenders::ALL.iter().enumerate() {
        _ = write!(text, "| {} |", contender.name);
        for table in refused() {
            match table.answers.get(index).and_then(Option::as_ref) {
                Some(answer) => {
                    let star = if answer.challenge { "*" } else { "" };
                    _ = write!(text, " {}{star}, {} |", answer.status.as_u16(), answer.bytes);
                }
                None => text.push_str(" - |"),
            }
        }
        text.push('\n');
    }
}

fn remarks(text: &mut String) {
    text.push_str("\n| guard | signatures by | remark |\n|---|---|---|\n");
    for contender in &contenders::ALL {
        _ = writeln!(text, "| {} | {} | {} |", contender.name, contender.crypto, contender.remark);
    }
}

fn capital(name: &str) -> String {
    let (first, rest) = name.split_at(1);
    first.to_uppercase() + rest
}

fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
