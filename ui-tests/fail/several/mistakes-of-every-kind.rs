use jwt_guard::requires;

#[requires(
    scpoe = "orders:read",
    role = 7,
    any(),
    scope = "orders:read orders:write",
    reason = "",
    redirect = "login",
    not(role = "a", role = "b"),
    crate = self::guard
)]
async fn list() {}

fn main() {}
