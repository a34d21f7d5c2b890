//! What a flood of requests that must be refused does to a server: memory, answers, the good requests among them, and
//! the cost of a refusal.
//!
//! `cargo bench -p jwt-guard-benches --bench soak`, for two minutes; `-- --minutes 30` for as many; with `-- --smoke` or
//! `BENCH_SMOKE=1` some seconds, which judge nothing.
//!
//! The server is a process of its own with the handler of the README, and a second guard that fetches its keys from an
//! identity provider. 64 connections ask again as soon as they are answered: one good request in ten, and nine hostile
//! ones of nine kinds.
//!
//! What the guard takes from the good requests is measured against the cheapest refusal there is: for one second in five the
//! same bytes, but for the path, go to a route that answers with a bare 401 and no guard. The loss is how many fewer good
//! requests are answered in each of the four seconds beside it.

mod client;
mod server;
mod traffic;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::{CONNECTIONS, Mix, Tally, Traffic, load};
use http::StatusCode;
use jwt_guard_benches::{Contender, Effort, choose_backend, measure};
use server::Server;
use traffic::{HOSTILE, Kind};

/// The most that the good requests may lose.
const MOST_LOSS: f64 = 0.03;

/// The most that the memory of the last third may be, as a part of the third before it.
const MOST_MEMORY: f64 = 1.05;

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
    let good = soak(&server, &traffic, length);
    let met = cheap && good;
    println!("\nsoak: {}", effort.verdict(met));
    if met || !effort.judges() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How long the arguments say.
fn minutes() -> f64 {
    let given = env::args().skip_while(|arg| arg != "--minutes").nth(1);
    given.map_or(2.0, |text| text.parse().expect("a number of minutes after `--minutes`"))
}

/// The CPU time of one answer, by kind, in process and without a network. Says whether a refusal costs less than an
/// admission.
fn costs(effort: Effort) -> bool {
    let kinds: Vec<Kind> = [Kind::Good, Kind::New].into_iter().chain(HOSTILE).collect();
    let app = server::orders_app();
    let contender = |kind: &Kind| {
        let number = if *kind == Kind::New { effort.fresh_requests() } else { 64 };
        let requests: Arc<[_]> = (0..number).map(|index| kind.request(index)).collect();
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
fn soak(server: &Server, traffic: &Arc<Traffic>, length: Duration) -> bool {
    // Rounds of five windows of one length, so that connecting takes the same part of each.
    let rounds = (length.as_secs_f64() / 5.0).max(1.0) as usize;
    let window = length / (rounds as u32 * 5);
    let mut hostile = Tally::default();
    let mut pairs = Vec::new();
    let mut memory = Vec::new();
    let mut elapsed = Duration::ZERO;
    for round in 0..rounds {
        let mut figures = Vec::new();
        for turn in 0..5 {
            let mix = if turn == round % 5 { Mix::Bare } else { Mix::Hostile };
            let (mut tally, length) = load(server, traffic, mix, window);
            let times = std::mem::take(&mut tally.times);
            let figure = [
                tally.good as f64 / length.as_secs_f64(),
                of_sorted(times.iter().map(|time| f64::from(*time)), 0.5),
                of_sorted(times.iter().map(|time| f64::from(*time)), 0.99),
            ];
            match mix {
                Mix::Bare => {
                    figures.insert(0, figure);
                    hostile.wrong += tally.wrong;
                }
                Mix::Hostile => {
                    figures.push(figure);
                    hostile.add(tally);
                    elapsed += length;
                }
            }
        }
        let [bare, others @ ..] = &figures[..] else { continue };
        let beside =
            |index: usize| others.iter().map(|figure| figure[index]).sum::<f64>() / others.len() as f64;
        pairs.push([(beside(0), bare[0]), (beside(1), bare[1]), (beside(2), bare[2])]);
        memory.push(server.memory());
        if (round + 1) * 12 / rounds != round * 12 / rounds {
            let minutes = (window * 5 * (round as u32 + 1)).as_secs_f64() / 60.0;
            println!("after {minutes:5.1} minutes: {} KiB", server.memory());
        }
    }
    print(&hostile, elapsed, &pairs, &memory)
}

fn print(hostile: &Tally, answered: Duration, pairs: &[[(f64, f64); 3]], memory: &[u64]) -> bool {
    println!("\n| request | answer | number |");
    println!("|---|--:|--:|");
    for ((kind, status), number) in &hostile.statuses {
        let status = if *status == 0 { "broken".to_owned() } else { status.to_string() };
        println!("| {kind} | {status} | {number} |");
    }
    let failures: u64 =
        hostile.statuses.iter().filter(|((_, status), _)| *status >= 500).map(|(_, number)| number).sum();
    let third = |part: usize| {
        let of = memory.get(memory.len() * part / 3..memory.len() * (part + 1) / 3).unwrap_or_default();
        of.iter().sum::<u64>() as f64 / of.len() as f64
    };
    let growth = third(2) / third(1);
    // Of means, not a mean of parts: one window is less even than four.
    let of_pairs = |index: usize| {
        middle(pairs.iter().map(|pair| pair[index].0)) / middle(pairs.iter().map(|pair| pair[index].1))
    };
    let loss = 1.0 - of_pairs(0);
    let verdicts = [hostile.wrong == 0 && failures == 0, growth <= MOST_MEMORY, loss < MOST_LOSS];
    let rate = hostile.answers as f64 / answered.as_secs_f64();
    println!("\n| what | figure | bound | |");
    println!("|---|--:|--:|---|");
    println!("| answers a second, {CONNECTIONS} connections, nine of ten hostile | {rate:.0} | | |");
    println!("| answers with 5xx | {failures} | 0 | {} |", pass(verdicts[0]));
    println!(
        "| answers with another status than they must have | {} | 0 | {} |",
        hostile.wrong,
        pass(verdicts[0])
    );
    println!(
        "| memory of the last third, as a part of the third before | {growth:.3} | {MOST_MEMORY} | {} |",
        pass(verdicts[1])
    );
    println!(
        "| good requests lost against a bare 401 to the same bytes | {:.1} % | {:.0} % | {} |",
        loss * 100.0,
        MOST_LOSS * 100.0,
        pass(verdicts[2])
    );
    println!("| time of a good request, median, as a part of the same | {:.3} | | |", of_pairs(1));
    println!("| time of a good request, 99 of 100, as a part of the same | {:.3} | | |", of_pairs(2));
    verdicts.into_iter().all(|verdict| verdict)
}

fn pass(met: bool) -> &'static str {
    if met { "PASS" } else { "FAIL" }
}

/// The mean of the middle half: no outlier counts, and of the rest every one.
fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let values = sorted(values);
    let quarter = values.len() / 4;
    let half = values.get(quarter..values.len() - quarter).unwrap_or_default();
    half.iter().sum::<f64>() / half.len() as f64
}

fn of_sorted(values: impl Iterator<Item = f64>, part: f64) -> f64 {
    let values = sorted(values);
    values.get((values.len() as f64 * part) as usize).copied().unwrap_or(f64::NAN)
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}
