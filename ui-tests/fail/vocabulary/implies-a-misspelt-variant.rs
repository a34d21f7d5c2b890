jwt_guard::scopes! {
    enum Scope {
        OrdersRead = "orders:read",
        OrdersWrite = "orders:write" implies OrderRead,
    }
}

fn main() {}
