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
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, BOT_NOT_CONNECTED, INVALID_REQUEST or RATE_LIMITED"),
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
    let mut told = std::pin::pin!(told);
    let reason: Option<CloseReason> = loop {
        let sent = tokio::select! {
            message = messages.next() => match message {
                Some(Ok(Message::Ping(bytes))) => session.pong(&bytes).await,
                Some(Ok(Message::Close(reason))) => break reason,
                // Nothing that it says means anything.
                Some(Ok(_)) => Ok(()),
                Some(Err(_)) | None => break None,
            },
            told = told.next() => {
                let Some(told) = told else { break None };
                let sending = async {
                    match told {
                        Told::Event(told) => session.text(told.text()).await,
                        Told::Alive => session.ping(b"").await,
                    }
                };
                tokio::select! {
                    sent = sending => sent,
                    () = clock.sleep(SLOW) => break None,
                }
            }
        };
        if sent.is_err() {
            return;
        }
    };
    // It may be gone already.
    let _ = session.close(reason).await;
}
