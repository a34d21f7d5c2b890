//! The way to the primary, and the settings of it.

use std::error::Error as _;

use super::*;
use crate::store::redis::nodes::Nodes;

/// A server with which one can connect, and which answers nothing.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("redis://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// Finding the primary may take two of them: one node names it, another one is it.
#[tokio::test]
async fn one_node_may_take_the_whole_timeout() {
    let (_listener, url) = silent();
    let options = RedisOptions::new().timeout(Duration::from_millis(200));
    let nodes = Nodes::new(&url, "{jwt-guard}:a".to_owned(), &options).unwrap();
    let error = nodes.connect(Duration::from_millis(200)).await.err().unwrap();
    assert!(error.to_string().contains("the server gave no good answer"), "{error}: {:?}", error.source());
}

/// A node of a cluster in which another one owns all slots.
fn node_that_names(owner: impl Fn() -> u16 + Send + Sync + 'static, answer: &'static str) -> Fake {
    Fake::start(move |words, _| match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["CLUSTER", "KEYSLOT", _] => Some(Reply::Send(":5\r\n".to_owned())),
        ["CLUSTER", "SLOTS"] => Some(Reply::Send(format!(
            "*1\r\n*3\r\n:0\r\n:16383\r\n*3\r\n$9\r\n127.0.0.1\r\n:{}\r\n$2\r\nid\r\n",
            owner()
        ))),
        ["EVALSHA", ..] => Some(Reply::Send(answer.to_owned())),
        _ => None,
    })
}

#[tokio::test]
async fn a_node_of_a_cluster_leads_to_the_owner_of_our_keys_and_the_owner_to_itself() {
    let port = Arc::new(std::sync::OnceLock::new());
    let itself = port.clone();
    let owner = node_that_names(move || *itself.get().unwrap(), ":7\r\n");
    port.set(owner.port).unwrap();
    let other = node_that_names(move || *port.get().unwrap(), "-MOVED 5 127.0.0.1:1\r\n");
    for (url, options, connections) in [
        (owner.url(), patient().cluster(), [1, 0]),
        (other.url(), patient().cluster(), [2, 1]),
        ("redis://127.0.0.1:1/".to_owned(), patient().cluster_nodes([other.url()]), [3, 2]),
    ] {
        let server = Server::connect(&url, &options).await.unwrap();
        let call = server.call(&scripts::MARK, None);
        assert_eq!(server.run::<u8>(&call).await.unwrap(), 7, "{url}");
        assert_eq!([owner.connections(), other.connections()], connections, "{url}");
    }
    assert_eq!((owner.scripts(), other.scripts()), (3, 0));
}

#[test]
fn each_option_is_set_by_its_own_method_and_by_no_other() {
    let second = Duration::from_secs(1);
    let limits = StoreLimits::new().logins_per_subject(3);
    let options = RedisOptions::new()
        .prefix("shop")
        .silence(second * 2)
        .capacity(4)
        .limits(limits)
        .timeout(second * 3)
        .cluster_nodes(["redis://:secret@a/"])
        .cluster_nodes(["redis://:secret@b/"]);
    let check = |options: &RedisOptions, capacity| {
        assert_eq!((&*options.prefix, options.silence, options.timeout), ("shop", second * 2, second * 3));
        assert_eq!((options.capacity, options.limits, options.cluster), (capacity, limits, true));
        assert_eq!(options.cluster_nodes, ["redis://:secret@a/", "redis://:secret@b/"]);
    };
    check(&options, 4);
    let again = options.capacity(5).limits(limits).silence(second * 2).prefix("shop").cluster();
    check(&again, 5);
    let shown = "RedisOptions { prefix: \"shop\", timeout: 3s, silence: 2s, capacity: 5, cluster: true, .. }";
    assert_eq!(format!("{again:?}"), shown);

    let one = RedisOptions::new().prefix("shop").cluster();
    assert!(one.cluster && one.cluster_nodes.is_empty());
    assert!(!RedisOptions::new().cluster);
}

type Setter = fn(RedisOptions, Duration) -> RedisOptions;

#[test]
fn the_bounds_of_each_time_are_legal_and_what_is_beyond_them_is_not() {
    let millisecond = Duration::from_millis(1);
    let hour = Duration::from_secs(60 * 60);
    for (name, set, least, most) in [
        ("timeout", RedisOptions::timeout as Setter, millisecond * 10, hour / 60),
        ("silence", RedisOptions::silence as Setter, millisecond * 100, hour),
    ] {
        for legal in [least, most] {
            set(RedisOptions::new(), legal).check().unwrap();
        }
        for illegal in [Duration::ZERO, least - millisecond, most + millisecond, Duration::MAX] {
            let error = set(RedisOptions::new(), illegal).check().unwrap_err();
            let cause = error.source().unwrap().to_string();
            assert!(cause.starts_with(&format!("`{name}` is {illegal:?}: expected at least")), "{cause}");
        }
    }
}

#[cfg(feature = "store-redis-rustls")]
mod with_tls {
    use super::*;
    use crate::store::redis::tls;

    #[test]
    fn a_provider_is_installed_before_it_is_needed() {
        tls::prepare();
        assert!(rustls::crypto::CryptoProvider::get_default().is_some());
    }

    #[test]
    fn certificates_of_either_side_need_an_address_with_tls() {
        let url = "redis://127.0.0.1/";
        assert!(tls::address(url, &RedisOptions::new()).is_ok());
        for options in [
            RedisOptions::new().root_certificates("roots"),
            RedisOptions::new().client_certificate("chain", "key"),
        ] {
            let error = tls::address(url, &options).unwrap_err();
            assert!(error.to_string().contains("must begin with `rediss://`"), "{error}");
            let error = tls::address("rediss://127.0.0.1/", &options).unwrap_err();
            assert!(error.to_string().contains("not PEM"), "{error}");
        }
    }
}
