//! An example as a process.

use std::env;
use std::io::{BufRead, BufReader, Lines, Read};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;

use super::Result;
use super::client::{Client, Curl, Own};
use super::tour::Tour;

/// An example, running; it ends with this value.
pub(crate) struct Example {
    process: Child,
    /// All it printed before it began to serve.
    printed: String,
    /// What it prints afterwards.
    lines: Lines<BufReader<ChildStdout>>,
    /// The address it serves, as `host:port`.
    address: String,
}

impl Example {
    pub(crate) fn start(name: &str) -> Result<Self> {
        Self::start_with(name, |run| run)
    }

    pub(crate) fn start_with(name: &str, set_up: impl FnOnce(&mut Command) -> &mut Command) -> Result<Self> {
        let mut process = set_up(&mut command(name)).env("PORT", "0").stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.take().ok_or("no standard output")?;
        let mut stderr = process.stderr.take().ok_or("no standard error")?;
        // The log goes there. It has to be read, or the example would wait.
        let log = thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).map(|_| log)
        });
        let lines = BufReader::new(stdout).lines();
        let mut example = Self { process, printed: String::new(), lines, address: String::new() };
        while let Some(line) = example.lines.next() {
            let line = line?;
            if let Some(rest) = line.strip_prefix("Listening on http://") {
                example.address = rest.split(';').next().unwrap_or_default().to_owned();
                return Ok(example);
            }
            example.printed += &line;
            example.printed.push('\n');
        }
        let reason = log.join().map_err(|_| "the log cannot be read")??;
        Err(format!("{name} ended before it served: {reason}").into())
    }

    /// Performs every command, in order, and checks what each promises. Gives the statuses that occurred.
    pub(crate) fn tour(&self) -> Result<Vec<u16>> {
        self.perform(&mut Own::default())
    }

    /// As [`tour`](Self::tour), with curl itself, where there is one.
    pub(crate) fn tour_with_curl(&self) -> Result<()> {
        match Curl::find() {
            Some(mut curl) => self.perform(&mut curl).map(drop),
            None => {
                eprintln!("skipped: there is no curl");
                Ok(())
            }
        }
    }

    /// As [`tour`](Self::tour), with the commands of `text`, and what the example printed for them.
    pub(crate) fn tour_of(&self, text: &str) -> Result<Vec<u16>> {
        let text = text.replace("localhost:3000", &self.address);
        perform(Tour::read(&format!("{}\n{text}", self.printed)), &mut Own::default())
    }

    /// The next line that contains `part`, of what the example prints while it serves.
    pub(crate) fn line_with(&mut self, part: &str) -> Result<String> {
        for line in self.lines.by_ref() {
            let line = line?;
            if line.contains(part) {
                return Ok(line);
            }
        }
        Err(format!("no line with {part:?}").into())
    }

    /// The commands, with what they promise.
    pub(crate) fn read_tour(&self) -> Tour {
        Tour::read(&self.printed)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Checks that the access table lists these routes, each written as `GET /path`, and no others.
    pub(crate) fn assert_routes(&self, routes: &[&str]) {
        let table = self.printed.split("Try, in another").next().unwrap_or_default();
        let is_method = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase());
        let listed: Vec<_> = table
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                let (method, path) = (words.next()?, words.next()?);
                (is_method(method) && path.starts_with('/')).then(|| format!("{method} {path}"))
            })
            .collect();
        assert_eq!(listed, routes, "the access table is\n{table}");
    }

    fn perform(&self, client: &mut dyn Client) -> Result<Vec<u16>> {
        perform(self.read_tour(), client)
    }
}

/// Performs the commands; gives the statuses that occurred.
fn perform(tour: Tour, client: &mut dyn Client) -> Result<Vec<u16>> {
    let mut statuses = tour.perform(client)?;
    statuses.sort_unstable();
    statuses.dedup();
    Ok(statuses)
}

impl Drop for Example {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Runs an example to its end, which it only finds where it cannot serve.
pub(crate) fn run_to_end(name: &str, set_up: impl FnOnce(&mut Command) -> &mut Command) -> Result<Output> {
    Ok(set_up(&mut command(name)).output()?)
}

/// The built example: `cargo test` builds it, and puts it beside the directory of this test.
fn command(name: &str) -> Command {
    let mut path = env::current_exe().expect("the path of this test");
    path.pop();
    path.pop();
    let path = path.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing; `cargo test -p jwt-guard-examples` without `--test` builds it",
        path.display()
    );
    let mut command = Command::new(path);
    command.env_remove("PORT").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}
