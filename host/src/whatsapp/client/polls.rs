//! Votes in polls that the bot has sent. They come encrypted under the poll's own secret and name what is chosen by digest.

use whatsapp_rust::features::PollVoteCiphertext;
use whatsapp_rust::prelude::{Client, MessageExt, wa};
use whatsapp_rust::types::message::MessageInfo;
use whatsapp_rust::wacore::poll::compute_option_hash;

use super::content::Content;
use crate::model::{Jid, Poll};
use crate::whatsapp::{CommitError, Inbound};

/// The vote that a message in this chat is; none when it is no vote, none in a poll that is remembered, or none that opens.
///
/// # Errors
///
/// When it is not known now which poll it is in.
pub(super) async fn vote(
    client: &Client,
    inbound: &dyn Inbound,
    message: &wa::Message,
    info: &MessageInfo,
    chat: &Jid,
) -> Result<Option<Content>, CommitError> {
    let update = message.get_base_message().poll_update_message.as_option();
    let key = update.and_then(|update| update.poll_creation_message_key.as_option());
    let id = key.and_then(|key| key.id.as_deref()?.parse().ok());
    let sealed = update.and_then(|update| update.vote.as_option());
    let (Some(id), Some(sealed)) = (id, sealed) else {
        return Ok(None);
    };
    let (Some(payload), Some(iv)) = (&sealed.enc_payload, &sealed.enc_iv) else {
        return Ok(None);
    };
    let Some(poll) = inbound.poll(chat, &id).await? else {
        return Ok(None);
    };
    // Both are named in one way: by linked identity where the chat does, else by number.
    let voter = &info.source.sender;
    let creator = if voter.server.is_lid_family() {
        client.lid()
    } else {
        client.pn()
    };
    let Some(creator) = creator else {
        return Ok(None);
    };
    let ciphertext = PollVoteCiphertext {
        enc_payload: payload,
        enc_iv: iv,
    };
    let polls = client.polls();
    let opened = polls.decrypt_vote(ciphertext, &poll.secret, id.as_str(), &creator, voter);
    match opened.await {
        Ok(hashes) => Ok(Some(Content::PollVote {
            chosen: chosen(&poll, &hashes),
            target: id,
            plugin: poll.plugin,
            name: poll.name,
        })),
        Err(error) => {
            tracing::debug!(%error, "a vote could not be opened");
            Ok(None)
        }
    }
}

/// The options whose digests these are, in the poll's order; of a poll with one choice the first.
fn chosen(poll: &Poll, hashes: &[Vec<u8>]) -> Vec<String> {
    let is_chosen = |option: &&String| {
        let digest = compute_option_hash(option);
        hashes.iter().any(|hash| hash.as_slice() == digest)
    };
    let most = if poll.several { poll.options.len() } else { 1 };
    let chosen = poll.options.iter().filter(is_chosen).take(most);
    chosen.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_known_by_its_digest() {
        let mut poll = Poll {
            plugin: "poll".to_owned(),
            name: "1".to_owned(),
            options: ["tea", "coffee", "water"].map(str::to_owned).to_vec(),
            several: true,
            secret: vec![7; 32],
        };
        let hash = |option: &str| compute_option_hash(option).to_vec();
        let both = [hash("water"), hash("tea"), hash("beer"), vec![1]];
        assert_eq!(chosen(&poll, &both), ["tea", "water"]);
        assert_eq!(chosen(&poll, &[]), [""; 0]);
        poll.several = false;
        assert_eq!(chosen(&poll, &both), ["tea"]);
    }
}
