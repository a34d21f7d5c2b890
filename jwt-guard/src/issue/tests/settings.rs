//! Settings are checked when the issuer is built.

use super::*;

fn build(change: impl FnOnce(IssuerBuilder) -> IssuerBuilder) -> Result<TokenIssuer, IssueError> {
    change(TokenIssuer::builder(key())).build()
}

#[test]
fn a_lifetime_of_nothing_or_too_long_is_refused_at_the_start() {
    let lifetime = IssueErrorKind::Lifetime;
    refused(
        build(|builder| builder.access_lifetime(Duration::ZERO)),
        lifetime,
        "`access_lifetime`: the lifetime is shorter than a second",
    );
    refused(
        build(|builder| builder.refresh_lifetime(Duration::ZERO)),
        lifetime,
        "`refresh_lifetime`: the lifetime is shorter than a second",
    );
    refused(
        build(|builder| builder.absolute_lifetime(Duration::from_millis(5))),
        lifetime,
        "`absolute_lifetime`: the lifetime is shorter",
    );
    refused(
        build(|builder| builder.access_lifetime(Duration::from_secs(86_401))),
        lifetime,
        "at most 86400 s",
    );
    refused(build(|builder| builder.refresh_lifetime(Duration::MAX)), lifetime, "at most 31536000 s");
    refused(
        build(|builder| builder.longest_access_lifetime(Duration::from_secs(5))),
        lifetime,
        "at most 5 s",
    );
    let longer = Duration::from_secs(2 * 86_400);
    assert!(build(|builder| builder.longest_access_lifetime(longer).access_lifetime(longer)).is_ok());
    let year = Duration::from_secs(366 * 86_400);
    assert!(build(|builder| builder.longest_refresh_lifetime(year).refresh_lifetime(year)).is_ok());
    for longer in [year + Duration::from_secs(1), Duration::MAX] {
        refused(build(|builder| builder.longest_refresh_lifetime(longer)), lifetime, "366 days");
        refused(build(|builder| builder.longest_access_lifetime(longer)), lifetime, "366 days");
    }
}

#[test]
fn illegal_names_are_refused_at_the_start() {
    let name = IssueErrorKind::Name;
    refused(build(|builder| builder.issuer("")), name, "name of the issuer is empty");
    refused(build(|builder| builder.audience("a\nb")), name, "audience has a control");
    refused(build(|builder| builder.client_id("")), name, "client id is empty");
    refused(build(|builder| builder.subject_claim("exp")), IssueErrorKind::Claim, "`exp`");
    refused(TokenIssuer::builder(key().with_id("")).build(), name, "id of the signing key is empty");
    refused(TokenIssuer::builder(key().with_id("a\u{7}")).build(), name, "id of the signing key");
    refused(TokenIssuer::builder(key().with_id("x".repeat(257))).build(), name, "257 bytes");
}

#[test]
fn the_longest_token_can_be_set() {
    let issuer = build(|builder| builder.max_token_len(100)).unwrap();
    refused(issuer.access("alice").sign(), IssueErrorKind::TooLong, "at most 100");
}
