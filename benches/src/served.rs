//! A server as a process of its own, which runs the program of the bench once more.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::{env, fs};

/// A running server. It ends with the value.
#[derive(Debug)]
pub struct Served {
    process: Child,
    line: String,
}

impl Served {
    /// Starts this program with `args`, and waits for the line that says where it listens.
    ///
    /// # Panics
    ///
    /// When it does not start, or ends without a line.
    #[must_use]
    pub fn start(args: &[&str]) -> Self {
        let program = env::current_exe().expect("this program");
        let mut process = Command::new(program)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program, once more");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        Self { process, line }
    }

    /// Its first line, without the end.
    #[must_use]
    pub fn line(&self) -> &str {
        self.line.trim_end()
    }

    /// The memory that is in use, in KiB.
    ///
    /// # Panics
    ///
    /// When the system is not Linux.
    #[must_use]
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("KiB")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It ends when its input does.
        drop(self.process.stdin.take());
        _ = self.process.wait();
    }
}

/// In the server: waits for the end of the process that started it.
pub fn wait_for_the_end_of_input() {
    _ = io::copy(&mut io::stdin(), &mut io::sink());
}
