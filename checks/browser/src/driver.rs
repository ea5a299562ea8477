//! The running `chromedriver`: started on a free port, and ended with everything that it started.

use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

use crate::{DEADLINE, INSTALL};

/// It leads a process group, so that the browser it started ends with it in any case.
pub(crate) struct Driver {
    pub(crate) url: String,
    group: u32,
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.group);
        let _ = std::process::Command::new("kill")
            .args(["-TERM", "--", &group])
            .stderr(Stdio::null())
            .status();
    }
}

/// How often one is started: now and then the port that it takes is another's before it has it.
const TRIES: usize = 5;

impl Driver {
    pub(crate) async fn start() -> Self {
        for _ in 0..TRIES {
            if let Some(driver) = Self::launch().await {
                return driver;
            }
        }
        panic!("chromedriver ended without saying its port, {TRIES} times");
    }

    /// None when it ends without saying its port.
    async fn launch() -> Option<Self> {
        let mut child = Command::new("chromedriver")
            .arg("--port=0")
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{INSTALL}: {error}"));
        let group = child.id().expect("it has just been started");
        let mut driver = Self {
            url: String::new(),
            group,
        };
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let port = timeout(DEADLINE, async {
            while let Some(line) = lines.next_line().await.expect("chromedriver speaks UTF-8") {
                if let Some((_, rest)) = line.split_once("successfully on port ") {
                    return Some(rest.trim_end_matches('.').to_owned());
                }
            }
            None
        });
        let port = port.await.expect("chromedriver says its port")?;
        driver.url = format!("http://127.0.0.1:{port}");
        // It writes on; reading on keeps its pipe from filling up.
        tokio::spawn(async move {
            while let Ok(Some(_)) = lines.next_line().await {}
            let _ = child.wait().await;
        });
        Some(driver)
    }
}
