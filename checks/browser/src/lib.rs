//! A headless Chromium for the tests of pages: started with a fresh profile on a free port, and ended with the test.
//!
//! It is for tests only and speaks like one: what does not come in time, or can't be done, is a panic that shows what the
//! page says instead. A page is looked at as its visitors see it, a QR code on it as a camera would.
//!
//! # Layout
//!
//! - [`Browser`]: tabs, elements, pictures, the console.
//! - [`phones`]: what people do on the phones page, which several packages test with.
//! - `driver`: the program that drives the browser.

mod driver;
pub mod phones;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

pub use fantoccini::key::Key;
pub use fantoccini::wd::WindowHandle as Tab;

use driver::Driver;

/// How long anything on the page may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(20);
/// Pause between two looks at the page.
const LOOK: Duration = Duration::from_millis(40);

/// Nobody presses Tab more often to get to what a page is there for.
const MOST_TABS: usize = 30;
/// A page has fewer places for the focus.
const MOST_STOPS: usize = 200;

const INSTALL: &str = "this test drives the page in a browser; install Debian's `chromium` and \
    `chromium-driver` (apt-get install chromium chromium-driver) so that `chromedriver` is on the path";

/// A running browser. Call [`Browser::end`] when the test is through; dropped, it is ended all the same.
pub struct Browser {
    client: Client,
    driver: Driver,
    session: String,
    /// What [`Browser::look`] asked for last: width, height, dark.
    looked: Mutex<(u32, u32, bool)>,
    _profile: TempDir,
}

/// The window of somebody at a desk, in CSS pixels.
const DESK: (u32, u32) = (1280, 900);

impl Browser {
    /// Starts one with one empty tab.
    pub async fn start() -> Self {
        let driver = Driver::start().await;
        let profile = tempfile::tempdir().expect("a temporary directory");
        let options = json!({
            "goog:chromeOptions": { "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--lang=en-GB", format!("--window-size={},{}", DESK.0, DESK.1),
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
            looked: Mutex::new((DESK.0, DESK.1, false)),
            _profile: profile,
        }
    }

    /// Opens an address in the current tab.
    pub async fn open(&self, url: &str) {
        let opened = self.client.goto(url).await;
        opened.unwrap_or_else(|error| panic!("cannot open {url}: {error}"));
    }

    /// The current tab.
    pub async fn tab(&self) -> Tab {
        self.client.window().await.expect("a tab")
    }

    /// Opens a tab and makes it the current one.
    pub async fn new_tab(&self) -> Tab {
        let tab = self.client.new_window(true).await.expect("a tab");
        self.show(&tab.handle).await;
        tab.handle
    }

    /// Makes this tab the current one.
    pub async fn show(&self, tab: &Tab) {
        let shown = self.client.switch_to_window(tab.clone()).await;
        shown.expect("the tab is there");
    }

    /// Waits for an element.
    pub async fn see(&self, css: &str) -> Element {
        self.see_where(Locator::Css(css), css).await
    }

    /// Waits for an element of this class whose text, spaces folded, contains `text`.
    pub async fn see_text(&self, css_class: &str, text: &str) -> Element {
        let path = with_text(css_class, text);
        self.see_where(Locator::XPath(&path), &path).await
    }

    async fn see_where(&self, place: Locator<'_>, what: &str) -> Element {
        self.wait(what, async || self.find(place, what).await).await
    }

    async fn find(&self, place: Locator<'_>, what: &str) -> Option<Element> {
        match self.client.find(place).await {
            Ok(element) => Some(element),
            Err(error) if error.is_no_such_element() => None,
            Err(error) => panic!("cannot look for {what}: {error}"),
        }
    }

    /// Waits until a script's expression is true.
    pub async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression})");
        self.wait(expression, async || {
            (self.script(&script).await == Value::Bool(true)).then_some(())
        })
        .await;
    }

    /// Looks until there is something. WebDriver tells nothing by itself, so the page is asked again and again, and only
    /// here.
    async fn wait<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let found = timeout(DEADLINE, async {
            loop {
                if let Some(found) = look().await {
                    return found;
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        match found.await {
            Ok(found) => found,
            Err(_) => {
                let shown = self.script("return document.body.innerText").await;
                let shown = shown.as_str().unwrap_or_default().to_owned();
                panic!("`{what}` did not come; the page shows:\n{shown}");
            }
        }
    }

    /// Waits for an element and clicks it.
    pub async fn click(&self, css: &str) {
        self.click_where(Locator::Css(css), css).await;
    }

    /// Waits for an element as [`Browser::see_text`] does, and clicks it.
    pub async fn click_text(&self, css_class: &str, text: &str) {
        let path = with_text(css_class, text);
        self.click_where(Locator::XPath(&path), &path).await;
    }

    async fn click_where(&self, place: Locator<'_>, what: &str) {
        self.wait(what, async || {
            match self.find(place, what).await?.click().await {
                Ok(()) => Some(()),
                // The page has drawn it anew in between.
                Err(error) if error.is_stale_element_reference() => None,
                Err(error) => panic!("cannot click {what}: {error}"),
            }
        })
        .await;
    }

    /// Waits for an element and types into it.
    pub async fn type_into(&self, css: &str, keys: &str) {
        let typed = self.see(css).await.send_keys(keys).await;
        typed.unwrap_or_else(|error| panic!("cannot type into {css}: {error}"));
    }

    /// Presses keys, as typed by hand: they go where the focus is.
    pub async fn press(&self, keys: &str) {
        let focused = self.client.active_element().await.expect("the focus");
        let pressed = focused.send_keys(keys).await;
        pressed.unwrap_or_else(|error| panic!("cannot press {keys:?}: {error}"));
    }

    /// Presses Tab. Whatever is typed into a field for files is taken for a file's name, so that it is pressed apart from what has the
    /// focus.
    async fn tab_on(&self) {
        let value = char::from(Key::Tab);
        let keys = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        let pressed = self.client.perform_actions(keys).await;
        pressed.expect("Tab can be pressed");
    }

    /// Presses Tab until an element has the focus, and sees to it that one can tell by looking.
    pub async fn tab_to(&self, css: &str) {
        const HAS_FOCUS: &str = "document.activeElement.matches";
        for _ in 0..MOST_TABS {
            self.tab_on().await;
            let script = format!("return {HAS_FOCUS}({})", Value::from(css));
            if self.script(&script).await == Value::Bool(true) {
                let outline = "return getComputedStyle(document.activeElement).outlineStyle";
                let outline = self.script(outline).await;
                assert_ne!(outline, "none", "nobody sees that {css} has the focus");
                return;
            }
        }
        panic!("nobody gets to {css} by Tab");
    }

    /// Gets to something by Tab, and presses Enter on it.
    pub async fn press_on(&self, css: &str) {
        self.tab_to(css).await;
        self.press(&char::from(Key::Enter).to_string()).await;
    }

    /// Pastes, as by hand, what is on the clipboard to where the focus is.
    pub async fn paste(&self) {
        let (control, released) = (char::from(Key::Control), char::from(Key::Null));
        self.press(&format!("{control}v{released}")).await;
    }

    /// Goes through the page by Tab from its beginning. What can be used and is not come to, or does not show that it has the focus,
    /// each as its HTML. Of radio buttons that belong together one is come to; the arrows go through the others.
    pub async fn missed_by_tab(&self) -> Vec<String> {
        const STEP: &str = "const now = document.activeElement;
            if (now === document.body || now.dataset.tabbed) return false;
            now.dataset.tabbed = getComputedStyle(now).outlineStyle;
            return true";
        const MISSED: &str =
            "const usable = 'a[href], button, input, select, textarea, summary, [tabindex]';
            const group = (one) => one.type === 'radio'
                && document.querySelector(`input[name=\"${one.name}\"][data-tabbed]`);
            return [...document.querySelectorAll(usable)]
                .filter((one) => one.checkVisibility() && one.type !== 'hidden' && !one.disabled)
                .filter((one) => !one.dataset.tabbed ? !group(one) : one.dataset.tabbed === 'none')
                .map((one) => one.outerHTML)";
        self.script("document.activeElement.blur()").await;
        for _ in 0..MOST_STOPS {
            self.tab_on().await;
            if self.script(STEP).await != Value::Bool(true) {
                let missed = self.script(MISSED).await;
                return serde_json::from_value(missed).expect("a list of texts");
            }
        }
        panic!("Tab goes on after {MOST_STOPS} stops");
    }

    /// Waits for an element and reads its text.
    pub async fn text(&self, css: &str) -> String {
        let text = self.see(css).await.text().await;
        text.unwrap_or_else(|error| panic!("cannot read {css}: {error}"))
    }

    /// Runs a script in the current tab and gives back what it returns.
    pub async fn script(&self, script: &str) -> Value {
        self.client
            .execute(script, Vec::new())
            .await
            .unwrap_or_else(|error| panic!("`{script}` failed: {error}"))
    }

    /// Looks for what keeps people from using the page: what axe-core finds wrong, each as its rule and where. `axe` is that
    /// library's text.
    pub async fn obstacles(&self, axe: &str) -> Vec<String> {
        self.script(axe).await;
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(
                (results) => done(results.violations.flatMap((rule) =>
                    rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.failureSummary}`))),
                (error) => done([`axe failed: ${error}`]));";
        let found = self.client.execute_async(script, Vec::new()).await;
        let found = found.unwrap_or_else(|error| panic!("axe did not run: {error}"));
        serde_json::from_value(found).expect("a list of texts")
    }

    /// What the QR code in an element says, read off a picture of it as a phone's camera would.
    pub async fn scan(&self, css: &str) -> String {
        self.wait(&format!("a QR code in {css}"), async || {
            let element = self.see(css).await;
            match element.screenshot().await {
                Ok(png) => read_qr(&png),
                // It was drawn anew meanwhile, or nothing is drawn yet.
                Err(CmdError::Standard(_)) => None,
                Err(error) => panic!("cannot take a picture of {css}: {error}"),
            }
        })
        .await
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
        self.show_in(width, height, dark).await;
        *self.looked.lock().expect("nobody panicked") = (width, height, dark);
    }

    async fn show_in(&self, width: u32, height: u32, dark: bool) {
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

    /// Keeps pictures of the page when `JADI_SCREENSHOTS` names a directory: `<name>.png` as it is looked at, and
    /// `<name>-desk.png` as somebody at a desk sees it.
    pub async fn picture(&self, name: &str) {
        let Some(dir) = std::env::var_os("JADI_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        tokio::fs::create_dir_all(&dir).await.expect("a directory");
        self.take(&dir.join(format!("{name}.png"))).await;
        let (width, height, dark) = *self.looked.lock().expect("nobody panicked");
        self.show_in(DESK.0, DESK.1, dark).await;
        self.take(&dir.join(format!("{name}-desk.png"))).await;
        self.show_in(width, height, dark).await;
    }

    /// Keeps a picture of the whole page, from its head to its foot, as wide as it is looked at.
    pub async fn whole_picture(&self, name: &str) {
        let Some(dir) = std::env::var_os("JADI_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        tokio::fs::create_dir_all(&dir).await.expect("a directory");
        let (width, height, dark) = *self.looked.lock().expect("nobody panicked");
        let whole = self.script("return document.documentElement.scrollHeight");
        let whole = whole.await.as_u64().expect("pixels");
        let whole = u32::try_from(whole).expect("few").max(height);
        self.show_in(width, whole, dark).await;
        self.take(&dir.join(format!("{name}.png"))).await;
        self.show_in(width, height, dark).await;
    }

    async fn take(&self, file: &Path) {
        let png = self.client.screenshot().await.expect("a picture");
        tokio::fs::write(file, png).await.expect("writable");
    }

    /// Ends it and waits for that.
    pub async fn end(self) {
        self.client.close().await.expect("the session ends");
    }
}

/// Where elements of this class are whose text, spaces folded, contains `text`.
fn with_text(css_class: &str, text: &str) -> String {
    format!(
        "//*[contains(concat(' ', @class, ' '), ' {css_class} ')][contains(normalize-space(.), \"{text}\")]"
    )
}

/// What the QR code in a picture says, when there is one that can be read.
fn read_qr(png: &[u8]) -> Option<String> {
    let mut decoder = png::Decoder::new(Cursor::new(png));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut picture = decoder.read_info().ok()?;
    let mut pixels = vec![0; picture.output_buffer_size()?];
    let frame = picture.next_frame(&mut pixels).ok()?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let samples = frame.color_type.samples();
    // A code is black and white: one channel tells them apart.
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        pixels[(y * width + x) * samples]
    });
    let (_, text) = prepared.detect_grids().first()?.decode().ok()?;
    Some(text)
}
