//! The plugin's settings, as its `setting(…)` arguments declare them: what counts in the event's chat is the group's value, else
//! the bot's, else the default.

use crate::bindings::capabilities::jadi::plugin::settings as host;
use crate::{Error, Result};

pub use crate::bindings::capabilities::jadi::plugin::types::SettingValue;

/// The value of a text, or of one with choices.
///
/// # Errors
///
/// When the plugin has no such setting, it is not a text, or it can't be read now.
pub fn text(name: &str) -> Result<String> {
    match host::get(name)? {
        host::Value::Text(text) => Ok(text),
        _ => Err(other_kind(name, "text")),
    }
}

/// The value of a number.
///
/// # Errors
///
/// As for [`text`].
pub fn number(name: &str) -> Result<i64> {
    match host::get(name)? {
        host::Value::Number(number) => Ok(number),
        _ => Err(other_kind(name, "number")),
    }
}

/// Whether something is on.
///
/// # Errors
///
/// As for [`text`].
pub fn is_on(name: &str) -> Result<bool> {
    match host::get(name)? {
        host::Value::Toggle(on) => Ok(on),
        _ => Err(other_kind(name, "toggle")),
    }
}

/// What a setting can be set to.
pub trait IntoValue {
    #[doc(hidden)]
    fn into_value(self) -> Value;
}

/// A value on its way to the host.
#[doc(hidden)]
pub struct Value(pub(crate) host::Value);

impl IntoValue for SettingValue {
    fn into_value(self) -> Value {
        Value(self)
    }
}

impl IntoValue for &str {
    fn into_value(self) -> Value {
        Value(host::Value::Text(self.to_owned()))
    }
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value(host::Value::Text(self))
    }
}

impl IntoValue for i64 {
    fn into_value(self) -> Value {
        Value(host::Value::Number(self))
    }
}

impl IntoValue for bool {
    fn into_value(self) -> Value {
        Value(host::Value::Toggle(self))
    }
}

/// Sets it for the bot. The change is kept when the handler returns ok.
///
/// # Errors
///
/// When the plugin has no such setting, or it can't be this; the error says what it can be.
pub fn set(name: &str, value: impl IntoValue) -> Result<()> {
    Ok(host::set(name, &value.into_value().0)?)
}

/// Takes the bot's value away.
///
/// # Errors
///
/// When the plugin has no such setting.
pub fn reset(name: &str) -> Result<()> {
    Ok(host::reset(name)?)
}

/// Sets it for the event's group.
///
/// # Errors
///
/// As for [`set`], in a private chat, and when it is not per group.
pub fn set_here(name: &str, value: impl IntoValue) -> Result<()> {
    Ok(host::set_here(name, &value.into_value().0)?)
}

/// Takes the group's value away.
///
/// # Errors
///
/// As for [`set_here`].
pub fn reset_here(name: &str) -> Result<()> {
    Ok(host::reset_here(name)?)
}

fn other_kind(name: &str, kind: &str) -> Error {
    Error::new(format!("the setting {name:?} is not a {kind}"))
}
