//! Security schemes in the types of utoipa.

use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, AuthorizationCode, Flow, HttpAuthScheme, HttpBuilder, OAuth2, OpenIdConnect,
    Password, Scopes, SecurityScheme,
};

use super::super::schemes::{Flows, KeyLocation, Scheme, SchemeKind};

pub(super) fn scheme(scheme: &Scheme) -> SecurityScheme {
    let description = scheme.description.clone();
    match &scheme.kind {
        SchemeKind::Bearer => {
            let http = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
            SecurityScheme::Http(http.description(Some(description)).build())
        }
        SchemeKind::ApiKey { location, name } => {
            let value = ApiKeyValue::with_description(name.clone(), description);
            SecurityScheme::ApiKey(match location {
                KeyLocation::Header => ApiKey::Header(value),
                KeyLocation::Cookie => ApiKey::Cookie(value),
                KeyLocation::Query => ApiKey::Query(value),
            })
        }
        SchemeKind::OAuth2(flows, scopes) => {
            let scopes: Scopes = scopes.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            SecurityScheme::OAuth2(OAuth2::with_description(written(flows, &scopes), description))
        }
        SchemeKind::OpenIdConnect { url } => {
            SecurityScheme::OpenIdConnect(OpenIdConnect::with_description(url.clone(), description))
        }
    }
}

fn written(flows: &Flows, scopes: &Scopes) -> Vec<Flow> {
    let password = flows.password.as_ref().map(|url| {
        let mut password = Password::new(url, scopes.clone());
        password.refresh_url.clone_from(&flows.refresh);
        Flow::Password(password)
    });
    let code = flows.authorization_code.as_ref().map(|(page, token)| {
        let mut code = AuthorizationCode::new(page, token, scopes.clone());
        code.refresh_url.clone_from(&flows.refresh);
        Flow::AuthorizationCode(code)
    });
    password.into_iter().chain(code).collect()
}
