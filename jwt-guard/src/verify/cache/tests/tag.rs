//! What chooses the place of a token.

use super::super::tag;

const TOKEN: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// Otherwise the time of a refusal tells that the other bytes of a guess are right.
#[test]
fn a_signature_with_one_wrong_byte_has_another_tag_whichever_byte_it_is() {
    let signature = TOKEN.iter().rposition(|byte| *byte == b'.').map(|dot| dot + 1).unwrap();
    assert_eq!(TOKEN.len() - signature, 43);
    for place in signature..TOKEN.len() {
        for bit in 0..8 {
            let mut guess = TOKEN.to_vec();
            guess[place] ^= 1 << bit;
            assert_ne!(tag(&guess), tag(TOKEN), "byte {place}, bit {bit}");
        }
    }
}

#[test]
fn the_tags_of_alike_signatures_differ_in_both_halves() {
    let mut halves = [std::collections::HashSet::new(), std::collections::HashSet::new()];
    let mut guess = TOKEN.to_vec();
    let last = guess.len() - 1;
    for number in 0..=u16::MAX {
        // Far from the end and near it.
        [guess[last - 40], guess[last - 1]] = number.to_be_bytes();
        let tag = tag(&guess);
        halves[0].insert(tag as u32);
        halves[1].insert((tag >> 32) as u32);
    }
    for half in halves {
        assert!(half.len() > 65_000, "{}", half.len());
    }
}
