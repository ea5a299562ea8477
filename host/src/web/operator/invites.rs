//! Invite codes: made, looked at without the codes themselves, and revoked. Each is shown once, when it is made.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Visit, form_sent, signed_in};
use super::words::Texts;
use crate::store::Invite;
use crate::web::forms::Fields;
use crate::web::home::render;
use crate::web::shared::{Shared, moment};
use crate::web::visit::with_status;

/// The most characters of what is said of whom a code is for.
const NAME: usize = 40;
/// The most bots that can be made with one code.
const MOST_USES: u32 = 1000;

/// A code that was just made.
struct New {
    code: String,
    /// The form with the code in it; empty while it is not known where the pages are.
    link: String,
}

#[derive(Template)]
#[template(path = "operator_invites.html")]
struct Page<'a> {
    lang: &'static str,
    t: &'static Texts,
    about: &'static str,
    form: &'a str,
    /// Whether people need a code now.
    wanted: bool,
    invites: Vec<Invite>,
    new: Option<New>,
    problem: Option<&'static str>,
}

impl Page<'_> {
    fn left(&self, invite: &Invite) -> String {
        let text = self
            .t
            .invite_left
            .replace("{free}", &invite.free.to_string());
        let text = text.replace("{uses}", &invite.uses.to_string());
        let made = moment(invite.made);
        let day = made.split(' ').next().unwrap_or_default();
        text.replace("{date}", day)
    }
}

/// All of them.
#[get("/operator/invites")]
pub(in crate::web) async fn list(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    signed_in(&request, &shared, async |visit| {
        show(visit, StatusCode::OK, None, None).await
    })
    .await
}

/// Makes one and shows it.
#[post("/operator/invites")]
pub(in crate::web) async fn make(
    request: HttpRequest,
    shared: Data<Shared>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let name = fields.text("name").trim();
        let plain = name.chars().all(|c| !c.is_control());
        let named = plain && (1..=NAME).contains(&name.chars().count());
        let uses = fields.text("uses").trim().parse().ok();
        let uses = uses.filter(|uses| named && (1..=MOST_USES).contains(uses));
        let Some(uses) = uses else {
            let problem = visit.texts.invite_wrong;
            return show(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem)).await;
        };
        match visit.parts.invites.make(name.to_owned(), uses).await {
            Ok(Some(code)) => {
                visit.note("invite-make", name, &uses.to_string()).await;
                let pages = visit.parts.access.pages();
                let link = pages.map(|pages| format!("{pages}?invite={code}"));
                let link = link.unwrap_or_default();
                show(visit, StatusCode::OK, Some(New { code, link }), None).await
            }
            Ok(None) => {
                let problem = visit.texts.invites_full;
                show(visit, StatusCode::CONFLICT, None, Some(problem)).await
            }
            Err(error) => visit.trouble(&error),
        }
    })
    .await
}

/// Makes one worthless.
#[post("/operator/invites/{id}/revoke")]
pub(in crate::web) async fn revoke(
    request: HttpRequest,
    shared: Data<Shared>,
    id: web::Path<i64>,
    fields: web::Form<Fields>,
) -> HttpResponse {
    form_sent(&request, &shared, &fields, async |visit| {
        let revoked = visit.parts.invites.revoke(*id).await;
        let detail = id.to_string();
        visit
            .done(revoked, "invite-revoke", &detail, "/operator/invites")
            .await
    })
    .await
}

async fn show(
    visit: &Visit<'_>,
    status: StatusCode,
    new: Option<New>,
    problem: Option<&'static str>,
) -> HttpResponse {
    let invites = match visit.parts.invites.list().await {
        Ok(invites) => invites,
        Err(error) => return visit.trouble(&error),
    };
    let page = render(&Page {
        lang: visit.language.tag(),
        t: visit.texts,
        about: visit.language.texts().about,
        form: &visit.form,
        wanted: visit.parts.creation.wants_invites(),
        invites,
        new,
        problem,
    });
    with_status(page, status)
}
