//! Performing one printed command: by curl, or as curl would.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{env, fs, process};

use super::Result;
use super::answer::Answer;

pub(super) trait Client {
    /// Performs a `curl` command, given as words.
    fn perform(&mut self, words: &[String]) -> Result<Answer>;
}

/// curl itself, in a directory of its own.
pub(super) struct Curl {
    directory: PathBuf,
}

impl Curl {
    pub(super) fn find() -> Option<Self> {
        Command::new("curl").arg("--version").output().ok()?;
        let thread = std::thread::current();
        let name = format!("jwt-guard-examples-{}-{:?}", process::id(), thread.id());
        let directory = env::temp_dir().join(name);
        fs::create_dir_all(&directory).ok()?;
        Some(Self { directory })
    }
}

impl Client for Curl {
    fn perform(&mut self, words: &[String]) -> Result<Answer> {
        let mut curl = Command::new("curl");
        curl.current_dir(&self.directory).args(["--noproxy", "*"]).args(words.iter().skip(1));
        Ok(Answer(String::from_utf8(curl.output()?.stdout)?))
    }
}

impl Drop for Curl {
    fn drop(&mut self) {
        // What is left behind in the directory of temporary files does no harm.
        _ = fs::remove_dir_all(&self.directory);
    }
}

/// A client that knows the options that the examples use, and refuses all others.
#[derive(Default)]
pub(super) struct Own {
    /// The cookies of the one file that commands name.
    cookies: BTreeMap<String, String>,
}

impl Client for Own {
    fn perform(&mut self, words: &[String]) -> Result<Answer> {
        let request = Request::read(words)?;
        let answer = request.send(&self.cookies)?;
        if request.keeps_cookies {
            for cookie in answer.headers("set-cookie") {
                self.keep(cookie)?;
            }
        }
        Ok(answer)
    }
}

impl Own {
    fn keep(&mut self, cookie: &str) -> Result<()> {
        let pair = cookie.split(';').next().unwrap_or_default();
        let (name, value) = pair.split_once('=').ok_or("a cookie without a name")?;
        if cookie.to_ascii_lowercase().split("; ").any(|attribute| attribute == "max-age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }
}

/// What one command asks for.
#[derive(Default)]
struct Request {
    method: Option<String>,
    url: String,
    headers: Vec<String>,
    body: Option<String>,
    sends_cookies: bool,
    keeps_cookies: bool,
}

impl Request {
    fn read(words: &[String]) -> Result<Self> {
        let mut request = Self::default();
        let mut words = words.iter().skip(1).cloned();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} without a value"));
            match word.as_str() {
                "-i" => {}
                "-X" => request.method = Some(value()?),
                "-H" => request.headers.push(value()?),
                "-d" => request.body = Some(value()?),
                // Both name the same file: cookies are sent from it, and kept in it.
                "-b" => request.sends_cookies = value()? == "cookies.txt",
                "-c" => request.keeps_cookies = value()? == "cookies.txt",
                // A WebSocket stays open, and curl waits; this client does not.
                "-m" => drop(value()?),
                option if option.starts_with('-') => return Err(format!("unknown option {option}").into()),
                _ => request.url = word,
            }
        }
        Ok(request)
    }

    /// Sends the request on a connection of its own, and gives the answer.
    fn send(&self, cookies: &BTreeMap<String, String>) -> Result<Answer> {
        let url = self.url.strip_prefix("http://").and_then(|rest| rest.split_once('/'));
        let (host, path) = url.ok_or("not an http address")?;
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.write_all(self.to_http(host, path, cookies)?.as_bytes())?;
        let (mut answer, mut buffer) = (Answer(String::new()), [0; 4096]);
        while !answer.is_complete() {
            let read = stream.read(&mut buffer)?;
            if read == 0 {
                return Err(format!("the answer breaks off: {answer}").into());
            }
            answer.0 += std::str::from_utf8(&buffer[..read])?;
        }
        Ok(answer)
    }

    fn to_http(&self, host: &str, path: &str, cookies: &BTreeMap<String, String>) -> Result<String> {
        let has =
            |name: &str| self.headers.iter().any(|header| header.to_ascii_lowercase().starts_with(name));
        let method = self.method.as_deref().unwrap_or(if self.body.is_some() { "POST" } else { "GET" });
        let mut text = format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\n");
        for header in &self.headers {
            write!(text, "{header}\r\n")?;
        }
        if self.sends_cookies && !cookies.is_empty() {
            let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            write!(text, "cookie: {}\r\n", pairs.join("; "))?;
        }
        if let Some(body) = &self.body {
            if !has("content-type:") {
                text += "content-type: application/x-www-form-urlencoded\r\n";
            }
            write!(text, "content-length: {}\r\n\r\n{body}", body.len())?;
        } else {
            text += "\r\n";
        }
        Ok(text)
    }
}
