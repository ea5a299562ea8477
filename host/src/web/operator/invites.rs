//! Invite codes: made, looked at without the codes themselves, and revoked. Each is shown once, when it is made.

use actix_web::http::StatusCode;
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;

use super::visit::{Visit, form_sent, signed_in};
use super::words::Texts;
use crate::access::Access;
use crate::store::Invite;
use crate::web::forms::{Fields, label};
use crate::web::home::render;
use crate::web::shared::{Shared, moment};
use crate::web::visit::{go, with_status};

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
        let uses = fields.text("uses").trim().parse().ok();
        let wanted = uses.and_then(|uses| wanted(fields.text("name"), uses));
        let Some((name, uses)) = wanted else {
            let problem = visit.texts.invite_wrong;
            return show(visit, StatusCode::UNPROCESSABLE_ENTITY, None, Some(problem)).await;
        };
        match visit.parts.invites.make(name.to_owned(), uses).await {
            Ok(Some(code)) => {
                visit.note("invite-make", name, &uses.to_string()).await;
                let link = link(&visit.parts.access, &code).unwrap_or_default();
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

/// Whom a code is for and how many bots can be made with it, of what was asked for; none when there can't be such a code.
pub(in crate::web) fn wanted(name: &str, uses: u32) -> Option<(&str, u32)> {
    let name = label(name)?;
    (1..=MOST_USES).contains(&uses).then_some((name, uses))
}

/// The front page's form with a code in it; none while it is not known where the pages are.
pub(in crate::web) fn link(access: &Access, code: &str) -> Option<String> {
    let pages = access.pages()?;
    Some(format!("{pages}?invite={code}"))
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
        match visit.parts.invites.revoke(*id).await {
            Ok(gone) => {
                if gone {
                    visit.note("invite-revoke", "", &id.to_string()).await;
                }
                go("/operator/invites")
            }
            Err(error) => visit.trouble(&error),
        }
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
