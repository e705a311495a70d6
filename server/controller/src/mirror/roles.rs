//! Watches the ClusterRoles that bindings refer to: a binding to one that is missing or empty gives nothing, and the API server
//! takes it without a word.
//!
//! Each is watched by its name, so that the controller needs no right to read other roles, and one that lost its labels is still
//! seen. Where the manifests in the cluster are older and give no right to watch them, everything else goes on as before.

use super::{Mirror, events, watcher};
use domain::binding::ClusterRole as Bound;
use futures::{StreamExt, future};
use k8s_openapi::api::rbac::v1::ClusterRole;
use kube::{Api, runtime::watcher::Config};
use std::time::Duration;
use tokio::time::sleep;

const KIND: &str = "cluster roles";
/// How long bindings and namespaces that are listed wait for the roles: what somebody lost must not be held up by them.
const LISTED_WITHIN: Duration = Duration::from_secs(3);
/// How often it is tried again to watch what may not be watched.
const REFUSED_AGAIN: Duration = Duration::from_secs(10);

impl Mirror {
    pub(super) async fn follow_roles(&self) {
        let each = future::join_all(Bound::ALL.map(|role| self.follow_role(role)));
        future::join(each, self.begin_without_roles()).await;
    }

    async fn follow_role(&self, role: Bound) {
        let api = Api::<ClusterRole>::all(self.client.clone());
        let by_name = Config::default().fields(&format!("metadata.name={}", role.name()));
        let mut events = events(api, by_name, KIND);
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => self.take_in(|shelves| {
                    let (unread, broken) = (shelves.roles.some_unread(), shelves.roles.broken());
                    if shelves.roles.take(role, event) {
                        // Bindings to it may be anybody's.
                        shelves.everybody = true;
                        tell(unread, shelves.roles.some_unread());
                        match (broken.get(&role), shelves.roles.broken().get(&role)) {
                            (_, Some(wrong)) => {
                                tracing::warn!("the {wrong}: bindings to it give nothing, or too little")
                            }
                            (Some(_), None) => tracing::info!(role = role.name(), "the ClusterRole is right again"),
                            (None, None) => {}
                        }
                    }
                }),
                Err(error) if is_refused(&error) => {
                    self.do_without([role]);
                    sleep(REFUSED_AGAIN).await;
                }
                Err(error) => self.broke_off(KIND, &error),
            }
        }
    }

    /// A controller that starts waits for the roles, else it would call in sync what it will call failing in a moment.
    async fn begin_without_roles(&self) {
        let mut events = self.events.subscribe();
        loop {
            {
                let shelves = self.shelves();
                if shelves.bindings.listed && shelves.namespaces.listed {
                    break;
                }
            }
            if events.changed().await.is_err() {
                return;
            }
        }
        sleep(LISTED_WITHIN).await;
        let unlisted: Vec<_> = self.shelves().roles.unlisted().collect();
        self.do_without(unlisted);
    }

    fn do_without(&self, roles: impl IntoIterator<Item = Bound>) {
        self.take_in(|shelves| {
            let unread = shelves.roles.some_unread();
            for role in roles {
                shelves.everybody |= shelves.roles.is_unread(role);
            }
            tell(unread, shelves.roles.some_unread());
        });
    }
}

/// Once, however many roles there are and however often it is tried.
fn tell(before: bool, now: bool) {
    match (before, now) {
        (false, true) => tracing::warn!(
            "the ClusterRoles can't be watched, so nobody will notice if one is missing or empty; everything else goes on. Apply the \
             manifests again with {}",
            crate::roles::wrong::COMMAND
        ),
        (true, false) => tracing::info!("the ClusterRoles can be watched again"),
        _ => {}
    }
}

/// The API server answers, and lets us read nothing: by its RBAC, or by what stands before it.
fn is_refused(error: &watcher::Error) -> bool {
    let code = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => status.code,
        _ => return false,
    };
    matches!(code, 403..=405)
}
