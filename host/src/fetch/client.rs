//! One request, within its deadline.

#[cfg(any(test, feature = "simulator"))]
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use ureq::config::Config;
use ureq::http::{Request, Response, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{Connector, DefaultConnector, NextTimeout};
use ureq::{Agent, Body, Error};

use super::address::is_public;
use crate::plugins::{FetchError, HttpRequest, HttpResponse};

/// The most bytes of an answer's headers.
const HEADER_BYTES: usize = 64 * 1024;

/// How servers are asked.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// How long one request may take, from the look-up to the last byte.
    pub deadline: Duration,
    /// How many requests of all who share the fetcher are under way at a time; others wait, within twice the deadline. Each holds a
    /// thread.
    pub at_once: usize,
    /// How many of these may be one bot's.
    pub of_one_bot: usize,
    /// Servers of a test: names that lead to these addresses of this machine, and are asked without TLS. An ordinary build has
    /// no such thing: there is no way to tell it of any.
    #[cfg(any(test, feature = "simulator"))]
    pub for_tests: BTreeMap<String, SocketAddr>,
}

impl FetchOptions {
    /// The address that a name leads to by a test's word.
    #[cfg(any(test, feature = "simulator"))]
    fn for_test(&self, host: &str) -> Option<SocketAddr> {
        self.for_tests.get(host).copied()
    }

    #[cfg(not(any(test, feature = "simulator")))]
    #[expect(clippy::unused_self, reason = "a test's options know of servers")]
    fn for_test(&self, _host: &str) -> Option<SocketAddr> {
        None
    }
}

impl Default for FetchOptions {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(3),
            at_once: 64,
            of_one_bot: 2,
            #[cfg(any(test, feature = "simulator"))]
            for_tests: BTreeMap::new(),
        }
    }
}

/// Asks servers. Shared by all bots, each with a share of its own; it keeps nothing of a request.
#[derive(Debug, Clone)]
pub struct Fetcher {
    agent: Agent,
    places: Arc<Semaphore>,
    /// Of one bot; none for who is bounded elsewhere.
    share: Option<Arc<Semaphore>>,
    options: Arc<FetchOptions>,
}

impl Fetcher {
    /// A fetcher.
    pub fn new(options: FetchOptions) -> Self {
        Self::over(
            options,
            DefaultResolver::default(),
            DefaultConnector::default(),
        )
    }

    /// A fetcher that looks names up and connects in these ways.
    fn over(options: FetchOptions, usual: impl Resolver, connector: impl Connector) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(options.deadline))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .max_response_header_size(HEADER_BYTES)
            .proxy(None)
            .user_agent(concat!("jadi/", env!("CARGO_PKG_VERSION")))
            .build();
        let options = Arc::new(options);
        let resolver = Checked {
            usual,
            options: options.clone(),
        };
        Self {
            agent: Agent::with_parts(config, connector, resolver),
            places: Arc::new(Semaphore::new(options.at_once)),
            share: None,
            options,
        }
    }

    /// The same for one bot: so many of its requests as it may have are under way at a time, whatever its servers do, so that a few
    /// bots can't take the places of all.
    #[must_use]
    pub fn of_bot(&self) -> Self {
        Self {
            share: Some(Arc::new(Semaphore::new(self.options.of_one_bot))),
            ..self.clone()
        }
    }

    /// Asks a server.
    ///
    /// # Errors
    ///
    /// When the server is on a private network, does not answer in time, or answers with more than was allowed.
    pub async fn fetch(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        self.in_time(move |fetcher| fetcher.ask(request)).await
    }

    /// Asks a server and reads no more of its answer than the status.
    ///
    /// # Errors
    ///
    /// When the server is on a private network, or does not answer in time.
    pub async fn status(&self, request: HttpRequest) -> Result<u16, FetchError> {
        let ask = move |fetcher: &Self| Ok(fetcher.send(request)?.status().as_u16());
        self.in_time(ask).await
    }

    /// Asks within the deadline, when there is a place.
    async fn in_time<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Self) -> Result<T, FetchError> + Send + 'static,
    ) -> Result<T, FetchError> {
        let asked = async {
            // Its own first: who waits for that takes no place.
            let own = match &self.share {
                Some(share) => Some(place(share).await?),
                None => None,
            };
            let place = place(&self.places).await?;
            let fetcher = self.clone();
            let asking = tokio::task::spawn_blocking(move || {
                let answer = ask(&fetcher);
                drop((place, own));
                answer
            });
            asking.await.unwrap_or(Err(FetchError::Unavailable))
        };
        // The client keeps the deadline itself; this is for the wait before it.
        tokio::time::timeout(self.options.deadline.saturating_mul(2), asked)
            .await
            .unwrap_or(Err(FetchError::Unavailable))
    }

    fn ask(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let most = request.most;
        let mut response = self.send(request)?;
        let headers = response.headers().iter();
        let headers = headers
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect();
        let body = response.body_mut().with_config().limit(most).read_to_vec();
        Ok(HttpResponse {
            status: response.status().as_u16(),
            headers,
            body: body.map_err(failure)?,
        })
    }

    fn send(&self, request: HttpRequest) -> Result<Response<Body>, FetchError> {
        let mut asked = Request::builder()
            .method(request.method)
            .uri(self.uri(&request.url));
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        let unsendable = |error: ureq::http::Error| {
            tracing::debug!(%error, "a request can't be sent");
            FetchError::Unavailable
        };
        let answered = match request.body {
            Some(body) => self.agent.run(asked.body(body).map_err(unsendable)?),
            None => self.agent.run(asked.body(()).map_err(unsendable)?),
        };
        answered.map_err(failure)
    }

    /// The address that is asked: the request's own, but for a test's server.
    fn uri(&self, url: &str) -> String {
        let rest = url.strip_prefix("https://").unwrap_or_default();
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        match self.options.for_test(host) {
            Some(address) => {
                let path = rest.strip_prefix(host).unwrap_or_default();
                format!("http://{host}:{}{path}", address.port())
            }
            None => url.to_owned(),
        }
    }
}

/// Waits for a place.
async fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, FetchError> {
    let place = places.clone().acquire_owned().await;
    place.map_err(|_| FetchError::Unavailable)
}

/// What the client's own error means for who asks.
fn failure(error: Error) -> FetchError {
    tracing::debug!(%error, "a request was not answered");
    match error {
        Error::BodyExceedsLimit(_) => FetchError::TooLarge,
        Error::Other(other) => match other.downcast_ref::<Private>() {
            Some(Private(host)) => FetchError::Private(host.clone()),
            None => FetchError::Unavailable,
        },
        _ => FetchError::Unavailable,
    }
}

/// A name led to a private network.
#[derive(Debug, thiserror::Error)]
#[error("{0} is on a private network")]
struct Private(String);

/// Looks names up, and gives only addresses that may be reached.
struct Checked<R> {
    usual: R,
    options: Arc<FetchOptions>,
}

impl<R> fmt::Debug for Checked<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Checked")
    }
}

impl<R: Resolver> Resolver for Checked<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let host = uri.host().unwrap_or_default();
        if let Some(address) = self.options.for_test(host) {
            let mut addresses = self.empty();
            addresses.push(address);
            return Ok(addresses);
        }
        let found = self.usual.resolve(uri, config, timeout)?;
        // One private address is enough to refuse: which of them a connection takes is not ours to hope for.
        if found.iter().all(|address| is_public(address.ip())) {
            Ok(found)
        } else {
            Err(Error::Other(Box::new(Private(host.to_owned()))))
        }
    }
}

#[cfg(test)]
mod tests;
