//! The credentials of a request, valid or not, for a logout.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;

use super::{EndsLogin, sealed};
use crate::authenticate::Owner;
use crate::cookies::csrf::CrossSite;
use crate::error::{AuthError, FailureKind};
use crate::guard::{ChooseGuard, JwtGuard, known_guard, reject};
use crate::location::{Carried, Withheld};
use crate::principal::Principal;
use crate::respond::Rejection;
use crate::token::{TokenKind, TokenSource};

/// All credentials of a request, valid or not: for a logout, which must work with dead ones too.
///
/// Take it in a handler with `#[anonymous_allowed(credentials = "ignored")]`, and give it to
/// [`JwtGuard::logout`](crate::JwtGuard::logout). It looks at every place that the guard reads, for an access token, a
/// refresh token and a session, and checks each. It refuses with 503 if a store does not answer or the keys of an issuer
/// cannot be fetched, and with 400 a request whose credentials cannot all be read (a header twice, more than eight values
/// of one cookie), because what is overlooked would not be ended.
///
/// ```
/// use axum::response::Response;
/// use jwt_guard::JwtGuard;
/// use jwt_guard::login::{LoginCredentials, LoginError};
///
/// #[jwt_guard::anonymous_allowed(credentials = "ignored", reason = "dead cookies must not stop a logout")]
/// async fn logout(guard: JwtGuard, credentials: LoginCredentials) -> Result<Response, LoginError> {
///     guard.logout(&credentials).await
/// }
/// ```
///
/// It says of each kind whether it is valid, and not whose it is: a cookie does not identify a caller until the request
/// has proved that no other site sent it.
///
/// A revoked token whose login lives, or one whose user the application [does not know](crate::setup::Builder::load_user), counts as invalid
/// here. Its login is ended all the same, if the request proves for its cookie that no other site sent it: a refresh may have
/// ended one access token alone.
#[derive(Clone)]
pub struct LoginCredentials {
    access: Credential,
    refresh: Credential,
    session: Credential,
    /// The credentials that a logout must end.
    good: Vec<Good>,
    /// Whether no page of another site sent the request, if that matters.
    site: Result<(), CrossSite>,
    /// The guard of the request, which has looked at its own places.
    guard: JwtGuard,
}

/// The credentials of one kind in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credential {
    /// A valid one, perhaps beside invalid ones.
    Good,
    /// Only invalid ones.
    Dead,
    /// Nothing.
    Absent,
}

/// A valid token or session, and whether this request may end it.
#[derive(Clone)]
struct Good {
    known: KnownCredential,
    may_end: Result<(), CrossSite>,
    /// The guard that ends it.
    guard: JwtGuard,
}

#[derive(Clone)]
enum KnownCredential {
    Caller(Principal),
    /// The id that a session had before a rotation: the session lives under another one.
    #[cfg(feature = "sessions")]
    Replaced(Box<str>),
}

impl LoginCredentials {
    /// The access token.
    pub fn access(&self) -> Credential {
        self.access
    }

    /// The refresh token. A replaced one counts as valid here: a logout ends its login.
    pub fn refresh(&self) -> Credential {
        self.refresh
    }

    /// The session. An id that a rotation replaced counts as valid here as long as the session lives: a logout ends it.
    pub fn session(&self) -> Credential {
        self.session
    }
}

impl<S: Sync> FromRequestParts<S> for LoginCredentials {
    type Rejection = Rejection;

    async fn from_request_parts(request: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        // Credentials that the guard has stripped from the request count too: the client sent them.
        let whole = request.extensions.get::<Arc<Withheld>>().map(|withheld| withheld.put_back(request));
        let guard = known_guard(request).await.cloned().map_err(|error| reject(request, &error))?;
        let guards = JwtGuard::choice(&request.extensions);
        let examined = examine(guard, guards, whole.as_ref().unwrap_or(request)).await;
        examined.map_err(|error| reject(request, &error))
    }
}

/// One credential that was found, and its meaning; `None` if it is dead.
struct Examined<'r> {
    carried: Carried<'r>,
    known: Option<KnownCredential>,
    /// Whether it is valid. If not, but known, it is revoked and its login lives, or the application does not know its user: its login is ended if
    /// it can be.
    counts: bool,
    /// The guard that has examined it; of tenants each credential has its own.
    guard: JwtGuard,
}

async fn examine(
    guard: JwtGuard,
    guards: Option<&Arc<dyn ChooseGuard>>,
    request: &Parts,
) -> Result<LoginCredentials, AuthError> {
    let access = examine_all(&guard, guards, request, TokenKind::Access).await?;
    let refresh = examine_all(&guard, guards, request, TokenKind::Refresh).await?;
    // One header may hold either kind. A valid token of one kind is not a dead one of the other.
    let good_as = |list: &[Examined<'_>], text: &[u8]| {
        list.iter().any(|other| other.counts && other.carried.text == text)
    };
    let state = |list: &[Examined<'_>], other: &[Examined<'_>], session: bool| {
        let of_kind = |one: &&Examined<'_>| (one.carried.source == TokenSource::Session) == session;
        let list = || list.iter().filter(of_kind);
        if list().any(|one| one.counts) {
            Credential::Good
        } else if list().any(|one| !good_as(other, one.carried.text)) {
            Credential::Dead
        } else {
            Credential::Absent
        }
    };
    let states =
        [state(&access, &refresh, false), state(&refresh, &access, false), state(&access, &[], true)];
    let may_end = |carried: &Carried<'_>, known: &KnownCredential, guard: &JwtGuard| {
        let csrf = &guard.config().csrf;
        match (known, carried.source) {
            _ if !carried.by_cookie => Ok(()),
            (KnownCredential::Caller(caller), source) if source != TokenSource::Session => {
                csrf.check_logout(request, caller.identity().and_then(|known| known.claims.csrf()))
            }
            _ => csrf.check_session_logout(request),
        }
    };
    let good = access.into_iter().chain(refresh).filter_map(|Examined { carried, known, counts, guard }| {
        let known = known?;
        let may_end = may_end(&carried, &known, &guard);
        // One that no request gets in with: as a dead one, it must not stop a logout.
        let can_end = carried.source == TokenSource::Session || guard.config().token_store().is_some();
        (counts || (may_end.is_ok() && can_end)).then_some(Good { known, may_end, guard })
    });
    let [access, refresh, session] = states;
    // Checked for every method and every credential: a page of another site must not even clear cookies.
    let site = guard.check_site(request);
    Ok(LoginCredentials { access, refresh, session, good: good.collect(), site, guard })
}

async fn examine_all<'r>(
    guard: &JwtGuard,
    guards: Option<&Arc<dyn ChooseGuard>>,
    request: &'r Parts,
    kind: TokenKind,
) -> Result<Vec<Examined<'r>>, AuthError> {
    let mut examined = Vec::new();
    for carried in guard.config().locations(kind).every(request).map_err(AuthError::Location)? {
        let chosen = match guards {
            None => Ok(guard.clone()),
            Some(guards) => Arc::clone(guards).choose_for(carried.text, carried.source, kind).await,
        };
        let guard = chosen.as_ref().unwrap_or(guard).clone();
        let caller = match chosen {
            Ok(_) => guard.examine(carried.text, carried.source, kind).await,
            Err(error) => Err(error),
        };
        let (known, counts) = match caller {
            Ok(Owner { caller, gets_in }) => (Some(KnownCredential::Caller(caller)), gets_in),
            #[cfg(feature = "sessions")]
            Err(AuthError::ReplacedCredential(_)) => {
                let id = std::str::from_utf8(carried.text).ok();
                (id.map(|id| KnownCredential::Replaced(id.into())), id.is_some())
            }
            // An infrastructure failure is never a verdict.
            Err(error) => match error.kind() {
                FailureKind::Unavailable | FailureKind::NotConfigured | FailureKind::Internal => {
                    return Err(error);
                }
                _ => (None, false),
            },
        };
        examined.push(Examined { carried, known, counts, guard });
    }
    Ok(examined)
}

impl EndsLogin for LoginCredentials {}

impl sealed::Ends for LoginCredentials {
    fn read_by(&self) -> Option<&JwtGuard> {
        Some(&self.guard)
    }

    fn ends(&self) -> Result<Vec<sealed::End<'_>>, sealed::OtherSite> {
        self.site.map_err(sealed::OtherSite)?;
        let mut ends = Vec::new();
        for Good { known, may_end, guard } in &self.good {
            may_end.map_err(sealed::OtherSite)?;
            let ended = match known {
                KnownCredential::Caller(caller) => sealed::Held::held(caller).map(sealed::Ended::Token),
                #[cfg(feature = "sessions")]
                KnownCredential::Replaced(id) => Some(sealed::Ended::Session(id)),
            };
            ends.extend(ended.map(|ended| sealed::End { ended, guard: Some(guard) }));
        }
        Ok(ends)
    }

    fn clears(&self) -> sealed::Clears {
        sealed::Clears::Everything
    }
}

/// Shows which kinds are valid or dead, but not the credentials.
impl fmt::Debug for LoginCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginCredentials")
            .field("access", &self.access)
            .field("refresh", &self.refresh)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
