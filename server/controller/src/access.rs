//! Asks the cluster itself who may do what, and whose a namespace is.

use crate::{failure::Failure, object};
use domain::{id::OrganizationId, text::NamespaceName};
use k8s_openapi::api::{
    authorization::v1::{ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec},
    core::v1::Namespace,
};
use kube::{Api, Client, api::PostParams};

/// What somebody would do. An empty group is the core one; the resource of a part is `pods/log`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Act {
    pub namespace: String,
    pub verb: String,
    pub group: String,
    pub resource: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    /// In the API server's words: by which binding, to which role.
    pub reason: String,
}

/// Whose a namespace is, by its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// There is none of this name.
    Nobody,
    Organization(OrganizationId),
    /// It has no label of ours, or one that names nobody.
    Others,
}

/// # Errors
/// The question was not answered.
pub async fn owner_of(client: &Client, name: &NamespaceName) -> Result<Owner, Failure> {
    let found = Api::<Namespace>::all(client.clone()).get_opt(name.as_str()).await?;
    Ok(found.map_or(Owner::Nobody, |found| {
        object::organization(&found.metadata).map_or(Owner::Others, Owner::Organization)
    }))
}

/// # Errors
/// The question was not answered.
pub async fn may(client: &Client, username: &str, groups: &[String], act: &Act) -> Result<Verdict, Failure> {
    let (resource, part) = match act.resource.split_once('/') {
        Some((resource, part)) => (resource, Some(part.to_owned())),
        None => (act.resource.as_str(), None),
    };
    let question = SubjectAccessReview {
        spec: SubjectAccessReviewSpec {
            user: Some(username.to_owned()),
            groups: Some(groups.to_vec()),
            resource_attributes: Some(ResourceAttributes {
                namespace: Some(act.namespace.clone()),
                verb: Some(act.verb.clone()),
                group: Some(act.group.clone()),
                resource: Some(resource.to_owned()),
                subresource: part,
                ..ResourceAttributes::default()
            }),
            ..SubjectAccessReviewSpec::default()
        },
        ..SubjectAccessReview::default()
    };
    let reviews = Api::<SubjectAccessReview>::all(client.clone());
    let status = reviews.create(&PostParams::default(), &question).await?.status.unwrap_or_default();
    Ok(Verdict { allowed: status.allowed, reason: status.reason.unwrap_or_default() })
}
