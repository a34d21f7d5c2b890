//! The codes of refusals: one closed list, for logs, dashboards and alerts.

use std::fmt;

use serde::{Serialize, Serializer};

/// Makes the enum, the list of all codes, and their names.
macro_rules! codes {
    ($(#[$about:meta])* pub enum $enum:ident { $($(#[$doc:meta])+ $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $enum { $($(#[$doc])+ $variant,)+ }

        impl $enum {
            /// Every code, in the order of the checks.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name, as the log has it in the field `code`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

codes! {
    /// Why a request or a token is refused: the field `code` of the log, target `jwt_guard`.
    ///
    /// The list is closed: every refusal has one of these. A name never changes its meaning, so dashboards and alerts can
    /// count by it; a later version may add names. A client never sees them. The other fields of the line say what was
    /// expected and found, and which setting would change the outcome.
    ///
    /// | code | answer | usual cause | what changes it |
    /// |---|---|---|---|
    /// | `no_token` | 401 | the client sends no token, or sends it in another place | the client, or `.locations(..)` |
    /// | `other_scheme` | 401 | `Authorization` has another scheme, such as `Basic` or `Token` | the client, or `TokenLocation::scheme(..)` |
    /// | `several_tokens` | 400 | two tokens, such as one in a header and one in a cookie | the client, or `.prefer_first()` |
    /// | `malformed_credentials` | 400 | a token without `Bearer`, in quotes, or twice | the client |
    /// | `unequal_cookies` | 400 | a cookie was set for another path or domain too | the client deletes one of them |
    /// | `token_too_long` | 401 | many groups or roles in the token | the issuer: fewer claims; `.max_token_len(..)` where it is less than 16 KiB |
    /// | `header_too_long` | 401 | a certificate or a key in the header | the issuer |
    /// | `encrypted_token` | 401 | five parts: an encrypted token (JWE) | the issuer |
    /// | `opaque_token` | 401 | no dots: a reference token, an API key, or the text `undefined` | the issuer (an audience often makes it issue JWTs), or the client |
    /// | `not_a_token` | 401 | a damaged or cut token, or `Bearer` inside a header of its own | the client |
    /// | `unknown_tenant` | 401 | the issuer is not a tenant, not yet or not any more | the list behind the `TenantResolver`, and `Tenants::forget(..)` |
    /// | `tenant_lookup_failed` | 503 | the resolver of tenants fails or is slow, or a client sends tokens of random issuers | the resolver, or `TenantsBuilder` |
    /// | `tenant_guard_unfit` | 500 | the resolver answers with a guard for another issuer, or with other places of tokens | the `TenantResolver` |
    /// | `header_malformed` | 401 | the header is not plain JSON | the issuer |
    /// | `header_parameter` | 401 | a member such as `crit` or `zip` | the issuer, or without `.refuse_embedded_keys()` |
    /// | `wrong_type` | 401 | an ID token, a refresh token or a logout token in place of an access token | the client, or `.profile(..)` |
    /// | `wrong_algorithm` | 401 | the key is bound to another algorithm than the token names | `.algorithms(..)`, or the algorithm of the key |
    /// | `ambiguous_key` | 401 | several keys fit, and the token has no `kid` | `.with_id(..)` on the keys |
    /// | `unknown_key` | 401 | a token of another issuer or environment, or a key that is not published yet | `.key(..)`, `.jwks_url(..)` |
    /// | `keys_unavailable` | 503 | the issuer's keys cannot be fetched | the network, or `.jwks_url(..)` |
    /// | `bad_signature` | 401 | another secret or key; a base64 secret taken as text, or text taken as base64 | the key |
    /// | `payload_malformed` | 401 | the payload is not plain JSON | the issuer |
    /// | `claim_missing` | 401 | the issuer does not set a claim that the guard needs | the issuer, or `.required_claim(..)`, `.subject_claim(..)` |
    /// | `claim_malformed` | 401 | a claim has the wrong type, such as a date as text | the issuer |
    /// | `wrong_issuer` | 401 | a slash at the end, `localhost` for a public name, another tenant or version | `.issuer(..)` |
    /// | `wrong_audience` | 401 | the issuer does not know this service yet: `account` of Keycloak, the client's own name | the issuer, or `.audience(..)` |
    /// | `wrong_client` | 401 | the token was issued to another client | `TrustedIssuer::client(..)` |
    /// | `wrong_claim_value` | 401 | an ID token, or a token of another kind | `TrustedIssuer::claim_value(..)` |
    /// | `sender_constrained` | 401 | a token that is bound to a key or a certificate (`cnf`) | the issuer: bearer tokens |
    /// | `not_yet_valid` | 401 | clocks differ (`nbf`) | the clocks, or `.leeway(..)` |
    /// | `issued_in_future` | 401 | clocks differ (`iat`) | the clocks, or `.leeway(..)` |
    /// | `lifetime_too_long` | 401 | the token lives longer than a day | the issuer, or `.max_lifetime(..)` |
    /// | `too_old` | 401 | it was issued too long ago | the client, or `.max_token_age(..)` |
    /// | `expired` | 401 | the client keeps an old token | the client, or `.leeway(..)` |
    /// | `clock_before_1970` | 500 | the clock of this machine is wrong | the clock |
    /// | `other_token_kind` | 401 | a caller of a refresh token where an access token is asked for, or the other way round | the client |
    /// | `revoked` | 401 | a logout, `logout_everywhere` or a revocation | the caller logs in |
    /// | `replaced` | 401 | a refresh token that was exchanged | the client uses the newer one |
    /// | `no_session` | 401 | the session is over, or the store was emptied | the caller logs in |
    /// | `replaced_session` | 401 | a request crossed a rotation of its session | the client asks again |
    /// | `store_failed` | 503 | the store of tokens or sessions does not answer | the store |
    /// | `unknown_user` | 401 | the loader finds no user for the caller | `.load_user(..)`, `TrustedIssuer::same_users()` |
    /// | `user_loader_failed` | 503 | the loader returned an error | `.load_user(..)` |
    /// | `user_type_not_loaded` | 500 | the handler asks for another type of user | `.load_user(..)` |
    /// | `claims_misfit` | 403 | the claims do not fit the type of the handler | `Claims<T>` |
    /// | `cross_site_request` | 403 | a page of another site sent the request | nothing: this is the protection |
    /// | `foreign_origin` | 403 | a page of another origin, such as a development server | `.trusted_origin(..)` |
    /// | `unknown_origin` | 403 | a client that is not a browser sends a cookie | the client sends its token in a header |
    /// | `csrf_claim_missing` | 403 | a token of another issuer in a cookie that is protected | `TrustedIssuer::login_claims()` |
    /// | `csrf_value_missing` | 403 | the page does not repeat the CSRF value | the page, or `CookieSettings::csrf_header(..)` |
    /// | `csrf_value_wrong` | 403 | the page repeats the value of an earlier login | the page reads the cookie anew |
    /// | `scope_missing` | 403 | the token lacks a scope | the client asks for it, or `.scope_claim(..)` |
    /// | `login_insufficient` | 401 | the policy needs a more recent or a stronger login (`fresh`, `max_age`, `acr`) | the caller logs in |
    /// | `condition_unmet` | 403 | a role or a claim is missing, the path is another caller's, or a `not(..)` holds | the issuer, or `.role_claim(..)` |
    /// | `claims_undecidable` | 403 | a claim that the policy needs is malformed | the issuer |
    /// | `path_parameter_missing` | 500 | the policy reads a parameter that the path does not have exactly once | the route, or `owner`, `path(..)` in the policy |
    /// | `check_refused` | 403 | a `check` of the handler answers `false`; 401 for a caller without a token | the application |
    /// | `check_failed` | 503 | a `check` of the handler returns an error | the application |
    /// | `check_input_refused` | 400 | an extractor of a `check` refuses the request, with a status of its own | the client, or the application |
    /// | `check_outside` | 500 | a policy with a `check` is given to `authorize` or `verify_by`, which cannot make it | the application |
    /// | `refused_by_handler` | 403 | the application refuses the caller itself | the application |
    /// | `refresh_refused` | 401 | the refresh token is over, or its login unknown, revoked or too old | the caller logs in |
    /// | `refresh_reused` | 401 | a refresh token was used twice: two tabs, or a thief | `.refresh_grace(..)` |
    /// | `form_too_large` | 413 | a form is longer than the layer reads, to look for its CSRF value | `.csrf_form_field(..)` on forms only |
    /// | `login_failed` | 500 | a login could not be answered: its body, or the signing of its token | the application |
    /// | `login_not_configured` | 500 | a login, refresh or logout needs a setting that is missing | the method that the line names |
    /// | `no_guard` | 500 | no guard reaches the handler | `.with_guard(..)`, `.install()` |
    /// | `panicked` | 500 | code of the application panicked during the decision | the application |
    pub enum RefusalCode {
        /// The request has no token.
        NoToken = "no_token",
        /// The request has credentials of another scheme.
        OtherScheme = "other_scheme",
        /// The request has more than one token.
        SeveralTokens = "several_tokens",
        /// The credentials do not match the grammar of their place.
        MalformedCredentials = "malformed_credentials",
        /// The request has two cookies of one name with different values.
        UnequalCookies = "unequal_cookies",
        /// The token is longer than the guard allows.
        TokenTooLong = "token_too_long",
        /// The header of the token is longer than 2 KiB.
        HeaderTooLong = "header_too_long",
        /// The token is encrypted (JWE, RFC 7516).
        EncryptedToken = "encrypted_token",
        /// The text has no dots, so it is not a JWT.
        OpaqueToken = "opaque_token",
        /// The text is not three base64url segments.
        NotAToken = "not_a_token",
        /// The token is of an issuer that the resolver of tenants does not know.
        UnknownTenant = "unknown_tenant",
        /// The resolver of tenants does not answer.
        TenantLookupFailed = "tenant_lookup_failed",
        /// The resolver of tenants answered with a guard that cannot be the tenant's.
        TenantGuardUnfit = "tenant_guard_unfit",
        /// The header is not one plain JSON object.
        HeaderMalformed = "header_malformed",
        /// A member of the header is not acceptable.
        HeaderParameter = "header_parameter",
        /// The token is of another kind (`typ`).
        WrongType = "wrong_type",
        /// No key is bound to the algorithm of the token (`alg`).
        WrongAlgorithm = "wrong_algorithm",
        /// Several keys fit, and the token does not name one (`kid`).
        AmbiguousKey = "ambiguous_key",
        /// No key has the name that the token gives (`kid`).
        UnknownKey = "unknown_key",
        /// The keys of the issuer could not be fetched.
        KeysUnavailable = "keys_unavailable",
        /// The signature does not match.
        BadSignature = "bad_signature",
        /// The payload is not one plain JSON object.
        PayloadMalformed = "payload_malformed",
        /// A claim is missing.
        ClaimMissing = "claim_missing",
        /// A claim has the wrong type or form.
        ClaimMalformed = "claim_malformed",
        /// The token is from another issuer (`iss`).
        WrongIssuer = "wrong_issuer",
        /// The token is for another audience (`aud`).
        WrongAudience = "wrong_audience",
        /// The token was issued to a client that is not accepted.
        WrongClient = "wrong_client",
        /// A claim has a value that is not accepted.
        WrongClaimValue = "wrong_claim_value",
        /// The token is bound to a key of its holder (`cnf`).
        SenderConstrained = "sender_constrained",
        /// The token is not valid yet (`nbf`).
        NotYetValid = "not_yet_valid",
        /// The token was issued in the future (`iat`).
        IssuedInFuture = "issued_in_future",
        /// The token lives longer than the guard allows (`iat`, `exp`).
        LifetimeTooLong = "lifetime_too_long",
        /// The token was issued too long ago (`iat`).
        TooOld = "too_old",
        /// The token has expired (`exp`).
        Expired = "expired",
        /// The clock of this machine is before 1970.
        ClockBefore1970 = "clock_before_1970",
        /// The caller has the other kind of token than the policy asks for.
        OtherTokenKind = "other_token_kind",
        /// The token was revoked.
        Revoked = "revoked",
        /// The refresh token was replaced by a later one.
        Replaced = "replaced",
        /// There is no such session, or it is over.
        NoSession = "no_session",
        /// A rotation has just given the session another id.
        ReplacedSession = "replaced_session",
        /// The store does not answer.
        StoreFailed = "store_failed",
        /// The user loader found no user.
        UnknownUser = "unknown_user",
        /// The user loader failed.
        UserLoaderFailed = "user_loader_failed",
        /// The handler asks for a type of user that the guard does not load.
        UserTypeNotLoaded = "user_type_not_loaded",
        /// The claims do not fit the type that the handler asks for.
        ClaimsMisfit = "claims_misfit",
        /// `Sec-Fetch-Site` names another site.
        CrossSiteRequest = "cross_site_request",
        /// `Origin` is another one.
        ForeignOrigin = "foreign_origin",
        /// A cookie came without `Origin` and `Sec-Fetch-Site`.
        UnknownOrigin = "unknown_origin",
        /// The token of a cookie has no `csrf` claim.
        CsrfClaimMissing = "csrf_claim_missing",
        /// The request does not repeat the `csrf` claim.
        CsrfValueMissing = "csrf_value_missing",
        /// The request repeats another value than the `csrf` claim.
        CsrfValueWrong = "csrf_value_wrong",
        /// The caller lacks a scope.
        ScopeMissing = "scope_missing",
        /// The caller did not log in just now.
        LoginInsufficient = "login_insufficient",
        /// A role or a claim is missing, the path is another caller's, or a `not(..)` holds.
        ConditionUnmet = "condition_unmet",
        /// A claim that the policy needs is malformed.
        ClaimsUndecidable = "claims_undecidable",
        /// The policy reads a parameter that the path does not have exactly once.
        PathParameterMissing = "path_parameter_missing",
        /// A check of the handler refused the caller.
        CheckRefused = "check_refused",
        /// A check of the handler failed.
        CheckFailed = "check_failed",
        /// An extractor of a check refused the request.
        CheckInputRefused = "check_input_refused",
        /// A policy with a check is evaluated outside of its handler.
        CheckOutside = "check_outside",
        /// The application refused the caller.
        RefusedByHandler = "refused_by_handler",
        /// The refresh token cannot be exchanged.
        RefreshRefused = "refresh_refused",
        /// The refresh token was used before.
        RefreshReused = "refresh_reused",
        /// A form is too long to look for its CSRF value.
        FormTooLarge = "form_too_large",
        /// A login, refresh or logout failed in this service.
        LoginFailed = "login_failed",
        /// A login, refresh or logout needs a setting that is missing.
        LoginNotConfigured = "login_not_configured",
        /// No guard reaches the handler.
        NoGuard = "no_guard",
        /// Code of the application panicked during the decision.
        Panicked = "panicked",
    }
}

/// The name.
impl Serialize for RefusalCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The name.
impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::RefusalCode;

    /// The rows of the table in the documentation: code and answer.
    pub(crate) fn documented() -> Vec<(String, u16)> {
        let rows = include_str!("code.rs").lines().filter_map(|line| line.trim().strip_prefix("/// | `"));
        rows.map(|row| {
            let (code, rest) = row.split_once('`').unwrap();
            let answer = rest.split('|').nth(1).unwrap().trim().parse().unwrap();
            (code.to_owned(), answer)
        })
        .collect()
    }

    #[test]
    fn the_list_is_closed_and_every_code_has_its_row_in_the_documentation() {
        let names: Vec<_> = RefusalCode::ALL.iter().map(|code| code.as_str()).collect();
        let rows: Vec<_> = documented().into_iter().map(|(code, _)| code).collect();
        assert_eq!(rows, names);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "two codes have one name");
        for name in names {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            );
        }
    }
}
