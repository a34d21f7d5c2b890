//! What an example prints for its reader to do.

use super::Result;
use super::answer::Promise;
use super::client::Client;
use super::shell::{Variables, words};

/// The commands of an example, in order.
pub(crate) struct Tour {
    pub(crate) variables: Variables,
    stops: Vec<Stop>,
}

/// One command, with what it promises.
struct Stop {
    status: u16,
    command: String,
    promises: Vec<Promise>,
}

impl Tour {
    /// Reads every `curl` line, with the `# status: ..` line above it and the `#> ..` lines below it, and every
    /// `NAME=value` line.
    pub(super) fn read(printed: &str) -> Self {
        let mut tour = Self { variables: Variables::new(), stops: Vec::new() };
        let mut above = "";
        for line in printed.lines() {
            if line.starts_with("curl ") {
                let promised =
                    above.strip_prefix("# ").and_then(|comment| comment.split_once(':')?.0.parse().ok());
                let status = promised.unwrap_or_else(|| panic!("no status above {line}"));
                tour.stops.push(Stop { status, command: line.to_owned(), promises: Vec::new() });
            } else if let Some(promise) = line.strip_prefix("#> ") {
                let stop = tour.stops.last_mut().unwrap_or_else(|| panic!("no command above {line}"));
                stop.promises.push(Promise::read(promise));
            } else if let Some((name, value)) = assignment(line) {
                tour.variables.insert(name.to_owned(), value.to_owned());
            }
            above = line;
        }
        tour
    }

    /// Performs every command and checks what it promises. Gives the statuses.
    pub(super) fn perform(self, client: &mut dyn Client) -> Result<Vec<u16>> {
        let Self { mut variables, stops } = self;
        assert!(stops.len() >= 6, "only {} commands", stops.len());
        for Stop { status, command, promises } in &stops {
            let answer = client.perform(&words(command, &variables)?)?;
            assert_eq!(answer.status()?, *status, "{command}\n{answer}");
            assert!(!promises.is_empty(), "nothing is promised below {command}\n{answer}");
            for promise in promises {
                let kept = promise.find_in(&answer);
                variables.extend(kept.unwrap_or_else(|| panic!("not kept: {promise}\n{command}\n{answer}")));
            }
        }
        Ok(stops.iter().map(|stop| stop.status).collect())
    }
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let legal = |byte: u8| byte.is_ascii_uppercase() || byte == b'_';
    (!name.is_empty() && name.bytes().all(legal)).then_some((name, value))
}
