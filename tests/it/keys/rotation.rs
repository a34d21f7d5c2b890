//! A guard changes the key that it signs with: what becomes of the tokens of the day before, and of its own new ones.

use jwt_guard::keys::VerifyingKey;
use jwt_guard::setup::Settings;
use jwt_guard::{Algorithm, ConfigError, JwtGuard, SigningKey};
use jwt_guard_tests::{ManualClock, Server, secret};

use crate::app::{self, PROTECTED};

const SECRETS: [u8; 2] = [1, 2];

fn hmac(number: u8) -> SigningKey {
    SigningKey::secret(Algorithm::Hs256, secret(number)).unwrap()
}

fn pair(file: &str) -> SigningKey {
    let algorithm = match file {
        "p256" => Algorithm::Es256,
        "p384" => Algorithm::Es384,
        "ed25519" => Algorithm::EdDsa,
        _ => Algorithm::Rs256,
    };
    let path = format!("{}/fixtures/keys/{file}.private.pem", env!("CARGO_MANIFEST_DIR"));
    SigningKey::pem(algorithm, std::fs::read(path).unwrap()).unwrap()
}

/// Another key on P-256 (RFC 7515 appendix A.3).
fn other_p256() -> SigningKey {
    SigningKey::jwk(
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#,
    )
    .unwrap()
}

fn guard(signing: SigningKey, older: &[VerifyingKey]) -> Result<JwtGuard, ConfigError> {
    let builder = JwtGuard::builder().audience("shop").clock(ManualClock::new()).signing_key(signing);
    older.iter().cloned().fold(builder, jwt_guard::setup::Builder::key).build()
}

/// Whether a token that was issued before is good after, and one that is issued after.
async fn both(before: &JwtGuard, after: JwtGuard) -> (bool, bool) {
    let [old, new] = [before, &after].map(|guard| guard.issuer().unwrap().access("alice").sign().unwrap());
    let service = app::serve(after).await;
    // The second time it may be remembered.
    for token in [&old, &new] {
        let answers = [status(&service, token.as_str()).await, status(&service, token.as_str()).await];
        assert_eq!(answers[0], answers[1]);
    }
    (status(&service, old.as_str()).await == 200, status(&service, new.as_str()).await == 200)
}

async fn status(service: &Server, token: &str) -> u16 {
    service.get(PROTECTED, token).await.status.as_u16()
}

#[tokio::test]
async fn old_and_new_tokens_are_good_wherever_they_can_be_told_apart() {
    let [k1, k2] = SECRETS.map(|number| move || hmac(number));
    let (ec, ec2, rsa, ed) = (|| pair("p256"), other_p256, || pair("rsa-2048"), || pair("ed25519"));
    for (name, before, after, older) in [
        ("a secret without an id, and a named one", k1(), k2().with_id("new"), k1()),
        ("secrets with ids from the first day", k1().with_id("a"), k2().with_id("b"), k1().with_id("a")),
        ("the named secret goes back to one without", k1().with_id("a"), k2(), k1().with_id("a")),
        ("two pairs of one algorithm without ids", ec(), ec2(), ec()),
        ("RSA pairs to EC without ids", rsa(), ec(), rsa()),
        ("EC to Ed25519 without ids", ec(), ed(), ec()),
        ("a pair that gets an id, beside the old one", ec(), ec2().with_id("new"), ec()),
        ("both pairs get ids, and the old tokens name none", ec(), ec2().with_id("b"), ec().with_id("a")),
        ("pairs with ids from the first day", ec().with_id("a"), ec2().with_id("b"), ec().with_id("a")),
        ("the same pair gets an id", ec(), ec().with_id("a"), ec()),
        ("the same pair gets an id, and the old one is not kept", ec(), ec().with_id("a"), ec().with_id("a")),
        ("a secret to a pair", k1(), ec(), k1()),
        ("a pair to a secret", ec(), k1(), ec()),
    ] {
        let before = guard(before, &[]).unwrap();
        let after = guard(after, &[older.verifying_key()]).unwrap();
        assert_eq!(both(&before, after).await, (true, true), "{name}");
    }
}

#[tokio::test]
async fn three_pairs_without_ids_are_all_good() {
    let (p256, other, p384) = (pair("p256"), other_p256(), pair("p384"));
    let older = [p256.verifying_key(), p384.verifying_key()];
    for before in [p256, p384] {
        let (before, after) = (guard(before, &[]).unwrap(), guard(other.clone(), &older).unwrap());
        assert_eq!(both(&before, after).await, (true, true));
    }
}

#[test]
fn two_secrets_without_ids_do_not_build_and_the_message_says_how() {
    let builder = || JwtGuard::builder().audience("shop");
    for error in [
        guard(hmac(2), &[hmac(1).verifying_key()]).unwrap_err(),
        builder().signing_key(hmac(2)).secret(secret(1)).build().unwrap_err(),
        builder().secret(secret(1)).secret(secret(2)).build().unwrap_err(),
        settings(&[("signing_secret", NEW), ("secret", OLD)]).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(text.contains(".with_id(") && text.contains("`signing_key_id`"), "{text}");
        assert_eq!(error.problems().count(), 1, "{text}");
    }
    // One secret that is given twice is one.
    assert!(builder().signing_key(hmac(1)).secret(secret(1)).build().is_ok());
}

/// The first day's secret had no id, so its tokens name none. Under an id it is not their key any more: nothing could
/// tell them from tokens of the other.
#[tokio::test]
async fn a_secret_that_gets_an_id_later_is_not_the_key_of_tokens_without_one() {
    let before = guard(hmac(1), &[]).unwrap();
    let after = guard(hmac(2).with_id("b"), &[hmac(1).with_id("a").verifying_key()]).unwrap();
    assert_eq!(both(&before, after).await, (false, true));
    let alone = guard(hmac(1).with_id("a"), &[]).unwrap();
    assert_eq!(both(&before, alone).await, (true, true), "while it is the only one, it is");
}

#[tokio::test]
async fn a_foreign_key_without_an_id_stays_the_key_of_tokens_without_one() {
    let foreign = jwt_guard_tests::SigningKey::of(Algorithm::Es256);
    let guard = guard(other_p256(), &[foreign.verifying()]).unwrap();
    let own = guard.issuer().unwrap().access("alice").sign().unwrap();
    let service = app::serve(guard).await;
    let payload = jwt_guard_tests::Payload::good().with("aud", "\"shop\"");
    assert_eq!(status(&service, &foreign.token(&payload)).await, 200);
    assert_eq!(status(&service, own.as_str()).await, 200);
    assert_eq!(status(&service, &foreign.token_by("other", &payload)).await, 401);
}

const OLD: &str = "q8Zr2mXw5KcT9vNb4HjYs7LpDf3GuEa1";
const NEW: &str = "Jt6RyB0xVn8QkWz3MhCe5SgUo2PdAi7L";

fn settings(settings: &[(&str, &str)]) -> Result<JwtGuard, ConfigError> {
    let variables = settings
        .iter()
        .map(|(name, value)| (format!("JWT_GUARD_{}", name.to_ascii_uppercase()), (*value).to_owned()))
        .chain([("JWT_GUARD_AUDIENCE".to_owned(), "shop".to_owned())]);
    Settings::from_vars(variables)?.into_builder().clock(ManualClock::new()).build()
}

#[tokio::test]
async fn settings_rotate_as_code_does() {
    let pem = |file: &str| {
        std::fs::read_to_string(format!("{}/fixtures/keys/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    let (private, public, new) =
        (pem("p256.private.pem"), pem("p256.public.pem"), pem("ed25519.private.pem"));
    let first = || vec![("signing_secret", OLD)];
    let named = || vec![("signing_secret", OLD), ("signing_key_id", "a")];
    let ec = || vec![("signing_key_pem", private.as_str()), ("signing_algorithm", "ES256")];
    let to = |id, more: &[(&'static str, &'static str)]| {
        [&[("signing_secret", NEW), ("signing_key_id", id), ("secret", OLD)], more].concat()
    };
    for (before, after) in [
        (first(), to("b", &[])),
        (named(), to("b", &[("key_id", "a")])),
        (
            ec(),
            vec![
                ("signing_key_pem", new.as_str()),
                ("signing_algorithm", "EdDSA"),
                ("public_key_pem", public.as_str()),
                ("algorithm", "ES256"),
            ],
        ),
        (
            [ec(), vec![("signing_key_id", "a")]].concat(),
            vec![
                ("signing_secret", NEW),
                ("public_key_pem", public.as_str()),
                ("algorithm", "ES256"),
                ("key_id", "a"),
            ],
        ),
    ] {
        let (old, new) = (settings(&before).unwrap(), settings(&after).unwrap());
        assert_eq!(both(&old, new).await, (true, true), "{after:?}");
    }
}
