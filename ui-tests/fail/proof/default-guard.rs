use jwt_guard::extract::Guarded;

fn forge<P: jwt_guard::policy::Policy>() -> Guarded<P> {
    Guarded::default()
}

fn main() {}
