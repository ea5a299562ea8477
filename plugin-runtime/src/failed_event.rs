//! A failed event as a file: what happened, and what it takes to make it happen again on another machine.
//!
//! It holds people's words, so that it is kept encrypted with the bot's data, and says on top what is in it when it is handed
//! out.

use serde::{Deserialize, Serialize};

use super::context::{LogLine, Receipt};
use super::failure::Failure;
use super::plugin::Plugin;
use super::recording::{Answer, Recording};
use jadi_model::clock::Millis;

/// The form of the file; one with another number is not read.
const FORM: u32 = 1;

/// A failed event with its recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailedEvent {
    /// What the file holds, for whoever is about to hand it out.
    pub about: Vec<String>,
    /// The form of the file.
    form: u32,
    /// The version of Jadi that made it.
    pub jadi: String,
    /// When the event failed.
    pub at: Millis,
    /// Which plugin failed.
    pub plugin: FailedPlugin,
    /// Why.
    pub failure: Failure,
    /// What it cost until then.
    pub receipt: Receipt,
    /// What the plugin logged.
    pub log: Vec<LogLine>,
    /// What went in.
    pub recording: Recording,
}

/// A plugin as a failed event names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedPlugin {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The digest of its component file, 64 hexadecimal digits.
    pub digest: String,
}

impl From<&Plugin> for FailedPlugin {
    fn from(plugin: &Plugin) -> Self {
        Self {
            name: plugin.manifest.name.clone(),
            version: plugin.manifest.version.clone(),
            digest: plugin.digest.to_string(),
        }
    }
}

/// A file that is not a failed event.
#[derive(Debug, thiserror::Error)]
pub enum FailedEventError {
    /// It is not JSON of this form.
    #[error("this is not a failed event ({0}); `jadi plugin failures` writes one with --export")]
    Form(#[from] serde_json::Error),
    /// A later version made it.
    #[error(
        "this file was made by Jadi {jadi}, which writes another form; use that version, or a newer one"
    )]
    Newer {
        /// The version that made it.
        jadi: String,
    },
}

impl FailedEvent {
    /// A failed event.
    pub fn new(
        at: Millis,
        plugin: FailedPlugin,
        failure: Failure,
        receipt: Receipt,
        log: Vec<LogLine>,
        recording: Recording,
    ) -> Self {
        Self {
            about: about(&plugin, &recording, log.len()),
            form: FORM,
            jadi: env!("CARGO_PKG_VERSION").to_owned(),
            at,
            plugin,
            failure,
            receipt,
            log,
            recording,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// When it is not one, or one of a later version.
    pub fn parse(json: &[u8]) -> Result<Self, FailedEventError> {
        /// What every form has.
        #[derive(Deserialize)]
        struct Any {
            form: u32,
            jadi: String,
        }
        let Any { form, jadi } = serde_json::from_slice(json)?;
        if form != FORM {
            return Err(FailedEventError::Newer { jadi });
        }
        Ok(serde_json::from_slice(json)?)
    }

    /// The file, on one line, as it is kept.
    ///
    /// # Errors
    ///
    /// None that a value of this type is known to have.
    pub fn kept(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The file as it is handed out: for people to read too.
    ///
    /// # Errors
    ///
    /// As for [`FailedEvent::kept`].
    pub fn file(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

/// What the file holds, in words.
fn about(plugin: &FailedPlugin, recording: &Recording, lines: usize) -> Vec<String> {
    let answered = |read: &&super::recording::Read| {
        matches!(read.answer, Some(Answer::Value(Some(_)) | Answer::Keys(_)))
    };
    let values = recording.reads.iter().filter(answered).count();
    vec![
        format!(
            "An event on which the plugin {} {} failed, for whoever mends it: jadi plugin replay FILE",
            plugin.name, plugin.version
        ),
        format!(
            "IT HOLDS WHAT PEOPLE WROTE: the event as it came, with its sender's number and name, the chat, the text and what \
             it answers; {values} answers from the plugin's data in this bot; {lines} lines of the plugin's log."
        ),
        "It holds no file that was sent, no session, no key, and nothing of another bot or plugin.".to_owned(),
        "Hand it to nobody whom these people would not show it to, and delete it when the plugin is mended."
            .to_owned(),
    ]
}
