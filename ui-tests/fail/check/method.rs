struct Orders;

impl Orders {
    #[jwt_guard::check]
    async fn is_open(&self) -> bool {
        true
    }
}

fn main() {}
