//! The server's side of the Noise handshake: XX for a client that pairs or has lost the server's key, IK for one that
//! kept it, and XXfallback when an IK hello was made for a key that is not ours.
//!
//! The message order is that of the Noise specification, sections 7.5 and 10.4; the state machine itself is
//! `wacore_noise::NoiseHandshake`, which takes no side.

use bytes::BytesMut;
use wacore_binary::consts::{
    NOISE_PATTERN_IK, NOISE_PATTERN_XX, NOISE_PATTERN_XXFALLBACK, WA_CONN_HEADER,
};
use wacore_libsignal::protocol::KeyPair;
use wacore_noise::{NoiseCipher, NoiseHandshake};
use waproto::whatsapp::{HandshakeMessage, handshake_message};

use crate::certificate::ServerKeys;

/// Why a handshake came to nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HandshakeError {
    /// The bytes are not the message that is due.
    #[error("the client's {0} is malformed")]
    Malformed(&'static str),
    /// Keys or ciphertext do not fit.
    #[error("Noise: {0}")]
    Noise(#[from] wacore_noise::HandshakeError),
}

/// What a finished handshake yields.
pub(crate) struct Established {
    /// Encrypts towards the client.
    pub(crate) write: NoiseCipher,
    /// Decrypts what comes from the client.
    pub(crate) read: NoiseCipher,
    /// The client's long-term key.
    pub(crate) client_static: [u8; 32],
    /// The client's login payload, a `ClientPayload`.
    pub(crate) payload: Vec<u8>,
}

/// What to do after the client's hello.
pub(crate) enum AfterHello {
    /// XX: answer, then wait for the client's finish.
    Continue {
        /// Frame to send.
        reply: Vec<u8>,
        /// Takes the finish.
        pending: Box<PendingXx>,
    },
    /// IK: answer and be done.
    Done {
        /// Frame to send.
        reply: Vec<u8>,
        /// The two ciphers and who it is.
        established: Box<Established>,
    },
}

/// An XX handshake between the server's hello and the client's finish.
pub(crate) struct PendingXx {
    noise: NoiseHandshake,
    ephemeral: KeyPair,
}

fn key32(bytes: Option<Vec<u8>>, what: &'static str) -> Result<[u8; 32], HandshakeError> {
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(HandshakeError::Malformed(what))
}

/// Reads the client's hello and answers it.
pub(crate) fn read_hello(
    frame: &BytesMut,
    keys: &ServerKeys,
) -> Result<AfterHello, HandshakeError> {
    let hello = waproto::codec::handshake_message_decode(frame)
        .ok()
        .and_then(|message| message.client_hello.into_option())
        .ok_or(HandshakeError::Malformed("hello"))?;
    let client_ephemeral = key32(hello.ephemeral, "ephemeral key")?;
    match (hello.r#static, hello.payload) {
        (Some(sealed_static), Some(sealed_payload)) => {
            match answer_ik(client_ephemeral, &sealed_static, &sealed_payload, keys) {
                Ok((reply, established)) => Ok(AfterHello::Done {
                    reply,
                    established: Box::new(established),
                }),
                Err(_) => answer_xx(NOISE_PATTERN_XXFALLBACK, client_ephemeral, keys),
            }
        }
        _ => answer_xx(NOISE_PATTERN_XX, client_ephemeral, keys),
    }
}

fn answer_xx(
    pattern: &str,
    client_ephemeral: [u8; 32],
    keys: &ServerKeys,
) -> Result<AfterHello, HandshakeError> {
    let ephemeral = KeyPair::generate(&mut rand::rng());
    let mut noise = NoiseHandshake::new(pattern, &WA_CONN_HEADER)?;
    noise.authenticate(&client_ephemeral);
    noise.authenticate(ephemeral.public_key.public_key_bytes());
    noise.mix_shared_secret(ephemeral.private_key.serialize(), &client_ephemeral)?;
    let sealed_static = noise.encrypt(keys.noise.public_key.public_key_bytes())?;
    noise.mix_shared_secret(keys.noise.private_key.serialize(), &client_ephemeral)?;
    let sealed_chain = noise.encrypt(&keys.certificate_chain)?;
    let reply = server_hello(&ephemeral, Some(sealed_static), sealed_chain);
    Ok(AfterHello::Continue {
        reply,
        pending: Box::new(PendingXx { noise, ephemeral }),
    })
}

fn answer_ik(
    client_ephemeral: [u8; 32],
    sealed_static: &[u8],
    sealed_payload: &[u8],
    keys: &ServerKeys,
) -> Result<(Vec<u8>, Established), HandshakeError> {
    let server_private = keys.noise.private_key.serialize();
    let mut noise = NoiseHandshake::new(NOISE_PATTERN_IK, &WA_CONN_HEADER)?;
    noise.authenticate(keys.noise.public_key.public_key_bytes());
    noise.authenticate(&client_ephemeral);
    noise.mix_shared_secret(server_private, &client_ephemeral)?;
    let client_static = key32(Some(noise.decrypt(sealed_static)?), "static key")?;
    noise.mix_shared_secret(server_private, &client_static)?;
    let payload = noise.decrypt(sealed_payload)?;

    let ephemeral = KeyPair::generate(&mut rand::rng());
    noise.authenticate(ephemeral.public_key.public_key_bytes());
    noise.mix_shared_secret(ephemeral.private_key.serialize(), &client_ephemeral)?;
    noise.mix_shared_secret(ephemeral.private_key.serialize(), &client_static)?;
    let sealed_chain = noise.encrypt(&keys.certificate_chain)?;
    let reply = server_hello(&ephemeral, None, sealed_chain);
    Ok((reply, finish(noise, client_static, payload)?))
}

impl PendingXx {
    /// Reads the client's finish.
    pub(crate) fn read_finish(mut self, frame: &BytesMut) -> Result<Established, HandshakeError> {
        let client_finish = waproto::codec::handshake_message_decode(frame)
            .ok()
            .and_then(|message| message.client_finish.into_option())
            .ok_or(HandshakeError::Malformed("finish"))?;
        let (Some(sealed_static), Some(sealed_payload)) =
            (client_finish.r#static, client_finish.payload)
        else {
            return Err(HandshakeError::Malformed("finish"));
        };
        let client_static = key32(Some(self.noise.decrypt(&sealed_static)?), "static key")?;
        self.noise
            .mix_shared_secret(self.ephemeral.private_key.serialize(), &client_static)?;
        let payload = self.noise.decrypt(&sealed_payload)?;
        finish(self.noise, client_static, payload)
    }
}

/// The two ciphers come out in the client's order: what it writes first.
fn finish(
    noise: NoiseHandshake,
    client_static: [u8; 32],
    payload: Vec<u8>,
) -> Result<Established, HandshakeError> {
    let (read, write) = noise.finish()?;
    Ok(Established {
        write,
        read,
        client_static,
        payload,
    })
}

fn server_hello(ephemeral: &KeyPair, sealed_static: Option<Vec<u8>>, payload: Vec<u8>) -> Vec<u8> {
    let message = HandshakeMessage {
        server_hello: buffa::MessageField::some(handshake_message::ServerHello {
            ephemeral: Some(ephemeral.public_key.public_key_bytes().to_vec()),
            r#static: sealed_static,
            payload: Some(payload),
            ..Default::default()
        }),
        ..Default::default()
    };
    waproto::codec::handshake_message_to_vec(&message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wacore_noise::{IkHandshakeState, IkServerHelloOutcome, XxHandshakeState};

    fn finish_pair(write: &NoiseCipher, read: &NoiseCipher) {
        let sealed = write.encrypt_with_counter(0, b"hello").unwrap();
        let mut buffer = sealed;
        read.decrypt_in_place_with_counter(0, &mut buffer).unwrap();
        assert_eq!(buffer, b"hello");
    }

    #[test]
    fn xx_with_the_client_crate_ends_in_matching_ciphers() {
        let keys = ServerKeys::generate(1_700_000_000).unwrap();
        let client_key = KeyPair::generate(&mut rand::rng());
        let mut client =
            XxHandshakeState::new(client_key.clone(), b"payload".to_vec(), &WA_CONN_HEADER)
                .unwrap();
        let hello = BytesMut::from(&client.build_client_hello().unwrap()[..]);
        let AfterHello::Continue { reply, pending } = read_hello(&hello, &keys).unwrap() else {
            panic!("XX takes three messages");
        };
        // Without the danger feature the client would refuse our root; the unit build of this crate enables it for tests.
        let finish = client
            .read_server_hello_and_build_client_finish(&reply)
            .unwrap();
        let established = pending.read_finish(&BytesMut::from(&finish[..])).unwrap();
        assert_eq!(established.payload, b"payload");
        assert_eq!(
            &established.client_static,
            client_key.public_key.public_key_bytes()
        );
        let outcome = client.finish().unwrap();
        finish_pair(&outcome.write_cipher, &established.read);
        finish_pair(&established.write, &outcome.read_cipher);
    }

    #[test]
    fn ik_takes_one_message_and_a_stale_key_falls_back() {
        let keys = ServerKeys::generate(1_700_000_000).unwrap();
        let client_key = KeyPair::generate(&mut rand::rng());
        let server_static: [u8; 32] = keys.noise.public_key.public_key_bytes().try_into().unwrap();
        let mut client = IkHandshakeState::new(
            client_key.clone(),
            server_static,
            b"login".to_vec(),
            &WA_CONN_HEADER,
        )
        .unwrap();
        let hello = BytesMut::from(&client.build_client_hello().unwrap()[..]);
        let AfterHello::Done { reply, established } = read_hello(&hello, &keys).unwrap() else {
            panic!("IK takes one message");
        };
        let IkServerHelloOutcome::Continue(outcome) = client.read_server_hello(&reply).unwrap()
        else {
            panic!("the client was told to fall back");
        };
        assert_eq!(established.payload, b"login");
        finish_pair(&outcome.write_cipher, &established.read);

        let mut stale =
            IkHandshakeState::new(client_key, [9; 32], b"login".to_vec(), &WA_CONN_HEADER).unwrap();
        let hello = BytesMut::from(&stale.build_client_hello().unwrap()[..]);
        assert!(matches!(
            read_hello(&hello, &keys).unwrap(),
            AfterHello::Continue { .. }
        ));
    }
}
