//! A browser with one tab, and what a person does there.

use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, thread};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::devtools::DevTools;
use super::support::Result;

/// No window, and no word to others than the pages of the test. The sandbox needs rights that a test may not have, and
/// the pages are our own.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=800,700",
    "--remote-debugging-port=0",
];

/// Chromium, running, with a profile of its own.
pub(crate) struct Browser {
    tools: DevTools,
    process: Process,
}

impl Browser {
    /// `None` where there is no Chromium, unless `CI` is set: then that is an error.
    pub(crate) fn start() -> Result<Option<Self>> {
        let Some(mut process) = Process::start()? else { return Ok(None) };
        let tools = DevTools::connect(&process.address()?)?;
        Ok(Some(Self { tools, process }))
    }

    /// Enters an address, and waits for the page.
    pub(crate) fn open(&mut self, address: &str) -> Result<()> {
        self.load(|browser| {
            let answer = browser.tools.call("Page.navigate", json!({ "url": address }))?;
            match answer["errorText"].as_str() {
                Some(error) => Err(format!("{address}: {error}").into()),
                None => Ok(()),
            }
        })
    }

    /// Presses the back button, and waits for the page.
    pub(crate) fn back(&mut self) -> Result<()> {
        let history = self.tools.call("Page.getNavigationHistory", json!({}))?;
        let before = history["currentIndex"].as_u64().and_then(|index| index.checked_sub(1));
        let index = usize::try_from(before.ok_or("there is no page before this one")?)?;
        let entry = json!({ "entryId": history["entries"][index]["id"] });
        self.load(|browser| browser.tools.call("Page.navigateToHistoryEntry", entry).map(drop))
    }

    /// Types into the input of that name.
    pub(crate) fn type_into(&mut self, name: &str, text: &str) -> Result<()> {
        self.type_at(&format!("input[name={name}]"), text)
    }

    /// Types into the element that a selector finds.
    pub(crate) fn type_at(&mut self, selector: &str, text: &str) -> Result<()> {
        self.evaluate(&format!("document.querySelector('{selector}').focus()"))?;
        self.tools.call("Input.insertText", json!({ "text": text })).map(drop)
    }

    /// Clicks what has that id, and waits for the page that it leads to.
    pub(crate) fn click(&mut self, id: &str) -> Result<()> {
        self.load(|browser| browser.evaluate(&format!("document.getElementById('{id}').click()")).map(drop))
    }

    /// Has a script send the first form, and waits for the page.
    pub(crate) fn submit(&mut self) -> Result<()> {
        self.load(|browser| browser.evaluate("document.forms[0].submit()").map(drop))
    }

    fn load(&mut self, act: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let before = self.tools.loads;
        act(self)?;
        self.tools.wait_for_load(before)
    }

    pub(crate) fn address(&mut self) -> Result<String> {
        self.text_of("location.href")
    }

    /// What a person can read.
    pub(crate) fn text(&mut self) -> Result<String> {
        self.text_of("document.body.innerText")
    }

    fn text_of(&mut self, script: &str) -> Result<String> {
        Ok(self.evaluate(script)?.as_str().ok_or("not a text")?.to_owned())
    }

    /// The value of a script.
    pub(crate) fn evaluate(&mut self, script: &str) -> Result<Value> {
        let call = json!({ "expression": script, "returnByValue": true });
        let mut answer = self.tools.call("Runtime.evaluate", call)?;
        match answer.get("exceptionDetails") {
            Some(exception) => Err(format!("{script}: {exception}").into()),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// Waits until a condition of a script holds.
    pub(crate) fn wait_for(&mut self, condition: &str) -> Result<()> {
        let script = format!(
            "new Promise(done => {{ const look = () => ({condition}) ? done() : setTimeout(look, 20); look() }})"
        );
        let answer = self
            .tools
            .call("Runtime.evaluate", json!({ "expression": script, "awaitPromise": true }))
            .map_err(|error| format!("waiting for {condition}: {error}"))?;
        match answer.get("exceptionDetails") {
            Some(exception) => Err(format!("{condition}: {exception}").into()),
            None => Ok(()),
        }
    }

    /// Whether a condition holds within ten seconds.
    pub(crate) fn is_soon(&mut self, condition: &str) -> Result<bool> {
        let script = format!(
            "new Promise(done => {{ const end = Date.now() + 10000; const look = () => ({condition}) ? done(true) : \
             Date.now() > end ? done(false) : setTimeout(look, 20); look() }})"
        );
        let answer =
            self.tools.call("Runtime.evaluate", json!({ "expression": script, "awaitPromise": true }))?;
        match answer.get("exceptionDetails") {
            Some(exception) => Err(format!("{condition}: {exception}").into()),
            None => Ok(answer["result"]["value"] == true),
        }
    }

    /// The cookies that the browser keeps for an address, hidden ones too.
    pub(crate) fn cookies(&mut self, address: &str) -> Result<Vec<Value>> {
        let mut answer = self.tools.call("Network.getCookies", json!({ "urls": [address] }))?;
        match answer["cookies"].take() {
            Value::Array(cookies) => Ok(cookies),
            _ => Err("no list of cookies".into()),
        }
    }

    /// The value of one cookie.
    pub(crate) fn cookie(&mut self, address: &str, name: &str) -> Result<String> {
        let cookies = self.cookies(address)?;
        let cookie = cookies.iter().find(|cookie| cookie["name"] == name);
        Ok(cookie.and_then(|cookie| cookie["value"].as_str()).ok_or("no such cookie")?.to_owned())
    }

    /// Puts a cookie back, to be kept until the browser is closed.
    pub(crate) fn set_cookie(&mut self, address: &str, name: &str, value: &str) -> Result<()> {
        let cookie = json!({
            "url": address, "name": name, "value": value, "path": "/", "secure": true, "httpOnly": true,
        });
        self.tools.call("Network.setCookie", cookie)?;
        assert_eq!(self.cookie(address, name)?, value);
        Ok(())
    }

    /// Writes a picture of the page into the target directory.
    pub(crate) fn screenshot(&mut self, name: &str) -> Result<()> {
        let picture = self.tools.call("Page.captureScreenshot", json!({ "format": "png" }))?;
        let bytes = BASE64_STANDARD.decode(picture["data"].as_str().ok_or("no picture")?)?;
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, bytes)?;
        println!("a picture of the page: {}", path.display());
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its helpers end with it, and write no more into its profile. If it does not answer, it is killed.
        if self.tools.call("Browser.close", json!({})).is_ok() {
            _ = self.process.child.wait();
        }
    }
}

/// The process, which ends with this value.
struct Process {
    child: Child,
    profile: PathBuf,
}

impl Process {
    fn start() -> Result<Option<Self>> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let profile =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chromium-{}-{number}", process::id()));
        let mut command = Command::new("chromium");
        command.args(FLAGS).arg(format!("--user-data-dir={}", profile.display()));
        match command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn() {
            Ok(child) => Ok(Some(Self { child, profile })),
            Err(error) if error.kind() == ErrorKind::NotFound && env::var_os("CI").is_none() => {
                eprintln!("skipped: there is no chromium");
                Ok(None)
            }
            Err(error) => Err(format!("chromium does not start: {error}").into()),
        }
    }

    /// Where its DevTools listen, which it writes among its complaints.
    fn address(&mut self) -> Result<String> {
        let mut lines = BufReader::new(self.child.stderr.take().ok_or("no standard error")?).lines();
        let mut complaints = String::new();
        for line in lines.by_ref() {
            let line = line?;
            if let Some(address) = line.strip_prefix("DevTools listening on ") {
                let address = address.to_owned();
                // The rest is discarded, but it must not block.
                thread::spawn(move || lines.count());
                return Ok(address);
            }
            complaints += &line;
            complaints.push('\n');
        }
        Err(format!("chromium ended: {complaints}").into())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; and what is left of the profile does no harm.
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_dir_all(&self.profile);
    }
}
