//! `verify` and `explain`: the verdict of a guard, offline and with keys that are fetched.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jwt_guard::issue::TokenIssuer;
use jwt_guard::setup::Clock;
use jwt_guard::{Algorithm, SigningKey};
use serde_json::json;

use crate::process::Folder;

/// Stands still, long ago.
#[derive(Debug)]
struct LongAgo;

impl Clock for LongAgo {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000_000)
    }
}

fn token(folder: &Folder) -> String {
    folder.run("token ada --settings guard.toml").is_done().trim().to_owned()
}

#[test]
fn an_accepted_token_is_status_0_and_a_refused_one_status_1() {
    let folder = Folder::with_settings("explain_status");
    let token = token(&folder);
    let accepted = folder.run_on("verify --settings guard.toml", &token);
    assert_eq!((accepted.is_done(), accepted.stderr.as_str()), ("accepted\n", ""));
    assert_eq!(
        folder.run_on("verify --settings guard.toml --json", &token).json(),
        json!({ "accepted": true, "notes": [LIMITS] })
    );

    let run = folder.run_on("verify --key public.pem --audience orders", &token);
    assert_eq!((run.is_done(), run.stderr.contains("`iss` may be any name")), ("accepted\n", true));

    let refused = folder.run_on("verify --key public.pem --audience bills", &token);
    refused.is(1);
    assert!(refused.stdout.starts_with("refused audience: "), "{}", refused.stdout);
    let json = folder.run_on("verify --key public.pem --audience bills --json", &token);
    json.is(1);
    let value = json.json();
    assert_eq!(
        (&value["accepted"], &value["code"], &value["check"]),
        (&json!(false), &json!("wrong_audience"), &json!("audience"))
    );
}

#[test]
fn an_explanation_has_each_check_and_the_one_that_failed() {
    let folder = Folder::with_settings("explain_checks");
    let run = folder.run_on("explain --key public.pem --audience bills", &token(&folder));
    run.is(1);
    for line in ["passed       signature", "FAILED       audience: ", "not reached  expiry", "refused"] {
        assert!(run.stdout.lines().any(|shown| shown.starts_with(line)), "{line}: {}", run.stdout);
    }
    let value = folder.run_on("explain --settings guard.toml --json", &token(&folder)).json();
    assert_eq!(value["accepted"], true);
    let checks = value["checks"].as_array().unwrap();
    let without_rule = checks.iter().filter(|check| check["outcome"] == "not_configured");
    let without_rule: Vec<_> = without_rule.map(|check| check["check"].clone()).collect();
    assert_eq!(without_rule, ["client", "required_claims"]);
    let passed = checks.iter().filter(|check| check["outcome"] == "passed").count();
    assert!(checks.len() >= 20 && passed == checks.len() - 2, "{value}");
}

/// What every verdict leaves open.
const LIMITS: &str = "Not asked: whether the token was revoked, the user, the policy of a handler. The clock is that of \
                      this machine.";

#[test]
fn programs_are_told_what_a_verdict_leaves_open() {
    let folder = Folder::with_settings("explain_notes");
    folder.write("token", token(&folder));
    folder.write("allow.toml", format!("{}allow_list = true\n", folder.read("guard.toml")));
    folder.write("any.toml", folder.read("guard.toml").replace("issuer = \"https://orders.example\"\n", ""));
    for command in ["verify", "explain"] {
        for (guard, notes) in [
            ("--settings guard.toml", &[][..]),
            ("--key public.pem --audience orders --issuer https://orders.example", &[]),
            ("--key public.pem --audience orders", &["`iss` may be any name"]),
            ("--settings any.toml", &["`iss` may be any name"]),
            ("--settings allow.toml", &["has an allow list, which is not asked"]),
        ] {
            let run = folder.run(&format!("{command} token {guard} --json"));
            assert_eq!((run.status, run.stderr.as_str()), (0, ""), "{guard}");
            let value = run.json();
            let found: Vec<_> =
                value["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
            assert_eq!((found.len(), found.last()), (notes.len() + 1, Some(&LIMITS)), "{guard} {found:?}");
            assert!(notes.iter().zip(&found).all(|(note, found)| found.contains(note)), "{found:?}");
            let text = folder.run(&format!("{command} token {guard}"));
            assert!(notes.iter().all(|note| text.stderr.contains(note)), "{}", text.stderr);
        }
    }
    let run = folder.run("explain token --key public.pem --audience orders");
    assert!(run.is_done().contains("no rule      issuer\n"), "{}", run.stdout);
    let signed = folder.run("token ada --settings allow.toml --json").json();
    assert!(signed["notes"][0].as_str().unwrap().contains("allow list"), "{signed}");
}

#[test]
fn a_set_of_keys_is_read_as_the_guard_reads_what_an_issuer_publishes() {
    let folder = Folder::with_settings("explain_set");
    folder.write("token", token(&folder));
    let key = folder.run("jwks key.pem").json()["keys"][0].clone();
    let verify = |keys: &[serde_json::Value]| {
        folder.write("set.json", json!({ "keys": keys }).to_string());
        folder.run("verify token --key set.json --audience orders --issuer https://orders.example")
    };
    let mut encryption = key.clone();
    (encryption["use"], encryption["kid"]) = (json!("enc"), json!("enc"));
    let unknown = json!({ "kty": "EC", "crv": "P-999", "kid": "unknown", "x": "AA", "y": "AA" });
    let secret = json!({ "kty": "oct", "alg": "HS256", "kid": "secret", "k": "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg" });
    let run = verify(&[encryption, unknown, secret.clone(), key]);
    run.is_done();
    for name in ["enc", "unknown", "secret"] {
        assert!(run.stderr.contains(&format!("set.json: left out key \"{name}\"")), "{}", run.stderr);
    }
    verify(std::slice::from_ref(&secret)).fails(3, "shared secret");
    folder.write("secret.jwk", secret.to_string());
    folder.run("verify token --key secret.jwk --audience orders").fails(2, "`--secret`");
}

#[test]
fn an_expired_and_a_forged_token_are_refused() {
    let folder = Folder::with_settings("explain_expired");
    let key = SigningKey::pem(Algorithm::EdDsa, folder.read("key.pem")).unwrap();
    let issuer = TokenIssuer::builder(key)
        .issuer("https://orders.example")
        .audience("orders")
        .clock(Arc::new(LongAgo));
    let expired = issuer.build().unwrap().access("ada").sign().unwrap();
    let run = folder.run_on("verify --settings guard.toml --json", expired.as_str());
    assert_eq!((run.status, &run.json()["code"]), (1, &json!("expired")));

    folder.run("keygen --private other.pem --public other.public.pem").is_done();
    let run = folder.run_on("verify --key other.public.pem --audience orders --json", &token(&folder));
    assert_eq!((run.status, &run.json()["accepted"]), (1, &json!(false)));
}

#[test]
fn a_token_cannot_write_to_the_terminal_of_its_explanation() {
    let folder = Folder::with_settings("explain_terminal");
    let hostile = "\u{1b}[32maccepted\naccepted\u{202e}";
    let header = json!({ "alg": "EdDSA", "typ": hostile }).to_string();
    let token = format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(header));
    for arguments in ["verify", "explain", "verify --json", "explain --json"] {
        let run = folder.run_on(&format!("{arguments} --key public.pem --audience orders"), &token);
        run.is(1);
        assert!(run.stdout.contains("[32maccepted"), "{}", run.stdout);
        assert!(
            run.stdout.chars().all(|character| character == '\n' || matches!(character, ' '..='~')),
            "{}",
            run.stdout
        );
        assert!(!run.stdout.lines().any(|line| line.starts_with("accepted")), "{}", run.stdout);
    }
}

#[test]
fn keys_are_named_as_pem_jwk_set_or_secret() {
    let folder = Folder::with_settings("explain_keys");
    let signed = token(&folder);
    folder.write("jwks.json", folder.run("jwks key.pem").is_done());
    for key in ["public.pem", "jwks.json", "- "] {
        // The token and the key cannot both be standard input.
        folder.write("token", &signed);
        let arguments = format!("verify token --key {key} --audience orders --issuer https://orders.example");
        folder.run_on(&arguments, &folder.read("public.pem")).is_done();
    }
    folder.run("keygen HS384 --private secret").is_done();
    let secret = folder.read("secret");
    folder.write(
        "secret.toml",
        "audience = [\"orders\"]\nsigning_secret_file = \"secret\"\nsigning_algorithm = \"HS384\"\nsigning_key_id = \"a\"\n",
    );
    folder.write("token", folder.run("token ada --settings secret.toml").is_done());
    folder.run("verify token --secret secret --algorithm HS384 --kid a --audience orders").is_done();
    folder.run_on("verify token --secret - --algorithm HS384 --kid a --audience orders", &secret).is_done();
    folder.run("verify token --secret secret --algorithm HS384 --audience orders").is(1);
}

#[test]
fn what_leaves_no_verdict_is_status_2_or_3() {
    let folder = Folder::with_settings("explain_undecided");
    folder.write("token", token(&folder));
    folder.run("verify token").fails(2, "`--settings`");
    folder.run("verify token --key public.pem").fails(2, "--audience");
    folder.run("verify token --key public.pem --settings guard.toml --audience a").fails(2, "cannot be used");
    folder.run("verify - --key - --audience a").fails(2, "standard input");
    folder.run("verify missing --settings guard.toml").fails(3, "missing");
    folder.run("verify token --settings missing.toml").fails(3, "missing.toml");
    folder.run("verify token --jwks-url http://127.0.0.1:9/jwks --issuer a --audience a").fails(3, "https");
}

#[test]
fn another_issuer_that_cannot_be_asked_decides_nothing_about_own_tokens() {
    let folder = Folder::with_settings("explain_other_issuer");
    let settings = format!(
        "{}[[trust]]\nissuer = \"issuer:https://id.example\"\naudience = [\"orders\"]\njwks_url = \"https://127.0.0.1:{}/jwks\"\n",
        folder.read("guard.toml"),
        closed_port()
    );
    folder.write("both.toml", settings);
    folder.run_on("verify --settings both.toml", &token(&folder)).is_done();
    folder.run_on("verify --settings both.toml", "a.b.c").is(1);
    let named = |issuer: &str| {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({ "iss": issuer, "aud": "orders", "sub": "eve", "exp": 4_000_000_000_u32 });
        format!("{}.{}.AAAA", part(json!({ "alg": "EdDSA", "kid": "forged" })), part(claims))
    };
    // The own keys are there, so a name of another one is a forgery.
    let run = folder.run_on("verify --settings both.toml --json", &named("https://orders.example"));
    assert_eq!((run.status, &run.json()["code"]), (1, &json!("unknown_key")), "{}", run.stderr);
    folder
        .run_on("verify --settings both.toml", &named("https://id.example"))
        .fails(3, "could not be fetched");
}

/// A port of loopback that refuses connections.
fn closed_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn keys_that_cannot_be_fetched_leave_no_verdict() {
    let folder = Folder::with_settings("explain_network");
    folder.write("token", token(&folder));
    let url = format!("http://127.0.0.1:{}/jwks", closed_port());
    let arguments = format!(
        "verify token --jwks-url {url} --issuer https://orders.example --audience orders --loopback-http"
    );
    folder.run(&arguments).fails(3, "could not be fetched");
    folder.run(&format!("{arguments} --json")).fails(3, "could not be fetched");
}
