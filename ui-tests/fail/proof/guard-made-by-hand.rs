use jwt_guard::extract::Guarded;

fn forge<P>(inner: P) -> Guarded<P> {
    Guarded(inner)
}

fn main() {}
