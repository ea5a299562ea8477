//! The commands as they are typed.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use jadi_plugin_manifest::Capability;

/// What can be done to the plugins of a running host.
#[derive(Debug, Clone, Subcommand)]
pub enum LiveCommand {
    /// Show the installed plugins, whom they serve and their commands
    #[command(after_help = "\
Example:
  jadi plugin list
  jadi plugin list --json | jq '.[].name'")]
    List {
        /// As JSON, with everything
        #[arg(long)]
        json: bool,
    },
    /// Install a plugin, or another version of one that is installed
    ///
    /// Shows what the plugin would do and what it may do, as read off the file itself, and asks. Nothing is restarted: what
    /// bots are answering is answered by the version that began it. A new plugin serves no bot until it is enabled; an upgrade
    /// serves those that the version before served, shows what it changes, and asks again for what it did not need before.
    #[command(
        visible_alias = "upgrade",
        after_help = "\
Examples:
  jadi plugin install hello.wasm          show it, ask, install it
  jadi plugin enable hello --bot main     let one bot have it
  jadi plugin enable hello                let all bots have it
  jadi plugin install hello-2.wasm        upgrade it while it is used
  jadi plugin rollback hello              go back to the version before"
    )]
    Install {
        /// The component file
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// Agree to what it may do, without being asked
        #[arg(long, short)]
        yes: bool,
        /// Put it in the place of a plugin of its name that comes with the host
        #[arg(long)]
        replace: bool,
    },
    /// Go back to the version that was installed before
    #[command(after_help = "\
Example:
  jadi plugin rollback hello              once more goes back one more version; the last 5 are kept")]
    Rollback {
        /// The plugin
        name: String,
    },
    /// Let bots have a plugin
    #[command(after_help = "\
Examples:
  jadi plugin enable hello --bot main             the main bot
  jadi plugin enable hello --bot 6280000000101    the bot of this number (an example)
  jadi plugin enable hello                        all bots, those to come too")]
    Enable {
        /// The plugin
        name: String,
        /// Which bots
        #[command(flatten)]
        bots: WhichBots,
    },
    /// Take a plugin away from bots; it stays installed, and what it has kept stays
    #[command(after_help = "\
Examples:
  jadi plugin disable hello --bot main            the main bot; the others keep it
  jadi plugin disable hello                       all bots")]
    Disable {
        /// The plugin
        name: String,
        /// Which bots
        #[command(flatten)]
        bots: WhichBots,
    },
    /// Remove a plugin with all its versions
    #[command(after_help = "\
Example:
  jadi plugin remove hello                what it has kept in the bots' data stays there")]
    Remove {
        /// The plugin
        name: String,
        /// Without being asked
        #[arg(long, short)]
        yes: bool,
    },
    /// Show what a plugin may do, or take some of it away
    #[command(after_help = "\
Examples:
  jadi plugin grants hello                what it may do, and what for
  jadi plugin grants hello --deny kv      it goes on without data of its own: its calls are refused
  jadi plugin grants hello --allow kv     and back

More than it asks for can't be given: what a plugin may do is read off its file.")]
    Grants {
        /// The plugin
        name: String,
        /// Take this from it, such as kv
        #[arg(long, value_name = "CAPABILITY", value_delimiter = ',')]
        deny: Vec<Word>,
        /// Give it back
        #[arg(long, value_name = "CAPABILITY", value_delimiter = ',')]
        allow: Vec<Word>,
    },
    /// Put each new build of a plugin into the running host, until Ctrl-C
    ///
    /// For authors: watches a component file, or builds a crate whenever its sources change, and replaces the plugin on the running
    /// host, for all bots, and says how long that took. What a new build needs beyond the one before is told and granted without a question. Builds are not
    /// kept: `rollback` goes back to what was there before.
    #[command(after_help = "\
Examples:
  jadi plugin dev hello                           the crate in the directory hello: edit, save, and chat with the bot
  jadi plugin dev target/plugins/hello.wasm       a file that something else builds")]
    Dev {
        /// The component file, or the crate's directory
        #[arg(value_name = "FILE_OR_CRATE")]
        file: PathBuf,
        /// Agree to what it may do, without being asked
        #[arg(long, short)]
        yes: bool,
        /// Put it in the place of a plugin of its name that comes with the host
        #[arg(long)]
        replace: bool,
    },
}

/// Which bots a switch is for.
#[derive(Debug, Clone, Args)]
pub struct WhichBots {
    /// One bot, by its id, its number, or main
    #[arg(long, value_name = "BOT", conflicts_with = "all")]
    pub bot: Option<String>,
    /// All bots, those to come too; what was said of single bots is forgotten. What is meant without --bot
    #[arg(long)]
    pub all: bool,
}

/// A capability as it is typed: its interface's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(pub Capability);

impl FromStr for Word {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let word = serde_json::Value::String(text.to_owned());
        // The error names all that there are.
        serde_json::from_value(word)
            .map(Self)
            .map_err(|error| error.to_string().replace("variant", "capability"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capability_is_typed_as_its_interface_is_called() {
        assert_eq!("kv".parse(), Ok(Word(Capability::Kv)));
        let error = "kvv".parse::<Word>().expect_err("no such one");
        assert!(
            error.contains("unknown capability `kvv`") && error.contains("`chat`"),
            "{error}"
        );
    }
}
