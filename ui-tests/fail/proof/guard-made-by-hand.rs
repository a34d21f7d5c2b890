use jwt_guard::Guarded;

fn forge<P>(inner: P) -> Guarded<P> {
    Guarded(inner)
}

fn main() {}
