//! What an owner sets: name, language, prefixes; and whether the bot runs.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, post};

use super::page::{self, Typed};
use super::visit::{Visit, form_sent};
use crate::bots::is_name;
use crate::model::{MOST_PREFIXES, is_prefix};
use crate::store::{SettingsChange, StoreError};
use crate::web::forms::Fields;
use crate::web::language::Language;
use crate::web::shared::Shared;

/// Starts the bot.
#[post("/bot/start")]
pub(in crate::web) async fn start(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let started = visit.parts.manager.start(visit.bot.id).await;
        visit.done(started, "start", "", "/bot").await
    })
    .await
}

/// Stops the bot.
#[post("/bot/stop")]
pub(in crate::web) async fn stop(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let stopped = visit.parts.manager.stop(visit.bot.id).await;
        visit.done(stopped, "stop", "", "/bot").await
    })
    .await
}

/// Keeps what was set, or shows the page again with what is wrong.
#[post("/bot/settings")]
pub(in crate::web) async fn set(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let typed = Typed {
            name: fields.text("name").trim().to_owned(),
            language: fields.text("language").to_owned(),
            prefixes: fields.text("prefixes").trim().to_owned(),
        };
        match read(&typed, visit.language) {
            Ok(change) => {
                let kept = keep(visit, &typed.name, change).await;
                visit.done(kept, "set", "", "/bot?kept#settings").await
            }
            Err(problem) => page::again(visit, &shared, typed, problem).await,
        }
    })
    .await
}

async fn keep(visit: &Visit<'_>, name: &str, change: SettingsChange) -> Result<(), StoreError> {
    let manager = &visit.parts.manager;
    if name != visit.bot.name {
        manager.rename(visit.bot.id, name.to_owned()).await?;
    }
    manager.set(visit.bot.id, change).await
}

/// What is to be kept, or what is wrong with what was typed.
pub(in crate::web) fn read(
    typed: &Typed,
    language: Language,
) -> Result<SettingsChange, &'static str> {
    let texts = language.texts();
    if !is_name(&typed.name) {
        return Err(texts.name_wrong);
    }
    let known = Language::tagged(&typed.language);
    if known.is_none_or(|known| known.tag() != typed.language) {
        return Err(texts.language_wrong);
    }
    let prefixes: Vec<String> = typed
        .prefixes
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let mut distinct = prefixes.clone();
    distinct.sort_unstable();
    distinct.dedup();
    let fit = prefixes.iter().all(|prefix| is_prefix(prefix));
    if !fit || distinct.len() < prefixes.len() || !(1..=MOST_PREFIXES).contains(&prefixes.len()) {
        return Err(texts.prefixes_wrong);
    }
    Ok(SettingsChange {
        language: Some(typed.language.clone()),
        prefixes: Some(prefixes),
    })
}
