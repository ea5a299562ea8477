//! WASI 0.2, for plugins that bring an interpreter along: linked, with nothing behind it. There are no files, no
//! sockets, no environment, no arguments and no standard input. What is printed goes to the plugin's log; time and random
//! numbers are those of `clock` and `random`.
//!
//! Compiled plugins need none of it and can't import it. What such a runtime does for itself is not counted as calls of the
//! plugin: it costs the CPU time that it takes, and its handles count as the plugin's own.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use jadi_model::clock::{Millis, SharedClock};
use tokio::io::AsyncWrite;
use wasmtime::component::Linker;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use super::super::context::LogLevel;
use super::super::state::EventState;
use super::log::Log;
use super::random::Source;

/// The most random bytes of one call.
const RANDOM: u64 = 64 * 1024;
/// The most bytes that are printed by one call.
const PRINT: usize = 16 * 1024;

/// Links all of it.
///
/// # Errors
///
/// When something is linked twice.
pub(in super::super) fn add_to_linker(linker: &mut Linker<EventState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

impl WasiView for EventState {
    /// Made when it is first asked for.
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let ctx = self
            .wasi
            .get_or_insert_with(|| Box::new(nothing(&self.clock, &mut self.random, &self.log)));
        WasiCtxView {
            ctx,
            table: &mut self.handles,
        }
    }
}

/// A WASI with nothing behind it.
fn nothing(clock: &SharedClock, random: &mut Source, log: &Log) -> WasiCtx {
    WasiCtx::builder()
        .stdout(Printed {
            log: log.clone(),
            level: LogLevel::Info,
        })
        .stderr(Printed {
            log: log.clone(),
            level: LogLevel::Error,
        })
        .wall_clock(Wall(Arc::clone(clock)))
        .monotonic_clock(Steady::new(clock))
        .secure_random(random.fork())
        .insecure_random(random.fork())
        .insecure_random_seed(random.seed())
        .max_random_size(RANDOM)
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .build()
}

/// Standard output or error, which becomes lines of the plugin's log.
#[derive(Clone)]
struct Printed {
    log: Log,
    level: LogLevel,
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.log.print(self.level, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PRINT)
    }
}

#[async_trait::async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Printed {
    fn poll_write(
        self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.log.print(self.level, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The time of day.
struct Wall(SharedClock);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now()).unwrap_or(0))
    }
}

/// Time since the event began; it never goes back, even when the clock is set.
struct Steady {
    clock: SharedClock,
    began: Millis,
    latest: AtomicU64,
}

impl Steady {
    fn new(clock: &SharedClock) -> Self {
        Self {
            clock: Arc::clone(clock),
            began: clock.now(),
            latest: AtomicU64::new(0),
        }
    }
}

impl HostMonotonicClock for Steady {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        let since = self.clock.now().saturating_sub(self.began);
        let nanos = u64::try_from(since).unwrap_or(0).saturating_mul(1_000_000);
        self.latest.fetch_max(nanos, Ordering::Relaxed).max(nanos)
    }
}
