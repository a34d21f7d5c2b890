#[jwt_guard::check]
struct IsOpen;

fn main() {}
