//! Who may listen, and what pages hear of a bot that is being linked.

use actix_web::dev::ServiceResponse;

use super::*;
use crate::web::language::Language;
use crate::web::listeners::SHARE;
use crate::web::view::View;

#[actix_web::test]
async fn one_address_takes_no_place_of_anothers() {
    let (bench, _session) = bench().await;
    let parts = WebParts {
        instances: bench.shared.parts.instances.clone(),
        key: bench.key.clone(),
        trusted_proxies: vec!["127.0.0.1/32".parse().expect("a network")],
        ..bare(MovableClock::default())
    };
    let shared = Data::new(Shared::new(parts, bench.ending.clone()));
    let app = test::init_service(server::app(shared.clone())).await;
    let pairing = format!("/pair/{}/events", bench.key.as_str());
    // Through the proxy that is trusted, so that the address that it names counts.
    let ask = async |address: &str, path: &str| -> ServiceResponse {
        let request = test::TestRequest::get()
            .uri(path)
            .peer_addr("127.0.0.1:1".parse().expect("an address"))
            .insert_header(("x-forwarded-for", address));
        test::call_service(&app, request.to_request()).await
    };
    let mut held = Vec::new();
    for n in 0..SHARE {
        // A visitor has a whole network of IPv6 addresses.
        let path = if n % 2 == 0 { "/events" } else { &pairing };
        let answer = ask(&format!("2001:db8::{n:x}"), path).await;
        assert_eq!(answer.status(), StatusCode::OK);
        held.push(answer);
    }
    for path in ["/events", &pairing] {
        let answer = ask("2001:db8::ffff", path).await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        let body = test::read_body(answer).await;
        let told: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!(told["code"], "TOO_MANY_LISTENERS");
        assert_eq!(ask("203.0.113.1", path).await.status(), StatusCode::OK);
    }
    drop(held);
    let freed = async {
        while shared.listeners.count() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, freed)
        .await
        .expect("in time");
    assert_eq!(
        ask("2001:db8::ffff", "/events").await.status(),
        StatusCode::OK
    );
}

#[actix_web::test]
async fn that_the_phone_has_linked_it_is_told_before_it_is_open() {
    let (bench, session) = bench().await;
    show_qr(&bench, &session).await;
    let jid = "6280000000900@s.whatsapp.net".parse().expect("a jid");
    session.tell(SessionState::Paired { jid, lid: None }).await;
    reaches(&bench.bot, "connecting").await;
    let status = bench.bot.status();
    for (language, title, next) in [
        (
            Language::English,
            "Linked on the phone",
            "connecting for the first time",
        ),
        (
            Language::Indonesian,
            "Tertaut di ponsel",
            "untuk pertama kali",
        ),
        (
            Language::Spanish,
            "Vinculado en el teléfono",
            "por primera vez",
        ),
    ] {
        let view = View::linking(&status, 0, language);
        assert_eq!(view.title, title);
        assert!(view.next.contains(next), "{}", view.next);
        assert!(view.link.is_none());
    }
    session.open("6280000000900@s.whatsapp.net").await;
    reaches(&bench.bot, "open").await;
    let view = View::linking(&bench.bot.status(), 0, Language::English);
    assert_eq!(view.title, "Open");
}

#[actix_web::test]
async fn a_page_is_told_since_when_and_until_when_a_code_is_good() {
    let (bench, session) = bench().await;
    let shown = bench.shared.parts.clock.now();
    show_qr(&bench, &session).await;
    let view = View::linking(&bench.bot.status(), shown + 30_000, Language::English);
    let link = serde_json::to_value(view.link.expect("a code")).expect("JSON");
    let from = link["from"].as_i64().expect("a time");
    assert!(
        (shown..shown + 5_000).contains(&from),
        "{from}, not {shown}"
    );
    assert_eq!(link["until"], from + 60_000);
}
