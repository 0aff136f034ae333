//! Proxies that are trusted to say for whom they call.
//!
//! Behind a proxy everybody calls from its address, and one who guesses would make all others wait. What
//! `X-Forwarded-For` says is anybody's to write, so only the part counts that such a proxy has added.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// The proxies that are trusted to say for whom they call; none, unless they are named.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<Network>);

/// An address, or all that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// What was given is no address and no network.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no address: write 192.0.2.7, or a network such as 10.0.0.0/8 or fd00::/8")]
pub struct InvalidNetwork(String);

impl Proxies {
    /// Returns those of `networks`.
    pub fn of(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Returns whether none is trusted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns who calls from `peer` with these `X-Forwarded-For` headers: the last address that no
    /// trusted proxy has.
    pub fn caller<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut caller = peer.to_canonical();
        for hop in forwarded.rev().flat_map(|it| it.rsplit(',')) {
            // What a proxy of ours passed on and nobody can read was said by whoever came before it.
            let Some(hop) = address(hop.trim()).filter(|_| self.trusts(caller)) else { break };
            caller = hop;
        }
        caller
    }

    /// Returns whether `address`, which is no IPv4 address written as one of IPv6, is that of one of them.
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|it| it.has(address))
    }
}

/// Returns the address in a part of the header, which some proxies write with a port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().ok().map(|it| it.ip());
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    text.parse().ok().or_else(with_port).or_else(bracketed).map(|it: IpAddr| it.to_canonical())
}

/// Returns an address as a number, and how many bits it has.
fn number(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(it) => (u128::from(it.to_bits()), 32),
        IpAddr::V6(it) => (it.to_bits(), 128),
    }
}

impl Network {
    fn has(&self, other: IpAddr) -> bool {
        let ((own, width), (other, as_wide)) = (number(self.address), number(other));
        let rest = u32::from(width - self.bits);
        width == as_wide && (own ^ other).checked_shr(rest).unwrap_or(0) == 0
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let invalid = || InvalidNetwork(text.chars().take(80).collect());
        let (address, bits) = text.split_once('/').map_or((text, None), |(it, n)| (it, Some(n)));
        let address = address.parse::<IpAddr>().map_err(|_| invalid())?;
        let width = number(address).1;
        let bits = bits.map_or(Ok(width), |it| it.parse().map_err(|_| invalid()))?;
        if bits > width {
            return Err(invalid());
        }
        Ok(Self { address, bits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_address_that_no_trusted_proxy_has_calls() {
        let trusted = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"];
        let proxies = Proxies::of(trusted.iter().map(|it| it.parse().unwrap()).collect());
        for (peer, forwarded, caller) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("192.0.2.7", &[], "192.0.2.7"),
            ("192.0.2.7", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:192.0.2.7", &["198.51.100.1"], "198.51.100.1"),
            // Whoever calls can write what they like before what a proxy adds.
            ("192.0.2.7", &["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
            ("192.0.2.7", &["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
            ("192.0.2.7", &["203.0.113.9, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            ("192.0.2.7", &["10.1.2.3"], "10.1.2.3"),
            ("192.0.2.7", &["198.51.100.1, unknown"], "192.0.2.7"),
            ("192.0.2.7", &["198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8::5]:443"], "2001:db8::5"),
            ("fd00::1", &["[2001:db8::5]"], "2001:db8::5"),
            ("192.0.2.8", &["198.51.100.1"], "192.0.2.8"),
        ] {
            let found = proxies.caller(peer.parse().unwrap(), forwarded.iter().copied());
            assert_eq!(found.to_string(), caller, "{peer} {forwarded:?}");
        }
        let nobody =
            Proxies::default().caller("192.0.2.7".parse().unwrap(), ["10.0.0.1"].into_iter());
        assert_eq!(nobody.to_string(), "192.0.2.7");
    }

    #[test]
    fn a_network_has_what_begins_with_its_bits() {
        for (network, address, has) in [
            ("0.0.0.0/0", "203.0.113.9", true),
            ("::/0", "2001:db8::5", true),
            ("0.0.0.0/0", "2001:db8::5", false),
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.1", false),
            ("192.0.2.7/32", "192.0.2.6", false),
        ] {
            let read: Network = network.parse().unwrap();
            assert_eq!(read.has(address.parse().unwrap()), has, "{network} {address}");
        }
        for wrong in ["", "proxy", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "10.0.0.0/"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
