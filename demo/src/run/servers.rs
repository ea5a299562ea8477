//! Servers on this machine for plugins to ask: those that a script names, and those of tests, which may behave badly.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpStream as StdStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::script::{Script, Step};

/// What ends a request without a body.
const END: &[u8] = b"\r\n\r\n";
/// More than any request's head has, bytes.
const MOST: usize = 64 * 1024;
/// How often somebody gets a byte who is kept waiting.
const BYTE_EVERY: Duration = Duration::from_millis(50);

/// What a server does once it was asked.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Answers.
    Says {
        /// The status, such as 200.
        status: u16,
        /// The whole body.
        body: String,
    },
    /// Sends who asks on to this address.
    SendsTo(String),
    /// Begins to answer, and gives the body byte by byte and without an end.
    Dribbles,
    /// Gives a body without an end, as fast as it is taken.
    Floods,
    /// Says nothing until who asked goes away.
    Hangs,
}

/// Servers that answer until this is dropped.
#[derive(Debug)]
pub struct Servers {
    servers: BTreeMap<String, (SocketAddr, Arc<Server>)>,
    _serving: JoinSet<()>,
}

impl Servers {
    /// Starts a server of each name, on a port of its own. It gives its answers one after the other, and the last again and again.
    ///
    /// # Errors
    ///
    /// When there is no free port.
    pub async fn start(answers: BTreeMap<String, VecDeque<Answer>>) -> io::Result<Self> {
        let (mut servers, mut serving) = (BTreeMap::new(), JoinSet::new());
        for (host, answers) in answers {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let server = Arc::new(Server(Mutex::new(State {
                answers,
                requests: Vec::new(),
                most_at_once: 0,
            })));
            servers.insert(host, (listener.local_addr()?, Arc::clone(&server)));
            serving.spawn(serve(listener, server));
        }
        Ok(Self {
            servers,
            _serving: serving,
        })
    }

    /// The answers of those that a script names.
    pub fn answers(script: &Script) -> BTreeMap<String, VecDeque<Answer>> {
        let mut answers: BTreeMap<String, VecDeque<Answer>> = BTreeMap::new();
        for line in &script.lines {
            if let Step::Server { host, status, body } = &line.step {
                answers
                    .entry(host.clone())
                    .or_default()
                    .push_back(Answer::Says {
                        status: *status,
                        body: body.clone(),
                    });
            }
        }
        answers
    }

    /// Where each is, by its name.
    pub fn addresses(&self) -> BTreeMap<String, SocketAddr> {
        let servers = self.servers.iter();
        servers
            .map(|(host, (address, _))| (host.clone(), *address))
            .collect()
    }

    /// The heads of the requests that a server has had, oldest first; none of a server that is not there.
    pub fn requests(&self, host: &str) -> Vec<String> {
        let server = self.servers.get(host);
        server.map_or_else(Vec::new, |(_, server)| server.state().requests.clone())
    }

    /// How many connections a server had at a time at most.
    pub fn most_at_once(&self, host: &str) -> usize {
        let server = self.servers.get(host);
        server.map_or(0, |(_, server)| server.state().most_at_once)
    }
}

/// One server, as all of its connections share it.
#[derive(Debug)]
struct Server(Mutex<State>);

#[derive(Debug)]
struct State {
    answers: VecDeque<Answer>,
    requests: Vec<String>,
    most_at_once: usize,
}

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a request; gives the answer that is its.
    fn asked(&self, request: String) -> Option<Answer> {
        let mut state = self.state();
        state.requests.push(request);
        match state.answers.len() {
            0 | 1 => state.answers.front().cloned(),
            _ => state.answers.pop_front(),
        }
    }
}

async fn serve(listener: TcpListener, server: Arc<Server>) {
    let (mut open, mut answering) = (Vec::new(), JoinSet::new());
    while let Ok((stream, _)) = listener.accept().await {
        let Ok((stream, watched)) = watched(stream) else {
            continue;
        };
        open.retain(is_open);
        open.push(watched);
        {
            let mut state = server.state();
            state.most_at_once = state.most_at_once.max(open.len());
        }
        let server = Arc::clone(&server);
        // Who goes away without an answer is the transcript's to notice.
        answering.spawn(async move { answer(stream, &server).await });
        while answering.try_join_next().is_some() {}
    }
}

/// A connection, and a second handle to see what became of it.
fn watched(stream: TcpStream) -> io::Result<(TcpStream, StdStream)> {
    let stream = stream.into_std()?;
    let watched = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, watched))
}

/// Whether the other end has not hung up: the system is asked, which knows it before any task is told.
fn is_open(stream: &StdStream) -> bool {
    match stream.peek(&mut [0]) {
        Ok(read) => read > 0,
        Err(error) => error.kind() == ErrorKind::WouldBlock,
    }
}

async fn answer(mut stream: TcpStream, server: &Server) -> io::Result<()> {
    let mut request = Vec::new();
    while !request.windows(END.len()).any(|end| end == END) {
        if stream.read_buf(&mut request).await? == 0 || request.len() > MOST {
            return Err(ErrorKind::UnexpectedEof.into());
        }
    }
    let request = String::from_utf8_lossy(&request).into_owned();
    let Some(answer) = server.asked(request) else {
        return Ok(());
    };
    match answer {
        Answer::Says { status, body } => {
            let length = body.len();
            let head = head(status, &format!("content-length: {length}\r\n"));
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(body.as_bytes()).await?;
        }
        Answer::SendsTo(address) => {
            let head = head(
                302,
                &format!("location: {address}\r\ncontent-length: 0\r\n"),
            );
            stream.write_all(head.as_bytes()).await?;
        }
        Answer::Dribbles => {
            stream.write_all(head(200, "").as_bytes()).await?;
            let mut turns = tokio::time::interval(BYTE_EVERY);
            loop {
                turns.tick().await;
                stream.write_all(b"x").await?;
            }
        }
        Answer::Floods => {
            stream.write_all(head(200, "").as_bytes()).await?;
            let piece = vec![b'x'; MOST];
            loop {
                stream.write_all(&piece).await?;
            }
        }
        Answer::Hangs => while stream.read_buf(&mut Vec::with_capacity(MOST)).await? > 0 {},
    }
    stream.shutdown().await
}

/// What comes before a body.
fn head(status: u16, headers: &str) -> String {
    format!("HTTP/1.1 {status} said so\r\n{headers}connection: close\r\n\r\n")
}
