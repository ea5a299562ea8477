//! The socket from end to end: the command line's client, the routes, the library with real components.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream as StdStream;

use bytes::Bytes;

use super::*;
use crate::clock::MovableClock;
use crate::control::{Client, ClientError};
use crate::library::tests::{Host, Place, plugin};
use crate::library::{Need, PluginView};
use crate::model::BotId;

/// Answers with the plugin's name, or refuses.
struct Echo;

#[async_trait(?Send)]
impl Evidence for Echo {
    async fn answer(&self, ask: EvidenceAsk) -> Result<EvidenceAnswer, String> {
        match ask {
            EvidenceAsk::Release { name, .. } => Ok(EvidenceAnswer::Text(name)),
            other => Err(format!("{other:?}")),
        }
    }
}

/// A host with its socket, and a client of it.
async fn served(place: &Place) -> (Host, ControlServer, Client) {
    let host = place.start().await;
    let deeds = Deeds {
        audit: host.audit(),
        clock: Arc::new(MovableClock::default()),
    };
    let server = ControlServer::start(host.library.clone(), Arc::new(Echo), deeds, &place.data())
        .expect("a socket");
    (host, server, Client::new(&place.data()))
}

fn all_of(needs: &[Need]) -> Ask {
    Ask {
        consent: Some(needs.iter().map(|need| need.key.clone()).collect()),
        replace: false,
    }
}

fn to(bot: Option<&str>, enabled: bool) -> Switch {
    Switch {
        bot: bot.map(str::to_owned),
        enabled,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plugins_life_over_the_socket() {
    let place = Place::new();
    let (host, server, client) = served(&place).await;
    assert_eq!(client.list().await.expect("told"), []);
    let component = Bytes::from(plugin("sign", 1, "v1"));
    let terms = client.look(component.clone()).await.expect("seen");
    assert_eq!((terms.name.as_str(), terms.installed), ("sign", None));
    let ask = all_of(&terms.needs);
    let view = client.install(component, &ask).await.expect("in");
    assert_eq!(view, host.library.get("sign").await.expect("there"));
    client
        .switch("sign", &to(Some("main"), true))
        .await
        .expect("on");
    assert_eq!(host.bots[0].answers("a").await, ["v1      a"]);
    assert!(host.bots[1].answers("a").await.is_empty());
    client.switch("sign", &to(None, true)).await.expect("on");
    assert_eq!(host.bots[1].answers("b").await, ["v1      b"]);

    let next = Bytes::from(plugin("sign", 2, "v2"));
    client.install(next, &all_of(&[])).await.expect("upgraded");
    assert_eq!(host.bots[0].answers("c").await, ["v2      c"]);
    let view = client.rollback("sign").await.expect("back");
    assert_eq!(view.version, "1.0.1");
    assert_eq!(host.bots[0].answers("d").await, ["v1      d"]);
    client.remove("sign").await.expect("removed");
    assert!(host.bots[0].answers("e").await.is_empty());

    // An author at work needs neither consent nor enabling.
    let saved = Bytes::from(plugin("draft", 1, "draft"));
    let ask = Ask {
        consent: None,
        replace: false,
    };
    let view = client.install(saved, &ask).await.expect("live");
    assert_eq!(view.by(), Some(Installer::Dev));
    assert_eq!(host.bots[1].answers("f").await, ["draft   f"]);
    server.shutdown().await;
    host.end().await;
}

fn refusal(answer: Result<PluginView, ClientError>) -> LibraryError {
    match answer {
        Err(ClientError::Refused(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_come_across_as_they_are() {
    let place = Place::new();
    let (host, server, client) = served(&place).await;
    let no_such = |name: &str| LibraryError::NoSuchPlugin {
        name: name.to_owned(),
    };
    assert_eq!(refusal(client.get("sign").await), no_such("sign"));
    assert_eq!(refusal(client.rollback("sign").await), no_such("sign"));
    for odd in ["", "../components", "a/b", "a b", "%2e", "Sign"] {
        assert_eq!(refusal(client.get(odd).await), no_such(odd));
    }
    let component = Bytes::from(plugin("sign", 1, "v1"));
    let refused = client.install(component.clone(), &all_of(&[])).await;
    assert!(
        matches!(refusal(refused), LibraryError::ConsentNeeded { needs, .. } if needs.len() == 2)
    );
    let terms = client.look(component.clone()).await.expect("seen");
    let ask = all_of(&terms.needs);
    let half = component.slice(..component.len() / 2);
    let refused = client.install(half, &ask).await;
    assert!(matches!(refusal(refused), LibraryError::NotAPlugin { .. }));
    client.install(component, &ask).await.expect("in");
    let refused = client
        .switch("sign", &to(Some("6280000000999"), true))
        .await;
    assert_eq!(
        refusal(refused),
        LibraryError::NoSuchBot {
            bot: "6280000000999".to_owned()
        }
    );
    let deny = Grant {
        deny: vec![jadi_plugin_manifest::Capability::Kv],
        allow: Vec::new(),
    };
    let refused = client.grant("sign", &deny).await;
    assert!(matches!(refusal(refused), LibraryError::NotImported { .. }));
    host.library.shutdown().await;
    assert_eq!(refusal(client.rollback("sign").await), LibraryError::Ending);
    server.shutdown().await;
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_socket_is_its_users_alone_and_goes_with_the_host() {
    let place = Place::new();
    fs::create_dir_all(place.data()).expect("made");
    let path = socket(&place.data());
    let client = Client::new(&place.data());
    let nobody = |answer: Result<Vec<PluginView>, ClientError>| match answer {
        Err(error @ ClientError::NotRunning { .. }) => {
            assert!(error.to_string().contains("start it with `jadi run`"));
        }
        other => panic!("{other:?}"),
    };
    nobody(client.list().await);
    // What a killed host leaves: a socket that nobody listens on.
    drop(UnixListener::bind(&path).expect("a socket"));
    nobody(client.list().await);

    let (host, server, client) = served(&place).await;
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    client.list().await.expect("served");
    server.shutdown().await;
    assert!(!path.exists());
    nobody(client.list().await);
    host.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_make_no_sense_change_nothing() {
    let place = Place::new();
    let (host, server, client) = served(&place).await;
    for (request, expected) in [
        ("POST /plugins HTTP/1.1", "400"),
        ("POST /plugins?ask=%25 HTTP/1.1", "400"),
        ("POST /plugins?ask=e30 HTTP/1.1", "400"),
        ("POST /plugins/sign/switch HTTP/1.1", "400"),
        ("GET /nothing HTTP/1.1", "404"),
        ("nonsense", "400"),
    ] {
        let path = socket(&place.data());
        let answered = tokio::task::spawn_blocking(move || {
            let mut stream = StdStream::connect(path).expect("a connection");
            let head = "host: jadi\r\nconnection: close\r\ncontent-length: 0\r\ncontent-type: application/json";
            // In one piece: the host hangs up on nonsense as soon as it has read it.
            let sent = format!("{request}\r\n{head}\r\n\r\n");
            stream.write_all(sent.as_bytes()).expect("sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("answered");
            answer
        });
        let answer = answered.await.expect("no panic");
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert_eq!(status, expected, "{request}: {answer}");
    }
    assert_eq!(client.list().await.expect("told"), []);
    server.shutdown().await;
    host.end().await;
}

#[test]
fn a_path_that_is_too_long_for_a_socket_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    let deep = dir.path().join("x".repeat(100));
    fs::create_dir(&deep).expect("made");
    let source = listen(&socket(&deep)).expect_err("too long");
    let error = ControlError {
        path: socket(&deep),
        source,
    };
    assert!(error.to_string().contains("107 bytes"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_is_asked_for_and_refused_over_the_socket() {
    let place = Place::new();
    let (host, server, client) = served(&place).await;
    let ask = EvidenceAsk::Release {
        name: "sign".to_owned(),
        bot: None,
    };
    let told = client.evidence(&ask).await.expect("an answer");
    assert_eq!(told, Ok(EvidenceAnswer::Text("sign".to_owned())));
    let ask = EvidenceAsk::Logs {
        name: "sign".to_owned(),
        bot: None,
        last: 1,
        after: [(BotId::from_random([7; 16]), 7)].into(),
    };
    let told = client.evidence(&ask).await.expect("an answer");
    assert_eq!(told, Err(format!("{ask:?}")));
    server.shutdown().await;
    host.end().await;
}
