//! What the host's bots do and take, for Prometheus, on an address of its own: pages are for everybody, this is for the operator.
//!
//! Bots are named by their ids. No number, no name and no text of a person is among the figures.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, Responder, get, web};
use async_trait::async_trait;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use tokio::task::JoinHandle;

use super::server::WebError;

/// What the answer is, as OpenMetrics says it.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// How long a client may take to send its request.
const REQUEST_DEADLINE: Duration = Duration::from_secs(5);
/// How long answers under way may take when the host shuts down, seconds.
const SHUTDOWN: u64 = 1;

/// Whoever knows the figures.
#[async_trait]
pub trait Figures: Send + Sync + 'static {
    /// All of them, as they are now.
    async fn now(&self) -> Vec<Figure>;
}

/// Something that is measured, of the host or of each bot.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Its name, without `jadi_`, and for counts without `_total`.
    pub name: &'static str,
    /// What it is, one sentence without a stop.
    pub help: &'static str,
    /// Whether it only ever rises.
    pub rises: bool,
    /// What it is, by labels.
    pub samples: Vec<Sample>,
}

/// A value with its labels.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Names and values; none for what is of the host.
    pub labels: Vec<(&'static str, String)>,
    /// The value, in the unit that the figure's name ends with.
    pub value: f64,
}

/// The running server.
pub struct MetricsServer {
    address: SocketAddr,
    handle: ServerHandle,
    serving: JoinHandle<io::Result<()>>,
}

impl MetricsServer {
    /// Binds and starts serving.
    ///
    /// # Errors
    ///
    /// When the address can't be had.
    pub fn start(figures: Arc<dyn Figures>, address: SocketAddr) -> Result<Self, WebError> {
        let figures = web::Data::from(figures);
        let server = HttpServer::new(move || App::new().app_data(figures.clone()).service(scrape))
            .workers(1)
            .client_request_timeout(REQUEST_DEADLINE)
            .shutdown_timeout(SHUTDOWN)
            .disable_signals()
            .bind(address)
            .map_err(|source| WebError::of_bind(address, source))?;
        let address = server.addrs().first().copied().unwrap_or(address);
        let server = server.run();
        let handle = server.handle();
        Ok(Self {
            address,
            handle,
            serving: tokio::spawn(server),
        })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets an answer under way finish, and stops.
    pub async fn shutdown(self) {
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.serving.await {
            tracing::warn!(%error, "the server of figures ended badly");
        }
    }
}

#[get("/metrics")]
async fn scrape(figures: web::Data<dyn Figures>) -> impl Responder {
    let mut registry = Registry::with_prefix("jadi");
    registry.register_collector(Box::new(Taken(figures.now().await)));
    let mut answer = String::new();
    match text::encode(&mut answer, &registry) {
        Ok(()) => HttpResponse::Ok().content_type(CONTENT_TYPE).body(answer),
        Err(error) => {
            tracing::error!(%error, "figures can't be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Figures of one moment.
#[derive(Debug)]
struct Taken(Vec<Figure>);

impl Collector for Taken {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for figure in &self.0 {
            let kind = match figure.rises {
                true => MetricType::Counter,
                false => MetricType::Gauge,
            };
            let mut metric = encoder.encode_descriptor(figure.name, figure.help, None, kind)?;
            for sample in &figure.samples {
                let mut one = metric.encode_family(&sample.labels)?;
                match figure.rises {
                    true => one.encode_counter::<NoLabelSet, _, f64>(&sample.value, None)?,
                    false => one.encode_gauge(&sample.value)?,
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Two;

    #[async_trait]
    impl Figures for Two {
        async fn now(&self) -> Vec<Figure> {
            let of_bot = |bot: &str, value| Sample {
                labels: vec![("bot", bot.to_owned()), ("part", "client".to_owned())],
                value,
            };
            vec![
                Figure {
                    name: "cpu_seconds",
                    help: "Time on the processors",
                    rises: true,
                    samples: vec![of_bot("a1", 1.5), of_bot("b2", 0.0)],
                },
                Figure {
                    name: "slots",
                    help: "Sub-bots that the host takes",
                    rises: false,
                    samples: vec![Sample {
                        labels: Vec::new(),
                        value: 100.0,
                    }],
                },
            ]
        }
    }

    #[actix_web::test]
    async fn figures_are_told_as_openmetrics() {
        let figures: web::Data<dyn Figures> = web::Data::from(Arc::new(Two) as Arc<dyn Figures>);
        let app = App::new().app_data(figures).service(scrape);
        let app = actix_web::test::init_service(app).await;
        let request = actix_web::test::TestRequest::get().uri("/metrics");
        let answer = actix_web::test::call_and_read_body(&app, request.to_request()).await;
        let text = String::from_utf8(answer.to_vec()).expect("UTF-8");
        let expected = "# HELP jadi_cpu_seconds Time on the processors\n\
            # TYPE jadi_cpu_seconds counter\n\
            jadi_cpu_seconds_total{bot=\"a1\",part=\"client\"} 1.5\n\
            jadi_cpu_seconds_total{bot=\"b2\",part=\"client\"} 0.0\n\
            # HELP jadi_slots Sub-bots that the host takes\n\
            # TYPE jadi_slots gauge\n\
            jadi_slots 100.0\n\
            # EOF\n";
        assert_eq!(text, expected);
    }
}
