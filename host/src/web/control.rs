//! The control socket's routes: the library, for the command line of the user who runs the host.
//!
//! It is another server than the pages': on a Unix socket in the data directory, which nobody but this user can open, and which
//! no browser can reach.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Data, Json, Path as At, Payload, Query, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer, delete, get, post};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use crate::control::{
    Ask, Done, EvidenceAnswer, EvidenceAsk, Grant, LARGEST_COMPONENT, Switch, socket,
};
use crate::library::{Consent, Installation, Library, LibraryError, Whom};
use crate::store::{Actor, Installer};
use crate::web::deeds::{Deeds, Doer};
use crate::web::library::{component, status};

/// How long an answer under way may take when the host shuts down, seconds.
const SHUTDOWN: u64 = 2;
/// How long a client may take to begin its request.
const REQUEST_DEADLINE: Duration = Duration::from_secs(10);

/// The control socket can't be had.
#[derive(Debug, thiserror::Error)]
#[error(
    "can't listen on {}: {source}; the path of a socket has at most 107 bytes, and its directory must belong to jadi's user",
    path.display()
)]
pub struct ControlError {
    path: PathBuf,
    source: io::Error,
}

/// Tells how plugins did, and does something about it.
#[async_trait(?Send)]
pub trait Evidence: Send + Sync + 'static {
    /// Answers, or says why not.
    async fn answer(&self, ask: EvidenceAsk) -> Result<EvidenceAnswer, String>;
}

/// The running server.
pub struct ControlServer {
    path: PathBuf,
    handle: ServerHandle,
    serving: JoinHandle<io::Result<()>>,
}

impl ControlServer {
    /// Listens in the data directory, which this process has for itself: what is there of an earlier one is in nobody's use.
    ///
    /// # Errors
    ///
    /// When the socket can't be made.
    pub fn start(
        library: Arc<Library>,
        evidence: Arc<dyn Evidence>,
        deeds: Deeds,
        data_dir: &Path,
    ) -> Result<Self, ControlError> {
        let path = socket(data_dir);
        let failed = |source| ControlError {
            path: path.clone(),
            source,
        };
        let (library, evidence) = (Data::from(library), Data::from(evidence));
        let deeds = Data::new(deeds);
        let app = move || {
            App::new()
                .app_data(library.clone())
                .app_data(evidence.clone())
                .app_data(deeds.clone())
                .configure(routes)
        };
        let server = HttpServer::new(app)
            .workers(1)
            .client_request_timeout(REQUEST_DEADLINE)
            .shutdown_timeout(SHUTDOWN)
            .disable_signals()
            .listen_uds(listen(&path).map_err(failed)?)
            .map_err(failed)?
            .run();
        let handle = server.handle();
        Ok(Self {
            handle,
            serving: tokio::spawn(server),
            path,
        })
    }

    /// Lets answers under way finish, stops, and takes the socket away.
    pub async fn shutdown(self) {
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.serving.await {
            tracing::warn!(%error, "the control socket's server ended badly");
        }
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the control socket could not be removed");
        }
    }
}

/// Makes the socket under another name first, so that it is never there with other permissions than its own.
fn listen(path: &Path) -> io::Result<UnixListener> {
    let unfinished = path.with_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&unfinished)?;
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o600))?;
    fs::rename(&unfinished, path)?;
    Ok(listener)
}

/// All routes of the socket.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(list)
        .service(install)
        .service(one)
        .service(remove)
        .service(rollback)
        .service(switch)
        .service(grants)
        .service(look)
        .service(tell_evidence);
}

/// Keeps what was done from the command line.
async fn noted<T, E>(
    deeds: &Deeds,
    done: Result<T, E>,
    what: &str,
    plugin: &str,
    detail: &str,
) -> Result<T, E> {
    if done.is_ok() {
        let operator = Doer {
            actor: Actor::Operator,
            by: "the command line".to_owned(),
        };
        deeds.note(operator, what, plugin, detail).await;
    }
    done
}

/// The library's answer, or its refusal with a fitting status.
fn told<T: Serialize>(answer: Result<T, LibraryError>) -> HttpResponse {
    match answer {
        Ok(answer) => HttpResponse::Ok().json(answer),
        Err(error) => HttpResponse::build(status(&error)).json(error),
    }
}

#[get("/plugins")]
async fn list(library: Data<Library>) -> HttpResponse {
    told(library.list().await)
}

#[get("/plugins/{name}")]
async fn one(library: Data<Library>, name: At<String>) -> HttpResponse {
    told(library.get(&name).await)
}

#[post("/components")]
async fn look(library: Data<Library>, body: Payload) -> HttpResponse {
    let terms = async {
        library
            .look(component(body, LARGEST_COMPONENT).await?.into())
            .await
    };
    told(terms.await)
}

#[derive(Deserialize)]
struct Asked {
    ask: String,
}

#[post("/plugins")]
async fn install(
    library: Data<Library>,
    deeds: Data<Deeds>,
    asked: Query<Asked>,
    body: Payload,
) -> HttpResponse {
    let Some(ask) = Ask::decoded(&asked.ask) else {
        return HttpResponse::BadRequest().finish();
    };
    let (consent, by) = match ask.consent {
        Some(keys) => (Consent::To(keys), Installer::Operator),
        None => (Consent::ToAll, Installer::Dev),
    };
    let installed = async {
        let component = component(body, LARGEST_COMPONENT).await?.into();
        let installation = Installation {
            component,
            consent,
            by,
            replace: ask.replace,
        };
        let plugin = library.clone().into_inner().install(installation).await?;
        let (name, version) = (plugin.name.clone(), plugin.version.clone());
        noted(&deeds, Ok(plugin), "plugin-install", &name, &version).await
    };
    told(installed.await)
}

#[post("/plugins/{name}/rollback")]
async fn rollback(library: Data<Library>, deeds: Data<Deeds>, name: At<String>) -> HttpResponse {
    let done = library.into_inner().rollback(&name).await;
    told(noted(&deeds, done, "plugin-roll-back", &name, "").await)
}

#[post("/plugins/{name}/switch")]
async fn switch(
    library: Data<Library>,
    deeds: Data<Deeds>,
    name: At<String>,
    switch: Json<Switch>,
) -> HttpResponse {
    let switched = async {
        let whom = match &switch.bot {
            Some(bot) => Whom::Bot(library.bot(bot).await?),
            None => Whom::All,
        };
        let library = library.clone().into_inner();
        library.switch(&name, whom, switch.enabled).await
    };
    let what = match switch.enabled {
        true => "plugin-switch-on",
        false => "plugin-switch-off",
    };
    let bot = switch.bot.as_deref().unwrap_or_default();
    told(noted(&deeds, switched.await, what, &name, bot).await)
}

#[post("/plugins/{name}/grants")]
async fn grants(
    library: Data<Library>,
    deeds: Data<Deeds>,
    name: At<String>,
    grant: Json<Grant>,
) -> HttpResponse {
    let Grant { deny, allow } = grant.into_inner();
    let detail = format!("deny {deny:?}, allow {allow:?}");
    let done = library.into_inner().grant(&name, deny, allow).await;
    told(noted(&deeds, done, "plugin-grant", &name, &detail).await)
}

#[delete("/plugins/{name}")]
async fn remove(library: Data<Library>, deeds: Data<Deeds>, name: At<String>) -> HttpResponse {
    let removed = library.into_inner().remove(&name).await;
    let removed = noted(&deeds, removed, "plugin-remove", &name, "").await;
    told(removed.map(|()| Done {}))
}

#[post("/evidence")]
async fn tell_evidence(evidence: Data<dyn Evidence>, ask: Json<EvidenceAsk>) -> HttpResponse {
    HttpResponse::Ok().json(evidence.answer(ask.into_inner()).await)
}

#[cfg(test)]
mod tests;
