//! A client's byte stream over the websocket: the opening, then frames of a three-byte length, then encrypted stanzas.
//!
//! The opening is `WA`, a version and a dictionary version; a client that was given routing info puts `ED 00 01`, a
//! three-byte length and that info in front.

use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use futures::stream::{SplitSink, SplitStream};
use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use wacore_binary::consts::WA_CONN_HEADER;
use wacore_binary::{Node, OwnedNodeRef};
use wacore_noise::NoiseCipher;
use wacore_noise::framing::{FrameDecoder, encode_frame};

/// A client that takes nothing for so long is given up.
const WRITE_DEADLINE: Duration = Duration::from_secs(20);

/// What can end a channel.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChannelError {
    /// The client hung up, or the socket broke.
    #[error("the client is gone")]
    Gone,
    /// The client does not read what it is sent.
    #[error("the client has not read for {} s", WRITE_DEADLINE.as_secs())]
    Stuck,
    /// The stream does not begin as a WhatsApp client's does.
    #[error("the stream does not begin with the WhatsApp header")]
    BadOpening,
    /// A frame could not be decrypted or decoded.
    #[error("a frame cannot be read: {0}")]
    BadFrame(String),
}

/// The reading half.
pub(crate) struct FrameReader {
    socket: SplitStream<WebSocketStream<TcpStream>>,
    /// Bytes before the first frame; `None` once the header was taken.
    opening: Option<BytesMut>,
    decoder: FrameDecoder,
}

/// The writing half.
pub(crate) struct FrameWriter {
    socket: SplitSink<WebSocketStream<TcpStream>, Message>,
}

/// Splits a websocket into halves for frames.
pub(crate) fn split(socket: WebSocketStream<TcpStream>) -> (FrameReader, FrameWriter) {
    let (sink, stream) = socket.split();
    let reader = FrameReader {
        socket: stream,
        opening: Some(BytesMut::new()),
        decoder: FrameDecoder::new(),
    };
    (reader, FrameWriter { socket: sink })
}

impl FrameReader {
    /// The next frame's content.
    pub(crate) async fn next(&mut self) -> Result<BytesMut, ChannelError> {
        loop {
            if self.opening.is_none()
                && let Some(frame) = self.decoder.decode_frame()
            {
                return Ok(frame);
            }
            match self.socket.next().await {
                Some(Ok(Message::Binary(bytes))) => self.feed(&bytes)?,
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(ChannelError::Gone),
                Some(Ok(_)) => {}
            }
        }
    }

    fn feed(&mut self, bytes: &[u8]) -> Result<(), ChannelError> {
        let Some(mut opening) = self.opening.take() else {
            self.decoder.feed(bytes);
            return Ok(());
        };
        opening.extend_from_slice(bytes);
        if take_header(&mut opening)? {
            self.decoder.feed(&opening);
        } else {
            self.opening = Some(opening);
        }
        Ok(())
    }
}

/// Removes routing info and header from the front; `false` when more bytes are needed.
fn take_header(opening: &mut BytesMut) -> Result<bool, ChannelError> {
    const ROUTING: [u8; 4] = [b'E', b'D', 0, 1];
    let mut skip = 0;
    if opening.starts_with(&ROUTING[..opening.len().min(ROUTING.len())]) {
        let Some(length) = opening.get(4..7) else {
            return Ok(false);
        };
        skip = 7
            + usize::from(length[0]) * 65_536
            + usize::from(length[1]) * 256
            + usize::from(length[2]);
    }
    let Some(header) = opening.get(skip..skip + WA_CONN_HEADER.len()) else {
        return Ok(false);
    };
    if header != WA_CONN_HEADER {
        return Err(ChannelError::BadOpening);
    }
    opening.advance(skip + WA_CONN_HEADER.len());
    Ok(true)
}

impl FrameWriter {
    /// Sends one frame.
    pub(crate) async fn send(&mut self, content: &[u8]) -> Result<(), ChannelError> {
        let frame = encode_frame(content, None)
            .map_err(|error| ChannelError::BadFrame(error.to_string()))?;
        match tokio::time::timeout(
            WRITE_DEADLINE,
            self.socket.send(Message::Binary(Bytes::from(frame))),
        )
        .await
        {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(ChannelError::Gone),
            Err(_) => Err(ChannelError::Stuck),
        }
    }

    /// Says goodbye on the websocket.
    pub(crate) async fn close(&mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.socket.close()).await;
    }
}

/// Encrypts stanzas, counting them.
pub(crate) struct StanzaSealer {
    cipher: NoiseCipher,
    counter: u32,
}

impl StanzaSealer {
    pub(crate) fn new(cipher: NoiseCipher) -> Self {
        Self { cipher, counter: 0 }
    }

    /// A frame's content that nobody can decrypt, in the place of the next stanza: both sides count it.
    pub(crate) fn garbage(&mut self) -> Vec<u8> {
        self.counter += 1;
        rand::random::<[u8; 64]>().to_vec()
    }

    /// One stanza as a frame's content.
    pub(crate) fn seal(&mut self, stanza: &Node) -> Result<Vec<u8>, ChannelError> {
        let unreadable = |error: String| ChannelError::BadFrame(error);
        let plain =
            wacore_binary::marshal(stanza).map_err(|error| unreadable(error.to_string()))?;
        let sealed = self
            .cipher
            .encrypt_with_counter(self.counter, &plain)
            .map_err(|error| unreadable(error.to_string()))?;
        self.counter += 1;
        Ok(sealed)
    }
}

/// Decrypts stanzas, counting them.
pub(crate) struct StanzaOpener {
    cipher: NoiseCipher,
    counter: u32,
}

impl StanzaOpener {
    pub(crate) fn new(cipher: NoiseCipher) -> Self {
        Self { cipher, counter: 0 }
    }

    /// The stanza in a frame's content.
    pub(crate) fn open(&mut self, mut frame: BytesMut) -> Result<Node, ChannelError> {
        let unreadable = |error: String| ChannelError::BadFrame(error);
        self.cipher
            .decrypt_in_place_with_counter(self.counter, &mut frame)
            .map_err(|error| unreadable(error.to_string()))?;
        self.counter += 1;
        let plain = wacore_binary::util::unpack_bytes(frame)
            .map_err(|error| unreadable(error.to_string()))?;
        let stanza = OwnedNodeRef::new(plain).map_err(|error| unreadable(error.to_string()))?;
        Ok(stanza.to_owned_node())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_may_come_in_pieces_and_after_routing_info() {
        let mut whole = b"ED\x00\x01\x00\x00\x02ab".to_vec();
        whole.extend_from_slice(&WA_CONN_HEADER);
        whole.extend_from_slice(b"rest");
        let mut opening = BytesMut::new();
        let header_ends = whole.len() - 4;
        for (at, byte) in whole.iter().enumerate() {
            opening.extend_from_slice(&[*byte]);
            let taken = take_header(&mut opening).unwrap();
            assert_eq!(taken, at + 1 == header_ends, "at byte {at}");
            if taken {
                break;
            }
        }
        assert!(opening.is_empty());
        let mut plain = BytesMut::from(&WA_CONN_HEADER[..]);
        assert!(take_header(&mut plain).unwrap());
    }

    #[test]
    fn another_protocol_is_refused() {
        let mut opening = BytesMut::from(&b"GET / HTTP/1.1"[..]);
        assert!(matches!(
            take_header(&mut opening),
            Err(ChannelError::BadOpening)
        ));
    }
}
