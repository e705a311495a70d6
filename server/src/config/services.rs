//! What Kubernetes puts into the environment of each pod for each Service beside it: with a Service called `bailiwick` (or
//! `bailiwick-…`) these variables begin as our settings do.

const PROTOCOLS: [&str; 3] = ["tcp", "udp", "sctp"];

/// Whether this variable, in lower case and without our prefix, is one of a Service: `…_SERVICE_HOST`, `…_SERVICE_PORT`,
/// `…_SERVICE_PORT_<name>`, `…_PORT` with an address such as `tcp://10.0.0.1:80`, or `…_PORT_80_TCP` and `_PROTO`, `_PORT` and
/// `_ADDR` of it. A plain number in `BAILIWICK_PORT` was written by somebody, who meant something else.
pub(super) fn tells_of_one(name: &str, value: &str) -> bool {
    let words: Vec<_> = name.split('_').collect();
    let is_port = |number: &str, protocol: &str| number.parse::<u16>().is_ok() && PROTOCOLS.contains(&protocol);
    if words.windows(2).any(|pair| pair == ["service", "port"]) {
        return true;
    }
    match words.as_slice() {
        [.., "service", "host"] => true,
        [.., "port", number, protocol] | [.., "port", number, protocol, "proto" | "port" | "addr"]
            if is_port(number, protocol) =>
        {
            true
        }
        [.., "port"] => value.split_once("://").is_some_and(|(protocol, _)| PROTOCOLS.contains(&protocol)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn variables_of_kubernetes_services_are_no_settings_and_change_none() {
        // As a kubelet writes them for the Services `bailiwick` and `bailiwick-postgres`.
        let variables = [
            ("BAILIWICK_SERVICE_HOST", "10.0.0.7"),
            ("BAILIWICK_SERVICE_PORT", "80"),
            ("BAILIWICK_SERVICE_PORT_HTTP", "80"),
            ("BAILIWICK_PORT", "tcp://10.0.0.7:80"),
            ("BAILIWICK_PORT_80_TCP", "tcp://10.0.0.7:80"),
            ("BAILIWICK_PORT_80_TCP_PROTO", "tcp"),
            ("BAILIWICK_PORT_80_TCP_PORT", "80"),
            ("BAILIWICK_PORT_80_TCP_ADDR", "10.0.0.7"),
            ("BAILIWICK_POSTGRES_SERVICE_HOST", "10.0.0.8"),
            ("BAILIWICK_POSTGRES_SERVICE_PORT", "5432"),
            ("BAILIWICK_POSTGRES_PORT", "udp://10.0.0.8:5432"),
            ("BAILIWICK_POSTGRES_PORT_5432_UDP_ADDR", "10.0.0.8"),
        ];
        let (with, without) = (read(&variables).unwrap(), read(&[]).unwrap());
        assert_eq!(format!("{with:?}"), format!("{without:?}"));
    }

    #[test]
    fn a_name_that_only_looks_like_a_service_s_is_an_error() {
        for (name, value) in [
            ("BAILIWICK_PORT", "8080"),
            ("BAILIWICK_LISTEN_PORT", "8080"),
            ("BAILIWICK_HOST", "10.0.0.7"),
            ("BAILIWICK_PORT_80_HTTP", "10.0.0.7"),
            ("BAILIWICK_PORT_HTTP_TCP", "10.0.0.7"),
        ] {
            let why = read(&[(name, value)]).unwrap_err().to_string();
            assert!(why.starts_with(&format!("{name} is no setting")), "{why}");
        }
        let why = read(&[("BAILIWICK_PORT", "8080")]).unwrap_err().to_string();
        assert!(why.contains("BAILIWICK_LISTEN"), "{why}");
    }
}
