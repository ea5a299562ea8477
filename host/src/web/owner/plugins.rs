//! Which plugins are on.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{form_sent, signed_in};
use crate::dispatch::{Installed, SwitchError};
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::shared::Shared;
use crate::web::visit::{go, notice};
use crate::web::words::Texts;

#[derive(Template)]
#[template(path = "plugins.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    form: &'a str,
    plugins: Vec<Installed>,
}

/// All of them.
#[get("/bot/plugins")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        render(&Page {
            lang: visit.language.tag(),
            t: visit.language.texts(),
            form: &visit.form,
            plugins: visit.parts.manager.plugins(visit.bot.id).await,
        })
    })
    .await
}

/// Switches one on or off.
#[post("/bot/plugins/{name}/switch")]
pub(in crate::web) async fn switch(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let (manager, bot) = (&visit.parts.manager, visit.bot.id);
        let texts = visit.language.texts();
        let refused = |text: &str| {
            let status = StatusCode::CONFLICT;
            notice(visit.language, status, texts.trouble_title, text)
        };
        let wanted = fields.text("to") == "on";
        let mut installed = manager.plugins(bot).await.into_iter();
        let plugin = installed.find(|plugin| plugin.manifest.name == *name);
        if let (true, Some(other)) = (wanted, plugin.and_then(|plugin| plugin.clashes_with)) {
            return refused(&texts.clash.replace("{other}", &other));
        }
        match manager.switch(bot, &name, wanted).await {
            Ok(()) => {
                let what = match wanted {
                    true => "plugin-switch-on",
                    false => "plugin-switch-off",
                };
                visit.note(what, &name).await;
                go(format!("/bot/plugins#{name}"))
            }
            Err(SwitchError::Refused(why)) => {
                tracing::warn!(%bot, why, "a plugin is not switched");
                refused(texts.not_switched)
            }
            Err(SwitchError::Unavailable(why)) => {
                tracing::error!(%bot, why, "a plugin could not be switched");
                refused(texts.not_switched)
            }
        }
    })
    .await
}
