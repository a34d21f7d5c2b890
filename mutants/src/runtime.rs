// The module `__mutants` of the instrumented crate: which mutant is active, and which ones are reached.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

const MOST: usize = 65_536;

static REACHED: [AtomicBool; MOST] = [const { AtomicBool::new(false) }; MOST];

/// Whether this mutant is active. What the compiler evaluates is never changed.
pub const fn on(number: u32) -> bool {
    core::intrinsics::const_eval_select((number,), never, is_active)
}

const fn never(_number: u32) -> bool {
    false
}

fn is_active(number: u32) -> bool {
    static ACTIVE: OnceLock<u32> = OnceLock::new();
    static LOG: OnceLock<Option<File>> = OnceLock::new();

    let log = LOG.get_or_init(|| {
        let path = std::env::var_os("MUTANTS_REACHED")?;
        Some(OpenOptions::new().append(true).create(true).open(path).expect("a file for the reached mutants"))
    });
    if let Some(mut log) = log.as_ref()
        && !REACHED[number as usize].swap(true, Ordering::Relaxed)
    {
        log.write_all(format!("{number}\n").as_bytes()).expect("the reached mutant is noted");
    }
    let active = || std::env::var("MUTANTS_ACTIVE").ok().and_then(|number| number.parse().ok()).unwrap_or(0);
    *ACTIVE.get_or_init(active) == number
}

/// What a function returns that promises some iterator.
pub enum Either<C, S> {
    Changed(C),
    Same(S),
}

impl<T, C: Iterator<Item = T>, S: Iterator<Item = T>> Iterator for Either<C, S> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        match self {
            Self::Changed(changed) => changed.next(),
            Self::Same(same) => same.next(),
        }
    }
}
