//! A server that asks for the certificate of its clients.

use std::error::Error;
use std::fs;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

use super::*;
use crate::stores::Directory;
use crate::stores::redis_server::free_port;

/// An authority, and what it has signed.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([]).unwrap();
        // OpenSSL takes a certificate whose subject is its issuer for self-signed.
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// Certificate and key, as PEM.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

struct Tls {
    server: RedisServer,
    port: u16,
    authority: Authority,
    _files: Directory,
}

impl Tls {
    async fn start(extra: &[&str]) -> Option<Self> {
        let authority = Authority::new("authority");
        let files = Directory::new();
        let (certificate, key) = authority.sign("127.0.0.1");
        let write = |name: &str, text: &str| {
            let path = files.path().join(name);
            fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let port = free_port();
        let options = [
            ("--tls-port", port.to_string()),
            ("--tls-cert-file", write("server.pem", &certificate)),
            ("--tls-key-file", write("server.key", &key)),
            ("--tls-ca-cert-file", write("authority.pem", &authority.pem)),
            ("--tls-auth-clients", "yes".to_owned()),
        ];
        let mut words: Vec<&str> = options.iter().flat_map(|(name, value)| [*name, value]).collect();
        words.extend(extra);
        let server = RedisServer::start_with(&words).await?;
        Some(Self { server, port, authority, _files: files })
    }

    fn url(&self) -> String {
        format!("rediss://127.0.0.1:{}/", self.port)
    }

    /// Options that trust the server, and have a certificate that it trusts.
    fn options(&self) -> RedisOptions {
        let (certificate, key) = self.authority.sign("client");
        patient().root_certificates(&self.authority.pem).client_certificate(certificate, key)
    }
}

async fn refusal(url: &str, options: RedisOptions) -> String {
    let error = RedisStore::connect(url, options).await.map(drop).unwrap_err();
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text += &format!(": {next}");
        cause = next.source();
    }
    text
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_is_shown_one() {
    let Some(tls) = Tls::start(&[]).await else { return };
    let one = RedisStore::connect(&tls.url(), tls.options()).await.unwrap();
    let two = RedisStore::connect(&tls.url(), tls.options()).await.unwrap();
    one.revoke(token("t", present()), present()).await.unwrap();
    until("the other node knows", async || is_revoked(&two, "t").then_some(())).await;
    tls.server.cut_all();
    one.revoke(token("u", present()), present()).await.expect("it connects anew");
    until("the other node knows", async || is_revoked(&two, "u").then_some(())).await;
}

#[tokio::test]
async fn the_nodes_of_a_cluster_are_shown_the_certificate_too() {
    let Some(tls) = Tls::start(&["--cluster-enabled", "yes", "--tls-cluster", "yes"]).await else { return };
    tls.server.ok(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    until("the cluster is ready", async || {
        tls.server.command(&["SET", "a", "b"]).filter(|line| line == "+OK")
    })
    .await;
    let one = RedisStore::connect(&tls.url(), tls.options().cluster()).await.unwrap();
    let two = RedisStore::connect(&tls.url(), tls.options().cluster()).await.unwrap();
    for id in ["t", "u"] {
        one.revoke(token(id, present()), present()).await.unwrap();
        until("the other node knows", async || is_revoked(&two, id).then_some(())).await;
        // They are found anew, by the addresses that the cluster names.
        tls.server.cut_all();
    }
}

#[tokio::test]
async fn a_certificate_that_is_missing_or_wrong_is_an_error_that_names_it() {
    let Some(tls) = Tls::start(&[]).await else { return };
    let trusting = || patient().root_certificates(&tls.authority.pem);
    let (certificate, key) = tls.authority.sign("client");
    let (foreign, foreign_key) = Authority::new("stranger").sign("client");
    let url = tls.url();
    let plain = tls.server.url();
    let both = |certificate: &str, key: &str| trusting().client_certificate(certificate, key);
    for (url, options, message) in [
        (&url, trusting(), "CertificateRequired"),
        (&url, both(&foreign, &foreign_key), "UnknownCA"),
        (&url, both(&certificate, &foreign_key), "the client certificate and its key do not belong together"),
        (&url, both("", &key), "the client certificate is not PEM"),
        (&url, both("nothing", &key), "the client certificate is not PEM"),
        (&url, both(&certificate, ""), "the key of the client certificate is not PEM"),
        (&url, both(&certificate, &certificate), "the key of the client certificate is not PEM"),
        (&url, patient().root_certificates("nothing"), "the root certificates are not PEM"),
        (&url, patient().client_certificate(&certificate, &*key), "UnknownIssuer"),
        (&plain, both(&certificate, &key), "must begin with `rediss://`"),
    ] {
        let text = refusal(url, options).await;
        assert!(text.contains(message), "{text} instead of {message}");
        assert!(!text.contains("PRIVATE KEY-----"), "{text}");
    }
    let options = both(&certificate, &key).cluster_nodes(["rediss://user:secret@127.0.0.1/"]);
    let shown = format!("{options:?}");
    assert!(!shown.contains("secret") && !shown.contains("BEGIN"), "{shown}");
}
