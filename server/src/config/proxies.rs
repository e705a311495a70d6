//! Who may say for whom they ask.

use super::{ConfigError, reader::Reader};
use ipnet::IpNet;
use std::net::IpAddr;

/// Addresses and networks, separated by commas.
pub(super) fn trusted(reader: &Reader) -> Result<Vec<IpNet>, ConfigError> {
    let all = reader.list("trusted_proxies").unwrap_or_default().into_iter();
    all.map(|proxy| {
        let network = proxy.parse::<IpAddr>().map(IpNet::from).or_else(|_| proxy.parse::<IpNet>());
        match network {
            // Then everybody could say that they are somebody else, at each try.
            Ok(network) if network.prefix_len() == 0 => Err(format!("{proxy} is everybody: expected the network of your own proxies")),
            Ok(network) => Ok(network),
            Err(_) => Err(format!("{proxy:?} is neither an IP address nor a network; expected those, such as 10.0.0.0/8, with commas between")),
        }
    })
    .collect::<Result<_, _>>()
    .map_err(|why| reader.wrong("trusted_proxies", why))
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn proxies_are_named_by_address_or_by_network() {
        let config = read(&[("BAILIWICK_TRUSTED_PROXIES", "192.0.2.1, 10.42.0.0/16,2001:db8::/32")]).unwrap();
        let trusts = |ip: &str| {
            config.trusted_proxies.iter().any(|proxy| proxy.contains(&ip.parse::<std::net::IpAddr>().unwrap()))
        };
        for proxy in ["192.0.2.1", "10.42.7.9", "2001:db8::7"] {
            assert!(trusts(proxy), "{proxy}");
        }
        for other in ["192.0.2.2", "10.43.0.1", "2001:db9::7", "::1"] {
            assert!(!trusts(other), "{other}");
        }
        assert!(read(&[]).unwrap().trusted_proxies.is_empty());
    }

    #[test]
    fn nobody_trusts_everybody() {
        for wrong in ["everybody", "10.0.0.0/33", "10.0.0", "0.0.0.0/0", "::/0", "192.0.2.1;192.0.2.2"] {
            let refused = read(&[("BAILIWICK_TRUSTED_PROXIES", wrong)]);
            assert!(refused.unwrap_err().to_string().contains(wrong), "{wrong}");
        }
    }
}
