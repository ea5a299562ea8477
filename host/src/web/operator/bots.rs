//! All bots: searched, filtered, page by page.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde::Deserialize;

use super::machine;
use super::visit::signed_in;
use super::words::Texts;
use crate::model::{BotId, BotRecord, BotRole, Jid, PhoneNumber, StateName};
use crate::store::{Registry, StoreError};
use crate::web::home::render;
use crate::web::shared::{OperatorParts, Shared};

/// How many are read from the registry at a time.
const READ: u32 = 200;
/// How many stand on a page.
pub(in crate::web) const PAGE: usize = 50;

/// What a page is asked for with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Asked {
    /// Part of a name or of a number, of the bot or its owner.
    q: String,
    /// A state's word; any when empty.
    state: String,
    /// Which page, from 0.
    pub(in crate::web) page: usize,
}

/// A bot in the list.
struct Row {
    id: BotId,
    name: String,
    number: String,
    owner: String,
    state: StateName,
    /// What it holds of the heap; empty when it does not run.
    memory: String,
    /// Messages today; empty when it does not run.
    today: String,
}

#[derive(Template)]
#[template(path = "operator_bots.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    asked: Asked,
    states: &'static [StateName],
    found: usize,
    rows: Vec<Row>,
    before: Option<usize>,
    after: Option<usize>,
}

impl Page<'_> {
    /// What else is told of a bot: its number, unless that stands in its name's place, and what there is to tell.
    fn about(&self, bot: &Row) -> String {
        let named = |name: &str, value: &str| match value {
            "" => String::new(),
            value => format!("{name}: {value}"),
        };
        let number = if bot.name.is_empty() { "" } else { &bot.number };
        let parts = [
            number.to_owned(),
            named(self.t.owner, &bot.owner),
            named(self.t.memory, &bot.memory),
            named(self.t.sent, &bot.today),
        ];
        let told = parts.into_iter().filter(|part| !part.is_empty());
        told.collect::<Vec<_>>().join(" · ")
    }
}

/// The bots that fit.
#[get("/operator/bots")]
pub(in crate::web) async fn list(
    request: HttpRequest,
    shared: Data<Shared>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        let asked = asked.into_inner();
        let fitting = match fitting(&*visit.parts.registry, &asked).await {
            Ok(fitting) => fitting,
            Err(error) => return visit.trouble(&error),
        };
        let found = fitting.len();
        let shown = fitting.into_iter().skip(asked.page.saturating_mul(PAGE));
        let rows: Vec<Row> = shown.take(PAGE).map(|bot| row(visit.parts, bot)).collect();
        let more = asked.page.saturating_add(1).saturating_mul(PAGE) < found;
        render(&Page {
            lang: visit.language.tag(),
            t: visit.texts,
            about: visit.language.texts().about,
            form: &visit.form,
            states: &StateName::ALL,
            found,
            rows,
            before: asked.page.checked_sub(1),
            after: more.then(|| asked.page.saturating_add(1)),
            asked,
        })
    })
    .await
}

/// All bots that fit: the main bot first, then by name.
pub(in crate::web) async fn fitting(
    registry: &dyn Registry,
    asked: &Asked,
) -> Result<Vec<BotRecord>, StoreError> {
    let mut fitting = Vec::new();
    let mut after = None;
    loop {
        let page = registry.list(after, READ).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        fitting.extend(page.into_iter().filter(|bot| fits(bot, asked)));
    }
    // The main bot first, then by name: what a person looks for.
    fitting.sort_by_cached_key(|bot| (bot.role != BotRole::Main, bot.name.to_lowercase(), bot.id));
    Ok(fitting)
}

fn fits(bot: &BotRecord, asked: &Asked) -> bool {
    if !asked.state.is_empty() && bot.state.word() != asked.state {
        return false;
    }
    let wanted = asked.q.trim().to_lowercase();
    if wanted.is_empty()
        || bot.name.to_lowercase().contains(&wanted)
        || bot.id.to_string() == wanted
    {
        return true;
    }
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let strange = |c: char| !c.is_ascii_digit() && !matches!(c, '+' | ' ' | '-' | '(' | ')');
    if digits.is_empty() || wanted.contains(strange) {
        return false;
    }
    let number_of = |jid: &Option<Jid>| jid.as_ref().and_then(Jid::number);
    let mut numbers = [number_of(&bot.jid), number_of(&bot.owner)]
        .into_iter()
        .flatten();
    numbers.any(|number| number.digits().contains(&digits))
}

fn row(parts: &OperatorParts, bot: BotRecord) -> Row {
    let load = parts.fleet.dispatch(bot.id).map(|dispatch| dispatch.load());
    let masked = |number: Option<PhoneNumber>| number.map(|number| number.masked());
    Row {
        id: bot.id,
        number: masked(bot.number()).unwrap_or_default(),
        owner: masked(bot.owner.as_ref().and_then(Jid::number)).unwrap_or_default(),
        state: bot.state,
        memory: load
            .as_ref()
            .map(|load| machine::bytes(load.memory))
            .unwrap_or_default(),
        today: load
            .map(|load| load.quota.sent.to_string())
            .unwrap_or_default(),
        name: bot.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::LinkMethod;

    #[test]
    fn bots_are_found_by_name_number_owner_and_state() {
        let mut bot =
            BotRecord::requested(BotId::from_random([1; 16]), BotRole::Sub, LinkMethod::Qr, 1);
        bot.name = "Corner Shop".to_owned();
        bot.jid = "6280000000201@s.whatsapp.net".parse().ok();
        bot.owner = "6280000000101@s.whatsapp.net".parse().ok();
        let found = |q: &str, state: &str| {
            let asked = Asked {
                q: q.to_owned(),
                state: state.to_owned(),
                page: 0,
            };
            fits(&bot, &asked)
        };
        for q in [
            "",
            "shop",
            " CORNER ",
            "0201",
            "+62 800-0000-0101",
            &bot.id.to_string(),
        ] {
            assert!(found(q, ""), "{q}");
        }
        for q in ["farm", "0301", "shop 0201"] {
            assert!(!found(q, ""), "{q}");
        }
        assert!(found("", "requested") && !found("", "open"));
    }
}
