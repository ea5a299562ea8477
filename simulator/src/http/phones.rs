//! Control API: phones and their linked devices.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::place::AtPhone;
use super::problem::Problem;
use super::view::PhoneView;
use crate::{DeviceIndex, LinkedDevice, Simulator};

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

async fn show(AtPhone(phone): AtPhone) -> web::Json<PhoneView> {
    web::Json(PhoneView::of(&phone))
}

#[derive(Deserialize)]
struct Online {
    online: bool,
}

async fn set_online(AtPhone(phone): AtPhone, body: web::Json<Online>) -> HttpResponse {
    phone.set_online(body.online);
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Picture {
    base64: String,
}

async fn set_picture(
    AtPhone(phone): AtPhone,
    body: web::Json<Picture>,
) -> Result<HttpResponse, Problem> {
    phone.set_picture(from_base64(&body.base64)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn devices(AtPhone(phone): AtPhone) -> web::Json<Vec<LinkedDevice>> {
    web::Json(phone.linked_devices())
}

#[derive(Deserialize)]
struct Qr {
    qr: String,
}

async fn scan_qr(AtPhone(phone): AtPhone, body: web::Json<Qr>) -> Result<HttpResponse, Problem> {
    Ok(linked(phone.scan_qr(body.qr.trim()).await?))
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

async fn enter_code(
    AtPhone(phone): AtPhone,
    body: web::Json<Code>,
) -> Result<HttpResponse, Problem> {
    Ok(linked(phone.enter_pairing_code(body.code.trim()).await?))
}

fn linked(device: DeviceIndex) -> HttpResponse {
    HttpResponse::build(StatusCode::CREATED).json(json!({ "device": device }))
}

async fn unlink(
    AtPhone(phone): AtPhone,
    path: web::Path<(String, u16)>,
) -> Result<HttpResponse, Problem> {
    let (_, device) = path.into_inner();
    phone.unlink(DeviceIndex(device)).await?;
    Ok(HttpResponse::NoContent().finish())
}
