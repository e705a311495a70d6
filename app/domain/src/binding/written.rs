//! Parts of a binding as they travel: each is the one text that names it, read again by the rule that made it. So a binding
//! that comes from elsewhere has no subject and no role that this crate would not give.

use super::{BindingName, ClusterRole, Subject};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

macro_rules! texts {
    ($($name:ident: $write:expr, $read:expr;)+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&$write(*self))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = String::deserialize(from)?;
                $read(&text).ok_or_else(|| D::Error::custom(concat!("not a ", stringify!($name))))
            }
        }
    )+};
}

texts! {
    Subject: Subject::username, Subject::from_username;
    ClusterRole: ClusterRole::name, role;
    BindingName: |name: BindingName| name.to_string(), |text: &str| text.parse().ok();
}

fn role(name: &str) -> Option<ClusterRole> {
    ClusterRole::ALL.into_iter().find(|role| role.name() == name)
}
