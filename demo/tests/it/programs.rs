//! Programs that hear what happens to a bot: over a WebSocket, and by what is posted to them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc;

use futures::StreamExt as _;
use jadi_browser::Browser;
use jadi_demo::world::{World, WorldOptions};
use jadi_simulator::{ChatId, Phone};
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::owner::{SHOP, signed_in, with_bot};
use super::support::{BOB, DEADLINE, finish, options, say};

const TILL: &str = "till.example";

type Socket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// Makes a token on the page.
pub async fn token(page: &Browser, world: &World, name: &str) -> String {
    let host = world.host_page().expect("the host runs");
    page.open(&format!("{host}bot/tokens")).await;
    page.type_into("#name", name).await;
    page.click("form[action='/bot/tokens'] button").await;
    page.text(".token").await
}

async fn listen(world: &World, token: &str) -> Result<Socket, u16> {
    let host = world.host_page().expect("the host runs");
    let url = format!("{}ws/subbot", host.replace("http://", "ws://"));
    let mut request = url.into_client_request().expect("an address");
    let token = token.parse().expect("a header's value");
    request.headers_mut().insert("x-jadi-token", token);
    match connect_async(request).await {
        Ok((socket, _)) => Ok(socket),
        Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => Err(answer.status().as_u16()),
        Err(error) => panic!("no answer: {error}"),
    }
}

/// The next event and what is told of it; none when the host has closed.
async fn next(socket: &mut Socket) -> Option<(String, Value)> {
    let next = async {
        loop {
            match socket.next().await? {
                Ok(Message::Text(text)) => {
                    let told: Value = serde_json::from_str(&text).expect("JSON");
                    let event = told["event"].as_str().expect("a name").to_owned();
                    return Some((event, told["data"].clone()));
                }
                Ok(Message::Ping(_)) => {}
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(other) => panic!("{other:?}"),
            }
        }
    };
    let next = tokio::time::timeout(DEADLINE, next).await;
    next.expect("in time")
}

async fn bob_says(bob: &Phone, texts: &[&str]) {
    for text in texts {
        say(bob, &ChatId::direct(SHOP), text).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_hears_its_bot_over_a_websocket_until_its_token_is_revoked() {
    let (world, alice) = with_bot(options()).await;
    let bob = world.phone("bob", BOB).await.expect("a phone");
    let page = signed_in(&alice).await;
    let (till, stock) = (
        token(&page, &world, "till").await,
        token(&page, &world, "stock").await,
    );
    assert_eq!(listen(&world, "jadi_x").await.err(), Some(401));
    let mut till = listen(&world, &till).await.expect("it listens");
    let mut stock = listen(&world, &stock).await.expect("it listens");
    for socket in [&mut till, &mut stock] {
        let (event, data) = next(socket).await.expect("its state");
        assert_eq!(
            (event.as_str(), &data["state"]),
            ("bot_connected", &"open".into())
        );
    }
    bob_says(&bob, &["one", "two", "three"]).await;
    for expected in ["one", "two", "three"] {
        let (event, data) = next(&mut till).await.expect("a message");
        assert_eq!(
            (event.as_str(), &data["text"]),
            ("message_received", &expected.into())
        );
    }

    // The first in the list is the till's.
    page.click("form[action$='/revoke'] button").await;
    page.until("document.querySelectorAll(\"form[action$='/revoke']\").length === 1")
        .await;
    bob_says(&bob, &["four"]).await;
    assert_eq!(next(&mut till).await, None);
    for expected in ["one", "two", "three", "four"] {
        let (_, data) = next(&mut stock).await.expect("a message");
        assert_eq!(data["text"], expected);
    }
    page.end().await;
    let closed = tokio::spawn(async move { next(&mut stock).await });
    finish(world).await;
    assert_eq!(closed.await.expect("it ends"), None, "the host has ended");
}

/// Takes what is posted, and passes it on.
fn receiver() -> (SocketAddr, mpsc::Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (sender, posted) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let Some(request) = read(&mut stream) else {
                return;
            };
            _ = stream.write_all(b"HTTP/1.1 204 x\r\n\r\n");
            if sender.send(request).is_err() {
                return;
            }
        }
    });
    (address, posted)
}

/// A request's head and body.
fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length: "))?;
            let length: usize = length.parse().ok()?;
            if body.len() >= length {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&buffer[..read]),
            _ => return None,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_bot_receives_is_posted_to_the_webhook_that_its_owner_makes() {
    let (address, posted) = receiver();
    let options = WorldOptions {
        servers: [(TILL.to_owned(), address)].into(),
        ..options()
    };
    let (world, alice) = with_bot(options).await;
    let bob = world.phone("bob", BOB).await.expect("a phone");
    let page = signed_in(&alice).await;
    page.click("a[href='/bot/webhooks']").await;
    page.type_into("#url", &format!("https://{TILL}/hook"))
        .await;
    page.picture("owner-webhook-typed").await;
    page.click("form[action='/bot/webhooks'] button").await;
    assert!(page.text(".token").await.starts_with("jadi_hook_"));
    page.picture("owner-webhook").await;

    bob_says(&bob, &["one", "two"]).await;
    for expected in ["one", "two"] {
        let (head, body) = posted.recv_timeout(DEADLINE).expect("it is posted");
        assert!(head.starts_with("POST /hook HTTP/1.1\r\n"), "{head}");
        assert!(head.contains("\r\nx-jadi-signature: sha256="), "{head}");
        let told: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(told["event"], "message_received");
        assert_eq!(told["data"]["text"], expected);
        assert_eq!(told["data"]["sender"], format!("{BOB}@s.whatsapp.net"));
    }
    let host = world.host_page().expect("the host runs");
    page.open(&format!("{host}bot/webhooks")).await;
    page.see_text("plugins", "Last delivered").await;
    page.end().await;
    finish(world).await;
}
