//! A plugin that asks a server, in a whole host. The server is on this machine, which only a build for the simulator can be told of.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;

use jadi_demo::world::WorldOptions;

use super::support::{ALICE, DEADLINE, answer, finish, main_chat, options, say, world};

const RATES: &str = "api.frankfurter.dev";

/// Answers each request with the next of these bodies; what was asked comes out at the other end.
fn server(bodies: &'static [&'static str]) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (asked, requests) = mpsc::channel();
    std::thread::spawn(move || {
        for body in bodies {
            let (mut stream, _) = listener.accept().expect("somebody asks");
            let mut request = Vec::new();
            let mut buffer = [0; 1024];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                match stream.read(&mut buffer) {
                    Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
                    _ => break,
                }
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            asked.send(text).expect("the test waits for it");
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let answered = stream.write_all(format!("{head}{body}").as_bytes());
            answered.expect("the host reads the answer");
        }
    });
    (address, requests)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_asks_the_server_that_its_manifest_names() {
    let bodies = &[r#"{"date":"2026-11-24","rates":{"IDR":17000.5}}"#];
    let (address, requests) = server(bodies);
    let world = world(WorldOptions {
        servers: [(RATES.to_owned(), address)].into(),
        ..options()
    })
    .await;
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    let mut events = alice.subscribe();
    say(&alice, &main_chat(), "!convert 2 eur idr").await;
    let told = answer(&mut events, &main_chat()).await;
    let text = told.text.as_str();
    assert_eq!(text, "2.00 EUR = *34001.00 IDR*\n2026-11-24");
    let asked = requests.recv_timeout(DEADLINE).expect("it was asked");
    let line = "GET /v1/latest?base=EUR&symbols=IDR HTTP/1.1\r\n";
    assert!(asked.starts_with(line), "{asked}");
    assert!(
        asked
            .to_lowercase()
            .contains("\r\nhost: api.frankfurter.dev"),
        "{asked}"
    );
    finish(world).await;
}
