//! The control API and the media routes, asked as a script and a client ask them.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jadi_simulator::http::{self, HttpServer};
use jadi_simulator::{SimClock, Simulator, SimulatorConfig};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::task::block_in_place;

const README: &str = include_str!("../../README.md");

async fn start() -> (Simulator, HttpServer) {
    let config = SimulatorConfig {
        data_dir: None,
        port: 0,
        clock: SimClock::system(),
    };
    let sim = Simulator::start(config).await.expect("starts");
    let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = http::serve(sim.clone(), addr).expect("a free port");
    (sim, server)
}

async fn stop((sim, server): (Simulator, HttpServer)) {
    server.shutdown().await;
    sim.shutdown().await;
}

struct Answer {
    status: u16,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

/// One request; a body makes it a POST.
fn ask(url: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> Answer {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into();
    let answer = block_in_place(|| match body {
        None => {
            let request = agent.get(url);
            headers
                .iter()
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .call()
        }
        Some(body) => {
            let request = agent.post(url);
            headers
                .iter()
                .fold(request, |request, (name, value)| {
                    request.header(*name, *value)
                })
                .send(body)
        }
    });
    let mut answer = answer.unwrap_or_else(|error| panic!("{url}: {error}"));
    Answer {
        status: answer.status().as_u16(),
        text: answer.body_mut().read_to_string().expect("text"),
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

/// The words of a shell line, with quotes taken off and `$NAME`s put in.
fn words(line: &str, variables: &HashMap<String, String>) -> Vec<String> {
    let mut line = line.to_owned();
    let mut names = variables.keys().collect::<Vec<_>>();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in names {
        line = line.replace(&format!("${name}"), &variables[name]);
    }
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            (None, ' ') => words.push(String::new()),
            (_, letter) => words.last_mut().expect("never empty").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Runs one `curl` line of the README, and says what came.
fn curl(line: &str, variables: &HashMap<String, String>) -> Answer {
    let (mut url, mut body, mut headers) = (None, None, Vec::new());
    let mut words = words(line, variables).into_iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-H" => headers.push(words.next().expect("a header")),
            "-d" => body = words.next(),
            _ => url = Some(word),
        }
    }
    let headers = headers
        .iter()
        .map(|header| header.split_once(": ").expect("name: value"))
        .collect::<Vec<_>>();
    let url = url.expect("an address");
    ask(&url, &headers, body.as_deref().map(str::as_bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_readme_run() {
    let world = start().await;
    let script = README.split("```sh\n").nth(1).expect("examples");
    let script = script.split("```").next().expect("their end");
    let mut variables = HashMap::new();
    let mut ran = 0;
    for line in script.lines() {
        let (line, expected) = match line.split_once(" # -> ") {
            Some((line, status)) => (line, status.parse().expect("a status")),
            None => (line, 0),
        };
        if let Some(command) = line.strip_prefix("curl ") {
            let answer = curl(&format!("curl {command}"), &variables);
            let fits = match expected {
                0 => (200..300).contains(&answer.status),
                status => answer.status == status,
            };
            assert!(fits, "{line}\n{} {}", answer.status, answer.text);
            if expected != 0 {
                assert_eq!(answer.json()["status"], expected, "{line}");
                assert!(
                    answer.json()["message"]
                        .as_str()
                        .is_some_and(|text| text.len() > 10)
                );
            }
            ran += 1;
        } else if let Some((name, rest)) = line.split_once("=$(") {
            let (command, field) = rest
                .trim_end_matches(')')
                .split_once(" | jq -r .")
                .expect("curl … | jq -r .field");
            let answer = curl(command, &variables);
            assert_eq!(answer.status, 201, "{line}\n{}", answer.text);
            let value = answer.json()[field].as_str().expect("a text").to_owned();
            variables.insert(name.to_owned(), value);
            ran += 1;
        } else if let Some((name, value)) = line.split_once('=') {
            let value = value.trim_matches('\'');
            let value = value.replace("http://127.0.0.1:4021", &world.1.url());
            variables.insert(name.to_owned(), value);
        } else {
            assert!(line.is_empty() || line.starts_with('#'), "{line}");
        }
    }
    assert!(ran > 35, "only {ran} examples were found");
    stop(world).await;
}

#[test]
fn every_route_stands_in_the_readme() {
    let sources = [
        include_str!("../../src/http/phones.rs"),
        include_str!("../../src/http/chats.rs"),
        include_str!("../../src/http/groups.rs"),
        include_str!("../../src/http/control.rs"),
    ];
    let mut routes = 0;
    for source in sources {
        let source = source.replace(
            "{MESSAGE}",
            "/phones/{phone}/chats/{chat}/messages/{sender}/{id}",
        );
        for call in source.split(".route(").skip(1) {
            let path = call.split('"').nth(1).expect("a path");
            let method = if call
                .split(".to(")
                .next()
                .expect("a method")
                .contains("::post()")
            {
                "POST"
            } else {
                "GET"
            };
            let documented = [" ", "?", "`"]
                .iter()
                .any(|end| README.contains(&format!("| {method} `/api{path}{}", end.trim())));
            assert!(documented, "{method} /api{path} is missing in README.md");
            routes += 1;
        }
    }
    assert!(routes >= 27, "only {routes} routes were found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_can_be_read_at_the_other_phone() {
    let world = start().await;
    let api = format!("{}/api", world.1.url());
    for (name, number) in [("alice", "6280000000101"), ("bob", "6280000000102")] {
        world.0.add_phone(name, number).await.expect("new");
    }
    let body = br#"{"text":"Hello *bob*"}"#;
    let sent = ask(
        &format!("{api}/phones/alice/chats/6280000000102/messages"),
        &[JSON],
        Some(body),
    );
    assert_eq!(sent.status, 201);
    world.0.idle().await;
    let got = ask(
        &format!("{api}/phones/bob/chats/6280000000101/messages"),
        &[],
        None,
    )
    .json();
    assert_eq!(got[0]["text"], "Hello *bob*");
    assert_eq!(got[0]["id"], sent.json()["id"]);
    assert_eq!(got[0]["from_me"], false);
    let chats = ask(&format!("{api}/phones/bob/chats"), &[], None).json();
    assert_eq!(chats[0]["unread"], 1);
    stop(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_pages_and_other_names_are_refused() {
    let world = start().await;
    let url = format!("{}/api/phones", world.1.url());
    let body = Some(&br#"{"name":"eve","number":"6280000000109"}"#[..]);
    let cases: [(&[(&str, &str)], u16); 4] = [
        (&[("content-type", "text/plain")], 415),
        (&[JSON, ("origin", "http://example.org")], 403),
        (&[JSON, ("sec-fetch-site", "cross-site")], 403),
        (&[JSON, ("origin", &world.1.url())], 201),
    ];
    for (headers, status) in cases {
        assert_eq!(ask(&url, headers, body).status, status, "{headers:?}");
    }
    let rebound = raw(
        &world.1,
        "GET /api/phones HTTP/1.1\r\nhost: example.org\r\nconnection: close\r\n\r\n",
    );
    assert!(rebound.starts_with("HTTP/1.1 421"), "{rebound}");
    let page = raw(
        &world.1,
        &format!(
            "GET / HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            world.1.addr()
        ),
    );
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(
        page.contains("script-src 'self'") && !page.contains("'unsafe"),
        "{page}"
    );
    assert!(
        !page.contains("<script>") && !page.contains("style=\""),
        "{page}"
    );

    let elsewhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = http::serve(world.0.clone(), elsewhere).expect_err("refused");
    assert!(refused.to_string().contains("loopback"), "{refused}");
    stop(world).await;
}

fn raw(server: &HttpServer, request: &str) -> String {
    block_in_place(|| {
        let mut socket = TcpStream::connect(server.addr()).expect("it listens");
        socket
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a deadline");
        socket.write_all(request.as_bytes()).expect("written");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        answer
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn events_come_as_they_happen_and_the_stream_ends_with_the_server() {
    let world = start().await;
    let (sim, server) = &world;
    let alice = sim.add_phone("alice", "6280000000101").await.expect("new");
    sim.add_phone("bob", "6280000000102").await.expect("new");
    let mut socket = TcpStream::connect(server.addr()).expect("it listens");
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a deadline");
    let request = format!(
        "GET /api/events?phone=bob HTTP/1.1\r\nhost: {}\r\n\r\n",
        server.addr()
    );
    socket.write_all(request.as_bytes()).expect("written");
    let mut reader = BufReader::new(socket);
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let head = block_in_place(|| {
        let head = lines.by_ref().take_while(|line| !line.is_empty());
        head.collect::<Vec<_>>()
    });
    assert!(
        head.iter().any(|line| line.contains("text/event-stream")),
        "{head:?}"
    );

    let chat = jadi_simulator::ChatId::direct("6280000000102");
    let hello = jadi_simulator::Outgoing::text("Hello");
    alice.send(&chat, hello).await.expect("sent");
    let event = block_in_place(|| {
        lines.by_ref().find_map(|line| {
            let event = serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok()?;
            (event["event"] == "message").then_some(event)
        })
    });
    let event = event.expect("an event");
    assert_eq!(event["phone"], "bob");
    assert_eq!(event["message"]["text"], "Hello");
    assert_eq!(event["message"]["from_me"], false);

    drop(lines);
    stop(world).await;
    let mut rest = Vec::new();
    block_in_place(|| reader.read_to_end(&mut rest)).expect("the stream ends, it does not hang");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_uploads_resumes_and_downloads() {
    let world = start().await;
    let (sim, server) = &world;
    let sealed = vec![7_u8; 300_000];
    let token = URL_SAFE_NO_PAD.encode(Sha256::digest(&sealed));
    let address = |auth: &str, more: &str| {
        format!(
            "{}/mms/image/{token}?auth={auth}&token={token}{more}",
            server.url()
        )
    };
    let auth = sim.blobs().auth();
    assert_eq!(ask(&address("stale", ""), &[], Some(&sealed)).status, 401);
    assert_eq!(
        ask(&address(&auth, ""), &[], Some(&sealed[1..])).status,
        400
    );
    let nothing = ask(&address(&auth, "&resume=1"), &[], Some(b""));
    assert_eq!(nothing.json()["resume"], "0");

    // A connection that breaks after 100,000 bytes of 300,000.
    let mut socket = TcpStream::connect(server.addr()).expect("it listens");
    let path = address(&auth, "").replace(&server.url(), "");
    write!(
        socket,
        "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: 300000\r\n\r\n",
        server.addr()
    )
    .expect("written");
    socket.write_all(&sealed[..100_000]).expect("written");
    drop(socket);
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    let at = loop {
        let progress = ask(&address(&auth, "&resume=1"), &[], Some(b"")).json();
        let at = progress["resume"]
            .as_str()
            .and_then(|at| at.parse::<usize>().ok());
        match at.expect("a number") {
            0 => assert!(std::time::Instant::now() < deadline, "nothing was kept"),
            at => break at,
        }
    };
    assert!(at <= 100_000, "{at}");
    assert_eq!(
        ask(&address(&auth, "&file_offset=5"), &[], Some(b"x")).status,
        409
    );
    let rest = ask(
        &address(&auth, &format!("&file_offset={at}")),
        &[],
        Some(&sealed[at..]),
    );
    assert_eq!(rest.status, 200, "{}", rest.text);
    let direct_path = rest.json()["direct_path"]
        .as_str()
        .expect("a path")
        .to_owned();
    let complete = ask(&address(&auth, "&resume=1"), &[], Some(b"")).json();
    assert_eq!(complete["resume"], "complete");
    assert_eq!(complete["direct_path"], direct_path.as_str());

    for server in [server.url(), sim.media_url()] {
        let got = ask(
            &format!("{server}{direct_path}?auth={auth}&token={token}"),
            &[],
            None,
        );
        assert_eq!((got.status, got.text.into_bytes() == sealed), (200, true));
        assert_eq!(
            ask(&format!("{server}/v/image/none"), &[], None).status,
            404
        );
    }
    let large = vec![0_u8; sim.blobs().limits().blob + 1];
    let token = URL_SAFE_NO_PAD.encode(Sha256::digest(&large));
    let url = format!("{}/mms/image/{token}?auth={auth}", server.url());
    assert_eq!(ask(&url, &[], Some(&large)).status, 413);
    stop(world).await;
}
