//! Styles and scripts, in the binary.

use actix_web::{HttpResponse, Responder, get, web};

macro_rules! asset {
    ($name:literal, $mime:literal) => {
        (
            $name,
            $mime,
            include_str!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../web/static/",
                $name
            )),
        )
    };
}

const ASSETS: &[(&str, &str, &str)] = &[
    asset!("jadi.css", "text/css; charset=utf-8"),
    asset!("live.js", "text/javascript; charset=utf-8"),
    asset!("number.js", "text/javascript; charset=utf-8"),
    asset!("jadi.svg", "image/svg+xml"),
];

#[get("/static/{name}")]
pub(super) async fn asset(name: web::Path<String>) -> impl Responder {
    match ASSETS.iter().find(|(known, _, _)| *known == name.as_str()) {
        Some((_, mime, content)) => HttpResponse::Ok()
            .content_type(*mime)
            .insert_header(("cache-control", "max-age=300"))
            .body(*content),
        None => HttpResponse::NotFound().finish(),
    }
}
