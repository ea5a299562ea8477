//! Whom the client talks to.
//!
//! WhatsApp's server proves itself in the Noise handshake by a certificate chain under a constant root key. The ordinary
//! build checks that; a build with the feature `simulator` does not, and therefore talks to loopback only. Both are checked
//! when the program starts, since a feature can sneak into a build by way of another package.

use whatsapp_rust::wacore::handshake::HandshakeUtils;
use whatsapp_rust::waproto::buffa::{Message, MessageField};
use whatsapp_rust::waproto::whatsapp as wa;

/// Where sessions connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// WhatsApp itself.
    WhatsApp,
    /// The simulator on this machine.
    #[cfg(feature = "simulator")]
    Simulator {
        /// Its WebSocket, `ws://` on a loopback address.
        chat: String,
        /// Its blob store, `http://` on a loopback address, which stands for every media host.
        media: String,
    },
}

/// The build does not fit the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// A server that is not WhatsApp could pose as it.
    #[error(
        "this build does not check WhatsApp's certificates, so it must not connect to WhatsApp; build jadi without the feature that skips the check"
    )]
    ChecksNothing,
}

impl Endpoint {
    /// Refuses a combination of build and endpoint in which a forged server would be believed.
    ///
    /// # Errors
    ///
    /// [`TrustError::ChecksNothing`] when this build takes a chain that nobody signed and the endpoint is WhatsApp.
    pub fn check(&self) -> Result<(), TrustError> {
        match self {
            Self::WhatsApp if takes_unsigned_chain() => Err(TrustError::ChecksNothing),
            _ => Ok(()),
        }
    }
}

/// Whether the handshake code in this build believes a chain that fits in every way but is signed with zeros.
fn takes_unsigned_chain() -> bool {
    let server = [7; 32];
    HandshakeUtils::verify_server_cert(&chain(&server, Some([0; 64])), &server).is_ok()
}

/// A chain for the server's static key, well formed, with the same signature on both certificates.
fn chain(server: &[u8; 32], signature: Option<[u8; 64]>) -> Vec<u8> {
    let details = |serial, issuer, key: &[u8; 32]| wa::cert_chain::noise_certificate::Details {
        serial: Some(serial),
        issuer_serial: Some(issuer),
        key: Some(key.to_vec()),
        not_before: Some(0),
        not_after: Some(u64::from(u32::MAX)),
    };
    let certificate = |details: wa::cert_chain::noise_certificate::Details| {
        MessageField::some(wa::cert_chain::NoiseCertificate {
            details: Some(details.encode_to_vec()),
            signature: signature.map(|signature| signature.to_vec()),
        })
    };
    wa::CertChain {
        intermediate: certificate(details(1, 0, &[9; 32])),
        leaf: certificate(details(2, 1, server)),
    }
    .encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chain must be refused for its signature, not because the test made it badly.
    #[cfg(not(feature = "simulator"))]
    #[test]
    fn an_ordinary_build_refuses_a_chain_that_whatsapp_did_not_sign() {
        let server = [7; 32];
        for signature in [None, Some([0; 64]), Some([0x5a; 64])] {
            let refused = HandshakeUtils::verify_server_cert(&chain(&server, signature), &server)
                .expect_err("a forged chain");
            assert!(
                refused.to_string().contains("signature"),
                "refused for its signature: {refused}"
            );
        }
        assert_eq!(Endpoint::WhatsApp.check(), Ok(()));
    }

    #[cfg(feature = "simulator")]
    #[test]
    fn a_simulator_build_never_connects_to_whatsapp() {
        assert!(takes_unsigned_chain());
        assert_eq!(Endpoint::WhatsApp.check(), Err(TrustError::ChecksNothing));
    }
}
