//! The servers that a script's plugins ask, on this machine.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::script::{Script, Step};

/// What ends a request without a body.
const END: &[u8] = b"\r\n\r\n";
/// More than any request's head has, bytes.
const MOST: usize = 64 * 1024;

/// Servers that answer until this is dropped.
#[derive(Debug)]
pub struct Servers {
    addresses: BTreeMap<String, SocketAddr>,
    _answering: JoinSet<()>,
}

struct Answer {
    status: u16,
    body: String,
}

impl Servers {
    /// Starts those that the script names, each on a port of its own.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub async fn start(script: &Script) -> io::Result<Self> {
        let mut answers: BTreeMap<String, VecDeque<Answer>> = BTreeMap::new();
        for line in &script.lines {
            if let Step::Server { host, status, body } = &line.step {
                answers.entry(host.clone()).or_default().push_back(Answer {
                    status: *status,
                    body: body.clone(),
                });
            }
        }
        let (mut addresses, mut answering) = (BTreeMap::new(), JoinSet::new());
        for (host, answers) in answers {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            addresses.insert(host, listener.local_addr()?);
            answering.spawn(answer_all(listener, answers));
        }
        Ok(Self {
            addresses,
            _answering: answering,
        })
    }

    /// Where each is, by its name.
    pub fn addresses(&self) -> BTreeMap<String, SocketAddr> {
        self.addresses.clone()
    }
}

/// Gives one answer after the other, and the last again and again.
async fn answer_all(listener: TcpListener, mut answers: VecDeque<Answer>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let Some(answer) = answers.front() else {
            return;
        };
        // Who goes away without an answer is the transcript's to notice.
        if answer_one(&mut stream, answer).await.is_ok() && answers.len() > 1 {
            answers.pop_front();
        }
    }
}

async fn answer_one(stream: &mut TcpStream, answer: &Answer) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(END.len()).any(|end| end == END) {
        if stream.read_buf(&mut request).await? == 0 || request.len() > MOST {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let Answer { status, body } = answer;
    let head = format!(
        "HTTP/1.1 {status} said so\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}
