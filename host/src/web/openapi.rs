//! The API's description, made from its code: as a document for programs, and as a page for people.

use std::sync::LazyLock;

use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde_json::Value;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::home::render;
use super::language::Language;
use super::words::Texts;
use super::{api, connect};

/// All calls.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Jadi",
        description = "Making a number a bot, and managing it. Times are in milliseconds since 1970 unless their name says otherwise, \
            `expiresIn` is in seconds. Answers are `{status: true, data}` or `{status: false, message, code, details}`. How often you \
            may still ask stands in the headers `ratelimit-limit`, `ratelimit-remaining` and `ratelimit-reset` (seconds). A body has \
            at most 16 KiB (BODY_TOO_LARGE), a plugin's file more.",
        license(name = "AGPL-3.0-or-later"),
    ),
    paths(
        connect::api::subbot_connect,
        connect::api::subbot_status,
        connect::api::subbot_list,
        connect::api::subbot_events,
        api::bot::log_out,
        api::bot::stats,
        api::command::command,
        api::socket::socket,
        api::owner::bot::look,
        api::owner::bot::set,
        api::owner::bot::start,
        api::owner::bot::stop,
        api::owner::plugins::list,
        api::owner::plugins::change_one,
        api::owner::runs::list,
        api::owner::failures::list,
        api::owner::failures::look,
        api::owner::days::list,
        api::owner::tokens::list,
        api::owner::tokens::add,
        api::owner::tokens::revoke,
        api::owner::webhooks::list,
        api::owner::webhooks::add,
        api::owner::webhooks::remove,
        api::owner::webhooks::replay,
        api::owner::offer::look,
        api::owner::offer::add,
        api::owner::offer::withdraw,
        api::owner::takeout::export,
        api::owner::takeout::erase,
        api::operator::host::look,
        api::operator::host::set,
        api::operator::bots::list,
        api::operator::bots::look,
        api::operator::bots::start,
        api::operator::bots::stop,
        api::operator::bots::plan,
        api::operator::bots::end,
        api::operator::owners::list,
        api::operator::owners::add,
        api::operator::owners::remove,
        api::operator::broadcasts::look,
        api::operator::broadcasts::send,
        api::operator::broadcasts::stop,
        api::operator::invites::list,
        api::operator::invites::add,
        api::operator::invites::revoke,
        api::operator::components::look,
        api::operator::components::install,
        api::operator::plugins::list,
        api::operator::plugins::switch,
        api::operator::plugins::roll_back,
        api::operator::plugins::remove,
        api::operator::deeds::list,
    ),
    modifiers(&Token),
)]
struct Document;

/// What programs show.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let header = ApiKeyValue::with_description(
            "x-jadi-token",
            "A token of your bot, which its owner makes on the bot's page",
        );
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(header));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
        let header = ApiKeyValue::with_description(
            "x-jadi-token",
            "A token of the operator's, who makes it on the page /operator/tokens",
        );
        let scheme = SecurityScheme::ApiKey(ApiKey::Header(header));
        components.add_security_scheme("operator", scheme);
    }
}

/// The document, which is the same for as long as the program runs.
static JSON: LazyLock<String> = LazyLock::new(|| {
    let document = Document::openapi().to_pretty_json();
    format!("{}\n", document.unwrap_or_default())
});

/// The document.
#[get("/api/openapi.json")]
pub(super) async fn json() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(JSON.as_str())
}

/// A call, as the page shows it.
struct Call {
    method: String,
    path: String,
    summary: String,
    more: String,
    token: bool,
    body: String,
    answer: String,
    codes: Vec<String>,
}

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    lang: &'static str,
    t: &'static Texts,
    about: String,
    calls: Vec<Call>,
}

/// The page.
#[get("/api")]
pub(super) async fn page(request: HttpRequest) -> HttpResponse {
    let language = Language::of_visitor(&request);
    let document: Value = serde_json::from_str(&JSON).unwrap_or_default();
    render(&Page {
        lang: language.tag(),
        t: language.texts(),
        about: text(&document, "/info/description"),
        calls: calls(&document),
    })
}

fn text(value: &Value, pointer: &str) -> String {
    let text = value.pointer(pointer).and_then(Value::as_str);
    // What is code stands in backticks there.
    text.unwrap_or_default().replace('`', "")
}

fn calls(document: &Value) -> Vec<Call> {
    let paths = document.get("paths").and_then(Value::as_object);
    let mut calls = Vec::new();
    for (path, methods) in paths.into_iter().flatten() {
        for (method, call) in methods.as_object().into_iter().flatten() {
            let answers = call.get("responses").and_then(Value::as_object);
            let errors = answers.into_iter().flatten();
            let errors = errors.filter(|(status, _)| status.ends_with("XX"));
            let security = call.get("security").and_then(Value::as_array);
            calls.push(Call {
                method: method.to_uppercase(),
                path: path.clone(),
                summary: text(call, "/summary"),
                more: text(call, "/description"),
                token: security.is_some_and(|ways| {
                    ways.iter()
                        .all(|way| way.get("token").or_else(|| way.get("operator")).is_some())
                }),
                body: sketch(
                    document,
                    call.pointer("/requestBody/content/application~1json/schema"),
                ),
                answer: sketch(
                    document,
                    call.pointer("/responses/200/content/application~1json/schema"),
                ),
                codes: errors
                    .map(|(_, error)| text(error, "/description"))
                    .collect(),
            });
        }
    }
    calls
}

/// A schema as lines of names and types, one a field.
fn sketch(document: &Value, schema: Option<&Value>) -> String {
    let mut lines = String::new();
    if let Some(schema) = schema {
        write(document, schema, 0, &mut lines);
    }
    lines.trim_end().to_owned()
}

/// How deep shapes are drawn.
const DEPTH: usize = 4;

fn write(document: &Value, schema: &Value, depth: usize, lines: &mut String) {
    let schema = followed(document, schema);
    let fields = schema.get("properties").and_then(Value::as_object);
    for (name, field) in fields.into_iter().flatten() {
        let shape = followed(document, field);
        let indent = "  ".repeat(depth);
        let note = text(field, "/description").replace('\n', " ");
        let dash = if note.is_empty() { "" } else { ": " };
        lines.push_str(&format!("{indent}{name} ({}){dash}{note}\n", kind(shape)));
        if depth < DEPTH {
            let inner = shape.get("items").unwrap_or(shape);
            write(document, inner, depth.saturating_add(1), lines);
        }
    }
    for way in ["oneOf", "anyOf", "allOf"] {
        for one in schema
            .get(way)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            if depth < DEPTH {
                write(document, one, depth, lines);
            }
        }
    }
}

/// The schema that a reference means.
fn followed<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let target = schema.get("$ref").and_then(Value::as_str);
    let target = target.and_then(|target| document.pointer(target.trim_start_matches('#')));
    target.unwrap_or(schema)
}

fn kind(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::String(one)) => one.clone(),
        Some(Value::Array(all)) => {
            let names = all.iter().filter_map(Value::as_str);
            names.collect::<Vec<_>>().join(" or ")
        }
        _ => "object".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::web::owner::tests::routes::{By, Row, TABLE};

    /// `JADI_UPDATE_GOLDEN=1` writes it.
    const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");

    #[test]
    fn the_document_is_the_one_that_programs_were_made_for() {
        if std::env::var_os("JADI_UPDATE_GOLDEN").is_some() {
            std::fs::write(GOLDEN, JSON.as_str()).expect("written");
        }
        let golden = std::fs::read_to_string(GOLDEN).unwrap_or_default();
        assert!(
            golden == *JSON,
            "docs/openapi.json is not what the code says: run this test with JADI_UPDATE_GOLDEN=1 when the change is meant"
        );
    }

    #[test]
    fn each_call_has_a_name_of_its_own() {
        let document: Value = serde_json::from_str(&JSON).expect("JSON");
        let paths = document["paths"].as_object().expect("paths").values();
        let calls = paths.flat_map(|methods| methods.as_object().expect("calls").values());
        let mut names: Vec<_> = calls.map(|call| call["operationId"].as_str()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert!(
            names.len() == all && names.iter().all(Option::is_some),
            "{names:?}"
        );
    }

    #[test]
    fn each_route_for_programs_is_a_call_for_whom_it_serves() {
        let document: Value = serde_json::from_str(&JSON).expect("JSON");
        let told: BTreeSet<_> = calls(&document)
            .into_iter()
            .map(|call| (call.method, call.path))
            .collect();
        let mut served = BTreeSet::new();
        for Row(by, method, route, _) in TABLE {
            let for_programs = route.starts_with("/api/") || route.starts_with("/ws/");
            if !for_programs || *route == "/api/openapi.json" {
                continue;
            }
            served.insert(((*method).to_owned(), (*route).to_owned()));
            let ways = &document["paths"][route][method.to_lowercase()]["security"];
            let takes = |token: &str| {
                let ways = ways.as_array().into_iter().flatten();
                ways.filter(|way| way.get(token).is_some()).count() == 1
            };
            let wanted = (*by == By::Token, *by == By::Operator);
            // Who shows nothing may ask those for a list all the same, and see more with a token.
            let open = *by == By::Nothing && takes("token");
            let found = (takes("token") && !open, takes("operator"));
            assert_eq!(found, wanted, "{method} {route}: {ways}");
        }
        assert_eq!(told, served);
    }

    #[test]
    fn the_page_shows_each_call_with_its_shapes() {
        let document: Value = serde_json::from_str(&JSON).expect("JSON");
        let calls = calls(&document);
        let connect = calls.iter().find(|call| call.path == "/api/subbot/connect");
        let connect = connect.expect("the call");
        assert_eq!((connect.method.as_str(), connect.token), ("POST", false));
        assert!(
            connect.body.contains("phoneNumber (string)"),
            "{}",
            connect.body
        );
        assert!(
            connect.answer.contains("  qrCode (string or null)"),
            "{}",
            connect.answer
        );
        assert!(
            connect
                .codes
                .iter()
                .any(|codes| codes.contains("SLOTS_FULL"))
        );
        for call in &calls {
            assert!(!call.summary.is_empty(), "{} {}", call.method, call.path);
            assert_eq!(
                call.token,
                !["connect", "status", "list", "events"]
                    .iter()
                    .any(|open| call.path == format!("/api/subbot/{open}")),
                "{}",
                call.path
            );
        }
    }
}
