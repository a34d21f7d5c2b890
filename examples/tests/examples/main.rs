//! Runs each example as a process and does what it tells its reader to do: every command must keep its promise.

mod fastapi_style;
mod jam_style;
mod litestar_style;
mod openapi;
mod quickstart;
mod starlette_style;
mod support;
mod web_login;
