//! All installed plugins, and what is done with one.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, with_token};
use crate::clock::Millis;
use crate::library::{Need, PluginView};
use crate::web::api::responses::{Broken, OperatorRefused};
use crate::web::connect::{Failure, Good, Problem};
use crate::web::language::Language;
use crate::web::library::problem;
use crate::web::operator::carry_out;
use crate::web::permissions::May;
use crate::web::shared::Shared;

/// An installed plugin.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct HostPlugin {
    /// Its name.
    name: String,
    /// The version in use.
    version: String,
    /// The digest of that version's file.
    digest: String,
    /// Whether it comes with the host.
    built_in: bool,
    /// Whether it serves every bot that has no switch of its own.
    everywhere: bool,
    /// How many bots have a switch of their own.
    switches: usize,
    /// Its commands' names.
    commands: Vec<String>,
    /// What it may do.
    may: Vec<HostPluginNeed>,
    /// All versions that are kept, the oldest first.
    versions: Vec<HostPluginVersion>,
    /// Why it serves nobody although it is enabled, if that is so.
    problem: Option<String>,
}

/// Something that a plugin may do.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct HostPluginNeed {
    /// What consent names.
    key: String,
    /// Words that complete "It may …".
    words: String,
    /// What its author says it is for, in English.
    reason: Option<String>,
    /// Whether the operator has taken it from the plugin.
    denied: bool,
}

/// A version of a plugin.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct HostPluginVersion {
    /// What its author calls it.
    version: String,
    /// The digest of its file.
    digest: String,
    /// When it was installed, milliseconds since 1970.
    installed: Millis,
}

/// What is changed of a plugin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct HostPluginChange {
    /// Whether it serves every bot that has no switch of its own.
    everywhere: bool,
}

impl From<&Need> for HostPluginNeed {
    fn from(need: &Need) -> Self {
        let May { words, reason } = May::of(need, Language::English);
        Self {
            key: need.key.clone(),
            words,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
            denied: need.denied,
        }
    }
}

impl From<PluginView> for HostPlugin {
    fn from(plugin: PluginView) -> Self {
        Self {
            name: plugin.name,
            version: plugin.version,
            digest: plugin.digest.to_string(),
            built_in: plugin.built_in,
            everywhere: plugin.everywhere,
            switches: plugin.switches.len(),
            commands: plugin.commands,
            may: plugin.needs.iter().map(HostPluginNeed::from).collect(),
            versions: plugin
                .versions
                .into_iter()
                .map(|version| HostPluginVersion {
                    version: version.version,
                    digest: version.digest.to_string(),
                    installed: version.installed,
                })
                .collect(),
            problem: plugin.problem,
        }
    }
}

/// All installed plugins.
#[utoipa::path(
    tag = "The host",
    operation_id = "list_host_plugins",
    security(("operator" = [])),
    responses((status = 200, body = Good<Vec<HostPlugin>>), OperatorRefused),
)]
#[get("/api/v1/operator/plugins")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| all(&program).await).await
}

/// Switches a plugin for all bots that have no switch of their own. Answers with all plugins.
#[utoipa::path(
    tag = "The host",
    operation_id = "switch_host_plugin",
    security(("operator" = [])),
    params(("name" = String, Path, description = "The plugin's name", example = "welcome")),
    request_body = HostPluginChange,
    responses(
        (status = 200, body = Good<Vec<HostPlugin>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, PLUGIN_NOT_FOUND, PLUGIN_BROKEN, \
            COMMAND_CLASH or RATE_LIMITED"),
        Broken,
    ),
)]
#[patch("/api/v1/operator/plugins/{name}")]
pub(in crate::web) async fn switch(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
    body: Result<web::Json<HostPluginChange>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        let deed = if body.everywhere {
            "switch-on"
        } else {
            "switch-off"
        };
        done(&program, &name, deed).await
    })
    .await
}

/// Goes back to the version of a plugin before the one in use. Answers with all plugins.
#[utoipa::path(
    tag = "The host",
    operation_id = "roll_back_host_plugin",
    security(("operator" = [])),
    params(("name" = String, Path, description = "The plugin's name", example = "welcome")),
    responses(
        (status = 200, body = Good<Vec<HostPlugin>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, PLUGIN_NOT_FOUND, NO_EARLIER_VERSION, \
            NOT_A_PLUGIN, COMMAND_CLASH or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/plugins/{name}/roll-back")]
pub(in crate::web) async fn roll_back(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        done(&program, &name, "roll-back").await
    })
    .await
}

/// Removes a plugin. Answers with those that are left.
#[utoipa::path(
    tag = "The host",
    operation_id = "remove_host_plugin",
    security(("operator" = [])),
    params(("name" = String, Path, description = "The plugin's name", example = "welcome")),
    responses(
        (status = 200, body = Good<Vec<HostPlugin>>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, PLUGIN_NOT_FOUND, BUILT_IN or RATE_LIMITED"),
        Broken,
    ),
)]
#[delete("/api/v1/operator/plugins/{name}")]
pub(in crate::web) async fn remove(
    request: HttpRequest,
    shared: Data<Shared>,
    name: web::Path<String>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        done(&program, &name, "remove").await
    })
    .await
}

/// Does something with a plugin, as the page does it.
async fn done(program: &Program<'_>, name: &str, deed: &str) -> Result<Vec<HostPlugin>, Problem> {
    let changed = carry_out(&program.parts.library, name, deed).await;
    // Which deeds there are is known here.
    changed.unwrap_or(Ok(())).map_err(problem)?;
    program.note(&format!("plugin-{deed}"), name, "").await;
    all(program).await
}

async fn all(program: &Program<'_>) -> Result<Vec<HostPlugin>, Problem> {
    let plugins = program.parts.library.list().await.map_err(problem)?;
    Ok(plugins.into_iter().map(HostPlugin::from).collect())
}
