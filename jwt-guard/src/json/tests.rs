//! What the strict reader takes and refuses.

use super::*;

const LIMITS: JsonLimits = JsonLimits { depth: 3, members: 40 };

fn refused(text: &str) -> String {
    parse(text, LIMITS).expect_err(text).to_string()
}

#[test]
fn a_repeated_name_is_refused_at_every_level_and_by_escape() {
    for text in [r#"{"a":1,"a":1}"#, r#"{"x":{"a":1,"a":2}}"#, r#"[{"a":1,"\u0061":2}]"#] {
        assert!(refused(text).contains("repeated"), "{text}");
    }
}

#[test]
fn a_repeated_name_is_refused_in_a_large_object() {
    let mut text = String::from("{");
    for index in 0..30 {
        text.push_str(&format!("\"m{index}\":0,"));
    }
    text.push_str("\"m29\":0}");
    assert!(refused(&text).contains("repeated"));
}

#[test]
fn depth_and_members_are_limited() {
    assert!(parse("[[[1]]]", LIMITS).is_ok());
    assert!(refused("[[[[1]]]]").contains("deeply"));
    let limits = JsonLimits { depth: 1, members: 2 };
    assert!(parse(r#"{"a":1,"b":2}"#, limits).is_ok());
    assert!(parse(r#"{"a":1,"b":2,"c":3}"#, limits).is_err());
}

#[test]
fn what_is_not_json_is_refused() {
    for text in ["", "{", "{}{}", "NaN", "Infinity", "{\"a\":1,}", "\u{feff}{}", "1e400"] {
        assert!(parse(text, LIMITS).is_err(), "{text}");
    }
}

#[test]
fn a_path_names_one_member_a_segment() {
    let object = parse_object(r#"{"realm":{"a.b":["x"]},"n":1}"#, LIMITS).unwrap();
    assert!(matches!(object.at(&["realm", "a.b"]), At::Value(Json::List(_))));
    assert_eq!(object.at(&["realm", "a", "b"]), At::Absent);
    assert_eq!(object.at(&["n", "x"]), At::NoObject);
    assert_eq!(object.at::<&str>(&[]), At::Absent);
}

#[test]
fn null_on_a_path_is_absence() {
    let object = parse_object(r#"{"a":null,"b":{"c":null},"d":[null]}"#, LIMITS).unwrap();
    for path in [&["a"][..], &["a", "x"], &["b", "c"], &["b", "c", "x"], &["b", "x"]] {
        assert_eq!(object.at(path), At::Absent, "{path:?}");
    }
    assert_eq!(object.at(&["d", "x"]), At::NoObject);
}

#[test]
fn an_object_passes_neither_as_a_number_nor_as_raw_json() {
    for name in ["Number", "RawValue", "Datetime"] {
        for text in [
            format!(r#"{{"$serde_json::private::{name}":"1800000600"}}"#),
            format!(r#"{{"\u0024serde_json::private::{name}":"1800000600"}}"#),
            format!(r#"{{"$serde_json::private::{name}":"18\u0030"}}"#),
            format!(r#"{{"$serde_json::private::{name}":1}}"#),
            format!(r#"{{"$serde_json::private::{name}":"1","b":2}}"#),
            format!(r#"{{"b":2,"$serde_json::private::{name}":"1"}}"#),
            format!(r#"[{{"$serde_json::private::{name}":"1"}}]"#),
        ] {
            parse(&text, LIMITS).expect_err(&text);
        }
    }
    assert!(parse(r#"{"$serde_json::public::Number":"1"}"#, LIMITS).is_ok());
}

#[test]
fn a_number_that_is_presented_as_a_map_is_read() {
    let presented = |digits: &str| {
        let members = [(NUMBER_TOKEN, digits.to_owned())].into_iter();
        let map = serde::de::value::MapDeserializer::<_, serde_json::Error>::new(members);
        let mut value = Json::Null;
        ValueSeed { value: &mut value, limits: LIMITS }.deserialize(map).map(|()| value)
    };
    assert_eq!(presented("12").unwrap(), Json::Unsigned(12));
    assert!(presented("twelve").is_err());
}

#[test]
fn numbers_presented_as_text_are_numbers() {
    assert_eq!(number::<serde_json::Error>("12").unwrap(), Json::Unsigned(12));
    assert_eq!(number::<serde_json::Error>("-12").unwrap(), Json::Signed(-12));
    assert_eq!(number::<serde_json::Error>("1.5").unwrap(), Json::Float(1.5));
    assert!(number::<serde_json::Error>("1e999").is_err());
}
