//! C1, C4, C10: the members of a JWK must fit each other.

use serde_json::{Value, json};

use super::super::jwk::{JwkSource, read};
use super::{Algorithm, KeyError, KeyErrorKind, VerifyingKey, changed, fixture, refused};

const RSA: &str = fixture!("rsa-2048.public.jwk");
const P256: &str = fixture!("p256.public.jwk");
const P384: &str = fixture!("p384.public.jwk");
const ED25519: &str = fixture!("ed25519.public.jwk");
const OCT: &str = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;

fn load(jwk: &str, changes: &Value, allowed: &[Algorithm]) -> Result<VerifyingKey, KeyError> {
    VerifyingKey::jwk(&changed(jwk, changes), allowed)
}

#[test]
fn alg_binds_the_key() {
    for name in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        assert_eq!(load(RSA, &json!({"alg": name}), &[]).unwrap().algorithm().name(), name);
    }
    for name in ["HS256", "HS384", "HS512"] {
        assert_eq!(load(OCT, &json!({"alg": name}), &[]).unwrap().algorithm().name(), name);
    }
    assert_eq!(load(P256, &json!({"alg": "ES256"}), &[]).unwrap().algorithm(), Algorithm::Es256);
    assert_eq!(load(ED25519, &json!({"alg": "EdDSA"}), &[]).unwrap().algorithm(), Algorithm::EdDsa);
    assert_eq!(load(ED25519, &json!({"alg": "Ed25519"}), &[]).unwrap().algorithm(), Algorithm::EdDsa);
}

#[test]
fn an_algorithm_of_another_family_is_refused() {
    for (jwk, names) in [
        (RSA, &["HS256", "ES256", "EdDSA", "Ed25519"][..]),
        (P256, &["RS256", "HS256", "ES384", "EdDSA"]),
        (P384, &["ES256", "HS384"]),
        (ED25519, &["ES256", "HS256", "RS256"]),
        (OCT, &["RS256", "ES256", "EdDSA"]),
    ] {
        for name in names {
            refused(load(jwk, &json!({"alg": name}), &[]), KeyErrorKind::Mismatch, "but its `alg`");
        }
    }
}

#[test]
fn an_unsupported_algorithm_is_refused() {
    for jwk in [RSA, P256, P384, ED25519, OCT] {
        for name in [
            "none", "RSA-OAEP", "RSA1_5", "ES512", "ES256K", "Ed448", "A128GCM", "A128KW", "rs256", "ES256 ",
            "",
        ] {
            refused(load(jwk, &json!({"alg": name}), &[]), KeyErrorKind::Unsupported, "not supported");
        }
        for value in [json!(["RS256"]), json!(256), json!({"RS256": 1}), json!(true)] {
            refused(load(jwk, &json!({"alg": value}), &[]), KeyErrorKind::Malformed, "`alg` is not a string");
        }
    }
}

#[test]
fn an_rsa_key_without_alg_needs_exactly_one_allowed_rsa_algorithm() {
    use Algorithm::{Es256, Hs256, Ps256, Rs256};
    for (allowed, expected) in
        [(&[Rs256][..], Rs256), (&[Es256, Ps256, Hs256], Ps256), (&[Rs256, Rs256], Rs256)]
    {
        assert_eq!(VerifyingKey::jwk(RSA, allowed).unwrap().algorithm(), expected);
    }
    for allowed in [&[][..], &[Es256], &[Rs256, Ps256], &[Rs256, Algorithm::Rs512]] {
        let found = VerifyingKey::jwk(RSA, allowed);
        refused(found, KeyErrorKind::AlgorithmUndetermined, "`.algorithms([Algorithm::Rs256])`");
    }
}

#[test]
fn a_secret_without_alg_needs_exactly_one_allowed_hmac_algorithm() {
    use Algorithm::{Hs256, Hs512, Rs256};
    assert_eq!(VerifyingKey::jwk(OCT, &[Rs256, Hs512]).unwrap().algorithm(), Hs512);
    for allowed in [&[][..], &[Rs256], &[Hs256, Hs512]] {
        let found = VerifyingKey::jwk(OCT, allowed);
        refused(found, KeyErrorKind::AlgorithmUndetermined, "`.algorithms([Algorithm::Hs256])`");
    }
}

#[test]
fn an_algorithm_outside_the_allowed_is_refused() {
    use Algorithm::{EdDsa, Es256, Es384, Hs256, Rs256, Rs384};
    for (jwk, changes, allowed, part) in [
        (RSA, json!({"alg": "RS384"}), &[Rs256][..], "is for RS384; allowed are RS256"),
        (RSA, json!({"alg": "PS256"}), &[Rs256, Rs384], "is for PS256; allowed are RS256, RS384"),
        (P256, json!({}), &[Es384], "is for ES256; allowed are ES384"),
        (ED25519, json!({}), &[Es256], "is for EdDSA; allowed are ES256"),
        (OCT, json!({"alg": "HS512"}), &[Hs256], "is for HS512; allowed are HS256"),
        (OCT, json!({"alg": "HS256"}), &[Rs256, EdDsa], "is for HS256; allowed are RS256, EdDSA"),
    ] {
        refused(load(jwk, &changes, allowed), KeyErrorKind::AlgorithmNotAllowed, part);
    }
}

#[test]
fn a_key_for_something_other_than_signatures_is_refused() {
    for jwk in [RSA, P256, P384, ED25519, OCT] {
        let allowed =
            [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa, Algorithm::Hs256];
        for good in [
            json!({"use": "sig"}),
            json!({"key_ops": ["verify"]}),
            json!({"key_ops": ["sign", "verify"], "use": "sig"}),
        ] {
            assert!(load(jwk, &good, &allowed).is_ok(), "{good}");
        }
        for purpose in ["enc", "SIG", "sig ", ""] {
            refused(
                load(jwk, &json!({"use": purpose}), &allowed),
                KeyErrorKind::NotForSignatures,
                "is for use",
            );
        }
        for operations in [json!([]), json!(["sign"]), json!(["encrypt", "wrapKey"]), json!(["Verify"])] {
            let result = load(jwk, &json!({"key_ops": operations, "use": "sig"}), &allowed);
            refused(result, KeyErrorKind::NotForSignatures, "`key_ops`");
        }
        for value in [json!(["sig"]), json!(1), json!({})] {
            refused(
                load(jwk, &json!({"use": value}), &allowed),
                KeyErrorKind::Malformed,
                "`use` is not a string",
            );
        }
        for value in [json!("verify"), json!(1), json!(["verify", 1]), json!({"verify": 1})] {
            refused(load(jwk, &json!({"key_ops": value}), &allowed), KeyErrorKind::Malformed, "`key_ops`");
        }
    }
}

#[test]
fn an_asymmetric_key_with_a_private_member_is_refused_from_anywhere() {
    for jwk in [RSA, P256, P384, ED25519] {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            for value in [json!("AQAB"), json!(""), json!([])] {
                let text = changed(jwk, &json!({name: value}));
                let part = format!("private member `{name}`");
                for origin in [JwkSource::Local, JwkSource::Remote] {
                    refused(read(&text, &[Algorithm::Rs256], origin), KeyErrorKind::PrivateKey, &part);
                }
            }
        }
    }
    for jwk in
        [fixture!("rsa-2048.private.jwk"), fixture!("p256.private.jwk"), fixture!("ed25519.private.jwk")]
    {
        refused(VerifyingKey::jwk(jwk, &[]), KeyErrorKind::PrivateKey, "remove the private members");
        refused(read(jwk, &[], JwkSource::Remote), KeyErrorKind::PrivateKey, "replace the key pair");
    }
}

#[test]
fn a_leaked_private_key_is_reported_whatever_else_is_wrong() {
    for changes in
        [json!({"use": "enc"}), json!({"alg": "none"}), json!({"crv": "P-521"}), json!({"kty": "AKP"})]
    {
        let text = changed(fixture!("p256.private.jwk"), &changes);
        refused(read(&text, &[], JwkSource::Remote), KeyErrorKind::PrivateKey, "private member `d`");
    }
}

#[test]
fn a_secret_is_refused_from_a_remote_set_only() {
    let text = changed(OCT, &json!({"alg": "HS256"}));
    assert!(read(&text, &[], JwkSource::Local).is_ok());
    refused(read(&text, &[], JwkSource::Remote), KeyErrorKind::PrivateKey, "shared secret");
    let without = changed(&text, &json!({"k": null}));
    refused(read(&without, &[], JwkSource::Remote), KeyErrorKind::PrivateKey, "shared secret");
}

#[test]
fn a_secret_in_a_jwk_obeys_the_rules_for_secrets() {
    refused(load(OCT, &json!({"alg": "HS256", "k": ""}), &[]), KeyErrorKind::Weak, "0 bytes");
    for (name, least) in [("HS256", 32), ("HS384", 48), ("HS512", 64)] {
        let short = super::base64url(&super::secret(7)[..least - 1]);
        refused(load(OCT, &json!({"alg": name, "k": short}), &[]), KeyErrorKind::Weak, "at least");
        let long = super::base64url(&super::secret(7)[..least]);
        assert!(load(OCT, &json!({"alg": name, "k": long}), &[]).is_ok());
    }
    let pem = super::base64url(fixture!("rsa-2048.public.pem").as_bytes());
    refused(load(OCT, &json!({"alg": "HS256", "k": pem}), &[]), KeyErrorKind::NotASecret, "PEM");
    refused(load(OCT, &json!({"alg": "HS256", "k": null}), &[]), KeyErrorKind::Malformed, "`k` is missing");
}

#[test]
fn other_kinds_of_key_are_refused() {
    for kind in ["AKP", "rsa", "ec", "Oct", "", "none"] {
        let result = load(RSA, &json!({"kty": kind}), &[Algorithm::Rs256]);
        refused(result, KeyErrorKind::Unsupported, "RSA, EC, OKP and oct");
    }
    refused(load(RSA, &json!({"kty": null}), &[]), KeyErrorKind::Malformed, "`kty` is missing");
    refused(load(RSA, &json!({"kty": 1}), &[]), KeyErrorKind::Malformed, "`kty` is not a string");
    refused(load(RSA, &json!({"kty": "EC", "crv": "P-256"}), &[]), KeyErrorKind::Malformed, "`x` is missing");
    refused(load(P256, &json!({"kty": "OKP"}), &[]), KeyErrorKind::Unsupported, "Ed25519 for OKP");
    refused(load(ED25519, &json!({"kty": "EC"}), &[]), KeyErrorKind::Unsupported, "P-256 and P-384 for EC");
    refused(
        load(RSA, &json!({"kty": "oct"}), &[Algorithm::Hs256]),
        KeyErrorKind::Malformed,
        "`k` is missing",
    );
}

#[test]
fn base64url_is_read_strictly() {
    let x = |x: &str| load(ED25519, &json!({ "x": x }), &[]);
    let good = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    assert!(x(good).is_ok());
    for bad in [
        format!("{good}="),
        good.replace('_', "/"),
        good.replace("Ro", "Rp"),
        format!(" {good}"),
        format!("{good}\n"),
        good.replace("CrfV", "Cr\nfV"),
        good.replace("CrfV", "Cr%2BV"),
        good.replace("CrfV", "Cr\u{e9}V"),
    ] {
        refused(x(&bad), KeyErrorKind::Malformed, "not base64url without padding");
    }
    refused(
        load(RSA, &json!({"e": "AQAB===="}), &[Algorithm::Rs256]),
        KeyErrorKind::Malformed,
        "`e` is not base64url",
    );
}

#[test]
fn json_is_read_strictly() {
    let repeated = RSA.replacen('{', r#"{"kty":"RSA","#, 1);
    let deep = changed(RSA, &json!({"x": [[[[[[[[1]]]]]]]]}));
    let many: serde_json::Map<_, _> = (0..70).map(|index| (format!("m{index}"), json!(0))).collect();
    let many = changed(RSA, &Value::Object(many));
    for text in [
        "",
        "{",
        "[]",
        "null",
        "\"a\"",
        &repeated,
        &deep,
        &many,
        &format!("{RSA}{RSA}"),
        &format!("\u{feff}{RSA}"),
    ] {
        refused(
            VerifyingKey::jwk(text, &[Algorithm::Rs256]),
            KeyErrorKind::Malformed,
            "not one strict JSON object",
        );
    }
}

#[test]
fn kid_becomes_the_id_and_stands_in_messages() {
    assert_eq!(load(P256, &json!({"kid": "2026"}), &[]).unwrap().id(), Some("2026"));
    assert_eq!(load(P256, &json!({}), &[]).unwrap().id(), None);
    let error = load(P256, &json!({"kid": "a\r\nb", "use": "enc"}), &[]).unwrap_err();
    assert!(error.to_string().starts_with(r#"key "a\r\nb": "#), "{error}");
    let error = load(P256, &json!({"kid": "2026", "use": "enc"}), &[]).unwrap_err();
    assert!(error.to_string().starts_with(r#"key "2026": the key is for use "enc""#), "{error}");
}

#[test]
fn a_kid_that_no_token_may_name_is_refused() {
    for id in ["a\nb", "a\0", "\u{7f}", &"x".repeat(257)] {
        refused(
            load(P256, &json!({"kid": id}), &[]),
            KeyErrorKind::Malformed,
            "the `kid` is longer than 256 bytes or",
        );
    }
    assert!(load(P256, &json!({"kid": "x".repeat(256)}), &[]).is_ok());
    for id in [json!(1), json!(["a"]), json!({})] {
        refused(load(P256, &json!({"kid": id}), &[]), KeyErrorKind::Malformed, "`kid` is not a string");
    }
}

#[test]
fn members_that_point_elsewhere_are_not_followed() {
    // B6: a certificate or an address beside the key changes nothing.
    let extra = json!({"x5u": "http://localhost/", "x5c": ["AAAA"], "x5t": "AAAA", "jku": "http://localhost/", "other": 1});
    assert_eq!(load(P256, &extra, &[]).unwrap().algorithm(), Algorithm::Es256);
}
