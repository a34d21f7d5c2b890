//! The name of the guard, and its answers.

use super::Builder;
use crate::config::{Answers, OnMalformed, Resource};
use crate::problems::Problems;
use crate::respond::RenderRefusal;

/// The settings of this file, without the renderer.
#[derive(Debug)]
pub(super) struct AnswerSettings {
    pub(super) name: Option<String>,
    pub(super) realm: String,
    /// The address of this service as a protected resource.
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
    /// let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").malformed_as_invalid_token().build()?;
    /// # Ok::<(), jwt_guard::ConfigError>(())
    /// ```
    pub fn malformed_as_invalid_token(mut self) -> Self {
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
    /// A client asks its authorization server for a token of this resource (RFC 8707), and most servers make the identifier the
    /// audience of the token. Give it to `audience` too, unless yours writes another one: tokens with an audience that the guard
    /// does not name are refused.
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

    /// What requests read, with the resource checked.
    pub(super) fn finish(self, problems: &mut Problems) -> Answers {
        let Self { name, realm, resource, on_malformed } = self;
        let resource = resource.and_then(|identifier| resource_named(identifier, problems));
        Answers { name, realm, resource, on_malformed }
    }
}

/// "By default, the string used is `/.well-known/oauth-protected-resource`" (RFC 9728 section 3).
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// Makes the resource, or records what is wrong with its name.
fn resource_named(identifier: String, problems: &mut Problems) -> Option<Resource> {
    let Some((origin, path)) = parse(&identifier) else {
        problems.setting(format!(
            "the resource {identifier:?} is not the address of this service: expected `https://host/path`, \
             without query and fragment (RFC 9728 section 1.2); `http` for `localhost` only"
        ));
        return None;
    };
    // "any terminating slash [..] MUST be removed before inserting" (section 3.1), where it follows the host.
    let metadata_path = format!("{WELL_KNOWN}{}", if path == "/" { "" } else { path });
    Some(Resource { metadata_url: format!("{origin}{metadata_path}"), metadata_path, identifier })
}

/// Scheme and host, and the path.
fn parse(identifier: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = identifier.split_once("://")?;
    let host = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(host)?;
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    // Braces would be parameters in a route.
    let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=:@%".contains(&byte);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let is_private =
        scheme == "https" || (scheme == "http" && matches!(name, "localhost" | "127.0.0.1" | "[::1]"));
    let is_legal = is_private
        && host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
        && host.bytes().all(is_host)
        && path.bytes().all(is_path)
        && !path.split('/').any(|segment| segment.starts_with([':', '*']));
    let origin = identifier.len().checked_sub(path.len()).and_then(|end| identifier.get(..end))?;
    is_legal.then_some((origin, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(identifier: &str) -> Option<(String, String)> {
        let mut problems = Problems::default();
        let found = resource_named(identifier.to_owned(), &mut problems);
        assert_eq!(found.is_none(), !problems.is_empty());
        found.map(|found| (found.metadata_url, found.metadata_path))
    }

    #[test]
    fn the_well_known_path_goes_between_host_and_path() {
        for (identifier, url, path) in [
            ("https://api.example", "https://api.example/.well-known/oauth-protected-resource", ""),
            ("https://api.example/", "https://api.example/.well-known/oauth-protected-resource", ""),
            (
                "https://api.example/mcp",
                "https://api.example/.well-known/oauth-protected-resource/mcp",
                "/mcp",
            ),
            (
                "https://api.example:8443/a/b/",
                "https://api.example:8443/.well-known/oauth-protected-resource/a/b/",
                "/a/b/",
            ),
            (
                "http://localhost:3000/mcp",
                "http://localhost:3000/.well-known/oauth-protected-resource/mcp",
                "/mcp",
            ),
        ] {
            assert_eq!(addresses(identifier), Some((url.to_owned(), format!("{WELL_KNOWN}{path}"))));
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for identifier in [
            "",
            "orders",
            "http://api.example/mcp",
            "http://localhost.example/mcp",
            "https://",
            "https:///mcp",
            "https://api.example/mcp?a=b",
            "https://api.example/mcp#part",
            "https://user@api.example/mcp",
            "https://api.example/{id}",
            "https://api.example/a b",
            "https://api.example/\"",
            "urn:orders",
        ] {
            assert_eq!(addresses(identifier), None, "{identifier}");
        }
    }
}
