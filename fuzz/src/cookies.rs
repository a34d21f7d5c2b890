//! Tokens and sessions in cookies: what a login writes is read back; the header `Cookie` of a client, whatever it is, admits only
//! the one whom its one cookie names; and a request that changes something is admitted only if no page of another site can have
//! sent it.

mod app;
mod expected;
mod header;
mod round_trip;
mod site;

use arbitrary::Unstructured;

use crate::common::pick;

pub fn target(data: &[u8]) {
    let mut input = Unstructured::new(data);
    match pick(&mut input, &[0, 1, 1, 2]) {
        0 => site::request(&mut input),
        1 => header::request(&mut input),
        _ => round_trip::login(&mut input),
    }
}
