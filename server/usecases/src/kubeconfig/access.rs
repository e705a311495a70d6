//! A person's own way into the cluster, written into the kubeconfig that they have. It holds no secret: `kubectl` runs
//! `bailiwick credential`. What belongs to others stays as it is.

use super::Cluster;
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::text::{NamespaceName, Slug};
use serde_json::{Map, Value, json};
use std::fmt;

/// What is written.
pub struct Access<'a> {
    /// Bailiwick's own address.
    pub server: &'a str,
    pub organization: &'a Slug,
    pub cluster: &'a Cluster,
    /// How the program is called where the file is used.
    pub command: &'a str,
    /// Where commands go that name no namespace.
    pub namespace: Option<&'a NamespaceName>,
}

/// A kubeconfig with the access in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub text: String,
    /// The name of the context that leads there.
    pub context: String,
}

/// The file can't be added to. Says nothing of what stands in it: those are secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAKubeconfig(String);

impl fmt::Display for NotAKubeconfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotAKubeconfig {}

fn refused<T>(why: impl Into<String>) -> Result<T, NotAKubeconfig> {
    Err(NotAKubeconfig(why.into()))
}

/// What the program is called where shells look for it.
pub const PROGRAM: &str = "bailiwick";
/// Every `kubectl` from 1.11 on understands it; `v1` is from 1.22 on, and says the same.
pub const EXEC_VERSION: &str = "client.authentication.k8s.io/v1beta1";

/// By this extension an entry is known as ours. Without it, one that bears the name we would give is somebody else's.
const MARK: &str = "bailiwick";

impl Access<'_> {
    /// Adds a cluster, a context and a user, in place of those that an earlier login left, and makes the context the current
    /// one. `existing` is empty where there is no file.
    ///
    /// # Errors
    /// What is there is no kubeconfig; nothing of it is repeated.
    pub fn merge_into(&self, existing: &str) -> Result<Merged, NotAKubeconfig> {
        let mut file = read(existing)?;
        for (list, kind) in [("contexts", "context"), ("users", "user")] {
            entries(&mut file, list)?.retain(|entry| !self.is_own(&entry[kind]));
        }
        let cluster = self.put_cluster(entries(&mut file, "clusters")?);
        let context = {
            let mut taken: Vec<String> = Vec::new();
            for list in ["contexts", "users"] {
                taken.extend(
                    entries(&mut file, list)?.iter().filter_map(|entry| Some(entry["name"].as_str()?.to_owned())),
                );
            }
            free(&format!("{cluster}/{}", self.organization), |name| taken.iter().all(|taken| taken != name))
        };
        entries(&mut file, "contexts")?.push(json!({ "name": context, "context": self.context(&cluster, &context) }));
        entries(&mut file, "users")?.push(json!({ "name": context, "user": self.user() }));
        for (key, value) in [("apiVersion", "v1"), ("kind", "Config")] {
            file.entry(key).or_insert_with(|| value.into());
        }
        file.insert("current-context".to_owned(), context.as_str().into());
        // Certificates are long lines, which would be folded: correct, and puzzling to read.
        let style = serde_saphyr::ser_options! { prefer_block_scalars: false };
        let text = serde_saphyr::to_string_with_options(&Value::Object(file), style);
        let text = text.or_else(|_| refused("it can't be written as YAML"))?;
        Ok(Merged { text, context })
    }

    fn mark(&self, organization: Option<&Slug>) -> Value {
        let mut extension = json!({ "server": self.server });
        if let Some(organization) = organization {
            extension["organization"] = organization.as_str().into();
        }
        json!([{ "name": MARK, "extension": extension }])
    }

    /// Whether an earlier login for this organization left it.
    fn is_own(&self, inner: &Value) -> bool {
        mark_of(inner).is_some_and(|mark| {
            mark["server"] == self.server && mark["organization"].as_str() == Some(self.organization.as_str())
        })
    }

    /// Finds or makes the cluster's entry; answers its name. Organizations of one Bailiwick share it.
    fn put_cluster(&self, clusters: &mut Vec<Value>) -> String {
        let wanted = self.cluster();
        let leads_there = |entry: &Value| {
            let there = &entry["cluster"];
            let ours = mark_of(there).is_some_and(|mark| mark["server"] == self.server);
            let same = ["server", "certificate-authority-data", "tls-server-name"]
                .into_iter()
                .all(|key| there[key] == wanted[key]);
            (ours, same)
        };
        let name = free(&self.cluster.name, |name| {
            let mut named = clusters.iter().filter(|entry| entry["name"] == name);
            named.all(|entry| leads_there(entry) != (false, false))
        });
        match clusters.iter_mut().find(|entry| entry["name"] == name.as_str()) {
            Some(entry) if leads_there(entry).0 => entry["cluster"] = wanted,
            // Somebody else's, who means the same cluster.
            Some(_) => {}
            None => clusters.push(json!({ "name": name, "cluster": wanted })),
        }
        name
    }

    fn cluster(&self) -> Value {
        let mut cluster = json!({ "server": self.cluster.server, "extensions": self.mark(None) });
        if let Some(pem) = &self.cluster.certificate_authority {
            cluster["certificate-authority-data"] = STANDARD.encode(pem).into();
        }
        if let Some(name) = &self.cluster.tls_server_name {
            cluster["tls-server-name"] = name.as_str().into();
        }
        cluster
    }

    fn context(&self, cluster: &str, user: &str) -> Value {
        let mut context = json!({
            "cluster": cluster,
            "user": user,
            "extensions": self.mark(Some(self.organization)),
        });
        if let Some(namespace) = self.namespace {
            context["namespace"] = namespace.as_str().into();
        }
        context
    }

    fn user(&self) -> Value {
        let (server, organization) = (self.server, self.organization.as_str());
        json!({
            "extensions": self.mark(Some(self.organization)),
            "exec": {
                "apiVersion": EXEC_VERSION,
                "command": self.command,
                "args": ["credential", "--server", server, "--organization", organization],
                "interactiveMode": "Never",
                "provideClusterInfo": false,
                "installHint": format!(
                    "This cluster is opened by the program bailiwick. Put it on your PATH, then run: \
                     bailiwick login --server {server} --organization {organization}"
                ),
            },
        })
    }
}

/// `name`, or the first of `name-2`, `name-3`, … that may be had.
fn free(name: &str, may_be_had: impl Fn(&str) -> bool) -> String {
    let mut candidate = name.to_owned();
    let mut n = 2;
    while !may_be_had(&candidate) {
        candidate = format!("{name}-{n}");
        n += 1;
    }
    candidate
}

fn mark_of(inner: &Value) -> Option<&Value> {
    let extensions = inner["extensions"].as_array()?;
    extensions.iter().find(|extension| extension["name"] == MARK).map(|extension| &extension["extension"])
}

fn read(existing: &str) -> Result<Map<String, Value>, NotAKubeconfig> {
    if existing.trim().is_empty() {
        return Ok(Map::new());
    }
    // As `kubectl` reads it: what comes back from here has to mean the same to it.
    let style = serde_saphyr::options! { legacy_octal_numbers: true };
    match serde_saphyr::from_str_with_options(existing, style) {
        Ok(Value::Object(file)) => Ok(file),
        Ok(Value::Null) => Ok(Map::new()),
        Ok(_) => refused("it is no kubeconfig: there is no mapping in it"),
        // What the parser says may quote the line, and the line may be a password.
        Err(_) => refused("it can't be read as YAML"),
    }
}

/// One of the file's lists. `kubectl` writes `null` for an empty one.
fn entries<'a>(file: &'a mut Map<String, Value>, list: &str) -> Result<&'a mut Vec<Value>, NotAKubeconfig> {
    let found = file.entry(list).or_insert(Value::Null);
    if found.is_null() {
        *found = Value::Array(Vec::new());
    }
    match found {
        Value::Array(entries) => Ok(entries),
        _ => refused(format!("it is no kubeconfig: its {list} are no list")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN CERTIFICATE-----\nAQIDBAUGBwgJCgsMDQ4PEA==\n-----END CERTIFICATE-----\n";
    const THERE: &str = "https://bailiwick.example";

    fn harbour() -> Cluster {
        Cluster::at("https://k8s.example:6443").unwrap().proved_by(PEM).unwrap().called("harbour").unwrap()
    }

    fn merged(existing: &str, server: &str, organization: &str, cluster: &Cluster) -> (Value, String) {
        let (organization, namespace) =
            (Slug::parse(organization).unwrap(), NamespaceName::parse("northwind-dev").unwrap());
        let access =
            Access { server, organization: &organization, cluster, command: PROGRAM, namespace: Some(&namespace) };
        let Merged { text, context } = access.merge_into(existing).unwrap();
        let value: Value = serde_saphyr::from_str(&text).unwrap_or_else(|why| panic!("{why}\n{text}"));
        assert_eq!(value["current-context"], context.as_str());
        (value, text)
    }

    fn names(value: &Value, list: &str) -> Vec<String> {
        value[list].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    }

    const THEIRS: &str = r#"
apiVersion: v1
kind: Config
current-context: work
preferences: {colors: true}
clusters:
- name: harbour
  cluster: {server: "https://elsewhere.example:6443", insecure-skip-tls-verify: true, proxy-url: "socks5://localhost:1"}
contexts:
- {name: work, context: {cluster: harbour, user: me, namespace: "0755"}}
users:
- name: me
  user: {token: hunter2, extensions: [{name: minikube, extension: {last: "yes"}}]}
"#;

    #[test]
    fn an_access_is_a_cluster_a_context_and_a_user_who_has_no_secret() {
        let (value, text) = merged("", THERE, "northwind", &harbour());
        let mark = json!([{ "name": "bailiwick", "extension": { "server": THERE, "organization": "northwind" } }]);
        assert_eq!(names(&value, "clusters"), ["harbour"]);
        assert_eq!(value["clusters"][0]["cluster"]["certificate-authority-data"], STANDARD.encode(PEM));
        assert_eq!(
            value["contexts"],
            json!([{ "name": "harbour/northwind", "context": {
                "cluster": "harbour", "user": "harbour/northwind", "namespace": "northwind-dev", "extensions": mark,
            } }])
        );
        let exec = &value["users"][0]["user"]["exec"];
        assert_eq!(exec["command"], "bailiwick");
        assert_eq!(exec["args"], json!(["credential", "--server", THERE, "--organization", "northwind"]));
        assert!(!text.contains("token:") && !text.contains("insecure"), "{text}");
    }

    #[test]
    fn what_belongs_to_others_stays_as_it_is() {
        let before: Value = serde_saphyr::from_str(THEIRS).unwrap();
        let (after, _) = merged(THEIRS, THERE, "northwind", &harbour());
        for list in ["clusters", "contexts", "users"] {
            assert_eq!(after[list][0], before[list][0], "{list}");
        }
        assert_eq!(after["preferences"], before["preferences"]);
        // Their cluster of that name is another one.
        assert_eq!(names(&after, "clusters"), ["harbour", "harbour-2"]);
        assert_eq!(names(&after, "contexts"), ["work", "harbour-2/northwind"]);
        assert_eq!(after["contexts"][1]["context"]["cluster"], "harbour-2");
    }

    #[test]
    fn a_second_login_replaces_what_the_first_one_left() {
        let (_, once) = merged(THEIRS, THERE, "northwind", &harbour());
        let (again, text) = merged(&once, THERE, "northwind", &harbour());
        assert_eq!(text, once);
        let moved = harbour().reached_at("https://k8s.example:8443").unwrap();
        let (moved, _) = merged(&text, THERE, "northwind", &moved);
        assert_eq!(names(&moved, "clusters"), names(&again, "clusters"));
        assert_eq!(moved["clusters"][1]["cluster"]["server"], "https://k8s.example:8443");
        assert_eq!(moved["clusters"][0], again["clusters"][0]);
    }

    #[test]
    fn two_organizations_share_their_cluster_and_two_bailiwicks_do_not_share_a_context() {
        let (_, text) = merged("", THERE, "northwind", &harbour());
        let (_, text) = merged(&text, THERE, "southwind", &harbour());
        let (value, _) = merged(&text, "https://other.example", "northwind", &harbour());
        assert_eq!(names(&value, "clusters"), ["harbour"], "the same cluster, whoever names it");
        let contexts = ["harbour/northwind", "harbour/southwind", "harbour/northwind-2"];
        assert_eq!(names(&value, "contexts"), contexts);
        assert_eq!(names(&value, "users"), contexts);
    }

    #[test]
    fn what_is_no_kubeconfig_is_refused_without_a_word_of_it() {
        let slug = Slug::parse("northwind").unwrap();
        let cluster = harbour();
        let access =
            Access { server: THERE, organization: &slug, cluster: &cluster, command: "bailiwick", namespace: None };
        for text in ["hunter2", "[hunter2]", "clusters: hunter2", "a: [hunter2", "a: *hunter2", "users: {hunter2: 1}"] {
            let why = access.merge_into(text).unwrap_err().to_string();
            assert!(!why.contains("hunter2") && why.len() > 10, "{why}");
        }
        for nothing in ["", "\n", "---\n", "null", "# nothing yet\n", "clusters: null\nusers:\ncontexts: []"] {
            assert!(access.merge_into(nothing).is_ok(), "{nothing:?}");
        }
    }
}
