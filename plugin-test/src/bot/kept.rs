//! What the bot and the plugin keep, to be looked at and to be set.

use jadi_model::{Jid, KnownUser};
use jadi_plugin_manifest::SettingValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::TestBot;

impl TestBot {
    /// What the bot knows of the person with this address, if it has met them.
    pub fn user(&self, jid: &str) -> Option<KnownUser> {
        self.state().users.get(&jid.parse::<Jid>().ok()?).cloned()
    }

    /// What is set for the bot of a setting of any plugin, if anything.
    pub fn setting_of(&self, plugin: &str, name: &str) -> Option<SettingValue> {
        let state = self.state();
        state
            .settings
            .get(plugin)?
            .get(&(None, name.to_owned()))
            .cloned()
    }

    /// What the plugin keeps under a key, if anything.
    ///
    /// # Panics
    ///
    /// When it is not a `T` in JSON, which is how the SDK keeps values.
    #[track_caller]
    pub fn kv<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let bytes = self.kv_bytes(key)?;
        match serde_json::from_slice(&bytes) {
            Ok(value) => Some(value),
            Err(error) => panic!(
                "the value under {key:?} is something else: {error}; it is {:?}",
                String::from_utf8_lossy(&bytes)
            ),
        }
    }

    /// The bytes that the plugin keeps under a key, if any.
    pub fn kv_bytes(&self, key: &str) -> Option<Vec<u8>> {
        self.state().kv.get(key).cloned()
    }

    /// Puts a value under a key, as if the plugin had kept it earlier.
    ///
    /// # Panics
    ///
    /// When it can't be JSON.
    #[track_caller]
    pub fn set_kv<T: Serialize + ?Sized>(&self, key: &str, value: &T) {
        match serde_json::to_vec(value) {
            Ok(bytes) => self.state().kv.insert(key.to_owned(), bytes),
            Err(error) => panic!("the value for {key:?} can't be JSON: {error}"),
        };
    }

    /// What is set for the bot of one of the plugin's settings, if anything.
    pub fn setting(&self, name: &str) -> Option<SettingValue> {
        self.setting_of(&self.plugin.manifest().name, name)
    }

    /// Sets one of the plugin's settings for the bot, as its owner would.
    ///
    /// # Panics
    ///
    /// When the manifest has no such setting, or does not allow this.
    #[track_caller]
    pub fn set_setting(&self, name: &str, value: SettingValue) {
        let Some(setting) = self.plugin.manifest().setting(name) else {
            panic!("the manifest has no setting {name:?}");
        };
        if let Err(right) = setting.value.allows(&value) {
            panic!("{name} must be {right}, not {value:?}");
        }
        let plugin = self.plugin.manifest().name.clone();
        let mut state = self.state();
        let settings = state.settings.entry(plugin).or_default();
        settings.insert((None, name.to_owned()), value);
    }

    /// All keys that the plugin keeps something under, in order.
    pub fn keys(&self) -> Vec<String> {
        self.state().kv.keys().cloned().collect()
    }
}
