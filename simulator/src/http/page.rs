//! The phones page: its shell, and the scripts and styles that it loads. All of it is in the binary.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::problem::Problem;
use crate::Simulator;

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Name, type and text of each file under `/assets/`.
const ASSETS: [(&str, &str, &str); 11] = [
    ("api.js", SCRIPT, include_str!("../../web/api.js")),
    ("composer.js", SCRIPT, include_str!("../../web/composer.js")),
    ("dialogs.js", SCRIPT, include_str!("../../web/dialogs.js")),
    ("dom.js", SCRIPT, include_str!("../../web/dom.js")),
    ("format.js", SCRIPT, include_str!("../../web/format.js")),
    ("main.js", SCRIPT, include_str!("../../web/main.js")),
    ("messages.js", SCRIPT, include_str!("../../web/messages.js")),
    ("sidebar.js", SCRIPT, include_str!("../../web/sidebar.js")),
    ("state.js", SCRIPT, include_str!("../../web/state.js")),
    (
        "page.css",
        "text/css; charset=utf-8",
        include_str!("../../web/page.css"),
    ),
    (
        "icon.svg",
        "image/svg+xml",
        include_str!("../../web/icon.svg"),
    ),
];

#[derive(Template)]
#[template(path = "index.html")]
struct Shell {
    websocket_url: String,
    media_url: String,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(shell))
        .route("/assets/{name}", web::get().to(asset));
}

async fn shell(sim: web::Data<Simulator>) -> Result<HttpResponse, Problem> {
    let shell = Shell {
        websocket_url: sim.websocket_url(),
        media_url: sim.media_url(),
    };
    let html = shell.render().map_err(|error| {
        Problem::new(
            actix_web::http::StatusCode::INTERNAL_SERVER_ERROR,
            error.to_string(),
        )
    })?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(html))
}

async fn asset(name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let (_, kind, text) = ASSETS
        .iter()
        .find(|(known, ..)| *known == name.as_str())
        .ok_or_else(|| Problem::not_found("there is no such file"))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, *kind))
        .body(*text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_page_stays_under_100_kilobytes() {
        let shell = include_str!("../../web/index.html").len();
        let total = ASSETS.iter().map(|(.., text)| text.len()).sum::<usize>() + shell;
        assert!(total < 100_000, "{total} bytes");
    }

    #[test]
    fn every_script_that_is_imported_is_served() {
        let known = |name: &str| ASSETS.iter().any(|(known, ..)| *known == name);
        let mut imports = 0;
        for (file, _, text) in ASSETS {
            for import in text.split("from \"./").skip(1) {
                let name = import.split('"').next().unwrap_or_default();
                assert!(known(name), "{file} imports {name}");
                imports += 1;
            }
        }
        assert!(imports > 8, "{imports}");
    }

    #[test]
    fn no_script_makes_markup_from_strings() {
        for (file, _, text) in ASSETS {
            for bad in ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval("] {
                assert!(!text.contains(bad), "{file} uses {bad}");
            }
        }
    }
}
