//! How a bot is, whether it runs, and what is set of it.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Program, invalid, with_token};
use crate::clock::Millis;
use crate::dispatch::Load;
use crate::model::{Cause, Jid, LinkMethod};
use crate::web::api::responses::{Broken, Refused};
use crate::web::connect::{Failure, Good, Problem, no_store};
use crate::web::language::Language;
use crate::web::owner::{Typed, read};
use crate::web::shared::Shared;
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
    /// How its number was linked: `qr` or `pair`.
    method: &'static str,
    /// When it was connected last, milliseconds since 1970.
    last_connect: Option<Millis>,
    /// Its plan; null when it has none.
    plan: Option<String>,
    /// When that ends, and the bot is stopped, milliseconds since 1970.
    plan_ends: Option<Millis>,
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
    /// What its data and session take on the disk, bytes.
    storage: u64,
    /// What it uses; null while it does not run.
    uses: Option<BotUse>,
}

/// What a bot uses at this moment, of what it may.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::web) struct BotUse {
    /// What it holds of memory, bytes.
    memory: u64,
    /// Time on the machine's processors since it came up, its connection and its plugins together, milliseconds.
    cpu: u64,
    /// Messages that it has sent today.
    sent_today: u64,
    /// How many it may send in a day.
    sends_per_day: u64,
    /// Events that wait or are being handled.
    events_waiting: usize,
    /// Messages that wait or are being sent.
    sends_waiting: usize,
    /// Whether it is slowed down, since it has used too much.
    slow: bool,
}

impl From<Load> for BotUse {
    fn from(load: Load) -> Self {
        Self {
            memory: load.memory,
            cpu: load.cpu.all() / 1_000,
            sent_today: load.quota.sent,
            sends_per_day: load.quota.allowed,
            events_waiting: load.events,
            sends_waiting: load.sends,
            slow: load.slow,
        }
    }
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

/// How the token's bot is.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    responses((status = 200, body = Good<Bot>), Refused),
)]
#[get("/api/v1/bot")]
pub(in crate::web) async fn look(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| shown(&program).await).await
}

/// Starts the bot.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    responses((status = 200, body = Good<Bot>), Refused),
)]
#[post("/api/v1/bot/start")]
pub(in crate::web) async fn start(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| run(&program, true).await).await
}

/// Stops the bot; its session is kept.
#[utoipa::path(
    tag = "A bot",
    security(("token" = [])),
    responses((status = 200, body = Good<Bot>), Refused),
)]
#[post("/api/v1/bot/stop")]
pub(in crate::web) async fn stop(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    with_token(&request, &shared, async |program| {
        run(&program, false).await
    })
    .await
}

/// Starts or stops the bot.
async fn run(program: &Program<'_>, on: bool) -> Result<Bot, Problem> {
    let (manager, bot) = (&program.parts.manager, program.bot.id);
    let (done, what) = match on {
        true => (manager.start(bot).await, "start"),
        false => (manager.stop(bot).await, "stop"),
    };
    done.map_err(no_store)?;
    program.note(what, "").await;
    shown(program).await
}

/// Sets name, language and prefixes.
#[utoipa::path(
    operation_id = "set_bot",
    tag = "A bot",
    security(("token" = [])),
    request_body = BotChange,
    responses(
        (status = 200, body = Good<Bot>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, INVALID_REQUEST, INVALID_VALUE or RATE_LIMITED"),
        Broken,
    ),
)]
#[patch("/api/v1/bot")]
pub(in crate::web) async fn set(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<BotChange>, actix_web::Error>,
) -> HttpResponse {
    with_token(&request, &shared, async |mut program| {
        let (parts, bot) = (program.parts, &program.bot);
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
        }
        parts.manager.set(bot.id, kept).await.map_err(no_store)?;
        program.bot.name = typed.name;
        program.note("set", "").await;
        shown(&program).await
    })
    .await
}

/// The bot as it is now.
pub(super) async fn shown(program: &Program<'_>) -> Result<Bot, Problem> {
    let (bot, manager) = (&program.bot, &program.parts.manager);
    let data = manager.particulars(bot.id).await;
    let data = data.map_err(no_store)?;
    let status = status_of(program.shared, bot);
    Ok(Bot {
        jid: bot.jid.as_ref().map(Jid::to_string),
        name: bot.name.clone(),
        state: status.state.name(),
        cause: status.cause.as_ref().map(Cause::name),
        since: status.since,
        method: match bot.method {
            LinkMethod::Qr => "qr",
            LinkMethod::Code => "pair",
        },
        last_connect: bot.last_connect,
        plan: bot.plan.clone(),
        plan_ends: bot.expires,
        language: data.settings.language,
        prefixes: data.settings.prefixes,
        users: data.counts.users,
        groups: data.counts.groups,
        private_chats: data.counts.private_chats,
        storage: manager.storage(bot.id).await.map_err(no_store)?,
        uses: manager.load(bot.id).map(BotUse::from),
    })
}
