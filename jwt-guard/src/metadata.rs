//! Protected resource metadata (RFC 9728): which authorization servers and scopes a service knows.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::routing::get;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;

use crate::guard::JwtGuard;
use crate::location::Part;
use crate::policy::vocabulary::{NameKind, Vocabulary};
use crate::policy::{DenyAs, Needs, Term};
use crate::router::{AccessRow, AccessTable, Router};

/// A quarter of an hour, as for public keys.
const CACHE: &str = "public, max-age=900";

/// The metadata of one resource (section 2).
#[derive(Debug, Serialize)]
struct Metadata<'a> {
    resource: &'a str,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    authorization_servers: BTreeSet<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<&'static str>,
    /// An additional parameter, as section 2 allows.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    scope_descriptions: BTreeMap<&'static str, &'static str>,
    /// The scopes that the guards declare.
    #[serde(skip)]
    declared: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    bearer_methods_supported: Vec<&'static str>,
}

impl<S> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    /// Serves the metadata of each guard with a [`resource`](crate::setup::Builder::resource), at the address in its
    /// challenges: `https://api.example/mcp` has it at `/.well-known/oauth-protected-resource/mcp` (RFC 9728 section
    /// 3.1).
    ///
    /// `scopes_supported` are the scopes of the present routes, so call it last, on the outermost router. Hidden routes
    /// and scopes below `not(..)` are left out. Scopes of a [vocabulary](crate::setup::Builder::scopes) stand first, in its order, and
    /// `scope_descriptions`, an additional parameter, says what they are for. `authorization_servers` are the accepted
    /// issuers whose names are addresses. Pages of every origin may read the document, which does not depend on a caller.
    ///
    /// ```
    /// use jwt_guard::routing::post;
    /// use jwt_guard::{JwtGuard, Router, Secret, requires};
    ///
    /// #[requires(scope = "notes:read")]
    /// async fn mcp() {}
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use axum::{body::Body, extract::Request};
    /// # use tower::ServiceExt;
    /// let guard = JwtGuard::builder()
    ///     .secret(Secret::random())
    ///     .issuer("https://id.example")
    ///     .audience("https://api.example/mcp")
    ///     .resource("https://api.example/mcp")
    ///     .build()?;
    /// let app =
    ///     Router::new().route("/mcp", post(mcp)).with_guard(guard).resource_metadata().into_axum();
    ///
    /// let response = app.clone().oneshot(Request::post("/mcp").body(Body::empty())?).await?;
    /// assert_eq!(
    ///     response.headers()["www-authenticate"],
    ///     "Bearer realm=\"api\", \
    ///      resource_metadata=\"https://api.example/.well-known/oauth-protected-resource/mcp\", \
    ///      scope=\"notes:read\""
    /// );
    /// let metadata = Request::get("/.well-known/oauth-protected-resource/mcp").body(Body::empty())?;
    /// assert_eq!(app.oneshot(metadata).await?.status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If no guard of these routes has a resource, or if such a route exists already.
    #[track_caller]
    pub fn resource_metadata(self) -> Self {
        let table = self.access_table();
        let guards = guards(&table);
        let resources =
            guards.values().filter_map(|guard| Some((guard, guard.config().answers.resource.as_ref()?)));
        let mut documents = BTreeMap::new();
        for (guard, resource) in resources {
            let known = documents.entry(resource.metadata_path.clone()).or_insert_with(|| metadata(resource));
            known.add(guard, &table);
        }
        assert!(
            !documents.is_empty(),
            "`resource_metadata` found no guard with a resource: add `.resource(\"https://..\")` to the builder of the guard, \
             and call `resource_metadata` after `with_guard`"
        );
        let documents: Vec<_> =
            documents.iter().map(|(path, document)| (path.clone(), document.text())).collect();
        documents.into_iter().fold(self, |router, (path, text)| {
            let serve = move || {
                let text = text.clone();
                async move {
                    let headers = [
                        (CONTENT_TYPE, "application/json"),
                        (CACHE_CONTROL, CACHE),
                        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                    ];
                    (headers, text)
                }
            };
            router.public_route("protected resource metadata (RFC 9728)", &path, get(serve))
        })
    }
}

/// The guards of the routes, by number; the guard of the process for routes without another one.
fn guards(table: &AccessTable) -> BTreeMap<u64, JwtGuard> {
    let guarded = table.rows().iter().filter(|row| row.rule().is_some());
    guarded.filter_map(AccessRow::guard).map(|guard| (guard.id(), guard)).collect()
}

fn metadata(resource: &crate::config::Resource) -> Metadata<'_> {
    Metadata {
        resource: &resource.identifier,
        authorization_servers: BTreeSet::new(),
        scopes_supported: Vec::new(),
        scope_descriptions: BTreeMap::new(),
        declared: Vec::new(),
        bearer_methods_supported: Vec::new(),
    }
}

impl<'a> Metadata<'a> {
    /// The document of a guard and its routes.
    fn add(&mut self, guard: &'a JwtGuard, table: &AccessTable) {
        let config = guard.config();
        // An issuer may have several names; the first one is for clients.
        let issuers = config.access.rules().filter_map(|rules| rules.issuers.first());
        self.authorization_servers
            .extend(issuers.map(String::as_str).filter(|name| name.starts_with("https://")));
        let mut asked = BTreeSet::new();
        for row in table.rows() {
            let Some(rule) = row.rule().filter(|rule| rule.deny_as() != DenyAs::NotFound) else {
                continue;
            };
            if row.guard().is_some_and(|decides| decides.id() == guard.id()) {
                asked.extend(Needs::of(rule).scopes());
            }
        }
        self.add_scopes(asked, &config.vocabulary);
        for place in &config.locations.places {
            let method = match place.part() {
                Part::Scheme(scheme) if scheme.eq_ignore_ascii_case("Bearer") => "header",
                Part::Parameter("access_token") => "query",
                _ => continue,
            };
            if !self.bearer_methods_supported.contains(&method) {
                self.bearer_methods_supported.push(method);
            }
        }
    }

    /// Adds scopes: declared ones stand in the order of their declaration, before the others.
    fn add_scopes(&mut self, asked: BTreeSet<&'static str>, vocabulary: &Vocabulary) {
        self.declared.extend(vocabulary.of(NameKind::Scope).unwrap_or_default().iter().map(Term::name));
        for name in asked {
            // Another guard of the same resource may have listed the name without knowing what it is for.
            if let Some(text) = vocabulary.description(NameKind::Scope, name) {
                self.scope_descriptions.entry(name).or_insert(text);
            }
            if !self.scopes_supported.contains(&name) {
                self.scopes_supported.push(name);
            }
        }
        let place = |name: &str| self.declared.iter().position(|declared| *declared == name);
        self.scopes_supported.sort_by_key(|name| (place(name).unwrap_or(usize::MAX), *name));
    }

    fn text(&self) -> Bytes {
        // Strings and lists only, so serialising cannot fail.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}
