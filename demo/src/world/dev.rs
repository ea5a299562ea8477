//! The routes that a simulator build of the host has for whoever drives it.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::WorldError;

/// How long an ordinary answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// How long the host may hold a request for idleness; its own deadline is shorter.
const IDLE: Duration = Duration::from_secs(40);

/// A client of one host's routes.
#[derive(Debug, Clone)]
pub(super) struct DevApi {
    base: String,
    agent: ureq::Agent,
}

/// A bot as the host tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct BotView {
    /// Its id, which its directory is called by.
    pub id: String,
    /// Its number, once that is known.
    pub number: Option<String>,
    /// `main` or `sub`.
    pub role: String,
    /// Its state's name.
    pub state: String,
    /// Why it is not open, when there is a reason.
    pub cause: Option<String>,
    /// What its QR code says, while it shows one.
    pub qr: Option<String>,
    /// The code to type on its phone, while it shows one.
    pub code: Option<String>,
}

/// What a bot shows to be linked with.
pub(super) enum Link {
    /// What a QR code says.
    Qr(String),
    /// A code to type.
    Code(String),
}

impl BotView {
    pub(super) fn link(self) -> Option<Link> {
        self.qr.map(Link::Qr).or(self.code.map(Link::Code))
    }
}

impl fmt::Display for BotView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is {}", self.state)?;
        self.cause.iter().try_for_each(|why| write!(f, " ({why})"))
    }
}

impl DevApi {
    /// For the host that serves on this port of loopback.
    pub(super) fn new(port: u16) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        Self {
            base: format!("http://127.0.0.1:{port}/dev"),
            agent: config.build().new_agent(),
        }
    }

    /// All bots.
    pub(super) async fn bots(&self) -> Result<Vec<BotView>, WorldError> {
        self.ask("/bots", None, ANSWER).await
    }

    /// Begins to make a bot of a number.
    pub(super) async fn make_bot(&self, number: &str, owner: &str) -> Result<(), WorldError> {
        let make = serde_json::json!({ "number": number, "owner": owner });
        let _: serde_json::Value = self.ask("/bots", Some(make), ANSWER).await?;
        Ok(())
    }

    /// Moves the host's clock.
    pub(super) async fn advance(&self, by: Duration) -> Result<(), WorldError> {
        let by = serde_json::json!({ "advance_ms": by.as_millis() as u64 });
        let _: serde_json::Value = self.ask("/clock", Some(by), ANSWER).await?;
        Ok(())
    }

    /// Resolves when the host has nothing left to do.
    pub(super) async fn idle(&self) -> Result<(), WorldError> {
        let _: serde_json::Value = self.ask("/idle", None, IDLE).await?;
        Ok(())
    }

    async fn ask<T: DeserializeOwned + Send + 'static>(
        &self,
        route: &str,
        body: Option<serde_json::Value>,
        within: Duration,
    ) -> Result<T, WorldError> {
        let wrong = |answer: String| WorldError::Answer {
            route: format!("/dev{route}"),
            answer,
        };
        let (agent, url) = (self.agent.clone(), format!("{}{route}", self.base));
        let call = move || -> Result<(u16, String), ureq::Error> {
            let answer = match body {
                Some(body) => {
                    let post = agent.post(&url).header("content-type", "application/json");
                    let post = post.config().timeout_global(Some(within)).build();
                    post.send(body.to_string())
                }
                None => {
                    let get = agent.get(&url).config().timeout_global(Some(within));
                    get.build().call()
                }
            };
            let mut answer = answer?;
            let status = answer.status().as_u16();
            Ok((status, answer.body_mut().read_to_string()?))
        };
        let (status, body) = tokio::task::spawn_blocking(call)
            .await
            .map_err(|error| wrong(error.to_string()))?
            .map_err(|error| wrong(error.to_string()))?;
        if status != 200 {
            return Err(wrong(format!("{status} {body}")));
        }
        serde_json::from_str(&body).map_err(|error| wrong(format!("{body} ({error})")))
    }
}
