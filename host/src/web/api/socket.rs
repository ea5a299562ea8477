//! What happens to a bot, over a WebSocket.

use actix_web::rt;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get};
use actix_ws::{CloseReason, Message, MessageStream, Session};
use futures::stream::{Stream, StreamExt as _};

use super::feed::{self, Told};
use super::token;
use crate::clock::SharedClock;
use crate::web::connect::{Failure, Problem};
use crate::web::live::SLOW;
use crate::web::shared::Shared;

/// Each message is `{"event", "data"}`. Who asks shows the bot's token, as everywhere.
#[utoipa::path(
    tag = "Live",
    security(("token" = [])),
    responses(
        (status = 101, description = "A WebSocket; each message is {event, data}"),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, BOT_NOT_CONNECTED, INVALID_REQUEST, TOO_MANY_LISTENERS or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "TOO_MANY_LISTENERS"),
    ),
)]
#[get("/ws/subbot")]
pub(in crate::web) async fn socket(
    request: HttpRequest,
    shared: Data<Shared>,
    payload: Payload,
) -> HttpResponse {
    let answer = async {
        shared.rates.question(&request)?;
        let (_, bot) = token::bot(&shared, &request).await?;
        let told = feed::follow(&shared, &bot, token::text(&request)?)?;
        let (response, session, messages) =
            actix_ws::handle(&request, payload).map_err(|error| Problem::body(&error))?;
        // Its own task: the server's workers are not waited for when the host ends, but the feed ends with it.
        rt::spawn(tell(session, messages, told, shared.parts.clock.clone()));
        Ok::<_, Problem>(response)
    };
    match answer.await {
        Ok(response) => response,
        Err(problem) => problem.answer(),
    }
}

/// Tells until the client, the bot or the host has enough.
async fn tell(
    mut session: Session,
    mut messages: MessageStream,
    told: impl Stream<Item = Told>,
    clock: SharedClock,
) {
    // What it holds is free again before anything is waited for once more.
    let reason = tell_until(&mut session, &mut messages, told, &clock).await;
    let Some(reason) = reason else {
        return;
    };
    // It may be gone already, or may not read this either.
    tokio::select! {
        _ = session.close(reason) => {}
        () = clock.sleep(SLOW) => {}
    }
}

/// Why there is no more to tell; nothing when there is nobody to say it to.
async fn tell_until(
    session: &mut Session,
    messages: &mut MessageStream,
    told: impl Stream<Item = Told>,
    clock: &SharedClock,
) -> Option<Option<CloseReason>> {
    let mut told = std::pin::pin!(told);
    loop {
        enum Next {
            Said(Option<Result<Message, actix_ws::ProtocolError>>),
            Told(Option<Told>),
        }
        let next = tokio::select! {
            message = messages.next() => Next::Said(message),
            told = told.next() => Next::Told(told),
        };
        let sending = async {
            match next {
                Next::Said(Some(Ok(Message::Ping(bytes)))) => Ok(session.pong(&bytes).await),
                Next::Said(Some(Ok(Message::Close(reason)))) => Err(reason),
                // Nothing else that it says means anything.
                Next::Said(Some(Ok(_))) => Ok(Ok(())),
                Next::Told(Some(Told::Event(told))) => Ok(session.text(told.text()).await),
                Next::Told(Some(Told::Alive)) => Ok(session.ping(b"").await),
                Next::Said(Some(Err(_)) | None) | Next::Told(None) => Err(None),
            }
        };
        let sent = tokio::select! {
            sent = sending => sent,
            // Who does not read answers to its pings is as slow as who does not read events.
            () = clock.sleep(SLOW) => Err(None),
        };
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return None,
            Err(reason) => return Some(reason),
        }
    }
}
