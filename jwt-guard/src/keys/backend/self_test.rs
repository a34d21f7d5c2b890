//! The self-test of the backend. It runs when a guard is built, never in a request.

use std::fmt;
use std::panic;

use super::{BadSignature, NAME, verify};
use crate::keys::VerifyingKey;

/// Checks that the backend accepts the examples of RFC 7515, and refuses altered ones.
///
/// # Errors
///
/// The example that failed or panicked.
pub(crate) fn self_test() -> Result<(), SelfTestError> {
    prove(verify)
}

type Verify = fn(&VerifyingKey, &[u8], &[u8]) -> Result<(), BadSignature>;

fn prove(verify: Verify) -> Result<(), SelfTestError> {
    let holds = |example: &Example| panic::catch_unwind(|| example.holds(verify)).unwrap_or(false);
    match EXAMPLES.iter().find(|example| !holds(example)) {
        None => Ok(()),
        Some(wrong) => Err(SelfTestError { example: wrong.name }),
    }
}

/// The crypto backend gives wrong answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SelfTestError {
    example: &'static str,
}

impl fmt::Display for SelfTestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the crypto backend `{NAME}` fails the example of {}", self.example)
    }
}

impl std::error::Error for SelfTestError {}

/// A token of a specification, with its key.
struct Example {
    name: &'static str,
    jwk: &'static str,
    message: &'static str,
    signature: &'static str,
}

impl Example {
    fn holds(&self, verify: Verify) -> bool {
        let Ok(key) = VerifyingKey::jwk(self.jwk, &[]) else {
            return false;
        };
        let altered = self.message.replacen('.', "A.", 1);
        verify(&key, self.message.as_bytes(), self.signature.as_bytes()).is_ok()
            && verify(&key, altered.as_bytes(), self.signature.as_bytes()).is_err()
    }
}

const EXAMPLES: [Example; 2] = [
    Example {
        name: "RFC 7515 appendix A.1 (HS256)",
        jwk: r#"{"kty":"oct","alg":"HS256",
            "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        message: "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog\
                  Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        signature: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    },
    Example {
        name: "RFC 7515 appendix A.3 (ES256)",
        jwk: r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        message: "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQog\
                  Imh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
        signature: "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backend_that_takes_or_refuses_everything_or_panics_fails_the_self_test() {
        let broken: [Verify; 3] =
            [|_, _, _| Ok(()), |_, _, _| Err(BadSignature), |_, _, _| panic!("no provider")];
        let failures = broken.map(prove);
        assert_eq!(failures.map(|failure| failure.is_err()), [true; 3]);
        let message = failures[0].unwrap_err().to_string();
        assert!(message.ends_with("fails the example of RFC 7515 appendix A.1 (HS256)"), "{message}");
        assert_eq!(prove(verify), Ok(()));
    }
}
