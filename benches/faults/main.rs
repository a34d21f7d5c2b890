//! Faults while load runs: the identity provider, Redis (one server, a cluster of six), the disk, and clocks that are apart.
//!
//! `cargo bench -p jwt-guard-benches --bench faults`; with `-- disk` or `-- "a cluster of six"` only what is named; with
//! `-- --smoke` or `BENCH_SMOKE=1` one fault of each, which judges nothing.
//!
//! The servers are real ones, which are killed, stopped, filled and cut off; the disk fails by a small library that is
//! loaded before the C library of a process. Meanwhile callers log in and out, stay, come back after their logout was
//! acknowledged, and forge tokens. The process with the guard is never restarted. In the end a node that is started
//! afterwards is asked for everything that was acknowledged.

mod app;
mod clocks;
mod disk;
mod load;
mod provider;
mod redis;
mod servers;

use std::process::ExitCode;
use std::time::Duration;

use jwt_guard_benches::{Asked, Effort, choose_backend};
use load::Found;
use tokio::runtime;

/// The kinds of faults.
const KINDS: [(&str, &[&str]); 5] = [
    ("identity provider", &provider::NAMES),
    ("Redis", &redis::ONE),
    ("a cluster of six", &redis::SIX),
    ("disk", &disk::NAMES),
    ("clocks", &clocks::NAMES),
];

/// Faults in which acknowledged things are lost: what held them says that it has them, and has not.
const BEYOND: [&str; 1] = ["lying, and then the process is killed"];

/// The longest time that recovery may take.
const MOST: Duration = Duration::from_secs(30);

fn main() -> ExitCode {
    choose_backend();
    let runtime =
        runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    if let Some(file) = disk::meant() {
        runtime.block_on(disk::serve_until_the_end_of_input(&file));
        return ExitCode::SUCCESS;
    }
    let effort = Effort::from_env();
    println!(
        "| what fails | how | answers/s | logouts | wrong admissions | acknowledged and lost | 503: checks, logins | longest s \
         without: admission, login | works again after s | |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|--:|--:|---|");
    let mut met = true;
    let asked = Asked::from_args(&[&KINDS.map(|(kind, _)| kind)]);
    for (kind, names) in KINDS.into_iter().filter(|(kind, _)| asked.covers(kind)) {
        let number = if effort.judges() { names.len() } else { 1 };
        for name in &names[..number] {
            met &= runtime.block_on(measure(kind, name));
        }
    }
    println!("\nfaults: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Measures, prints one row, and says whether it is as it must be.
async fn measure(kind: &str, name: &str) -> bool {
    let found = match kind {
        "identity provider" => provider::measure(name).await,
        "Redis" => redis::one(name).await,
        "a cluster of six" => redis::six(name).await,
        "disk" => disk::measure(name).await,
        _ => clocks::measure(name).await,
    };
    let Some(found) = found else {
        println!("| {kind} | {name} | | | | | | | | skipped |");
        return true;
    };
    let Found {
        rate,
        wrong,
        lost,
        logouts,
        unavailable: [checks, logins],
        odd,
        gaps: [no_check, no_login],
        back,
    } = found;
    let is_back = back.is_some_and(|back| back <= MOST);
    let is_beyond = BEYOND.contains(&name);
    let met = wrong == 0 && (lost == 0 || is_beyond) && odd == 0 && is_back;
    let verdict = match (met, is_beyond && lost > 0) {
        (true, true) => "not promised".to_owned(),
        (true, false) => "PASS".to_owned(),
        (false, _) => format!("FAIL, {odd} other answers"),
    };
    println!(
        "| {kind} | {name} | {rate:.0} | {logouts} | {wrong} | {lost} | {checks}, {logins} | {:.2}, {:.2} | {} | {verdict} |",
        no_check.as_secs_f64(),
        no_login.as_secs_f64(),
        back.map_or("never".to_owned(), |back| format!("{:.2}", back.as_secs_f64())),
    );
    met
}
