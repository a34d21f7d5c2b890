//! An issuer of test tokens.

use std::fmt;

use super::caller::TestCaller;
use super::claims::{CallerFacts, meet};
use super::draft::TokenDraft;
use crate::guard::JwtGuard;
use crate::keys::{SigningKey, VerifyingKey, backend};
use crate::token::TokenKind;
use crate::verify::Rules;

/// Signs the tokens of callers that a test makes up, for one guard.
///
/// A token has all that the guard asks for: issuer, audience, client, the claims that a preset requires, dates by the
/// guard's clock, and scopes and roles where the guard reads them. So the tokens of a guard that trusts Keycloak have
/// its `typ` and `realm_access.roles`, and the test does not name them.
///
/// The guard is that of the application, and verifies these tokens like any others: there is no switch that turns it
/// off. What a test needs is a key that the guard trusts:
///
/// | the guard has | the test takes |
/// |---|---|
/// | `.signing_key(..)`, and issues tokens itself | [`TestIssuer::of`] |
/// | `.secret(..)`, which the test knows | [`TestIssuer::with_key`] and `SigningKey::secret(..)` |
/// | keys of an issuer by address, as `.oidc_issuer(..)` or a preset have | [`TestIssuer::with_key`], and the public half added to the guard by `.key(..)` in the test; or [`IdentityProvider::test_issuer`](super::IdentityProvider::test_issuer) |
///
/// ```
/// use jwt_guard::testing::TestIssuer;
/// use jwt_guard::keys::GeneratedKey;
/// use jwt_guard::{Algorithm, JwtGuard, TrustedIssuer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let key = GeneratedKey::new(Algorithm::Es256)?.signing_key().clone();
/// let realm = TrustedIssuer::keycloak("https://id.example/realms/shop").audience("orders");
/// let guard = JwtGuard::builder().trust(realm.key(key.verifying_key())).build()?;
///
/// let issuer = TestIssuer::with_key(&guard, key);
/// let ada = guard.verify(&issuer.caller("ada").roles(["clerk"]).token()).await.map_err(|_| "refused")?;
/// assert_eq!((ada.subject(), ada.roles().contains("clerk")), (Some("ada"), true));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TestIssuer {
    guard: JwtGuard,
    key: SigningKey,
    /// The `kid` of the key.
    key_id: Option<String>,
    /// The issuer of the guard, by its index.
    index: usize,
}

/// What is signed to find the half of a key that the guard has.
const PROOF: &[u8] = b"jwt-guard looks for the other half of a key";

impl TestIssuer {
    /// For a guard that issues tokens itself, by its [signing key](crate::setup::Builder::signing_key).
    ///
    /// # Panics
    ///
    /// If the guard has none: take [`with_key`](Self::with_key).
    #[must_use]
    #[track_caller]
    pub fn of(guard: &JwtGuard) -> Self {
        match Self::own(guard) {
            Some(issuer) => issuer,
            None => panic!(
                "the guard `{}` has no signing key; expected `.signing_key(..)` in its builder, or \
                 `TestIssuer::with_key(&guard, key)` with a key whose other half the guard has",
                guard.name()
            ),
        }
    }

    /// For a guard that has the other half of `key`: the public key, or the same secret.
    ///
    /// # Panics
    ///
    /// If none of the guard's issuers has it. Keys that are fetched must be there: wait for
    /// [`guard.keys().ready()`](crate::keys::remote::RemoteKeysHandle::ready) first.
    #[must_use]
    #[track_caller]
    pub fn with_key(guard: &JwtGuard, key: SigningKey) -> Self {
        let algorithm = key.algorithm();
        match Self::find(guard, key) {
            Some(issuer) => issuer,
            None => panic!(
                "the guard `{}` does not have the other half of this {} key; expected \
                 `.key(key.verifying_key())` in the builder of the guard or of its issuer; fetched keys must \
                 be there: `guard.keys().ready().await`",
                guard.name(),
                algorithm
            ),
        }
    }

    /// A person, by the subject of the token.
    pub fn caller(&self, subject: impl Into<String>) -> TestCaller {
        TestCaller::new(self.clone(), CallerFacts { subject: Some(subject.into()), ..CallerFacts::default() })
    }

    /// A machine, by the client of the token, which has no subject. The guard must accept
    /// [machines](crate::TrustedIssuer::machine_callers).
    pub fn machine(&self, client: impl Into<String>) -> TestCaller {
        TestCaller::new(self.clone(), CallerFacts { client: Some(client.into()), ..CallerFacts::default() })
    }

    /// The guard whose tokens these are.
    #[must_use]
    pub fn guard(&self) -> &JwtGuard {
        &self.guard
    }

    /// For a guard with a signing key.
    pub(super) fn own(guard: &JwtGuard) -> Option<Self> {
        let key = guard.issuer()?.signing_key().clone();
        let key_id = key.verifying_key().name().map(str::to_owned);
        Some(Self { guard: guard.configured(), key, key_id, index: 0 })
    }

    /// For a guard with the other half of the key.
    pub(super) fn find(guard: &JwtGuard, key: SigningKey) -> Option<Self> {
        let issuers = guard.config().access.issuers().iter().enumerate();
        let current = issuers.filter_map(|(index, issuer)| Some((index, issuer.keys.current()?)));
        let (index, key_id) = current.into_iter().find_map(|(index, keys)| {
            let known = keys.keys().iter().find(|known| are_halves(&key, known))?;
            Some((index, known.name().map(str::to_owned)))
        })?;
        Some(Self { guard: guard.configured(), key, key_id, index })
    }

    /// For the issuer of this name, whose keys the guard may have to fetch first.
    pub(super) fn named(guard: &JwtGuard, name: &str, key: SigningKey) -> Option<Self> {
        let index = guard.config().access.rules().position(|rules| rules.has_issuer(name))?;
        let key_id = key.verifying_key().name().map(str::to_owned);
        Some(Self { guard: guard.configured(), key, key_id, index })
    }

    /// The name of the issuer, if the guard has several.
    pub(super) fn name_among_others(&self) -> Option<&str> {
        let access = &self.guard.config().access;
        access.name_of(self.index).filter(|_| access.issuers().len() > 1)
    }

    /// Whether both sign for the same issuer of the same guard.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.guard.id() == other.guard.id() && self.index == other.index
    }

    pub(super) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The rules for tokens of this kind; `None` where the guard takes none.
    pub(super) fn rules(&self, kind: TokenKind) -> Option<&Rules> {
        self.guard.config().verifier(kind).rules().nth(self.index)
    }

    /// A good token, before it is signed.
    ///
    /// # Errors
    ///
    /// What cannot be said in a token for this guard.
    pub(super) fn draft(&self, kind: TokenKind, facts: &CallerFacts) -> Result<TokenDraft, &'static str> {
        let rules = self.rules(kind).ok_or("the guard takes no refresh tokens of this issuer")?;
        let mut draft = meet(rules, kind, self.guard.config().access.now(), facts)?;
        draft.header.extend(self.key_id.clone().map(|id| ("kid".to_owned(), id.into())));
        Ok(draft)
    }
}

/// Whether the guard's key verifies what the other one signs.
fn are_halves(key: &SigningKey, known: &VerifyingKey) -> bool {
    key.algorithm() == known.algorithm()
        && backend::sign(key, PROOF)
            .is_ok_and(|signature| backend::verify(known, PROOF, signature.as_bytes()).is_ok())
}

impl fmt::Debug for TestIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestIssuer")
            .field("guard", &self.guard.name())
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
