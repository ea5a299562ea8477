//! Against servers on this machine, which a test may name.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, mpsc};

use ureq::unversioned::transport::{ConnectionDetails, Transport};

use super::*;

const HOST: &str = "api.example.org";

/// Answers one request with these bytes, slowly if asked to; what was asked comes out at the other end.
fn server(answer: &'static [u8], hangs: bool) -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (asked, requests) = mpsc::channel();
    std::thread::spawn(move || {
        let Ok((mut stream, _)) = listener.accept() else {
            return;
        };
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
                _ => break,
            }
        }
        _ = asked.send(String::from_utf8_lossy(&request).into_owned());
        _ = stream.write_all(answer);
        if hangs {
            // Until the client gives up and closes.
            while stream.read(&mut buffer).is_ok_and(|read| read > 0) {}
        }
    });
    (address, requests)
}

fn fetcher(address: Option<SocketAddr>, deadline: Duration) -> Fetcher {
    Fetcher::new(FetchOptions {
        deadline,
        for_tests: address
            .map(|address| (HOST.to_owned(), address))
            .into_iter()
            .collect(),
        ..FetchOptions::default()
    })
}

fn get(url: &str) -> HttpRequest {
    HttpRequest {
        method: "GET",
        url: url.to_owned(),
        headers: vec![("x-test".to_owned(), "yes".to_owned())],
        body: None,
        most: 1024,
    }
}

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_servers_answer_comes_back_whole() {
    let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\nx-kind: none\r\n\r\nnone";
    let (address, requests) = server(answer, false);
    let response = fetcher(Some(address), LONG)
        .fetch(get("https://api.example.org/a?b=c"))
        .await
        .expect("an answer");
    assert_eq!(
        (response.status, response.body.as_slice()),
        (404, &b"none"[..])
    );
    assert!(
        response
            .headers
            .contains(&("x-kind".to_owned(), "none".to_owned()))
    );
    let asked = requests.recv_timeout(LONG).expect("it was asked");
    assert!(asked.starts_with("GET /a?b=c HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("x-test: yes\r\n"), "{asked}");
}

#[tokio::test]
async fn a_redirection_is_an_answer() {
    let answer =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/secret\r\ncontent-length: 0\r\n\r\n";
    let (address, _requests) = server(answer, false);
    let response = fetcher(Some(address), LONG)
        .fetch(get("https://api.example.org/"))
        .await;
    assert_eq!(response.expect("an answer").status, 302);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_stopped() {
    let mut large = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    large.extend(std::iter::repeat_n(b'x', 4096));
    let (address, _requests) = server(large.leak(), false);
    let response = fetcher(Some(address), LONG)
        .fetch(get("https://api.example.org/"))
        .await;
    assert_eq!(response, Err(FetchError::TooLarge));
}

#[tokio::test]
async fn a_small_body_that_unfolds_to_a_large_one_is_stopped() {
    // 4096 times x, compressed.
    let answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 38\r\n\r\n\
        \x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x01\x0d\x00\x00\x00\xc2\xa0\
        \xda\x8f\x6f\x0f\x07\x14\x00\x00\x00\xf0\x6e\xc1\x77\x10\x3e\x00\x10\x00\x00";
    for (most, body) in [(1024, None), (4096, Some(4096))] {
        let (address, _requests) = server(answer, false);
        let fetcher = fetcher(Some(address), LONG);
        let response = fetcher.fetch(HttpRequest {
            most,
            ..get("https://api.example.org/")
        });
        let unfolded = response.await.map(|response| response.body.len());
        assert_eq!(unfolded, body.ok_or(FetchError::TooLarge));
    }
}

#[tokio::test]
async fn a_server_that_is_silent_or_slow_is_given_up() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfive!",
    ] {
        let (address, _requests) = server(answer, true);
        let impatient = fetcher(Some(address), Duration::from_millis(100));
        let response = impatient.fetch(get("https://api.example.org/")).await;
        assert_eq!(response, Err(FetchError::Unavailable));
    }
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_before_anybody_is_asked() {
    let (address, requests) = server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", false);
    let usual = fetcher(None, LONG);
    let url = format!("https://localhost:{}/", address.port());
    let response = usual.fetch(get(&url)).await;
    assert_eq!(response, Err(FetchError::Private("localhost".to_owned())));
    assert!(requests.try_recv().is_err(), "nobody was asked");
}

/// Takes connections and answers none of them. How many there are comes out at the other end, and no more once that is dropped.
fn silent() -> (SocketAddr, mpsc::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    let (came, connections) = mpsc::channel();
    std::thread::spawn(move || {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            held.push(stream);
            if came.send(held.len()).is_err() {
                return;
            }
        }
    });
    (address, connections)
}

#[tokio::test]
async fn bots_whose_servers_are_silent_take_no_places_from_a_good_one() {
    const SLOW: &str = "slow.example.org";
    const HOSTILE: usize = 4;
    let (slow, connections) = silent();
    let (good, _requests) = server(b"HTTP/1.1 204 No Content\r\n\r\n", false);
    let names = [(SLOW, slow), (HOST, good)];
    let host = Fetcher::new(FetchOptions {
        deadline: LONG,
        // Two of each hostile bot, and one is left.
        at_once: 2 * HOSTILE + 1,
        of_one_bot: 2,
        for_tests: names.map(|(name, at)| (name.to_owned(), at)).into(),
    });
    let url = format!("https://{SLOW}/");
    let mut hostile = tokio::task::JoinSet::new();
    for _ in 0..HOSTILE {
        let bot = host.of_bot();
        // As many as one bot has events in flight.
        for _ in 0..4 {
            let (bot, request) = (bot.clone(), get(&url));
            hostile.spawn(async move { bot.fetch(request).await });
        }
    }
    let connections = tokio::task::spawn_blocking(move || {
        let all = connections.iter().take(2 * HOSTILE).last();
        (all, connections)
    });
    let (all, connections) = connections.await.expect("no panic");
    assert_eq!(all, Some(2 * HOSTILE));
    let answer = host.of_bot().fetch(get("https://api.example.org/")).await;
    assert_eq!(answer.expect("an answer").status, 204);
    assert!(
        connections.try_recv().is_err(),
        "a bot asks more than two at once"
    );
    // One more lets the server see that nobody counts any more, and it hangs up on all.
    hostile.shutdown().await;
    drop(connections);
    TcpStream::connect(slow).expect("a connection");
}

/// A name server that leads to the internet once, and to this machine from then on.
#[derive(Debug, Default)]
struct Turncoat(AtomicU32);

const INTERNET: &str = "8.8.8.8:443";

impl Resolver for Turncoat {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        let address = if first { INTERNET } else { "127.0.0.1:443" };
        let mut found = self.empty();
        found.push(address.parse().expect("an address"));
        Ok(found)
    }
}

/// Notes where a connection would go, and makes none.
#[derive(Debug)]
struct Noting(Arc<Mutex<Vec<SocketAddr>>>);

impl Connector for Noting {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let mut went = self.0.lock().expect("no panic");
        went.extend(details.addrs.iter());
        Err(Error::ConnectionFailed)
    }
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_a_moment_later_leads_nowhere_new() {
    let went = Arc::default();
    let fetcher = Fetcher::over(
        FetchOptions::default(),
        Turncoat::default(),
        Noting(Arc::clone(&went)),
    );
    let url = format!("https://{HOST}/");
    // What was looked up is what is connected to: there is no second look-up between them.
    let first = fetcher.fetch(get(&url)).await;
    assert_eq!(first.expect_err("no connection"), FetchError::Unavailable);
    // Each further request is judged by its own answer.
    for _ in 0..2 {
        let later = fetcher.fetch(get(&url)).await;
        let private = FetchError::Private(HOST.to_owned());
        assert_eq!(later.expect_err("this machine"), private);
    }
    let went = went.lock().expect("no panic");
    let internet: SocketAddr = INTERNET.parse().expect("an address");
    assert_eq!(*went, [internet]);
}
