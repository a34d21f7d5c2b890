//! Whether the time of a refusal tells how near a guess was: the secret of a signature, the value against cross-site
//! requests, the id of a session, a token in a header of an API.
//!
//! `cargo bench -p jwt-guard-benches --bench timing`; with `-- --smoke` or `BENCH_SMOKE=1` a short run that judges
//! nothing; with `-- "CSRF value"` only what is named.
//!
//! The method is that of dudect (Reparaz, Balasch, Verbauwhede, DATE 2017): two classes of requests, in random order in one
//! process, each answer timed; then Welch's t-test over all times, and again with more and more of the slowest left
//! out. The classes are told apart if one |t| is above 4.5, the bound of test vector leakage assessment. The requests go
//! through the router as `axum::serve` would send them, and no network adds noise that would hide a difference.

mod controls;
mod opaque;
mod pair;
mod tokens;
mod welch;

use std::process::ExitCode;

use jwt_guard_benches::{Asked, Effort, choose_backend, stay_on_core};
use pair::{Expected, Pair};
use tokio::runtime;

/// Above this |t| two classes are told apart.
const BOUND: f64 = 4.5;

/// Answers of both classes together.
const ANSWERS: usize = 1_000_000;

fn main() -> ExitCode {
    let effort = Effort::from_env();
    choose_backend();
    stay_on_core(1);
    let number = if effort.judges() { ANSWERS } else { 2_000 };
    println!("{number} answers a row; told apart above |t| = {BOUND}.\n");
    println!(
        "| what is guessed | first class | second class | median ns | difference ns | seen from ns | \\|t\\| | |"
    );
    println!("|---|---|---|--:|--:|--:|--:|---|");
    let mut met = true;
    let pairs = pairs();
    let asked = Asked::from_args(&[&pairs.iter().map(|pair| pair.name).collect::<Vec<_>>()]);
    for mut pair in pairs.into_iter().filter(|pair| asked.covers(pair.name)) {
        met &= print(&mut pair, number);
    }
    println!("\ntiming: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn pairs() -> Vec<Pair> {
    let runtime = runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let mut pairs = controls::pairs();
    pairs.extend(tokens::pairs());
    pairs.extend(runtime.block_on(opaque::csrf_values()));
    pairs.extend(runtime.block_on(opaque::session_ids()));
    pairs.push(tokens::key_names());
    pairs
}

/// Measures, prints one row, and says whether it is as expected.
fn print(pair: &mut Pair, number: usize) -> bool {
    let found = welch::compare(pair.times(number), BOUND);
    let apart = found.t >= BOUND;
    let (met, verdict) = match (pair.expected, apart) {
        (Expected::Alike, false) => (true, "alike, PASS"),
        (Expected::Alike, true) => (false, "told apart, FAIL"),
        (Expected::Apart, true) => (true, "told apart, PASS"),
        (Expected::Apart, false) => (false, "not found, FAIL"),
        (Expected::Open, true) => (true, "told apart, not promised"),
        (Expected::Open, false) => (true, "alike, not promised"),
    };
    let [first, second] = pair.classes;
    println!(
        "| {} | {first} | {second} | {:.0} | {:+.1} | {:.1} | {:.1} | {verdict} |",
        pair.name, found.median, found.difference, found.resolution, found.t,
    );
    met
}
