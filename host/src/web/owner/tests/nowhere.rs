//! What is told where there is nothing, and to what can't be read.

use super::*;

#[actix_web::test]
async fn where_there_is_nothing_people_get_a_page_and_programs_the_usual_shape() {
    let bench = bench("http://127.0.0.1:8080/").await;
    for (path, language, told) in [
        ("/nothing", "en", "There is nothing here"),
        ("/bot/nothing", "id", "Tidak ada apa-apa di sini"),
        ("/pair/nothing", "es", "Aquí no hay nada"),
        ("/operator/tokens/1/nothing", "en", "There is nothing here"),
    ] {
        let page = bench
            .ask(get(path).insert_header(("accept-language", language)))
            .await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.header("content-type").starts_with("text/html"));
        assert!(page.text.contains(told), "{path}: {}", page.text);
    }
    for path in ["/api/nothing", "/api/v1/nothing", "/ws/nothing"] {
        let answer = bench.ask(get(path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        let answer: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(
            (&answer["status"], &answer["code"]),
            (&false.into(), &"NOT_FOUND".into()),
            "{answer}"
        );
    }
}

#[actix_web::test]
async fn a_form_that_cannot_be_read_is_told_on_a_page() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let send = |path: &str| {
        TestRequest::post()
            .uri(path)
            .insert_header(("accept-language", "en"))
            .cookie(shop.clone())
    };
    let form = "application/x-www-form-urlencoded";
    for (request, status) in [
        (
            send("/connect").set_payload("number=1"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            send("/connect")
                .insert_header(("content-type", form))
                .set_payload("name=Shop"),
            StatusCode::BAD_REQUEST,
        ),
        (
            send("/bot/settings")
                .insert_header(("content-type", form))
                .set_payload(format!("name={}", "x".repeat(20_000))),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ] {
        let page = bench.ask(request).await;
        assert_eq!(page.status, status, "{}", page.text);
        assert!(page.text.contains("can&#39;t be read"), "{}", page.text);
    }
    // What names nothing is nowhere.
    let revoke = send("/bot/tokens/one/revoke").set_form([("form", "x")]);
    let page = bench.ask(revoke).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", page.text);
}
