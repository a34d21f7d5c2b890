use jwt_guard::store::RedisStore;

fn main() {}
