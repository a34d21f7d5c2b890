use jwt_guard::anonymous_allowed;

trait Orders {
    async fn list();
}

impl Orders for () {
    #[anonymous_allowed]
    async fn list() {}
}

fn main() {}
