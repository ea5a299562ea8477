//! Single values: from what a file, variable or flag holds to what the program needs, or a sentence on what is wrong and
//! what would be right.
//!
//! A variable or flag is always text; a file may hold text, numbers, booleans and lists. Both are taken for every key.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use figment::value::Value;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use super::password::check;
use super::sources::Shown;
use crate::model::{MOST_PREFIXES, PhoneNumber, is_prefix};

/// The languages that bots speak.
pub const LANGUAGES: [&str; 3] = ["en", "id", "es"];

/// One thing as text, whatever type the file gave it.
fn text(value: &Value) -> Result<String, String> {
    match value {
        Value::String(_, text) => Ok(text.trim().to_owned()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|number| number.to_string())
            .or_else(|| number.to_u128().map(|number| number.to_string()))
            .ok_or_else(|| "write it as a whole number or in quotes".to_owned()),
        Value::Bool(_, value) => Ok(value.to_string()),
        _ => Err("write one value, not a list or table".to_owned()),
    }
}

/// Several things: a list, or one text with spaces or commas between.
fn texts(value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::Array(_, values) => values.iter().map(text).collect(),
        other => Ok(text(other)?
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()),
    }
}

pub(super) fn path(value: &Value) -> Result<PathBuf, String> {
    match text(value)?.as_str() {
        "" => Err("write the path of a directory, such as \"/var/lib/jadi\"".to_owned()),
        path => Ok(PathBuf::from(path)),
    }
}

pub(super) fn boolean(value: &Value) -> Result<bool, String> {
    match text(value)?.as_str() {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        other => Err(format!("write true or false, not {other:?}")),
    }
}

pub(super) fn address(value: &Value) -> Result<SocketAddr, String> {
    let text = text(value)?;
    text.parse().map_err(|_| {
        format!("write an address and a port, such as 127.0.0.1:8080 or [::1]:8080, not {text:?}")
    })
}

/// An address of pages as browsers write it, without a path: links and cookies are made for all of it.
pub(super) fn public_url(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    let site = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .map(|site| site.strip_suffix('/').unwrap_or(site));
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    match site {
        Some(site) if !site.is_empty() && site.chars().all(fits) => Ok(text),
        _ => Err(format!(
            "write https:// and a name, such as https://bots.example, without a path, not {text:?}"
        )),
    }
}

pub(super) fn slot(value: &Value) -> Result<u32, String> {
    let text = text(value)?;
    match text.parse() {
        Ok(slot) if slot <= 10_000 => Ok(slot),
        _ => Err(format!(
            "write a whole number from 0 to 10000, not {text:?}"
        )),
    }
}

pub(super) fn delay(value: &Value) -> Result<Duration, String> {
    duration(value, Duration::ZERO, Duration::from_secs(60))
}

pub(super) fn interval(value: &Value) -> Result<Duration, String> {
    duration(
        value,
        Duration::from_secs(10),
        Duration::from_secs(7 * 24 * 3600),
    )
}

/// Milliseconds, or a number with its unit: `250ms`, `5s`, `10m`, `1h`.
fn duration(value: &Value, least: Duration, most: Duration) -> Result<Duration, String> {
    let text = text(value)?;
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let milliseconds = match text.get(digits.len()..) {
        Some("" | "ms") => 1,
        Some("s") => 1000,
        Some("m") => 60_000,
        Some("h") => 3_600_000,
        _ => 0,
    };
    let parsed = digits.parse::<u64>().ok().filter(|_| milliseconds > 0);
    match parsed.map(|number| Duration::from_millis(number.saturating_mul(milliseconds))) {
        Some(duration) if (least..=most).contains(&duration) => Ok(duration),
        _ => Err(format!(
            "write milliseconds or a time such as 5s or 10m, from {} to {}, not {text:?}",
            least.shown().trim_matches('"'),
            most.shown().trim_matches('"')
        )),
    }
}

/// A whole number.
pub(super) fn count(value: &Value) -> Result<u64, String> {
    let text = text(value)?;
    text.parse()
        .map_err(|_| format!("write a whole number, not {text:?}"))
}

/// A whole number in these bounds.
pub(super) fn from_to<const LEAST: u64, const MOST: u64>(value: &Value) -> Result<u64, String> {
    let text = text(value)?;
    match text.parse() {
        Ok(number) if (LEAST..=MOST).contains(&number) => Ok(number),
        _ => Err(format!(
            "write a whole number from {LEAST} to {MOST}, not {text:?}"
        )),
    }
}

/// Room for a bot, bytes: less than a session and a little data would be none.
pub(super) fn room(value: &Value) -> Result<u64, String> {
    const LEAST: u64 = 4 << 20;
    match bytes(value)? {
        enough @ LEAST.. => Ok(enough),
        _ => Err("write at least 4MiB: a session alone takes some of it".to_owned()),
    }
}

/// A time as a number of milliseconds.
pub(super) fn milliseconds(value: &Value) -> Result<u64, String> {
    let time = duration(value, Duration::ZERO, Duration::from_secs(3600))?;
    Ok(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// How long a request to a server may take, milliseconds: long enough for one to answer, short enough to give its place to others.
pub(super) fn request_time(value: &Value) -> Result<u64, String> {
    let time = duration(value, Duration::from_millis(100), Duration::from_secs(60))?;
    Ok(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

/// Bytes, or a number with its unit: `64KiB`, `16MiB`.
pub(super) fn bytes(value: &Value) -> Result<u64, String> {
    let text = text(value)?;
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: Option<u64> = match text.get(digits.len()..) {
        Some("" | "B") => Some(1),
        Some("KiB") => Some(1 << 10),
        Some("MiB") => Some(1 << 20),
        _ => None,
    };
    let number = digits.trim_end().parse::<u64>().ok();
    number
        .zip(unit)
        .and_then(|(number, unit)| number.checked_mul(unit))
        .ok_or_else(|| format!("write bytes or a size such as 64KiB or 16MiB, not {text:?}"))
}

pub(super) fn number(value: &Value) -> Result<PhoneNumber, String> {
    let text = text(value)?;
    text.parse()
        .map_err(|error| format!("{text:?} is not a phone number: {error}"))
}

/// Commas only: people write spaces inside a number.
pub(super) fn numbers(value: &Value) -> Result<Vec<PhoneNumber>, String> {
    let texts = match value {
        Value::Array(_, values) => values.iter().map(text).collect::<Result<Vec<_>, _>>()?,
        other => text(other)?.split(',').map(str::to_owned).collect(),
    };
    texts
        .iter()
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            text.parse()
                .map_err(|error| format!("{text:?} is not a phone number: {error}"))
        })
        .collect()
}

pub(super) fn language(value: &Value) -> Result<String, String> {
    let text = text(value)?;
    if LANGUAGES.contains(&text.as_str()) {
        Ok(text)
    } else {
        let known = LANGUAGES.join(", ");
        Err(format!("write one of {known}, not {text:?}"))
    }
}

pub(super) fn prefixes(value: &Value) -> Result<Vec<String>, String> {
    let prefixes = texts(value)?;
    if let Some(wrong) = prefixes.iter().find(|prefix| !is_prefix(prefix)) {
        return Err(format!(
            "{wrong:?} can't be a prefix: write one to three signs, no letters, digits or spaces"
        ));
    }
    let distinct: std::collections::BTreeSet<&String> = prefixes.iter().collect();
    if prefixes.is_empty() || prefixes.len() > MOST_PREFIXES || distinct.len() < prefixes.len() {
        return Err("write one to eight different prefixes, such as [\"!\", \".\"]".to_owned());
    }
    Ok(prefixes)
}

pub(super) fn version(value: &Value) -> Result<(u32, u32, u32), String> {
    let text = text(value)?;
    let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    match parts.as_deref() {
        Some([first, second, third]) => Ok((*first, *second, *third)),
        _ => Err(format!(
            "write three numbers with dots between, such as 2.3000.1026131876, not {text:?}"
        )),
    }
}

/// A password's hash, as `jadi operator password` makes it.
pub(super) fn password(value: &Value) -> Result<SecretString, String> {
    let text = text(value)?;
    check(&text).map_err(|error| error.to_string())?;
    Ok(SecretString::from(text))
}

/// Addresses or networks of proxies.
pub(super) fn proxies(value: &Value) -> Result<Vec<IpNet>, String> {
    let proxy = |text: &String| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse().or_else(|_| address()).map_err(|_| {
            format!("write addresses or networks of proxies, such as 127.0.0.1 or 10.0.0.0/8, not {text:?}")
        })
    };
    texts(value)?.iter().map(proxy).collect()
}

pub(super) fn secret(value: &Value) -> Result<SecretString, String> {
    Ok(SecretString::from(text(value)?))
}

#[cfg(feature = "simulator")]
pub(super) fn loopback_ws(value: &Value) -> Result<String, String> {
    loopback(value, "ws://")
}

#[cfg(feature = "simulator")]
pub(super) fn loopback_http(value: &Value) -> Result<String, String> {
    loopback(value, "http://")
}

/// Servers of a test by name, each an address of this machine.
#[cfg(feature = "simulator")]
pub type TestServers = std::collections::BTreeMap<String, SocketAddr>;

#[cfg(feature = "simulator")]
pub(super) fn servers(value: &Value) -> Result<TestServers, String> {
    let text = text(value)?;
    let server = |part: &str| {
        let (name, address) = part.split_once('=')?;
        let address: SocketAddr = address.trim().parse().ok()?;
        let name = name.trim().to_owned();
        (address.ip().is_loopback() && !name.is_empty()).then_some((name, address))
    };
    text.split(',').map(server).collect::<Option<_>>().ok_or_else(|| {
        format!(
            "this build talks to this machine only: write NAME=127.0.0.1:PORT, several with commas between, not {text:?}"
        )
    })
}

#[cfg(feature = "simulator")]
fn loopback(value: &Value, scheme: &str) -> Result<String, String> {
    let text = text(value)?;
    let host = text
        .strip_prefix(scheme)
        .and_then(|rest| rest.split('/').next())
        .and_then(|host| host.parse::<SocketAddr>().ok());
    match host {
        Some(host) if host.ip().is_loopback() => Ok(text),
        _ => Err(format!(
            "this build talks to this machine only: write {scheme}127.0.0.1:PORT…, not {text:?}"
        )),
    }
}

/// What is logged: a level for Jadi itself and, for who looks into a library, levels by target.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSpec {
    text: String,
    targets: Targets,
}

impl LogSpec {
    /// The filter. Libraries are quiet below warnings unless they are named.
    pub fn targets(&self) -> &Targets {
        &self.targets
    }
}

impl Default for LogSpec {
    fn default() -> Self {
        Self {
            text: "info".to_owned(),
            targets: quiet_libraries().with_target("jadi", Level::INFO),
        }
    }
}

fn quiet_libraries() -> Targets {
    Targets::new().with_default(LevelFilter::WARN)
}

/// `info`, or `debug,whatsapp_rust=debug`: a bare level is Jadi's own.
pub(super) fn log(value: &Value) -> Result<LogSpec, String> {
    let text = texts(value)?.join(",");
    let wrong = || {
        format!(
            "write off, error, warn, info, debug or trace, or levels by target such as \
             \"info,whatsapp_rust=debug\", not {text:?}"
        )
    };
    let mut targets = quiet_libraries().with_target("jadi", Level::INFO);
    for directive in text.split(',').filter(|directive| !directive.is_empty()) {
        let (target, level) = directive.split_once('=').unwrap_or(("jadi", directive));
        let level: LevelFilter = level.parse().map_err(|_| wrong())?;
        targets = targets.with_target(target, level);
    }
    Ok(LogSpec { text, targets })
}

#[cfg(feature = "simulator")]
impl Shown for TestServers {
    fn shown(&self) -> String {
        let servers = self
            .iter()
            .map(|(name, address)| format!("{name}={address}"));
        servers.collect::<Vec<_>>().join(",").shown()
    }
}

impl Shown for LogSpec {
    fn shown(&self) -> String {
        self.text.shown()
    }
}

impl Shown for String {
    fn shown(&self) -> String {
        format!("{self:?}")
    }
}

impl Shown for PathBuf {
    fn shown(&self) -> String {
        format!("{:?}", self.display().to_string())
    }
}

impl Shown for bool {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for u32 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for u64 {
    fn shown(&self) -> String {
        self.to_string()
    }
}

impl Shown for SocketAddr {
    fn shown(&self) -> String {
        format!("\"{self}\"")
    }
}

impl Shown for IpNet {
    fn shown(&self) -> String {
        format!("\"{self}\"")
    }
}

impl Shown for (u32, u32, u32) {
    fn shown(&self) -> String {
        format!("\"{}.{}.{}\"", self.0, self.1, self.2)
    }
}

impl Shown for Duration {
    fn shown(&self) -> String {
        let milliseconds = self.as_millis();
        for (unit, length) in [("h", 3_600_000), ("m", 60_000), ("s", 1000)] {
            if milliseconds > 0 && milliseconds.is_multiple_of(length) {
                return format!("\"{}{unit}\"", milliseconds / length);
            }
        }
        format!("\"{milliseconds}ms\"")
    }
}

/// Masked: the effective config ends in bug reports.
impl Shown for PhoneNumber {
    fn shown(&self) -> String {
        format!("{:?}", self.masked())
    }
}

impl Shown for SecretString {
    fn shown(&self) -> String {
        format!("\"{}\"", "*".repeat(self.expose_secret().len().min(8)))
    }
}

impl<T: Shown> Shown for Vec<T> {
    fn shown(&self) -> String {
        let values: Vec<String> = self.iter().map(Shown::shown).collect();
        format!("[{}]", values.join(", "))
    }
}
