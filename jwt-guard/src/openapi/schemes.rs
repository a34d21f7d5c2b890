//! The locations of a guard, as security schemes of OpenAPI.

use std::collections::{BTreeMap, BTreeSet};

use crate::guard::JwtGuard;
use crate::location::{Part, Place};
use crate::policy::vocabulary::NameKind;
use crate::token::TokenKind;

/// The security schemes for the locations of a guard; made by [`JwtGuard::openapi`].
///
/// | the guard reads | scheme | name |
/// |---|---|---|
/// | `Authorization: Bearer` | `http`, `bearer`, with `bearerFormat: JWT` | `bearer` |
/// | the same, of an issuer that is found by discovery | `openIdConnect` beside it | `openid` |
/// | the same, with [`token_url`](Self::token_url) or [`authorization_code`](Self::authorization_code) | `oauth2` beside it | `oauth2` |
/// | `Authorization` with another scheme | `apiKey` in the header `Authorization` | that scheme in lower case |
/// | a header, a cookie, a query parameter | `apiKey` | that of the header, cookie or parameter |
/// | a cookie of [`Builder::cookies`](crate::setup::Builder::cookies), by a method that changes something | that and its CSRF header, as one *and* | those of both |
///
/// For policies that accept refresh tokens, the schemes for both kinds have a twin whose name begins with `refresh_`.
///
/// ```
/// # use jwt_guard::{JwtGuard, Secret};
/// let guard = JwtGuard::builder().secret(Secret::random()).audience("orders").build()?;
/// let schemes = guard
///     .openapi()
///     .token_url("/login")
///     .scope("orders:read", "Look at orders")
///     .name("bearer", "BearerToken")
///     .description("bearer", "A token of `POST /login`.");
/// # Ok::<(), jwt_guard::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Schemes {
    guard: JwtGuard,
    schemes: Vec<Scheme>,
    access: Vec<Alternative>,
    refresh: Vec<Alternative>,
    flows: Flows,
    scopes: BTreeMap<String, String>,
    unknown: Vec<String>,
}

/// The names that the policies of a document ask for. A refresh token carries none.
pub(crate) type AskedNames = BTreeSet<(NameKind, String)>;

/// One security scheme object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Its default name.
    key: String,
    pub name: String,
    pub kind: SchemeKind,
    pub description: String,
    /// Whether a list of what names are for follows the description.
    lists_names: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    Bearer,
    ApiKey { location: KeyLocation, name: String },
    OAuth2(Flows, BTreeMap<String, String>),
    OpenIdConnect { url: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLocation {
    Header,
    Cookie,
    Query,
}

/// The OAuth 2 flows by which a client can get a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows {
    /// The token endpoint for name and password.
    pub password: Option<String>,
    /// The addresses of the login page and of the token endpoint.
    pub authorization_code: Option<(String, String)>,
    pub refresh: Option<String>,
}

/// The schemes of one location.
#[derive(Clone, Debug)]
pub(crate) struct Alternative {
    pub(crate) scheme: String,
    /// The scheme of the accompanying CSRF header.
    pub(crate) csrf: Option<String>,
    /// Whether its list of names may contain roles.
    pub(crate) takes_roles: bool,
}

const OAUTH2: &str = "oauth2";

impl JwtGuard {
    /// The security schemes for the locations of this guard in an OpenAPI document.
    pub fn openapi(&self) -> Schemes {
        Schemes::of(self)
    }
}

impl Schemes {
    fn of(guard: &JwtGuard) -> Self {
        let mut this = Self {
            guard: guard.clone(),
            schemes: Vec::new(),
            access: Vec::new(),
            refresh: Vec::new(),
            flows: Flows::default(),
            scopes: BTreeMap::new(),
            unknown: Vec::new(),
        };
        for kind in [TokenKind::Access, TokenKind::Refresh] {
            for place in &guard.config().locations(kind).places {
                this.add_place(place, kind);
            }
        }
        this
    }

    /// Renames a scheme. The table above has the default names.
    pub fn name(mut self, scheme: &str, name: impl Into<String>) -> Self {
        let name = name.into();
        let Some(found) = self.schemes.iter_mut().find(|known| known.key == scheme) else {
            return self.not_found(scheme);
        };
        let old = std::mem::replace(&mut found.name, name.clone());
        for alternative in self.access.iter_mut().chain(&mut self.refresh) {
            let csrf = alternative.csrf.as_mut();
            for used in csrf.into_iter().chain([&mut alternative.scheme]).filter(|used| **used == old) {
                used.clone_from(&name);
            }
        }
        self
    }

    /// Replaces the description of a scheme, with its list of what scopes and roles are for.
    pub fn description(mut self, scheme: &str, description: impl Into<String>) -> Self {
        match self.schemes.iter_mut().find(|known| known.key == scheme) {
            Some(found) => {
                found.description = description.into();
                found.lists_names = false;
            }
            None => return self.not_found(scheme),
        }
        self
    }

    /// Sets the endpoint that exchanges name and password for a token (RFC 6749 section 4.3), so that *Authorize* in
    /// Swagger UI logs in. May be relative to the document.
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.flows.password = Some(url.into());
        self.with_flows()
    }

    /// Sets the login page, and the endpoint that exchanges the code for a token (RFC 6749 section 4.1).
    pub fn authorization_code(
        mut self,
        authorization_url: impl Into<String>,
        token_url: impl Into<String>,
    ) -> Self {
        self.flows.authorization_code = Some((authorization_url.into(), token_url.into()));
        self.with_flows()
    }

    /// Sets the endpoint for refresh tokens, if that is not the token endpoint.
    pub fn refresh_url(mut self, url: impl Into<String>) -> Self {
        self.flows.refresh = Some(url.into());
        self.with_flows()
    }

    /// Describes a scope, for the page on which a person grants it and in the descriptions of schemes, in place of what the
    /// [vocabulary](crate::setup::Builder::scopes) says. The scopes of policies are listed even without either.
    pub fn scope(mut self, scope: impl Into<String>, description: impl Into<String>) -> Self {
        self.scopes.insert(scope.into(), description.into());
        self
    }

    pub(crate) fn guard(&self) -> &JwtGuard {
        &self.guard
    }

    /// The locations of this kind of token.
    pub(crate) fn alternatives(&self, token: TokenKind) -> &[Alternative] {
        match token {
            TokenKind::Access => &self.access,
            TokenKind::Refresh => &self.refresh,
        }
    }

    /// The schemes, with the names that policies ask for: scopes in the flows, and what is known of a name in
    /// the descriptions of the others, which have no place for it.
    pub(crate) fn defined(&self, asked: &AskedNames) -> impl Iterator<Item = Scheme> {
        let scopes = asked.iter().filter(|(kind, _)| *kind == NameKind::Scope);
        let mut all = self.scopes.clone();
        for (kind, scope) in scopes {
            let text = self.purpose(*kind, scope).unwrap_or(scope).to_owned();
            all.insert(scope.clone(), text);
        }
        self.schemes.clone().into_iter().map(move |mut scheme| {
            if scheme.key == OAUTH2 {
                scheme.kind = SchemeKind::OAuth2(self.flows.clone(), all.clone());
                return scheme;
            }
            let takes_names = self.access.iter().any(|alternative| alternative.scheme == scheme.name);
            let described = asked
                .iter()
                .filter_map(|(kind, name)| Some(format!("- `{name}`: {}", self.purpose(*kind, name)?)));
            let lines: Vec<_> = described.collect();
            if takes_names && scheme.lists_names && !lines.is_empty() {
                scheme.description.push_str(&format!("\n\n{}", lines.join("\n")));
            }
            scheme
        })
    }

    /// What a name is for, by [`scope`](Self::scope), else by the vocabulary.
    fn purpose(&self, kind: NameKind, name: &str) -> Option<&str> {
        let own = (kind == NameKind::Scope).then(|| self.scopes.get(name)).flatten();
        own.map(String::as_str).or_else(|| self.guard.config().vocabulary.description(kind, name))
    }

    /// Whether a token may be in a cookie, so that a request may be refused because of the page that caused it.
    pub(crate) fn reads_cookies(&self) -> bool {
        self.schemes
            .iter()
            .any(|scheme| matches!(scheme.kind, SchemeKind::ApiKey { location: KeyLocation::Cookie, .. }))
    }

    /// The problems of the settings.
    pub(crate) fn problems(&self) -> impl Iterator<Item = String> {
        let known: Vec<_> = self.schemes.iter().map(|scheme| format!("`{}`", scheme.key)).collect();
        self.unknown.iter().map(move |name| {
            format!(
                "the guard has no scheme `{name}` to name, describe or get tokens for; it has {}",
                known.join(", ")
            )
        })
    }

    fn not_found(mut self, scheme: &str) -> Self {
        self.unknown.push(scheme.to_owned());
        self
    }

    /// Adds the scheme of the flows, if the guard reads their tokens.
    fn with_flows(mut self) -> Self {
        if self.schemes.iter().any(|scheme| scheme.key == OAUTH2) {
            return self;
        }
        let Some(at) =
            self.access.iter().position(|alternative| alternative.scheme == self.name_of("bearer"))
        else {
            return self.not_found("bearer");
        };
        self.access.insert(at, Alternative { scheme: OAUTH2.to_owned(), csrf: None, takes_roles: false });
        let kind = SchemeKind::OAuth2(Flows::default(), BTreeMap::new());
        self.define(OAUTH2, kind, "A token of this service, in the header `Authorization`.");
        self
    }

    fn name_of(&self, key: &str) -> String {
        let found = self.schemes.iter().find(|scheme| scheme.key == key);
        found.map(|scheme| scheme.name.clone()).unwrap_or_default()
    }

    fn add_place(&mut self, place: &Place, token: TokenKind) {
        let what = match token {
            _ if place.is_of_session() => "The id of a session",
            TokenKind::Access => "An access token",
            TokenKind::Refresh => "A refresh token",
        };
        let api_key = |location, name: &str| SchemeKind::ApiKey { location, name: name.to_owned() };
        let (key, kind, description) = match place.part() {
            Part::Scheme(scheme) if scheme.eq_ignore_ascii_case("Bearer") => {
                ("bearer".to_owned(), SchemeKind::Bearer, format!("{what}, in the header `Authorization`."))
            }
            Part::Scheme(scheme) => (
                legal(&scheme.to_lowercase()),
                api_key(KeyLocation::Header, "Authorization"),
                format!("`{scheme}`, a space, and {}.", what.to_lowercase()),
            ),
            Part::Header(name) => {
                let written = match place {
                    Place::SchemeHeader { scheme, .. } => {
                        format!("`{scheme}`, a space, and {}.", what.to_lowercase())
                    }
                    _ => format!("{what}."),
                };
                (legal(name), api_key(KeyLocation::Header, name), written)
            }
            Part::Cookie(name) => (legal(name), api_key(KeyLocation::Cookie, name), format!("{what}.")),
            Part::Parameter(name) => (legal(name), api_key(KeyLocation::Query, name), format!("{what}.")),
            Part::Protocol(name) => (
                "websocket".to_owned(),
                api_key(KeyLocation::Header, "Sec-WebSocket-Protocol"),
                format!("`{name}`, a comma, and {}; in the handshake of a WebSocket.", what.to_lowercase()),
            ),
        };
        let same = self.schemes.iter().any(|scheme| scheme.kind == kind && scheme.key == key);
        let key = if same && token == TokenKind::Refresh { format!("refresh_{key}") } else { key };
        if token == TokenKind::Access && kind == SchemeKind::Bearer {
            self.add_discovered();
        }
        let csrf = matches!(place, Place::Cookie { .. }).then(|| self.add_csrf()).flatten();
        let key = self.define(&key, kind, &description);
        let alternative = Alternative { scheme: key, csrf, takes_roles: true };
        match token {
            TokenKind::Access => self.access.push(alternative),
            TokenKind::Refresh => self.refresh.push(alternative),
        }
    }

    /// The issuers with a discovery document.
    fn add_discovered(&mut self) {
        let guard = self.guard.clone();
        for (index, url) in guard.config().access.discovery_documents().enumerate() {
            let key = if index == 0 { "openid".to_owned() } else { format!("openid_{}", index + 1) };
            let kind = SchemeKind::OpenIdConnect { url };
            let key = self.define(&key, kind, "An access token of the identity provider.");
            self.access.push(Alternative { scheme: key, csrf: None, takes_roles: false });
        }
    }

    fn add_csrf(&mut self) -> Option<String> {
        let cookies = self.guard.config().cookies.as_ref()?;
        let name = cookies.csrf_header_name().to_owned();
        let kind = SchemeKind::ApiKey { location: KeyLocation::Header, name: name.clone() };
        let description = "The value of the cookie for CSRF that was set with the token.";
        Some(self.define(&legal(&name), kind, description))
    }

    /// The name of this scheme, made unique: a header and a cookie may have the same name.
    fn define(&mut self, key: &str, kind: SchemeKind, description: &str) -> String {
        let keys = std::iter::once(key.to_owned()).chain((2..).map(|number| format!("{key}_{number}")));
        for key in keys {
            match self.schemes.iter().find(|scheme| scheme.key == key) {
                Some(known) if known.kind == kind => return key,
                Some(_) => {}
                None => {
                    let description = description.to_owned();
                    let name = key.clone();
                    self.schemes.push(Scheme {
                        name,
                        key: key.clone(),
                        kind,
                        description,
                        lists_names: true,
                    });
                    return key;
                }
            }
        }
        key.to_owned()
    }
}

/// The name of a component: `^[a-zA-Z0-9.\-_]+$`.
fn legal(name: &str) -> String {
    let legal =
        |char: char| if char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_') { char } else { '_' };
    name.chars().map(legal).collect()
}
