//! Asking servers on the internet, those that the plugin names with `http_hosts("…", …)` and no others. Only `https`.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::bindings::capabilities::jadi::plugin::http as host;
use crate::{Error, Result};
pub use host::Method;

/// A request that is being written.
pub struct Request(host::Request);

impl Request {
    /// A request of an address such as `https://api.example.org/v1/things?x=1`.
    pub fn new(method: Method, url: &str) -> Self {
        Self(host::Request::new(method, url))
    }

    /// Reads.
    pub fn get(url: &str) -> Self {
        Self::new(Method::Get, url)
    }

    /// Sends.
    pub fn post(url: &str) -> Self {
        Self::new(Method::Post, url)
    }

    /// Sets a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.0.header(name, value);
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, bytes: &[u8]) -> Self {
        self.0.body(bytes);
        self
    }

    /// Sets the body to a value as JSON, and says so.
    ///
    /// # Errors
    ///
    /// When the value can't be JSON.
    pub fn json<T: Serialize + ?Sized>(self, value: &T) -> Result<Self> {
        let body = serde_json::to_vec(value).map_err(|problem| Error::new(problem.to_string()))?;
        Ok(self.header("content-type", "application/json").body(&body))
    }

    /// Sends it and waits for the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// When the address is none that the plugin may ask, a header makes no sense, or no answer comes in time.
    pub fn send(self) -> Result<Response> {
        Ok(Response(host::send(self.0)?))
    }
}

/// An answer.
pub struct Response(host::Response);

impl Response {
    /// Its status, such as 200.
    pub fn status(&self) -> u16 {
        self.0.status()
    }

    /// Whether its status says that it worked.
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status())
    }

    /// The first header of this name, regardless of case.
    pub fn header(&self, name: &str) -> Option<String> {
        self.0.header(name)
    }

    /// Its body.
    pub fn body(&self) -> Vec<u8> {
        self.0.body()
    }

    /// Its body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body()).into_owned()
    }

    /// Its body as a value from JSON.
    ///
    /// # Errors
    ///
    /// When it is not JSON of a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body())
            .map_err(|problem| Error::new(format!("the server's answer: {problem}")))
    }
}
