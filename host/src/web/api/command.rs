//! Commands that a program gives in the name of the bot's owner.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bot::is;
use super::token;
use crate::dispatch::{Answered, AskError, Ended};
use crate::model::{Action, MediaKind};
use crate::web::connect::{Failure, Good, Problem, answer, no_store};
use crate::web::shared::Shared;

/// The most characters of a command with its parameters.
const LENGTH: usize = 4096;

/// What is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Command)]
pub(in crate::web) struct Asked {
    /// The bot's address or number.
    #[schema(example = "6280000000200")]
    bot_jid: String,
    /// The command's name.
    #[schema(example = "ping")]
    command: String,
    /// What stands behind it.
    #[serde(default)]
    parameters: Parameters,
}

/// Words, or a text.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::web) enum Parameters {
    Words(Vec<String>),
    Text(String),
}

impl Default for Parameters {
    fn default() -> Self {
        Self::Words(Vec::new())
    }
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = Answered)]
pub(in crate::web) struct Told {
    /// `done`, `refused` (by role, place or cooldown) or `failed`.
    result: &'static str,
    /// What the bot would have said, an empty line between messages.
    output: String,
    /// Files that it would have sent.
    files: Vec<File>,
}

/// A file.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct File {
    /// `image`, `sticker`, `video`, `audio` or `document`.
    kind: &'static str,
    /// Its type, such as `image/png`.
    mime: String,
}

/// Runs a command with the role of the token's owner.
#[utoipa::path(
    tag = "A bot",
    request_body = Asked,
    security(("token" = [])),
    responses(
        (status = 200, body = Good<Told>),
        (status = "4XX", body = Failure, description = "UNAUTHORIZED, FORBIDDEN, INVALID_REQUEST, INVALID_COMMAND, COMMAND_NOT_FOUND, BOT_NOT_CONNECTED or RATE_LIMITED"),
        (status = "5XX", body = Failure, description = "COMMAND_TIMEOUT or INTERNAL_ERROR"),
    ),
)]
#[post("/api/subbot/command")]
pub(in crate::web) async fn command(
    request: HttpRequest,
    shared: Data<Shared>,
    body: Result<web::Json<Asked>, actix_web::Error>,
) -> HttpResponse {
    let told = async {
        // Tokens are guessed as slowly as anything else is asked.
        shared.rates.question(&request)?;
        let (parts, bot, doer) = token::program(&shared, &request).await?;
        shared.rates.command(&request, token::text(&request)?)?;
        let body = body.map_err(|error| Problem::body(&error))?;
        if !is(&bot, &body.bot_jid) {
            return Err(Problem::forbidden());
        }
        let text = typed(&body)?;
        let answered = parts.manager.ask(bot.id, &text).await;
        if matches!(answered, Ok(_) | Err(AskError::Late)) {
            // What stands behind the name is the owner's business. It is one of the commands' names: nobody makes any up.
            let name = text.split(' ').next().unwrap_or_default();
            shared
                .note(doer, "command", &bot.id.to_string(), name)
                .await;
        }
        Ok(Told::new(answered?))
    };
    answer(told.await)
}

/// The command as its owner would type it, without the prefix.
fn typed(asked: &Asked) -> Result<String, Problem> {
    let name = asked.command.trim();
    let name = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    let mut text = name.to_owned();
    match &asked.parameters {
        Parameters::Words(words) => {
            for word in words {
                text.push(' ');
                text.push_str(word);
            }
        }
        Parameters::Text(words) if !words.is_empty() => {
            text.push(' ');
            text.push_str(words);
        }
        Parameters::Text(_) => {}
    }
    if name.is_empty() || name.contains(char::is_whitespace) || text.chars().count() > LENGTH {
        let message = format!(
            "Write a command's name, such as ping, and its parameters: at most {LENGTH} characters."
        );
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "INVALID_COMMAND",
            message,
        ));
    }
    Ok(text)
}

impl Told {
    fn new(answered: Answered) -> Self {
        let mut output = String::new();
        let mut files = Vec::new();
        for action in answered.said {
            let text = match action {
                Action::Send(send) => {
                    if let Some(media) = send.media {
                        files.push(File {
                            kind: kind(media.kind),
                            mime: media.mime,
                        });
                    }
                    send.text
                }
                Action::Edit { text, .. } => text,
                _ => continue,
            };
            if !output.is_empty() && !text.is_empty() {
                output.push_str("\n\n");
            }
            output.push_str(&text);
        }
        let result = match answered.ended {
            Ended::Done => "done",
            Ended::Refused => "refused",
            Ended::Failed => "failed",
        };
        Self {
            result,
            output,
            files,
        }
    }
}

fn kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Sticker => "sticker",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Document => "document",
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        let (status, code) = match error {
            AskError::NotOpen => (StatusCode::CONFLICT, "BOT_NOT_CONNECTED"),
            AskError::NoSuchCommand => (StatusCode::NOT_FOUND, "COMMAND_NOT_FOUND"),
            AskError::Late => (StatusCode::GATEWAY_TIMEOUT, "COMMAND_TIMEOUT"),
            AskError::NoOwner => return Self::forbidden(),
            AskError::Store(error) => return no_store(error),
        };
        let mut message = error.to_string();
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self::new(status, code, format!("{message}."))
    }
}
