//! What a bot's owner does on its page, for programs: how the bot is, whether it runs, its settings and its plugins.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use jadi_plugin_manifest::SettingValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::token;
use crate::clock::Millis;
use crate::dispatch::{Installed, SwitchError};
use crate::model::{BotRecord, Cause, Jid};
use crate::store::SettingChange;
use crate::web::connect::{Failure, Good, Problem, answer, no_store};
use crate::web::language::Language;
use crate::web::owner::{Typed, read};
use crate::web::shared::{OwnerParts, Shared};
use crate::web::view::status_of;

/// A bot.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct Bot {
    /// Its address.
    jid: Option<String>,
    /// What its owner calls it.
    name: String,
    /// Its state's name.
    state: &'static str,
    /// Why it is not open.
    cause: Option<&'static str>,
    /// Since when it is in this state, milliseconds since 1970.
    since: Millis,
    /// The tag of the language that it answers in.
    language: String,
    /// What commands begin with.
    prefixes: Vec<String>,
    /// People that it has met.
    users: u64,
    /// Groups that it is in.
    groups: u64,
    /// Private chats that it has met.
    private_chats: u64,
}

/// What is set of a bot; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::web) struct BotChange {
    /// At most 40 characters.
    name: Option<String>,
    /// `en`, `id` or `es`.
    #[schema(example = "id")]
    language: Option<String>,
    /// One to eight, each of one to three signs.
    prefixes: Option<Vec<String>>,
}

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
    /// What is set, by name: truth values, whole numbers and texts.
    #[schema(value_type = BTreeMap<String, Value>)]
    settings: BTreeMap<String, Value>,
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

/// How the token's bot is.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    responses(
        (status = 200, body = Good<Bot>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[get("/api/v1/bot")]
pub(in crate::web) async fn look(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let told = async {
        let (parts, bot) = asked(&request, &shared).await?;
        shown(&shared, parts, bot).await
    };
    answer(told.await)
}

/// Starts the bot.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    responses(
        (status = 200, body = Good<Bot>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[post("/api/v1/bot/start")]
pub(in crate::web) async fn start(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let told = async {
        let (parts, bot) = asked(&request, &shared).await?;
        parts.manager.start(bot.id).await.map_err(no_store)?;
        note(&shared, &request, &bot, "start", "").await;
        shown(&shared, parts, bot).await
    };
    answer(told.await)
}

/// Stops the bot; its session is kept.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    responses(
        (status = 200, body = Good<Bot>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[post("/api/v1/bot/stop")]
pub(in crate::web) async fn stop(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let told = async {
        let (parts, bot) = asked(&request, &shared).await?;
        parts.manager.stop(bot.id).await.map_err(no_store)?;
        note(&shared, &request, &bot, "stop", "").await;
        shown(&shared, parts, bot).await
    };
    answer(told.await)
}

/// Sets name, language and prefixes.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    request_body = BotChange,
    responses(
        (status = 200, body = Good<Bot>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, INVALID_VALUE or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[patch("/api/v1/bot")]
pub(in crate::web) async fn set_bot(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<BotChange>, actix_web::Error>,
) -> HttpResponse {
    let told = async {
        let (parts, mut bot) = asked(&request, &shared).await?;
        let change = body.map_err(|error| Problem::body(&error))?.into_inner();
        let settings = parts.manager.particulars(bot.id).await.map_err(no_store)?;
        let settings = settings.settings;
        let prefixes = change.prefixes.unwrap_or(settings.prefixes);
        if prefixes
            .iter()
            .any(|prefix| prefix.contains(char::is_whitespace))
        {
            return Err(invalid(
                "prefixes",
                Language::English.texts().prefixes_wrong,
            ));
        }
        let name = change.name.map(|name| name.trim().to_owned());
        let typed = Typed {
            name: name.unwrap_or_else(|| bot.name.clone()),
            language: change.language.unwrap_or(settings.language),
            prefixes: prefixes.join(" "),
        };
        let kept = read(&typed, Language::English).map_err(|wrong| invalid("bot", wrong))?;
        if typed.name != bot.name {
            let renamed = parts.manager.rename(bot.id, typed.name.clone());
            renamed.await.map_err(no_store)?;
            bot.name = typed.name;
        }
        parts.manager.set(bot.id, kept).await.map_err(no_store)?;
        note(&shared, &request, &bot, "set", "").await;
        shown(&shared, parts, bot).await
    };
    answer(told.await)
}

/// All plugins, as the bot has them.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    responses(
        (status = 200, body = Good<Vec<PluginState>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[get("/api/v1/bot/plugins")]
pub(in crate::web) async fn list_plugins(
    request: HttpRequest,
    shared: Data<Shared>,
) -> HttpResponse {
    let told = async {
        let (parts, bot) = asked(&request, &shared).await?;
        let mut states = Vec::new();
        for plugin in parts.manager.plugins(bot.id).await {
            let (plugin, values) = one(parts, &bot, &plugin.manifest.name).await?;
            states.push(PluginState::new(plugin, values));
        }
        Ok(states)
    };
    answer(told.await)
}

/// Switches a plugin, and sets its settings.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    params(("name" = String, Path, description = "The plugin's name", example = "welcome")),
    request_body = PluginChange,
    responses(
        (status = 200, body = Good<PluginState>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, INVALID_VALUE, PLUGIN_NOT_FOUND, \
            PLUGIN_REFUSED or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "INTERNAL_ERROR"),
    ),
)]
#[patch("/api/v1/bot/plugins/{name}")]
pub(in crate::web) async fn change_plugin(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
    body: Result<web::Json<PluginChange>, actix_web::Error>,
) -> HttpResponse {
    let told = async {
        let (parts, bot) = asked(&request, &shared).await?;
        let change = body.map_err(|error| Problem::body(&error))?.into_inner();
        let (plugin, _) = one(parts, &bot, &name).await?;
        let changes = settings(&plugin, change.settings)?;
        if !changes.is_empty() {
            let set = parts.manager.set_plugin(bot.id, &name, changes).await;
            set.map_err(no_store)?;
            note(&shared, &request, &bot, "plugin-set", &name).await;
        }
        if let Some(enabled) = change.enabled.filter(|enabled| *enabled != plugin.enabled) {
            let switched = parts.manager.switch(bot.id, &name, enabled).await;
            switched.map_err(refused)?;
            let what = if enabled {
                "plugin-switch-on"
            } else {
                "plugin-switch-off"
            };
            note(&shared, &request, &bot, what, &name).await;
        }
        let (plugin, values) = one(parts, &bot, &name).await?;
        Ok(PluginState::new(plugin, values))
    };
    answer(told.await)
}

/// Who asks, unless it asks too often.
async fn asked<'a>(
    request: &HttpRequest,
    shared: &'a Shared,
) -> Result<(&'a OwnerParts, BotRecord), Problem> {
    shared.rates.question(request)?;
    token::bot(shared, request).await
}

async fn note(shared: &Shared, request: &HttpRequest, bot: &BotRecord, what: &str, detail: &str) {
    let by = shared.visitor_of("a program of the owner's", request);
    shared.note(by, what, &bot.id.to_string(), detail).await;
}

async fn shown(shared: &Shared, parts: &OwnerParts, bot: BotRecord) -> Result<Bot, Problem> {
    let data = parts.manager.particulars(bot.id).await.map_err(no_store)?;
    let status = status_of(shared, &bot);
    Ok(Bot {
        jid: bot.jid.as_ref().map(Jid::to_string),
        name: bot.name,
        state: status.state.name(),
        cause: status.cause.as_ref().map(Cause::name),
        since: status.since,
        language: data.settings.language,
        prefixes: data.settings.prefixes,
        users: data.counts.users,
        groups: data.counts.groups,
        private_chats: data.counts.private_chats,
    })
}

async fn one(
    parts: &OwnerParts,
    bot: &BotRecord,
    name: &str,
) -> Result<(Installed, BTreeMap<String, SettingValue>), Problem> {
    let found = parts.manager.plugin(bot.id, name).await.map_err(no_store)?;
    found.ok_or_else(|| {
        let message =
            "There is no such plugin. GET /api/v1/bot/plugins names those that there are.";
        Problem::new(StatusCode::NOT_FOUND, "PLUGIN_NOT_FOUND", message)
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

fn invalid(what: &str, why: &str) -> Problem {
    let message = format!("{what}: {why}");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_VALUE", message)
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
        Self {
            name: plugin.manifest.name,
            version: plugin.manifest.version,
            summary: plugin.manifest.summary.get("en").to_owned(),
            enabled: plugin.enabled,
            settings: settings.collect(),
        }
    }
}
