//! Why the cache of verified tokens is as it is: which crate it uses, what two threads do to one hot token, and how much
//! memory a million tokens take.
//!
//! `cargo bench -p jwt-guard-benches --bench cache`; with `-- --smoke` or `BENCH_SMOKE=1` a short run that shows that the
//! bench works and judges no number.

mod crates;
mod hot;
mod memory;

use std::process::ExitCode;

use jwt_guard_benches::{Effort, choose_backend};

fn main() -> ExitCode {
    let effort = Effort::from_env();
    choose_backend();
    crates::compare(effort);
    let uncontended = hot::measure(effort);
    let bounded = memory::measure(effort);
    let met = uncontended && bounded;
    println!("\ncache: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
