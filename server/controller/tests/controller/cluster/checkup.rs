//! Whether a cluster is ready for the controller, as `bailiwick doctor` asks it.

use super::{cluster, now};
use controller::{Client, checkup};
use kube::{
    Config,
    config::{KubeConfigOptions, Kubeconfig},
};

fn outcome<'a>(findings: &'a [checkup::Finding], what: &str) -> &'a Result<String, String> {
    &findings.iter().find(|(name, _)| *name == what).unwrap_or_else(|| panic!("no {what}: {findings:?}")).1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_with_the_manifests_is_ready() {
    let Some(cluster) = cluster().await else { return };
    cluster.install().await;
    let findings = checkup::look(&cluster.as_controller(None).await, now()).await;
    println!("{findings:#?}");
    assert!(findings.iter().all(|(_, outcome)| outcome.is_ok()), "{findings:?}");
    assert_eq!(findings.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["cluster", "roles", "rights", "lease"]);
    assert!(outcome(&findings, "cluster").as_ref().unwrap().contains("v1."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_may_nothing_is_told_what_it_lacks_and_what_to_do() {
    let Some(cluster) = cluster().await else { return };
    cluster.install().await;
    let mut config = cluster.config().await;
    config.auth_info.impersonate = Some("system:serviceaccount:bailiwick:default".into());
    let findings = checkup::look(&Client::try_from(config).unwrap(), now()).await;
    println!("{findings:#?}");
    assert!(outcome(&findings, "cluster").is_ok());
    for what in ["roles", "rights", "lease"] {
        let why = outcome(&findings, what).as_ref().unwrap_err();
        assert!(why.contains("kubectl apply -k deploy/cluster"), "{what}: {why}");
    }
    let rights = outcome(&findings, "rights").as_ref().unwrap_err();
    for right in
        ["delete rolebindings", "bind clusterroles/bailiwick:w:full", "update leases/bailiwick-controller in bailiwick"]
    {
        assert!(rights.contains(right), "{rights}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_api_server_or_with_a_credential_of_nobodys_that_alone_is_said() {
    let Some(cluster) = cluster().await else { return };
    let mut nobody = cluster.config().await;
    nobody.auth_info = kube::config::AuthInfo::default();
    nobody.auth_info.token = Some("a-token-of-nobodys".to_owned().into());
    let findings = checkup::look(&Client::try_from(nobody).unwrap(), now()).await;
    let [("cluster", Err(why))] = &findings[..] else { panic!("{findings:?}") };
    assert!(why.contains("does not take this credential"), "{why}");

    let mut nowhere = cluster.config().await;
    nowhere.cluster_url = "https://127.0.0.1:1".parse().unwrap();
    let findings = checkup::look(&Client::try_from(nowhere).unwrap(), now()).await;
    let [("cluster", Err(why))] = &findings[..] else { panic!("{findings:?}") };
    assert!(why.contains("BAILIWICK_KUBECONFIG"), "{why}");
}

impl super::Cluster {
    async fn config(&self) -> Config {
        let file = Kubeconfig::read_from(&self.kubeconfig).unwrap();
        Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.unwrap()
    }
}
