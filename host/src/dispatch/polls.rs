//! Polls on their way out: whose they are, and what votes in them are encrypted with.

use crate::model::{Action, SendMessage};
use crate::random::Random;

/// Bytes of a poll's secret, as WhatsApp has it.
const SECRET: usize = 32;

/// Completes the polls that a plugin wants sent.
pub(super) fn completed(actions: &mut [Action], plugin: &str, random: &dyn Random) {
    for action in actions {
        if let Action::Send(SendMessage {
            poll: Some(poll), ..
        }) = action
        {
            let mut secret = vec![0; SECRET];
            random.fill(&mut secret);
            poll.secret = secret;
            plugin.clone_into(&mut poll.plugin);
        }
    }
}
