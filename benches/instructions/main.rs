//! How many instructions a request takes: the figure that the load of a machine does not move.
//!
//! `cargo bench -p jwt-guard-benches --bench instructions` plays each case under valgrind's callgrind, and compares it with
//! `instructions.txt`: a case that takes 3 % more fails. `-- --write` writes the file anew. `-- --play CASE` plays one case
//! and nothing else, to be looked at with callgrind's own tools; `-- --smoke` plays all of them without valgrind.
//!
//! The figures are those of one kind of processor and of one C library: crypto and copies choose their code by them. The file
//! names the processor as valgrind shows it, and three cases are controls, which call nothing of this library. Where the
//! processor is another one, or a control takes 3 % more or less than written, nothing is judged, and `NOT CHECKED` says why.

mod cases;
mod valgrind;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

use cases::{CASES, Case};
use jwt_guard_benches::choose_backend;

/// How much more than written a case may take, and how much more or less a control.
const ROOM: f64 = 0.03;

/// How many cases are counted at once.
const THREADS: usize = 2;

/// The word before the processor in the file.
const PROCESSOR: &str = "processor ";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().collect();
    let has = |argument: &str| args.iter().any(|arg| arg == argument);
    choose_backend();
    if has("--processor") {
        println!("{}", valgrind::processor());
        return ExitCode::SUCCESS;
    }
    if let Some(name) = args.iter().skip_while(|arg| *arg != "--play").nth(1) {
        CASES.iter().find(|case| case.name == name).expect("a case of this name").play();
        return ExitCode::SUCCESS;
    }
    if has("--smoke") {
        return play_all(&args[0]);
    }
    if !valgrind::is_installed() {
        return not_checked("valgrind is not installed");
    }
    let processor = match valgrind::processor_there() {
        Ok(processor) => processor,
        Err(reason) => return not_checked(&format!("valgrind runs no program here: {reason}")),
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("instructions.txt");
    if has("--write") { write(&path, &processor) } else { compare(&path, &processor) }
}

fn play_all(program: &str) -> ExitCode {
    let plays = |case: &Case| {
        Command::new(program).args(["--play", case.name]).status().is_ok_and(|status| status.success())
    };
    let all_play = CASES.iter().all(plays);
    println!("instructions: {}", if all_play { "every case plays" } else { "FAIL" });
    if all_play { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn write(path: &Path, processor: &str) -> ExitCode {
    let counts = match count_all() {
        Ok(counts) => counts,
        Err(reason) => return failed(&reason),
    };
    let rows: String =
        CASES.iter().zip(&counts).map(|(case, count)| format!("{} {count}\n", case.name)).collect();
    let text = format!("{PROCESSOR}{processor}\n{rows}");
    print!("{text}");
    fs::write(path, text).expect("the file of figures can be written");
    println!("instructions: written to {}", path.display());
    ExitCode::SUCCESS
}

fn compare(path: &Path, processor: &str) -> ExitCode {
    let text = fs::read_to_string(path).unwrap_or_default();
    let of_file = text.lines().find_map(|line| line.strip_prefix(PROCESSOR)).unwrap_or_default();
    if of_file != processor {
        return not_checked(&format!(
            "valgrind shows the processor `{processor}`, and the file is of `{of_file}`"
        ));
    }
    let row = |line: &str| {
        let (name, count) = line.split_once(' ')?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    let written: BTreeMap<String, u64> = text.lines().filter_map(row).collect();
    let counts = match count_all() {
        Ok(counts) => counts,
        Err(reason) => return failed(&reason),
    };
    let bare = counts.first().copied().unwrap_or_default();
    let (mut other_machine, mut missed) = (Vec::new(), Vec::new());
    println!("{:28} {:>12} {:>10} {:>10}", "instructions of a request", "all", "above bare", "written");
    for (case, count) in CASES.iter().zip(counts) {
        let known = written.get(case.name).copied().unwrap_or_default();
        let part = count as f64 / known as f64 - 1.0;
        let verdict = match (case.is_control(), part) {
            (true, part) if part.abs() <= ROOM => "as written",
            (true, _) => {
                other_machine.push(format!("{} takes {count} and not {known}", case.name));
                "another machine"
            }
            (false, part) if part <= ROOM => "PASS",
            (false, _) => {
                missed.push(case.name);
                "FAIL"
            }
        };
        let above = count.cast_signed() - bare.cast_signed();
        println!("{:28} {count:12} {above:10} {known:10} {verdict}", case.name);
    }
    if !other_machine.is_empty() {
        return not_checked(&other_machine.join(", "));
    }
    if !missed.is_empty() {
        return failed(&format!("more than 3 % more than is written: {}", missed.join(", ")));
    }
    println!("instructions: PASS");
    ExitCode::SUCCESS
}

/// Counts every case; the first reason why that fails.
fn count_all() -> Result<Vec<u64>, String> {
    let counts = Mutex::new(vec![Ok(0); CASES.len()]);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let index = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(case) = CASES.get(index)
                {
                    let count = valgrind::count(case);
                    counts.lock().expect("the other thread is well")[index] = count;
                }
            });
        }
    });
    counts.into_inner().expect("all threads are well").into_iter().collect()
}

fn not_checked(reason: &str) -> ExitCode {
    println!("instructions: NOT CHECKED: {reason}");
    ExitCode::SUCCESS
}

fn failed(reason: &str) -> ExitCode {
    println!("instructions: FAIL, {reason}");
    ExitCode::FAILURE
}
