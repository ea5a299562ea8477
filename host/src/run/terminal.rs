//! What the operator sees in the terminal: where things are, the code to scan, and how the main bot is.
//!
//! This goes to standard output and is meant for eyes: into a pipe or file neither codes nor the page's key are written.

use std::io::{IsTerminal, Write, stdout};
use std::net::SocketAddr;

use super::run_file::{metrics_url, page_url, url};
use crate::bots::{BotState, BotStatus, Instance, Pairing};
use crate::config::Config;
use crate::web::{PageKey, terminal_qr};

/// Says what runs where.
pub(super) fn started(config: &Config, address: Option<SocketAddr>, key: &PageKey) {
    say(&format!(
        "Jadi {} keeps its data in {}",
        env!("CARGO_PKG_VERSION"),
        config.data_dir.display()
    ));
    if config.owners.is_empty() {
        say(
            "No system owner is set: start with --owners and your number to manage bots from chat.",
        );
    }
    if let Some(address) = address {
        say(&format!("Pages: {}", url(address)));
        if stdout().is_terminal() {
            say(&format!("Link the main bot: {}", page_url(address, key)));
        }
    }
}

/// Says where the figures for monitoring are.
pub(super) fn figures(address: SocketAddr) {
    say(&format!("Figures for monitoring: {}", metrics_url(address)));
}

/// Says that the end has begun.
pub(super) fn ending() {
    say("Ending; a second Ctrl-C ends at once.");
}

/// Shows the main bot's status each time it changes, until the bot is gone.
pub(super) async fn follow(bot: Instance) {
    let mut status = bot.watch();
    status.mark_changed();
    let mut news = News::default();
    while status.changed().await.is_ok() {
        let text = news.of(&status.borrow_and_update(), stdout().is_terminal());
        if let Some(text) = text {
            say(&text);
        }
    }
}

/// What was told last. A connection that fails again and again is told once.
#[derive(Default)]
struct News(String);

impl News {
    fn of(&mut self, status: &BotStatus, looked_at: bool) -> Option<String> {
        let text = shown(status, looked_at);
        if text.is_empty() || text == self.0 {
            return None;
        }
        self.0.clone_from(&text);
        Some(text)
    }
}

/// A status for the terminal; codes only when somebody looks.
fn shown(status: &BotStatus, looked_at: bool) -> String {
    let step = status.next_step();
    match &status.state {
        BotState::Requested if status.cause.is_none() => String::new(),
        BotState::Pairing(_) if !looked_at => {
            format!("Main bot: waits to be linked. The page in run.json shows the code. {step}")
        }
        BotState::Pairing(Pairing::Qr { code, .. }) => match terminal_qr(code) {
            Ok(qr) => format!("\n{qr}\n{step}"),
            Err(error) => format!("{error}; use the page."),
        },
        BotState::Pairing(Pairing::Code { code, .. }) => {
            let (first, last) = code.split_at_checked(4).unwrap_or((code, ""));
            format!("\n    {first}-{last}\n\n{step}")
        }
        state => {
            let cause = status.cause.as_ref().map(|cause| cause.sentence());
            let cause = cause.map(|cause| format!(" {cause}")).unwrap_or_default();
            format!("Main bot: {}.{cause} {step}", state.title().to_lowercase())
        }
    }
}

/// A line for the operator. A closed terminal is no reason to stop.
fn say(text: &str) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairing(pairing: Pairing) -> BotStatus {
        BotStatus {
            state: BotState::Pairing(pairing),
            ..BotStatus::requested(None, 0)
        }
    }

    #[test]
    fn codes_are_for_eyes_only() {
        let qr = pairing(Pairing::Qr {
            code: "2@text".to_owned(),
            from: 0,
            until: 1,
        });
        assert!(shown(&qr, true).contains('█'));
        assert!(!shown(&qr, false).contains('█'));
        let code = pairing(Pairing::Code {
            code: "ABCD2345".to_owned(),
            from: 0,
            until: 1,
        });
        assert!(shown(&code, true).contains("ABCD-2345"));
        assert!(!shown(&code, false).contains("ABCD"));
    }

    #[test]
    fn what_fails_again_is_told_once() {
        let mut news = News::default();
        let mut status = BotStatus::requested(None, 0);
        assert_eq!(news.of(&status, true), None, "nothing has happened yet");
        status.cause = Some(crate::model::Cause::Network);
        let told = news.of(&status, true).expect("news");
        assert!(told.contains("WhatsApp can't be reached"), "{told}");
        assert!(told.contains("tries again by itself"), "{told}");
        status.next_try = Some(1);
        assert_eq!(news.of(&status, true), None);
        status.cause = Some(crate::model::Cause::Server { code: 503 });
        assert!(news.of(&status, true).is_some());
    }

    #[test]
    fn a_state_is_told_with_its_cause_and_what_to_do() {
        let status = BotStatus {
            state: BotState::Stopped,
            cause: Some(crate::model::Cause::StreamReplaced),
            ..BotStatus::requested(None, 0)
        };
        assert_eq!(
            shown(&status, true),
            "Main bot: stopped. The same device connected from another program. \
             End the other program that uses this session, then start it again."
        );
    }
}
