//! The claims of a verified token, as handlers read them.

pub(crate) mod hierarchy;
pub(crate) mod names;
pub(crate) mod numeric_date;
pub(crate) mod payload_str;
pub(crate) mod registered;
pub(crate) mod reserved;
pub(crate) mod typed;

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use serde::de::DeserializeOwned;

use crate::token::{GuardNumber, TokenSource, VerifiedAs};
use registered::TokenClaims;
use typed::{Misfit, TypedClaims};

/// The claims of a verified token: the registered ones by method, the application's own through `Deref` to `T`.
///
/// As an extractor it refuses a request without a valid token, and answers 403 if the claims do not fit `T`.
/// `Option<Claims<T>>` is `None` for a request without a token, and still refuses a bad one. The token is verified
/// once, however many extractors a handler and its layers have.
///
/// Claims always have a subject. A [machine](crate::Principal::is_machine) has none, so both extractors refuse it with 403: a
/// handler for people and machines takes [`Principal`](crate::Principal).
///
/// `T` is deserialized from the whole payload, so it may contain registered claims too. The default is every claim as a JSON
/// map. It is deserialized when the handler first asks for it: a handler that reads registered claims only does not pay for it.
///
/// ```
/// use jwt_guard::Claims;
///
/// #[derive(serde::Deserialize)]
/// struct Tenant {
///     tenant: String,
/// }
///
/// #[jwt_guard::authentication_required]
/// async fn whoami(claims: Claims<Tenant>) -> String {
///     format!("{} of {}", claims.subject(), claims.tenant)
/// }
/// ```
pub struct Claims<T = serde_json::Map<String, serde_json::Value>> {
    token: Arc<dyn ClaimsSource>,
    source: TokenSource,
    custom: Custom<T>,
}

/// The application's own claims.
enum Custom<T> {
    /// Deserialized before the handler ran, which is refused where they do not fit.
    Read(Arc<T>),
    /// Deserialized at the first use, in a type that every payload fits.
    Lazy { read: ReadLater<T>, value: OnceLock<Arc<T>> },
}

type ReadLater<T> = fn(&dyn ClaimsSource) -> Arc<T>;

/// All claims as JSON.
type AllClaims = serde_json::Map<String, serde_json::Value>;

/// The owner of a token's claims.
pub(crate) trait ClaimsSource: Send + Sync {
    fn claims(&self) -> &TokenClaims;

    /// What was deserialized from them before.
    fn typed(&self) -> &TypedClaims;

    /// The kind of the verified token; `None` for a session.
    fn verified_as(&self) -> Option<VerifiedAs>;

    /// The endpoint to which a refresh token was presented.
    fn endpoint(&self) -> Option<&str>;

    /// The guard that has verified the token, or read the opaque credential.
    fn verified_by(&self) -> Option<GuardNumber> {
        self.verified_as().map(|verified| verified.by)
    }

    /// The text of an opaque credential; `None` for a token.
    #[cfg_attr(
        not(feature = "sessions"),
        expect(dead_code, reason = "without the feature there is no resolver")
    )]
    fn opaque_id(&self) -> Option<&str> {
        None
    }
}

impl<T> Claims<T> {
    /// The subject: the `sub` claim, or the claim that the guard is configured to read instead.
    pub fn subject(&self) -> &str {
        // `read` makes no claims of a machine.
        self.registered().subject().unwrap_or_default()
    }

    /// Who issued the token: the `iss` claim.
    pub fn issuer(&self) -> Option<&str> {
        self.registered().issuer()
    }

    /// The audiences of the token: the `aud` claim. Empty only if the guard accepts any audience.
    pub fn audience(&self) -> impl Iterator<Item = &str> {
        self.registered().audience()
    }

    /// When the token expires: the `exp` claim.
    pub fn expires_at(&self) -> SystemTime {
        self.registered().expires_at().to_system()
    }

    /// When the token becomes valid: the `nbf` claim.
    pub fn not_before(&self) -> Option<SystemTime> {
        self.registered().not_before().map(|date| date.to_system())
    }

    /// When the token was issued: the `iat` claim.
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.registered().issued_at().map(|date| date.to_system())
    }

    /// The id of the token: the `jti` claim.
    pub fn token_id(&self) -> Option<&str> {
        self.registered().token_id()
    }

    /// The client that asked for the token: the `client_id` claim (RFC 9068 section 2.2), or the one in which its
    /// [issuer](crate::TrustedIssuer::client_claim) names it.
    pub fn client_id(&self) -> Option<&str> {
        self.registered().client_id()
    }

    /// All claims as the JSON text that was signed.
    pub fn raw(&self) -> &str {
        self.registered().payload()
    }

    /// The application's own claims, for use beyond the request. They may be shared with other requests with the same
    /// token.
    pub fn into_custom(self) -> Arc<T> {
        Arc::clone(self.custom())
    }

    pub(crate) fn source(&self) -> TokenSource {
        self.source
    }

    pub(crate) fn claims_source(&self) -> &dyn ClaimsSource {
        &*self.token
    }

    fn registered(&self) -> &TokenClaims {
        self.token.claims()
    }

    fn custom(&self) -> &Arc<T> {
        match &self.custom {
            Custom::Read(value) => value,
            Custom::Lazy { read, value } => value.get_or_init(|| read(&*self.token)),
        }
    }
}

impl<T: DeserializeOwned + Send + Sync + 'static> Claims<T> {
    /// Deserializes the application's type from the payload of a verified token, or returns the value of an earlier
    /// call. A type that every payload fits is deserialized later.
    pub(crate) fn read((token, source): (Arc<dyn ClaimsSource>, TokenSource)) -> Result<Self, Misfit> {
        if token.claims().is_of_machine() {
            return Err(Misfit::of_machine::<Self>());
        }
        let of_any: ReadLater<AllClaims> = read_all;
        let custom = match (&of_any as &dyn Any).downcast_ref::<ReadLater<T>>() {
            Some(&read) => Custom::Lazy { read, value: OnceLock::new() },
            None => Custom::Read(token.typed().get_or_read(token.claims().payload())?),
        };
        Ok(Self { token, source, custom })
    }
}

/// All claims of a token. The strict reader took the payload for one object, so it is one.
fn read_all(token: &dyn ClaimsSource) -> Arc<AllClaims> {
    token.typed().get_or_read(token.claims().payload()).unwrap_or_default()
}

impl<T> Deref for Claims<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.custom()
    }
}

impl<T> Clone for Claims<T> {
    fn clone(&self) -> Self {
        Self { token: Arc::clone(&self.token), source: self.source, custom: self.custom.clone() }
    }
}

impl<T> Clone for Custom<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Read(value) => Self::Read(Arc::clone(value)),
            Self::Lazy { read, value } => Self::Lazy { read: *read, value: value.clone() },
        }
    }
}

/// Hides the claims, which are personal data.
impl<T> fmt::Debug for Claims<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    /// A token that was verified.
    struct Token {
        claims: TokenClaims,
        typed: TypedClaims,
    }

    impl ClaimsSource for Token {
        fn claims(&self) -> &TokenClaims {
            &self.claims
        }

        fn typed(&self) -> &TypedClaims {
            &self.typed
        }

        fn verified_as(&self) -> Option<VerifiedAs> {
            None
        }

        fn endpoint(&self) -> Option<&str> {
            None
        }
    }

    fn token(payload: &str) -> (Arc<Token>, TokenSource) {
        let claims = TokenClaims::of_session(payload.to_owned(), false).unwrap();
        (Arc::new(Token { claims, typed: TypedClaims::default() }), TokenSource::Session)
    }

    #[test]
    fn the_map_of_all_claims_is_read_when_it_is_asked_for_and_once() {
        let (token, source) = token(r#"{"sub":"alice","exp":1,"tenant":"acme"}"#);
        let claims = Claims::<AllClaims>::read((Arc::clone(&token) as _, source)).unwrap();
        let copy = claims.clone();
        assert_eq!(claims.subject(), "alice");
        assert!(!token.typed.has::<AllClaims>(), "nothing was read for the subject");
        assert_eq!(claims["tenant"], "acme");
        assert!(token.typed.has::<AllClaims>());
        assert!(Arc::ptr_eq(&claims.into_custom(), &copy.into_custom()), "it was read once");
    }

    #[test]
    fn a_type_of_the_application_is_read_before_the_handler_runs() {
        let (token, source) = token(r#"{"sub":"alice","exp":1,"tenant":7}"#);
        assert!(Claims::<serde_json::Value>::read((Arc::clone(&token) as _, source)).is_ok());
        assert!(token.typed.has::<serde_json::Value>());
        assert!(Claims::<Vec<u8>>::read((token, source)).is_err());
    }

    #[test]
    fn whatever_the_strict_reader_takes_is_a_map_of_all_claims() {
        for member in ["1e308", "-0", "123456789012345678901234567890", r#""\ud83d\ude00""#, "[{}]", "null"] {
            let payload = format!(r#"{{"sub":"alice","exp":1,"c":{member}}}"#);
            let claims = Claims::<AllClaims>::read((token(&payload).0 as _, TokenSource::Session)).unwrap();
            assert_eq!(claims.len(), 3, "{member}");
        }
        let deep = format!(r#"{{"sub":"alice","exp":1,"c":{}{}}}"#, "[".repeat(31), "]".repeat(31));
        assert_eq!(Claims::<AllClaims>::read((token(&deep).0 as _, TokenSource::Session)).unwrap().len(), 3);
    }
}
