use jwt_guard::JwtGuard;

jwt_guard::roles! {
    pub enum Role {
        Clerk = "clerk",
    }
}

fn main() {
    let _builder = JwtGuard::builder().scopes::<Role>();
}
