//! The tokens that attackers send: well signed where a signature can be had, so that only the rule under test
//! stands between them and the handler.

use jwt_guard::keys::{KeySet, VerifyingKey};
use jwt_guard::setup::TokenProfile;
use jwt_guard::{Algorithm, JwtGuard};
use jwt_guard_tests::key_server::{JWKS, KeyServer};
use jwt_guard_tests::{
    ALGORITHMS, AUDIENCE, ManualClock, NOW, Outcome, Payload, Request, SigningKey, base64url, guard, hs256,
};

use crate::app::{self, Served, refuses, welcomes};

/// The certificate of the fixture key of ES256, in PEM.
const CERTIFICATE: &str = include_str!("../../fixtures/keys/p256.certificate.pem");

/// The key of RFC 7515, appendix A.3.
const OF_RFC_7515: &str = r#"{"kty":"EC","crv":"P-256","alg":"ES256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

#[tokio::test]
async fn a_good_token_of_every_algorithm_is_accepted() {
    for algorithm in ALGORITHMS {
        let server = server_for(algorithm).await;
        let token = SigningKey::of(algorithm).token(&Payload::good());
        welcomes(&server, algorithm.name(), &token).await;
    }
}

#[tokio::test]
async fn a_token_of_one_algorithm_passes_under_no_other() {
    for guarded in ALGORITHMS {
        let server = server_for(guarded).await;
        for signed in ALGORITHMS.into_iter().filter(|signed| *signed != guarded) {
            let key = SigningKey::of(signed);
            let name = format!("{signed} at a guard for {guarded}");
            refuses(&server, &name, &key.token(&Payload::good())).await;
            // The signature of one algorithm, the name of another.
            let renamed = key.token_of(&SigningKey::of(guarded).header(), good().as_bytes());
            refuses(&server, &format!("{name}, renamed"), &renamed).await;
        }
    }
}

#[tokio::test]
async fn a_text_that_is_not_a_compact_token_is_refused() {
    let key = SigningKey::of(Algorithm::Hs256);
    let token = key.token(&Payload::good());
    let parts: Vec<_> = token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let server = app::serve(hs256()).await;
    for text in [
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!(".{payload}.{signature}"),
        format!("{header}..{signature}"),
        format!("{token}.{signature}"),
        format!("{token}.."),
        format!("{header}.{signature}.{payload}.{signature}.{signature}"),
        format!(".{token}"),
        format!("{header}.{payload}.{signature}="),
        in_standard_alphabet(&key),
        format!("{header}.{payload}.{}", &signature[..signature.len() - 2]),
        format!("{header}.{payload}.{}", "A".repeat(43)),
    ] {
        refuses(&server, &text, &text).await;
    }
}

/// A good token whose signature has a character that the alphabets of base64 do not share, in the other alphabet.
fn in_standard_alphabet(key: &SigningKey) -> String {
    let tokens = (0..).map(|id| key.token(&Payload::good().with("jti", &format!("\"{id}\""))));
    let parts = tokens.filter_map(|token| {
        let (signed, signature) = token.rsplit_once('.')?;
        signature
            .contains(['-', '_'])
            .then(|| (signed.to_owned(), signature.replace('-', "+").replace('_', "/")))
    });
    let (signed, signature) = parts.into_iter().next().unwrap();
    format!("{signed}.{signature}")
}

#[tokio::test]
async fn what_is_not_even_the_grammar_of_a_token_is_a_bad_request() {
    let token = SigningKey::of(Algorithm::Hs256).token(&Payload::good());
    let server = app::serve(hs256()).await;
    for value in [
        format!("Bearer Bearer {token}"),
        format!("Bearer {token},{token}"),
        format!("Bearer \"{token}\""),
        r#"Bearer {"payload":"e30","signatures":[]}"#.to_owned(),
        format!("Bearer\t{token}"),
        format!("Bearer: {token}"),
        // Padding belongs at the end of a token, if anywhere.
        format!("Bearer {}", token.replacen('.', "=.", 1)),
    ] {
        let answer = server.send(Request::get(app::PROTECTED).header("authorization", &value)).await;
        assert_eq!(answer.outcome(), Outcome::BAD_REQUEST, "{value}");
    }
}

#[tokio::test]
async fn algorithm_none_is_refused_in_every_spelling_with_and_without_a_signature() {
    for algorithm in [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Es256] {
        let key = SigningKey::of(algorithm);
        let server = server_for(algorithm).await;
        for name in ["none", "None", "NONE", "nOnE", "none ", " none", "none\\u0000", ""] {
            let header = format!(r#"{{"alg":"{name}"}}"#);
            let message = format!("{}.{}", base64url(header.as_bytes()), base64url(good().as_bytes()));
            refuses(&server, name, &format!("{message}.")).await;
            refuses(&server, name, &format!("{message}.AA")).await;
            refuses(&server, name, &key.token_of(&header, good().as_bytes())).await;
        }
    }
}

#[tokio::test]
async fn alg_is_one_string_that_names_the_algorithm_exactly() {
    let server = app::serve(hs256()).await;
    for header in [
        r#"{"typ":"JWT"}"#,
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":true}"#,
        r#"{"alg":["HS256"]}"#,
        r#"{"alg":{"HS256":null}}"#,
        r#"{"alg":"hs256"}"#,
        r#"{"alg":"HS256 "}"#,
        r#"{"alg":"HS256\u0000"}"#,
        r#"{"alg":"HS1"}"#,
        r#"{"ALG":"HS256"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"HS256"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
    ] {
        refuses(&server, header, &signed(header)).await;
    }
    // An escape is another way to write the same string, not another string.
    welcomes(&server, "escaped", &signed(r#"{"alg":"HS\u003256"}"#)).await;
}

#[tokio::test]
async fn crit_is_refused_whatever_it_says() {
    let server = app::serve(hs256()).await;
    for value in [r#"["x"]"#, "[]", "null", r#"["exp"]"#, r#"["b64"]"#, r#"["x","x"]"#, r#""exp""#, "{}"] {
        refuses(&server, value, &signed_with("crit", value)).await;
    }
}

#[tokio::test]
async fn b64_zip_enc_and_nested_tokens_are_refused() {
    let server = app::serve(hs256()).await;
    for (name, value) in [
        ("b64", "false"),
        ("b64", "true"),
        ("zip", r#""DEF""#),
        ("enc", r#""A128GCM""#),
        ("cty", r#""JWT""#),
        ("cty", r#""jwt""#),
        ("cty", r#""application/jwt""#),
        ("cty", "1"),
    ] {
        refuses(&server, name, &signed_with(name, value)).await;
    }
    let header = r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#;
    refuses(&server, header, &signed(header)).await;
    // The payload as RFC 7797 has it: not encoded.
    let key = SigningKey::of(Algorithm::Hs256);
    let message = format!("{}.{}", base64url(header.as_bytes()), "payload");
    let raw = format!("{message}.{}", base64url(&key.sign(message.as_bytes())));
    refuses(&server, "raw payload", &raw).await;
    let inner = signed_with("typ", r#""JWT""#);
    refuses(&server, "nested", &key.token_of(r#"{"alg":"HS256"}"#, inner.as_bytes())).await;
}

#[tokio::test]
async fn other_kinds_of_token_do_not_pass_as_access_tokens() {
    let server = app::serve(hs256()).await;
    for kind in [
        "dpop+jwt",
        "logout+jwt",
        "secevent+jwt",
        "oauth-authz-req+jwt",
        "rt+jwt",
        "application/logout+jwt",
        "evil",
        "",
    ] {
        refuses(&server, kind, &signed_with("typ", &format!("\"{kind}\""))).await;
    }
    for kind in ["null", "1", "[\"JWT\"]"] {
        refuses(&server, kind, &signed_with("typ", kind)).await;
    }
    for kind in ["JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/JWT"] {
        welcomes(&server, kind, &signed_with("typ", &format!("\"{kind}\""))).await;
    }
}

#[tokio::test]
async fn a_guard_for_rfc_9068_takes_typed_access_tokens_with_all_their_claims_only() {
    let guard = guard(Algorithm::Hs256).issuer(jwt_guard_tests::ISSUER).profile(TokenProfile::AccessToken);
    let server = app::serve(guard.build().unwrap()).await;
    let key = SigningKey::of(Algorithm::Hs256);
    let whole = Payload::good().with("client_id", "\"web\"").with("jti", "\"t1\"");
    let header = key.header_with("typ", "\"at+jwt\"");
    let typed = |payload: &Payload| key.token_of(&header, payload.to_string().as_bytes());
    welcomes(&server, "whole", &typed(&whole)).await;
    refuses(&server, "typ JWT", &key.token(&whole)).await;
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        refuses(&server, claim, &typed(&whole.clone().with(claim, ""))).await;
    }
}

#[tokio::test]
async fn a_key_that_comes_with_the_token_is_not_used() {
    let attacker = SigningKey::hmac(Algorithm::Hs256, &[0x41; 64]);
    let oct = format!(r#"{{"kty":"oct","alg":"HS256","k":"{}"}}"#, base64url(&[0x41; 64]));
    let rsa = SigningKey::of(Algorithm::Rs256);
    let es = SigningKey::of(Algorithm::Es256);
    let server = app::serve(hs256()).await;
    for (key, jwk) in [(&attacker, oct.as_str()), (&rsa, rsa.public_jwk()), (&es, es.public_jwk())] {
        let header = key.header_with("jwk", jwk);
        refuses(&server, &header, &key.token_of(&header, good().as_bytes())).await;
    }
    let provider = KeyServer::start().await;
    provider.says(JWKS, &format!(r#"{{"keys":[{}]}}"#, es.public_jwk()));
    provider.says("/certificate", CERTIFICATE);
    let der: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
    let ours = VerifyingKey::jwk(OF_RFC_7515, &[]).unwrap();
    let ours = JwtGuard::builder().key(ours).audience(AUDIENCE).clock(ManualClock::new()).build().unwrap();
    let other = app::serve(ours).await;
    for (name, value) in [
        ("jwk", es.public_jwk().to_owned()),
        ("jku", format!("{:?}", provider.url(JWKS))),
        ("x5u", format!("{:?}", provider.url("/certificate"))),
        ("x5c", format!("[{der:?}]")),
    ] {
        let header = es.header_with(name, &value);
        refuses(&other, name, &es.token_of(&header, good().as_bytes())).await;
        // Signed by the right key, the member changes nothing.
        welcomes(&server, name, &signed_with(name, &value)).await;
    }
    assert_eq!(provider.heads(), [""; 0]);
}

#[tokio::test]
async fn a_strict_guard_refuses_embedded_keys_even_in_good_tokens() {
    let server = app::serve(guard(Algorithm::Hs256).refuse_embedded_keys().build().unwrap()).await;
    for (name, value) in [
        ("jwk", r#"{"kty":"oct","k":"AA"}"#),
        ("jku", r#""https://evil.example/jwks""#),
        ("x5u", r#""https://evil.example/cert""#),
        ("x5c", r#"["MIIB"]"#),
        ("jwk", "null"),
    ] {
        refuses(&server, name, &signed_with(name, value)).await;
    }
}

#[tokio::test]
async fn a_kid_is_a_short_printable_string_and_nothing_but_a_name() {
    let server = app::serve(hs256()).await;
    for value in [
        r#""a\r\nset-cookie: x=1""#.to_owned(),
        r#""a\u0000""#.to_owned(),
        r#""a\u007f""#.to_owned(),
        r#""a\u0085""#.to_owned(),
        "null".to_owned(),
        "1".to_owned(),
        r#"["a"]"#.to_owned(),
        r#"{"a":1}"#.to_owned(),
        format!("\"{}\"", "k".repeat(257)),
    ] {
        refuses(&server, &value, &signed_with("kid", &value)).await;
    }
}

#[tokio::test]
async fn a_kid_chooses_among_the_named_keys_exactly_and_reaches_nothing_else() {
    let key = SigningKey::of(Algorithm::Hs256);
    let named = KeySet::new([
        key.verifying().with_id("2026"),
        SigningKey::of(Algorithm::Es256).verifying().with_id("ec"),
    ]);
    let guard = JwtGuard::builder().key_set(named.unwrap()).audience("orders").clock(ManualClock::new());
    let server = app::serve(guard.build().unwrap()).await;
    welcomes(&server, "its name", &signed_with("kid", "\"2026\"")).await;
    for kid in [
        "2025",
        "2026 ",
        "20",
        "",
        "*",
        "ec",
        "../../../../dev/null",
        "/proc/self/environ",
        "' OR '1'='1",
        "2026' UNION SELECT 'x",
        "| cat /etc/passwd",
        "https://evil.example/key",
        "%32%30%32%36",
    ] {
        refuses(&server, kid, &signed_with("kid", &format!("\"{kid}\""))).await;
        // The secrets that such names have meant elsewhere.
        for secret in [&b""[..], b"\0", b"x", kid.as_bytes()] {
            let forged = SigningKey::hmac(Algorithm::Hs256, secret);
            let header = forged.header_with("kid", &format!("\"{kid}\""));
            refuses(&server, kid, &forged.token_of(&header, good().as_bytes())).await;
        }
    }
}

/// A guard may remember headers it has verified; that must never stand in for anything else.
#[tokio::test]
async fn a_header_that_was_good_once_makes_no_other_token_good() {
    for algorithm in ALGORITHMS {
        let key = SigningKey::of(algorithm);
        let server = server_for(algorithm).await;
        let token = key.token(&Payload::good());
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = message.split_once('.').unwrap();
        let other = key.token(&Payload::good().with("sub", "\"bob\""));
        let (_, foreign) = other.rsplit_once('.').unwrap();
        let forged = SigningKey::hmac(Algorithm::Hs256, &[7; 64]).token_of(&key.header(), good().as_bytes());
        for _ in 0..2 {
            welcomes(&server, algorithm.name(), &token).await;
            for text in [
                format!("{message}.{foreign}"),
                format!("{header}.{}.{signature}", base64url(br#"{"sub":"root"}"#)),
                format!("{message}."),
                format!("{message}.AA"),
                format!("{header}..{signature}"),
                format!("{header}A.{payload}.{signature}"),
                format!("{}.{payload}.{signature}", &header[..header.len() - 1]),
                forged.clone(),
                key.token(&Payload::good().with("aud", "\"other\"")),
                key.token(&Payload::good().with("iat", "1799990000").with("exp", "1799999000")),
            ] {
                refuses(&server, &text, &text).await;
            }
        }
    }
}

/// CVE-2026-48523 of another library: the name in the header was checked, the algorithm of the key was used.
#[tokio::test]
async fn the_algorithm_of_the_header_must_be_the_one_of_the_key_that_it_names() {
    for algorithm in ALGORITHMS {
        let key = SigningKey::of(algorithm);
        let guard = JwtGuard::builder()
            .key(key.verifying().with_id("a"))
            .key(SigningKey::of(other_of(algorithm)).verifying().with_id("b"))
            .audience("orders")
            .clock(ManualClock::new());
        let server = app::serve(guard.build().unwrap()).await;
        let header = |alg: &str| format!(r#"{{"alg":"{alg}","kid":"a"}}"#);
        welcomes(&server, algorithm.name(), &key.token_of(&header(algorithm.name()), good().as_bytes()))
            .await;
        for other in ALGORITHMS.into_iter().filter(|other| *other != algorithm) {
            // Signed as the key signs, under another name that the guard knows.
            let token = key.token_of(&header(other.name()), good().as_bytes());
            refuses(&server, &format!("{other} over {algorithm}"), &token).await;
        }
    }
}

/// RFC 9864 section 2.2: `Ed25519` is the newer name of what `EdDSA` means here. The key decides what is checked.
#[tokio::test]
async fn both_names_of_ed25519_are_one_algorithm_whatever_the_key_calls_it() {
    let key = SigningKey::of(Algorithm::EdDsa);
    let members = key.public_jwk().trim().trim_start_matches('{');
    for named in ["", r#""alg":"EdDSA","#, r#""alg":"Ed25519","#] {
        let jwk = format!(r#"{{"kid":"a",{named}{members}"#);
        let guard = JwtGuard::builder().jwk(jwk).audience("orders").clock(ManualClock::new());
        let server = app::serve(guard.build().unwrap()).await;
        let token = |alg: &str| key.token_of(&format!(r#"{{"alg":"{alg}","kid":"a"}}"#), good().as_bytes());
        for alg in ["EdDSA", "Ed25519"] {
            welcomes(&server, &format!("{alg} by a key of {named}"), &token(alg)).await;
        }
        for alg in ["ed25519", "Ed448", "ES256", "HS256", "Ed25519 "] {
            refuses(&server, &format!("{alg} by a key of {named}"), &token(alg)).await;
        }
    }
    // With an HMAC key the name does not help.
    let server = app::serve(hs256()).await;
    refuses(&server, "Ed25519 by HMAC", &signed(r#"{"alg":"Ed25519"}"#)).await;
}

#[tokio::test]
async fn the_header_is_one_small_plain_object() {
    let server = app::serve(hs256()).await;
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let wide = |members: usize| (0..members).map(|at| format!(r#","m{at}":0"#)).collect::<String>();
    for header in [
        r#"[{"alg":"HS256"}]"#.to_owned(),
        r#""HS256""#.to_owned(),
        "null".to_owned(),
        "{}".to_owned(),
        format!("\u{feff}{}", r#"{"alg":"HS256"}"#),
        r#"{"alg":"HS256"}x"#.to_owned(),
        r#"{"alg":"HS256"}{}"#.to_owned(),
        r#"{"alg":"HS256",}"#.to_owned(),
        r#"{"alg":"HS256","x":1,"x":1}"#.to_owned(),
        r#"{"alg":"HS256","x":{"y":1,"y":1}}"#.to_owned(),
        format!(r#"{{"alg":"HS256","x":{}}}"#, deep(8)),
        format!(r#"{{"alg":"HS256","x":{}}}"#, deep(126)),
        format!(r#"{{"alg":"HS256"{}}}"#, wide(32)),
        format!(r#"{{"alg":"HS256","x":"{}"}}"#, "x".repeat(2048)),
    ] {
        refuses(&server, &header, &signed(&header)).await;
    }
    let key = SigningKey::of(Algorithm::Hs256);
    let broken = [&br#"{"alg":"HS256","x":""#[..], b"\xff", br#""}"#].concat();
    let message = format!("{}.{}", base64url(&broken), base64url(good().as_bytes()));
    let token = format!("{message}.{}", base64url(&key.sign(message.as_bytes())));
    refuses(&server, "not UTF-8", &token).await;
    welcomes(&server, "seven levels", &signed(&format!(r#"{{"alg":"HS256","x":{}}}"#, deep(7)))).await;
    welcomes(&server, "32 members", &signed(&format!(r#"{{"alg":"HS256"{}}}"#, wide(31)))).await;
}

#[tokio::test]
async fn exp_is_a_number_of_this_millennium_and_in_the_future() {
    let server = app::serve(guard(Algorithm::Hs256).leeway(std::time::Duration::ZERO).build().unwrap()).await;
    let now = NOW.to_string();
    let fraction = format!("{}.6", NOW - 1);
    let milliseconds = (NOW * 1000).to_string();
    for value in [
        "",
        "null",
        "\"1800000600\"",
        "true",
        "[1800000600]",
        "{}",
        "-1",
        "1e300",
        "18446744073709551615",
        "18446744073709551616",
        &now,
        &fraction,
        &milliseconds,
        "0",
    ] {
        let token = jwt_guard_tests::token(&[("iat", ""), ("exp", value)]);
        refuses(&server, &format!("exp {value}"), &token).await;
    }
    let soon = format!("{NOW}.5");
    welcomes(&server, "half a second", &jwt_guard_tests::token(&[("exp", &soon)])).await;
}

#[tokio::test]
async fn claims_of_the_wrong_type_are_not_taken_for_absent() {
    let guard = guard(Algorithm::Hs256).issuer(jwt_guard_tests::ISSUER);
    let server = app::serve(guard.build().unwrap()).await;
    let later = (NOW + 3600).to_string();
    for (claim, values) in [
        ("nbf", &["\"0\"", "null", "{}", "-1", "[0]", "false", &later][..]),
        ("iat", &["\"0\"", "null", "{}", "-1", "[0]", "false", &later, "1800001000"]),
        (
            "iss",
            &[
                "",
                "1",
                "null",
                "{}",
                "true",
                r#"["https://evil.example","https://id.example"]"#,
                r#"["https://id.example"]"#,
                r#""https://ID.example""#,
                r#""https://id.example/""#,
                r#""https://id.example\u0000""#,
                r#""https://id.exampl""#,
                r#""https://id.example.evil.example""#,
                r#""""#,
            ],
        ),
        (
            "aud",
            &[
                "",
                "1",
                "null",
                "{}",
                "true",
                r#"["orders",1]"#,
                r#"[["orders"]]"#,
                r#"{"orders":1}"#,
                "[]",
                r#""Orders""#,
                r#""order""#,
                r#""orders billing""#,
                r#""orders\u0000""#,
                r#""""#,
                r#"["billing"]"#,
            ],
        ),
        ("sub", &["", "1", "null", "{}", r#"["alice"]"#, r#""""#, "true"]),
        ("jti", &["1", "null", "{}", "[]"]),
        ("client_id", &["1", "null", "{}", "[]"]),
    ] {
        for value in values {
            let token = jwt_guard_tests::token(&[(claim, value)]);
            refuses(&server, &format!("{claim} = {value}"), &token).await;
        }
    }
    welcomes(&server, "a list with ours", &jwt_guard_tests::token(&[("aud", r#"["billing","orders"]"#)]))
        .await;
}

#[tokio::test]
async fn no_member_of_the_payload_is_repeated_at_any_level() {
    let server = app::serve(hs256()).await;
    let key = SigningKey::of(Algorithm::Hs256);
    for name in ["exp", "nbf", "iat", "iss", "aud", "sub", "jti", "scope", "roles", "x"] {
        let payload = Payload::good().and(name, "1").and(name, "1");
        refuses(&server, name, &key.token(&payload)).await;
        let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
        let payload = Payload::good().and(name, "1").and(&escaped, "1");
        refuses(&server, &escaped, &key.token(&payload)).await;
    }
    let nested = Payload::good().with("realm_access", r#"{"roles":[],"roles":["admin"]}"#);
    refuses(&server, "nested", &key.token(&nested)).await;
}

#[tokio::test]
async fn the_payload_is_an_object_in_utf_8_and_no_list_that_a_struct_could_be_read_from() {
    let server = app::serve(hs256()).await;
    let key = SigningKey::of(Algorithm::Hs256);
    let good = good();
    for payload in [
        format!(r#"[{},0,"alice","https://id.example","orders"]"#, NOW + 600),
        format!("[{good}]"),
        "null".to_owned(),
        "1".to_owned(),
        "\"x\"".to_owned(),
        format!("{good}x"),
        format!("{good}{good}"),
        format!("\u{feff}{good}"),
        good.replace('}', ",}"),
        good.replace('}', r#","x":NaN}"#),
        good.replace('}', &format!(r#","x":{}{}}}"#, "[".repeat(32), "]".repeat(32))),
    ] {
        refuses(&server, &payload, &key.token_of(&key.header(), payload.as_bytes())).await;
    }
    let broken = [&good.as_bytes()[..good.len() - 1], br#","x":""#, b"\xff", br#""}"#].concat();
    refuses(&server, "not UTF-8", &key.token_of(&key.header(), &broken)).await;
    let empty = format!("{}..{}", base64url(key.header().as_bytes()), "AA");
    refuses(&server, "empty payload", &empty).await;
}

#[tokio::test]
async fn a_token_that_is_bound_to_its_holder_is_not_a_bearer_token() {
    let server = app::serve(hs256()).await;
    for cnf in [r#"{"jkt":"x"}"#, r##"{"x5t#S256":"x"}"##, "{}", "null"] {
        refuses(&server, cnf, &jwt_guard_tests::token(&[("cnf", cnf)])).await;
    }
}

#[tokio::test]
async fn an_oversized_token_is_refused_before_anything_is_parsed() {
    let clock = ManualClock::new();
    let server = app::serve(guard(Algorithm::Hs256).clock(clock.clone()).build().unwrap()).await;
    for size in [12_288, 20_000, 100_000] {
        let token = jwt_guard_tests::token(&[("x", &format!("\"{}\"", "x".repeat(size)))]);
        refuses(&server, &size.to_string(), &token).await;
    }
    let audiences = format!("[{}\"orders\"]", "\"a\",".repeat(4000));
    refuses(&server, "4001 audiences", &jwt_guard_tests::token(&[("aud", &audiences)])).await;
    refuses(&server, "no token at all", &"a".repeat(100_000)).await;
    assert_eq!(clock.reads(), 0, "no claim was looked at");
    welcomes(&server, "6 kB", &jwt_guard_tests::token(&[("x", &format!("\"{}\"", "x".repeat(4_000)))])).await;
}

#[tokio::test]
async fn the_text_of_a_public_key_is_not_a_secret() {
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let server = server_for(algorithm).await;
        let (pem, jwk) = (SigningKey::of(algorithm).public_pem(), SigningKey::of(algorithm).public_jwk());
        let der: Vec<u8> = base64_of(pem);
        for secret in [pem.as_bytes(), pem.trim_end().as_bytes(), jwk.as_bytes(), &der, b""] {
            for hmac in [Algorithm::Hs256, Algorithm::Hs384, Algorithm::Hs512] {
                let forged = SigningKey::hmac(hmac, secret);
                refuses(&server, "confusion", &forged.token(&Payload::good())).await;
                // The name that the guard expects, over a MAC.
                let renamed = forged.token_of(&SigningKey::of(algorithm).header(), good().as_bytes());
                refuses(&server, "renamed confusion", &renamed).await;
            }
        }
        for secret in [pem, pem.trim_end(), &format!(" \n{pem}"), &format!("\u{feff}{pem}"), jwk] {
            let mistake = JwtGuard::builder().secret(secret).audience("orders").build();
            assert!(mistake.unwrap_err().to_string().contains("every holder can forge"));
        }
    }
}

#[tokio::test]
async fn zero_and_trivial_signatures_are_refused() {
    for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa, Algorithm::Rs256] {
        let server = server_for(algorithm).await;
        let message = format!(
            "{}.{}",
            base64url(SigningKey::of(algorithm).header().as_bytes()),
            base64url(good().as_bytes())
        );
        let length = SigningKey::of(algorithm).sign(b"").len();
        let mut ones = vec![0; length];
        ones[length / 2 - 1] = 1;
        ones[length - 1] = 1;
        let mut neutral = vec![0; length];
        neutral[0] = 1;
        for signature in [vec![0; length], vec![0xff; length], ones, neutral, vec![0], vec![0; 16_384 / 4]] {
            let token = format!("{message}.{}", base64url(&signature));
            refuses(&server, algorithm.name(), &token).await;
        }
    }
}

#[tokio::test]
async fn an_ecdsa_signature_in_der_is_refused() {
    let key = SigningKey::of(Algorithm::Es256);
    let token = key.token(&Payload::good());
    let (message, _) = token.rsplit_once('.').unwrap();
    let signature = key.sign(message.as_bytes());
    let (r, s) = signature.split_at(32);
    let body = [integer(r), integer(s)].concat();
    let der = [&[0x30, u8::try_from(body.len()).unwrap()][..], &body].concat();
    let server = server_for(Algorithm::Es256).await;
    refuses(&server, "DER", &format!("{message}.{}", base64url(&der))).await;
    for length in [63, 65, 128] {
        let mut bytes = signature.clone();
        bytes.resize(length, 0);
        refuses(&server, "length", &format!("{message}.{}", base64url(&bytes))).await;
    }
}

/// RFC 7518 allows both forms, which matters to code that identifies tokens by their text.
#[tokio::test]
async fn an_ecdsa_signature_with_the_other_s_is_accepted_as_the_standard_says() {
    const ORDER: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let key = SigningKey::of(Algorithm::Es256);
    let token = key.token(&Payload::good());
    let (message, _) = token.rsplit_once('.').unwrap();
    let mut signature = key.sign(message.as_bytes());
    let mut borrow = 0;
    for at in (0..32).rev() {
        let difference = i16::from(ORDER[at]) - i16::from(signature[32 + at]) - borrow;
        borrow = i16::from(difference < 0);
        signature[32 + at] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    let malleated = format!("{message}.{}", base64url(&signature));
    assert_ne!(malleated, token);
    welcomes(&server_for(Algorithm::Es256).await, "n - s", &malleated).await;
}

#[tokio::test]
async fn a_changed_bit_anywhere_in_a_token_is_refused() {
    let token = SigningKey::of(Algorithm::Hs256).token(&Payload::good());
    let server = app::serve(hs256()).await;
    for at in (0..token.len()).step_by(3) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = match bytes[at] {
            b'A' => b'B',
            _ => b'A',
        };
        let changed = String::from_utf8(bytes).unwrap();
        let answer = server.get(app::OPEN, &changed).await;
        assert_eq!(answer.outcome(), Outcome::BAD_TOKEN, "at {at}");
    }
}

/// Some other algorithm, so that a guard has two.
fn other_of(algorithm: Algorithm) -> Algorithm {
    if algorithm == Algorithm::Es256 { Algorithm::EdDsa } else { Algorithm::Es256 }
}

async fn server_for(algorithm: Algorithm) -> Served {
    app::serve(guard(algorithm).build().unwrap()).await
}

fn good() -> String {
    Payload::good().to_string()
}

/// Good claims under this header, signed by the key of the guard.
fn signed(header: &str) -> String {
    SigningKey::of(Algorithm::Hs256).token_of(header, good().as_bytes())
}

fn signed_with(name: &str, json: &str) -> String {
    let key = SigningKey::of(Algorithm::Hs256);
    key.token_of(&key.header_with(name, json), good().as_bytes())
}

/// The DER inside a PEM text.
fn base64_of(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(lines).unwrap()
}

/// A positive DER integer.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|&byte| byte != 0).unwrap();
    let mut value = bytes[start..].to_vec();
    if value[0] >= 0x80 {
        value.insert(0, 0);
    }
    [&[0x02, u8::try_from(value.len()).unwrap()][..], &value].concat()
}
