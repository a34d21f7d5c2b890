//! What a flood of requests that must be refused does to a server: memory, answers, the good requests among them, and
//! the cost of a refusal.
//!
//! `cargo bench -p jwt-guard-benches --bench soak`, for three minutes; `-- --minutes 30` for as many; with `-- --smoke` or
//! `BENCH_SMOKE=1` some seconds, which judge nothing. `-- --shared` judges all but the loss, which other programs and other
//! virtual machines on the same processors move by some per cent.
//!
//! The server is a process of its own with the handler of the README, and a second guard that fetches its keys from an
//! identity provider. 64 connections ask again as soon as they are answered: one good request in ten, and nine hostile
//! ones of nine kinds.
//!
//! How many good requests does that cost? Four seconds in seven are as above. In each of the three others something else stands
//! in the place of the guard's refusals, and the loss is how many fewer good requests are answered with them:
//!
//! - Admissions: good requests in the place of the hostile ones. This has a bound: a flood that is refused leaves the good
//!   requests as much as one that is admitted.
//! - The same answers by hand: the same bytes, but for the path, go to a route of axum's own router, which gives the answer that
//!   the guard gave to that kind. What is lost is what the guard takes beside its answer.
//! - A bare 401 to the same bytes, without challenge and body: what is lost to the guard and its answer.

mod client;
mod report;
mod server;
mod traffic;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::{Mix, Tally, Traffic, answers, load};
use http::StatusCode;
use jwt_guard_benches::{Contender, Effort, ISSUER, choose_backend, measure};
use report::{Report, pass};
use server::Server;
use traffic::{HOSTILE, Kind};

fn main() -> ExitCode {
    choose_backend();
    if server::is_meant() {
        server::serve_until_the_client_ends();
        return ExitCode::SUCCESS;
    }
    let effort = Effort::from_env();
    let length =
        if effort.judges() { Duration::from_secs_f64(minutes() * 60.0) } else { Duration::from_secs(5) };
    let cheap = costs(effort);
    let server = Server::start();
    let traffic = Arc::new(Traffic::new(&server.issuer));
    let [of_guard, by_hand] = [Mix::Guard, Mix::ByHand].map(|mix| answers(&server, &traffic, mix));
    assert_eq!(of_guard, by_hand, "the answers by hand are those of the guard");
    let is_shared = env::args().any(|argument| argument == "--shared");
    let good = soak(&server, &traffic, length, is_shared);
    let met = cheap && good;
    println!("\nsoak: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How long the arguments say.
fn minutes() -> f64 {
    let given = env::args().skip_while(|arg| arg != "--minutes").nth(1);
    given.map_or(3.0, |text| text.parse().expect("a number of minutes after `--minutes`"))
}

/// The CPU time of one answer, by kind, in process and without a network. Says whether a refusal costs less than an
/// admission.
fn costs(effort: Effort) -> bool {
    let kinds: Vec<Kind> = [Kind::Good, Kind::New].into_iter().chain(HOSTILE).collect();
    let app = server::orders_app();
    let contender = |kind: &Kind| {
        let number = if *kind == Kind::New { effort.fresh_requests() } else { 64 };
        let requests: Arc<[_]> = (0..number).map(|index| kind.request(ISSUER, index)).collect();
        let status = StatusCode::from_u16(kind.status()).expect("a status");
        let contender = Contender::with_requests(kind.name(), app.clone(), requests, status);
        if *kind == Kind::New { contender.each_once() } else { contender }
    };
    let mut contenders: Vec<Contender> = kinds.iter().map(contender).collect();
    let costs = measure(&mut contenders, effort);
    println!("| request | answer | CPU ns of the whole request | allocations |");
    println!("|---|--:|--:|--:|");
    for (kind, cost) in kinds.iter().zip(&costs) {
        println!("| {} | {} | {:.0} | {} |", kind.name(), kind.status(), cost.quiet, cost.allocations);
    }
    let [known, new, refusals @ ..] = &costs[..] else { return false };
    let refusal = refusals.iter().map(|cost| cost.quiet).sum::<f64>() / refusals.len() as f64;
    let met = refusal < new.quiet;
    println!(
        "\na refusal costs {refusal:.0} ns on average, an admission of a new token {:.0} ns: {}; of a known one {:.0} ns\n",
        new.quiet,
        pass(met),
        known.quiet,
    );
    met
}

/// The load itself. Says whether memory was flat, every answer right, and the loss small.
fn soak(server: &Server, traffic: &Arc<Traffic>, length: Duration, is_shared: bool) -> bool {
    use Mix::{Admitted, Bare, ByHand, Guard};

    // Rounds of windows of one length, so that connecting takes the same part of each.
    let turns = [Guard, ByHand, Guard, Bare, Guard, Admitted, Guard];
    let rounds = (length.as_secs_f64() / turns.len() as f64).max(1.0) as usize;
    let window = length / (rounds * turns.len()) as u32;
    let mut sum = Tally::default();
    let mut elapsed = Duration::ZERO;
    let mut report = Report::default();
    for round in 0..rounds {
        for turn in 0..turns.len() {
            let mix = turns[(turn + round) % turns.len()];
            let (mut tally, length) = load(server, traffic, mix, window);
            report.note(round, mix, &std::mem::take(&mut tally.times), length);
            if mix == Guard {
                sum.add(tally);
                elapsed += length;
            } else {
                sum.wrong += tally.wrong;
            }
        }
        report.memory.push(server.memory());
        if (round + 1) * 12 / rounds != round * 12 / rounds {
            let minutes = (window * (turns.len() * (round + 1)) as u32).as_secs_f64() / 60.0;
            println!("after {minutes:5.1} minutes: {} KiB", server.memory());
        }
    }
    report.print(&sum, elapsed, is_shared)
}
