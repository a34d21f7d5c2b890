use jwt_guard::JwtGuard;

fn main() {
    let _guard = JwtGuard::builder().audience("orders").build();
}
