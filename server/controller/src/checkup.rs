//! Whether a cluster is ready for the controller, and what to do where it is not. Asked with the controller's own credential,
//! so that what is found is what the controller will find.

use crate::{
    failure::Failure,
    roles::{
        LEASE, NAMESPACE, controllers_own,
        wrong::{Wrong, wrong},
    },
};
use domain::{binding::ClusterRole as Bound, time::Timestamp};
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::{
    authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec},
    coordination::v1::Lease,
    rbac::v1::{ClusterRole, PolicyRule},
};
use kube::{Api, Client, api::PostParams};
use std::time::Duration;
use tokio::time::timeout;

/// How long the API server may take for all of it.
const PATIENCE: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 4;
const APPLY: &str =
    "Apply the manifests: `kubectl apply -k deploy/cluster`, or `bailiwick cluster manifests | kubectl apply -f -`.";

/// One thing that was looked at: what it is, and how it is or what is wrong with it.
pub type Finding = (&'static str, Result<String, String>);

/// Looks at everything that the controller needs.
pub async fn look(client: &Client, now: Timestamp) -> Vec<Finding> {
    let Ok(findings) = timeout(PATIENCE, look_at_all(client, now)).await else {
        let why = format!("The API server does not answer within {} s. {REACH}", PATIENCE.as_secs());
        return vec![("cluster", Err(why))];
    };
    findings
}

const REACH: &str = "Check the address in BAILIWICK_KUBECONFIG, and the way there.";

async fn look_at_all(client: &Client, now: Timestamp) -> Vec<Finding> {
    let server = match client.apiserver_version().await.map_err(Failure::from) {
        Ok(version) => Ok(format!("the API server answers, and is Kubernetes {}", version.git_version)),
        Err(Failure::Forbidden(said)) => Err(format!(
            "The API server does not take this credential: {said}. Put a new one into BAILIWICK_KUBECONFIG."
        )),
        Err(failure) => Err(format!("No API server: {failure}. {REACH}")),
    };
    // Whatever comes next would fail for the same reason.
    let goes_on = server.is_ok();
    let mut findings = vec![("cluster", server)];
    if goes_on {
        findings.push(("roles", roles(client).await));
        findings.push(("rights", rights(client).await));
        findings.push(("lease", lease(client, now).await));
    }
    findings
}

/// The roles that grants are bound to. A binding to one that is missing or empty gives nothing.
async fn roles(client: &Client) -> Result<String, String> {
    let api = Api::<ClusterRole>::all(client.clone());
    for bound in Bound::ALL {
        let name = bound.name();
        let role = api.get_opt(&name).await.map_err(Failure::from).map_err(|failure| unread(&failure))?;
        match wrong(bound, role.as_ref()) {
            None => {}
            Some(wrong @ Wrong::Unfilled(_)) => {
                return Err(format!(
                    "The {wrong}: the cluster's own kube-controller-manager fills it from the others, a moment after they are \
                     applied. Check that it runs. {APPLY}"
                ));
            }
            Some(wrong) => return Err(format!("The {wrong}. {APPLY}")),
        }
    }
    Ok(format!("{} are there and give what they should", Bound::ALL.map(Bound::name).join(", ")))
}

/// The rights that are shipped, one by one.
async fn rights(client: &Client) -> Result<String, String> {
    let cluster = controllers_own::cluster_role().rules.unwrap_or_default();
    let own = controllers_own::role().rules.unwrap_or_default();
    let acts = cluster.iter().flat_map(|rule| acts(rule, None));
    let acts: Vec<_> = acts.chain(own.iter().flat_map(acts_in)).collect();
    let count = acts.len();
    let asked = stream::iter(acts).map(|act| async move {
        let may = may_we(client, &act).await?;
        Ok::<_, Failure>((!may).then(|| in_words(&act)))
    });
    let missing: Vec<_> = asked.buffered(AT_ONCE).try_collect().await.map_err(|failure: Failure| unread(&failure))?;
    let missing: Vec<_> = missing.into_iter().flatten().collect();
    if missing.is_empty() {
        return Ok(format!("this credential has all {count} rights that the controller needs"));
    }
    let which = missing.join(", ");
    Err(format!(
        "This credential may not {which}. {APPLY} It should be that of the service account {NAMESPACE}/{LEASE}."
    ))
}

fn acts_in(rule: &PolicyRule) -> Vec<ResourceAttributes> {
    acts(rule, Some(NAMESPACE))
}

/// Everything that a rule allows, one by one.
fn acts(rule: &PolicyRule, namespace: Option<&str>) -> Vec<ResourceAttributes> {
    let any = vec![None];
    let names = rule.resource_names.as_ref().map_or(any, |names| names.iter().cloned().map(Some).collect());
    let groups = rule.api_groups.iter().flatten();
    let resources = groups.flat_map(|group| rule.resources.iter().flatten().map(move |resource| (group, resource)));
    let verbs = resources.flat_map(|it| rule.verbs.iter().map(move |verb| (it, verb)));
    let all = verbs.flat_map(|it| names.iter().map(move |name| (it, name)));
    all.map(|(((group, resource), verb), name)| ResourceAttributes {
        namespace: namespace.map(str::to_owned),
        group: Some(group.clone()),
        resource: Some(resource.clone()),
        verb: Some(verb.clone()),
        name: name.clone(),
        ..ResourceAttributes::default()
    })
    .collect()
}

async fn may_we(client: &Client, act: &ResourceAttributes) -> Result<bool, Failure> {
    let spec = SelfSubjectAccessReviewSpec {
        resource_attributes: Some(act.clone()),
        ..SelfSubjectAccessReviewSpec::default()
    };
    let question = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
    let reviews = Api::<SelfSubjectAccessReview>::all(client.clone());
    let answer = reviews.create(&PostParams::default(), &question).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

/// `bind clusterroles/bailiwick:standard`.
fn in_words(act: &ResourceAttributes) -> String {
    let (verb, resource) = (act.verb.as_deref().unwrap_or_default(), act.resource.as_deref().unwrap_or_default());
    let name = act.name.as_ref().map(|name| format!("/{name}")).unwrap_or_default();
    let place = act.namespace.as_ref().map(|namespace| format!(" in {namespace}")).unwrap_or_default();
    format!("{verb} {resource}{name}{place}")
}

/// Who writes.
async fn lease(client: &Client, now: Timestamp) -> Result<String, String> {
    let found = Api::<Lease>::namespaced(client.clone(), NAMESPACE).get_opt(LEASE).await;
    let found = found.map_err(Failure::from).map_err(|failure| unread(&failure))?;
    let spec = found.and_then(|lease| lease.spec).unwrap_or_default();
    let Some(holder) = spec.holder_identity.filter(|holder| !holder.is_empty()) else {
        return Ok("nobody holds the Lease: no controller runs, or none was ready for it yet".to_owned());
    };
    let renewed = spec.renew_time.map(|at| Timestamp::from_micros(at.0.as_microsecond()));
    let ago = renewed.map_or_else(String::new, |at| format!(", renewed {} s ago", now.since(at).as_secs()));
    Ok(format!("held by {holder}{ago}"))
}

fn unread(failure: &Failure) -> String {
    match failure {
        Failure::Forbidden(said) => format!("This credential may not even look: {said}. {APPLY}"),
        other => format!("It can't be seen: {other}."),
    }
}
