use jwt_guard::openapi::aide_0_15;

fn main() {}
