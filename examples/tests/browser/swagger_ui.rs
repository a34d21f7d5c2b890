//! The example `openapi`: its document in Swagger UI, with the dialog *Authorize*.

use std::error::Error;
use std::fmt;

use crate::chromium::Browser;
use crate::support::{Example, Result};

#[test]
fn the_dialog_authorize_gets_tokens_that_open_what_the_document_says() -> Result<()> {
    unless_stuck(|docs| {
        assert_eq!(docs.call("get", "/catalogue")?, "200");
        assert_eq!(docs.call("get", "/orders")?, "401");
        assert_eq!(docs.call("post", "/orders")?, "401");

        docs.log_in("bob")?;
        assert_eq!(docs.call("get", "/orders")?, "200");
        assert_eq!(docs.call("post", "/orders")?, "403");
        docs.browser.screenshot("openapi-bob.png")?;

        docs.log_out()?;
        assert_eq!(docs.call("get", "/orders")?, "401");

        docs.log_in("ada")?;
        assert_eq!(docs.call("post", "/orders")?, "201");
        docs.browser.screenshot("openapi-ada.png")
    })
}

#[test]
fn a_wrong_password_gets_no_token() -> Result<()> {
    unless_stuck(|docs| {
        docs.fill_in("ada", "guess")?;
        docs.browser.wait_for("document.querySelector('.modal-ux .errors')")?;
        docs.browser.screenshot("openapi-dialog.png")?;
        docs.close()?;
        assert_eq!(docs.call("get", "/orders")?, "401");
        Ok(())
    })
}

/// Runs `steps` on a page of its own. If Swagger UI sends no request for a click, another page tries.
fn unless_stuck(steps: impl Fn(&mut Docs) -> Result<()>) -> Result<()> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let Some(browser) = Browser::start()? else { return Ok(()) };
        match steps(&mut Docs::open(browser)?) {
            Err(error) if error.is::<Stuck>() && attempts < MOST_ATTEMPTS => {}
            result => return result,
        }
    }
}

/// Swagger UI did not show the status of an operation.
#[derive(Debug)]
struct Stuck(String);

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no status of {}", self.0)
    }
}

impl Error for Stuck {}

const MOST_ATTEMPTS: usize = 8;

/// The page, with the example that serves it.
struct Docs {
    browser: Browser,
    _process: Example,
}

/// The part of the dialog that asks for a name and a password.
const DIALOG: &str = "document.querySelector('#oauth_username')";

impl Docs {
    fn open(mut browser: Browser) -> Result<Self> {
        let process = Example::start("openapi")?;
        browser.open(&format!("http://{}/docs/", process.address()))?;
        browser.wait_for("document.querySelectorAll('.opblock').length === 7")?;
        Ok(Self { browser, _process: process })
    }

    fn click(&mut self, element: &str) -> Result<()> {
        self.browser.wait_for(element)?;
        self.browser.evaluate(&format!("{element}.click()")).map(drop)
    }

    /// Executes an operation, and gives the status that the page shows.
    fn call(&mut self, method: &str, path: &str) -> Result<String> {
        let block = format!(
            "[...document.querySelectorAll('.opblock-{method}')].find(block => block.querySelector('[data-path=\"{path}\"]'))"
        );
        if self.browser.evaluate(&format!("{block}.querySelector('button.execute') === null"))? == true {
            self.click(&format!("{block}.querySelector('.opblock-summary-control')"))?;
        }
        let status = format!("{block}.querySelector('.live-responses-table .response-col_status')");
        if self.browser.evaluate(&format!("{status} !== null"))? == true {
            self.click(&format!("{block}.querySelector('button.btn-clear')"))?;
            self.browser.wait_for(&format!("{status} === null"))?;
        }
        let shown =
            format!("[...{block}.querySelectorAll('.live-responses-table .response-col_status')].at(-1)");
        // A click before the operation is resolved is lost, and the page shows that it is loading for ever.
        self.browser.wait_for(&format!(
            "ui.getStore().getState().getIn(['spec', 'resolvedSubtrees', 'paths', '{path}', '{method}']) !== undefined"
        ))?;
        let is_shown = format!("/[0-9]/.test({shown}?.innerText)");
        self.click(&format!("{block}.querySelector('button.execute')"))?;
        if !self.browser.is_soon(&is_shown)? {
            return Err(Stuck(format!("{method} {path}")).into());
        }
        self.browser.evaluate(&format!("{shown}.scrollIntoView({{ block: 'center' }})"))?;
        let text = self.browser.evaluate(&format!("{shown}.innerText"))?;
        // Below the status, Swagger UI says whether the document knows it.
        Ok(text.as_str().ok_or("not a text")?.trim().to_owned())
    }

    /// Opens the dialog, asks for every scope, and sends it.
    fn fill_in(&mut self, name: &str, password: &str) -> Result<()> {
        self.click("document.querySelector('.auth-wrapper .btn.authorize')")?;
        self.browser.wait_for(DIALOG)?;
        self.browser.type_at("#oauth_username", name)?;
        self.browser.type_at("#oauth_password", password)?;
        self.click(&format!("{DIALOG}.closest('.auth-container').querySelector('.scopes a')"))?;
        self.click(&format!(
            "{DIALOG}.closest('.auth-container').querySelector('.auth-btn-wrapper .authorize')"
        ))
    }

    fn log_in(&mut self, name: &str) -> Result<()> {
        self.fill_in(name, "secret")?;
        self.browser.wait_for("document.querySelector('.modal-ux').innerText.includes('Logout')")?;
        self.close()
    }

    fn log_out(&mut self) -> Result<()> {
        self.click("document.querySelector('.auth-wrapper .btn.authorize')")?;
        let logout = "[...document.querySelectorAll('.modal-ux button')].find(button => button.innerText === 'Logout')";
        self.click(logout)?;
        self.browser.wait_for(DIALOG)?;
        self.close()
    }

    fn close(&mut self) -> Result<()> {
        self.click("document.querySelector('.modal-ux .close-modal')")?;
        self.browser.wait_for("document.querySelector('.modal-ux') === null")
    }
}
