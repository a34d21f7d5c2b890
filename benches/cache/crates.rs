//! The crates that could hold the tokens: a look-up by all bytes of a token, of one token and of many, on one thread and
//! on two.

use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use jwt_guard_benches::{Effort, stay_on_core, thread_time, zipf};

/// As many tokens as a guard remembers by default.
const TOKENS: usize = 10_000;

/// The length of a common access token.
const LENGTH: usize = 450;

type Token = Arc<[u8]>;
type Lookup = Box<dyn Fn(&[u8]) -> Option<Arc<Vec<u8>>> + Send + Sync>;

/// A crate, or a way to use it, with all tokens in it.
struct Contender {
    name: &'static str,
    find: Lookup,
}

fn contenders(tokens: &[Token]) -> Vec<Contender> {
    let quick = quick_cache::sync::Cache::<Token, Arc<Vec<u8>>>::new(2 * TOKENS);
    let hashed = quick_cache::sync::Cache::<u128, Arc<Vec<u8>>>::new(2 * TOKENS);
    let moka = moka::sync::Cache::<Token, Arc<Vec<u8>>>::new(2 * TOKENS as u64);
    let sha = |token: &[u8]| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token);
        digest.as_ref().first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes))
    };
    for token in tokens {
        let value = Arc::new(token.to_vec());
        quick.insert(Arc::clone(token), Arc::clone(&value));
        hashed.insert(sha(token), Arc::clone(&value));
        moka.insert(Arc::clone(token), value);
    }
    moka.run_pending_tasks();
    vec![
        Contender { name: "quick_cache, the token", find: Box::new(move |token| quick.get(token)) },
        Contender { name: "quick_cache, SHA-256", find: Box::new(move |token| hashed.get(&sha(token))) },
        Contender { name: "moka, the token", find: Box::new(move |token| moka.get(token)) },
    ]
}

pub(crate) fn compare(effort: Effort) {
    let tokens: Vec<Token> = (0..TOKENS).map(token).collect();
    let contenders = contenders(&tokens);
    let hot = vec![Arc::clone(&tokens[0]); 4096];
    let mixed: Vec<Token> = zipf(TOKENS, 4096).map(|index| Arc::clone(&tokens[index])).collect();
    println!("CPU nanoseconds of a look-up among {TOKENS} tokens of {LENGTH} bytes: the median.\n");
    println!("{:24} {:>9} {:>9} {:>9} {:>9}", "", "one hot", "2 threads", "Zipf mix", "2 threads");
    let mut rows = vec![Vec::new(); contenders.len()];
    for (requests, threads) in [(&hot, 1), (&hot, 2), (&mixed, 1), (&mixed, 2)] {
        let mut samples = vec![Vec::new(); contenders.len()];
        for _ in 0..effort.rounds() {
            for (contender, samples) in contenders.iter().zip(&mut samples) {
                samples.push(sample(contender, requests, threads));
            }
        }
        for (row, mut samples) in rows.iter_mut().zip(samples) {
            samples.sort_by(f64::total_cmp);
            row.push(samples[samples.len() / 2]);
        }
    }
    for (contender, row) in contenders.iter().zip(rows) {
        print!("{:24}", contender.name);
        row.iter().for_each(|nanoseconds| print!(" {nanoseconds:9.0}"));
        println!();
    }
}

/// CPU nanoseconds of one look-up, while as many threads as asked for do the same.
fn sample(contender: &Contender, requests: &[Token], threads: usize) -> f64 {
    let together = Barrier::new(threads);
    thread::scope(|scope| {
        let together = &together;
        let look_up = |core| {
            move || {
                stay_on_core(core);
                together.wait();
                look_up(contender, requests)
            }
        };
        let running: Vec<_> = (0..threads).map(|core| scope.spawn(look_up(core))).collect();
        let times = running.into_iter().map(|thread| thread.join().unwrap_or_default());
        times.sum::<Duration>().as_secs_f64() * 1e9 / (threads * PASSES * requests.len()) as f64
    })
}

/// Long enough for the threads to run at the same time.
const PASSES: usize = 8;

fn look_up(contender: &Contender, requests: &[Token]) -> Duration {
    let start = thread_time();
    for token in (0..PASSES).flat_map(|_| requests) {
        black_box((contender.find)(token));
    }
    thread_time().saturating_sub(start)
}

/// Bytes that look like a token: alike at the beginning, random at the end.
fn token(number: usize) -> Token {
    let mut state = number as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let byte = |index: usize| {
        if index < LENGTH / 4 {
            return b'a';
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        b'A' + (state >> 59) as u8 % 26
    };
    (0..LENGTH).map(byte).collect()
}
