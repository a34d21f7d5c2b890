//! The sample application of the harness: what its access table, its documents, its metadata and its challenges say is what
//! happens.

mod callers;
mod judge;
mod one_word;
mod walk;

use jwt_guard::Router;
use jwt_guard::openapi::{Document, DocumentOptions};
use jwt_guard::routing::AccessRow;
use jwt_guard_tests::sample::{self, ASSETS, METRICS, PARTNERS_HEADER, Word};
use jwt_guard_tests::{Answer, Request, Server};
use serde_json::Value;

use callers::Caller;

/// Both documents of the sample, for outsiders and for those who may know of hidden routes.
pub(crate) fn documents() -> [Value; 4] {
    let (utoipa, aide) = (sample::by_utoipa(Word::Read), sample::by_aide(Word::Read));
    let hidden = || sample::options().with_hidden_routes();
    [
        document(&utoipa, &sample::options(), sample::utoipa_document()),
        document(&utoipa, &hidden(), sample::utoipa_document()),
        document(&aide, &sample::options(), sample::aide_document()),
        document(&aide, &hidden(), sample::aide_document()),
    ]
}

/// The document of an application.
fn document<D>(router: &Router, options: &DocumentOptions, mut document: D) -> Value
where
    D: Document + serde::Serialize,
{
    router.access_table().document_with(options, &mut document).expect("router and document agree");
    serde_json::to_value(&document).expect("a document is JSON")
}

/// The name of a row, as `GET /path`.
fn name(row: &AccessRow) -> String {
    format!("{} {}", row.method, row.path)
}

/// Whether the row is a route, and not a place where routes may be.
fn is_route(row: &AccessRow) -> bool {
    !row.path.ends_with(')') && !row.path.ends_with("/*")
}

/// Sends what the caller would send to a row.
async fn send(server: &Server, row: &AccessRow, caller: &Caller) -> Answer {
    server.send(authorized(request(row), row, caller)).await
}

/// As [`send`], from a browser that wants a page.
async fn send_as_browser(server: &Server, row: &AccessRow, caller: &Caller) -> Answer {
    server.send(authorized(request(row).header("accept", "text/html"), row, caller)).await
}

fn request(row: &AccessRow) -> Request {
    let method = if row.method == "ANY" { "GET" } else { &row.method };
    let target = match (row.path.as_str(), row.rule().is_some()) {
        ("/* (no route)", _) => "/nowhere".to_owned(),
        ("/* (not listed)", true) => METRICS.to_owned(),
        ("/* (not listed)", false) => "/about".to_owned(),
        ("/assets/*", _) => format!("{ASSETS}/style.css"),
        (path, _) => path.replace("{id}", "7").replace("{*name}", "a/b"),
    };
    Request::new(method, &target)
}

fn authorized(request: Request, row: &AccessRow, caller: &Caller) -> Request {
    match caller.token() {
        Some(token) if row.guard == "partners" => request.header(PARTNERS_HEADER, token),
        Some(token) => request.bearer(&token),
        None => request,
    }
}
