//! Step-up authentication (RFC 9470): a page, a service behind a guard, and an OpenID provider that knows nothing of either.

use std::io::{self, BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use std::{env, fs};

use axum::response::Html;
use jwt_guard::routing::get;
use jwt_guard::setup::{Clock, SystemClock};
use jwt_guard::{Claims, JwtGuard, Router, TrustedIssuer, requires};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::chromium::Browser;
use super::support::Result;

const MFA: &str = "urn:example:mfa";
const ELEVEN_MINUTES: u64 = 11 * 60;

#[requires(scope = "orders")]
async fn orders(claims: Claims) -> String {
    format!("orders of {}", claims.subject())
}

#[requires(scope = "pay", acr = MFA, max_age = "10m")]
async fn pay(claims: Claims) -> String {
    format!("paid by {}", claims.subject())
}

/// The clock of this machine, moved by hand.
#[derive(Clone, Debug, Default)]
struct Ahead(Arc<AtomicU64>);

impl Clock for Ahead {
    fn now(&self) -> SystemTime {
        SystemClock.now() + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

#[test]
fn a_page_steps_up_to_a_stronger_login_and_later_to_a_new_one() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let Some(mut shop) = Shop::start()? else { return Ok(()) };
    browser.open(&shop.origin)?;

    // A first login, for which a password is enough.
    browser.click("orders")?;
    assert_eq!(reason(&mut browser)?, "no_session");
    log_in(&mut browser, None)?;
    wait_for(&mut browser, "200 orders of alice")?;

    // Money needs a second factor, and the provider asks for it although alice is logged in.
    browser.click("pay")?;
    assert_eq!(reason(&mut browser)?, "acr_unmet");
    browser.screenshot("step_up.png")?;
    log_in(&mut browser, Some("123456"))?;
    wait_for(&mut browser, "200 paid by alice")?;
    let challenge = browser.evaluate("sessionStorage.getItem('challenge')")?;
    let login = format!(r#"acr_values="{MFA}", max_age="600""#);
    let expected = format!(r#"Bearer realm="api", error="insufficient_user_authentication", {login}"#);
    assert_eq!(challenge.as_str(), Some(expected.as_str()));

    // Once is enough.
    browser.evaluate("document.getElementById('pay').click()")?;
    wait_for(&mut browser, "200 paid by alice")?;

    // After a coffee break the same token still shows orders, and the provider is asked for a new login.
    shop.wait(ELEVEN_MINUTES)?;
    browser.evaluate("document.getElementById('orders').click()")?;
    wait_for(&mut browser, "200 orders of alice")?;
    browser.click("pay")?;
    assert_eq!(reason(&mut browser)?, "max_age");
    // A weaker login does not do: the challenge named the second factor too.
    log_in(&mut browser, None)?;
    assert_eq!(reason(&mut browser)?, "acr_unmet");
    log_in(&mut browser, Some("123456"))?;
    wait_for(&mut browser, "200 paid by alice")
}

/// Fills in the page of the provider.
fn log_in(browser: &mut Browser, code: Option<&str>) -> Result<()> {
    browser.type_into("name", "alice")?;
    browser.type_into("password", "secret")?;
    if let Some(code) = code {
        browser.type_into("code", code)?;
    }
    browser.click("login")
}

/// Why the provider shows its page.
fn reason(browser: &mut Browser) -> Result<String> {
    let reasons = browser.evaluate("document.getElementById('why').textContent")?;
    Ok(reasons.as_str().ok_or("this is not the page of the provider")?.to_owned())
}

fn wait_for(browser: &mut Browser, status: &str) -> Result<()> {
    browser.wait_for(&format!("document.getElementById('status').textContent === '{status}'"))
}

/// The service with its page, and the provider.
struct Shop {
    origin: String,
    clock: Ahead,
    provider: Provider,
    _runtime: Runtime,
}

impl Shop {
    fn start() -> Result<Option<Self>> {
        let runtime = Runtime::new()?;
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let origin = format!("http://localhost:{}", listener.local_addr()?.port());
        let Some(provider) = Provider::start(&format!("{origin}/callback"))? else { return Ok(None) };
        let clock = Ahead::default();
        let guard = JwtGuard::builder()
            .trust(TrustedIssuer::rfc9068(&provider.issuer).audience("shop"))
            .clock(clock.clone())
            .danger()
            .loopback_http("the provider is a process of this test")
            .build()?;
        runtime.block_on(guard.keys().ready())?;
        let html = include_str!("step_up.html").replace("ISSUER", &provider.issuer);
        let page = axum::Router::new()
            .route("/", axum::routing::get(Html(html.clone())))
            .route("/callback", axum::routing::get(Html(html)));
        let app = Router::new()
            .route("/orders", get(orders))
            .route("/pay", get(pay))
            .unguarded("the page", page)
            .with_guard(guard);
        runtime.spawn(async move { axum::serve(listener, app).await });
        Ok(Some(Self { origin, clock, provider, _runtime: runtime }))
    }

    /// Moves the clocks of both.
    fn wait(&mut self, seconds: u64) -> Result<()> {
        self.clock.0.fetch_add(seconds, Ordering::SeqCst);
        self.provider.wait(seconds)
    }
}

/// The program `step_up.mjs`, which ends with this value.
struct Provider {
    issuer: String,
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    /// `None` where it cannot run, unless `CI` is set: then that is an error.
    fn start(callback: &str) -> Result<Option<Self>> {
        let home = home();
        let installed = fs::read(home.join("node_modules/installed.json"));
        if !installed
            .is_ok_and(|found| fs::read(home.join("package-lock.json")).is_ok_and(|lock| lock == found))
        {
            return missing("the packages of tests/interop/package-lock.json are not installed");
        }
        let mut command = Command::new("node");
        command
            .arg(home.join("step_up.mjs"))
            .arg(callback)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = match command.spawn() {
            Ok(process) => process,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return missing("there is no node"),
            Err(error) => return Err(error.into()),
        };
        let mut lines = BufReader::new(process.stdout.take().ok_or("no output")?).lines();
        let issuer = lines.by_ref().map_while(|line| line.ok()).find(|line| line.starts_with("http://"));
        Ok(Some(Self { issuer: issuer.ok_or("the provider ended")?, process, lines }))
    }

    fn wait(&mut self, seconds: u64) -> Result<()> {
        writeln!(self.process.stdin.as_mut().ok_or("no input")?, "{seconds}")?;
        let answer =
            self.lines.by_ref().map_while(|line| line.ok()).find(|line| line.starts_with("ahead by"));
        answer.map(drop).ok_or_else(|| "the provider ended".into())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop")
}

fn missing<T>(what: &str) -> Result<Option<T>> {
    if env::var_os("CI").is_some() {
        return Err(what.into());
    }
    eprintln!("skipped: {what}; see tests/interop/README.md");
    Ok(None)
}
