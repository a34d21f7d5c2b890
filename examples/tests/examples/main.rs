//! Runs each example as a process and does what it tells its reader to do: every command must keep its promise.

mod fastapi_style;
mod jam_style;
mod litestar_style;
mod oidc_provider;
mod openapi;
mod orders;
mod quickstart;
mod readme;
mod spa;
mod starlette_style;
mod support;
mod two_issuers;
mod web_login;
