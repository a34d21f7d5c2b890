use jwt_guard::keys::remote::RemoteKeySettings;

fn main() {
    RemoteKeySettings::new().proxy("http://proxy.internal:3128");
}
