//! Findings about claims.

use super::*;

/// What is said of a token with these claims.
fn found(change: impl FnOnce(&mut Rules), changes: &[(&str, &str)]) -> Finding {
    verifier(change).finding_of(&token(r#"{"alg":"HS256","typ":"at+jwt"}"#, &payload(changes)))
}

const MACHINES: Option<&str> = Some(".machine_callers()");
const CLIENT: (&str, &str) = ("client_id", "\"web\"");

#[test]
fn of_a_malformed_claim_the_type_and_what_is_probably_meant() {
    const DATE: &str = "a number of seconds since 1970, before the year 10000";
    const NOT_EMPTY: &str = "a string that is not empty";
    let of = |changes: &[(&str, &str)]| found(as_is, changes);
    says([
        (of(&[("exp", "1799999990")]), "`exp` after `iat`", "an earlier `exp`", None),
        (of(&[("exp", "1800000600000")]), DATE, "1800000600000: perhaps milliseconds", None),
        (of(&[("exp", "\"x\"")]), DATE, "a string", None),
        (of(&[("nbf", "true")]), DATE, "a boolean", None),
        (of(&[("iat", "{}")]), DATE, "an object", None),
        (of(&[("aud", "7")]), "a string, or a list of strings", "a number", None),
        (of(&[("aud", "[1]")]), "a string, or a list of strings", "a list", None),
        (of(&[("iss", "null")]), "a string", "null", None),
        (of(&[("sub", "7")]), "a string", "a number", None),
        (of(&[("sub", "\"\"")]), NOT_EMPTY, "an empty string", None),
        (of(&[("sub", "\"\""), CLIENT]), NOT_EMPTY, "an empty string, and a client", MACHINES),
        (of(&[("sub", "null"), CLIENT]), NOT_EMPTY, "null, and a client", MACHINES),
        (of(&[("sub", "7"), CLIENT]), "a string", "a number", None),
        (of(&[("sub", "\"\""), ("client_id", "\"\"")]), NOT_EMPTY, "an empty string", None),
        (found(|rules| rules.machine_callers = true, &[("sub", "\"\"")]), NOT_EMPTY, "an empty string", None),
    ]);
}

#[test]
fn of_a_missing_claim_the_rule_that_asks_for_it() {
    let of = |changes: &[(&str, &str)]| found(as_is, changes);
    let by_profile = |changes: &[(&str, &str)]| {
        found(|rules| rules.profile = TokenProfile::AccessToken, &[&[CLIENT], changes].concat())
    };
    let required =
        |changes: &[(&str, &str)]| found(|rules| rules.required_claims.push("tenant".to_owned()), changes);
    let with_value = |required: RequiredValue| found(|rules| rules.claim_values.push(required), &[]);
    let of_clients = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    says([
        (of(&[("exp", "")]), "the claim `exp`", "no `exp`", None),
        (of(&[("aud", "")]), "the claim `aud`: \"orders\"", "no `aud`", None),
        (of(&[("iss", "")]), "the claim `iss`: \"https://id.example\"", "no `iss`", Some(".issuer(..)")),
        (
            of(&[("sub", "")]),
            "the claim `sub`, which names the caller",
            "no `sub`",
            Some(".subject_claim(..)"),
        ),
        (
            of(&[("sub", ""), CLIENT]),
            "the claim `sub`, which names the caller",
            "no `sub`, and a client",
            MACHINES,
        ),
        (by_profile(&[]), "the claim `jti`, by RFC 9068", "no `jti`", Some(".profile(..)")),
        (by_profile(&[("jti", "null")]), "a string", "null", None),
        (required(&[]), "the claim `tenant`", "no `tenant`", Some(".required_claim(..)")),
        (required(&[("tenant", "null")]), "the claim `tenant`", "null", Some(".required_claim(..)")),
        (
            with_value(value(&["org", "id"], &["acme", "umbrella"], false)),
            "the claim `org.id`: one of \"acme\", \"umbrella\"",
            "no `org.id`",
            Some(".claim_value(..)"),
        ),
        (
            found(|rules| rules.limits.max_token_age = Some(Duration::from_secs(60)), &[("iat", "")]),
            "the claim `iat`, for the age of the token",
            "no `iat`",
            Some(".max_token_age(..)"),
        ),
        (
            found(|rules| rules.clients.names = of_clients(&["web", "spa"]), &[]),
            "the claim `client_id`: one of \"web\", \"spa\"",
            "no `client_id`",
            Some("TrustedIssuer::client(..)"),
        ),
    ]);
    // The store of revoked tokens asks for it, after the verification.
    let report = |name| verifier(as_is).report(token("{}", "{}").as_bytes(), &missing(name)).finding;
    says([
        (report("jti"), "the claim `jti`, by which tokens are revoked", "no `jti`", Some(".revocation(..)")),
        (report("other"), "the claim `other`", "no `other`", None),
    ]);
}

#[test]
fn of_a_wrong_party_the_accepted_ones_and_the_one_of_the_token() {
    let issuer = |name: &str| found(as_is, &[("iss", &format!("\"{name}\""))]);
    let audience = |ours: Audience, aud: &str| found(|rules| rules.audience = ours, &[("aud", aud)]);
    let orders = || vec!["orders".to_owned()];
    let both = || vec!["orders".to_owned(), "invoices".to_owned()];
    let client = |names: &[&str], changes: &[(&str, &str)]| {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let set = |rules: &mut Rules| {
            rules.clients.claims = vec!["azp".to_owned(), "client_id".to_owned()];
            rules.clients.names = names;
        };
        found(set, changes)
    };
    let (iss, aud, clients) = (Some(".issuer(..)"), Some(".audience(..)"), Some("TrustedIssuer::client(..)"));
    says([
        (issuer("https://evil.example"), "\"https://id.example\"", "\"https://evil.example\"", iss),
        (
            issuer("https://id.example/"),
            "\"https://id.example\"",
            "\"https://id.example/\": it differs by the `/` at its end",
            iss,
        ),
        (
            issuer("https://sts.windows.net/t/"),
            "\"https://id.example\"",
            "\"https://sts.windows.net/t/\": Entra's version 1 (`requestedAccessTokenVersion` of the app registration)",
            Some("TrustedIssuer::entra_v1(..)"),
        ),
        (audience(Audience::OneOf(orders()), "\"x\""), "\"orders\"", "\"x\"", aud),
        (audience(Audience::OneOf(both()), "[]"), "one of \"orders\", \"invoices\"", "an empty list", aud),
        (audience(Audience::OneOfOrNone(orders()), r#"["x","y"]"#), "\"orders\"", "\"x\", \"y\"", aud),
        (
            audience(Audience::OneOfOrNone(Vec::new()), "\"x\""),
            "no `aud`, because clients stand for it",
            "\"x\"",
            aud,
        ),
        (client(&["spa"], &[CLIENT]), "\"spa\"", "`client_id` \"web\"", clients),
        (client(&["spa", "app"], &[CLIENT]), "one of \"spa\", \"app\"", "`client_id` \"web\"", clients),
        (
            client(&[], &[CLIENT, ("azp", "\"spa\"")]),
            "one client in all claims that name it",
            "`azp` \"spa\", `client_id` \"web\"",
            clients,
        ),
    ]);
}

#[test]
fn of_another_value_its_type_but_never_the_value() {
    let of = |required: RequiredValue, value: &str| {
        found(|rules| rules.claim_values.push(required), &[("use", value)])
    };
    let access = || value(&["use"], &["access"], false);
    let setting = Some(".claim_value(..)");
    says([
        (of(access(), "\"refresh\""), "\"access\"", "another string", setting),
        (of(access(), "7"), "\"access\"", "a number", setting),
        (
            of(value(&["use"], &["a", "b"], true), "\"c\""),
            "one of \"a\", \"b\", or none",
            "another string",
            setting,
        ),
        (of(value(&["use"], &[], true), "\"c\""), "none", "a string", setting),
        (
            of(value(&["use", "of"], &["a"], false), "7"),
            "\"a\"",
            "a part of the path that is not an object",
            setting,
        ),
    ]);
}

#[test]
fn of_a_date_how_far_it_is_off_and_the_leeway_only_where_a_larger_one_would_do() {
    let date = |name: &str, offset: i64| {
        let seconds = NOW.checked_add_signed(offset).unwrap().to_string();
        let iat = if name == "iat" { seconds.clone() } else { "1799999000".to_owned() };
        found(as_is, &[("iat", &iat), (name, &seconds)])
    };
    let aged = |rules: &mut Rules| rules.limits.max_token_age = Some(Duration::from_secs(60));
    let leeway = Some(".leeway(..)");
    const EXP: &str = "`exp` after 2027-01-15T08:00:00Z, with a leeway of 0 s";
    const NBF: &str = "`nbf` not after 2027-01-15T08:00:00Z, with a leeway of 0 s";
    const IAT: &str = "`iat` not after 2027-01-15T08:00:00Z, with a leeway of 0 s";
    says([
        (date("exp", -299), EXP, "`exp` 2027-01-15T07:55:01Z: 4 min 59 s ago", leeway),
        (date("exp", -300), EXP, "`exp` 2027-01-15T07:55:00Z: 5 min ago", None),
        (date("nbf", 299), NBF, "`nbf` 2027-01-15T08:04:59Z: in 4 min 59 s", leeway),
        (date("nbf", 300), NBF, "`nbf` 2027-01-15T08:05:00Z: in 5 min", None),
        (date("iat", 299), IAT, "`iat` 2027-01-15T08:04:59Z: in 4 min 59 s", leeway),
        (date("iat", 300), IAT, "`iat` 2027-01-15T08:05:00Z: in 5 min", None),
        (
            found(as_is, &[("exp", "1800172800"), ("iat", "1800000000")]),
            "at most 1 d from `iat` to `exp`",
            "2 d",
            Some(".max_lifetime(..)"),
        ),
        (
            found(as_is, &[("exp", "1800172800"), ("iat", "")]),
            "at most 1 d from now to `exp`",
            "2 d",
            Some(".max_lifetime(..)"),
        ),
        (
            found(aged, &[("iat", "1799999880")]),
            "at most 1 min since `iat`",
            "2 min",
            Some(".max_token_age(..)"),
        ),
    ]);
}
