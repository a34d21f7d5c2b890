//! A further kind of opaque credential needs a resolver, and one line that gives it to the draft.

use std::sync::Arc;

use http::Request;

use crate::claims::names::NameSet;
use crate::code::RefusalCode;
use crate::error::{AuthError, FailureKind};
use crate::guard::{JwtGuard, admit, known_principal};
use crate::location::TokenLocation;
use crate::opaque::{DeadCredential, OpaqueCaller, Resolve, Resolved, Resolving};
use crate::policy::{Requirement, Rule};
use crate::principal::Principal;
use crate::secret::Secret;
use crate::token::{TokenKind, TokenSource};

/// API keys, as a folder of their own would have them.
#[derive(Debug)]
struct ApiKeys;

impl Resolve for ApiKeys {
    fn locations(&self) -> Vec<TokenLocation> {
        vec![TokenLocation::header("x-api-key")]
    }

    fn is_for(&self, text: &[u8], source: TokenSource) -> bool {
        source == TokenSource::Header && text.starts_with(b"key_")
    }

    fn unknown(&self) -> &'static DeadCredential {
        const { &DeadCredential { code: RefusalCode::OpaqueToken, reason: "the key is not known" } }
    }

    fn resolve<'a>(&'a self, key: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            match key {
                "key_down" => Err("the store of keys does not answer".to_owned()),
                "key_alice" => Ok(Resolved::Caller(OpaqueCaller {
                    claims: r#"{"sub":"alice","exp":4102444800,"tenant":"acme"}"#.to_owned(),
                    scopes: NameSet::from_iter(["orders:read"]),
                    roles: NameSet::none(),
                    is_fresh: false,
                    session: None,
                })),
                _ => Ok(Resolved::Nothing),
            }
        })
    }
}

const MAY_READ: Rule = Rule::authenticated().with_requirement(Requirement::Scope("orders:read"));
const MAY_WRITE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("orders:write"));

/// What a handler with this policy finds out about a request with this key.
async fn ask(rule: &'static Rule, key: &str) -> Result<Principal, FailureKind> {
    let mut builder = JwtGuard::builder().secret(Secret::random()).audience("orders");
    builder.draft.resolvers.push(Arc::new(ApiKeys));
    let guard = builder.build().unwrap();
    let (mut parts, ()) = Request::get("/").header("x-api-key", key).body(()).unwrap().into_parts();
    guard.provide(&mut parts.extensions);
    admit(&mut parts, rule).await.map_err(|rejection| rejection.kind())?;
    known_principal(&mut parts).await.cloned().map_err(|error| error.kind())
}

#[test]
fn a_key_of_the_guard_needs_an_audience_beside_a_resolver_too() {
    let mut builder = JwtGuard::builder().secret(Secret::random()).audience("orders");
    builder.draft.resolvers.push(Arc::new(ApiKeys));
    builder.draft.own.audiences.clear();
    let error = builder.build().unwrap_err().to_string();
    assert!(error.contains("no audience for the tokens of that key"), "{error}");
}

#[tokio::test]
async fn the_caller_of_another_kind_of_credential_meets_policies_as_any_other() {
    let caller = ask(const { &MAY_READ }, "key_alice").await.unwrap();
    assert_eq!((caller.subject(), caller.authenticated_by()), (Some("alice"), Some(TokenSource::Header)));
    assert_eq!(ask(const { &MAY_WRITE }, "key_alice").await.unwrap_err(), FailureKind::InsufficientScope);
}

#[tokio::test]
async fn a_credential_that_stands_for_nothing_is_401_and_a_failure_of_its_store_is_503() {
    assert_eq!(ask(const { &MAY_READ }, "key_mallory").await.unwrap_err(), FailureKind::InvalidToken);
    assert_eq!(ask(const { &MAY_READ }, "key_down").await.unwrap_err(), FailureKind::Unavailable);
    // Not a key: the resolver is not asked, and it is not a token either.
    assert_eq!(ask(const { &MAY_READ }, "a.b.c").await.unwrap_err(), FailureKind::InvalidToken);
}

#[tokio::test]
async fn an_opaque_credential_is_never_a_refresh_token() {
    const REFRESH: Rule = Rule::authenticated().with_token(TokenKind::Refresh);
    assert_eq!(ask(const { &REFRESH }, "key_alice").await.unwrap_err(), FailureKind::InvalidToken);
}

#[tokio::test]
async fn a_logout_finds_the_caller_of_another_kind_of_credential_too() {
    let mut builder = JwtGuard::builder().secret(Secret::random()).audience("orders");
    builder.draft.resolvers.push(Arc::new(ApiKeys));
    let guard = builder.build().unwrap();
    let examined = guard.examine(b"key_alice", TokenSource::Header, TokenKind::Access).await;
    assert_eq!(examined.unwrap().caller.subject(), Some("alice"));
    let examined = guard.examine(b"key_mallory", TokenSource::Header, TokenKind::Access).await;
    let Err(error) = examined else { panic!("the key is not one of the store") };
    assert!(matches!(error, AuthError::UnknownCredential(_)));
    // In the words of its kind, not as a session.
    assert_eq!(
        (error.code(), error.to_string()),
        (RefusalCode::OpaqueToken, "the key is not known".to_owned())
    );
}
