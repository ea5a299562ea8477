//! `http`: asking the servers that the manifest names. What an address may be is decided here, by its text; where its name leads
//! is the host's to check when it connects.

use jadi_plugin_manifest::Capability;
use url::{Host as UrlHost, Url};
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::http as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::budget::Reached;
use super::super::context::{FetchError, HttpRequest, HttpResponse};
use super::super::failure::Limit;
use super::super::state::EventState;
use super::invalid;

/// The most headers of a request.
const HEADERS: usize = 64;
/// The longest value of a header, bytes.
const VALUE: usize = 8 * 1024;
/// The longest address, bytes.
const ADDRESS: usize = 8 * 1024;
/// Headers that say how a request travels, and those by which it could be taken for another's.
const OWN: [&str; 12] = [
    "connection",
    "content-length",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// A request that is being written.
pub struct Request {
    method: wit::Method,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    /// Why it can't be sent, known while nobody could be told.
    problem: Option<Refused>,
}

/// A server's answer.
pub struct Answered(HttpResponse);

impl EventState {
    /// The request as the host sends it, when it may be sent.
    fn checked(&self, request: Request) -> Result<HttpRequest, Refused> {
        self.permitted(Capability::Http)?;
        if let Some(problem) = request.problem {
            return Err(problem);
        }
        let url = address(&request.url, &self.manifest.http_hosts)?;
        Ok(HttpRequest {
            method: match request.method {
                wit::Method::Get => "GET",
                wit::Method::Head => "HEAD",
                wit::Method::Post => "POST",
                wit::Method::Put => "PUT",
                wit::Method::Patch => "PATCH",
                wit::Method::Delete => "DELETE",
            },
            url: url.into(),
            headers: request.headers,
            body: request.body,
            most: self.http_bytes,
        })
    }
}

/// An address that a plugin may ask: `https`, the usual port, no name and password, a server that the manifest has by name.
fn address(text: &str, allowed: &[String]) -> Result<Url, Refused> {
    if text.len() > ADDRESS {
        return Err(invalid(format!("an address has at most {ADDRESS} bytes")));
    }
    let mut url = Url::parse(text)
        .map_err(|_| invalid("an address is such as https://api.example.org/v1/things"))?;
    if url.scheme() != "https" {
        return Err(invalid("only https can be asked"));
    }
    if url.port().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(invalid("an address has no port, no name and no password"));
    }
    let Some(UrlHost::Domain(host)) = url.host() else {
        return Err(invalid("a server is asked by its name, not by a number"));
    };
    // A trailing dot names the same server.
    let host = host.strip_suffix('.').unwrap_or(host).to_owned();
    if !allowed.contains(&host) {
        return Err(invalid(format!(
            "{host} is not among the servers that the plugin's manifest names"
        )));
    }
    url.set_host(Some(&host))
        .map_err(|_| invalid("the server's name makes no sense"))?;
    url.set_fragment(None);
    Ok(url)
}

fn header(name: &str, value: &str) -> Result<(String, String), Refused> {
    let name = name.to_ascii_lowercase();
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || name.len() > 128 || !name.bytes().all(is_token) {
        return Err(invalid("a header's name is such as content-type"));
    }
    if OWN.contains(&name.as_str()) || name.starts_with("proxy-") || name.starts_with("sec-") {
        return Err(invalid(format!("the header {name} is the host's")));
    }
    let is_text = |b: u8| b == b'\t' || (0x20..0x7f).contains(&b);
    if value.len() > VALUE || !value.bytes().all(is_text) {
        return Err(invalid(format!(
            "the header {name} must be one line of at most {VALUE} printable ASCII characters"
        )));
    }
    Ok((name, value.to_owned()))
}

impl wit::HostRequest for EventState {
    fn new(&mut self, method: wit::Method, url: String) -> wasmtime::Result<Resource<Request>> {
        Ok(self.hand_over(Request {
            method,
            url,
            headers: Vec::new(),
            body: None,
            problem: None,
        })?)
    }

    fn header(
        &mut self,
        request: Resource<Request>,
        name: String,
        value: String,
    ) -> wasmtime::Result<()> {
        let request = self.handles.get_mut(&request)?;
        match header(&name, &value) {
            Ok((name, value)) => {
                request.headers.retain(|(other, _)| *other != name);
                if request.headers.len() < HEADERS {
                    request.headers.push((name, value));
                } else {
                    let problem = invalid(format!("a request has at most {HEADERS} headers"));
                    request.problem.get_or_insert(problem);
                }
            }
            Err(problem) => {
                request.problem.get_or_insert(problem);
            }
        }
        Ok(())
    }

    fn body(&mut self, request: Resource<Request>, bytes: Vec<u8>) -> wasmtime::Result<()> {
        self.calls.count(bytes.len())?;
        self.handles.get_mut(&request)?.body = Some(bytes);
        Ok(())
    }

    fn drop(&mut self, request: Resource<Request>) -> wasmtime::Result<()> {
        self.handles.delete(request)?;
        Ok(())
    }
}

impl wit::HostResponse for EventState {
    fn status(&mut self, response: Resource<Answered>) -> wasmtime::Result<u16> {
        Ok(self.handles.get(&response)?.0.status)
    }

    fn header(
        &mut self,
        response: Resource<Answered>,
        name: String,
    ) -> wasmtime::Result<Option<String>> {
        let headers = &self.handles.get(&response)?.0.headers;
        let found = headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(&name));
        Ok(found.map(|(_, value)| value.clone()))
    }

    fn body(&mut self, response: Resource<Answered>) -> wasmtime::Result<Vec<u8>> {
        Ok(self.handles.get(&response)?.0.body.clone())
    }

    fn drop(&mut self, response: Resource<Answered>) -> wasmtime::Result<()> {
        self.handles.delete(response)?;
        Ok(())
    }
}

impl wit::Host for EventState {
    async fn send(
        &mut self,
        request: Resource<Request>,
    ) -> wasmtime::Result<Result<Resource<Answered>, Refused>> {
        let request = self.handles.delete(request)?;
        self.calls.count(request.url.len())?;
        let request = match self.checked(request) {
            Ok(request) => request,
            Err(refused) => return Ok(Err(refused)),
        };
        match self.meter.pause(self.reads.fetch(request)).await {
            Ok(response) => Ok(Ok(self.hand_over(Answered(response))?)),
            Err(error @ FetchError::Private(_)) => Ok(Err(invalid(error.to_string()))),
            Err(FetchError::TooLarge) => Ok(Err(Reached {
                limit: Limit::Http,
                allowed: self.http_bytes,
            }
            .into())),
            // A server that does not answer is neither the plugin's fault nor the host's trouble.
            Err(FetchError::Unavailable) => Ok(Err(Refused::Unavailable)),
        }
    }
}

#[cfg(test)]
mod tests {
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
        let data = Data {
            answer: Some(answer),
            ..Data::default()
        };
        let mut state = state(data, EventLimits::default());
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
        assert!(
            matches!(refused, Err(Refused::Limit(which)) if which.contains("bytes in an answer"))
        );
        let mut state = with(Err(FetchError::Unavailable));
        assert!(matches!(
            get(&mut state, url).await,
            Err(Refused::Unavailable)
        ));
        assert_eq!(state.trouble, None, "the host has no trouble");
    }
}
