use jwt_guard::anonymous_allowed;

struct Session<T>(T);

#[anonymous_allowed(credentials = "ignored")]
async fn login(_caller: Session<u64>) {}

fn main() {}
