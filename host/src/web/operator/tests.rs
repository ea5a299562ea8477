//! The operator's page, served in process over a real registry, a fleet and a library with real components.

use actix_web::cookie::Cookie;
use actix_web::http::{StatusCode, header};
use actix_web::test::TestRequest;

use crate::library::tests::plugin;
use crate::model::{BotId, BotRecord, BotRole, LinkMethod};
use crate::web::owner::tests::routes::{By, Row, TABLE};
use crate::web::owner::tests::{Bench, Seen, bench_of, bot, get, post};

mod invites;
mod lists;
mod live;
mod people;
mod programs;
mod tokens;
mod weight;

const PASSWORD: &str = "correct horse";
const ADDRESS: &str = "https://bots.example/";

async fn bench() -> Bench {
    bench_of(ADDRESS, Some(PASSWORD)).await
}

fn password(form: &Seen, password: &str) -> TestRequest {
    let cookie = form.cookie("__Host-jadi-operator-form");
    TestRequest::post()
        .uri("/operator/sign-in")
        .cookie(cookie)
        .set_form([("form", form.proof().as_str()), ("password", password)])
}

/// Signs in: the cookie, and what forms carry.
async fn sign_in(bench: &Bench) -> (Cookie<'static>, String) {
    let form = bench.ask(get("/operator/sign-in")).await;
    let signed_in = bench.ask(password(&form, PASSWORD)).await;
    assert_eq!(
        signed_in.status,
        StatusCode::SEE_OTHER,
        "{}",
        signed_in.text
    );
    let cookie = signed_in.cookie("__Host-jadi-operator");
    let page = bench.ask(get("/operator").cookie(cookie.clone())).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let proof = page.proof();
    (cookie, proof)
}

fn fields(path: &str, fields: &[(&str, &str)]) -> TestRequest {
    TestRequest::post().uri(path).set_form(fields)
}

/// What was done, the last first.
async fn deeds(bench: &Bench) -> Vec<(String, String, String)> {
    let deeds = bench.store.audit().deeds(None, 100).await.expect("read");
    let told = deeds
        .into_iter()
        .map(|(_, deed)| (deed.what, deed.with, deed.detail));
    told.collect()
}

fn deed(what: &str, with: &str, detail: &str) -> (String, String, String) {
    (what.to_owned(), with.to_owned(), detail.to_owned())
}

/// All routes that the operator shows this for, with their methods, as they ask for them.
fn routes(by: By) -> impl Iterator<Item = (&'static str, String)> {
    let rows = TABLE.iter().filter(move |Row(of, ..)| *of == by);
    rows.map(|Row(_, method, route, _)| {
        let id = match route.contains("/bots/") {
            true => bot(1).to_string(),
            false => "1".to_owned(),
        };
        let name = match route.contains("/features/") {
            true => "jadibot",
            false => "core",
        };
        let path = route
            .replace("{id}", &id)
            .replace("{name}", name)
            .replace("{number}", "6280000000201")
            .replace("{deed}", "switch-off");
        (*method, path)
    })
}

/// The paths of the pages, or of what is sent from them.
fn pages(method: &str) -> Vec<String> {
    let of_method = routes(By::Password).filter(|(by, _)| *by == method);
    let paths: Vec<_> = of_method.map(|(_, path)| path).collect();
    assert!(paths.len() > 5, "{paths:?}");
    paths
}

/// What is sent from the operator's pages.
fn form(path: &str, proof: &str) -> TestRequest {
    match path {
        "/operator/plugins" => upload(proof, b"x"),
        _ => post(path, proof),
    }
}

#[actix_web::test]
async fn without_a_password_in_the_configuration_there_is_no_page() {
    let bench = bench_of(ADDRESS, None).await;
    let sign_in = || ["/operator/sign-in".to_owned()];
    for path in pages("GET").into_iter().chain(sign_in()) {
        let page = bench.ask(get(&path)).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.text.contains("operator_password"), "{}", page.text);
    }
    for path in pages("POST").into_iter().chain(sign_in()) {
        let page = bench.ask(form(&path, "x")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[actix_web::test]
async fn nobody_but_the_operator_gets_in_and_no_other_site_sends_their_forms() {
    let bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let stranger = Cookie::new("__Host-jadi-operator", "0".repeat(64));
    for path in pages("GET") {
        for request in [get(&path), get(&path).cookie(stranger.clone())] {
            let page = bench.ask(request).await;
            assert_eq!(page.status, StatusCode::SEE_OTHER, "{path}");
            assert_eq!(
                page.header(header::LOCATION.as_str()),
                "/operator/sign-in",
                "{path}"
            );
        }
    }
    for path in pages("POST") {
        let strange = form(&path, &proof).cookie(stranger.clone());
        assert_eq!(bench.ask(strange).await.status, StatusCode::SEE_OTHER);
        let forged = [
            form(&path, ""),
            form(&path, operator.value()),
            form(&path, &proof).insert_header(("sec-fetch-site", "cross-site")),
        ];
        for request in forged {
            let refused = bench.ask(request.cookie(operator.clone())).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert_eq!(deeds(&bench).await, [deed("sign-in", "", "")]);
    assert!(bench.record(1).await.expect("it stays").stopped);
    // A bot's owner is no operator.
    let owner = Cookie::new("__Host-jadi-operator", "jadi");
    let page = bench.ask(get("/operator").cookie(owner)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);

    let out = bench.ask(post("/operator/sign-out", &proof).cookie(operator.clone()));
    assert_eq!(out.await.status, StatusCode::SEE_OTHER);
    let page = bench.ask(get("/operator").cookie(operator)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "the session is over");
}

#[actix_web::test]
async fn passwords_are_guessed_slowly_and_from_this_page_only() {
    let bench = bench().await;
    let form = bench.ask(get("/operator/sign-in")).await;
    let unproven = fields("/operator/sign-in", &[("password", PASSWORD)]);
    assert_eq!(bench.ask(unproven).await.status, StatusCode::FORBIDDEN);
    let from = "203.0.113.9:1".parse().expect("an address");
    for left in (0..5).rev() {
        let wrong = password(&form, "wrong horse").peer_addr(from);
        let refused = bench.ask(wrong).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(
            refused.text.contains("another password"),
            "{}",
            refused.text
        );
        let header = |name: &str| refused.header(name).to_owned();
        assert_eq!(header("ratelimit-limit"), "5");
        assert_eq!(header("ratelimit-remaining"), left.to_string());
    }
    // The right one neither, now.
    let right = || password(&form, PASSWORD);
    let late = bench.ask(right().peer_addr(from)).await;
    assert_eq!(late.status, StatusCode::TOO_MANY_REQUESTS);
    let elsewhere = "203.0.113.10:1".parse().expect("an address");
    let other = bench.ask(right().peer_addr(elsewhere)).await;
    assert_eq!(other.status, StatusCode::SEE_OTHER);
    let deeds = bench.store.audit().deeds(None, 10).await.expect("read");
    let by: Vec<_> = deeds
        .iter()
        .map(|(_, deed)| (deed.what.as_str(), deed.by.as_str()))
        .collect();
    assert_eq!(by[0], ("sign-in", "the operator's page, 203.0.113.10"));
    assert_eq!(
        by[1],
        ("sign-in-refused", "the operator's page, 203.0.113.9")
    );
    assert_eq!(by.len(), 6);
}

#[actix_web::test]
async fn the_operator_sets_slots_the_pause_and_features() {
    let bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let sent = async |path: &str, name: &str, value: &str| {
        let form = fields(path, &[("form", &proof), (name, value)]);
        bench.ask(form.cookie(operator.clone())).await.status
    };
    assert_eq!(
        sent("/operator/slots", "slots", "7").await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(
        sent("/operator/delay", "delay", "750").await,
        StatusCode::SEE_OTHER
    );
    let switched = sent("/operator/features/connect-page", "to", "off").await;
    assert_eq!(switched, StatusCode::SEE_OTHER);
    for (path, name, value) in [
        ("/operator/slots", "slots", "many"),
        ("/operator/slots", "slots", "-1"),
        ("/operator/slots", "slots", "100001"),
        ("/operator/delay", "delay", "60001"),
        ("/operator/delay", "delay", ""),
    ] {
        let status = sent(path, name, value).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{path} {value}");
    }
    assert_eq!(
        sent("/operator/features/nonsense", "to", "off").await,
        StatusCode::NOT_FOUND
    );
    let page = bench.ask(get("/operator").cookie(operator.clone())).await;
    assert!(
        page.text.contains("value=\"7\"") && page.text.contains("value=\"750\""),
        "{}",
        page.text
    );
    let visitor = bench.ask(get("/")).await;
    assert!(
        visitor.text.contains("No new bots are taken on this page"),
        "{}",
        visitor.text
    );
    let mut done = deeds(&bench).await;
    done.truncate(3);
    assert_eq!(
        done,
        [
            deed("switch-off", "", "connect-page"),
            deed("set-delay", "", "750"),
            deed("set-slots", "", "7"),
        ]
    );
    let audit = bench.ask(get("/operator/audit").cookie(operator)).await;
    assert!(audit.text.contains("<b>set-slots</b>"), "{}", audit.text);
}

#[actix_web::test]
async fn bots_are_found_looked_at_and_ended() {
    let mut bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let path = format!("/operator/bots/{}", bot(1));
    let started = post(&format!("{path}/start"), &proof).cookie(operator.clone());
    assert_eq!(bench.ask(started).await.status, StatusCode::SEE_OTHER);
    bench.opens(1).await;
    assert!(!bench.record(1).await.expect("it is there").stopped);
    for (verb, stopped) in [("start", false), ("stop", true)] {
        let farm = post(&format!("/operator/bots/{}/{verb}", bot(2)), &proof);
        let done = bench.ask(farm.cookie(operator.clone())).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert_eq!(bench.record(2).await.expect("it is there").stopped, stopped);
    }
    let page = async |path: &str| bench.ask(get(path).cookie(operator.clone())).await;
    let list = page("/operator/bots").await;
    assert!(
        list.text.contains("Shop") && list.text.contains("Farm"),
        "{}",
        list.text
    );
    assert!(
        !list.text.contains("6280000000201"),
        "numbers are masked: {}",
        list.text
    );
    let found = page("/operator/bots?q=%2B62+800-0000-0201&state=open").await;
    assert!(
        found.text.contains("Shop") && !found.text.contains("Farm"),
        "{}",
        found.text
    );
    let none = page("/operator/bots?q=%3Cb%3E&state=stopped&page=9").await;
    assert!(
        none.text.contains("Bots found: 0") && none.text.contains("&#60;b&#62;"),
        "{}",
        none.text
    );

    let shop = page(&path).await;
    assert!(shop.text.contains("+6280000000201"), "{}", shop.text);
    let strange = [BotId::from_random([9; 16]).to_string(), "x".to_owned()];
    for id in strange {
        let gone = page(&format!("/operator/bots/{id}")).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "{id}");
    }
    let confirm = page(&format!("{path}/end")).await;
    assert!(
        confirm.text.contains("+6280000000201 is logged out"),
        "{}",
        confirm.text
    );
    let end = fields(
        &format!("{path}/end"),
        &[("form", &proof), ("reason", " Spam ")],
    );
    let ended = bench.ask(end.cookie(operator.clone())).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
    bench.ended().await;
    assert_eq!(bench.record(1).await, None);
    assert!(bench.record(2).await.is_some());
    let shop = bot(1).to_string();
    assert_eq!(deeds(&bench).await[0], deed("end", &shop, "Spam"));

    let main = BotRecord::requested(
        BotId::from_random([5; 16]),
        BotRole::Main,
        LinkMethod::Qr,
        1,
    );
    bench.store.add_bot(&main).await.expect("a bot");
    let end = post(&format!("/operator/bots/{}/end", main.id), &proof);
    let refused = bench.ask(end.cookie(operator)).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "the main bot stays");
}

/// A form with a file, as browsers send it.
fn upload(proof: &str, file: &[u8]) -> TestRequest {
    let mut body = format!(
        "--xx\r\ncontent-disposition: form-data; name=\"form\"\r\n\r\n{proof}\r\n--xx\r\n\
         content-disposition: form-data; name=\"file\"; filename=\"p.wasm\"\r\ncontent-type: application/wasm\r\n\r\n"
    )
    .into_bytes();
    body.extend(file);
    body.extend(b"\r\n--xx--\r\n");
    TestRequest::post()
        .uri("/operator/plugins")
        .insert_header(("content-type", "multipart/form-data; boundary=xx"))
        .set_payload(body)
}

/// The digest of the file that a page asks consent for.
fn digest(page: &Seen) -> String {
    let (_, rest) = page
        .text
        .split_once("name=\"digest\" value=\"")
        .expect("a form");
    rest.split('"').next().expect("a value").to_owned()
}

#[actix_web::test]
async fn a_plugin_is_looked_at_installed_upgraded_rolled_back_and_removed() {
    let bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let sent = async |request: TestRequest| bench.ask(request.cookie(operator.clone())).await;
    let look = sent(upload(&proof, &plugin("sign", 1, "v1"))).await;
    assert_eq!(look.status, StatusCode::OK, "{}", look.text);
    assert!(look.text.contains("New on this host"), "{}", look.text);
    assert!(look.text.contains("see all messages"), "{}", look.text);
    let consent = |digest: &str| {
        let form = [
            ("form", proof.as_str()),
            ("digest", digest),
            ("everywhere", "on"),
        ];
        fields("/operator/plugins/install", &form)
    };
    // Only what was shown is agreed to.
    let other = sent(consent(&"0".repeat(64))).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    let installed = sent(consent(&digest(&look))).await;
    assert_eq!(
        installed.status,
        StatusCode::SEE_OTHER,
        "{}",
        installed.text
    );
    let again = sent(consent(&digest(&look))).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "it is used up");
    let card = sent(get("/operator/plugins/sign")).await;
    assert!(
        card.text.contains("1.0.1") && card.text.contains("switch-off"),
        "{}",
        card.text
    );

    let upgrade = sent(upload(&proof, &plugin("sign", 2, "v2"))).await;
    assert!(
        upgrade.text.contains("Version 1.0.1 is in use"),
        "{}",
        upgrade.text
    );
    let late = digest(&upgrade);
    bench.clock.advance(std::time::Duration::from_secs(16 * 60));
    assert_eq!(
        sent(consent(&late)).await.status,
        StatusCode::CONFLICT,
        "too late"
    );
    let upgrade = sent(upload(&proof, &plugin("sign", 2, "v2"))).await;
    assert_eq!(
        sent(consent(&digest(&upgrade))).await.status,
        StatusCode::SEE_OTHER
    );
    for (deed, status) in [
        ("roll-back", StatusCode::SEE_OTHER),
        ("roll-back", StatusCode::CONFLICT),
        ("switch-off", StatusCode::SEE_OTHER),
        ("nonsense", StatusCode::NOT_FOUND),
        ("remove", StatusCode::SEE_OTHER),
        ("remove", StatusCode::NOT_FOUND),
    ] {
        let done = sent(post(&format!("/operator/plugins/sign/{deed}"), &proof)).await;
        assert_eq!(done.status, status, "{deed}: {}", done.text);
    }
    let done: Vec<_> = deeds(&bench)
        .await
        .into_iter()
        .rev()
        .map(|(what, _, _)| what)
        .collect();
    assert_eq!(
        done,
        [
            "sign-in",
            "plugin-install",
            "plugin-switch-on",
            "plugin-install",
            "plugin-switch-on",
            "plugin-roll-back",
            "plugin-switch-off",
            "plugin-remove",
        ]
    );
}

#[actix_web::test]
async fn what_is_no_plugin_or_not_sent_by_the_operator_is_not_looked_at() {
    let bench = bench().await;
    let (operator, proof) = sign_in(&bench).await;
    let sent = async |request: TestRequest| bench.ask(request.cookie(operator.clone())).await;
    let stranger = bench.ask(upload(&proof, b"x")).await;
    assert_eq!(stranger.status, StatusCode::SEE_OTHER);
    assert_eq!(sent(upload("", b"x")).await.status, StatusCode::FORBIDDEN);
    let other_site = upload(&proof, b"x").insert_header(("sec-fetch-site", "cross-site"));
    assert_eq!(sent(other_site).await.status, StatusCode::FORBIDDEN);
    let broken = sent(upload(&proof, b"\0asm nonsense")).await;
    assert_eq!(
        broken.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        broken.text
    );
    let none = sent(upload(&proof, b"")).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST, "{}", none.text);
    let cut = TestRequest::post()
        .uri("/operator/plugins")
        .insert_header(("content-type", "multipart/form-data; boundary=xx"))
        .set_payload(format!(
            "--xx\r\ncontent-disposition: form-data; name=\"form\"\r\n\r\n{proof}\r\n--xx\r\ncontent-dispo"
        ));
    assert_eq!(sent(cut).await.status, StatusCode::BAD_REQUEST);
    let plain = TestRequest::post()
        .uri("/operator/plugins")
        .set_payload("x");
    assert!(sent(plain).await.status.is_client_error());
    let list = sent(get("/operator/plugins")).await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.text);
}
