//! Profile pictures: asked for by account or group, and fetched from a media host, where they lie in the open.

use whatsapp_rust::http::HttpRequest;
use whatsapp_rust::prelude::{Client, Jid as WireJid};

use crate::whatsapp::DownloadError;

/// Fetches a picture; none when there is none, or it is not shown to this account.
pub(super) async fn fetch(
    client: &Client,
    of: &WireJid,
    limit: u64,
) -> Result<Option<Vec<u8>>, DownloadError> {
    let found = client.contacts().get_profile_picture(of, false).await;
    let found = found.map_err(|error| {
        tracing::debug!(%error, "a profile picture could not be asked for");
        DownloadError::Unavailable
    })?;
    let Some(picture) = found else {
        return Ok(None);
    };
    let answer = client.http_client.execute(HttpRequest::get(picture.url));
    let answer = answer.await.map_err(|error| {
        tracing::debug!(%error, "a profile picture could not be fetched");
        DownloadError::Unavailable
    })?;
    match answer.status_code {
        200 if answer.body.len() as u64 > limit => Err(DownloadError::TooLarge),
        200 => Ok(Some(answer.body)),
        403 | 404 | 410 => Ok(None),
        _ => Err(DownloadError::Unavailable),
    }
}
