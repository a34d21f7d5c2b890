//! `token`: alone on standard output, and only if the guard of the settings accepts it.

use serde_json::json;

use crate::process::Folder;

#[test]
fn a_token_is_alone_on_standard_output_and_its_guard_accepts_it() {
    let folder = Folder::with_settings("token_alone");
    let run = folder.run("token ada --settings guard.toml --scope orders:read --role clerk");
    let token = run.is_done().strip_suffix('\n').unwrap();
    assert_eq!(token.split('.').count(), 3);
    assert!(run.stderr.contains("ada") && !run.stderr.contains(token), "{}", run.stderr);
    folder.run_on("verify --settings guard.toml", token).is_done();
}

#[test]
fn the_claims_are_those_of_the_command_line() {
    let folder = Folder::with_settings("token_claims");
    let run = folder.run(
        "token ada --settings guard.toml --scope a --scope b --role clerk --claim tenant=a=b --claim level:=3 \
         --claim tags:=[\"x\"] --client-id shop --audience orders --audience bills --lifetime 90s --fresh \
         --logged-in 2h --acr mfa --amr pwd --amr otp --json",
    );
    let value = run.json();
    assert_eq!(
        (&value["subject"], &value["kind"], &value["expires_in"]),
        (&json!("ada"), &json!("access"), &json!(90))
    );
    let claims =
        folder.run_on("inspect --json", value["token"].as_str().unwrap()).json()["unverified"]["claims"]
            .clone();
    assert_eq!(claims["scope"], "a b");
    assert_eq!(claims["roles"], json!(["clerk"]));
    assert_eq!(
        (&claims["tenant"], &claims["level"], &claims["tags"]),
        (&json!("a=b"), &json!(3), &json!(["x"]))
    );
    assert_eq!((&claims["client_id"], &claims["aud"]), (&json!("shop"), &json!(["orders", "bills"])));
    let seconds = |name: &str| claims[name].as_u64().unwrap();
    assert_eq!(seconds("iat").abs_diff(seconds("auth_time") + 7200) / 60, 0);
    assert_eq!((&claims["acr"], &claims["amr"]), (&json!("mfa"), &json!(["pwd", "otp"])));
    assert_eq!((&claims["fresh"], &claims["exp"]), (&json!(true), &value["expires_at"]));
}

#[test]
fn a_token_that_the_guard_would_refuse_is_not_printed() {
    let folder = Folder::with_settings("token_refused");
    let run = folder.run("token ada --settings guard.toml --audience other");
    run.fails(1, "wrong_audience");
    let json = folder.run("token ada --settings guard.toml --audience other --json");
    json.is(1);
    assert_eq!(
        (&json.json()["token"], &json.json()["refused"]["code"]),
        (&json!(null), &json!("wrong_audience"))
    );
    folder.write("strict.toml", format!("{}required_claims = [\"tenant\"]\n", folder.read("guard.toml")));
    folder.run("token ada --settings strict.toml").fails(1, "tenant");
    folder.run("token ada --settings strict.toml --claim tenant=acme").is_done();
}

#[test]
fn an_allow_list_is_named_because_its_store_is_not_asked() {
    let folder = Folder::with_settings("token_allow_list");
    folder.write("list.toml", format!("{}allow_list = true\n", folder.read("guard.toml")));
    let run = folder.run("token ada --settings list.toml");
    assert!(!run.is_done().is_empty() && run.stderr.contains("allow list"), "{}", run.stderr);
}

#[test]
fn a_refresh_token_does_not_pass_as_an_access_token() {
    let folder = Folder::with_settings("token_refresh");
    let run = folder.run("token ada --settings guard.toml --kind refresh");
    folder.run_on("verify --settings guard.toml", run.is_done()).is(1);
}

#[test]
fn arguments_that_make_no_token_are_usage_errors() {
    let folder = Folder::with_settings("token_usage");
    for (arguments, reason) in [
        ("--lifetime 1", "such as \"30s\""),
        ("--lifetime 0s", "lifetime"),
        ("--scope=a\u{a0}b", "RFC 6749"),
        ("--claim sub=eve", "sub"),
        ("--claim tenant", "NAME=TEXT"),
        ("--claim =x", "NAME=TEXT"),
        ("--claim level:={", "not JSON"),
        ("--kind id", "refresh"),
    ] {
        folder
            .run_with(
                ["token", "ada", "--settings", "guard.toml"].into_iter().chain(arguments.split(' ')),
                "",
                &[],
            )
            .fails(2, reason);
    }
    folder.run("token ada").fails(2, "`--settings`");
    folder.write(
        "verifies.toml",
        "audience = [\"orders\"]\npublic_key_file = \"public.pem\"\nalgorithm = \"EdDSA\"\n",
    );
    folder.run("token ada --settings verifies.toml").fails(3, "no key to sign with");
}

#[test]
fn settings_are_toml_or_json_a_table_of_a_file_or_variables() {
    let folder = Folder::with_settings("token_settings");
    let settings =
        json!({ "audience": ["orders"], "signing_key_file": "key.pem", "signing_algorithm": "EdDSA" });
    folder.write("guard.json", settings.to_string());
    folder.write("app.json", json!({ "auth": { "guard": settings } }).to_string());
    folder.write("app.toml", format!("port = 1\n[auth.guard]\n{}", folder.read("guard.toml")));
    for arguments in ["guard.json", "app.json --section auth.guard", "app.toml --section auth.guard"] {
        folder.run(&format!("token ada --settings {arguments}")).is_done();
    }
    folder.run("token ada --settings app.toml").fails(3, "is not a setting");
    folder.run("token ada --settings app.toml --section auth.other").fails(3, "no table `auth.other`");
    let secret = folder.run("keygen HS256 --private -").is_done().trim().to_owned();
    let variables = [("JWT_GUARD_SIGNING_SECRET", secret.as_str()), ("JWT_GUARD_AUDIENCE", "orders,bills")];
    folder.run_with(["token", "ada"], "", &variables).is_done();
    // A secret in a variable replaces the key of the file.
    let run = folder.run_with(
        ["token", "ada", "--settings", "guard.json", "--json"],
        "",
        &[("JWT_GUARD_SIGNING_SECRET", &secret), ("JWT_GUARD_AUDIENCE", "not read")],
    );
    run.fails(3, "EdDSA");
}

#[test]
fn no_error_about_settings_quotes_a_secret() {
    let folder = Folder::new("settings_secret");
    for (name, text) in [
        ("syntax.toml", "secret = \"hunter2\n"),
        ("type.toml", "secret = [\"hunter2\"]\n"),
        ("name.toml", "secrets = \"hunter2\"\n"),
        ("short.toml", "secret = \"hunter2\"\naudience = [\"a\"]\n"),
        ("base64.toml", "secret = \"base64:hunter2!\"\naudience = [\"a\"]\n"),
        ("syntax.json", "{\"secret\": \"hunter2\n\"}"),
        ("type.json", "{\"secret\": {\"hunter2\": 1}}"),
    ] {
        folder.write(name, text);
        let run = folder.run(&format!("token ada --settings {name}"));
        assert_eq!((run.status, run.stdout.as_str()), (3, ""), "{name}");
        assert!(!run.stderr.contains("hunter2"), "{name}: {}", run.stderr);
    }
}
