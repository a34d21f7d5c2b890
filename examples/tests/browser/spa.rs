//! The page of scripts, in the browser.

use std::thread;
use std::time::Duration;

use super::chromium::Browser;
use super::support::{Example, Result};

const ACCESS: &str = "__Host-access_token";

/// The example, as the browser reaches it.
struct Page {
    _process: Example,
    origin: String,
}

impl Page {
    fn start(access_seconds: &str) -> Result<Self> {
        let process = Example::start_with("spa", |run| run.env("ACCESS_SECONDS", access_seconds))?;
        let origin = process.address().replace("127.0.0.1", "http://localhost");
        Ok(Self { _process: process, origin })
    }

    fn log_in(&self, browser: &mut Browser) -> Result<()> {
        browser.open(&self.origin)?;
        browser.wait_for("!document.getElementById('login').hidden")?;
        browser.type_into("name", "ada")?;
        browser.type_into("password", "secret")?;
        browser.evaluate("document.getElementById('log_in').click()")?;
        browser.wait_for("document.getElementById('status').textContent === 'Logged in as ada'")
    }

    /// Waits until the browser has dropped the access token; its only clock is the real one.
    fn outlive_the_access_token(&self, browser: &mut Browser) -> Result<()> {
        for _ in 0..150 {
            if !browser.cookies(&self.origin)?.iter().any(|cookie| cookie["name"] == ACCESS) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Err("the access token does not end".into())
    }
}

fn has_listed(items: &[&str]) -> String {
    let list = "[...document.querySelectorAll('#list li')].map(item => item.textContent).sort().join()";
    format!("{list} === '{}'", items.join(","))
}

#[test]
fn a_page_orders_and_logs_out_without_ever_seeing_a_token() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let page = Page::start("900")?;
    page.log_in(&mut browser)?;
    let seen = browser.evaluate("document.cookie")?.to_string();
    assert!(
        seen.contains("csrf_access_token=") && !seen.contains("__Host-") && !seen.contains("__Secure-"),
        "{seen}"
    );

    browser.type_into("item", "tea")?;
    browser.evaluate("document.getElementById('send').click()")?;
    browser.wait_for(&has_listed(&["tea"]))?;
    browser.screenshot("spa.png")?;

    // Without the value that the page repeats.
    let forged = "fetch('/api/orders', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '\"tea\"' })\
                  .then(answer => document.body.dataset.forged = answer.status)";
    browser.evaluate(forged)?;
    browser.wait_for("document.body.dataset.forged === '403'")?;

    browser.evaluate("document.getElementById('log_out').click()")?;
    browser.wait_for("document.getElementById('status').textContent === 'Logged out'")?;
    assert!(browser.cookies(&page.origin)?.is_empty());
    Ok(())
}

#[test]
fn requests_that_outlive_the_access_token_share_one_refresh() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let page = Page::start("4")?;
    page.log_in(&mut browser)?;
    page.outlive_the_access_token(&mut browser)?;

    browser.evaluate("document.body.dataset.refreshes = 0")?;
    browser.evaluate("document.getElementById('twice').click()")?;
    browser.wait_for(&has_listed(&["coffee", "tea"]))?;
    assert_eq!(browser.evaluate("document.body.dataset.refreshes")?, "1");
    Ok(())
}
