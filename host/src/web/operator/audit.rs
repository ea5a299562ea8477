//! Who did what.

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use serde::Deserialize;

use super::visit::signed_in;
use super::words::Texts;
use crate::model::BotId;
use crate::store::Deed;
use crate::web::home::render;
use crate::web::shared::{Shared, moment};

/// How many stand on a page.
pub(in crate::web) const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "operator_audit.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    deeds: Vec<Deed>,
    /// Where older ones are.
    older: Option<i64>,
}

impl Page<'_> {
    fn moment(&self, deed: &Deed) -> String {
        moment(deed.at)
    }

    /// The beginning of a bot's id, when the deed was with one.
    fn bot<'d>(&self, deed: &'d Deed) -> Option<&'d str> {
        let is_bot = deed.with.parse::<BotId>().is_ok();
        deed.with.get(..8).filter(|_| is_bot)
    }
}

/// What a page is asked for with.
#[derive(Deserialize)]
pub(in crate::web) struct Asked {
    /// The number of the deed that ended the page before.
    pub(in crate::web) before: Option<i64>,
}

/// The last deeds.
#[get("/operator/audit")]
pub(in crate::web) async fn list(
    request: HttpRequest,
    shared: Data<Shared>,
    asked: web::Query<Asked>,
) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        let deeds = match &shared.parts.deeds {
            Some(deeds) => deeds.audit.deeds(asked.before, PAGE).await,
            None => Ok(Vec::new()),
        };
        let deeds = match deeds {
            Ok(deeds) => deeds,
            Err(error) => return visit.trouble(&error),
        };
        let full = u32::try_from(deeds.len()).is_ok_and(|deeds| deeds == PAGE);
        render(&Page {
            lang: visit.language.tag(),
            t: visit.texts,
            about: visit.language.texts().about,
            form: &visit.form,
            older: deeds.last().filter(|_| full).map(|(number, _)| *number),
            deeds: deeds.into_iter().map(|(_, deed)| deed).collect(),
        })
    })
    .await
}
