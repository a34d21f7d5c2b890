//! The settings and their bounds.

use std::time::Duration;

use super::super::schedule::FetchLimits;
use super::super::settings::RemoteKeySettings;
use super::{Issuer, ManualClock, remote};
use crate::keys::IssuerKeys;

const CERTIFICATE: &str = include_str!("../../../../../tests/fixtures/keys/p256.certificate.pem");

fn problems(change: impl FnOnce(RemoteKeySettings) -> RemoteKeySettings) -> String {
    change(RemoteKeySettings::new()).problems().join("\n")
}

#[test]
fn the_defaults_are_those_of_the_rules() {
    let settings = RemoteKeySettings::default();
    assert_eq!(settings.problems(), [""; 0]);
    let FetchLimits { fresh, hard, cooldown } = settings.limits();
    assert_eq!([fresh, hard, cooldown].map(|time| time.as_secs()), [600, 3600, 30]);
    let times = [settings.longest_wait(), settings.total(), settings.connect_timeout];
    assert_eq!(times.map(|time| time.as_secs()), [1, 5, 2]);
    assert_eq!(settings.body_limit(), 262_144);
}

#[test]
fn no_setting_leaves_the_bounds_of_the_rules() {
    type Set = fn(RemoteKeySettings, Duration) -> RemoteKeySettings;
    let (ms, s) = (Duration::from_millis(1), Duration::from_secs);
    let table: [(Set, Duration, Duration); 6] = [
        (RemoteKeySettings::fresh_time, s(60), s(3600)),
        (RemoteKeySettings::hard_limit, s(600), s(86_400)),
        (RemoteKeySettings::cooldown, s(10), s(600)),
        (RemoteKeySettings::wait, s(0), s(1)),
        (RemoteKeySettings::timeout, 100 * ms, s(5)),
        (RemoteKeySettings::connect_timeout, 100 * ms, s(2)),
    ];
    for (set, least, most) in table {
        assert_eq!(problems(|settings| set(settings, least)), "");
        assert_eq!(problems(|settings| set(settings, most)), "");
        assert!(problems(|settings| set(settings, most + ms)).contains("at most"), "{most:?}");
        if let Some(below) = least.checked_sub(ms) {
            let found = problems(|settings| set(settings, below));
            assert!(found.contains("at least") || found.contains("below their fresh time"), "{found}");
        }
    }
    for (bytes, legal) in [(1023, false), (1024, true), (262_144, true), (262_145, false)] {
        assert_eq!(problems(|settings| settings.largest_body(bytes)).is_empty(), legal, "{bytes}");
    }
}

#[test]
fn a_message_says_what_was_found_and_what_is_legal() {
    assert_eq!(
        problems(|settings| settings.hard_limit(Duration::from_secs(172_800))),
        "the hard limit of remote keys is 48 h; set at least 1 min and at most 24 h"
    );
    assert_eq!(
        problems(|settings| settings.wait(Duration::from_millis(1500))),
        "the wait of remote keys is 1500 ms; set at least 0 s and at most 1 s"
    );
}

#[test]
fn a_root_is_a_certificate_and_nothing_else() {
    assert_eq!(problems(|settings| settings.root_certificate(CERTIFICATE)), "");
    let key = include_str!("../../../../../tests/fixtures/keys/p256.public.pem");
    for text in ["", "no PEM", key, &format!("{CERTIFICATE}{key}")] {
        assert!(problems(|settings| settings.root_certificate(text)).contains("CERTIFICATE"), "{text}");
    }
    let settings = RemoteKeySettings::new().root_certificate(CERTIFICATE).root_certificate(CERTIFICATE);
    assert_eq!(settings.certificates().unwrap().len(), 2);
    assert!(format!("{settings:?}").ends_with("root_certificates: 2, .. }"));
}

#[test]
fn debug_of_fetched_keys_says_whose_they_are_and_who_fetches_them() {
    let keys = IssuerKeys::Remote(remote(&Issuer::new(), &ManualClock::new()));
    let shown = format!("{keys:?}");
    let start =
        r#"RemoteKeys { name: "id", endpoint: "https://id.example/keys", algorithms: [], fetcher: Issuer {"#;
    assert!(shown.starts_with(start), "{shown}");
}
