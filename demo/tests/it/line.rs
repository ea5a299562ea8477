//! The line between a browser and the host, which a test can break as networks and proxies do.

use std::net::{Ipv4Addr, SocketAddr};

use jadi_demo::world::World;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How it goes on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// What is sent arrives.
    Through,
    /// Connections break, and a proxy says for the host that it is not there.
    BadGateway,
    /// Connections stay, and nothing arrives.
    Dead,
}

/// A line that a browser takes to the host.
pub struct Line {
    address: SocketAddr,
    way: watch::Sender<(Way, SocketAddr)>,
}

impl Line {
    /// To the host of this world.
    pub async fn to(world: &World) -> Self {
        let any = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = any.expect("a port");
        let address = listener.local_addr().expect("its address");
        let way = watch::Sender::new((Way::Through, host(world)));
        let ways = way.subscribe();
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.expect("somebody connects");
                tokio::spawn(carry(client, ways.clone()));
            }
        });
        Self { address, way }
    }

    /// Where the host's pages are over this line.
    pub fn page(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// From now on it goes like this.
    pub fn goes(&self, now: Way) {
        self.way.send_modify(|(way, _)| *way = now);
    }

    /// From now on it leads to the host that runs in this world.
    pub fn leads_to(&self, world: &World) {
        self.way.send_replace((Way::Through, host(world)));
    }
}

fn host(world: &World) -> SocketAddr {
    let page = world.host_page().expect("the host runs");
    let address = page.strip_prefix("http://").expect("plain HTTP");
    address.trim_end_matches('/').parse().expect("an address")
}

/// Carries one connection until it, or the line, breaks.
async fn carry(mut client: TcpStream, mut ways: watch::Receiver<(Way, SocketAddr)>) {
    let (way, host) = *ways.borrow_and_update();
    match way {
        Way::Through => {}
        Way::BadGateway => return refuse(client).await,
        Way::Dead => return drop(ways.changed().await),
    }
    let Ok(mut server) = TcpStream::connect(host).await else {
        return refuse(client).await;
    };
    tokio::select! {
        // One end has hung up.
        _ = copy_bidirectional(&mut client, &mut server) => {}
        _ = ways.changed() => {
            let (way, _) = *ways.borrow_and_update();
            if way == Way::Dead {
                // Both ends keep what they have until it goes otherwise.
                let _ = ways.changed().await;
            }
        }
    }
}

/// What a proxy says whose server is gone.
async fn refuse(mut client: TcpStream) {
    let mut request = [0; 4096];
    let _ = client.read(&mut request).await;
    let answer = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let _ = client.write_all(answer.as_bytes()).await;
}
