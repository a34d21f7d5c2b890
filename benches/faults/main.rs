//! Faults while load runs: the identity provider, Redis (one server, a cluster of six), the disk, and clocks that are
//! apart.
//!
//! `cargo bench -p jwt-guard-benches --bench faults`; with `-- disk` or `-- "a cluster of six"` only what is named, and
//! with `-- disk full` one row; with `-- --smoke` or `BENCH_SMOKE=1` one fault of each, which judges nothing.
//!
//! The servers are real ones, which are killed, stopped, filled and cut off; the disk fails by a small library that is
//! loaded before the C library of a process. Meanwhile callers log in, refresh and log out, stay, come back after their
//! logout was acknowledged, and forge tokens. The process with the guard is never restarted. In the end the nodes that
//! ran, and one that is started afterwards, are asked for everything that was acknowledged.

mod app;
mod clocks;
mod cluster;
mod disk;
mod found;
mod load;
mod provider;
mod redis;
mod servers;

use std::env;
use std::process::ExitCode;

use found::Found;
use jwt_guard_benches::{Asked, Effort, choose_backend};
use tokio::runtime;

/// The kinds of faults.
const KINDS: [(&str, &[&str]); 5] = [
    ("identity provider", &provider::NAMES),
    ("Redis", &redis::NAMES),
    ("a cluster of six", &cluster::NAMES),
    ("disk", &disk::NAMES),
    ("clocks", &clocks::NAMES),
];

fn main() -> ExitCode {
    choose_backend();
    let runtime =
        runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    if let Some((file, port)) = disk::meant() {
        runtime.block_on(disk::serve_until_the_end_of_input(&file, port));
        return ExitCode::SUCCESS;
    }
    let effort = Effort::from_env();
    println!("{}", Found::head());
    let (mut met, mut rows, mut skipped) = (true, 0, Vec::new());
    let asked = Asked::from_args(&[&KINDS.map(|(kind, _)| kind), &KINDS.map(|(_, names)| names).concat()]);
    for (kind, names) in KINDS.into_iter().filter(|(kind, _)| asked.covers(kind)) {
        let number = if effort.judges() { names.len() } else { 1 };
        for name in names.iter().filter(|name| asked.covers(name)).take(number) {
            match runtime.block_on(measure(kind, name)) {
                Some(is_met) => met &= is_met,
                None => skipped.push(format!("{kind}, {name}")),
            }
            rows += 1;
        }
    }
    assert!(rows > 0, "no row of that kind has that name");
    println!("\nfaults: {}", effort.verdict(met));
    if !skipped.is_empty() {
        println!("faults: NOT RUN: {}", skipped.join("; "));
    }
    // Where a program is missing that a row needs, only CI must have it.
    let is_whole = skipped.is_empty() || env::var_os("CI").is_none();
    if (met || !effort.judges()) && is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures, prints one row, and says whether it is as it must be; `None` without a program that it needs.
async fn measure(kind: &str, name: &str) -> Option<bool> {
    let found = match kind {
        "identity provider" => provider::measure(name).await,
        "Redis" => redis::measure(name).await,
        "a cluster of six" => cluster::measure(name).await,
        "disk" => disk::measure(name).await,
        _ => clocks::measure(name).await,
    };
    let Some(mut found) = found else {
        println!("| {kind} | {name} | | | | | | | | | | skipped |");
        return None;
    };
    let met = found.judge();
    println!("| {kind} | {name} | {}", found.row());
    Some(met)
}
