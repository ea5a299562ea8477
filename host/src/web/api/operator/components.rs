//! A plugin's file: sent and told what it is and may do, and then installed with consent to that, which its digest stands for.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plugins::{HostPlugin, HostPluginNeed};
use super::with_token;
use crate::control::LARGEST_COMPONENT;
use crate::library::{CommandTerm, Difference, Terms};
use crate::web::api::responses::Broken;
use crate::web::connect::{Failure, Good, Problem};
use crate::web::library::{component, problem};
use crate::web::operator::Agreed;
use crate::web::shared::Shared;

/// What a component is, may do, and would change.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Component {
    /// The plugin's name.
    name: String,
    /// Its version.
    version: String,
    /// The file's digest, by which it is agreed to.
    digest: String,
    /// The file's size.
    bytes: u64,
    /// One line on what it is for, in English; may be empty.
    summary: String,
    /// Who wrote it.
    authors: Vec<String>,
    /// Its commands.
    commands: Vec<ComponentCommand>,
    /// What it may do.
    may: Vec<HostPluginNeed>,
    /// What it changes; null when no plugin of its name is installed.
    installed: Option<ComponentDifference>,
}

/// A command of a component.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct ComponentCommand {
    /// Its name.
    name: String,
    /// Other names.
    aliases: Vec<String>,
    /// What it does, in English.
    summary: String,
    /// Who may use it and where, when that is not everybody everywhere; may be empty.
    limits: String,
}

/// What a component changes of the plugin that is installed under its name.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct ComponentDifference {
    /// The version in use.
    version: String,
    /// Whether that is the very same file.
    same: bool,
    /// Whether that one comes with the host, so that this one takes its place only with `replace`.
    built_in: bool,
    /// Commands and aliases that it did not have.
    new_commands: Vec<String>,
    /// Commands and aliases that go away.
    lost_commands: Vec<String>,
    /// The keys of what it may do now and could not do before.
    new_needs: Vec<String>,
    /// What it does not need any more.
    lost_needs: Vec<HostPluginNeed>,
}

/// Consent to a component that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Consented {
    /// The file's digest, as it was told: what is agreed to is all that was told with it.
    digest: String,
    /// Whether it may take the place of a plugin that comes with the host.
    #[serde(default)]
    replace: bool,
}

impl From<Terms> for Component {
    fn from(terms: Terms) -> Self {
        Self {
            name: terms.name,
            version: terms.version,
            digest: terms.digest.to_string(),
            bytes: terms.bytes,
            summary: terms.summary,
            authors: terms.authors,
            commands: terms
                .commands
                .into_iter()
                .map(ComponentCommand::from)
                .collect(),
            may: terms.needs.iter().map(HostPluginNeed::from).collect(),
            installed: terms.installed.map(ComponentDifference::from),
        }
    }
}

impl From<CommandTerm> for ComponentCommand {
    fn from(command: CommandTerm) -> Self {
        Self {
            name: command.name,
            aliases: command.aliases,
            summary: command.summary,
            limits: command.limits,
        }
    }
}

impl From<Difference> for ComponentDifference {
    fn from(difference: Difference) -> Self {
        let lost = difference.lost_needs.iter();
        Self {
            version: difference.version,
            same: difference.same,
            built_in: difference.built_in,
            new_commands: difference.new_commands,
            lost_commands: difference.lost_commands,
            new_needs: difference.new_needs,
            lost_needs: lost.map(HostPluginNeed::from).collect(),
        }
    }
}

/// Tells what a component is, may do, and would change. It waits a quarter of an hour for consent, until another one comes.
#[utoipa::path(
    tag = "The host",
    operation_id = "look_at_component",
    security(("operator" = [])),
    request_body(content = String, content_type = "application/octet-stream", description = "The component's file, of as many bytes as the host's `limits.pool.component_bytes` allows"),
    responses(
        (status = 200, body = Good<Component>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, COMPONENT_TOO_LARGE, NOT_A_PLUGIN, \
            CONTRACT_MISMATCH, REQUEST_TIMEOUT or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/components")]
pub(in crate::web) async fn look(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Payload,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let component = component(body, LARGEST_COMPONENT).await.map_err(problem)?;
        let now = shared.parts.clock.now();
        let library = &program.parts.library;
        let looked = shared.waiting.look(library, component.into(), now);
        looked.await.map(Component::from).map_err(problem)
    })
    .await
}

/// Installs the component that was sent, with consent to what was told of it. A new plugin serves no bot until it is switched on; an
/// upgrade serves those that the version before served.
#[utoipa::path(
    tag = "The host",
    operation_id = "install_component",
    security(("operator" = [])),
    request_body = Consented,
    responses(
        (status = 200, body = Good<HostPlugin>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, NOT_OPERATOR, INVALID_REQUEST, COMPONENT_NOT_SEEN, NAME_CLASH, \
            COMMAND_CLASH, NOT_A_PLUGIN or RATE_LIMITED"),
        Broken,
    ),
)]
#[post("/api/v1/operator/plugins")]
pub(in crate::web) async fn install(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<Consented>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        let body = body.map_err(|error| Problem::body(&error))?;
        let agreed = Agreed {
            digest: &body.digest,
            replace: body.replace,
        };
        let now = shared.parts.clock.now();
        let library = &program.parts.library;
        let installed = shared.waiting.install(library, agreed, now).await;
        let plugin = installed.ok_or_else(not_seen)?.map_err(problem)?;
        let (name, version) = (&plugin.name, &plugin.version);
        program.note("plugin-install", name, version).await;
        Ok(HostPlugin::from(plugin))
    })
    .await
}

/// Consent to what nobody has looked at is none.
fn not_seen() -> Problem {
    let message = "No component with this digest waits for consent: it was not sent, another one came after it, or a quarter of an hour \
                   went by. Send it to POST /api/v1/operator/components and look at what it may do.";
    Problem::new(StatusCode::CONFLICT, "COMPONENT_NOT_SEEN", message)
}
