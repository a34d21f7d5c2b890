//! The reasons for refusing a token, in words for the log.

use std::borrow::Cow;
use std::fmt;

use crate::code::RefusalCode;
use crate::keys::SelectError;
use crate::token::Malformed;

/// The reason a token was refused. For the log only: a client learns `invalid_token` and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VerifyError {
    AlgorithmNotAllowed,
    BadSignature,
    ClaimMalformed(Cow<'static, str>),
    ClaimMissing(Cow<'static, str>),
    ClockBefore1970,
    Expired,
    HeaderNotJson,
    HeaderRefused(&'static str),
    IssuedInFuture,
    Key(SelectError),
    LifetimeTooLong,
    Malformed(Malformed),
    /// The keys of the issuer are not available, so there is no verdict on the token.
    NoKeys(MissingKey),
    NotYetValid,
    PayloadNotJson,
    SenderConstrained,
    TooOld,
    /// The keys that were fetched from the issuer lack one; it may have newer ones.
    UnknownRemoteKey(MissingKey),
    WrongAudience,
    WrongClient,
    WrongIssuer,
    WrongType,
    WrongValue(Cow<'static, str>),
}

/// A missing key that the issuer may have published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MissingKey {
    /// The first name of the issuer; `None` if the only issuer has none.
    pub(crate) issuer: Option<String>,
    pub(crate) key_id: Option<Box<str>>,
}

impl VerifyError {
    /// Whether the token can never be valid again for the guard that refused it.
    ///
    /// False if another configuration, a newer key set, a later time or another reader might accept it. A limit of its age
    /// counts as final, because a token does not get younger. A signature that fails counts as final too: while an unnamed key
    /// is replaced node by node, a node with the old one clears the cookie of a token that was signed with the new one.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::BadSignature
            | Self::Expired
            | Self::HeaderNotJson
            | Self::Malformed(Malformed::Opaque | Malformed::Encrypted | Malformed::NotCompact)
            | Self::PayloadNotJson
            | Self::TooOld => true,
            Self::AlgorithmNotAllowed
            | Self::ClaimMalformed(_)
            | Self::ClaimMissing(_)
            | Self::ClockBefore1970
            | Self::HeaderRefused(_)
            | Self::IssuedInFuture
            | Self::Key(_)
            | Self::LifetimeTooLong
            | Self::Malformed(Malformed::TooLong | Malformed::HeaderTooLong)
            | Self::NoKeys(_)
            | Self::NotYetValid
            | Self::SenderConstrained
            | Self::UnknownRemoteKey(_)
            | Self::WrongAudience
            | Self::WrongClient
            | Self::WrongIssuer
            | Self::WrongType
            | Self::WrongValue(_) => false,
        }
    }
}

impl VerifyError {
    /// The code for the log.
    pub(crate) fn code(&self) -> RefusalCode {
        match self {
            Self::AlgorithmNotAllowed | Self::Key(SelectError::AlgorithmNotAllowed) => {
                RefusalCode::WrongAlgorithm
            }
            Self::BadSignature => RefusalCode::BadSignature,
            Self::ClaimMalformed(_) => RefusalCode::ClaimMalformed,
            Self::ClaimMissing(_) => RefusalCode::ClaimMissing,
            Self::ClockBefore1970 => RefusalCode::ClockBefore1970,
            Self::Expired => RefusalCode::Expired,
            Self::HeaderNotJson => RefusalCode::HeaderMalformed,
            Self::HeaderRefused(_) => RefusalCode::HeaderParameter,
            Self::IssuedInFuture => RefusalCode::IssuedInFuture,
            Self::Key(SelectError::Ambiguous) => RefusalCode::AmbiguousKey,
            Self::Key(SelectError::UnknownKey) | Self::UnknownRemoteKey(_) => RefusalCode::UnknownKey,
            Self::LifetimeTooLong => RefusalCode::LifetimeTooLong,
            Self::Malformed(Malformed::TooLong) => RefusalCode::TokenTooLong,
            Self::Malformed(Malformed::HeaderTooLong) => RefusalCode::HeaderTooLong,
            Self::Malformed(Malformed::Opaque) => RefusalCode::OpaqueToken,
            Self::Malformed(Malformed::Encrypted) => RefusalCode::EncryptedToken,
            Self::Malformed(Malformed::NotCompact) => RefusalCode::NotAToken,
            Self::NoKeys(_) => RefusalCode::KeysUnavailable,
            Self::NotYetValid => RefusalCode::NotYetValid,
            Self::PayloadNotJson => RefusalCode::PayloadMalformed,
            Self::SenderConstrained => RefusalCode::SenderConstrained,
            Self::TooOld => RefusalCode::TooOld,
            Self::WrongAudience => RefusalCode::WrongAudience,
            Self::WrongClient => RefusalCode::WrongClient,
            Self::WrongIssuer => RefusalCode::WrongIssuer,
            Self::WrongType => RefusalCode::WrongType,
            Self::WrongValue(_) => RefusalCode::WrongClaimValue,
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::AlgorithmNotAllowed => "the header names no algorithm that a key of this guard is bound to",
            Self::BadSignature => "the signature does not match",
            Self::ClaimMalformed(name) => return write!(f, "the claim `{name}` has the wrong type or value"),
            Self::ClaimMissing(name) => return write!(f, "the claim `{name}` is missing"),
            Self::ClockBefore1970 => "the clock of this machine is before 1970",
            Self::Expired => "the token has expired",
            Self::HeaderNotJson => "the header is not one plain JSON object in base64url",
            Self::HeaderRefused(name) => return write!(f, "the header parameter `{name}` is not acceptable"),
            Self::IssuedInFuture => "the token was issued in the future (`iat`)",
            Self::Key(SelectError::AlgorithmNotAllowed) => {
                "the key of the token is bound to another algorithm (`alg`)"
            }
            Self::Key(SelectError::Ambiguous) => "several keys fit, and the token names none (`kid`)",
            Self::Key(SelectError::UnknownKey) => {
                "no key has the name that the token gives (`kid`); a key without an id gets it by `with_id`"
            }
            Self::LifetimeTooLong => "the token lives longer than the guard allows (`exp`, `iat`)",
            Self::Malformed(Malformed::TooLong) => "the token is longer than the guard allows",
            Self::Malformed(Malformed::HeaderTooLong) => "the header of the token is longer than 2 KiB",
            Self::Malformed(Malformed::Opaque) => {
                "the token has no dots, so it is not a JWT: it is opaque, or not a token"
            }
            Self::Malformed(Malformed::Encrypted) => {
                "the token has five parts, so it is encrypted (JWE); only signed tokens (JWS) are accepted"
            }
            Self::Malformed(Malformed::NotCompact) => "the token is not three base64url segments",
            Self::NoKeys(_) => "the keys of the issuer could not be fetched",
            Self::NotYetValid => "the token is not valid yet (`nbf`)",
            Self::PayloadNotJson => "the payload is not one plain JSON object in base64url",
            Self::SenderConstrained => {
                "the token is bound to a key of its holder (`cnf`), so it is not a bearer token"
            }
            Self::TooOld => "the token was issued too long ago (`iat`)",
            Self::UnknownRemoteKey(_) => {
                "the issuer publishes no key of the name that the token gives (`kid`)"
            }
            Self::WrongAudience => "the token is for another audience (`aud`)",
            Self::WrongClient => "the token was issued to a client that is not accepted",
            Self::WrongIssuer => "the token is from another issuer (`iss`)",
            Self::WrongType => "the token is of another kind (`typ`)",
            Self::WrongValue(name) => {
                return write!(f, "the claim `{name}` has a value that is not accepted");
            }
        };
        f.write_str(text)
    }
}

impl From<Malformed> for VerifyError {
    fn from(reason: Malformed) -> Self {
        Self::Malformed(reason)
    }
}

impl From<SelectError> for VerifyError {
    fn from(reason: SelectError) -> Self {
        Self::Key(reason)
    }
}
