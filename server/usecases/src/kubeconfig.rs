//! Kubeconfigs: the operator's says where the cluster is, those of tokens and people lead there.

mod access;
mod cluster;

pub use access::{Access, EXEC_VERSION, Merged, NotAKubeconfig, PROGRAM};
pub use cluster::{Cluster, ClusterError};

use crate::{Error, Keys};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    id::TokenId,
    text::{NamespaceName, Slug},
    token::Secret,
};
use secrecy::ExposeSecret;

/// The kubeconfig of a token, with its secret. One that may work in no namespace gets a context without any.
///
/// # Errors
/// [`Error::Broken`] when it can't be said in YAML.
pub fn write(
    cluster: &Cluster,
    organization: &Slug,
    token: TokenId,
    secret: &Secret,
    namespaces: &[NamespaceName],
) -> Result<String, Error> {
    let (context, user) = (format!("{}/{organization}", cluster.name), format!("token-{token}"));
    let names = Names { cluster: &cluster.name, user: &user, context: &context };
    let server = ours::Cluster {
        server: &cluster.server,
        certificate_authority_data: cluster.certificate_authority.as_ref().map(|pem| STANDARD.encode(pem)),
        tls_server_name: cluster.tls_server_name.as_deref(),
    };
    yaml(names, server, secret.reveal(), namespaces.first())
}

/// What an API server needs to ask at `address` whose a token is: the same kind of file, with the question's address for
/// a cluster.
///
/// # Errors
/// As [`write`].
pub fn for_api_server(address: &str, keys: &Keys) -> Result<String, Error> {
    let names = Names { cluster: "bailiwick", user: "api-server", context: "bailiwick" };
    let server = ours::Cluster { server: address, certificate_authority_data: None, tls_server_name: None };
    yaml(names, server, keys.cluster_secret().expose_secret(), None)
}

/// What things are called inside a file.
struct Names<'a> {
    cluster: &'a str,
    user: &'a str,
    context: &'a str,
}

fn yaml(
    names: Names<'_>,
    server: ours::Cluster<'_>,
    token: &str,
    namespace: Option<&NamespaceName>,
) -> Result<String, Error> {
    let Names { cluster, user, context } = names;
    let kubeconfig = ours::Kubeconfig {
        api_version: "v1",
        kind: "Config",
        clusters: [ours::NamedCluster { name: cluster, cluster: server }],
        users: [ours::NamedUser { name: user, user: ours::User { token } }],
        contexts: [ours::NamedContext {
            name: context,
            context: ours::Context { cluster, user, namespace: namespace.map(NamespaceName::as_str) },
        }],
        current_context: context,
        preferences: ours::Preferences {},
    };
    // Certificates are long lines, which would be folded: correct, and puzzling to read.
    let style = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(&kubeconfig, style)
        .map_err(|error| Error::Broken(format!("a kubeconfig can't be written: {error}")))
}

pub fn file_name(organization: &Slug) -> String {
    format!("{organization}-kubeconfig.yaml")
}

/// What a kubeconfig of ours says. There is no word here for `exec` or `insecure-skip-tls-verify`, so none can be said.
mod ours {
    use serde::Serialize;

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub(super) struct Kubeconfig<'a> {
        #[serde(rename = "apiVersion")]
        pub(super) api_version: &'static str,
        pub(super) kind: &'static str,
        pub(super) clusters: [NamedCluster<'a>; 1],
        pub(super) users: [NamedUser<'a>; 1],
        pub(super) contexts: [NamedContext<'a>; 1],
        pub(super) current_context: &'a str,
        pub(super) preferences: Preferences,
    }

    #[derive(Serialize)]
    pub(super) struct NamedCluster<'a> {
        pub(super) name: &'a str,
        pub(super) cluster: Cluster<'a>,
    }

    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub(super) struct Cluster<'a> {
        pub(super) server: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) certificate_authority_data: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) tls_server_name: Option<&'a str>,
    }

    #[derive(Serialize)]
    pub(super) struct NamedUser<'a> {
        pub(super) name: &'a str,
        pub(super) user: User<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct User<'a> {
        pub(super) token: &'a str,
    }

    #[derive(Serialize)]
    pub(super) struct NamedContext<'a> {
        pub(super) name: &'a str,
        pub(super) context: Context<'a>,
    }

    #[derive(Serialize)]
    pub(super) struct Context<'a> {
        pub(super) cluster: &'a str,
        pub(super) user: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub(super) namespace: Option<&'a str>,
    }

    #[derive(Serialize)]
    pub(super) struct Preferences {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};
    use std::path::Path;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAQIDBAUGBwgJCgsMDQ4PEA==\n-----END CERTIFICATE-----\n";

    fn cluster() -> Cluster {
        Cluster::at("https://k8s.example:6443/").unwrap()
    }

    fn slug() -> Slug {
        Slug::parse("northwind").unwrap()
    }

    fn secret() -> Secret {
        Secret::from_random(|| 7)
    }

    fn written(cluster: &Cluster, namespaces: &[&str]) -> String {
        let namespaces: Vec<_> = namespaces.iter().map(|name| NamespaceName::parse(name).unwrap()).collect();
        write(cluster, &slug(), TokenId::from_random([9; 16]), &secret(), &namespaces).unwrap()
    }

    fn read_back(text: &str) -> Cluster {
        Cluster::from_kubeconfig(text, Path::new("/nowhere")).unwrap_or_else(|why| panic!("{why}:\n{text}"))
    }

    #[test]
    fn a_kubeconfig_says_where_the_cluster_is_who_asks_and_nothing_else() {
        let mut cluster = cluster().proved_by(PEM).unwrap();
        cluster.tls_server_name = Some("kubernetes".to_owned());
        let text = written(&cluster, &["northwind-dev", "northwind-prod"]);
        let user = format!("token-{}", TokenId::from_random([9; 16]));
        assert_eq!(
            serde_saphyr::from_str::<Value>(&text).unwrap(),
            json!({
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{ "name": "cluster", "cluster": {
                    "server": "https://k8s.example:6443",
                    "certificate-authority-data": STANDARD.encode(PEM),
                    "tls-server-name": "kubernetes",
                } }],
                "users": [{ "name": user, "user": { "token": secret().reveal() } }],
                "contexts": [{ "name": "cluster/northwind", "context": {
                    "cluster": "cluster", "user": user, "namespace": "northwind-dev",
                } }],
                "current-context": "cluster/northwind",
                "preferences": {},
            })
        );
        assert_eq!(read_back(&text), cluster);
    }

    #[test]
    fn what_there_is_none_of_is_not_mentioned() {
        let text = written(&cluster(), &[]);
        for word in ["namespace", "certificate-authority", "tls-server-name", "insecure", "exec", "null"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }

    #[test]
    fn whatever_the_cluster_is_called_is_read_back_as_it_was() {
        let names = "a: b|- x|#|a #b|'|\"|*anchor|&anchor|yes|null|~|0x1f|1e3|1:20|2026-11-23|{}|[]|!!str|%|@|`|---|...\
                     |<<|=|a:|? a|>|\\|\\n|🚢|été|\u{a0}|\u{2028}|\u{feff}| a |a\nb|\t|\u{7f}|\u{85}|\0";
        for name in names.split('|').chain(["|", &"x ".repeat(60)]) {
            let cluster = Cluster { name: name.to_owned(), ..cluster() };
            let text = written(&cluster, &["northwind-dev"]);
            assert_eq!(read_back(&text), cluster, "{text}");
            let context = format!("{name}/northwind");
            let value: Value = serde_saphyr::from_str(&text).unwrap();
            assert_eq!(value["contexts"][0]["name"], context.as_str(), "{text}");
            assert_eq!(value["contexts"][0]["context"]["cluster"], name, "{text}");
        }
    }

    #[test]
    fn the_file_bears_the_organization_s_name() {
        assert_eq!(file_name(&slug()), "northwind-kubeconfig.yaml");
    }
}
