//! The settings that say where kubeconfigs lead.

use super::{ConfigError, reader::Reader};
use std::path::Path;
use usecases::Cluster;

/// The issuers that Kubernetes' own set-ups give their API servers, which are its audiences where no other are set.
const AUDIENCES: [&str; 2] = ["https://kubernetes.default.svc", "https://kubernetes.default.svc.cluster.local"];

pub(super) fn audiences(reader: &Reader, cluster: Option<&Cluster>) -> Vec<String> {
    match reader.list("cluster_audiences") {
        Some(written) => written.into_iter().map(Into::into).collect(),
        None => AUDIENCES.map(Into::into).into_iter().chain(cluster.map(|cluster| cluster.server.clone())).collect(),
    }
}

/// `None` when neither a kubeconfig nor an address is named.
pub(super) fn cluster(reader: &Reader) -> Result<Option<Cluster>, ConfigError> {
    let found = match reader.path("kubeconfig") {
        None => None,
        Some(file) => {
            let folder = file.parent().unwrap_or(Path::new(""));
            let text = text(reader, &file, "kubeconfig")?;
            Some(Cluster::from_kubeconfig(&text, folder).map_err(|why| reader.wrong("kubeconfig", why))?)
        }
    };
    let reached = reader.parsed("cluster_server", |server| match found.clone() {
        Some(found) => found.reached_at(server),
        None => Cluster::at(server),
    })?;
    let Some(mut cluster) = reached.or(found) else { return no_cluster(reader) };
    if let Some(file) = reader.path("cluster_ca") {
        let pem = text(reader, &file, "cluster_ca")?;
        cluster = cluster.proved_by(&pem).map_err(|why| reader.wrong("cluster_ca", why))?;
    }
    // A name in a kubeconfig obeys no rule, and is asked too. AWS makes one of many parts (`arn:…:cluster/prod`), of which
    // the last is the cluster's.
    let own = cluster.name.rsplit('/').next().unwrap_or_default();
    let name = reader.text("cluster_name").unwrap_or(own).to_owned();
    cluster.called(&name).map(Some).map_err(|why| reader.wrong("cluster_name", why))
}

fn no_cluster(reader: &Reader) -> Result<Option<Cluster>, ConfigError> {
    match ["cluster_name", "cluster_ca"].into_iter().find(|name| reader.text(name).is_some()) {
        None => Ok(None),
        Some(name) => {
            Err(reader.wrong(name, "alone it is no cluster: set BAILIWICK_KUBECONFIG or BAILIWICK_CLUSTER_SERVER too"))
        }
    }
}

fn text(reader: &Reader, file: &Path, name: &str) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| reader.wrong(name, format!("the file can't be read: {error}")))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Controller, tests::read};
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAQIDBAUGBwgJCgsMDQ4PEA==\n-----END CERTIFICATE-----\n";

    /// A folder of files, and the paths in it.
    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            folder.file("ca.pem", PEM);
            folder
        }

        fn file(&self, name: &str, text: &str) -> String {
            let path = self.0.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        }

        /// A kubeconfig whose cluster has this name; its certificates lie beside it.
        fn kubeconfig(&self, name: &str) -> String {
            let cluster =
                "{server: 'https://10.0.0.1:6443', certificate-authority: ca.pem, tls-server-name: kubernetes}";
            let context = format!("current-context: c\ncontexts: [{{name: c, context: {{cluster: '{name}'}}}}]");
            self.file("config", &format!("{context}\nclusters: [{{name: '{name}', cluster: {cluster}}}]\n"))
        }
    }

    fn cluster(pairs: &[(&str, &str)]) -> Cluster {
        read(pairs).unwrap().cluster.unwrap()
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        read(pairs).map(|config: Config| config.cluster).unwrap_err().to_string()
    }

    #[test]
    fn a_kubeconfig_is_a_whole_cluster() {
        let folder = Folder::new();
        let kubeconfig = folder.kubeconfig("prod");
        let config = read(&[("BAILIWICK_KUBECONFIG", &kubeconfig)]).unwrap();
        assert_eq!(config.controller, Controller::Inside);
        let config = read(&[("BAILIWICK_KUBECONFIG", &kubeconfig), ("BAILIWICK_CONTROLLER", "remote")]).unwrap();
        assert_eq!(config.controller, Controller::Remote);
        let cluster = config.cluster.unwrap();
        assert_eq!((cluster.name.as_str(), cluster.server.as_str()), ("prod", "https://10.0.0.1:6443"));
        assert_eq!(cluster.certificate_authority.as_deref(), Some(PEM));
        assert_eq!(cluster.tls_server_name.as_deref(), Some("kubernetes"));
    }

    #[test]
    fn an_address_is_a_whole_cluster() {
        let cluster = cluster(&[("BAILIWICK_CLUSTER_SERVER", "https://k8s.example")]);
        assert_eq!(cluster, Cluster::at("https://k8s.example").unwrap());
        assert_eq!(cluster.name, "cluster");
    }

    #[test]
    fn the_settings_win_over_the_kubeconfig() {
        let folder = Folder::new();
        let other = folder.file("other.pem", &PEM.repeat(2));
        let cluster = cluster(&[
            ("BAILIWICK_KUBECONFIG", &folder.kubeconfig("arn:aws:eks:eu-central-1:1:cluster/prod")),
            ("BAILIWICK_CLUSTER_SERVER", "https://k8s.example"),
            ("BAILIWICK_CLUSTER_NAME", "prod"),
            ("BAILIWICK_CLUSTER_CA", &other),
        ]);
        assert_eq!((cluster.name.as_str(), cluster.server.as_str()), ("prod", "https://k8s.example"));
        assert_eq!(cluster.certificate_authority, Some(PEM.repeat(2)));
        assert_eq!(cluster.tls_server_name, None, "it belongs to the address in the kubeconfig");
    }

    #[test]
    fn a_setting_that_can_not_be_used_is_named() {
        let folder = Folder::new();
        let server = ("BAILIWICK_CLUSTER_SERVER", "https://k8s.example");
        let no_pem = folder.file("no.pem", "certificate");
        for (setting, value) in [
            ("BAILIWICK_KUBECONFIG", "/nowhere/config"),
            ("BAILIWICK_KUBECONFIG", &no_pem),
            ("BAILIWICK_CLUSTER_SERVER", "http://k8s.example"),
            ("BAILIWICK_CLUSTER_NAME", "a/b"),
            ("BAILIWICK_CLUSTER_NAME", "a\nb"),
            ("BAILIWICK_CLUSTER_NAME", &"x".repeat(64)),
            ("BAILIWICK_CLUSTER_CA", "/nowhere/ca.pem"),
            ("BAILIWICK_CLUSTER_CA", &no_pem),
        ] {
            let why = refusal(&[server, (setting, value)]);
            assert!(why.starts_with(setting), "{setting}={value}: {why}");
        }
    }

    #[test]
    fn a_name_in_the_kubeconfig_is_its_last_part_and_one_that_can_not_be_used_asks_for_another() {
        let folder = Folder::new();
        let named = |name: &str| folder.kubeconfig(name);
        let found = cluster(&[("BAILIWICK_KUBECONFIG", &named("arn:aws:eks:eu-central-1:1:cluster/prod"))]);
        assert_eq!(found.name, "prod");
        for bad in ["prod/", &"x".repeat(64)] {
            let why = refusal(&[("BAILIWICK_KUBECONFIG", &named(bad))]);
            assert!(why.starts_with("BAILIWICK_CLUSTER_NAME"), "{why}");
        }
    }

    #[test]
    fn a_name_or_a_certificate_alone_is_no_cluster() {
        for setting in ["BAILIWICK_CLUSTER_NAME", "BAILIWICK_CLUSTER_CA"] {
            let why = refusal(&[(setting, "prod")]);
            assert!(why.contains(setting) && why.contains("alone"), "{why}");
        }
    }
}
