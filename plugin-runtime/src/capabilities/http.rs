//! `http`: asking the servers that the manifest names. What an address may be is decided here, by its text; where its name leads
//! is the host's to check when it connects.
//!
//! Requests and answers are in the host's memory, not in the plugin's: all of them that an instance holds share one budget, and what
//! has no room in it is dropped at once.

use jadi_plugin_manifest::Capability;
use url::{Host as UrlHost, Url};
use wasmtime::component::Resource;

use super::super::bindings::jadi::plugin::http as wit;
use super::super::bindings::jadi::plugin::types::Refused;
use super::super::budget::Reached;
use super::super::context::{FetchError, HttpRequest, HttpResponse};
use super::super::failure::Limit;
use super::super::limits::EventLimits;
use super::super::state::EventState;
use super::invalid;

/// The most headers of a request.
const HEADERS: usize = 64;
/// The longest value of a header, bytes.
const VALUE: usize = 8 * 1024;
/// The longest address, bytes.
const ADDRESS: usize = 8 * 1024;
/// As many answers of the largest size may be held at a time, and one more.
const HELD: u64 = 3;
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

impl Request {
    /// What it holds, bytes.
    fn bytes(&self) -> usize {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| name.len().saturating_add(value.len()));
        headers
            .chain([self.url.len(), self.body.as_ref().map_or(0, Vec::len)])
            .fold(0, usize::saturating_add)
    }
}

/// A server's answer.
pub struct Answered(HttpResponse);

impl Answered {
    /// What it holds, bytes.
    fn bytes(&self) -> usize {
        let headers = self.0.headers.iter();
        let headers = headers.map(|(name, value)| name.len().saturating_add(value.len()));
        headers.fold(self.0.body.len(), usize::saturating_add)
    }
}

/// How much an instance holds in requests and answers.
pub(in super::super) struct Traffic {
    /// The largest body of an answer.
    most: u64,
    allowed: u64,
    held: u64,
}

impl Traffic {
    pub(in super::super) fn new(limits: &EventLimits) -> Self {
        let answers = limits.http_bytes.saturating_mul(HELD);
        Self {
            most: limits.http_bytes,
            allowed: answers.saturating_add(limits.call_bytes.max(limits.http_bytes)),
            held: 0,
        }
    }

    fn take(&mut self, bytes: usize) -> Result<(), Reached> {
        let held = self.held.saturating_add(bytes as u64);
        if held > self.allowed {
            return Err(self.full());
        }
        self.held = held;
        Ok(())
    }

    fn give_back(&mut self, bytes: usize) {
        self.held = self.held.saturating_sub(bytes as u64);
    }

    /// How large an answer may be now.
    fn room(&self) -> u64 {
        self.allowed.saturating_sub(self.held).min(self.most)
    }

    fn full(&self) -> Reached {
        Reached {
            limit: Limit::HttpHeld,
            allowed: self.allowed,
        }
    }

    /// Why an answer is too large.
    fn too_large(&self) -> Reached {
        if self.room() < self.most {
            return self.full();
        }
        Reached {
            limit: Limit::Http,
            allowed: self.most,
        }
    }
}

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
            most: self.traffic.room(),
        })
    }
}

/// An address that a plugin may ask: `https`, the usual port, no name and password, a server that the manifest has by name.
fn address(text: &str, allowed: &[String]) -> Result<Url, Refused> {
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
    fn new(&mut self, method: wit::Method, mut url: String) -> wasmtime::Result<Resource<Request>> {
        self.calls.count(url.len())?;
        let problem = if url.len() > ADDRESS {
            Some(invalid(format!("an address has at most {ADDRESS} bytes")))
        } else {
            self.traffic.take(url.len()).err().map(Refused::from)
        };
        if problem.is_some() {
            url = String::new();
        }
        Ok(self.hand_over(Request {
            method,
            url,
            headers: Vec::new(),
            body: None,
            problem,
        })?)
    }

    fn header(
        &mut self,
        request: Resource<Request>,
        name: String,
        value: String,
    ) -> wasmtime::Result<()> {
        let request = self.handles.get_mut(&request)?;
        let set = header(&name, &value).and_then(|(name, value)| {
            let set_before = request.headers.iter().position(|(other, _)| *other == name);
            if let Some(place) = set_before {
                let (name, value) = request.headers.remove(place);
                self.traffic
                    .give_back(name.len().saturating_add(value.len()));
            }
            if request.headers.len() >= HEADERS {
                return Err(invalid(format!("a request has at most {HEADERS} headers")));
            }
            self.traffic.take(name.len().saturating_add(value.len()))?;
            request.headers.push((name, value));
            Ok(())
        });
        if let Err(problem) = set {
            request.problem.get_or_insert(problem);
        }
        Ok(())
    }

    fn body(&mut self, request: Resource<Request>, bytes: Vec<u8>) -> wasmtime::Result<()> {
        self.calls.count(bytes.len())?;
        let request = self.handles.get_mut(&request)?;
        let before = request.body.take().map_or(0, |body| body.len());
        self.traffic.give_back(before);
        match self.traffic.take(bytes.len()) {
            Ok(()) => request.body = Some(bytes),
            Err(reached) => {
                request.problem.get_or_insert(reached.into());
            }
        }
        Ok(())
    }

    fn drop(&mut self, request: Resource<Request>) -> wasmtime::Result<()> {
        let request = self.handles.delete(request)?;
        self.traffic.give_back(request.bytes());
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
        let response = self.handles.delete(response)?;
        self.traffic.give_back(response.bytes());
        Ok(())
    }
}

impl wit::Host for EventState {
    async fn send(
        &mut self,
        request: Resource<Request>,
    ) -> wasmtime::Result<Result<Resource<Answered>, Refused>> {
        let request = self.handles.delete(request)?;
        let sent = request.bytes();
        self.calls.count(request.url.len())?;
        let request = match self.checked(request) {
            Ok(request) => request,
            Err(refused) => {
                self.traffic.give_back(sent);
                return Ok(Err(refused));
            }
        };
        let url = request.url.clone();
        let answer = self.meter.pause(self.reads.fetch(request)).await;
        let too_large = self.traffic.too_large();
        self.traffic.give_back(sent);
        match answer.map(Answered) {
            Ok(response) => {
                if let Err(reached) = self.traffic.take(response.bytes()) {
                    return Ok(Err(reached.into()));
                }
                Ok(Ok(self.hand_over(response)?))
            }
            Err(error @ FetchError::Private(_)) => Ok(Err(invalid(error.to_string()))),
            Err(FetchError::TooLarge) => Ok(Err(too_large.into())),
            // A server that does not answer is neither the plugin's fault nor the host's trouble.
            Err(FetchError::Unavailable) => {
                let server = Url::parse(&url).ok();
                let server = server.as_ref().and_then(Url::host_str).unwrap_or(&url);
                self.log.note(format!(
                    "{server}: no such server, no connection, or no answer in time"
                ));
                Ok(Err(Refused::Unavailable))
            }
        }
    }
}

#[cfg(test)]
mod tests;
