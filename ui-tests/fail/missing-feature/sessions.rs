use jwt_guard::session::Sessions;

fn main() {}
