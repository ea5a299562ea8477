//! From which address somebody comes, behind whatever proxies the operator trusts.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use ipnet::IpNet;

/// The header in which a proxy says whom it speaks for; each adds to its end.
const FORWARDED: &str = "x-forwarded-for";

/// The visitor's address; none for requests in process, as tests make them.
///
/// Only what trusted proxies said counts: the list is read from its end, and the first address that is no trusted proxy's is the
/// visitor's. What stands before it anybody could have written.
pub(super) fn address(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| {
        let address = address.to_canonical();
        trusted.iter().any(|network| network.contains(&address))
    };
    let mut address = request.peer_addr()?.ip();
    let headers: Vec<&str> = request
        .headers()
        .get_all(FORWARDED)
        .filter_map(|header| header.to_str().ok())
        .collect();
    let mut said = headers.iter().rev().flat_map(|header| header.rsplit(','));
    while is_trusted(address) {
        match said.next().map(|text| text.trim().parse()) {
            Some(Ok(before)) => address = before,
            // It says nothing that can be read: the proxy itself is all that is known.
            Some(Err(_)) | None => break,
        }
    }
    Some(address)
}

/// One visitor has one IPv4 address, but a whole network of IPv6 ones.
pub(super) fn of_one_visitor(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_trusted_proxies_say_who_visits() {
        let trusted: Vec<IpNet> = ["127.0.0.1/32", "10.0.0.0/8"]
            .iter()
            .map(|network| network.parse().expect("a network"))
            .collect();
        let seen = |peer: &str, said: &[&str]| {
            let peer = format!("{peer}:1").parse().expect("an address");
            let mut request = TestRequest::default().peer_addr(peer);
            for said in said {
                request = request.append_header((FORWARDED, *said));
            }
            let address = address(&request.to_http_request(), &trusted);
            address.expect("from somewhere").to_string()
        };
        // Nobody believes a stranger.
        assert_eq!(seen("203.0.113.1", &["198.51.100.1"]), "203.0.113.1");
        assert_eq!(seen("127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            seen("[::ffff:127.0.0.1]", &["198.51.100.1"]),
            "198.51.100.1"
        );
        // Through two proxies, in one header and in two; what the visitor wrote does not count.
        for said in [
            &["192.0.2.66, 198.51.100.1, 10.1.2.3"][..],
            &["192.0.2.66, 198.51.100.1", "10.1.2.3"],
        ] {
            assert_eq!(seen("127.0.0.1", said), "198.51.100.1");
        }
        assert_eq!(seen("127.0.0.1", &["2001:db8::1"]), "2001:db8::1");
        for said in [&[][..], &["unknown"], &["198.51.100.1, unknown"], &[""]] {
            assert_eq!(seen("127.0.0.1", said), "127.0.0.1");
        }
        assert_eq!(seen("127.0.0.1", &["10.0.0.9"]), "10.0.0.9");
    }
}
