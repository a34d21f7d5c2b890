//! Callers whose name is a number in a claim of the application.

use super::*;

fn subject(claim: &str, value: &str) -> Result<String, VerifyError> {
    let verifier = verifier(|rules| rules.subject_claim = claim.to_owned());
    let identity = verifier.read(payload(&[(claim, value)]))?;
    Ok(identity.claims.subject().unwrap().to_owned())
}

#[test]
fn an_integer_in_a_private_claim_names_the_caller_by_its_digits() {
    for (value, name) in [
        ("7", "7"),
        ("0", "0"),
        ("-7", "-7"),
        ("9007199254740993", "9007199254740993"),
        ("18446744073709551615", "18446744073709551615"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("\"7\"", "7"),
        ("\"07\"", "07"),
    ] {
        assert_eq!(subject("user_id", value), Ok(name.to_owned()), "{value}");
    }
}

#[test]
fn a_number_that_is_not_an_integer_names_no_caller() {
    for value in ["7.0", "7.5", "7e0", "1e3", "-0", "18446744073709551616", "123456789012345678901234567890"]
    {
        assert_eq!(subject("user_id", value), Err(malformed("user_id")), "{value}");
    }
}

#[test]
fn a_number_in_a_registered_claim_is_refused() {
    for claim in ["sub", "client_id", "jti", "sid", "iss", "auth_time"] {
        for number in ["7", "-7"] {
            assert_eq!(subject(claim, number), Err(malformed(claim)), "{claim}: {number}");
        }
    }
    for claim in ["exp", "iat", "nbf"] {
        let date = if claim == "exp" { NOW + 600 } else { NOW - 5 };
        assert_eq!(subject(claim, &date.to_string()), Err(malformed(claim)), "{claim}");
    }
}
