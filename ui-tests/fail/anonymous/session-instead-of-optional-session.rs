use jwt_guard::anonymous_allowed;

struct Session<T>(T);

#[anonymous_allowed]
async fn list(_session: Session<u64>) {}

fn main() {}
