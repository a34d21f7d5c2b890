//! JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).

use zeroize::Zeroizing;

use super::algorithm::{Algorithm, Curve, KeyFamily};
use super::der::PublicKey;
use super::error::{KeyError, KeyErrorKind, quoted};
use super::{VerifyingKey, ec};
use crate::base64url;
use crate::json::{self, Json, Object};
use crate::secret::Secret;

/// The source of a key, which decides whether it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JwkSource {
    /// The application's own configuration, which may contain a shared secret.
    Local,
    /// Published by an issuer: every client can read it, so it cannot contain a secret.
    Remote,
}

pub(super) const LIMITS: json::JsonLimits = json::JsonLimits { depth: 8, members: 64 };

/// The longest `kid` that a token may have.
const LONGEST_ID: usize = 256;

/// Members that make a key private (RFC 7518 sections 6.2.2, 6.3.2 and 6.4, RFC 8037 section 2).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Reads one key.
pub(super) fn read(text: &str, allowed: &[Algorithm], origin: JwkSource) -> Result<VerifyingKey, KeyError> {
    load(&parse(text)?, allowed, origin)
}

/// The members of one key, not interpreted yet.
pub(super) fn parse(text: &str) -> Result<Object<'_>, KeyError> {
    json::parse_object(text, LIMITS)
        .map_err(|error| malformed("the JWK is not one strict JSON object").because(error))
}

/// The key that these members describe.
pub(super) fn load(
    members: &Object<'_>,
    allowed: &[Algorithm],
    origin: JwkSource,
) -> Result<VerifyingKey, KeyError> {
    match id(members)? {
        None => bind(members, allowed, origin),
        Some(id) => {
            bind(members, allowed, origin).map(|key| key.with_id(id)).map_err(|error| error.of_key(id))
        }
    }
}

/// The `kid`. A `kid` that no token may have makes the key useless.
pub(super) fn id<'a>(members: &'a Object<'_>) -> Result<Option<&'a str>, KeyError> {
    match members.get("kid") {
        None => Ok(None),
        Some(Json::Text(id)) if id.len() <= LONGEST_ID && !id.chars().any(char::is_control) => Ok(Some(id)),
        Some(Json::Text(id)) => {
            Err(malformed("the `kid` is longer than 256 bytes or holds control characters").of_key(id))
        }
        Some(_) => Err(malformed("the `kid` is not a string")),
    }
}

fn bind(members: &Object<'_>, allowed: &[Algorithm], origin: JwkSource) -> Result<VerifyingKey, KeyError> {
    let kind = text(members, "kty")?;
    refuse_private(members, kind, origin)?;
    check_purpose(members, "verify")?;
    let family = family(members, kind)?;
    let algorithm = algorithm(members, family, Some(allowed))?;
    match family {
        KeyFamily::Hmac => {
            VerifyingKey::from_secret(algorithm, &Secret::from(bytes(members, "k")?.as_slice()))
        }
        KeyFamily::Rsa => {
            let (n, e) = (bytes(members, "n")?, bytes(members, "e")?);
            VerifyingKey::from_public(algorithm, PublicKey::Rsa { n: &n, e: &e })
        }
        KeyFamily::Ec(curve) => {
            let point = ec::point(curve, &bytes(members, "x")?, &bytes(members, "y")?)?;
            VerifyingKey::from_public(algorithm, PublicKey::Ec { curve, point: &point })
        }
        KeyFamily::Ed25519 => VerifyingKey::from_public(algorithm, PublicKey::Ed25519(&bytes(members, "x")?)),
    }
}

/// Whether no member makes the key private.
pub(super) fn is_public(members: &Object<'_>) -> bool {
    members.members().all(|(name, _)| !PRIVATE_MEMBERS.contains(&name))
}

/// The first check, so that a leaked key is reported as leaked, whatever else is wrong with it.
fn refuse_private(members: &Object<'_>, kind: &str, origin: JwkSource) -> Result<(), KeyError> {
    let secret = kind == "oct";
    if secret && origin == JwkSource::Local {
        return Ok(());
    }
    let private = members.members().map(|(name, _)| name).find(|name| PRIVATE_MEMBERS.contains(name));
    let message = match (secret, private, origin) {
        (true, _, _) => {
            "the published set holds a shared secret (`kty` is `oct`): every client that fetches it can forge tokens, so the \
             issuer must withdraw it and publish public keys"
                .to_owned()
        }
        (false, Some(name), JwkSource::Remote) => format!(
            "the published key carries the private member `{name}`: every client that fetches it can forge tokens, so the \
             issuer must replace the key pair"
        ),
        (false, Some(name), JwkSource::Local) => format!(
            "the key carries the private member `{name}`, but only the public part is needed to verify: \
             remove the private members ({})",
            PRIVATE_MEMBERS.join(", ")
        ),
        (false, None, _) => return Ok(()),
    };
    Err(KeyError::new(KeyErrorKind::PrivateKey, message))
}

/// Checks `use` and `key_ops` (RFC 7517 sections 4.2 and 4.3), each of which may be absent. `operation` is `verify` or
/// `sign`.
pub(super) fn check_purpose(members: &Object<'_>, operation: &'static str) -> Result<(), KeyError> {
    match members.get("use") {
        None => {}
        Some(Json::Text(purpose)) if purpose == "sig" => {}
        Some(Json::Text(purpose)) => {
            let message = format!(
                "the key is for use {}; keys that {operation} say \"sig\" or nothing",
                quoted(purpose)
            );
            return Err(KeyError::new(KeyErrorKind::NotForSignatures, message));
        }
        Some(_) => return Err(malformed("the member `use` is not a string")),
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Json::List(operations)) => {
            if operations.iter().any(|name| name.as_text().is_none()) {
                return Err(malformed("the member `key_ops` is not a list of strings"));
            }
            if operations.iter().any(|name| name.as_text() == Some(operation)) {
                return Ok(());
            }
            let message =
                format!("the key's `key_ops` do not contain \"{operation}\": use the key that is for it");
            Err(KeyError::new(KeyErrorKind::NotForSignatures, message))
        }
        Some(_) => Err(malformed("the member `key_ops` is not a list of strings")),
    }
}

/// The kind of key according to `kty` and `crv`.
pub(super) fn family(members: &Object<'_>, kind: &str) -> Result<KeyFamily, KeyError> {
    let unsupported = |name: &str, found: &str, known: &str| {
        let message = format!("the key's `{name}` is {}; supported are {known}", quoted(found));
        Err(KeyError::new(KeyErrorKind::Unsupported, message))
    };
    match kind {
        "oct" => Ok(KeyFamily::Hmac),
        "RSA" => Ok(KeyFamily::Rsa),
        "EC" => match text(members, "crv")? {
            "P-256" => Ok(KeyFamily::Ec(Curve::P256)),
            "P-384" => Ok(KeyFamily::Ec(Curve::P384)),
            other => unsupported("crv", other, "P-256 and P-384 for EC keys"),
        },
        "OKP" => match text(members, "crv")? {
            "Ed25519" => Ok(KeyFamily::Ed25519),
            other => unsupported("crv", other, "Ed25519 for OKP keys"),
        },
        other => unsupported("kty", other, "RSA, EC, OKP and oct"),
    }
}

/// The one algorithm of the key: its `alg`, else the only possible one. `allowed` is `None` for a key that signs.
pub(super) fn algorithm(
    members: &Object<'_>,
    family: KeyFamily,
    allowed: Option<&[Algorithm]>,
) -> Result<Algorithm, KeyError> {
    let algorithm = match members.get("alg") {
        None => derived(family, allowed)?,
        Some(Json::Text(name)) => named(name, family)?,
        Some(_) => return Err(malformed("the member `alg` is not a string")),
    };
    let allowed = allowed.unwrap_or_default();
    if allowed.is_empty() || allowed.contains(&algorithm) {
        return Ok(algorithm);
    }
    let message = format!("the key is for {algorithm}; allowed are {}", names(allowed));
    Err(KeyError::new(KeyErrorKind::AlgorithmNotAllowed, message))
}

fn named(name: &str, family: KeyFamily) -> Result<Algorithm, KeyError> {
    let Some(algorithm) = Algorithm::from_name(name) else {
        let message = format!("the key is for the algorithm {}, which is not supported", quoted(name));
        return Err(KeyError::new(KeyErrorKind::Unsupported, message));
    };
    if algorithm.family() != family {
        let message = format!("the key is {family}, but its `alg` {algorithm} needs {}", algorithm.family());
        return Err(KeyError::new(KeyErrorKind::Mismatch, message));
    }
    Ok(algorithm)
}

fn derived(family: KeyFamily, allowed: Option<&[Algorithm]>) -> Result<Algorithm, KeyError> {
    let usual = match family {
        KeyFamily::Ec(curve) => return Ok(curve.algorithm()),
        KeyFamily::Ed25519 => return Ok(Algorithm::EdDsa),
        KeyFamily::Hmac => "Hs256",
        KeyFamily::Rsa => "Rs256",
    };
    let mut fitting = allowed.unwrap_or_default().iter().copied().filter(|one| one.family() == family);
    if let Some(first) = fitting.next()
        && fitting.all(|other| other == first)
    {
        return Ok(first);
    }
    let message = match allowed {
        None => format!("the key is {family} without `alg`: add `alg` to the key"),
        Some(allowed) => format!(
            "the key is {family} without `alg`, and the allowed algorithms ({}) do not name exactly one for it: name it with \
             `.algorithms([Algorithm::{usual}])` on the builder or on the `TrustedIssuer`, with `algorithms` in settings, or in \
             the list beside the text; most issuers sign with {}. Or add `alg` to the key",
            names(allowed),
            usual.to_ascii_uppercase()
        ),
    };
    Err(KeyError::new(KeyErrorKind::AlgorithmUndetermined, message))
}

fn names(algorithms: &[Algorithm]) -> String {
    if algorithms.is_empty() {
        return "none named".to_owned();
    }
    algorithms.iter().map(|algorithm| algorithm.name()).collect::<Vec<_>>().join(", ")
}

pub(super) fn text<'a>(members: &'a Object<'_>, name: &'static str) -> Result<&'a str, KeyError> {
    match members.get(name) {
        Some(Json::Text(text)) => Ok(text),
        Some(_) => Err(malformed(format!("the member `{name}` is not a string"))),
        None => Err(malformed(format!("the member `{name}` is missing"))),
    }
}

/// The bytes of a base64url member, without padding and without stray bits (RFC 7515 section 2).
pub(super) fn bytes(members: &Object<'_>, name: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    base64url::decode(text(members, name)?.as_bytes())
        .map(Zeroizing::new)
        .ok_or_else(|| malformed(format!("the member `{name}` is not base64url without padding")))
}

fn malformed(message: impl Into<std::borrow::Cow<'static, str>>) -> KeyError {
    KeyError::new(KeyErrorKind::Malformed, message)
}
