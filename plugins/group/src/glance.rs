//! A group's settings at a glance, of all plugins.

use jadi_plugin_sdk::commands::GroupSetting;
use jadi_plugin_sdk::settings::SettingValue;

use crate::texts;

/// One line for each: whether it is on or what it is, and what it does. What is only a text of its own is a mark too.
pub fn text(subject: &str, settings: &[GroupSetting], muted: bool, language: &str) -> String {
    let mut text = texts::SETTINGS.fill(language, &[("group", subject)]);
    let name = texts::LANGUAGE.in_language(language);
    text.push_str(&format!("\n{name}: {language}"));
    text.push_str(&format!("\n{} mute", mark(muted)));
    for setting in settings {
        let line = match &setting.value {
            SettingValue::Toggle(on) => format!("{} {}", mark(*on), setting.name),
            SettingValue::Number(number) => format!("▫️ {}: {number}", setting.name),
            SettingValue::Text(text) => format!("▫️ {}: {text}", setting.name),
        };
        text.push_str(&format!("\n{line} – {}", setting.summary));
    }
    text
}

fn mark(on: bool) -> &'static str {
    if on { "✅" } else { "⬜" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_value_has_its_line() {
        let setting = |name: &str, value| GroupSetting {
            plugin: "x".to_owned(),
            name: name.to_owned(),
            summary: "s".to_owned(),
            value,
        };
        let settings = [
            setting("welcome", SettingValue::Toggle(true)),
            setting("most", SettingValue::Number(3)),
            setting("does", SettingValue::Text("warn".to_owned())),
        ];
        assert_eq!(
            text("friends", &settings, false, "en"),
            "*Settings of friends*\nLanguage: en\n⬜ mute\n✅ welcome – s\n▫️ most: 3 – s\n▫️ does: warn – s"
        );
    }
}
