//! A bot's page, for its owner: signing in with a link from chat, and what they see and do there.
//!
//! Everything here works without a script. Each route finds the visitor by their cookie and serves only their bot; what a form
//! asks for is done when it carries what the visitor's pages were given (see `forms`).
//!
//! # Layout
//!
//! - `sign_in`: the link's page, signing in and out. `visit`: who is there. `page`: the bot's page.

mod page;
mod sign_in;
#[cfg(test)]
mod tests;
mod visit;

use actix_web::web::ServiceConfig;

/// All routes.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(sign_in::show)
        .service(sign_in::use_link)
        .service(sign_in::sign_out)
        .service(page::show)
        .service(page::feed);
}
