//! How something is posted.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::signature;
use crate::clock::Millis;
use crate::fetch::{FetchError, FetchOptions, Fetcher, HttpRequest};
use crate::store::{Delivery, DeliveryError};

/// How long a receiver may take to answer.
const DEADLINE: Duration = Duration::from_secs(5);
/// How many deliveries of the host are on the wire at a time. Others wait in turn, so that slow receivers hold up others' for as
/// long as a few of them take.
const AT_ONCE: usize = 32;

/// Posts for all bots of a host. Cheap to clone; all clones are one.
#[derive(Debug, Clone)]
pub struct Post {
    fetcher: Fetcher,
    places: Arc<Semaphore>,
}

impl Post {
    /// Asks servers as these options say, but for the time that they may take and how many are asked at a time.
    pub fn new(mut options: FetchOptions) -> Self {
        options.deadline = DEADLINE;
        options.at_once = AT_ONCE;
        Self {
            fetcher: Fetcher::new(options),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Waits for a place, and posts a delivery; `now` is asked for when there is one. The error says why it was not taken.
    pub(super) async fn deliver(
        &self,
        delivery: &Delivery,
        now: impl Fn() -> Millis,
    ) -> Result<(), DeliveryError> {
        // The wait for a place is no try, so it must not use up the time that the receiver has.
        let _place = self.places.acquire().await;
        let asked = request(delivery, now());
        match self.fetcher.status(asked).await {
            Ok(200..=299) => Ok(()),
            Ok(status) => Err(DeliveryError::Answered(status)),
            Err(FetchError::Private(_)) => Err(DeliveryError::Private),
            Err(FetchError::Unavailable | FetchError::TooLarge) => Err(DeliveryError::Unreachable),
        }
    }
}

fn request(delivery: &Delivery, at: Millis) -> HttpRequest {
    let content = &delivery.content;
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("x-jadi-event", content.event.clone()),
        ("x-jadi-delivery", content.id.clone()),
        ("x-jadi-timestamp", at.to_string()),
        (
            "x-jadi-signature",
            signature::of(&delivery.secret, at, &content.body),
        ),
    ];
    HttpRequest {
        method: "POST",
        url: delivery.url.clone(),
        headers: headers.map(|(name, value)| (name.to_owned(), value)).into(),
        body: Some(content.body.clone()),
        most: 0,
    }
}
