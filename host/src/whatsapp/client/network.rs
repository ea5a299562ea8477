//! The client's sockets: its WebSocket with a notice when it can't be opened, and its HTTP client with bounds.
//!
//! The client library tries again by itself when it can't connect and says nothing; a person who looks at the bot must see
//! it, so the factory that opens the socket tells.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use whatsapp_rust::anyhow;
use whatsapp_rust::async_channel;
use whatsapp_rust::http::{HttpClient, HttpRequest, HttpResponse};
use whatsapp_rust::transport::{
    TokioWebSocketTransportFactory, Transport, TransportEvent, TransportFactory,
};
use whatsapp_rust::wacore::net::StreamingHttpResponse;

use super::control::StateSink;
use super::trust::Endpoint;
use crate::whatsapp::{DisconnectCause, SessionState};

/// How long one HTTP exchange with a media host may take.
const HTTP_DEADLINE: Duration = Duration::from_secs(60);
/// The largest answer of a media host that is held in memory.
const LARGEST_ANSWER: u64 = 128 * 1024 * 1024;

/// Opens the WebSocket and tells when that fails.
pub(super) struct Sockets {
    inner: TokioWebSocketTransportFactory,
    states: StateSink,
}

impl Sockets {
    pub(super) fn new(endpoint: &Endpoint, states: StateSink) -> Self {
        let inner = TokioWebSocketTransportFactory::new();
        let inner = match endpoint {
            Endpoint::WhatsApp => inner,
            #[cfg(feature = "simulator")]
            Endpoint::Simulator { chat, .. } => inner.with_url(chat),
        };
        Self { inner, states }
    }
}

#[async_trait]
impl TransportFactory for Sockets {
    async fn create_transport(
        &self,
    ) -> anyhow::Result<(Arc<dyn Transport>, async_channel::Receiver<TransportEvent>)> {
        let opened = self.inner.create_transport().await;
        if opened.is_err() {
            self.states.tell(SessionState::Closed {
                cause: DisconnectCause::Network,
                retrying: true,
            });
        }
        opened
    }
}

/// The client's HTTP, over one blocking agent with a deadline and a bound on answers.
pub(super) struct Http {
    inner: whatsapp_rust::http::UreqHttpClient,
    #[cfg(feature = "simulator")]
    media: Option<String>,
}

impl Http {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        // What is asked holds a token of the bot's account: it goes to the media host in secret or nowhere.
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(HTTP_DEADLINE))
            .https_only(matches!(endpoint, Endpoint::WhatsApp))
            .max_redirects(0)
            .proxy(None)
            .build();
        let inner = whatsapp_rust::http::UreqHttpClient::with_agent(agent.into())
            .with_max_body_bytes(LARGEST_ANSWER);
        match endpoint {
            Endpoint::WhatsApp => Self {
                inner,
                #[cfg(feature = "simulator")]
                media: None,
            },
            #[cfg(feature = "simulator")]
            Endpoint::Simulator { media, .. } => Self {
                inner,
                media: Some(media.trim_end_matches('/').to_owned()),
            },
        }
    }

    #[cfg(not(feature = "simulator"))]
    fn aimed(&self, request: HttpRequest) -> HttpRequest {
        request
    }

    /// The same path at the simulator, whatever host was asked: a simulator build reaches nothing else.
    #[cfg(feature = "simulator")]
    fn aimed(&self, mut request: HttpRequest) -> HttpRequest {
        if let Some(media) = &self.media {
            let path = request
                .url
                .split_once("://")
                .and_then(|(_, rest)| rest.find('/').map(|slash| rest.split_at(slash).1))
                .unwrap_or("/");
            request.url = format!("{media}{path}");
        }
        request
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn execute(&self, request: HttpRequest) -> anyhow::Result<HttpResponse> {
        self.inner.execute(self.aimed(request)).await
    }

    fn supports_streaming(&self) -> bool {
        self.inner.supports_streaming()
    }

    fn execute_streaming(&self, request: HttpRequest) -> anyhow::Result<StreamingHttpResponse> {
        self.inner.execute_streaming(self.aimed(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatsapps_media_hosts_are_asked_in_secret_only() {
        let http = Http::new(&Endpoint::WhatsApp);
        let asked = http.execute_streaming(HttpRequest::get("http://127.0.0.1:1/v/x?token=y"));
        let error = asked.err().expect("refused").to_string();
        assert!(error.contains("https"), "{error}");
    }

    #[cfg(feature = "simulator")]
    fn simulated(media: &str) -> Http {
        Http::new(&Endpoint::Simulator {
            chat: "ws://127.0.0.1:1/ws/chat".to_owned(),
            media: media.to_owned(),
        })
    }

    #[cfg(feature = "simulator")]
    #[test]
    fn every_media_host_is_the_simulator() {
        let http = simulated("http://127.0.0.1:2/");
        let url = |url: &str| http.aimed(HttpRequest::get(url)).url;
        assert_eq!(
            url("https://mmg.whatsapp.net/v/x?token=y"),
            "http://127.0.0.1:2/v/x?token=y"
        );
        assert_eq!(url("https://example.net"), "http://127.0.0.1:2/");
    }

    #[cfg(feature = "simulator")]
    #[test]
    fn nobody_is_followed_to_another_place() {
        use std::io::{Read as _, Write as _};

        let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = server.local_addr().expect("bound");
        let served = std::thread::spawn(move || {
            let (mut visitor, _) = server.accept().expect("a visitor");
            let _ = visitor.read(&mut [0; 4096]).expect("asked");
            let elsewhere = format!(
                "HTTP/1.1 302 Found\r\nlocation: http://{address}/elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            visitor.write_all(elsewhere.as_bytes()).expect("answered");
            drop(visitor);
            server.set_nonblocking(true).expect("a listener");
            server
        });
        let asked = simulated(&format!("http://{address}"))
            .execute_streaming(HttpRequest::get("https://mmg.whatsapp.net/v/x?token=y"));
        let server = served.join().expect("it ends");
        assert!(
            asked.map_or(true, |answer| answer.status_code == 302),
            "it was followed"
        );
        assert!(server.accept().is_err(), "the other place was asked too");
    }
}
