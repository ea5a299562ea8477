//! Whom the WhatsApp client in this build believes, tried against a server that answers like WhatsApp and is not.
//!
//! The simulator signs its certificate chain well, with keys of its own. The client as cargo has built it here, with the
//! features that the binary `jadi` has, must hang up in an ordinary build, and get through in a build for the simulator: the
//! second shows that the first failed for nothing else.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;
use whatsapp_rust::http::UreqHttpClient;
use whatsapp_rust::prelude::Bot;
use whatsapp_rust::store::SqliteStore;
use whatsapp_rust::transport::TokioWebSocketTransportFactory;
use whatsapp_rust::{ConnectError, TokioRuntime};

/// Longer than building the simulator takes, when nobody has done it before.
const BUILD: Duration = Duration::from_secs(600);
const SOON: Duration = Duration::from_secs(30);

/// A running simulator; killed when dropped.
struct Simulator {
    _process: Child,
    /// Held open: it prints more than its address.
    _output: Lines<BufReader<ChildStdout>>,
    websocket_url: String,
}

impl Simulator {
    async fn start() -> Self {
        let mut command = match std::env::var_os("JADI_SIMULATOR") {
            Some(binary) => Command::new(binary),
            None => {
                let mut cargo = Command::new(env!("CARGO"));
                cargo.args(["run", "--quiet", "--package", "jadi-simulator", "--"]);
                cargo
            }
        };
        let mut process = command
            .args(["--port", "0", "--http-port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the simulator starts");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let told = async {
            while let Some(line) = lines.next_line().await.expect("its output is text") {
                if let Some(at) = line.find("ws://") {
                    return line[at..].trim().to_owned();
                }
            }
            panic!("the simulator ended without telling its address");
        };
        let websocket_url = timeout(BUILD, told).await.expect("its address in time");
        Self {
            _process: process,
            _output: lines,
            websocket_url,
        }
    }
}

/// Opens a connection with a client that was never paired, and gives what came of the handshake.
async fn connect(url: &str) -> Result<(), ConnectError> {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("session.db");
    let store = SqliteStore::new(path.to_str().expect("a path in UTF-8"));
    let bot = Bot::builder()
        .with_backend(store.await.expect("a store"))
        .with_transport_factory(TokioWebSocketTransportFactory::new().with_url(url))
        .with_http_client(UreqHttpClient::new())
        .with_runtime(TokioRuntime)
        .with_version((2, 3000, 1_043_857_760))
        .build()
        .await
        .expect("a client");
    let client = bot.client();
    let connected = timeout(SOON, client.connect()).await;
    client.disconnect().await;
    connected.expect("the handshake ends in time")
}

#[cfg(not(feature = "simulator"))]
#[tokio::test(flavor = "multi_thread")]
async fn an_ordinary_build_refuses_a_server_with_a_forged_chain() {
    use whatsapp_rust::handshake::HandshakeError;
    use whatsapp_rust::wacore::handshake::HandshakeError as Cause;

    let simulator = Simulator::start().await;
    let refused = connect(&simulator.websocket_url).await;
    assert!(
        matches!(
            &refused,
            Err(ConnectError::Handshake(HandshakeError::Core(Cause::CertVerification(why)))) if why.contains("signature")
        ),
        "refused for the signature: {refused:?}"
    );
}

#[cfg(feature = "simulator")]
#[tokio::test(flavor = "multi_thread")]
async fn a_build_for_the_simulator_gets_through() {
    let simulator = Simulator::start().await;
    let connected = connect(&simulator.websocket_url).await;
    assert!(connected.is_ok(), "{connected:?}");
}
