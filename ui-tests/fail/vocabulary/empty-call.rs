jwt_guard::scopes! {}

fn main() {}
