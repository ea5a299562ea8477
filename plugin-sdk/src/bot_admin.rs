//! Managing this bot: its language, prefixes and plugins, and who is banned from its commands. Changes are kept when the handler
//! returns ok. Who may ask for it is the plugin's to say, by the role of a command.

use crate::Result;
use crate::bindings::capabilities::jadi::plugin::bot_admin as host;
use crate::clock::Instant;
use crate::group_admin::Change;
use crate::settings::{IntoValue, SettingValue};

/// A plugin that is installed on the host, as this bot has it.
pub struct Plugin(host::Plugin);

/// A setting of a plugin, for the bot.
pub struct PluginSetting(host::PluginSetting);

/// The plugins installed on the host, by name.
///
/// # Errors
///
/// When it is not granted or can't be read now.
pub fn plugins() -> Result<Vec<Plugin>> {
    Ok(host::plugins()?.into_iter().map(Plugin).collect())
}

/// Enables a plugin for this bot, when it is returned.
///
/// # Errors
///
/// When there is none of this name, or one that is enabled has one of its commands.
pub fn enable(plugin: &str) -> Result<Change> {
    Ok(Change(host::enable(plugin)?))
}

/// Disables a plugin for this bot, when it is returned.
///
/// # Errors
///
/// When there is none of this name.
pub fn disable(plugin: &str) -> Result<Change> {
    Ok(Change(host::disable(plugin)?))
}

/// Sets something of a plugin for the bot.
///
/// # Errors
///
/// When there is no such setting, or it can't be this; the error says what it can be.
pub fn set_setting(plugin: &str, name: &str, value: impl IntoValue) -> Result<()> {
    Ok(host::set_setting(plugin, name, &value.into_value().0)?)
}

/// Takes the bot's value away, so that the plugin's default counts.
///
/// # Errors
///
/// When there is no such setting.
pub fn reset_setting(plugin: &str, name: &str) -> Result<()> {
    Ok(host::reset_setting(plugin, name)?)
}

/// Sets the language that the bot answers in where none is set for the chat.
///
/// # Errors
///
/// When it is not a tag such as `en` or `pt-BR`.
pub fn set_language(language: &str) -> Result<()> {
    Ok(host::set_language(language)?)
}

/// Sets what commands begin with, the first one for use in help texts.
///
/// # Errors
///
/// Unless there are 1 to 8, each of 1 to 3 characters that are neither letters, digits nor spaces.
pub fn set_prefixes(prefixes: &[impl AsRef<str>]) -> Result<()> {
    let prefixes: Vec<String> = prefixes
        .iter()
        .map(|prefix| prefix.as_ref().to_owned())
        .collect();
    Ok(host::set_prefixes(&prefixes)?)
}

/// Keeps somebody from the bot's commands; owners it does not keep from anything.
///
/// # Errors
///
/// When it is not an address, or the bot's own.
pub fn ban(person: &str) -> Result<()> {
    Ok(host::ban(person)?)
}

/// Lets somebody use them again. Whether they were banned.
///
/// # Errors
///
/// When it is not an address, or can't be read now.
pub fn unban(person: &str) -> Result<bool> {
    Ok(host::unban(person)?)
}

/// Who is banned and since when, the latest first.
///
/// # Errors
///
/// When it is not granted or can't be read now.
pub fn banned() -> Result<Vec<(String, Instant)>> {
    let entries = host::banned()?.into_iter();
    Ok(entries
        .map(|entry| (entry.person, Instant::from_millis(entry.since)))
        .collect())
}

impl Plugin {
    /// Its name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Its version.
    pub fn version(&self) -> String {
        self.0.version()
    }

    /// One line on what it is for; may be empty.
    pub fn summary(&self) -> String {
        self.0.summary()
    }

    /// Whether this bot has it.
    pub fn enabled(&self) -> bool {
        self.0.enabled()
    }

    /// The enabled plugin that has one of its commands.
    pub fn clashes_with(&self) -> Option<String> {
        self.0.clashes_with()
    }

    /// What can be set of it.
    pub fn settings(&self) -> Vec<PluginSetting> {
        self.0.settings().into_iter().map(PluginSetting).collect()
    }
}

impl PluginSetting {
    /// Its name.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// One line on what it does.
    pub fn summary(&self) -> String {
        self.0.summary()
    }

    /// What counts for the bot.
    pub fn value(&self) -> SettingValue {
        self.0.value()
    }

    /// Words for what it can be, in English.
    pub fn can_be(&self) -> String {
        self.0.can_be()
    }
}
