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
//! requests are answered in the four seconds beside it.

mod client;
mod server;
mod traffic;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use client::{CONNECTIONS, Mix, Tally, Traffic, load};
use jwt_guard_benches::{Effort, choose_backend};
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
    let server = Server::start();
    let traffic = Arc::new(Traffic::new(&server.issuer));
    let cheap = costs(&server, &traffic, effort);
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

/// The CPU time of the server for one answer, by kind. Says whether a refusal costs less than an admission.
fn costs(server: &Server, traffic: &Arc<Traffic>, effort: Effort) -> bool {
    let length = if effort.judges() { Duration::from_millis(400) } else { Duration::from_millis(50) };
    let kinds: Vec<Kind> = [Kind::Good, Kind::New].into_iter().chain(HOSTILE).collect();
    let mut samples = vec![Vec::new(); kinds.len()];
    for round in 0..if effort.judges() { 5 } else { 1 } {
        for turn in 0..kinds.len() {
            let index = (round + turn) % kinds.len();
            let of = |mix| {
                let before = server.cpu_time();
                let (tally, _) = load(server, traffic, mix, length);
                server.cpu_time().saturating_sub(before).as_secs_f64() * 1e6 / tally.answers.max(1) as f64
            };
            samples[index].push([Mix::Only(kinds[index]), Mix::OnlyBare(kinds[index])].map(of));
        }
    }
    println!("| request | answer | CPU us of the server | of it above a bare 401 to the same bytes |");
    println!("|---|--:|--:|--:|");
    let mut above = Vec::new();
    for (kind, samples) in kinds.iter().zip(&samples) {
        let middle = |of: &dyn Fn(&[f64; 2]) -> f64| median(samples.iter().map(of));
        let (whole, added) = (middle(&|[guarded, _]| *guarded), middle(&|[guarded, bare]| guarded - bare));
        println!("| {} | {} | {whole:.1} | {added:+.1} |", kind.name(), kind.status());
        above.push(added);
    }
    let [known, new, refusals @ ..] = &above[..] else { return false };
    let refusal = refusals.iter().sum::<f64>() / refusals.len() as f64;
    let met = refusal < *new;
    println!(
        "\na refusal adds {refusal:.1} us on average, an admission of a new token {new:.1} us, of a known one {known:.1} us: \
         {}\n",
        pass(met)
    );
    met
}

/// The load itself. Says whether memory was flat, every answer right, and the loss small.
fn soak(server: &Server, traffic: &Arc<Traffic>, length: Duration) -> bool {
    // 48 or more marks of memory, in rounds of five parts.
    let rounds = (length.as_secs_f64() / 5.0).max(1.0) as usize;
    let part = length / (rounds as u32 * 5);
    let mut hostile = Tally::default();
    let mut pairs = Vec::new();
    let mut memory = Vec::new();
    let mut answered = Duration::ZERO;
    for round in 0..rounds {
        let (bare, bare_length) = load(server, traffic, Mix::Bare, part);
        let (tally, tally_length) = load(server, traffic, Mix::Hostile, part * 4);
        let rate = |tally: &Tally, length: Duration| tally.good as f64 / length.as_secs_f64();
        let percentile =
            |tally: &Tally, part: f64| of_sorted(tally.times.iter().map(|time| f64::from(*time)), part);
        pairs.push([
            rate(&tally, tally_length) / rate(&bare, bare_length),
            percentile(&tally, 0.5) / percentile(&bare, 0.5),
            percentile(&tally, 0.99) / percentile(&bare, 0.99),
        ]);
        memory.push(server.memory());
        if (round + 1) * 12 / rounds != round * 12 / rounds {
            let minutes = (part * 5 * (round as u32 + 1)).as_secs_f64() / 60.0;
            println!("after {minutes:5.1} minutes: {} KiB", server.memory());
        }
        answered += tally_length;
        hostile.add(Tally { times: Vec::new(), ..tally });
        hostile.wrong += bare.wrong;
    }
    print(&hostile, answered, &pairs, &memory)
}

fn print(hostile: &Tally, answered: Duration, pairs: &[[f64; 3]], memory: &[u64]) -> bool {
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
    let of_pairs = |index: usize| middle(pairs.iter().map(|pair| pair[index]));
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

fn median(values: impl Iterator<Item = f64>) -> f64 {
    of_sorted(values, 0.5)
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
