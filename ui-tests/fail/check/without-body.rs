trait Rules {
    #[jwt_guard::check]
    async fn is_open() -> bool;
}

fn main() {}
