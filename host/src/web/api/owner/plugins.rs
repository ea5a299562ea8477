//! Which plugins a bot has, and what is set of them.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, patch};
use jadi_plugin_manifest::SettingValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Program, invalid, missing, with_token};
use crate::dispatch::{Installed, SwitchError};
use crate::store::SettingChange;
use crate::web::api::responses::{Broken, Refused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::language::Language;
use crate::web::permissions::{self, May};
use crate::web::shared::Shared;

/// A plugin, as a bot has it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct PluginState {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
    /// One line on what it is for, in English.
    summary: String,
    /// Whether the bot has it.
    enabled: bool,
    /// What it may do.
    may: Vec<PluginNeed>,
    /// What is set, by name: truth values, whole numbers and texts.
    #[schema(value_type = BTreeMap<String, Value>)]
    settings: BTreeMap<String, Value>,
}

/// Something that a plugin may do.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct PluginNeed {
    /// Words that complete "It may …", in English.
    words: String,
    /// What its author says it is for, in English.
    reason: Option<String>,
}

/// What is changed of a plugin; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::web) struct PluginChange {
    /// Whether the bot has it.
    enabled: Option<bool>,
    /// Settings by name; null sets one back.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, Value>)]
    settings: BTreeMap<String, Value>,
}

/// All plugins, as the bot has them.
#[utoipa::path(
    operation_id = "list_plugins",
    tag = "A bot",
    security(("token" = [])),
    responses((status = 200, body = Good<Vec<PluginState>>), Refused),
)]
#[get("/api/v1/bot/plugins")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let mut states = Vec::new();
        for plugin in program.parts.manager.plugins(program.bot.id).await {
            let (plugin, values) = one(&program, &plugin.manifest.name).await?;
            states.push(PluginState::new(plugin, values));
        }
        Ok(states)
    })
    .await
}

/// Switches a plugin, and sets its settings.
#[utoipa::path(
    operation_id = "change_plugin",
    tag = "A bot",
    security(("token" = [])),
    params(("name" = String, Path, description = "The plugin's name", example = "welcome")),
    request_body = PluginChange,
    responses(
        (status = 200, body = Good<PluginState>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, INVALID_VALUE, PLUGIN_NOT_FOUND, \
            PLUGIN_REFUSED or RATE_LIMITED"),
        Broken,
    ),
)]
#[patch("/api/v1/bot/plugins/{name}")]
pub(in crate::web) async fn change_one(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
    body: Result<web::Json<PluginChange>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let (manager, bot) = (&program.parts.manager, program.bot.id);
        let change = body.map_err(|error| Problem::body(&error))?.into_inner();
        let (plugin, _) = one(&program, &name).await?;
        let changes = settings(&plugin, change.settings)?;
        if !changes.is_empty() {
            let set = manager.set_plugin(bot, &name, changes).await;
            set.map_err(no_store)?;
            program.note("plugin-set", &name).await;
        }
        if let Some(enabled) = change.enabled.filter(|enabled| *enabled != plugin.enabled) {
            let switched = manager.switch(bot, &name, enabled).await;
            switched.map_err(refused)?;
            let what = if enabled {
                "plugin-switch-on"
            } else {
                "plugin-switch-off"
            };
            program.note(what, &name).await;
        }
        let (plugin, values) = one(&program, &name).await?;
        Ok(PluginState::new(plugin, values))
    })
    .await
}

/// A plugin as the bot has it, with what counts of its settings by name.
pub(super) async fn one(
    program: &Program<'_>,
    name: &str,
) -> Result<(Installed, BTreeMap<String, SettingValue>), Problem> {
    let found = program.parts.manager.plugin(program.bot.id, name).await;
    found.map_err(no_store)?.ok_or_else(|| {
        let message =
            "There is no such plugin. GET /api/v1/bot/plugins names those that there are.";
        missing("PLUGIN_NOT_FOUND", message)
    })
}

/// The changes that a program wants, each as the plugin's manifest allows it.
fn settings(
    plugin: &Installed,
    wanted: BTreeMap<String, Value>,
) -> Result<Vec<SettingChange>, Problem> {
    let change = |(name, value): (String, Value)| {
        let mut known = plugin.manifest.settings.iter();
        let setting = known.find(|setting| setting.name == name);
        let setting = setting.ok_or_else(|| invalid(&name, "The plugin has no such setting."))?;
        let value = match value {
            Value::Null => None,
            Value::Bool(on) => Some(SettingValue::Toggle(on)),
            Value::String(text) => Some(SettingValue::Text(text)),
            Value::Number(number) => Some(SettingValue::Number(
                number
                    .as_i64()
                    .ok_or_else(|| invalid(&name, "Numbers are whole."))?,
            )),
            Value::Array(_) | Value::Object(_) => {
                return Err(invalid(&name, "A setting is one value."));
            }
        };
        if let Some(Err(error)) = value.as_ref().map(|value| setting.value.allows(value)) {
            return Err(invalid(&name, &error));
        }
        Ok(SettingChange {
            chat: None,
            name,
            value,
        })
    };
    wanted.into_iter().map(change).collect()
}

fn refused(error: SwitchError) -> Problem {
    match error {
        SwitchError::Refused(why) => Problem::new(StatusCode::CONFLICT, "PLUGIN_REFUSED", why),
        SwitchError::Unavailable(why) => {
            tracing::error!(why, "a plugin could not be switched for a program");
            Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL_ERROR",
                "That could not be switched now. Try again later.",
            )
        }
    }
}

impl PluginState {
    fn new(plugin: Installed, values: BTreeMap<String, SettingValue>) -> Self {
        let value = |value| match value {
            SettingValue::Toggle(on) => Value::from(on),
            SettingValue::Number(number) => Value::from(number),
            SettingValue::Text(text) => Value::from(text),
        };
        let settings = values.into_iter().map(|(name, set)| (name, value(set)));
        let may = permissions::of(&plugin, Language::English).into_iter();
        Self {
            name: plugin.manifest.name,
            version: plugin.manifest.version,
            summary: plugin.manifest.summary.get("en").to_owned(),
            enabled: plugin.enabled,
            may: may
                .map(|May { words, reason }| PluginNeed {
                    words,
                    reason: Some(reason).filter(|reason| !reason.is_empty()),
                })
                .collect(),
            settings: settings.collect(),
        }
    }
}
