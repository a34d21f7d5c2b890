//! The two mandatory settings of a configuration, as types.

use std::marker::PhantomData;

/// No key was given yet: call `.secret(..)`, `.pem(..)`, `.der(..)`, `.jwk(..)`, `.jwk_set(..)` or
/// `.key(..)`, or `.trust(..)` for the keys of another issuer; `.oidc_issuer(..)` or `.jwks_url(..)` for keys
/// that are published.
#[derive(Debug)]
pub struct WantsKeys(PhantomData<()>);

/// At least one key was given.
#[derive(Debug)]
pub struct HasKeys(PhantomData<()>);

/// No audience was given yet: call `.audience("..")`.
#[derive(Debug)]
pub struct WantsAudience(PhantomData<()>);

/// An audience was given, or waived by `danger()`.
#[derive(Debug)]
pub struct HasAudience(PhantomData<()>);

/// The builder has a key.
#[diagnostic::on_unimplemented(
    message = "this guard has no key to verify tokens with",
    label = "call `.secret(..)`, `.pem(..)`, `.der(..)`, `.jwk(..)`, `.jwk_set(..)`, `.key(..)`, \
             `.trust(..)`, `.oidc_issuer(..)` or `.jwks_url(..)` before `.build()`",
    note = "for example: JwtGuard::builder().secret(secret).audience(\"orders\").build()",
    note = "`.oidc_issuer(..)` and `.jwks_url(..)` need the feature `remote-keys`, or a client of your own \
            by `.key_fetcher(..)`"
)]
pub trait KeysGiven {}

#[diagnostic::do_not_recommend]
impl KeysGiven for HasKeys {}

/// The builder has an audience.
#[diagnostic::on_unimplemented(
    message = "this guard does not say for whom its tokens must be",
    label = "call `.audience(\"..\")` with the `aud` of the tokens before `.build()`",
    note = "a token for another service is refused by its audience (RFC 8725 section 3.9); \
            `.danger().any_audience(\"reason\")` is the way to do without"
)]
pub trait AudienceGiven {}

#[diagnostic::do_not_recommend]
impl AudienceGiven for HasAudience {}
