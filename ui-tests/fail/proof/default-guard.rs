use jwt_guard::Guarded;

fn forge<P: jwt_guard::policy::Policy>() -> Guarded<P> {
    Guarded::default()
}

fn main() {}
