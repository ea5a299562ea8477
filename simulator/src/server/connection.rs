//! One companion's connection from websocket to goodbye.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Server;
use super::login::Admission;
use super::outbox::{Out, Outbox};
use crate::wire::channel::{
    self, ChannelError, FrameReader, FrameWriter, StanzaOpener, StanzaSealer,
};
use crate::wire::handshake::{AfterHello, Established, read_hello};

/// A client that has not logged in by then is cut off.
const HANDSHAKE_DEADLINE: Duration = Duration::from_secs(20);
/// How long a client that was told goodbye may take to hang up itself. Clients hand frames on in the background (Baileys
/// does), and a socket that closes right behind the last frame may overtake it: the client would not learn the reason.
const HANG_UP: Duration = Duration::from_secs(2);

/// Accepts companions until cancelled.
pub(crate) async fn serve(
    server: Arc<Server>,
    listener: TcpListener,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, or the client was gone already: neither ends the server.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let (server, stop) = (server.clone(), stop.clone());
        tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                ended = Box::pin(serve_one(&server, stream)) => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "connection ended");
                    }
                }
            }
        });
    }
}

#[derive(Debug, thiserror::Error)]
enum ConnectionError {
    #[error("the client did not finish the handshake in time")]
    Late,
    #[error("websocket: {0}")]
    WebSocket(String),
    #[error(transparent)]
    Channel(#[from] ChannelError),
    #[error(transparent)]
    Handshake(#[from] crate::wire::handshake::HandshakeError),
}

async fn serve_one(server: &Arc<Server>, stream: TcpStream) -> Result<(), ConnectionError> {
    stream
        .set_nodelay(true)
        .map_err(|error| ConnectionError::WebSocket(error.to_string()))?;
    let opened = tokio::time::timeout(HANDSHAKE_DEADLINE, Box::pin(open(server, stream))).await;
    let (mut reader, mut writer, established) = opened.map_err(|_| ConnectionError::Late)??;
    let mut sealer = StanzaSealer::new(established.write);
    let mut opener = StanzaOpener::new(established.read);
    let outbox = Outbox::default();
    let admission = server.admit(&established.payload, established.client_static, &outbox);

    let number = match &admission {
        Admission::Companion(who) => Some(who.number.as_str()),
        _ => None,
    };
    let leaving = AtomicBool::new(false);
    let reading = async {
        loop {
            let stanza = opener.open(reader.next().await?)?;
            if leaving.load(Ordering::Relaxed) {
                continue;
            }
            match &admission {
                Admission::Companion(who) => {
                    // Replaced or unlinked: what it still says does not count, and the reason is on its way to it.
                    if !server.is_current(who, &outbox) {
                        continue;
                    }
                    server.accept(who, stanza);
                }
                Admission::Pairing(id) => server.accept_pairing(*id, &stanza),
                Admission::Refused => {}
            }
        }
    };
    let writing = async {
        write_out(server, &outbox, &mut writer, &mut sealer, number).await?;
        leaving.store(true, Ordering::Relaxed);
        tokio::time::sleep(HANG_UP).await;
        writer.close().await;
        Ok(())
    };
    let result: Result<(), ChannelError> = tokio::select! {
        result = reading => result,
        result = writing => result,
    };
    match &admission {
        Admission::Companion(who) => server.disconnected(who, &outbox),
        Admission::Pairing(id) => server.pairing_gone(*id),
        Admission::Refused => {}
    }
    result.map_err(Into::into)
}

type Opened = (FrameReader, FrameWriter, Established);

async fn open(server: &Arc<Server>, stream: TcpStream) -> Result<Opened, ConnectionError> {
    let socket = tokio_tungstenite::accept_async(stream)
        .await
        .map_err(|error| ConnectionError::WebSocket(error.to_string()))?;
    let (mut reader, mut writer) = channel::split(socket);
    let hello = reader.next().await?;
    let established = match read_hello(&hello, &server.keys)? {
        AfterHello::Done { reply, established } => {
            writer.send(&reply).await?;
            *established
        }
        AfterHello::Continue { reply, pending } => {
            writer.send(&reply).await?;
            pending.read_finish(&reader.next().await?)?
        }
    };
    Ok((reader, writer, established))
}

/// Writes what the outbox has, until it is told to close.
async fn write_out(
    server: &Server,
    outbox: &Outbox,
    writer: &mut FrameWriter,
    sealer: &mut StanzaSealer,
    number: Option<&str>,
) -> Result<(), ChannelError> {
    loop {
        match outbox.next().await {
            Out::Stanza(stanza) => {
                if let Some(delay) = number.and_then(|number| server.faults.delay_of(number)) {
                    tokio::time::sleep(delay).await;
                }
                server.note_traffic();
                tracing::trace!("to client:\n{}", crate::wire::stanza::to_text(&stanza));
                writer.send(&sealer.seal(&stanza)?).await?;
            }
            Out::Garbage => writer.send(&sealer.garbage()).await?,
            Out::Close => return Ok(()),
            Out::Abort => return Err(ChannelError::Gone),
        }
    }
}
