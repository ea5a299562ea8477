//! Signing in and the owner's page, served in process over a real registry.

use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use actix_web::web::Data;
use actix_web::{App, test};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::clock::MovableClock;
use crate::model::{BotId, BotRecord, BotRole, LinkMethod};
use crate::random::SystemRandom;
use crate::store::{MasterKey, RecordBounds, Settings, Store, StoreOptions};
use crate::web::shared::{OwnerParts, Shared, WebParts};
use crate::web::tests::bare;
use crate::web::{headers, server};

struct Bench {
    clock: MovableClock,
    access: Arc<Access>,
    shared: Data<Shared>,
    _store: Store,
    _dir: TempDir,
}

fn bot(n: u8) -> BotId {
    BotId::from_random([n; 16])
}

/// Two bots, `Shop` and `Farm`, and no instance of either.
async fn bench(address: &str) -> Bench {
    let dir = tempfile::tempdir().expect("a directory");
    let options = StoreOptions {
        data_dir: dir.path().to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        inbox_bound: 10,
        records: RecordBounds::default(),
        random: Arc::new(SystemRandom),
    };
    let store = Store::open(options, MasterKey::from_bytes([3; 32])).await;
    let store = store.expect("a store");
    for (n, name) in [(1, "Shop"), (2, "Farm")] {
        let mut record = BotRecord::requested(bot(n), BotRole::Sub, LinkMethod::Qr, 1);
        record.name = name.to_owned();
        let account = format!("628000000020{n}@s.whatsapp.net");
        record.jid = Some(account.parse().expect("a jid"));
        record.language = "id".to_owned();
        store.add_bot(&record).await.expect("a bot");
    }
    let clock = MovableClock::default();
    let shared_clock = Arc::new(clock.clone());
    let access = Access::new(store.credentials(), shared_clock, Arc::new(SystemRandom));
    access.open_at(Some(address));
    let parts = WebParts {
        owners: Some(OwnerParts {
            access: access.clone(),
            registry: store.registry(),
        }),
        ..bare(clock.clone())
    };
    Bench {
        clock,
        access,
        shared: Data::new(Shared::new(parts, CancellationToken::new())),
        _store: store,
        _dir: dir,
    }
}

impl Bench {
    /// The path of a new link to a bot's page.
    async fn link(&self, n: u8) -> String {
        let link = self.access.link(bot(n)).await.expect("kept");
        let link = link.expect("there are pages");
        let at = link.find("/sign-in/").expect("a link");
        link[at..].to_owned()
    }

    async fn ask(&self, request: TestRequest) -> Seen {
        let app = App::new()
            .app_data(self.shared.clone())
            .wrap(headers::all())
            .configure(server::routes);
        let app = test::init_service(app).await;
        let response = test::call_service(&app, request.to_request()).await;
        let cookies = response.response().cookies().map(Cookie::into_owned);
        let (status, cookies) = (response.status(), cookies.collect());
        let body = test::read_body(response).await;
        Seen {
            status,
            cookies,
            text: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    /// Opens a link and presses its button.
    async fn sign_in(&self, link: &str) -> Cookie<'static> {
        let page = self.ask(get(link)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let form = page.cookie("jadi-form");
        let signed_in = self.ask(post(link, &page.proof()).cookie(form)).await;
        assert_eq!(
            signed_in.status,
            StatusCode::SEE_OTHER,
            "{}",
            signed_in.text
        );
        signed_in.cookie("jadi")
    }
}

/// An answer, as a browser sees it.
struct Seen {
    status: StatusCode,
    cookies: Vec<Cookie<'static>>,
    text: String,
}

impl Seen {
    /// The proof that the page's form carries.
    fn proof(&self) -> String {
        let (_, rest) = self
            .text
            .split_once("name=\"form\" value=\"")
            .expect("a form");
        rest.split('"').next().expect("a value").to_owned()
    }

    fn cookie(&self, name: &str) -> Cookie<'static> {
        let mut named = self.cookies.iter().filter(|cookie| cookie.name() == name);
        named.next().expect("a cookie").clone()
    }
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn post(path: &str, proof: &str) -> TestRequest {
    TestRequest::post().uri(path).set_form([("form", proof)])
}

#[actix_web::test]
async fn looking_at_a_link_uses_nothing_up_and_its_button_signs_in_once() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let link = bench.link(1).await;
    for _ in 0..3 {
        // A messenger that makes a preview.
        assert_eq!(bench.ask(get(&link)).await.status, StatusCode::OK);
    }
    let cookie = bench.sign_in(&link).await;
    assert!(cookie.http_only() == Some(true) && cookie.same_site() == Some(SameSite::Strict));
    assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None));

    let page = bench.ask(get("/bot").cookie(cookie.clone())).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Shop") && page.text.contains("+6280000000201"));
    assert!(!page.text.contains("Farm"), "{}", page.text);

    let again = bench.ask(get(&link)).await;
    assert_eq!(again.status, StatusCode::GONE);
    assert!(again.text.contains("!token"), "{}", again.text);
    let other = bench.link(1).await;
    let page = bench.ask(get(&other)).await;
    let form = page.cookie("jadi-form");
    let used = post(&link, &page.proof()).cookie(form);
    assert_eq!(bench.ask(used).await.status, StatusCode::GONE);
}

#[actix_web::test]
async fn a_link_is_used_from_its_own_page_only() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let link = bench.link(1).await;
    let page = bench.ask(get(&link)).await;
    let (form, proof) = (page.cookie("jadi-form"), page.proof());
    let strange = [
        post(&link, &proof),
        post(&link, "").cookie(form.clone()),
        post(&link, "0").cookie(form.clone()),
        post(&link, "").cookie(Cookie::new("jadi-form", "")),
        post(&link, &proof)
            .cookie(form.clone())
            .insert_header(("sec-fetch-site", "cross-site")),
        post(&link, &proof)
            .cookie(form.clone())
            .insert_header(("host", "bots.example"))
            .insert_header(("origin", "https://evil.example")),
    ];
    for request in strange {
        let refused = bench.ask(request).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.cookies.is_empty());
    }
    let signed_in = bench.ask(post(&link, &proof).cookie(form)).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "it is still good");
}

#[actix_web::test]
async fn nobody_sees_a_page_without_a_session_of_theirs() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let farm = bench.sign_in(&bench.link(2).await).await;
    for path in ["/bot", "/bot/events"] {
        for cookie in [None, Some("x".repeat(64)), Some("0".repeat(64))] {
            let request = match &cookie {
                Some(value) => get(path).cookie(Cookie::new("jadi", value.clone())),
                None => get(path),
            };
            let refused = bench.ask(request).await;
            assert_eq!(
                refused.status,
                StatusCode::UNAUTHORIZED,
                "{path} {cookie:?}"
            );
            assert!(refused.text.contains("!token"));
        }
    }
    let page = bench.ask(get("/bot").cookie(farm.clone())).await;
    assert!(page.text.contains("Farm") && !page.text.contains("Shop"));

    // What one visitor's page was given proves nothing for another.
    let theirs = post("/bot/sign-out", &page.proof()).cookie(shop.clone());
    assert_eq!(bench.ask(theirs).await.status, StatusCode::FORBIDDEN);
    let out = post("/bot/sign-out", &page.proof()).cookie(farm.clone());
    let out = bench.ask(out).await;
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert_eq!(out.cookie("jadi").value(), "");
    let after = bench.ask(get("/bot").cookie(farm)).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
    let other = bench.ask(get("/bot").cookie(shop)).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_used_session_gets_a_new_cookie_and_its_forms_stay_good() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let first = bench.sign_in(&bench.link(1).await).await;
    let page = bench.ask(get("/bot").cookie(first.clone())).await;
    assert!(page.cookies.is_empty());
    bench.clock.advance(Duration::from_secs(3600));
    let renewed = bench.ask(get("/bot").cookie(first.clone())).await;
    let second = renewed.cookie("jadi");
    assert_ne!(first.value(), second.value());
    bench.clock.advance(Duration::from_secs(60));
    let late = bench.ask(get("/bot").cookie(first)).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    let out = post("/bot/sign-out", &page.proof()).cookie(second);
    assert_eq!(bench.ask(out).await.status, StatusCode::SEE_OTHER);
}

#[actix_web::test]
async fn over_https_cookies_are_for_https_only() {
    let bench = bench("https://bots.example").await;
    let link = bench.link(1).await;
    let page = bench.ask(get(&link)).await;
    let form = page.cookie("__Host-jadi-form");
    let signed_in = bench
        .ask(post(&link, &page.proof()).cookie(form.clone()))
        .await;
    let session = signed_in.cookie("__Host-jadi");
    for cookie in [form, session.clone()] {
        assert_eq!(cookie.secure(), Some(true));
        assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None));
    }
    let page = bench.ask(get("/bot").cookie(session.clone())).await;
    assert_eq!(page.status, StatusCode::OK);
    // What anybody may set is not looked at.
    let plain = Cookie::new("jadi", session.value().to_owned());
    let refused = bench.ask(get("/bot").cookie(plain)).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn pages_are_in_the_browsers_language_else_in_the_bots() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let cookie = bench.sign_in(&bench.link(1).await).await;
    for (accepts, lang, says) in [
        ("es", "lang=\"es\"", "Salir"),
        ("en-GB", "lang=\"en\"", "Sign out"),
        ("de", "lang=\"id\"", "Keluar"),
    ] {
        let request = get("/bot").cookie(cookie.clone());
        let page = bench
            .ask(request.insert_header(("accept-language", accepts)))
            .await;
        assert!(
            page.text.contains(lang) && page.text.contains(says),
            "{}",
            page.text
        );
        let stranger = get("/bot").insert_header(("accept-language", accepts));
        assert_eq!(bench.ask(stranger).await.status, StatusCode::UNAUTHORIZED);
    }
}
