//! Security schemes in the types of aide.

use std::collections::BTreeMap;

use aide::openapi::{ApiKeyLocation, OAuth2Flow, OAuth2Flows, SecurityScheme};

use super::super::schemes::{Flows, KeyLocation, Scheme, SchemeKind};

pub(super) fn scheme(scheme: &Scheme) -> SecurityScheme {
    let description = Some(scheme.description.clone());
    let extensions = Default::default();
    match &scheme.kind {
        SchemeKind::Bearer => SecurityScheme::Http {
            scheme: "bearer".to_owned(),
            bearer_format: Some("JWT".to_owned()),
            description,
            extensions,
        },
        SchemeKind::ApiKey { location, name } => {
            let location = match location {
                KeyLocation::Header => ApiKeyLocation::Header,
                KeyLocation::Cookie => ApiKeyLocation::Cookie,
                KeyLocation::Query => ApiKeyLocation::Query,
            };
            SecurityScheme::ApiKey { location, name: name.clone(), description, extensions }
        }
        SchemeKind::OAuth2(flows, scopes) => {
            SecurityScheme::OAuth2 { flows: written(flows, scopes), description, extensions }
        }
        SchemeKind::OpenIdConnect { url } => {
            SecurityScheme::OpenIdConnect { open_id_connect_url: url.clone(), description, extensions }
        }
    }
}

fn written(flows: &Flows, scopes: &BTreeMap<String, String>) -> OAuth2Flows {
    let scopes = || scopes.clone().into_iter().collect();
    // Without one, aide writes `null`, which is not an address. Refresh tokens are sent to the token endpoint (RFC 6749
    // section 6).
    let refresh = |token_url: &String| Some(flows.refresh.as_ref().unwrap_or(token_url).clone());
    OAuth2Flows {
        password: flows.password.as_ref().map(|url| OAuth2Flow::Password {
            token_url: url.clone(),
            refresh_url: refresh(url),
            scopes: scopes(),
        }),
        authorization_code: flows.authorization_code.as_ref().map(|(page, url)| {
            OAuth2Flow::AuthorizationCode {
                authorization_url: page.clone(),
                token_url: url.clone(),
                refresh_url: refresh(url),
                scopes: scopes(),
            }
        }),
        ..OAuth2Flows::default()
    }
}
