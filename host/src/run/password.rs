//! `jadi operator password`: from a password to what stands for it in the configuration.

use std::io::{self, BufRead as _, IsTerminal as _, Write};

use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::{LEAST, hash};
use crate::random::SystemRandom;

/// Asks for a password, on a terminal twice and unseen, and prints the configuration's line.
///
/// # Errors
///
/// When there is none, when it is too short, and when the second is another one than the first.
pub fn password(out: &mut dyn Write) -> anyhow::Result<()> {
    let password = match io::stdin().is_terminal() {
        true => typed()?,
        false => {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line)?;
            SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned())
        }
    };
    let hash = hash(&password, &SystemRandom)?;
    writeln!(out, "operator_password = \"{hash}\"")?;
    Ok(())
}

fn typed() -> anyhow::Result<SecretString> {
    let ask = |question: String| {
        let typed = rpassword::prompt_password(question);
        typed
            .map(SecretString::from)
            .context("the terminal can't be read")
    };
    let first = ask(format!(
        "Password for the operator's page, at least {LEAST} characters: "
    ))?;
    let second = ask("The same once more: ".to_owned())?;
    if first.expose_secret() != second.expose_secret() {
        bail!("the second password is another one than the first; nothing was made");
    }
    Ok(first)
}
