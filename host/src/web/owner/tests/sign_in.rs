//! Signing in by a link, sessions, and signing out.

use std::time::Duration;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;

use super::{bench, get, post};

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
