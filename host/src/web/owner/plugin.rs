//! One plugin: what it is for and may do, and its settings as a form that is made of its manifest.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use jadi_plugin_manifest::{Scope, Setting, SettingKind, SettingValue};
use serde::Deserialize;

use super::visit::{Visit, form_sent, signed_in};
use crate::dispatch::Installed;
use crate::store::SettingChange;
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::language::Language;
use crate::web::permissions::{self, May};
use crate::web::shared::Shared;
use crate::web::visit::{go, notice, with_status};
use crate::web::words::Texts;

/// Longer texts are written on several lines.
const LINE: u32 = 120;

#[derive(Template)]
#[template(path = "plugin.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    form: &'a str,
    name: &'a str,
    version: &'a str,
    summary: &'a str,
    enabled: bool,
    may: Vec<May>,
    commands: Vec<(&'a str, &'a str)>,
    fields: Vec<Field<'a>>,
    kept: bool,
    problem: Option<String>,
}

/// One setting as it stands in the form.
struct Field<'a> {
    name: &'a str,
    summary: &'a str,
    for_groups: bool,
    input: Input<'a>,
    /// What is typed, or kept.
    typed: String,
}

/// What it is typed into.
enum Input<'a> {
    /// A box to tick.
    Toggle,
    /// A number between these.
    Number(i64, i64),
    /// One of these.
    Choice(&'a [String]),
    /// A line of at most so many characters.
    Line(u32),
    /// Lines of at most so many characters.
    Lines(u32),
}

impl<'a> Field<'a> {
    fn new(setting: &'a Setting, typed: String, language: Language) -> Self {
        Self {
            name: &setting.name,
            summary: setting.summary.get(language.tag()),
            for_groups: setting.scope == Scope::Group,
            input: match &setting.value {
                SettingKind::Toggle { .. } => Input::Toggle,
                SettingKind::Number { least, most, .. } => Input::Number(*least, *most),
                SettingKind::Choice { choices, .. } => Input::Choice(choices),
                SettingKind::Text { most, .. } if *most <= LINE => Input::Line(*most),
                SettingKind::Text { most, .. } => Input::Lines(*most),
            },
            typed,
        }
    }
}

/// What a page is asked for with.
#[derive(Deserialize)]
struct Asked {
    /// There when something was kept a moment ago.
    kept: Option<String>,
}

/// What counts of a plugin's settings, by name.
type Values = BTreeMap<String, SettingValue>;

/// The plugin's page.
#[get("/bot/plugins/{name}")]
pub(in crate::web) async fn card(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        with_plugin(visit, &name, async |plugin, values| {
            let typed = |setting: &Setting| shown(values.get(&setting.name));
            show(visit, plugin, typed, asked.kept.is_some(), None)
        })
        .await
    })
    .await
}

/// Keeps the plugin's settings, or shows its page again with what is wrong.
#[post("/bot/plugins/{name}/settings")]
pub(in crate::web) async fn set(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        with_plugin(visit, &name, async |plugin, values| {
            keep(visit, plugin, values, &fields).await
        })
        .await
    })
    .await
}

async fn keep(
    visit: &Visit<'_>,
    plugin: &Installed,
    values: &Values,
    fields: &Fields,
) -> HttpResponse {
    let changes = match changes(plugin, values, fields) {
        Ok(changes) => changes,
        Err(wrong) => {
            let summary = wrong.summary.get(visit.language.tag());
            let problem = visit.language.texts().wrong_value;
            let problem = problem.replace("{setting}", summary);
            let typed = |setting: &Setting| fields.text(&field(setting)).to_owned();
            let page = show(visit, plugin, typed, false, Some(problem));
            return with_status(page, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let (manager, bot, name) = (&visit.parts.manager, visit.bot.id, &plugin.manifest.name);
    match manager.set_plugin(bot, name, changes).await {
        Ok(()) => {
            visit.note("plugin-set", name).await;
            go(format!("/bot/plugins/{name}?kept#settings"))
        }
        Err(error) => visit.trouble(&error),
    }
}

/// Answers with this, if there is a plugin of this name.
pub(super) async fn with_plugin(
    visit: &Visit<'_>,
    name: &str,
    answer: impl AsyncFnOnce(&Installed, &Values) -> HttpResponse,
) -> HttpResponse {
    match visit.parts.manager.plugin(visit.bot.id, name).await {
        Ok(Some((plugin, values))) => answer(&plugin, &values).await,
        Ok(None) => {
            let texts = visit.language.texts();
            let (title, text) = (texts.no_plugin_title, texts.no_plugin);
            notice(visit.language, StatusCode::NOT_FOUND, title, text)
        }
        Err(error) => visit.trouble(&error),
    }
}

fn show(
    visit: &Visit<'_>,
    plugin: &Installed,
    typed: impl Fn(&Setting) -> String,
    kept: bool,
    problem: Option<String>,
) -> HttpResponse {
    let (manifest, language) = (&plugin.manifest, visit.language);
    let commands = manifest.commands.iter();
    let settings = manifest.settings.iter();
    render(&Page {
        lang: language.tag(),
        t: language.texts(),
        form: &visit.form,
        name: &manifest.name,
        version: &manifest.version,
        summary: manifest.summary.get(language.tag()),
        enabled: plugin.enabled,
        may: permissions::of(plugin, language),
        commands: commands
            .map(|command| (command.name.as_str(), command.summary.get(language.tag())))
            .collect(),
        fields: settings
            .map(|setting| Field::new(setting, typed(setting), language))
            .collect(),
        kept,
        problem,
    })
}

/// The name of a setting's field: apart from the form's own fields.
fn field(setting: &Setting) -> String {
    format!("set-{}", setting.name)
}

/// A value as it stands in a field; a ticked box says `on`.
fn shown(value: Option<&SettingValue>) -> String {
    match value {
        None | Some(SettingValue::Toggle(false)) => String::new(),
        Some(SettingValue::Toggle(true)) => "on".to_owned(),
        Some(SettingValue::Number(number)) => number.to_string(),
        Some(SettingValue::Text(text)) => text.clone(),
    }
}

/// What a form changes: nothing that is as it counts now, so that what nobody sets follows the plugin's own default. The error is
/// the setting that can't be what was typed.
fn changes<'a>(
    plugin: &'a Installed,
    values: &Values,
    fields: &Fields,
) -> Result<Vec<SettingChange>, &'a Setting> {
    let reset = !fields.text("reset").is_empty();
    let mut changes = Vec::new();
    for setting in &plugin.manifest.settings {
        let value = if reset {
            None
        } else {
            let value = read(&setting.value, fields.text(&field(setting))).ok_or(setting)?;
            if values.get(&setting.name) == Some(&value) {
                continue;
            }
            Some(value)
        };
        changes.push(SettingChange {
            chat: None,
            name: setting.name.clone(),
            value,
        });
    }
    Ok(changes)
}

/// A value that the setting can be. Browsers end lines as old teletypes did.
fn read(kind: &SettingKind, typed: &str) -> Option<SettingValue> {
    let value = match kind {
        SettingKind::Toggle { .. } => SettingValue::Toggle(typed == "on"),
        SettingKind::Number { .. } => SettingValue::Number(typed.trim().parse().ok()?),
        SettingKind::Text { .. } | SettingKind::Choice { .. } => {
            SettingValue::Text(typed.replace("\r\n", "\n"))
        }
    };
    kind.allows(&value).is_ok().then_some(value)
}
