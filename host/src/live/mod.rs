//! `jadi plugin …` on a running host: the commands that install, enable, upgrade, narrow and remove plugins while it runs.
//!
//! Each asks the host that runs on the data directory over its control socket; none touches the data itself, so that there is
//! one place that changes it.
//!
//! # Layout
//!
//! - `arguments`: the commands as they are typed. [`run`]: doing them.
//! - `install`: showing, asking, installing. `dev`: the same with each build, which come from a `source`.
//! - `words`: what is printed. `consent`: the question, and who may be asked.

mod arguments;
mod consent;
mod dev;
mod install;
mod source;
mod words;

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context as _;

pub use arguments::{LiveCommand, WhichBots};

use crate::control::{Client, Grant, Switch};
use crate::library::PluginView;

/// Does a command on the host that runs on `data_dir`, and prints to standard output what came of it.
///
/// # Errors
///
/// Why it was not done; nothing was changed then.
pub fn run(command: LiveCommand, data_dir: &Path) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("the program can't start")?
        .block_on(Box::pin(done(command, &Client::new(data_dir))))
}

async fn done(command: LiveCommand, client: &Client) -> anyhow::Result<()> {
    match command {
        LiveCommand::List { json } => {
            let plugins = client.list().await?;
            if json {
                say(&serde_json::to_string_pretty(&plugins)?)
            } else {
                say(&words::table(&plugins))
            }
        }
        LiveCommand::Install { file, yes, replace } => {
            install::install(client, &file, yes, replace).await
        }
        LiveCommand::Rollback { name } => {
            let view = client.rollback(&name).await?;
            say(&format!("{} is back at {}.", view.name, view.version))
        }
        LiveCommand::Enable { name, bots } => {
            let view = client.switch(&name, &switch(bots, true)).await?;
            say(&served(&view))
        }
        LiveCommand::Disable { name, bots } => {
            let view = client.switch(&name, &switch(bots, false)).await?;
            say(&served(&view))
        }
        LiveCommand::Remove { name, yes } => {
            let view = client.get(&name).await?;
            let question = format!(
                "Remove {} {} with all its versions? What it has kept in the bots' data stays there.",
                view.name, view.version
            );
            if !consent::given(&question, yes)? {
                return say("Nothing was removed.");
            }
            client.remove(&name).await?;
            say(&format!("{name} is removed."))
        }
        LiveCommand::Grants { name, deny, allow } => {
            let view = if deny.is_empty() && allow.is_empty() {
                client.get(&name).await?
            } else {
                let grant = Grant {
                    deny: deny.into_iter().map(|word| word.0).collect(),
                    allow: allow.into_iter().map(|word| word.0).collect(),
                };
                client.grant(&name, &grant).await?
            };
            say(&words::grants(&view))
        }
        LiveCommand::Dev { file, yes, replace } => dev::follow(client, &file, yes, replace).await,
    }
}

fn switch(bots: WhichBots, enabled: bool) -> Switch {
    Switch {
        bot: bots.bot,
        enabled,
    }
}

fn served(view: &PluginView) -> String {
    format!(
        "{} {} serves {}.",
        view.name,
        view.version,
        words::serves(view)
    )
}

/// Prints a text and a line's end.
fn say(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", text.trim_end())?;
    Ok(out.flush()?)
}
