//! Control API: groups, and what their members change in them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::phones::from_base64;
use super::place::AtPhone;
use super::problem::Problem;
use crate::{GroupChange, GroupView, Simulator};

type Sim = web::Data<Simulator>;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/groups", web::get().to(list))
        .route("/groups/{group}", web::get().to(show))
        .route("/phones/{phone}/groups", web::get().to(of_phone))
        .route("/phones/{phone}/groups", web::post().to(create))
        .route("/phones/{phone}/groups/{group}", web::post().to(change));
}

async fn list(sim: Sim) -> web::Json<Vec<GroupView>> {
    web::Json(sim.groups())
}

async fn show(sim: Sim, jid: web::Path<String>) -> Result<web::Json<GroupView>, Problem> {
    sim.group(&jid)
        .map(web::Json)
        .ok_or_else(|| Problem::not_found(format!("there is no group {jid}")))
}

async fn of_phone(sim: Sim, AtPhone(phone): AtPhone) -> web::Json<Vec<GroupView>> {
    let mut groups = sim.groups();
    groups.retain(|group| group.has_member(phone.number()));
    web::Json(groups)
}

#[derive(Deserialize)]
struct NewGroup {
    subject: String,
    #[serde(default)]
    members: Vec<String>,
}

async fn create(
    AtPhone(phone): AtPhone,
    body: web::Json<NewGroup>,
) -> Result<HttpResponse, Problem> {
    let group = phone.create_group(&body.subject, &body.members).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(group))
}

#[derive(Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
enum Change {
    Add { numbers: Vec<String> },
    Remove { numbers: Vec<String> },
    Promote { numbers: Vec<String> },
    Demote { numbers: Vec<String> },
    Join,
    Leave,
    Subject { subject: String },
    Description { description: String },
    Picture { base64: String },
    Announce { on: bool },
    Locked { on: bool },
}

async fn change(
    AtPhone(phone): AtPhone,
    path: web::Path<(String, String)>,
    body: web::Json<Change>,
) -> Result<HttpResponse, Problem> {
    let (_, group) = path.into_inner();
    let change = match body.into_inner() {
        Change::Add { numbers } => GroupChange::Add(numbers),
        Change::Remove { numbers } => GroupChange::Remove(numbers),
        Change::Promote { numbers } => GroupChange::Promote(numbers),
        Change::Demote { numbers } => GroupChange::Demote(numbers),
        Change::Join => GroupChange::Join,
        Change::Leave => GroupChange::Leave,
        Change::Subject { subject } => GroupChange::Subject(subject),
        Change::Description { description } => GroupChange::Description(description),
        Change::Picture { base64 } => GroupChange::Picture(from_base64(&base64)?),
        Change::Announce { on } => GroupChange::Announce(on),
        Change::Locked { on } => GroupChange::Locked(on),
    };
    phone.group_change(&group, change).await?;
    Ok(HttpResponse::NoContent().finish())
}
