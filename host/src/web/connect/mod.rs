//! Turning a number into a bot from a page or through the API: the same service as in chat.
//!
//! A visitor names a number, gets a QR code or a code to type, and follows the attempt under an id that nobody can guess. What is
//! shown is always the real code: before there is one the page says so, and the API waits.
//!
//! # Layout
//!
//! - `attempts`: what is under way, by its id. `api`: `/api/subbot/…`. `page`: the form and the page of one attempt.
//! - `countries`: calling codes, and what is wrong with a number. `answer`: the shape of the API's answers and its error codes. `rate`: how often an address may ask.

mod answer;
pub(super) mod api;
mod attempts;
mod countries;
mod page;
mod rate;
#[cfg(test)]
mod tests;

use actix_web::web::ServiceConfig;

pub(super) use answer::{Failure, Good, Problem, answer};
pub(super) use api::no_store;
pub(super) use attempts::{Attempt, Attempts};
pub(super) use countries::CALLING_CODES;
pub(super) use page::Form;
pub(super) use rate::{Left, Rates};

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(page::begin)
        .service(page::linking_number)
        .service(page::linking_number_feed)
        .service(page::linking_number_again);
    api::routes(config);
}
