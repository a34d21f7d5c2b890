//! One handler behind several guards for axum 0.8, measured against each other in one process.
//!
//! `cargo run --release`, here; `-- --markdown FILE` also writes the tables, `-- --smoke` runs briefly and judges
//! nothing. README.md says what is measured, and how to add a contender.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the rules of the library are not those of its rivals"
)]

mod contenders;
mod keys;
mod markdown;
mod measure;
mod preflight;
mod report;
mod scenario;
mod tokens;

use std::process::ExitCode;
use std::{env, fs};

use jwt_guard_benches::{Effort, SIGNERS};

fn main() -> ExitCode {
    let effort = Effort::from_env();
    keys::choose_backends();
    println!(
        "CPU nanoseconds and heap allocations of one request. `guard` is what is above no guard; `ratio` compares it,"
    );
    println!(
        "or of a refusal the whole request, with the extractor by hand. Both are of quiet, in the Zipf mix of median."
    );
    let mut tables = Vec::new();
    for signer in &SIGNERS {
        let entrants = preflight::check(signer);
        for scenario in scenario::ALL {
            let table = measure::run(signer, scenario, &entrants, effort);
            report::print(&table);
            tables.push(table);
        }
    }
    if let Some(path) = markdown_file() {
        fs::write(&path, markdown::render(&tables)).expect("a file that can be written");
        println!("\nthe tables: {path}");
    }
    let met = report::verdict(&tables);
    println!("rivals: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What follows `--markdown`.
fn markdown_file() -> Option<String> {
    let mut args = env::args().skip_while(|arg| arg != "--markdown");
    args.next()?;
    Some(args.next().expect("a file after --markdown"))
}

/// For the few constructors that are asynchronous.
fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers").block_on(future)
}
