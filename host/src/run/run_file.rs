//! `<data>/run.json`: where to find the running host. Made when it serves, gone when it has ended.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;

use crate::clock::Millis;
use crate::web::PageKey;

/// The file's name in the data directory.
const NAME: &str = "run.json";

/// The written file.
pub(super) struct RunFile {
    path: PathBuf,
}

impl RunFile {
    /// Writes it at once and whole, readable by this user only: it has the pairing page's key in it.
    pub(super) fn write(
        data_dir: &Path,
        address: Option<SocketAddr>,
        metrics: Option<SocketAddr>,
        key: &PageKey,
        now: Millis,
    ) -> anyhow::Result<Self> {
        let content = json!({
            "pid": std::process::id(),
            "port": address.map(|address| address.port()),
            "url": address.map(url),
            "page_url": address.map(|address| page_url(address, key)),
            "metrics_url": metrics.map(metrics_url),
            "started_ms": now,
        });
        let path = data_dir.join(NAME);
        let draft = data_dir.join("run.json.new");
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| file.write_all(content.to_string().as_bytes()))
            .and_then(|()| fs::rename(&draft, &path));
        written.with_context(|| format!("{} can't be written", path.display()))?;
        Ok(Self { path })
    }

    /// Removes it.
    pub(super) fn remove(self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "run.json could not be removed");
        }
    }
}

/// The front page; an address that stands for all of the machine's is named by one that a browser here can open.
pub(super) fn url(address: SocketAddr) -> String {
    let mut shown = address;
    if shown.ip().is_unspecified() {
        shown.set_ip([127, 0, 0, 1].into());
    }
    format!("http://{shown}/")
}

/// Where the figures for the operator's monitoring are.
pub(super) fn metrics_url(address: SocketAddr) -> String {
    format!("{}metrics", url(address))
}

/// The page on which the main bot is linked.
pub(super) fn page_url(address: SocketAddr, key: &PageKey) -> String {
    format!("{}pair/{}", url(address), key.as_str())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn it_is_private_complete_and_gone_afterwards() {
        let dir = tempfile::tempdir().expect("a directory");
        let key = PageKey::generate(&SystemRandom);
        let address: SocketAddr = "0.0.0.0:4000".parse().expect("an address");
        let file =
            RunFile::write(dir.path(), Some(address), Some(address), &key, 5).expect("written");
        let path = dir.path().join("run.json");
        let mode = fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let text = fs::read_to_string(&path).expect("the file");
        let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(told["pid"], std::process::id());
        assert_eq!(told["url"], "http://127.0.0.1:4000/");
        assert_eq!(
            told["page_url"],
            format!("http://127.0.0.1:4000/pair/{}", key.as_str())
        );
        assert_eq!(told["metrics_url"], "http://127.0.0.1:4000/metrics");
        file.remove();
        assert!(fs::read_dir(dir.path()).expect("list").next().is_none());
    }
}
