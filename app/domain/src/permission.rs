//! What a member may be allowed to do inside a namespace. Each permission is one ClusterRole.

use serde::{Deserialize, Serialize};
use std::fmt;

/// `w:pods` and `w:full` are the two that public history knows; the other five are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    #[serde(rename = "r:full")]
    ReadFull,
    #[serde(rename = "w:workloads")]
    WriteWorkloads,
    #[serde(rename = "w:config")]
    WriteConfig,
    #[serde(rename = "w:network")]
    WriteNetwork,
    #[serde(rename = "w:storage")]
    WriteStorage,
    #[serde(rename = "w:pods")]
    WritePods,
    #[serde(rename = "w:full")]
    WriteFull,
}

impl Permission {
    /// What a tick gives: everything an admin may give.
    pub const STANDARD: [Self; 5] =
        [Self::ReadFull, Self::WriteWorkloads, Self::WriteConfig, Self::WriteNetwork, Self::WriteStorage];

    /// What only the operator may give. Never inherited, never part of a tick.
    pub const WITHHELD: [Self; 2] = [Self::WritePods, Self::WriteFull];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadFull => "r:full",
            Self::WriteWorkloads => "w:workloads",
            Self::WriteConfig => "w:config",
            Self::WriteNetwork => "w:network",
            Self::WriteStorage => "w:storage",
            Self::WritePods => "w:pods",
            Self::WriteFull => "w:full",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::STANDARD.into_iter().chain(Self::WITHHELD).find(|permission| permission.as_str() == text)
    }

    pub fn is_withheld(self) -> bool {
        Self::WITHHELD.contains(&self)
    }

    /// One line for the person who decides.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::ReadFull => "See everything except secrets, pod logs included",
            Self::WriteWorkloads => "Deployments, stateful sets, daemon sets, jobs, autoscalers",
            Self::WriteConfig => "Config maps and secrets, reading them too",
            Self::WriteNetwork => "Services, ingresses, network policies",
            Self::WriteStorage => "Persistent volume claims",
            Self::WritePods => "Create, change and delete pods; exec, attach, port-forward",
            Self::WriteFull => "Everything, roles and role bindings included",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
