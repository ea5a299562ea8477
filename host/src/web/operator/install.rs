//! Installing a plugin, or another version of one: its file, then what it is and may do, then consent to that.

use actix_multipart::{Multipart, MultipartError};
use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, post};
use askama::Template;
use futures::TryStreamExt as _;

use super::machine;
use super::plugins::refused;
use super::visit::{form_sent, signed_in};
use super::waiting::Agreed;
use super::words::Texts;
use crate::control::LARGEST_COMPONENT;
use crate::library::{Need, Terms, Whom};
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::permissions::May;
use crate::web::shared::Shared;
use crate::web::visit::{go, stale};

/// The most bytes of a field that is no file.
const FIELD: usize = 1024;

#[derive(Template)]
#[template(path = "operator_install.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    terms: &'a Terms,
    bytes: String,
    /// What it may do, whether that is new, and whether it is denied.
    may: Vec<(May, bool, bool)>,
    /// What the version in use may do and this one not any more.
    lost: Vec<May>,
}

/// What is wrong with a file that is sent.
enum Wrong {
    /// No page of the operator's has sent it.
    Stale,
    /// There is no file, or it did not come whole.
    NotWhole,
    /// It is too large.
    TooLarge,
}

impl From<MultipartError> for Wrong {
    fn from(_: MultipartError) -> Self {
        Self::NotWhole
    }
}

/// Takes a plugin's file in, and shows what it is.
#[post("/operator/plugins")]
pub(in crate::web) async fn take_in(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Multipart,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        let stale = || stale(visit.language);
        if crate::web::forms::from_here(&request).is_err() {
            return stale();
        }
        let component = match file(body, &visit.form).await {
            Ok(component) => component,
            Err(Wrong::Stale) => return stale(),
            Err(Wrong::NotWhole) => {
                return visit.refused(StatusCode::BAD_REQUEST, visit.texts.file_not_whole);
            }
            Err(Wrong::TooLarge) => {
                let text = visit.texts.file_too_large;
                return visit.refused(StatusCode::PAYLOAD_TOO_LARGE, text);
            }
        };
        let now = shared.parts.clock.now();
        let looked = shared.waiting.look(&visit.parts.library, component, now);
        let terms = match looked.await {
            Ok(terms) => terms,
            Err(error) => return refused(visit, &error),
        };
        let new = |need: &Need| match &terms.installed {
            Some(installed) => installed.new_needs.contains(&need.key),
            None => true,
        };
        let told = |need: &Need| May::of(need, visit.language);
        render(&Page {
            lang: visit.language.tag(),
            t: visit.texts,
            about: visit.language.texts().about,
            form: &visit.form,
            bytes: machine::bytes(terms.bytes),
            may: terms
                .needs
                .iter()
                .map(|need| (told(need), new(need), need.denied))
                .collect(),
            lost: match &terms.installed {
                Some(installed) => installed.lost_needs.iter().map(told).collect(),
                None => Vec::new(),
            },
            terms: &terms,
        })
    })
    .await
}

/// The file of a form whose first field proves who sent it.
async fn file(mut body: Multipart, given: &str) -> Result<Vec<u8>, Wrong> {
    let mut proof = body.try_next().await?.ok_or(Wrong::Stale)?;
    let text = proof.bytes(FIELD).await.map_err(|_| Wrong::Stale)?;
    let text = text.map_err(|_| Wrong::Stale)?;
    let field = (
        proof.name().unwrap_or_default().to_owned(),
        String::from_utf8_lossy(&text).into_owned(),
    );
    if !Fields::of(vec![field]).prove(given) {
        return Err(Wrong::Stale);
    }
    drop(proof);
    let mut file = body.try_next().await?.ok_or(Wrong::NotWhole)?;
    let component = file.bytes(LARGEST_COMPONENT).await;
    let component = component.map_err(|_| Wrong::TooLarge)??;
    if component.is_empty() {
        return Err(Wrong::NotWhole);
    }
    Ok(component.into())
}

/// Installs the file that was shown, with consent to what was shown.
#[post("/operator/plugins/install")]
pub(in crate::web) async fn install(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let library = &visit.parts.library;
        let agreed = Agreed {
            digest: fields.text("digest"),
            replace: fields.text("replace") == "on",
        };
        let now = shared.parts.clock.now();
        let installed = match shared.waiting.install(library, agreed, now).await {
            Some(installed) => installed,
            None => return visit.refused(StatusCode::CONFLICT, visit.texts.file_gone),
        };
        let (name, version) = match installed {
            Ok(plugin) => (plugin.name, plugin.version),
            Err(error) => return refused(visit, &error),
        };
        visit.note("plugin-install", &name, &version).await;
        if fields.text("everywhere") == "on" {
            if let Err(error) = library.switch(&name, Whom::All, true).await {
                return refused(visit, &error);
            }
            visit.note("plugin-switch-on", &name, "").await;
        }
        go(format!("/operator/plugins/{name}"))
    })
    .await
}
