//! The only room that knows actix-web: pages and API.
