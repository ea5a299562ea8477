//! All installed plugins, and what is done with one.

use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Visit, form_sent, signed_in};
use super::words::Texts;
use crate::library::{Library, LibraryError, PluginView, Whom};
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::library::told;
use crate::web::permissions::May;
use crate::web::shared::{Shared, moment};
use crate::web::visit::go;

#[derive(Template)]
#[template(path = "operator_plugins.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    plugins: Vec<PluginView>,
}

#[derive(Template)]
#[template(path = "operator_plugin.html")]
struct Card<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    plugin: PluginView,
    /// What it may do, and whether that is denied.
    may: Vec<(May, bool)>,
    /// When each version was installed, the version in use marked; the last first.
    versions: Vec<(String, String, bool)>,
}

/// All of them.
#[get("/operator/plugins")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        match visit.parts.library.list().await {
            Ok(plugins) => render(&Page {
                lang: visit.language.tag(),
                t: visit.texts,
                about: visit.language.texts().about,
                form: &visit.form,
                plugins,
            }),
            Err(error) => refused(visit, &error),
        }
    })
    .await
}

/// One of them.
#[get("/operator/plugins/{name}")]
pub(in crate::web) async fn card(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        let plugin = match visit.parts.library.get(&name).await {
            Ok(plugin) => plugin,
            Err(error) => return refused(visit, &error),
        };
        let versions = plugin.versions.iter().rev().map(|version| {
            let current = version.digest == plugin.digest;
            (version.version.clone(), moment(version.installed), current)
        });
        let may = plugin.needs.iter();
        let may = may.map(|need| (May::of(need, visit.language), need.denied));
        render(&Card {
            lang: visit.language.tag(),
            t: visit.texts,
            about: visit.language.texts().about,
            form: &visit.form,
            versions: versions.collect(),
            may: may.collect(),
            plugin,
        })
    })
    .await
}

/// Switches it for all bots, goes back to its former version, or removes it.
#[post("/operator/plugins/{name}/{deed}")]
pub(in crate::web) async fn change(
    request: HttpRequest,
    shared: Data<Shared>,
    path: web::Path<(String, String)>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    let (name, deed) = path.into_inner();
    form_sent(&request, &shared, &fields, async |visit| {
        let Some(changed) = carry_out(&visit.parts.library, &name, &deed).await else {
            return HttpResponse::NotFound().finish();
        };
        match changed {
            Ok(()) => {
                visit.note(&format!("plugin-{deed}"), &name, "").await;
                match deed.as_str() {
                    "remove" => go("/operator/plugins"),
                    _ => go(format!("/operator/plugins/{name}")),
                }
            }
            Err(error) => refused(visit, &error),
        }
    })
    .await
}

/// Does something with a plugin; none when there is no such deed.
pub(in crate::web) async fn carry_out(
    library: &Arc<Library>,
    name: &str,
    deed: &str,
) -> Option<Result<(), LibraryError>> {
    Some(match deed {
        "switch-on" => library.switch(name, Whom::All, true).await.map(drop),
        "switch-off" => library.switch(name, Whom::All, false).await.map(drop),
        "roll-back" => library.rollback(name).await.map(drop),
        "remove" => library.remove(name).await,
        _ => return None,
    })
}

/// Why the library did not do it.
pub(super) fn refused(visit: &Visit<'_>, error: &LibraryError) -> HttpResponse {
    let (status, text) = told(error);
    visit.refused(status, &text)
}
