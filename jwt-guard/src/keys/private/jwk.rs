//! Private keys as JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).

use zeroize::Zeroizing;

use super::{PrivateKey, der, write};
use crate::json::{self, Object};
use crate::keys::algorithm::{Algorithm, Curve, KeyFamily};
use crate::keys::error::{KeyError, KeyErrorKind};
use crate::keys::jwk::{LIMITS, algorithm, bytes, check_purpose, family, id, text};
use crate::keys::{SigningKey, ec};
use crate::secret::Secret;

/// Reads one key.
pub(in crate::keys) fn read(jwk: &str) -> Result<SigningKey, KeyError> {
    // The cause is dropped: it may quote a member.
    let members = json::parse_object(jwk, LIMITS)
        .map_err(|_| KeyError::new(KeyErrorKind::Malformed, "the JWK is not one strict JSON object"))?;
    match id(&members)? {
        None => bind(&members),
        Some(id) => bind(&members).map(|key| key.with_id(id)).map_err(|error| error.of_key(id)),
    }
}

fn bind(members: &Object<'_>) -> Result<SigningKey, KeyError> {
    let family = family(members, text(members, "kty")?)?;
    let private = if family == KeyFamily::Hmac { "k" } else { "d" };
    if members.get(private).is_none() {
        return Err(der::public());
    }
    check_purpose(members, "sign")?;
    let algorithm = algorithm(members, family, None)?;
    match family {
        KeyFamily::Hmac => SigningKey::from_secret(algorithm, &Secret::from(bytes(members, "k")?.as_slice())),
        KeyFamily::Rsa => rsa(members, algorithm),
        KeyFamily::Ec(curve) => {
            let d = bytes(members, "d")?;
            let point = point(members, curve)?;
            SigningKey::from_private(algorithm, &PrivateKey::Ec { curve, d: &d, public: Some(&point) })
        }
        KeyFamily::Ed25519 => {
            let (seed, public) = (bytes(members, "d")?, bytes(members, "x")?);
            SigningKey::from_private(algorithm, &PrivateKey::Ed25519 { seed: &seed, public: Some(&public) })
        }
    }
}

/// All eight numbers are required: a signature from `n`, `e` and `d` alone is slow, and the backends cannot make one.
fn rsa(members: &Object<'_>, algorithm: Algorithm) -> Result<SigningKey, KeyError> {
    if members.get("oth").is_some() {
        return Err(KeyError::new(
            KeyErrorKind::Unsupported,
            "the RSA key has more than two primes (`oth`): make a new one with `openssl genpkey -algorithm RSA`",
        ));
    }
    let mut numbers: Vec<Zeroizing<Vec<u8>>> = Vec::with_capacity(8);
    for name in ["n", "e", "d", "p", "q", "dp", "dq", "qi"] {
        numbers.push(bytes(members, name)?);
    }
    let [n, e, d, p, q, dp, dq, qi] = numbers.as_slice() else {
        return Err(KeyError::new(KeyErrorKind::Malformed, "the RSA key lacks a number"));
    };
    let pkcs1 = write::rsa_pkcs1([n, e, d, p, q, dp, dq, qi]);
    SigningKey::from_private(algorithm, &der::read_pkcs1(&pkcs1)?)
}

fn point(members: &Object<'_>, curve: Curve) -> Result<Vec<u8>, KeyError> {
    ec::point(curve, &bytes(members, "x")?, &bytes(members, "y")?)
}
