//! `!plugins`: a list, one of them, and what can be done with it.

use jadi_plugin_sdk::bot_admin::{self, Plugin, PluginSetting};
use jadi_plugin_sdk::settings::SettingValue;
use jadi_plugin_sdk::{Answer, Error, Refused, Result};

use crate::texts;

/// The plugin that answers here: without it nobody could enable anything in chat.
const OWN: &str = "manage";

/// What is typed, and how to answer.
pub struct Asked<'a> {
    /// The command as it is typed here, such as `!plugins`.
    pub command: &'a str,
    /// The language to answer in.
    pub language: &'a str,
}

impl Asked<'_> {
    /// Does what is asked for.
    pub fn answer(&self, words: &str) -> Result<Answer> {
        let (first, rest) = split(words);
        match first {
            "" => Ok(Answer::none().send(self.list(&bot_admin::plugins()?))),
            "enable" | "on" => self.with(rest, |plugin, name| self.switch(plugin, name, true)),
            "disable" | "off" => self.with(rest, |plugin, name| self.switch(plugin, name, false)),
            "set" | "reset" => {
                let (name, rest) = split(rest);
                let (setting, value) = split(rest);
                let value = (first == "set").then_some(value);
                self.with(name, |plugin, name| self.set(plugin, name, setting, value))
            }
            name => self.with(name, |plugin, name| {
                Ok(Answer::none().send(self.card(plugin, name)))
            }),
        }
    }

    /// Goes on with the plugin of this name, if there is one.
    fn with(
        &self,
        name: &str,
        then: impl FnOnce(&Plugin, &str) -> Result<Answer>,
    ) -> Result<Answer> {
        let plugins = bot_admin::plugins()?;
        match plugins.iter().find(|plugin| plugin.name() == name) {
            Some(plugin) => then(plugin, name),
            None => {
                let text = texts::NO_PLUGIN.fill(self.language, &[("name", name)]);
                Ok(Answer::none().send(format!("{text}\n\n{}", self.list(&plugins))))
            }
        }
    }

    fn list(&self, plugins: &[Plugin]) -> String {
        let mut text = texts::PLUGINS.in_language(self.language).to_owned();
        for plugin in plugins {
            let mark = if plugin.enabled() { "✅" } else { "⬜" };
            text.push_str(&format!(
                "\n{mark} {} – {}",
                plugin.name(),
                plugin.summary()
            ));
        }
        let how = texts::PLUGINS_HOW.fill(self.language, &[("plugins", self.command)]);
        format!("{text}\n\n{how}")
    }

    fn card(&self, plugin: &Plugin, name: &str) -> String {
        let mark = if plugin.enabled() { "✅" } else { "⬜" };
        let mut text = format!("{mark} *{name}* {}\n{}", plugin.version(), plugin.summary());
        let settings = plugin.settings();
        if settings.is_empty() {
            return text;
        }
        let title = texts::SETTINGS.in_language(self.language);
        text.push_str(&format!("\n\n{title}"));
        for setting in &settings {
            let value = self.value(setting.value());
            text.push_str(&format!(
                "\n{}: {value} – {}",
                setting.name(),
                setting.summary()
            ));
        }
        let values = [("plugins", self.command), ("name", name)];
        let how = texts::SETTINGS_HOW.fill(self.language, &values);
        format!("{text}\n\n{how}")
    }

    fn switch(&self, plugin: &Plugin, name: &str, on: bool) -> Result<Answer> {
        let say = |words: jadi_plugin_sdk::Words| words.fill(self.language, &[("name", name)]);
        if on == plugin.enabled() {
            let words = if on {
                texts::ALREADY_ON
            } else {
                texts::ALREADY_OFF
            };
            return Ok(Answer::none().send(say(words)));
        }
        if !on && name == OWN {
            return Ok(Answer::none().send(say(texts::NOT_ITSELF)));
        }
        if let Some(other) = plugin.clashes_with().filter(|_| on) {
            let values = [("name", name), ("other", &other)];
            return Ok(Answer::none().send(texts::CLASH.fill(self.language, &values)));
        }
        let (change, words) = match on {
            true => (bot_admin::enable(name)?, texts::ENABLED),
            false => (bot_admin::disable(name)?, texts::DISABLED),
        };
        Ok(Answer::none().then(change).send(say(words)))
    }

    /// Sets something, or takes it away.
    fn set(
        &self,
        plugin: &Plugin,
        name: &str,
        setting: &str,
        value: Option<&str>,
    ) -> Result<Answer> {
        let settings = plugin.settings();
        let Some(found) = settings.iter().find(|one| one.name() == setting) else {
            let values = [("name", name), ("setting", setting)];
            let text = texts::NO_SETTING.fill(self.language, &values);
            return Ok(Answer::none().send(format!("{text}\n\n{}", self.card(plugin, name))));
        };
        let Some(value) = value else {
            bot_admin::reset_setting(name, setting)?;
            return Ok(Answer::none().react("👍"));
        };
        let right = |right: &str| {
            let values = [("setting", setting), ("right", right)];
            texts::NOT_ALLOWED.fill(self.language, &values)
        };
        let Some(read) = read(found, value) else {
            return Ok(Answer::none().send(right(&found.can_be())));
        };
        match bot_admin::set_setting(name, setting, read.clone()) {
            Ok(()) => {}
            Err(Error::Refused(Refused::Invalid(_))) => {
                return Ok(Answer::none().send(right(&found.can_be())));
            }
            Err(error) => return Err(error),
        }
        let value = self.value(read);
        let values = [("name", name), ("setting", setting), ("value", &value)];
        Ok(Answer::none().send(texts::SET.fill(self.language, &values)))
    }

    fn value(&self, value: SettingValue) -> String {
        match value {
            SettingValue::Toggle(true) => texts::ON.in_language(self.language).to_owned(),
            SettingValue::Toggle(false) => texts::OFF.in_language(self.language).to_owned(),
            SettingValue::Number(number) => number.to_string(),
            SettingValue::Text(text) if text.is_empty() => {
                texts::EMPTY.in_language(self.language).to_owned()
            }
            SettingValue::Text(text) => text,
        }
    }
}

/// A value of the kind that the setting has.
fn read(setting: &PluginSetting, typed: &str) -> Option<SettingValue> {
    match setting.value() {
        SettingValue::Toggle(_) => match typed.to_lowercase().as_str() {
            "on" | "yes" | "ya" | "nyala" | "sí" | "si" => Some(SettingValue::Toggle(true)),
            "off" | "no" | "tidak" | "mati" => Some(SettingValue::Toggle(false)),
            _ => None,
        },
        SettingValue::Number(_) => typed.parse().ok().map(SettingValue::Number),
        SettingValue::Text(_) => Some(SettingValue::Text(typed.to_owned())),
    }
}

/// The first word and the rest.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.split_once(char::is_whitespace) {
        Some((first, rest)) => (first, rest.trim()),
        None => (text, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn words_are_taken_one_by_one() {
        assert_eq!(split(" set  welcome text"), ("set", "welcome text"));
        assert_eq!(split("core"), ("core", ""));
        assert_eq!(split(""), ("", ""));
    }
}
