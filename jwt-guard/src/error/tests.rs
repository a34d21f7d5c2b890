//! One of each failure.

use super::*;
use crate::keys::SelectError;
use crate::policy::login::LoginNeed;
use crate::token::Malformed;
use crate::verify::MissingKey;

/// At least one failure of each code that a request can have.
pub(crate) fn samples() -> Vec<AuthError> {
    let missing = || MissingKey { issuer: None, key_id: None };
    let scopes = Way::from(vec!["orders:read"]);
    let tokens = [
        VerifyError::AlgorithmNotAllowed,
        VerifyError::BadSignature,
        VerifyError::ClaimMalformed("exp".into()),
        VerifyError::ClaimMissing("exp".into()),
        VerifyError::ClockBefore1970,
        VerifyError::Expired,
        VerifyError::HeaderNotJson,
        VerifyError::HeaderRefused("crit"),
        VerifyError::IssuedInFuture,
        VerifyError::Key(SelectError::AlgorithmNotAllowed),
        VerifyError::Key(SelectError::Ambiguous),
        VerifyError::Key(SelectError::UnknownKey),
        VerifyError::LifetimeTooLong,
        VerifyError::Malformed(Malformed::TooLong),
        VerifyError::Malformed(Malformed::HeaderTooLong),
        VerifyError::Malformed(Malformed::Opaque),
        VerifyError::Malformed(Malformed::Encrypted),
        VerifyError::Malformed(Malformed::NotCompact),
        VerifyError::NoKeys(missing()),
        VerifyError::NotYetValid,
        VerifyError::PayloadNotJson,
        VerifyError::SenderConstrained,
        VerifyError::TooOld,
        VerifyError::UnknownRemoteKey(missing()),
        VerifyError::WrongAudience,
        VerifyError::WrongClient,
        VerifyError::WrongIssuer,
        VerifyError::WrongType,
        VerifyError::WrongValue("use".into()),
    ];
    let sites = [
        CrossSite::Site,
        CrossSite::Origin,
        CrossSite::Unknown,
        CrossSite::NoClaim,
        CrossSite::Missing,
        CrossSite::Mismatch,
    ];
    let others = [
        AuthError::NoToken,
        AuthError::OtherScheme,
        AuthError::Location(LocationError::Ambiguous),
        AuthError::Location(LocationError::Malformed),
        AuthError::Location(LocationError::UnequalCookies),
        AuthError::UnknownTenant,
        AuthError::TenantLookup(String::new()),
        AuthError::TenantFlood,
        AuthError::TenantGuard(String::new()),
        AuthError::Claims(Misfit::new::<u8>(String::new())),
        AuthError::Revoked,
        AuthError::Replaced,
        AuthError::UnknownCredential(
            const { &DeadCredential { code: RefusalCode::NoSession, reason: "no session" } },
        ),
        AuthError::ReplacedCredential(
            const { &DeadCredential { code: RefusalCode::ReplacedSession, reason: "replaced" } },
        ),
        AuthError::Store(String::new()),
        AuthError::UnknownUser,
        AuthError::UserLoader(String::new()),
        AuthError::WrongUser { wanted: "User", loaded: None },
        AuthError::Policy(Unmet::Way(scopes)),
        AuthError::Policy(Unmet::Way(LoginNeed::fresh().into())),
        AuthError::Policy(Unmet::Forbidden),
        AuthError::Policy(Unmet::Malformed(String::new())),
        AuthError::Path(PathMisfit::Missing("user")),
        AuthError::Check { name: "check", is_anonymous: false },
        AuthError::CheckFailed { name: "check", reason: String::new() },
        AuthError::CheckInput { input: "Path<u64>", answer: String::new(), has_failed: false },
        AuthError::CheckOutside("check"),
        AuthError::OtherKind,
        AuthError::ByHandler(String::new()),
        AuthError::NoGuard(Unreached::NotProvided),
        AuthError::Panic,
    ];
    let tokens = tokens.into_iter().map(AuthError::Token);
    tokens.chain(sites.into_iter().map(AuthError::CrossSite)).chain(others).collect()
}

#[test]
fn what_may_live_is_not_over() {
    let over = [
        AuthError::NoToken,
        AuthError::OtherScheme,
        AuthError::Revoked,
        AuthError::Token(VerifyError::Expired),
        AuthError::Token(VerifyError::BadSignature),
    ];
    let may_live = [
        AuthError::Location(LocationError::UnequalCookies),
        AuthError::Location(LocationError::Ambiguous),
        AuthError::OtherKind,
        AuthError::Replaced,
        AuthError::UnknownTenant,
        AuthError::UnknownUser,
        AuthError::CrossSite(CrossSite::Mismatch),
        AuthError::Token(VerifyError::NotYetValid),
        AuthError::Token(VerifyError::WrongType),
        AuthError::Token(VerifyError::WrongAudience),
    ];
    for error in &over {
        assert!(error.is_over(), "{error:?}");
    }
    for error in &may_live {
        assert!(!error.is_over(), "{error:?}");
    }
}
