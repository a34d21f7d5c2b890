//! Runs the quickstart as a process and does what it tells its reader to do: every command must keep its promise.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use std::{env, fmt};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn every_printed_command_gives_what_its_comment_promises() -> Result<()> {
    let quickstart = Quickstart::start()?;
    let tour = quickstart.tour();
    let mut promised: Vec<_> = tour.iter().map(|stop| stop.status).collect();
    for stop in &tour {
        assert_eq!(stop.request.send()?, stop.status, "{}", stop.command);
    }
    promised.sort_unstable();
    promised.dedup();
    assert_eq!(promised, [200, 201, 401, 403]);
    Ok(())
}

#[test]
fn curl_reads_the_commands_as_this_test_does() -> Result<()> {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("skipped: there is no curl");
        return Ok(());
    }
    let quickstart = Quickstart::start()?;
    for stop in quickstart.tour() {
        let words = words(&stop.command);
        let output = Command::new("curl").args(["--noproxy", "*"]).args(words.iter().skip(1)).output()?;
        let answer = String::from_utf8(output.stdout)?;
        assert_eq!(status_of(&answer), Some(stop.status), "{}\n{answer}", stop.command);
    }
    Ok(())
}

#[test]
fn every_route_is_in_the_printed_access_table() -> Result<()> {
    let quickstart = Quickstart::start()?;
    let table = quickstart.printed.split("Three tokens").next().unwrap_or_default();
    for row in [["GET", "/catalogue"], ["GET", "/me"], ["GET", "/orders"], ["POST", "/orders"]] {
        let in_table = |line: &str| line.split_whitespace().take(2).eq(row);
        assert!(table.lines().any(in_table), "{row:?} is not in\n{table}");
    }
    Ok(())
}

#[test]
fn a_port_in_use_is_named_with_the_way_out() -> Result<()> {
    let taken = TcpListener::bind(("127.0.0.1", 0))?;
    let port = taken.local_addr()?.port().to_string();
    for output in [run_with(|run| run.arg(&port))?, run_with(|run| run.env("PORT", &port))?] {
        let message = String::from_utf8(output.stderr)?;
        assert!(!output.status.success());
        assert!(message.contains(&format!("cannot listen on port {port}")), "{message}");
        assert!(message.contains("PORT=3001"), "{message}");
    }
    Ok(())
}

#[test]
fn a_port_that_is_none_is_refused() -> Result<()> {
    let output = run_with(|run| run.arg("http"))?;
    assert!(!output.status.success());
    assert_eq!(
        String::from_utf8(output.stderr)?,
        "quickstart: \"http\" is not a port; expected a number from 0 to 65535\n"
    );
    Ok(())
}

/// The example, running; it ends with this value.
struct Quickstart {
    process: Child,
    /// All it printed before it began to serve.
    printed: String,
}

/// One command that the example prints, with what it promises.
struct Stop {
    command: String,
    status: u16,
    request: Request,
}

impl Quickstart {
    fn start() -> Result<Self> {
        let mut process = command().env("PORT", "0").stdout(Stdio::piped()).spawn()?;
        let stdout = process.stdout.take().ok_or("no standard output")?;
        let mut quickstart = Self { process, printed: String::new() };
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            if line.starts_with("Listening on ") {
                return Ok(quickstart);
            }
            quickstart.printed += &line;
            quickstart.printed.push('\n');
        }
        Err("the quickstart ended before it served".into())
    }

    /// Every `curl` line, with the `# status: ..` line above it.
    fn tour(&self) -> Vec<Stop> {
        let lines: Vec<_> = self.printed.lines().collect();
        let commands = lines.iter().enumerate().filter(|(_, line)| line.starts_with("curl "));
        let tour: Vec<_> = commands
            .map(|(at, line)| {
                let comment = at.checked_sub(1).and_then(|above| lines.get(above)?.strip_prefix("# "));
                let status = comment.and_then(|comment| comment.split_once(':')?.0.parse().ok());
                Stop {
                    command: (*line).to_owned(),
                    status: status.unwrap_or_else(|| panic!("no promise above {line}")),
                    request: Request::from_curl(line).unwrap_or_else(|error| panic!("{error}: {line}")),
                }
            })
            .collect();
        assert!(tour.len() >= 6, "few commands in\n{}", self.printed);
        tour
    }
}

impl Drop for Quickstart {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// What one `curl` line asks for.
struct Request {
    host: String,
    path: String,
    headers: Vec<String>,
    body: Option<String>,
}

impl Request {
    /// Reads the options that the quickstart uses, and refuses all others.
    fn from_curl(line: &str) -> Result<Self> {
        let words = words(line);
        let mut words = words.iter();
        let (mut url, mut headers, mut body) = (None, Vec::new(), None);
        assert_eq!(words.next().map(String::as_str), Some("curl"));
        while let Some(word) = words.next() {
            match word.as_str() {
                "-i" => {}
                "-H" => headers.push(words.next().ok_or("-H without a header")?.clone()),
                "-d" => body = Some(words.next().ok_or("-d without a body")?.clone()),
                option if option.starts_with('-') => return Err(format!("unknown option {option}").into()),
                _ => url = Some(word),
            }
        }
        let url = url.ok_or("no address")?;
        let (host, path) =
            url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).ok_or("not an http address")?;
        Ok(Self { host: host.to_owned(), path: format!("/{path}"), headers, body })
    }

    /// Sends the request on a connection of its own, and gives the status of the answer.
    fn send(&self) -> Result<u16> {
        let mut stream = TcpStream::connect(&self.host)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(self.to_string().as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        status_of(&answer).ok_or_else(|| format!("not HTTP: {answer}").into())
    }
}

/// The request as HTTP/1.1.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        let body = self.body.as_deref().unwrap_or_default();
        write!(f, "{method} {} HTTP/1.1\r\nhost: {}\r\n", self.path, self.host)?;
        for header in &self.headers {
            write!(f, "{header}\r\n")?;
        }
        write!(f, "content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    }
}

/// The words of a line as a shell splits them, where nothing but single quotes is special.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    // Every second part stands between quotes.
    for (index, part) in line.split('\'').enumerate() {
        let mut pieces = if index % 2 == 1 { vec![part] } else { part.split(' ').collect() };
        let first = pieces.remove(0);
        if let Some(last) = words.last_mut() {
            last.push_str(first);
        }
        words.extend(pieces.into_iter().map(str::to_owned));
    }
    words.retain(|word| !word.is_empty());
    words
}

fn status_of(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// Runs the example to its end, which it only finds where it cannot serve.
fn run_with(set_up: impl FnOnce(&mut Command) -> &mut Command) -> Result<Output> {
    Ok(set_up(&mut command()).output()?)
}

/// The built example: `cargo test` builds it, and puts it beside the directory of this test.
fn command() -> Command {
    let mut path = env::current_exe().expect("the path of this test");
    path.pop();
    path.pop();
    let path = path.join("examples").join(format!("quickstart{}", env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is missing; `cargo test -p jwt-guard-examples` without `--test` builds it",
        path.display()
    );
    let mut command = Command::new(path);
    command.env_remove("PORT").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}
