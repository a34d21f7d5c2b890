//! The name of the guard, and its answers.

use super::Builder;
use crate::config::OnMalformed;
use crate::problems::Problems;
use crate::respond::RenderRefusal;

/// The settings of this file, without the renderer.
#[derive(Debug)]
pub(super) struct AnswerSettings {
    pub(super) name: Option<String>,
    pub(super) realm: String,
    /// The address of this service as a protected resource; `Resource::named` checks it.
    pub(super) resource: Option<String>,
    pub(super) on_malformed: OnMalformed,
}

impl Default for AnswerSettings {
    fn default() -> Self {
        Self { name: None, realm: "api".to_owned(), resource: None, on_malformed: OnMalformed::BadRequest }
    }
}

/// The answer.
impl<K, A> Builder<K, A> {
    /// Names the guard in [access tables](crate::Router::access_table), for programs with several; the realm by
    /// default. Clients never see the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.draft.answer.name = Some(name.into());
        self
    }

    /// Names the protection space in challenges; `api` by default.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.draft.answer.realm = realm.into();
        self
    }

    /// Answers malformed credentials and two tokens in one request as a bad token, with 401 `invalid_token` instead of 400
    /// (RFC 6750 section 3.1): for `auth_request` of nginx, which knows 401 and 403, and makes everything else a 500.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, Secret};
    /// let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").token_401_for_malformed().build()?;
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn token_401_for_malformed(mut self) -> Self {
        self.draft.answer.on_malformed = OnMalformed::BadToken;
        self
    }

    /// Writes the body of refusals; [`ProblemJson`](crate::respond::ProblemJson) by default.
    pub fn refusal_body(mut self, renderer: impl RenderRefusal) -> Self {
        self.renderer = Some(Box::new(renderer));
        self
    }

    /// Sets the identifier of this service as a protected resource: its address, such as `https://api.example/mcp`.
    /// Then every challenge has, in `resource_metadata`, the address of a document with the authorization servers and
    /// scopes (RFC 9728 section 5.1). [`Router::resource_metadata`](crate::Router::resource_metadata) serves that
    /// document.
    ///
    /// The address is never taken from a request. `http` is for `localhost` only.
    ///
    /// ```
    /// # use jwt_guard::{JwtGuard, Secret};
    /// let guard = JwtGuard::builder()
    ///     .secret(Secret::random())
    ///     .audience("https://api.example/mcp")
    ///     .resource("https://api.example/mcp")
    ///     .build()?;
    ///
    /// let refused =
    ///     JwtGuard::builder().secret(Secret::random()).audience("a").resource("https://api.example/?a").build();
    /// assert!(refused.unwrap_err().to_string().contains("without query"));
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn resource(mut self, identifier: impl Into<String>) -> Self {
        self.draft.answer.resource = Some(identifier.into());
        self
    }
}

impl AnswerSettings {
    pub(super) fn check(&self, problems: &mut Problems) {
        if self.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            problems.setting("the name of the guard is empty; leave it out, and the realm is the name");
        }
        if !self.realm.chars().all(|char| char == ' ' || char.is_ascii_graphic()) {
            problems.setting(format!(
                "the realm {:?} has characters that a header cannot carry; expected printable ASCII",
                self.realm
            ));
        }
    }
}
