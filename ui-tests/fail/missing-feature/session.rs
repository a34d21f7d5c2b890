use jwt_guard::extract::Session;

#[jwt_guard::authentication_required]
async fn basket(_: Session<u32>) {}

fn main() {}
