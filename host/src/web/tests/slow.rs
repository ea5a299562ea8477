//! Clients that send byte by byte, over real connections.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::*;

/// More than there are workers.
const CLIENTS: usize = 20;
/// How long such a client waits before the next byte.
const PACE: Duration = Duration::from_millis(20);

fn server(clock: &MovableClock, head: Duration) -> WebServer {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    WebServer::start_with(bare(clock.clone()), any, head).expect("a server")
}

/// Connects and sends the beginning of a request.
async fn begin(server: &WebServer, text: &str) -> TcpStream {
    let mut client = TcpStream::connect(server.address())
        .await
        .expect("a server");
    client.write_all(text.as_bytes()).await.expect("sent");
    client
}

/// The status of a whole request, on a connection of its own.
async fn quick(server: &WebServer) -> String {
    let mut client = begin(
        server,
        "GET /static/jadi.css HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    )
    .await;
    let mut answer = String::new();
    let read = client.read_to_string(&mut answer);
    let read = tokio::time::timeout(DEADLINE, read).await;
    read.expect("in time").expect("text");
    answer.lines().next().unwrap_or_default().to_owned()
}

/// Sends a byte now and then until the server has had enough: what it says then. `passes` is told before each byte.
async fn drip(mut client: TcpStream, mut passes: impl FnMut()) -> String {
    let mut answer = Vec::new();
    let cut = async {
        let mut piece = [0; 4096];
        loop {
            passes();
            match tokio::time::timeout(PACE, client.read(&mut piece)).await {
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(read)) => answer.extend_from_slice(&piece[..read]),
                // It may be closed already: reading tells.
                Err(_) => drop(client.write_all(b"a").await),
            }
        }
    };
    tokio::time::timeout(DEADLINE, cut).await.expect("in time");
    String::from_utf8(answer).expect("text")
}

#[actix_web::test]
async fn who_sends_a_head_byte_by_byte_is_cut_off_and_others_are_served() {
    let server = server(&MovableClock::default(), Duration::from_millis(500));
    let mut slow = Vec::new();
    for _ in 0..CLIENTS {
        slow.push(begin(&server, "GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await);
    }
    assert_eq!(quick(&server).await, "HTTP/1.1 200 OK");
    let dripping = slow.into_iter().map(|client| drip(client, || {}));
    for answer in futures::future::join_all(dripping).await {
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    assert_eq!(quick(&server).await, "HTTP/1.1 200 OK");
    server.shutdown().await;
}

#[actix_web::test]
async fn who_sends_a_body_byte_by_byte_is_cut_off_and_others_are_served() {
    let clock = MovableClock::default();
    let server = server(&clock, DEADLINE);
    for (path, kind, status) in [
        ("/connect", "application/x-www-form-urlencoded", 408),
        ("/api/subbot/connect", "application/json", 408),
        // What nobody reads is nobody's to wait for.
        ("/nowhere", "text/plain", 404),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: 10000\r\n\r\n"
        );
        let mut slow = Vec::new();
        for _ in 0..CLIENTS {
            slow.push(begin(&server, &head).await);
        }
        assert_eq!(quick(&server).await, "HTTP/1.1 200 OK");
        let dripping = slow
            .into_iter()
            .map(|client| drip(client, || clock.advance(Duration::from_secs(1))));
        for answer in futures::future::join_all(dripping).await {
            let expected = format!("HTTP/1.1 {status}");
            assert!(answer.starts_with(&expected), "{path}: {answer}");
        }
    }
    assert_eq!(quick(&server).await, "HTTP/1.1 200 OK");
    server.shutdown().await;
}
