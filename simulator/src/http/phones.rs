//! Control API: phones and their linked devices.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::problem::Problem;
use super::view::PhoneView;
use crate::{DeviceIndex, LinkedDevice, Phone, Simulator};

type Sim = web::Data<Simulator>;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/phones", web::get().to(list))
        .route("/phones", web::post().to(add))
        .route("/phones/{phone}", web::get().to(show))
        .route("/phones/{phone}/online", web::post().to(set_online))
        .route("/phones/{phone}/picture", web::post().to(set_picture))
        .route("/phones/{phone}/devices", web::get().to(devices))
        .route("/phones/{phone}/devices/qr", web::post().to(scan_qr))
        .route("/phones/{phone}/devices/code", web::post().to(enter_code))
        .route(
            "/phones/{phone}/devices/{device}/unlink",
            web::post().to(unlink),
        );
}

/// The phone that an address names.
pub(super) fn find(sim: &Simulator, name: &str) -> Result<Phone, Problem> {
    sim.phone(name)
        .ok_or_else(|| Problem::not_found(format!("there is no phone with the name `{name}`")))
}

/// A file that came as text.
pub(super) fn from_base64(text: &str) -> Result<Vec<u8>, Problem> {
    STANDARD
        .decode(text)
        .map_err(|error| Problem::bad_request(format!("the file is not base64: {error}")))
}

async fn list(sim: Sim) -> web::Json<Vec<PhoneView>> {
    web::Json(sim.phones().iter().map(PhoneView::of).collect())
}

#[derive(Deserialize)]
struct NewPhone {
    name: String,
    number: String,
}

async fn add(sim: Sim, body: web::Json<NewPhone>) -> Result<HttpResponse, Problem> {
    let name = body.name.trim();
    if name.is_empty() || name.len() > 40 || name.chars().any(char::is_control) {
        return Err(Problem::bad_request(
            "a phone's name has 1 to 40 characters",
        ));
    }
    let phone = sim.add_phone(name, &body.number).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(PhoneView::of(&phone)))
}

async fn show(sim: Sim, name: web::Path<String>) -> Result<web::Json<PhoneView>, Problem> {
    Ok(web::Json(PhoneView::of(&find(&sim, &name)?)))
}

#[derive(Deserialize)]
struct Online {
    online: bool,
}

async fn set_online(
    sim: Sim,
    name: web::Path<String>,
    body: web::Json<Online>,
) -> Result<HttpResponse, Problem> {
    find(&sim, &name)?.set_online(body.online);
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
struct Picture {
    base64: String,
}

async fn set_picture(
    sim: Sim,
    name: web::Path<String>,
    body: web::Json<Picture>,
) -> Result<HttpResponse, Problem> {
    let phone = find(&sim, &name)?;
    phone.set_picture(from_base64(&body.base64)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn devices(
    sim: Sim,
    name: web::Path<String>,
) -> Result<web::Json<Vec<LinkedDevice>>, Problem> {
    Ok(web::Json(find(&sim, &name)?.linked_devices()))
}

#[derive(Deserialize)]
struct Qr {
    qr: String,
}

async fn scan_qr(
    sim: Sim,
    name: web::Path<String>,
    body: web::Json<Qr>,
) -> Result<HttpResponse, Problem> {
    let device = find(&sim, &name)?.scan_qr(body.qr.trim()).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(json!({ "device": device })))
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn enter_code(
    sim: Sim,
    name: web::Path<String>,
    body: web::Json<Code>,
) -> Result<HttpResponse, Problem> {
    let phone = find(&sim, &name)?;
    let device = phone.enter_pairing_code(body.code.trim()).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(json!({ "device": device })))
}

async fn unlink(sim: Sim, path: web::Path<(String, u16)>) -> Result<HttpResponse, Problem> {
    let (name, device) = path.into_inner();
    find(&sim, &name)?.unlink(DeviceIndex(device)).await?;
    Ok(HttpResponse::NoContent().finish())
}
