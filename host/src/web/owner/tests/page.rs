//! What an owner sees and does on the bot's page.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;

use super::{account, bench, bot, get, post};
use crate::store::Settings;
use crate::whatsapp::fake::DEADLINE;

/// All forms of the page.
const FORMS: [&str; 9] = [
    "/bot/start",
    "/bot/stop",
    "/bot/settings",
    "/bot/plugins/welcome/switch",
    "/bot/plugins/welcome/settings",
    "/bot/tokens",
    "/bot/tokens/1/revoke",
    "/bot/log-out",
    "/bot/sign-out",
];

#[actix_web::test]
async fn no_form_does_anything_unless_its_owners_page_sent_it() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let farm = bench.sign_in(&bench.link(2).await).await;
    let (own, theirs) = (bench.page(&shop).await, bench.page(&farm).await);
    let (own, theirs) = (own.proof(), theirs.proof());
    for path in FORMS {
        let whole = |proof: &str| {
            TestRequest::post().uri(path).set_form([
                ("form", proof),
                ("name", "Stolen"),
                ("language", "es"),
                ("prefixes", "$"),
                ("to", "off"),
                ("set-text", "Stolen"),
                ("set-times", "1"),
                ("set-tone", "dry"),
            ])
        };
        let anonymous = bench.ask(whole(&own)).await;
        assert_eq!(anonymous.status, StatusCode::UNAUTHORIZED, "{path}");
        let strange = [
            whole("").cookie(shop.clone()),
            whole(&theirs).cookie(shop.clone()),
            whole(shop.value()).cookie(shop.clone()),
            whole(&own)
                .cookie(shop.clone())
                .insert_header(("sec-fetch-site", "same-site")),
            whole(&own)
                .cookie(shop.clone())
                .insert_header(("host", "bots.example"))
                .insert_header(("origin", "https://evil.example")),
        ];
        for request in strange {
            let refused = bench.ask(request).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        }
        // To look at something changes nothing.
        let looked = bench.ask(get(path).cookie(shop.clone())).await;
        assert!(!looked.status.is_redirection(), "{path}");
    }
    for (n, name) in [(1, "Shop"), (2, "Farm")] {
        let record = bench.record(n).await.expect("it is there");
        assert_eq!((record.name.as_str(), record.stopped), (name, true));
        assert!(bench.fleet.instances().get(bot(n)).is_none());
        let data = bench.store.bot(bot(n)).await.expect("its data");
        assert_eq!(data.settings().await.expect("read"), Settings::default());
        let set = data.plugin_settings("welcome", None).await.expect("read");
        assert!(set.is_empty(), "{set:?}");
    }
    assert!(bench.switched().is_empty());
    let tokens = bench.access.tokens(bot(1)).await.expect("read");
    assert!(tokens.is_empty(), "{tokens:?}");
    bench.page(&shop).await;
    bench.page(&farm).await;
}

#[actix_web::test]
async fn an_owner_starts_and_stops_the_bot() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let page = bench.page(&shop).await;
    let send = |path: &str| post(path, &page.proof()).cookie(shop.clone());
    assert!(page.text.contains("Dihentikan"), "{}", page.text);
    let started = bench.ask(send("/bot/start")).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER);
    let session = bench.starts.next().await;
    session.open(account(1).as_str()).await;
    bench.reaches(1, "open").await;
    let running = bench.page(&shop).await.text;
    assert!(running.contains("id=\"start\" hidden") && !running.contains("id=\"stop\" hidden"));
    let stopped = bench.ask(send("/bot/stop")).await;
    assert_eq!(stopped.status, StatusCode::SEE_OTHER);
    bench.reaches(1, "stopped").await;
    assert!(bench.fleet.instances().get(bot(2)).is_none());
    bench.fleet.shutdown().await;
}

#[actix_web::test]
async fn what_is_set_is_kept_and_what_is_wrong_is_told_with_what_was_typed() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let proof = bench.page(&shop).await.proof();
    let set = |name: &str, language: &str, prefixes: &str| {
        let fields = [
            ("form", proof.clone()),
            ("name", name.to_owned()),
            ("language", language.to_owned()),
            ("prefixes", prefixes.to_owned()),
        ];
        TestRequest::post()
            .uri("/bot/settings")
            .set_form(fields)
            .cookie(shop.clone())
            .insert_header(("accept-language", "en"))
    };
    let kept = bench.ask(set(" Toko \u{1f6d2} ", "id", "! $")).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER);
    assert_eq!(
        bench.record(1).await.expect("it is there").name,
        "Toko \u{1f6d2}"
    );
    let settings = async || {
        let data = bench.store.bot(bot(1)).await.expect("its data");
        data.settings().await.expect("read")
    };
    let wanted = Settings {
        language: "id".to_owned(),
        prefixes: vec!["!".to_owned(), "$".to_owned()],
    };
    assert_eq!(settings().await, wanted);
    let page = bench.ask(get("/bot?kept").cookie(shop.clone())).await;
    assert!(page.text.contains("Tersimpan.") && page.text.contains("value=\"! $\""));

    let long = "x".repeat(41);
    for (name, language, prefixes, says) in [
        (long.as_str(), "id", "!", "at most 40 characters"),
        ("a\u{7}b", "id", "!", "at most 40 characters"),
        ("Toko", "de", "!", "one of the languages"),
        ("Toko", "es-MX", "!", "one of the languages"),
        ("Toko", "id", "", "one to eight different prefixes"),
        ("Toko", "id", "! !", "one to eight different prefixes"),
        ("Toko", "id", "a", "one to eight different prefixes"),
        (
            "Toko",
            "id",
            "! . # / $ % & ? =",
            "one to eight different prefixes",
        ),
        ("<b>", "id", "<i>&", "one to eight different prefixes"),
    ] {
        let wrong = bench.ask(set(name, language, prefixes)).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(wrong.text.contains(says), "{}", wrong.text);
        assert!(!wrong.text.contains("<b>") && !wrong.text.contains("<i>"));
    }
    assert_eq!(settings().await, wanted);
    assert_eq!(
        bench.record(1).await.expect("it is there").name,
        "Toko \u{1f6d2}"
    );
}

#[actix_web::test]
async fn a_log_out_is_asked_about_and_ends_bot_and_sessions() {
    let mut bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let proof = bench.page(&shop).await.proof();
    let start = post("/bot/start", &proof).cookie(shop.clone());
    bench.ask(start).await;
    let session = bench.starts.next().await;
    session.open(account(1).as_str()).await;
    bench.reaches(1, "open").await;
    let link = bench.link(1).await;
    let asked = bench.ask(get("/bot/log-out").cookie(shop.clone())).await;
    assert!(asked.text.contains("+6280000000201"), "{}", asked.text);
    assert!(bench.record(1).await.is_some(), "it was only asked");
    let sent = post("/bot/log-out", &asked.proof()).cookie(shop.clone());
    let ended = bench.ask(sent).await;
    assert_eq!(ended.status, StatusCode::OK);
    assert_eq!(ended.cookie("jadi").value(), "");
    let mut under_way = bench.endings.under_way();
    let over = tokio::time::timeout(DEADLINE, under_way.wait_for(|count| *count == 0)).await;
    over.expect("in time").expect("it lives");
    assert!(session.was_logged_out());
    assert_eq!(bench.record(1).await, None);
    let after = bench.ask(get("/bot").cookie(shop)).await;
    assert_eq!(after.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bench.ask(get(&link)).await.status, StatusCode::GONE);
    assert!(bench.record(2).await.is_some());
}

#[actix_web::test]
async fn a_bot_whose_data_is_broken_still_has_a_page() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let dir = bench.dir.path().join("bots").join(bot(1).to_string());
    std::fs::create_dir_all(&dir).expect("a directory");
    std::fs::write(dir.join("context.db"), b"this is no database").expect("written");
    let shop = bench.sign_in(&bench.link(1).await).await;
    let request = get("/bot")
        .cookie(shop)
        .insert_header(("accept-language", "en"));
    let page = bench.ask(request).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text.contains("data can&#39;t be read") || page.text.contains("data can't be read"),
        "{}",
        page.text
    );
}
