use jwt_guard::Session;

#[jwt_guard::authentication_required]
async fn basket(_: Session<u32>) {}

fn main() {}
