//! Plays the corpora and mutations of them, so that a change is tried without a fuzzer, in seconds.
//!
//! `FUZZ_INPUTS=path` plays the files of a folder or one file instead, such as one that libFuzzer has written.

use std::path::{Path, PathBuf};
use std::{env, fs};

use jwt_guard_fuzz::{TARGETS, Target};

/// For each target.
const MUTATIONS: usize = 2_000;

fn play((name, target): Target) {
    let corpus = match env::var_os("FUZZ_INPUTS") {
        Some(path) => files(Path::new(&path)),
        None => files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)),
    };
    let inputs: Vec<Vec<u8>> =
        corpus.iter().map(|file| fs::read(file).expect("a corpus is readable")).collect();
    assert!(!inputs.is_empty(), "`{name}` has no corpus");
    for (file, input) in corpus.iter().zip(&inputs) {
        attempt(target, input, &file.display().to_string());
    }
    let mut random = Random(0x5eed);
    for number in 0..MUTATIONS {
        attempt(target, &random.mutation(&inputs), &format!("mutation {number} of {name}"));
    }
}

/// Names the input that fails.
fn attempt(target: fn(&[u8]), input: &[u8], what: &str) {
    let failure = std::panic::catch_unwind(|| target(input));
    if let Err(failure) = failure {
        eprintln!("{what}: {}", input.escape_ascii());
        std::panic::resume_unwind(failure);
    }
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.expect("a folder is readable").path()).collect();
    files.sort();
    files
}

/// A small generator of numbers, so that a failure repeats.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    /// One of the inputs with up to four changes: bytes set, cut, doubled, or taken from another input.
    fn mutation(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = inputs[self.below(inputs.len())].clone();
        for _ in 0..=self.below(4) {
            let (start, end) = self.range(bytes.len());
            match self.below(5) {
                0 => bytes.splice(start..end, []).for_each(drop),
                1 => bytes.insert(start, self.below(256) as u8),
                2 if start < bytes.len() => bytes[start] ^= 1 << self.below(8),
                3 => {
                    let part = bytes[start..end].to_vec();
                    bytes.splice(start..start, part).for_each(drop);
                }
                _ => {
                    let other = &inputs[self.below(inputs.len())];
                    let (from, to) = self.range(other.len());
                    bytes.splice(start..end, other[from..to].iter().copied()).for_each(drop);
                }
            }
        }
        bytes
    }

    /// A short range.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let start = self.below(length + 1);
        (start, (start + self.below(16)).min(length))
    }
}

macro_rules! replays {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            let found = TARGETS.into_iter().find(|(name, _)| *name == stringify!($name));
            play(found.expect("a target of this name"));
        })*

        /// A target without a test would never be played here.
        #[test]
        fn every_target_is_played() {
            let played = [$(stringify!($name)),*];
            assert_eq!(TARGETS.map(|(name, _)| name), played);
        }
    };
}

replays! {
    attributes
    cookies
    credentials
    discovery
    jwk
    key_files
    lock
    policies
    settings
    token
    verifier
    way_back
}
