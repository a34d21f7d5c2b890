//! The examples of the specifications, through a guard.

use std::time::{Duration, SystemTime};

use jwt_guard::JwtGuard;
use jwt_guard::setup::Clock;
use jwt_guard_tests::{Outcome, events};

use crate::app::{self, PROTECTED};

/// The claims of RFC 7515 appendix A: `{"iss":"joe", "exp":1300819380, "http://example.com/is_root":true}`, with
/// line breaks.
const CLAIMS: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// RFC 7515 appendices A.1, A.2 and A.3: name, key, header, signature.
const EXAMPLES: [(&str, &str, &str, &str); 3] = [
    (
        "A.1 HS256",
        r#"{"kty":"oct","alg":"HS256",
            "k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    ),
    (
        "A.2 RS256",
        r#"{"kty":"RSA","alg":"RS256","e":"AQAB",
            "n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}"#,
        "eyJhbGciOiJSUzI1NiJ9",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
    ),
    (
        "A.3 ES256",
        r#"{"kty":"EC","crv":"P-256",
            "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
        "eyJhbGciOiJFUzI1NiJ9",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    ),
];

/// RFC 8037 appendix A.4: the payload is the text "Example of Ed25519 signing".
const ED25519_KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const ED25519_MESSAGE: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
const ED25519_SIGNATURE: &str =
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

#[tokio::test]
async fn the_examples_of_rfc_7515_are_accepted_at_their_time_and_refused_altered() {
    for (name, jwk, header, signature) in EXAMPLES {
        let server = serve(jwk).await;
        let token = format!("{header}.{CLAIMS}.{signature}");
        assert_eq!(server.get(PROTECTED, &token).await.outcome(), Outcome::ok("joe"), "{name}");
        let altered = format!("{header}.{CLAIMS}.{}", signature.replacen(&signature[..1], "_", 1));
        app::refuses(&server, name, &altered).await;
        // The same claims and signature under the header of another example.
        for (_, _, other, _) in EXAMPLES.iter().filter(|(_, _, other, _)| *other != header) {
            app::refuses(&server, name, &format!("{other}.{CLAIMS}.{signature}")).await;
        }
    }
}

/// The payload is not JSON, so the token is refused; the log says that the signature was good.
#[tokio::test]
async fn the_signature_of_rfc_8037_verifies() {
    let server = serve(ED25519_KEY).await;
    let reason = async |token: String| {
        let events = events::capture();
        server.get(PROTECTED, &token).await.is(Outcome::BAD_TOKEN);
        events.only().field("reason").unwrap().to_owned()
    };
    let good = format!("{ED25519_MESSAGE}.{ED25519_SIGNATURE}");
    assert_eq!(reason(good).await, "the payload is not one plain JSON object in base64url");
    let altered = format!("{ED25519_MESSAGE}.{}", ED25519_SIGNATURE.replacen('h', "i", 1));
    assert_eq!(reason(altered).await, "the signature does not match");
}

#[tokio::test]
async fn the_unsecured_example_of_rfc_7515_is_refused() {
    let server = serve(EXAMPLES[0].1).await;
    app::refuses(&server, "A.5", &format!("eyJhbGciOiJub25lIn0.{CLAIMS}.")).await;
}

/// A guard at the time of the examples, whose tokens name their caller as `iss` and have no audience.
async fn serve(jwk: &str) -> app::Served {
    let guard = JwtGuard::builder()
        .jwk(jwk)
        .subject_claim("iss")
        .clock(March2011)
        .danger()
        .any_audience("the examples have none");
    app::serve(guard.build().unwrap()).await
}

/// Six minutes before the examples expire.
#[derive(Debug)]
struct March2011;

impl Clock for March2011 {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_300_819_020)
    }
}
