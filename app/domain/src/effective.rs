//! What somebody may do in a namespace, and why; and by which acts the cluster is asked whether it agrees.

use crate::{binding::ClusterRole, membership::Status, permission::Permission, time::Timestamp, token};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One thing that was given, and so one reason for what somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub role: ClusterRole,
    /// An address, or a token's name.
    pub by: String,
    pub at: Timestamp,
    /// `None`: until somebody takes it away.
    pub ends_at: Option<Timestamp>,
}

impl Reason {
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.ends_at.is_some_and(|at| now >= at)
    }
}

/// Whether somebody may do anything at all: whoever is off keeps what they were given, and can do none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    /// A member who is switched off.
    Deactivated,
    /// A token whose time is over.
    Ended {
        at: Timestamp,
    },
    /// Of an organization that the operator suspended.
    Suspended,
}

impl Standing {
    pub const fn of_member(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Deactivated => Self::Deactivated,
        }
    }

    pub fn of_token(expires_at: Option<Timestamp>, now: Timestamp) -> Self {
        match expires_at {
            Some(at) if token::is_expired(expires_at, now) => Self::Ended { at },
            _ => Self::Active,
        }
    }

    /// Where the organization is suspended, nobody is off by themselves alone.
    #[must_use]
    pub const fn within(self, suspended: bool) -> Self {
        if suspended { Self::Suspended } else { self }
    }
}

/// What one subject may do in one namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    pub standing: Standing,
    /// At the moment that was asked for.
    pub permissions: BTreeSet<Permission>,
    /// Everything that was given here, what is over too.
    pub why: Vec<Reason>,
}

impl Effective {
    pub fn of(standing: Standing, why: Vec<Reason>, now: Timestamp) -> Self {
        let that_hold = why.iter().filter(|reason| standing == Standing::Active && !reason.is_over(now));
        let permissions = that_hold.flat_map(|reason| reason.role.permissions()).copied().collect();
        Self { standing, permissions, why }
    }

    /// Whether the cluster should allow the act by which this permission is told.
    fn covers(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission) || self.permissions.contains(&Permission::WriteFull)
    }

    /// What the cluster answered about each permission's [`Act`], beside what is said here.
    pub fn compare(&self, verdicts: impl IntoIterator<Item = (Permission, Verdict)>) -> Finding {
        let mut finding = Finding::default();
        for (permission, verdict) in verdicts {
            match (self.covers(permission), verdict.allowed) {
                (true, true) | (false, false) => {}
                (true, false) => finding.refused.push(permission),
                (false, true) => match finding.beyond.iter_mut().find(|beyond| beyond.reason == verdict.reason) {
                    Some(beyond) => beyond.permissions.push(permission),
                    None => {
                        finding.beyond.push(Beyond { permissions: vec![permission], reason: verdict.reason });
                    }
                },
            }
        }
        finding
    }
}

/// Something that could be done in a namespace, as an API server is asked. The group of the core is empty; the resource
/// of a part is `pods/log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Act {
    pub verb: &'static str,
    pub group: &'static str,
    pub resource: &'static str,
}

impl Act {
    /// Every permission, with the act that tells it.
    pub fn for_each_permission() -> impl Iterator<Item = (Permission, Self)> + Clone {
        let all = Permission::STANDARD.into_iter().chain(Permission::WITHHELD);
        all.map(|permission| (permission, Self::that_tells(permission)))
    }

    /// What tells this permission from the others: allowed by its role, by `w:full`, and by no other of ours.
    pub const fn that_tells(permission: Permission) -> Self {
        let (verb, group, resource) = match permission {
            Permission::ReadFull => ("get", "", "pods/log"),
            Permission::WriteWorkloads => ("create", "apps", "deployments"),
            Permission::WriteConfig => ("create", "", "configmaps"),
            Permission::WriteNetwork => ("create", "", "services"),
            Permission::WriteStorage => ("create", "", "persistentvolumeclaims"),
            Permission::WritePods => ("create", "", "pods"),
            Permission::WriteFull => ("create", "rbac.authorization.k8s.io", "rolebindings"),
        };
        Self { verb, group, resource }
    }
}

/// What the cluster answers about one act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub allowed: bool,
    /// In the API server's own words: by which binding, to which role.
    pub reason: String,
}

/// How what the cluster allows differs from what is said here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Said here, and not allowed there, or not yet.
    pub refused: Vec<Permission>,
    /// Allowed there, and not said here.
    pub beyond: Vec<Beyond>,
}

impl Finding {
    pub fn agrees(&self) -> bool {
        self.refused.is_empty() && self.beyond.is_empty()
    }
}

/// What the cluster allows for one reason that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beyond {
    pub permissions: Vec<Permission>,
    /// The API server's: it names the binding.
    pub reason: String,
}
