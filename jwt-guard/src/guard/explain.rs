//! Why a token is accepted or refused.

use super::JwtGuard;
use crate::authenticate::explain;
use crate::verify::Explanation;

impl JwtGuard {
    /// Makes the checks of a request for an access token, and says what each of them found: to learn why a token is
    /// refused.
    ///
    /// They are those of the verification, in its order. Not asked are stores, the user loader and issuers: a
    /// token that names a key which was not fetched yet is refused, so wait for
    /// [`keys().ready()`](crate::keys::remote::RemoteKeysHandle::ready) first. Nothing is logged and nothing
    /// remembered. The result is for the operator; a client must not see it.
    ///
    /// ```
    /// use jwt_guard::explain::{Check, RefusalCode};
    /// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let guard = |audience: &str| {
    ///     let key = SigningKey::secret(Algorithm::Hs256, Secret::from(b"one secret of exactly 32 letters"))?;
    ///     Ok::<_, Box<dyn std::error::Error>>(JwtGuard::builder().signing_key(key).audience(audience).build()?)
    /// };
    /// let (orders, billing) = (guard("orders")?, guard("billing")?);
    /// let token = orders.issuer().ok_or("no issuer")?.access("ada").sign()?;
    /// assert!(orders.explain(token.as_str()).is_accepted());
    ///
    /// let explanation = billing.explain(token.as_str());
    /// let (check, failure) = explanation.failure().ok_or("accepted")?;
    /// assert_eq!((check, failure.code()), (Check::Audience, RefusalCode::WrongAudience));
    /// assert_eq!((failure.expected(), failure.found()), (Some("\"billing\""), Some("\"orders\"")));
    /// assert_eq!(failure.setting(), Some(".audience(..)"));
    /// println!("{explanation}");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn explain(&self, token: &str) -> Explanation {
        explain(self.config(), token.as_bytes())
    }
}
