use jwt_guard::Principal;

fn forge<T>(inner: T) -> Principal {
    Principal(inner)
}

fn main() {}
