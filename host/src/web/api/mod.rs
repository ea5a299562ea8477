//! What programs do with a bot. They show its token, which its owner made on its page. And with the host, with the operator's.
//!
//! # Layout
//!
//! - `feed`: what happens to a bot, told as it happens; `socket` tells it over a WebSocket, and
//!   `/api/subbot/events` by server-sent events.
//! - `token`: whose token is shown. `bot`: how a bot is used, and its end. `command`: what its owner could type.
//! - `owner`: what its owner does on its page. `operator`: what the operator does on theirs. `responses`: how failures are described.

pub(super) mod bot;
pub(super) mod command;
pub(super) mod feed;
pub(super) mod operator;
pub(super) mod owner;
mod responses;
pub(super) mod socket;
pub(super) mod token;

use actix_web::web::ServiceConfig;

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(bot::log_out)
        .service(bot::stats)
        .service(command::command)
        .service(socket::socket)
        .configure(owner::routes)
        .configure(operator::routes);
}
