use jwt_guard::JwtGuard;

fn main() {
    let _guard = JwtGuard::builder().secret([7; 32]).build();
}
