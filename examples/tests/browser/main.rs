//! Drives the examples `web_login`, `spa` and `openapi` in a real Chromium, as a person would; and a login that steps up.
//!
//! Without Chromium the tests say that they are skipped; where `CI` is set, they fail.

mod attacker;
mod chromium;
mod dead_cookies;
mod devtools;
mod spa;
mod step_up;
#[expect(dead_code, unused_imports, reason = "of the other test's tools, this one only starts the example")]
#[path = "../examples/support/mod.rs"]
mod support;
mod swagger_ui;

use std::thread;
use std::time::Duration;

use attacker::Attacker;
use chromium::Browser;
use support::{Example, Result};

const TOKEN: &str = "__Host-access_token";

#[test]
fn a_login_leads_back_to_the_page_that_was_asked_for() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let site = Site::start()?;

    browser.open(&site.page("/account"))?;
    assert_eq!(browser.address()?, site.page("/login?next=/account"));
    browser.type_into("name", "ada")?;
    browser.type_into("password", "guess")?;
    browser.click("login")?;
    assert!(browser.text()?.contains("wrong password"));
    assert_eq!(browser.cookies(&site.page("/"))?.len(), 0);

    site.log_in(&mut browser)?;
    assert_eq!(browser.address()?, site.page("/account"));
    assert!(browser.text()?.contains("Logged in as ada. Balance: 100"));
    browser.screenshot("web_login.png")?;

    browser.open(&site.page("/"))?;
    assert!(browser.text()?.contains("Hello, ada."));
    Ok(())
}

#[test]
fn a_login_begins_and_ends_on_this_site() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let site = Site::start()?;
    let attacker = Attacker::start(&site.page("/login"))?;

    for host in ["127.0.0.1", "localhost"] {
        browser.open(&attacker.page(host))?;
        browser.submit()?;
        assert!(browser.text()?.contains("the request may come from another site"));
        assert_eq!(browser.cookies(&site.page("/"))?.len(), 0);
    }

    let elsewhere = attacker.page("127.0.0.1").replace("http:", "");
    for next in [
        format!("http:{elsewhere}"),
        elsewhere.clone(),
        elsewhere.replacen("//", "/%5c", 1),
        elsewhere.replacen("//", "/%09/", 1),
        elsewhere.replacen("//", "/%0a/", 1),
        "javascript:alert(1)".to_owned(),
        "%22%3e%3cb%3e".to_owned(),
    ] {
        site.log_in_from(&mut browser, &format!("/login?next={next}"))?;
        assert_eq!(browser.address()?, site.page("/account"), "{next}");
    }
    Ok(())
}

#[test]
fn the_browser_hides_the_tokens_from_scripts_and_other_sites() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let site = Site::start()?;
    site.log_in(&mut browser)?;

    let mut cookies: Vec<_> = browser
        .cookies(&site.page("/"))?
        .iter()
        .map(|cookie| {
            assert_eq!(cookie["domain"], "localhost");
            assert_eq!(cookie["session"], false, "{cookie}");
            let attribute = |name: &str| cookie[name].to_string().replace('"', "");
            ["name", "httpOnly", "secure", "sameSite", "path"].map(attribute).join(" ")
        })
        .collect();
    cookies.sort();
    assert_eq!(
        cookies,
        [
            "__Host-access_token true true Lax /",
            "__Host-refresh_token true true Lax /",
            "csrf_access_token false true Lax /",
            "csrf_refresh_token false true Lax /",
        ]
    );
    let seen_by_scripts = browser.evaluate("document.cookie")?;
    assert!(!seen_by_scripts.to_string().contains("__Host-"), "{seen_by_scripts}");
    Ok(())
}

#[test]
fn a_form_of_this_site_works_and_a_forged_one_changes_nothing() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let site = Site::start()?;
    let attacker = Attacker::start(&site.page("/transfer"))?;
    site.log_in(&mut browser)?;

    // Another site: the browser sends no cookie.
    browser.open(&attacker.page("127.0.0.1"))?;
    browser.submit()?;
    assert_eq!(browser.address()?, site.page("/login"));
    site.assert_balance(&mut browser, 100)?;

    // Another port is the same site to browsers: it sends the cookie, and even lets the page read the value to repeat.
    browser.open(&attacker.page("localhost"))?;
    let value = browser.evaluate(
        "document.forms[0].csrf_token.value = /csrf_access_token=([^;]+)/.exec(document.cookie)[1]",
    )?;
    assert!(value.as_str().is_some_and(|value| value.len() >= 22), "{value}");
    browser.submit()?;
    assert_eq!(browser.address()?, site.page("/transfer"));
    assert!(browser.text()?.contains("the request may come from another site"));
    site.assert_balance(&mut browser, 100)?;

    // This site, with another value.
    site.fill_in_transfer(&mut browser)?;
    browser.evaluate("document.forms[0].csrf_token.value = 'guess'")?;
    browser.click("transfer")?;
    assert!(browser.text()?.contains("the request may come from another site"));
    site.assert_balance(&mut browser, 100)?;

    // And as it is.
    site.fill_in_transfer(&mut browser)?;
    browser.click("transfer")?;
    assert_eq!(browser.address()?, site.page("/account"));
    assert!(browser.text()?.contains("30 to <b>Bob</b>"));
    site.assert_balance(&mut browser, 70)
}

#[test]
fn after_a_logout_the_back_button_shows_nothing_protected() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let site = Site::start()?;
    site.log_in(&mut browser)?;
    let kept = browser.cookie(&site.page("/"), TOKEN)?;

    browser.click("logout")?;
    assert_eq!(browser.address()?, site.page("/goodbye"));
    assert_eq!(browser.cookies(&site.page("/"))?.len(), 0);

    browser.back()?;
    assert_eq!(browser.address()?, site.page("/login?next=/account"));
    assert!(!browser.text()?.contains("Balance"));

    // A copy of the cookie is not valid either.
    browser.set_cookie(&site.page("/"), TOKEN, &kept)?;
    site.assert_closed(&mut browser)
}

#[test]
fn another_sites_form_does_not_log_the_user_out() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let site = Site::start()?;
    let attacker = Attacker::start(&site.page("/logout"))?;
    site.log_in(&mut browser)?;
    for host in ["127.0.0.1", "localhost"] {
        browser.open(&attacker.page(host))?;
        browser.submit()?;
        assert_eq!(browser.address()?, site.page("/logout"));
        assert!(browser.text()?.contains("the request may come from another site"), "{host}");
        assert_eq!(browser.cookies(&site.page("/"))?.len(), 4, "{host}");
    }
    site.assert_balance(&mut browser, 100)
}

#[test]
fn a_session_ends_by_itself_unless_it_is_renewed() -> Result<()> {
    let Some(mut browser) = Browser::start()? else { return Ok(()) };
    let site = Site::start_with_sessions_of("5")?;
    site.log_in(&mut browser)?;
    let first = browser.cookie(&site.page("/"), TOKEN)?;
    browser.click("renew")?;
    assert_eq!(browser.address()?, site.page("/account"));
    let second = browser.cookie(&site.page("/"), TOKEN)?;
    assert_ne!(first, second);

    // The only clock that a browser has is the real one.
    for _ in 0..100 {
        if browser.cookies(&site.page("/"))?.is_empty() {
            break;
        }
        thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(browser.cookies(&site.page("/"))?.len(), 0);
    site.assert_closed(&mut browser)?;

    // The browser has dropped the cookies. One that had kept them would get no further.
    browser.set_cookie(&site.page("/"), TOKEN, &second)?;
    site.assert_closed(&mut browser)
}

/// The example, as the browser reaches it: `localhost`, where browsers take `Secure` cookies without TLS.
struct Site {
    _process: Example,
    origin: String,
}

impl Site {
    fn start() -> Result<Self> {
        Self::start_with_sessions_of("600")
    }

    fn start_with_sessions_of(seconds: &str) -> Result<Self> {
        let process = Example::start_with("web_login", |run| run.env("SESSION_SECONDS", seconds))?;
        let origin = process.address().replace("127.0.0.1", "http://localhost");
        Ok(Self { _process: process, origin })
    }

    fn page(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    fn log_in(&self, browser: &mut Browser) -> Result<()> {
        self.log_in_from(browser, "/account")
    }

    /// Logs in on the page that `path` shows, or leads to.
    fn log_in_from(&self, browser: &mut Browser, path: &str) -> Result<()> {
        browser.open(&self.page(path))?;
        browser.type_into("name", "ada")?;
        browser.type_into("password", "secret")?;
        browser.click("login")
    }

    fn fill_in_transfer(&self, browser: &mut Browser) -> Result<()> {
        browser.open(&self.page("/account"))?;
        browser.type_into("to", "<b>Bob</b>")?;
        browser.type_into("amount", "30")
    }

    fn assert_balance(&self, browser: &mut Browser, balance: u32) -> Result<()> {
        browser.open(&self.page("/account"))?;
        assert_eq!(browser.evaluate("document.getElementById('balance').textContent")?, balance.to_string());
        Ok(())
    }

    fn assert_closed(&self, browser: &mut Browser) -> Result<()> {
        browser.open(&self.page("/account"))?;
        assert_eq!(browser.address()?, self.page("/login?next=/account"));
        assert!(!browser.text()?.contains("Balance"));
        Ok(())
    }
}
