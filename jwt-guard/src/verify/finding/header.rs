//! Findings about the header, the key and the signature.

use super::super::contents::kind_of;
use super::super::rules::TokenProfile;
use super::claims::value_of;
use super::{Judged, algorithms};
use crate::keys::{Algorithm, IssuerKeys, KeySet};
use crate::shown::{Finding, list, quoted};

impl Judged<'_> {
    pub(super) fn header_parameter(&self, name: &str) -> Finding {
        let value = self.contents.in_header(name);
        let kind = value.map_or("none", kind_of);
        match name {
            "alg" => Finding::new("the name of an algorithm", kind),
            "typ" => Finding::new("a string, or no `typ`", kind),
            "cty" => Finding::new("a token that is not nested: no `cty`", self.contents.public(name, value)),
            "kid" if kind == "a string" => {
                Finding::new("at most 256 bytes without control characters", "another string")
            }
            "kid" => Finding::new("a string, or no `kid`", kind),
            "jwk" | "jku" | "x5u" | "x5c" => Finding::new(format!("no `{name}`"), format!("`{name}`"))
                .by("without .refuse_embedded_keys()"),
            _ => Finding::new(format!("no `{name}`"), format!("`{name}`")),
        }
    }

    pub(super) fn kind(&self) -> Finding {
        let typ = self.contents.in_header("typ");
        if let Some(required) = self.rules().and_then(|rules| rules.other_header_value(&self.contents.header))
        {
            let expected = format!("`{}`: {}", required.name(), value_of(required));
            return Finding::new(expected, "another value in the header").by(required.setting);
        }
        let found = self.contents.public("typ", typ);
        let found = match typ.and_then(|typ| typ.as_text()) {
            Some(typ) if typ.eq_ignore_ascii_case("rt+jwt") => format!("{found}: a refresh token"),
            _ => found,
        };
        let expected = match self.rules().map(|rules| &rules.profile) {
            Some(TokenProfile::AccessToken) => "\"at+jwt\"".to_owned(),
            Some(TokenProfile::Typed(name)) => quoted(name),
            Some(TokenProfile::Classic) | None => "\"JWT\", \"at+jwt\" or no `typ`".to_owned(),
        };
        Finding::new(expected, found).by(".profile(..)")
    }

    /// The header names an algorithm that no key of the issuer is for, or not the key that it names.
    pub(super) fn algorithm(&self) -> Finding {
        let alg = self.contents.in_header("alg");
        let found = self.contents.public("alg", alg);
        let named = alg.and_then(|alg| alg.as_text()).and_then(Algorithm::from_name);
        let is_fetched = self.issuer.is_some_and(|issuer| issuer.keys.as_remote().is_some());
        let Some(known) = self.with_keys(|keys| {
            let kid = self.kid();
            let of_name = algorithms(keys.iter().filter(|key| kid.is_some() && key.name() == kid));
            if of_name.is_empty() { algorithms(keys.iter()) } else { of_name }
        }) else {
            return Finding::new("the algorithm of a key that the issuer may publish", found);
        };
        let names: Vec<_> = known.iter().map(|algorithm| algorithm.name()).collect();
        let expected = match &*names {
            [] => "the algorithm of a key".to_owned(),
            [one] => format!("\"{one}\", by the key"),
            several => format!("one of {}, by the keys", list(several.iter().copied())),
        };
        let finding = Finding::new(expected, found);
        match named {
            // A secret beside public keys is hardly ever meant.
            Some(named) if named.is_symmetric() != known.iter().any(|known| known.is_symmetric()) => finding,
            Some(named) if named.is_symmetric() => {
                finding.by(format!(".secret_for(Algorithm::{named:?}, ..)"))
            }
            Some(named) if is_fetched => finding.by(format!(".algorithms([Algorithm::{named:?}])")),
            Some(named) => finding.by(format!(".pem(Algorithm::{named:?}, ..)")),
            None => finding,
        }
    }

    pub(super) fn ambiguous_key(&self) -> Finding {
        let alg = self.contents.public("alg", self.contents.in_header("alg"));
        let found = format!("no `kid`, and several keys for {alg}");
        Finding::new("a `kid`, or one key without an id", found).by(".with_id(..)")
    }

    pub(super) fn unknown_key(&self) -> Finding {
        let found = self.contents.public("kid", self.contents.in_header("kid"));
        let is_fetched = self.issuer.is_some_and(|issuer| issuer.keys.as_remote().is_some());
        let names = |keys: &KeySet| {
            let names = list(keys.iter().filter_map(|key| key.name()));
            let unnamed = keys.iter().any(|key| key.name().is_none());
            match (names.is_empty(), unnamed) {
                (false, _) => format!("the id of a key: {names}"),
                (true, true) => "no `kid`: the keys have no id".to_owned(),
                (true, false) => "the id of a key, and there are no keys".to_owned(),
            }
        };
        let expected = self.with_keys(names).unwrap_or_else(|| "the id of a published key".to_owned());
        let finding = Finding::new(expected, found);
        if is_fetched { finding } else { finding.by(".with_id(..)") }
    }

    pub(super) fn no_keys(&self) -> Finding {
        let Some(issuer) = self.issuer else { return Finding::default() };
        let expected = format!("keys of {}", quoted(issuer.name()));
        match &issuer.keys {
            IssuerKeys::Fixed(_) => Finding::expected(expected),
            IssuerKeys::Remote(keys) => {
                let error = keys.status().last_error;
                Finding { found: error, ..Finding::expected(expected) }
            }
        }
    }

    pub(super) fn signature(&self) -> Finding {
        let alg = self.contents.in_header("alg").and_then(|alg| alg.as_text()).and_then(Algorithm::from_name);
        let Some(algorithm) = alg else { return Finding::default() };
        let name = self.with_keys(|keys| {
            let key = keys.select(self.kid(), algorithm).ok()?;
            Some(key.name().map_or_else(|| "without an id".to_owned(), quoted))
        });
        let name = name.flatten().unwrap_or_else(|| "that fits".to_owned());
        let expected = format!("a signature by the key {name}, for {algorithm}");
        if algorithm.is_symmetric() {
            let found = "one by another secret, or by one that is base64 here and text there";
            Finding::new(expected, found).by(".secret(..)")
        } else {
            Finding::new(expected, "one by another key, or a token that was changed")
        }
    }

    fn kid(&self) -> Option<&str> {
        self.contents.in_header("kid").and_then(|kid| kid.as_text())
    }

    /// Looks at the keys of the issuer as they are now.
    fn with_keys<R>(&self, look: impl FnOnce(&KeySet) -> R) -> Option<R> {
        let keys = self.issuer?.keys.current()?;
        Some(look(keys.keys()))
    }
}
