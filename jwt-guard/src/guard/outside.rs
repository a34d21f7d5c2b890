//! Decisions outside of a request: about a token that the application holds, and about a caller whom it knows.

use std::borrow::Cow;
use std::panic::Location;

use super::JwtGuard;
use super::admit::decide;
use super::event::{self, Occasion};
use super::in_request::Admission;
use crate::authenticate::{Wanted, authenticate_token};
use crate::error::AuthError;
use crate::policy::{Access, Rule};
use crate::principal::Principal;
use crate::respond::Refusal;
use crate::token::TokenKind;

/// # Outside of a request
impl JwtGuard {
    /// Verifies an access token that did not come in the head of a request: in the first message of a WebSocket, in
    /// `connection_init` of GraphQL, in a message of a queue.
    ///
    /// Everything is checked that a request meets, in the same way: keys, claims, revocation, the user. The decision is
    /// logged as there, without method and route. The text is the token alone, without `Bearer`; the id of a session is
    /// not a token. The caller is known from then on; a connection that lives on must end at
    /// [`expires_at`](Principal::expires_at), and hears nothing of a later revocation.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use jwt_guard::policy::{Requirement, Rule};
    /// use jwt_guard::{Algorithm, JwtGuard, Secret, SigningKey};
    ///
    /// const MAY_SUBSCRIBE: Rule = Rule::authenticated().with_requirement(Requirement::Scope("orders:read"));
    ///
    /// let guard = JwtGuard::builder()
    ///     .signing_key(SigningKey::secret(Algorithm::Hs256, Secret::random())?)
    ///     .audience("orders")
    ///     .build()?;
    /// let token = guard.issuer().ok_or("no issuer")?.access("ada").scopes(["orders:read"]).sign()?;
    ///
    /// let caller = guard.verify(token.as_str()).await?;
    /// assert_eq!(caller.subject(), Some("ada"));
    /// assert!(guard.authorize(&caller, &MAY_SUBSCRIBE).is_ok());
    ///
    /// // What the client may learn; the log has the reason.
    /// let refusal = guard.verify("a.b.c").await.unwrap_err();
    /// assert_eq!((refusal.status().as_u16(), refusal.code()), (401, Some("invalid_token")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// What a request with this token would be told, as a [`Refusal`]: 401, or 503 if a store or an issuer does not
    /// answer.
    pub async fn verify(&self, token: &str) -> Result<Principal, Refusal> {
        self.verify_at(token, const { &Rule::authenticated() }, Location::caller()).await
    }

    /// Verifies a token as [`verify`](Self::verify) does, and evaluates `policy` for its caller: a constant, or the one
    /// of a [`Policy`](crate::policy::Policy), such as `&CanRead::RULE`. A policy with
    /// [`token = "refresh"`](Rule::with_token) takes a refresh token, for [`refresh`](Self::refresh): one of OAuth's
    /// `grant_type=refresh_token` comes in the body.
    ///
    /// A replaced refresh token is admitted where it was exchanged, so that its reuse is detected, and
    /// nowhere else. Of a guard that is a parameter of a handler that is this handler; of another one it is
    /// the source file of the call.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify); and 403, or what else the policy says, for a caller who does not meet it.
    #[track_caller]
    pub fn verify_by(
        &self,
        token: &str,
        policy: &'static Rule,
    ) -> impl Future<Output = Result<Principal, Refusal>> + Send {
        self.verify_at(token, policy, Location::caller())
    }

    /// As [`verify_by`](Self::verify_by), called from a place of the application.
    pub(crate) async fn verify_at(
        &self,
        token: &str,
        policy: &'static Rule,
        called: &Location<'_>,
    ) -> Result<Principal, Refusal> {
        let occasion = Occasion::Token(self.config(), token.as_bytes());
        if policy.access() == Access::CredentialsIgnored {
            let anonymous = Ok(Principal::anonymous());
            return self.decided(&anonymous, policy, occasion).map(|_| Principal::anonymous());
        }
        let wanted = match policy.token() {
            TokenKind::Access => Wanted::Access,
            TokenKind::Refresh => Wanted::Refresh(self.asking_endpoint().unwrap_or_else(|| {
                // Without the line, which changes when the file does.
                format!("outside of a request, {}", called.file())
            })),
        };
        let caller = self.counted(authenticate_token(self.config(), token.as_bytes(), wanted).await);
        match self.decided(&caller, policy, occasion)? {
            Admission::AsCaller | Admission::ReportedCaller => {
                Ok(caller.unwrap_or_else(|_| Principal::anonymous()))
            }
            Admission::AsAnonymous
            | Admission::Unseen
            | Admission::Undecided
            | Admission::ReportedAnonymous => Ok(Principal::anonymous()),
        }
    }

    /// Evaluates a policy for a caller who is known already: for each operation of a connection, or for one that
    /// depends on the body of the request. The decision is logged.
    ///
    /// It does not verify the caller's token again.
    ///
    /// # Errors
    ///
    /// What a request of this caller would be told. A caller of another kind of token than the policy names is refused
    /// too.
    pub fn authorize(&self, caller: &Principal, policy: &'static Rule) -> Result<(), Refusal> {
        let caller = match caller.identity() {
            _ if policy.access() == Access::CredentialsIgnored => Ok(caller.clone()),
            None => Err(AuthError::NoToken),
            Some(identity) => {
                let kind = identity.verified_as.map_or(TokenKind::Access, |token| token.kind);
                if kind == policy.token() { Ok(caller.clone()) } else { Err(AuthError::OtherKind) }
            }
        };
        self.decided(&caller, policy, self.occasion()).map(drop)
    }

    /// Logs that no guard can be found for a token of tenants, of which this is the default guard, and refuses.
    pub(crate) fn refuse_outside(&self, token: &str, policy: &'static Rule, error: &AuthError) -> Refusal {
        self.count_panic(error);
        event::denied(policy, None, error, Occasion::Token(self.config(), token.as_bytes()));
        self.refusal(policy, error)
    }

    /// Decides, and logs the decision.
    fn decided(
        &self,
        caller: &Result<Principal, AuthError>,
        policy: &'static Rule,
        occasion: Occasion<'_>,
    ) -> Result<Admission, Refusal> {
        let facts = match policy.checks().first() {
            Some(name) => Err(AuthError::CheckOutside(name)),
            None => self.facts(policy, caller.as_ref().ok(), None),
        };
        let decided = match &facts {
            Ok(facts) => decide(caller, policy, self.scope_hierarchy(), *facts),
            Err(error) => Err(Cow::Borrowed(error)),
        };
        match decided {
            Ok(outcome) => {
                event::admitted(policy, caller.as_ref().ok(), occasion);
                Ok(outcome)
            }
            Err(error) if policy.reports(&error) => Ok(self.report(policy, caller, &error, occasion)),
            Err(error) => {
                event::denied(policy, caller.as_ref().ok(), &error, occasion);
                Err(self.refusal(policy, &error))
            }
        }
    }

    /// Logs that something of the caller cannot be read, and refuses.
    pub(crate) fn unreadable(&self, caller: &Principal, error: &AuthError) -> Refusal {
        const RULE: &Rule = &Rule::authenticated();

        event::denied(self.rule().unwrap_or(RULE), Some(caller), error, self.occasion());
        self.refusal(RULE, error)
    }
}
