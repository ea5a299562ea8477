//! What a plugin may ask servers, and how much it may hold meanwhile, without an instance.

use std::sync::Arc;

use jadi_plugin_manifest::Manifest;

use super::super::super::limits::EventLimits;
use super::super::super::tests::support::{Data, state};
use super::wit::{Host, HostRequest, HostResponse};
use super::*;

const MANIFEST: &[u8] =
    br#"{"name":"test","version":"1.0.0","languages":["en"],"http_hosts":["api.example.org"],
    "commands":[{"name":"try","summary":"Tries"}]}"#;

fn with(answer: Result<HttpResponse, FetchError>) -> EventState {
    with_limits(answer, EventLimits::default())
}

fn with_limits(answer: Result<HttpResponse, FetchError>, limits: EventLimits) -> EventState {
    let data = Data {
        answer: Some(answer),
        ..Data::default()
    };
    let mut state = state(data, limits);
    state.manifest = Arc::new(Manifest::parse(MANIFEST).expect("a manifest"));
    state
}

fn found() -> Result<HttpResponse, FetchError> {
    Ok(HttpResponse {
        status: 200,
        headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
        body: b"found".to_vec(),
    })
}

async fn get(state: &mut EventState, url: &str) -> Result<Resource<Answered>, Refused> {
    let request = HostRequest::new(state, wit::Method::Get, url.to_owned());
    state
        .send(request.expect("a handle"))
        .await
        .expect("no trap")
}

async fn why(url: &str) -> String {
    match get(&mut with(found()), url).await {
        Err(Refused::Invalid(why)) => why,
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn an_answer_is_told_whole() {
    let mut state = with(found());
    let answer = get(&mut state, "https://api.example.org/v1?x=1#part").await;
    let answer = answer.expect("an answer");
    let same = || Resource::new_borrow(answer.rep());
    assert_eq!(HostResponse::status(&mut state, same()).expect("held"), 200);
    let kind = HostResponse::header(&mut state, same(), "Content-Type".to_owned());
    assert_eq!(kind.expect("held").as_deref(), Some("text/plain"));
    assert_eq!(
        HostResponse::body(&mut state, same()).expect("held"),
        b"found"
    );
}

#[tokio::test]
async fn only_servers_of_the_manifest_are_asked_and_only_in_one_way() {
    for (url, expected) in [
        ("https://evil.example.org/", "not among the servers"),
        (
            "https://api.example.org.evil.example/",
            "not among the servers",
        ),
        (
            "https://evil.example/api.example.org",
            "not among the servers",
        ),
        (
            "https://evil.example\\@api.example.org/",
            "not among the servers",
        ),
        ("http://api.example.org/", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https://api.example.org:8443/", "no port"),
        ("https://me@api.example.org/", "no name"),
        ("https://me:pw@api.example.org/", "no password"),
        ("https://127.0.0.1/", "by its name"),
        ("https://2130706433/", "by its name"),
        ("https://0x7f.1/", "by its name"),
        ("https://[::1]/", "by its name"),
        ("https://localhost/", "not among the servers"),
        ("api.example.org", "an address is such as"),
        ("", "an address is such as"),
    ] {
        let why = why(url).await;
        assert!(why.contains(expected), "{url}: {why}");
    }
    let long = format!("https://api.example.org/{}", "x".repeat(ADDRESS));
    assert!(why(&long).await.contains("at most"));
    for url in [
        "https://API.example.org/",
        "https://api.example.org./",
        "https://api.example.org:443/",
    ] {
        get(&mut with(found()), url).await.expect("the same server");
    }
}

/// How many bytes the requests and answers in hand really take.
fn in_hand(state: &EventState, requests: &[u32], answers: &[Resource<Answered>]) -> usize {
    let requests = requests.iter().map(|rep| {
        let request = state.handles.get(&Resource::<Request>::new_borrow(*rep));
        request.expect("held").bytes()
    });
    let answers = answers
        .iter()
        .map(|answer| state.handles.get(answer).expect("held").bytes());
    requests.chain(answers).sum()
}

#[tokio::test]
async fn requests_in_hand_take_calls_and_little_room() {
    let limits = EventLimits {
        host_calls: 4_096,
        ..EventLimits::default()
    };
    let mut state = with_limits(found(), limits);
    let long = format!("https://api.example.org/{}", "x".repeat(1 << 20));
    let short = format!("https://api.example.org/{}", "x".repeat(ADDRESS - 30));
    let mut requests = Vec::new();
    for _ in 0..1_000 {
        for url in [&long, &short] {
            let request = HostRequest::new(&mut state, wit::Method::Get, url.clone());
            let request = request.expect("a handle").rep();
            let same = || Resource::new_borrow(request);
            let value = "v".repeat(VALUE);
            HostRequest::header(&mut state, same(), "x-a".to_owned(), value).expect("held");
            requests.push(request);
        }
    }
    for request in &requests[..500] {
        let body = vec![0; 1 << 20];
        HostRequest::body(&mut state, Resource::new_borrow(*request), body).expect("held");
    }
    let held = in_hand(&state, &requests, &[]);
    assert!(held <= 4 << 20, "{held} bytes");
    assert_eq!(state.traffic.held, held as u64);
    assert_eq!(state.calls.made(), 2_500);
    let last = Resource::new_own(*requests.last().expect("one"));
    let refused = state.send(last).await.expect("no trap");
    assert!(matches!(refused, Err(Refused::Limit(which))
        if which == "4194304 bytes of requests and answers held at a time"));
    for request in &requests[..1_999] {
        HostRequest::drop(&mut state, Resource::new_own(*request)).expect("held");
    }
    assert_eq!(state.traffic.held, 0);
}

#[tokio::test]
async fn a_request_is_a_call() {
    let mut state = with(found());
    let mut new = |_| HostRequest::new(&mut state, wit::Method::Get, String::new()).is_ok();
    assert_eq!((0..2_000).map(&mut new).filter(|made| *made).count(), 128);
}

#[tokio::test]
async fn answers_are_held_as_far_as_there_is_room() {
    let answer = HttpResponse {
        body: vec![7; 1_000_000],
        ..found().expect("an answer")
    };
    let mut state = with(Ok(answer));
    let mut answers = Vec::new();
    let refused = loop {
        match get(&mut state, "https://api.example.org/").await {
            Ok(answer) => answers.push(answer),
            Err(refused) => break refused,
        }
    };
    assert!(matches!(refused, Refused::Limit(which) if which.contains("held at a time")));
    assert_eq!(answers.len(), 4);
    assert_eq!(state.traffic.held, in_hand(&state, &[], &answers) as u64);
    HostResponse::drop(&mut state, answers.remove(0)).expect("held");
    get(&mut state, "https://api.example.org/")
        .await
        .expect("there is room again");
}

#[tokio::test]
async fn a_header_that_is_set_again_takes_the_room_of_one() {
    let mut state = with(found());
    let request = HostRequest::new(&mut state, wit::Method::Get, String::new());
    let request = request.expect("a handle");
    for n in 0..1_000 {
        let same = Resource::new_borrow(request.rep());
        let value = "v".repeat(VALUE - n);
        HostRequest::header(&mut state, same, "X-A".to_owned(), value).expect("held");
    }
    assert_eq!(state.traffic.held, (VALUE - 999 + 3) as u64);
}

#[tokio::test]
async fn headers_that_are_the_hosts_or_no_headers_are_refused() {
    for (name, value, expected) in [
        ("Host", "evil.example", "is the host's"),
        ("content-length", "5", "is the host's"),
        ("Transfer-Encoding", "chunked", "is the host's"),
        ("proxy-authorization", "x", "is the host's"),
        ("x y", "1", "name is such as"),
        ("", "1", "name is such as"),
        ("x-a", "1\r\nx-b: 2", "one line"),
    ] {
        let mut state = with(found());
        let url = "https://api.example.org/".to_owned();
        let request = HostRequest::new(&mut state, wit::Method::Post, url).expect("a handle");
        let same = Resource::new_borrow(request.rep());
        HostRequest::header(&mut state, same, name.to_owned(), value.to_owned()).expect("held");
        match state.send(request).await.expect("no trap") {
            Err(Refused::Invalid(why)) => assert!(why.contains(expected), "{name}: {why}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn no_answer_is_told_by_its_reason() {
    let url = "https://api.example.org/";
    let private = FetchError::Private("api.example.org".to_owned());
    let refused = get(&mut with(Err(private)), url).await;
    assert!(matches!(refused, Err(Refused::Invalid(why)) if why.contains("private network")));
    let refused = get(&mut with(Err(FetchError::TooLarge)), url).await;
    assert!(matches!(refused, Err(Refused::Limit(which)) if which.contains("bytes in an answer")));
    let mut state = with(Err(FetchError::Unavailable));
    assert!(matches!(
        get(&mut state, url).await,
        Err(Refused::Unavailable)
    ));
    assert_eq!(state.trouble, None, "the host has no trouble");
    let log: Vec<_> = state
        .log
        .close()
        .into_iter()
        .map(|line| line.text)
        .collect();
    assert_eq!(
        log,
        ["api.example.org: no such server, no connection, or no answer in time"],
        "and the author is told"
    );
}
