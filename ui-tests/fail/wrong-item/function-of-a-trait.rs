use jwt_guard::authentication_required;

trait Orders {
    #[authentication_required]
    async fn list() {}
}

fn main() {}
