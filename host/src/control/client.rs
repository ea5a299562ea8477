//! The command line's end of the socket: one request, one connection.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use jadi_plugin_manifest::is_plugin_name;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;

use super::{Ask, Done, EvidenceAnswer, EvidenceAsk, Grant, Switch, socket};
use crate::library::{LibraryError, PluginView, Terms};

/// How long an answer may take: a large component is compiled meanwhile.
const ANSWER: Duration = Duration::from_secs(120);
/// The largest answer that is read, bytes.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// Why there is no answer, or which.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody listens.
    #[error("no host is running on {}; start it with `jadi run`, or name another directory with --data-dir", data_dir.display())]
    NotRunning {
        /// The data directory.
        data_dir: PathBuf,
    },
    /// The socket is somebody else's.
    #[error("{} belongs to another user; run this as the user who runs the host", socket.display())]
    NotYours {
        /// The socket.
        socket: PathBuf,
    },
    /// The host refused.
    #[error(transparent)]
    Refused(#[from] LibraryError),
    /// The connection broke, or no answer came in time.
    #[error("the host does not answer: {why}; its log may say more")]
    Broken {
        /// What happened.
        why: String,
    },
    /// The host answers something that this program does not know.
    #[error(
        "the host answers {status}, which this program does not understand; use the program that runs the host"
    )]
    Strange {
        /// The status.
        status: u16,
    },
}

fn broken(error: impl std::fmt::Display) -> ClientError {
    ClientError::Broken {
        why: error.to_string(),
    }
}

/// Asks the host that runs on a data directory.
#[derive(Debug, Clone)]
pub struct Client {
    data_dir: PathBuf,
}

impl Client {
    /// For the host that runs on this directory.
    pub fn new(data_dir: &Path) -> Self {
        Self {
            data_dir: data_dir.to_owned(),
        }
    }

    /// All installed plugins.
    ///
    /// # Errors
    ///
    /// [`ClientError`], as of all questions.
    pub async fn list(&self) -> Result<Vec<PluginView>, ClientError> {
        self.ask(Method::GET, "/plugins", Bytes::new()).await
    }

    /// An installed plugin.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn get(&self, name: &str) -> Result<PluginView, ClientError> {
        self.ask(Method::GET, &path(name, "")?, Bytes::new()).await
    }

    /// What a component file is and would change.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn look(&self, component: Bytes) -> Result<Terms, ClientError> {
        self.ask(Method::POST, "/components", component).await
    }

    /// Installs or upgrades.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn install(&self, component: Bytes, ask: &Ask) -> Result<PluginView, ClientError> {
        let path = format!("/plugins?ask={}", ask.encoded());
        self.ask(Method::POST, &path, component).await
    }

    /// Goes back to the version before.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn rollback(&self, name: &str) -> Result<PluginView, ClientError> {
        self.ask(Method::POST, &path(name, "/rollback")?, Bytes::new())
            .await
    }

    /// Enables or disables.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn switch(&self, name: &str, switch: &Switch) -> Result<PluginView, ClientError> {
        self.ask(Method::POST, &path(name, "/switch")?, json(switch)?)
            .await
    }

    /// Narrows or widens.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn grant(&self, name: &str, grant: &Grant) -> Result<PluginView, ClientError> {
        self.ask(Method::POST, &path(name, "/grants")?, json(grant)?)
            .await
    }

    /// Removes.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn remove(&self, name: &str) -> Result<(), ClientError> {
        let _: Done = self
            .ask(Method::DELETE, &path(name, "")?, Bytes::new())
            .await?;
        Ok(())
    }

    /// How plugins did, or what is done about it. Inside is why that can't be told or done.
    ///
    /// # Errors
    ///
    /// As above.
    pub async fn evidence(
        &self,
        ask: &EvidenceAsk,
    ) -> Result<Result<EvidenceAnswer, String>, ClientError> {
        self.ask(Method::POST, "/evidence", json(ask)?).await
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, ClientError> {
        let asked = tokio::time::timeout(ANSWER, self.answer(method, path, body));
        let (status, body) = asked
            .await
            .map_err(|_| broken(format!("no answer within {} s", ANSWER.as_secs())))??;
        let strange = || ClientError::Strange {
            status: status.as_u16(),
        };
        if status.is_success() {
            serde_json::from_slice(&body).map_err(|_| strange())
        } else {
            let refusal: LibraryError = serde_json::from_slice(&body).map_err(|_| strange())?;
            Err(refusal.into())
        }
    }

    async fn answer(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<(StatusCode, Bytes), ClientError> {
        let stream = self.connect().await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "jadi")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(broken)?;
        let answered = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            let status = response.status();
            let body = Limited::new(response.into_body(), LARGEST_ANSWER);
            let body = body.collect().await.map_err(broken)?.to_bytes();
            Ok((status, body))
        };
        // The connection makes progress only while it is polled; how it ended is told to who waits for the answer.
        let connected = async {
            drop(connection.await);
            std::future::pending().await
        };
        tokio::select! {
            answer = answered => answer,
            never = connected => never,
        }
    }

    async fn connect(&self) -> Result<UnixStream, ClientError> {
        let path = socket(&self.data_dir);
        match UnixStream::connect(&path).await {
            Ok(stream) => Ok(stream),
            Err(error) => Err(match error.kind() {
                io::ErrorKind::NotFound
                | io::ErrorKind::ConnectionRefused
                | io::ErrorKind::NotADirectory => ClientError::NotRunning {
                    data_dir: self.data_dir.clone(),
                },
                io::ErrorKind::PermissionDenied => ClientError::NotYours { socket: path },
                _ => broken(error),
            }),
        }
    }
}

/// The address of a plugin. What is no name is nobody's.
fn path(name: &str, rest: &str) -> Result<String, ClientError> {
    if !is_plugin_name(name) {
        let name = name.to_owned();
        return Err(LibraryError::NoSuchPlugin { name }.into());
    }
    Ok(format!("/plugins/{name}{rest}"))
}

fn json(body: &impl Serialize) -> Result<Bytes, ClientError> {
    serde_json::to_vec(body).map(Bytes::from).map_err(broken)
}
