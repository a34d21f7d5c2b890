//! `keygen` and `jwks`: which files, for whom, and what is in them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use jwt_guard::keys::{KeySet, VerifyingKey};
use jwt_guard::{Algorithm, SigningKey};

use crate::process::Folder;

fn mode(folder: &Folder, name: &str) -> u32 {
    fs::metadata(folder.path(name)).unwrap().permissions().mode() & 0o777
}

#[test]
fn each_algorithm_has_a_key_that_the_library_loads() {
    let folder = Folder::new("each_algorithm");
    for &algorithm in Algorithm::ALL {
        // An RSA key takes a second to find, so each is made in one form only.
        let forms: &[&str] = match algorithm.name() {
            name if name.starts_with("HS") => &["base64", "jwk"],
            name if name.starts_with("PS") => &["jwk"],
            name if name.starts_with("RS") => &["pem"],
            _ => &["pem", "jwk"],
        };
        for form in forms {
            let run = folder.run(&format!("keygen {algorithm} --private key --force --format {form}"));
            assert_eq!(run.is_done(), "", "a private key is in its file only");
            let text = folder.read("key");
            let key = match *form {
                "pem" => SigningKey::pem(algorithm, &text),
                "jwk" => SigningKey::jwk(&text),
                _ => SigningKey::secret(algorithm, text.as_str()),
            };
            assert_eq!(key.unwrap().algorithm(), algorithm);
        }
    }
}

#[test]
fn a_private_file_is_for_its_owner_only() {
    let folder = Folder::new("owner_only");
    folder.run("keygen ES256 --private private.pem --public public.pem").is_done();
    assert_eq!(mode(&folder, "private.pem"), 0o600);
    let public = VerifyingKey::pem(Algorithm::Es256, folder.read("public.pem")).unwrap();
    let private = SigningKey::pem(Algorithm::Es256, folder.read("private.pem")).unwrap();
    assert_eq!(public.thumbprint(), private.verifying_key().thumbprint());

    // Also where an open file is replaced.
    folder.write("open.pem", "");
    fs::set_permissions(folder.path("open.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    folder.run("keygen --private open.pem --force").is_done();
    assert_eq!(mode(&folder, "open.pem"), 0o600);
    assert_eq!(folder.names(), ["open.pem", "private.pem", "public.pem"]);
}

#[test]
fn an_existing_file_is_left_as_it_is() {
    let folder = Folder::new("existing");
    folder.write("key.pem", "precious");
    let run = folder.run("keygen --private key.pem");
    run.fails(3, "`--force`");
    assert_eq!(folder.read("key.pem"), "precious");
    folder.run("keygen --private key.pem --force").is_done();
    assert!(folder.read("key.pem").starts_with("-----BEGIN PRIVATE KEY-----"));
}

#[test]
fn a_symbolic_link_leads_no_key_elsewhere() {
    let folder = Folder::new("link");
    folder.write("target", "precious");
    symlink("target", folder.path("link")).unwrap();
    symlink("nothing", folder.path("dangling")).unwrap();
    folder.run("keygen --private link").fails(3, "link exists");
    folder.run("keygen --private dangling").fails(3, "dangling exists");
    folder.run("keygen --private a --public dangling").fails(3, "dangling exists");
    assert!(!folder.path("a").exists());
    folder.run("keygen --private link --force").is_done();
    assert_eq!(folder.read("target"), "precious");
    assert!(!folder.path("nothing").exists());
}

#[test]
fn both_files_of_a_pair_are_written_or_neither() {
    let folder = Folder::new("pair");
    fs::create_dir(folder.path("folder")).unwrap();
    folder.write("k.pem", "precious");
    symlink(".", folder.path("here")).unwrap();
    for public in ["./k.pem", "folder/../k.pem", "here/k.pem"] {
        for force in ["", "--force"] {
            folder
                .run(&format!("keygen --private k.pem --public {public} {force}"))
                .fails(2, "name one file");
        }
    }
    for (public, reason) in [
        ("nodir/p.pem", "nodir/p.pem cannot be written"),
        ("folder", "not a file"),
        ("/dev/null", "not a file"),
        ("..", "not the name"),
    ] {
        folder.run(&format!("keygen --private k.pem --public {public} --force")).fails(3, reason);
        folder.run(&format!("keygen --private new.pem --public {public}")).is(3);
        folder.run(&format!("keygen --private {public} --public k.pem --force")).fails(3, reason);
    }
    assert_eq!(folder.read("k.pem"), "precious");
    assert_eq!(folder.names(), ["folder", "here", "k.pem"]);
    folder.run("keygen --private k.pem --public folder/k.pem --force").is_done();
    let public = VerifyingKey::pem(Algorithm::EdDsa, folder.read("folder/k.pem")).unwrap();
    let private = SigningKey::pem(Algorithm::EdDsa, folder.read("k.pem")).unwrap();
    assert_eq!(public.thumbprint(), private.verifying_key().thumbprint());
}

#[test]
fn the_kid_is_the_thumbprint_or_the_name_that_was_given() {
    let folder = Folder::new("kid");
    let kid = |arguments: &str| folder.run(arguments).json()["kid"].clone();
    let thumbprint = kid("keygen --private a --public a.pub --json");
    let public = VerifyingKey::pem(Algorithm::EdDsa, folder.read("a.pub")).unwrap();
    assert_eq!(thumbprint.as_str(), public.thumbprint().as_deref());
    assert_eq!(kid("keygen --private b --format jwk --kid 2026-07 --json"), "2026-07");
    assert_eq!(SigningKey::jwk(&folder.read("b")).unwrap().id(), Some("2026-07"));
    assert_eq!(kid("keygen HS256 --private c --json"), serde_json::Value::Null);
}

#[test]
fn json_shows_a_private_key_only_where_it_is_printed() {
    let folder = Folder::new("json_private");
    let run = folder.run("keygen --private key.pem --json");
    assert_eq!(run.json()["private_key"], serde_json::Value::Null);
    assert_eq!((run.stderr.as_str(), &run.json()["private_file"]), ("", &"key.pem".into()));
    let printed = folder.run("keygen --private - --json").json();
    assert!(SigningKey::pem(Algorithm::EdDsa, printed["private_key"].as_str().unwrap()).is_ok());
}

#[test]
fn forms_that_do_not_fit_are_refused_before_anything_is_written() {
    let folder = Folder::new("forms");
    folder.run("keygen HS256 --private a --format pem").fails(2, "take `base64` or `jwk`");
    folder.run("keygen ES256 --private a --format base64").fails(2, "take `pem` or `jwk`");
    folder.run("keygen HS256 --private a --public b").fails(2, "no public half");
    folder.run("keygen --private a --public a").fails(2, "name one file");
    folder.run("keygen RS1 --private a").fails(2, "RS256");
    folder.run("keygen --private a --public -").fails(2, "`jwt-guard jwks` prints");
    let long = "a".repeat(257);
    for kid in ["", "a\u{1b}b", "a\u{9b}b", &long] {
        folder
            .run_with(["keygen", "--private", "a", "--kid", kid], "", &[])
            .fails(2, "without control characters");
    }
    assert_eq!(folder.names(), [""; 0]);
}

#[test]
fn jwks_publishes_the_public_half_of_every_form() {
    let folder = Folder::new("jwks");
    folder.run("keygen ES384 --private a.pem --public a.public.pem").is_done();
    folder.run("keygen PS256 --private b.jwk --public b.public.jwk --format jwk --kid b").is_done();
    let set = |files: &str| folder.run(&format!("jwks {files}")).is_done().to_owned();
    let text = set("a.pem b.jwk");
    assert_eq!(KeySet::published(&text, &[]).unwrap().len(), 2);
    assert_eq!(text, set("a.public.pem b.public.jwk"));
    for member in ["\"d\"", "\"p\"", "\"qi\""] {
        assert!(!text.contains(member), "{member}");
    }
    folder.write("set.json", &text);
    assert_eq!(set("set.json"), text);
    assert_eq!(folder.run_on("jwks - --kid c", &folder.read("a.pem")).json()["keys"][0]["kid"], "c");
}

#[test]
fn the_algorithm_is_for_keys_that_do_not_name_theirs() {
    let folder = Folder::new("jwks_algorithm");
    folder.run("keygen RS256 --private rs.jwk --public rs.public.jwk --format jwk --kid a").is_done();
    folder
        .run("jwks rs.jwk --algorithm PS256")
        .fails(2, "the key is for RS256, and `--algorithm` says PS256");
    folder.run("jwks rs.public.jwk --algorithm PS256").is(3);
    let alg =
        |file: &str| folder.run(&format!("jwks {file} --algorithm PS256")).json()["keys"][0]["alg"].clone();
    for file in ["rs.jwk", "rs.public.jwk"] {
        folder.write("unnamed.jwk", folder.read(file).replace("\"alg\":\"RS256\",", ""));
        folder.run("jwks unnamed.jwk").fails(2, "`--algorithm`");
        assert_eq!(alg("unnamed.jwk"), "PS256", "{file}");
    }
}

#[test]
fn jwks_leaves_out_keys_that_are_not_for_signatures_and_says_so() {
    let folder = Folder::new("jwks_left_out");
    folder.run("keygen --private a.pem").is_done();
    let key = folder.run("jwks a.pem").json()["keys"][0].clone();
    let other = serde_json::json!({ "kty": "EC", "crv": "P-999", "kid": "other", "x": "AA", "y": "AA" });
    folder.write("set.json", serde_json::json!({ "keys": [other, key] }).to_string());
    let run = folder.run("jwks set.json");
    assert_eq!((run.status, run.json()["keys"].as_array().map(Vec::len)), (0, Some(1)), "{}", run.stderr);
    assert!(run.stderr.contains("set.json: left out key \"other\""), "{}", run.stderr);
    folder.write(
        "secret.json",
        r#"{"keys":[{"kty":"oct","alg":"HS256","k":"n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg"}]}"#,
    );
    folder.run("jwks secret.json").fails(2, "never published");
}

#[test]
fn jwks_refuses_secrets_and_keys_that_cannot_be_told_apart() {
    let folder = Folder::new("jwks_refused");
    folder.run("keygen HS256 --private secret.jwk --format jwk").is_done();
    folder.run("keygen RS256 --private rsa.pem").is_done();
    folder.run("keygen --private a.jwk --format jwk --kid same").is_done();
    folder.run("keygen --private b.jwk --format jwk --kid same").is_done();
    folder.run("jwks secret.jwk").fails(2, "never published");
    folder.run("jwks rsa.pem").fails(2, "`--algorithm`");
    folder.run("jwks rsa.pem --algorithm RS256").is_done();
    folder.run("jwks a.jwk b.jwk").fails(3, "same");
    folder.run("jwks a.jwk b.jwk --kid c").fails(2, "several");
    folder.run("jwks - -").fails(2, "standard input");
    folder.run("jwks missing.pem").fails(3, "missing.pem");
    folder.write("damaged.jwk", "{\"kty\":\"OKP\",\"d\":\"hunter2");
    let run = folder.run("jwks damaged.jwk");
    run.fails(3, "not JSON");
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
}
