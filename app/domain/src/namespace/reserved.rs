//! Names of namespaces that no organization gets. What runs in them runs the cluster: whoever may read a secret or make a
//! token of a service account there is as good as its administrator.

use super::CONTROLLERS_OWN;
use crate::text::Problem;

/// Those that every installation keeps, as [`Pattern`]s. Each stands where the project's own instructions or manifests install
/// it; what a platform makes by itself is under the platform's name.
pub const SHIPPED: &[&str] = &[
    CONTROLLERS_OWN,
    // Kubernetes: `kube-` is for its own namespaces ("Namespaces" in its documentation); `default` is where whatever names no
    // namespace lands, and every token of it.
    "default",
    "kube-*",
    "kubernetes-dashboard",
    // The convention of kubebuilder and Operator SDK, `<project>-system`: Istio, Flux, Gatekeeper, Longhorn, MetalLB, Cluster
    // API, Crossplane, Elastic, Kuma, Calico's API server and most operators.
    "*-system",
    // OpenShift: `openshift-` and `kube-` are for the platform ("Working with projects").
    "openshift",
    "openshift-*",
    // Operator Lifecycle Manager.
    "olm",
    "operators",
    // Rancher, Fleet, and K3s with its local storage.
    "cattle-*",
    "fleet-default",
    "fleet-local",
    "system-upgrade",
    "local-path-storage",
    // Google's GKE: managed add-ons, Managed Prometheus, Config Sync.
    "gke-*",
    "gmp-*",
    "config-management-*",
    // Azure's AKS and Arc; Amazon's EKS, CloudWatch and GuardDuty.
    "aks-*",
    "azure-arc",
    "azure-arc-*",
    "aws-observability",
    "amazon-cloudwatch",
    "amazon-guardduty",
    // Certificates and secrets: cert-manager (with its operator), External Secrets, Sealed Secrets, Vault, SPIRE.
    "cert-manager",
    "cert-manager-*",
    "external-secrets",
    "external-secrets-operator",
    "sealed-secrets",
    "vault",
    "vault-secrets-operator",
    "spire",
    "spire-server",
    "spire-mgmt",
    // Policies and security: Kyverno, Kubewarden, Falco, NeuVector, StackRox, Twistlock.
    "kyverno",
    "kubewarden",
    "falco",
    "neuvector",
    "stackrox",
    "twistlock",
    // Delivery: Argo (CD, Workflows, Events, Rollouts), Flux's operator, Tekton, GitHub's runner controller.
    "argo",
    "argo-cd",
    "argo-events",
    "argo-rollouts",
    "argo-workflows",
    "argocd",
    "flux-operator",
    "tekton-*",
    "arc-systems",
    // Networks, meshes and ways in: Istio, Linkerd, Calico, Cilium, Knative, Consul, Submariner, Ingress NGINX, Traefik,
    // Contour, Kong, Emissary, ExternalDNS.
    "istio-*",
    "linkerd",
    "linkerd-*",
    "calico-*",
    "tigera-*",
    "cilium",
    "cilium-*",
    "knative-*",
    "consul",
    "submariner-k8s-broker",
    "submariner-operator",
    "ingress-nginx",
    "nginx-ingress",
    "nginx-gateway",
    "traefik",
    "projectcontour",
    "kong",
    "emissary",
    "external-dns",
    // Storage and backups: Rook, OpenEBS, MinIO's operator, Portworx, Velero.
    "rook-ceph",
    "rook-ceph-*",
    "openebs",
    "minio-operator",
    "portworx",
    "velero",
    // Machines: KEDA, Karpenter, KubeVirt with its importer, NVIDIA's operators, Node Feature Discovery.
    "keda",
    "karpenter",
    "kubevirt",
    "cdi",
    "gpu-operator",
    "nvidia-gpu-operator",
    "nvidia-network-operator",
    "node-feature-discovery",
    // What sees everything: kube-prometheus (`monitoring`) and its like.
    "monitoring",
    "logging",
    "observability",
    "prometheus",
    "grafana",
    "datadog",
];

/// A name, or one with `*` at its beginning, its end or both, for whatever may stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

impl Pattern {
    /// # Errors
    /// [`Problem::Empty`] where nothing stands but `*`: it would reserve every name. [`Problem::NotDnsSafe`] for what no name
    /// has, and for `*` anywhere else.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let rest = text.strip_prefix('*').unwrap_or(text);
        let rest = rest.strip_suffix('*').unwrap_or(rest);
        if rest.is_empty() {
            return Err(Problem::Empty);
        }
        let is_of_a_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if rest.bytes().all(is_of_a_name) { Ok(Self(text.to_owned())) } else { Err(Problem::NotDnsSafe) }
    }

    pub fn matches(&self, name: &str) -> bool {
        matches(&self.0, name)
    }
}

pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let (from_the_left, rest) = pattern.strip_prefix('*').map_or((true, pattern), |rest| (false, rest));
    let (to_the_right, rest) = rest.strip_suffix('*').map_or((true, rest), |rest| (false, rest));
    match (from_the_left, to_the_right) {
        (true, true) => name == rest,
        (true, false) => name.starts_with(rest),
        (false, true) => name.ends_with(rest),
        (false, false) => name.contains(rest),
    }
}
