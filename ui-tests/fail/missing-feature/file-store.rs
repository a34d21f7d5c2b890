use jwt_guard::store::FileStore;

fn main() {}
