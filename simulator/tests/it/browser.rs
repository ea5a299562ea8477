//! A headless Chromium under test: started with a fresh profile on a free port, and ended with the test.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

/// How long anything on the page may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);

const INSTALL: &str = "this test drives the page in a browser; install Debian's `chromium` and \
    `chromium-driver` (apt-get install chromium chromium-driver) so that `chromedriver` is on the path";

pub struct Browser {
    pub client: Client,
    driver: Driver,
    session: String,
    _profile: TempDir,
}

/// The running `chromedriver`. It leads a process group, so that the browser it started ends with it in any case.
struct Driver {
    url: String,
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

impl Driver {
    async fn start() -> Self {
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
                    return rest.trim_end_matches('.').to_owned();
                }
            }
            panic!("chromedriver ended without saying its port");
        });
        let port = port.await.expect("chromedriver says its port");
        driver.url = format!("http://127.0.0.1:{port}");
        // It writes on; reading on keeps its pipe from filling up.
        tokio::spawn(async move {
            while let Ok(Some(_)) = lines.next_line().await {}
            let _ = child.wait().await;
        });
        driver
    }
}

impl Browser {
    pub async fn start() -> Self {
        let driver = Driver::start().await;
        let profile = tempfile::tempdir().expect("a temporary directory");
        let options = json!({
            "goog:chromeOptions": { "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--lang=en-GB", "--window-size=1200,900",
                format!("--user-data-dir={}", profile.path().display()),
            ]},
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = options else {
            unreachable!("it was written as an object");
        };
        let connect = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url)
            .await;
        let client = connect.unwrap_or_else(|error| panic!("{INSTALL}: {error}"));
        let session = client.session_id().await.expect("a session");
        Self {
            client,
            session: session.expect("an id"),
            driver,
            _profile: profile,
        }
    }

    /// Waits for an element; says what the page shows when it does not come.
    pub async fn see(&self, css: &str) -> Element {
        self.see_where(Locator::Css(css), css).await
    }

    /// Waits for an element of this kind whose text, spaces folded, contains `text`.
    pub async fn see_text(&self, css_class: &str, text: &str) -> Element {
        let path = format!(
            "//*[contains(concat(' ', @class, ' '), ' {css_class} ')][contains(normalize-space(.), \"{text}\")]"
        );
        self.see_where(Locator::XPath(&path), &path).await
    }

    async fn see_where(&self, place: Locator<'_>, what: &str) -> Element {
        let wait = self.client.wait().at_most(DEADLINE);
        match wait
            .every(Duration::from_millis(40))
            .for_element(place)
            .await
        {
            Ok(element) => element,
            Err(error) => {
                let shown = self.script("return document.body.innerText").await;
                panic!("{what} did not come ({error}); the page shows:\n{shown}");
            }
        }
    }

    /// Waits until a script's expression is true.
    pub async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        let holds = timeout(DEADLINE, async {
            while self.script(&script).await != Value::Bool(true) {
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
        });
        if holds.await.is_err() {
            let shown = self.script("return document.body.innerText").await;
            panic!("`{expression}` did not become true; the page shows:\n{shown}");
        }
    }

    pub async fn click(&self, css: &str) {
        let element = self.see(css).await;
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("cannot click {css}: {error}"));
    }

    pub async fn type_into(&self, css: &str, keys: &str) {
        let element = self.see(css).await;
        element
            .send_keys(keys)
            .await
            .unwrap_or_else(|error| panic!("cannot type into {css}: {error}"));
    }

    pub async fn script(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("`{script}` failed: {error}"))
    }

    /// Asks Chrome itself, beside the WebDriver standard.
    async fn chrome(&self, command: &str, body: Value) -> Value {
        let url = format!("{}/session/{}/{command}", self.driver.url, self.session);
        let answer = tokio::task::spawn_blocking(move || {
            let mut response = ureq::post(&url)
                .header("content-type", "application/json")
                .send(body.to_string())?;
            response.body_mut().read_to_string()
        });
        let text = answer
            .await
            .expect("not cancelled")
            .expect("chromedriver answers");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Shows the page in this size, in CSS pixels, light or dark, at twice the resolution.
    pub async fn look(&self, width: u32, height: u32, dark: bool) {
        let size =
            json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
        self.chrome("goog/cdp/execute", command).await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        let command =
            json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "features": features } });
        self.chrome("goog/cdp/execute", command).await;
    }

    /// What the page's console said at the level of an error, violations of the content security policy among it.
    pub async fn console_errors(&self) -> Vec<String> {
        let log = self.chrome("se/log", json!({ "type": "browser" })).await;
        let entries = log["value"].as_array().cloned().unwrap_or_default();
        entries
            .into_iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Keeps a picture of the page as `<name>.png` when `JADI_SCREENSHOTS` names a directory.
    pub async fn picture(&self, name: &str) {
        let Some(dir) = std::env::var_os("JADI_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        let png = self.client.screenshot().await.expect("a picture");
        tokio::fs::create_dir_all(&dir).await.expect("a directory");
        let file = dir.join(format!("{name}.png"));
        tokio::fs::write(file, png).await.expect("writable");
    }

    pub async fn end(self) {
        self.client.close().await.expect("the session ends");
    }
}
