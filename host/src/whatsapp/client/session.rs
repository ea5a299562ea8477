//! One running client: sends with an acknowledgement, looks things up, downloads, ends.
//!
//! Everything that waits for the network has a deadline here, by the machine's clock: a deadline on a socket is not a fact
//! about the world that a test would move.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use whatsapp_rust::prelude::{Client, IqError, Jid as WireJid, SendOptions, wa};
use whatsapp_rust::send::SendError as ClientSendError;
use whatsapp_rust::types::message::AddressingMode;
use whatsapp_rust::{ClientError, UploadOptions};

use super::acks::Acks;
use super::address;
use super::download;
use super::media::Uploaded;
use super::recent::Recent;
use super::store::StoreFile;
use super::{groups, media, outbound, people, pictures};
use crate::clock::SharedClock;
use crate::meter::Meter;
use crate::model::{
    Action, GroupInfo, Jid, JidKind, MediaContent, MediaKind, Outgoing, PersonChanged, PhoneNumber,
    Progress, SendMessage,
};
use crate::whatsapp::{DownloadError, SendError, Session, Traffic};

/// For one action without a file: look-ups of devices and keys, the stanza, the acknowledgement.
const SEND_DEADLINE: Duration = Duration::from_secs(30);
/// For one action with a file, and for a download.
const MEDIA_DEADLINE: Duration = Duration::from_secs(120);
/// For one question to the server.
const QUERY_DEADLINE: Duration = Duration::from_secs(20);
/// For the client to flush and close; the whole host has ten seconds.
const CLOSE_DEADLINE: Duration = Duration::from_secs(5);
/// For the client's tasks to end after that, before they are aborted.
const END_DEADLINE: Duration = Duration::from_secs(1);

pub(super) struct ClientSession {
    pub(super) client: Arc<Client>,
    pub(super) file: StoreFile,
    pub(super) acks: Arc<Acks>,
    pub(super) recent: Arc<Recent>,
    pub(super) clock: SharedClock,
    /// What its work is charged to.
    pub(super) meter: Meter,
    /// Says that the end of the client is wanted, so that it is not told as a failure.
    pub(super) ending: CancellationToken,
    /// Makes what has not ended by then end at once.
    pub(super) abort: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl ClientSession {
    /// Does something in the client, which is charged to its bot, by a deadline.
    async fn within<T>(
        &self,
        deadline: Duration,
        work: impl Future<Output = Result<T, SendError>>,
    ) -> Result<T, SendError> {
        within(deadline, self.meter.clone().of_client(work)).await
    }

    async fn carry_out(&self, outgoing: &Outgoing) -> Result<(), SendError> {
        if !self.client.is_logged_in() {
            return Err(SendError::Unavailable);
        }
        if let Action::Group { group, change, .. } = &outgoing.action {
            return groups::change(&self.client, group, change).await;
        }
        let (chat, message) = self.message(&outgoing.action).await?;
        let to = address_of(chat)?;
        let acknowledged = self.acks.expect(outgoing.id.as_str());
        let options = SendOptions::default().with_message_id(outgoing.id.as_str());
        self.client
            .send_message_with_options(to, message, options)
            .await
            .map_err(failure)?;
        acknowledged.answer().await
    }

    async fn message<'a>(&self, action: &'a Action) -> Result<(&'a Jid, wa::Message), SendError> {
        let now = self.clock.now();
        Ok(match action {
            Action::Send(send) => (&send.chat, self.content(send).await?),
            Action::React { target, emoji } => {
                let author = self.participant(&target.chat, &target.author).await?;
                let message = outbound::reaction(target, author.as_ref(), emoji, now);
                (&target.chat, message)
            }
            Action::Edit { chat, target, text } => {
                let own = super::control::own(&self.client).ok_or(SendError::Unavailable)?;
                let author = self.participant(chat, &own.0).await?;
                let message = outbound::edit(chat, target, author.as_ref(), text, now);
                (chat, message)
            }
            Action::Delete { target } => {
                let author = self.participant(&target.chat, &target.author).await?;
                (&target.chat, outbound::delete(target, author.as_ref()))
            }
            // It is a request of its own, no message.
            Action::Group { .. } | Action::Bot { .. } | Action::Hosting { .. } => {
                return Err(SendError::Refused("no message".to_owned()));
            }
        })
    }

    async fn content(&self, send: &SendMessage) -> Result<wa::Message, SendError> {
        let quoted = match &send.quote {
            None => None,
            Some(target) => {
                let author = self.participant(&target.chat, &target.author).await?;
                Some((author, self.recent.preview(&target.chat, &target.id)))
            }
        };
        let quoted = quoted
            .as_ref()
            .zip(send.quote.as_ref())
            .map(|((author, preview), target)| {
                (author.as_ref().unwrap_or(&target.author), preview.clone())
            });
        let context = outbound::context(send, quoted);
        if let Some(poll) = &send.poll {
            return Ok(outbound::poll(&send.text, poll, context));
        }
        match &send.media {
            None => Ok(outbound::text(send, context)),
            Some(file) => {
                let place = match &file.content {
                    MediaContent::Bytes(bytes) => self.upload(file.kind, bytes).await?,
                    MediaContent::Kept(handle) => media::kept(handle).ok_or_else(|| {
                        SendError::Refused("the file's handle is broken".to_owned())
                    })?,
                };
                Ok(media::message(file, place, &send.text, context))
            }
        }
    }

    async fn upload(&self, kind: MediaKind, bytes: &[u8]) -> Result<Uploaded, SendError> {
        if bytes.len() > media::LARGEST_UPLOAD {
            let most = media::LARGEST_UPLOAD / (1024 * 1024);
            return Err(SendError::Refused(format!("a file has at most {most} MB")));
        }
        let uploaded = self
            .client
            .upload(
                bytes.to_vec(),
                media::media_type(kind),
                UploadOptions::new(),
            )
            .await
            .map_err(|error| {
                tracing::debug!(%error, "an upload failed");
                SendError::Unavailable
            })?;
        Ok(uploaded.into())
    }

    /// A person as this group addresses its people: by LID in groups that do; nobody in a private chat, whose keys need
    /// no participant.
    async fn participant(&self, chat: &Jid, person: &Jid) -> Result<Option<Jid>, SendError> {
        if chat.kind() != JidKind::Group {
            return Ok(None);
        }
        let group = self
            .client
            .groups()
            .query_info(&address_of(chat)?)
            .await
            .map_err(groups::refused)?;
        if group.addressing_mode == AddressingMode::Lid
            && person.kind() == JidKind::Number
            && let Ok(Some(entry)) = self.client.get_lid_pn_entry(&address_of(person)?).await
        {
            return Ok(format!("{}@lid", entry.lid).parse().ok());
        }
        Ok(Some(person.clone()))
    }
}

#[async_trait]
impl Session for ClientSession {
    async fn send(&self, outgoing: &Outgoing) -> Result<(), SendError> {
        let deadline = match &outgoing.action {
            Action::Send(SendMessage { media: Some(_), .. }) => MEDIA_DEADLINE,
            _ => SEND_DEADLINE,
        };
        self.within(deadline, Box::pin(self.carry_out(outgoing)))
            .await
    }

    async fn change_people(&self, outgoing: &Outgoing) -> Result<Vec<PersonChanged>, SendError> {
        if !self.client.is_logged_in() {
            return Err(SendError::Unavailable);
        }
        let Action::Group { group, change, .. } = &outgoing.action else {
            return Err(SendError::Refused("no change of a group".to_owned()));
        };
        let changed = people::change(&self.client, group, change);
        within(SEND_DEADLINE, Box::pin(changed)).await
    }

    async fn progress(&self, progress: &Progress) -> Result<(), SendError> {
        let show = async {
            match progress {
                Progress::Typing { chat } => {
                    let chat = address_of(chat)?;
                    let typing = self.client.chatstate();
                    let sent = typing.send_composing(&chat).await;
                    sent.map_err(|_| SendError::Unavailable)
                }
                Progress::React { target, emoji } => {
                    let author = self.participant(&target.chat, &target.author).await?;
                    let message =
                        outbound::reaction(target, author.as_ref(), emoji, self.clock.now());
                    let chat = address_of(&target.chat)?;
                    let sent = self.client.send_message(chat, message).await;
                    sent.map(drop).map_err(failure)
                }
            }
        };
        self.within(SEND_DEADLINE, Box::pin(show)).await
    }

    async fn group_info(&self, group: &Jid) -> Result<GroupInfo, SendError> {
        let group = address_of(group)?;
        self.within(QUERY_DEADLINE, Box::pin(groups::info(&self.client, &group)))
            .await
    }

    async fn download(&self, handle: &[u8], limit: u64) -> Result<Vec<u8>, DownloadError> {
        let fetch = download::fetch(&self.client, handle, limit);
        let file = Box::pin(self.meter.clone().of_client(fetch));
        tokio::time::timeout(MEDIA_DEADLINE, file)
            .await
            .unwrap_or(Err(DownloadError::Unavailable))
    }

    async fn picture(&self, of: &Jid, limit: u64) -> Result<Option<Vec<u8>>, DownloadError> {
        let of = address_of(of).map_err(|_| DownloadError::Gone)?;
        let fetch = pictures::fetch(&self.client, &of, limit);
        let file = Box::pin(self.meter.clone().of_client(fetch));
        tokio::time::timeout(QUERY_DEADLINE, file)
            .await
            .unwrap_or(Err(DownloadError::Unavailable))
    }

    async fn invite_code(&self, group: &Jid) -> Result<Option<String>, SendError> {
        let group = address_of(group)?;
        self.within(
            QUERY_DEADLINE,
            Box::pin(groups::invite_code(&self.client, &group)),
        )
        .await
    }

    async fn is_on_whatsapp(&self, number: &PhoneNumber) -> Result<bool, SendError> {
        if !self.client.is_logged_in() {
            return Err(SendError::Unavailable);
        }
        let account = address_of(&Jid::of_number(number))?;
        let look_up = async {
            let told = self.client.contacts().is_on_whatsapp(&[account]).await;
            let told = told.map_err(|error| {
                tracing::debug!(%error, "a number could not be looked up");
                SendError::Unavailable
            })?;
            Ok(told.iter().any(|one| one.is_registered))
        };
        self.within(QUERY_DEADLINE, Box::pin(look_up)).await
    }

    fn traffic(&self) -> Traffic {
        let stats = self.client.stats();
        Traffic {
            sent: stats.bytes_sent,
            received: stats.bytes_received,
        }
    }

    async fn give_back(&self) {
        if let Err(error) = self.file.give_back().await {
            tracing::debug!(%error, "a session's file does not shrink now");
        }
    }

    async fn log_out(&self) -> Result<(), SendError> {
        if !self.client.is_logged_in() {
            return Err(SendError::Unavailable);
        }
        let logout = async {
            self.client.logout().await;
            Ok(())
        };
        self.within(QUERY_DEADLINE, Box::pin(logout)).await
    }

    async fn shutdown(&self) {
        self.ending.cancel();
        let closing = Box::pin(self.client.disconnect());
        if tokio::time::timeout(CLOSE_DEADLINE, closing).await.is_err() {
            tracing::warn!(
                "a session did not flush in time; what it had not acknowledged comes again"
            );
        }
        self.tasks.close();
        if tokio::time::timeout(END_DEADLINE, self.tasks.wait())
            .await
            .is_err()
        {
            self.abort.cancel();
        }
    }
}

async fn within<T>(
    deadline: Duration,
    work: impl Future<Output = Result<T, SendError>>,
) -> Result<T, SendError> {
    tokio::time::timeout(deadline, work)
        .await
        .unwrap_or(Err(SendError::Unavailable))
}

fn address_of(jid: &Jid) -> Result<WireJid, SendError> {
    address::wire(jid).ok_or_else(|| SendError::Refused("not an address".to_owned()))
}

/// What the client's own error means for whoever wants to try again.
fn failure(error: ClientSendError) -> SendError {
    tracing::debug!(%error, "a send failed");
    match error {
        ClientSendError::Iq(error) | ClientSendError::Client(ClientError::Iq(error)) => {
            rejected(&error)
        }
        ClientSendError::InvalidRequest(why) => SendError::Refused(why),
        _ => SendError::Unavailable,
    }
}

fn rejected(error: &IqError) -> SendError {
    match error {
        IqError::ServerError { code, .. } if (400..500).contains(code) && *code != 429 => {
            SendError::Refused(format!("code {code}"))
        }
        _ => SendError::Unavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server_error(code: u16) -> ClientSendError {
        ClientSendError::Iq(IqError::ServerError {
            code,
            text: String::new(),
            error_type: None,
            backoff: None,
        })
    }

    #[test]
    fn only_a_refusal_that_stays_is_final() {
        for (error, is_final) in [
            (server_error(404), true),
            (server_error(429), false),
            (server_error(503), false),
            (ClientSendError::NotLoggedIn, false),
            (ClientSendError::Iq(IqError::Timeout), false),
            (ClientSendError::InvalidRequest("empty".to_owned()), true),
        ] {
            let refused = matches!(failure(error), SendError::Refused(_));
            assert_eq!(refused, is_final);
        }
    }

    #[tokio::test]
    async fn a_network_that_does_not_answer_is_unavailable() {
        let never = std::future::pending::<Result<(), SendError>>();
        let told = within(Duration::from_millis(1), never).await;
        assert!(matches!(told, Err(SendError::Unavailable)));
    }
}
