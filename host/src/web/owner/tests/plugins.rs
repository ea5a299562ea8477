//! Plugins on the bot's page: switched, and set by a form that is made of their manifest.

use std::collections::BTreeMap;

use actix_web::cookie::Cookie;
use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use jadi_plugin_manifest::SettingValue;

use super::{Bench, Seen, bench, bot, get};

/// Sends a form.
async fn send(
    bench: &Bench,
    cookie: &Cookie<'static>,
    path: &str,
    fields: &[(&str, &str)],
) -> Seen {
    let proof = bench.page(cookie).await.proof();
    let mut fields = fields.to_vec();
    fields.push(("form", &proof));
    let request = TestRequest::post().uri(path).set_form(fields);
    let request = request.insert_header(("accept-language", "en"));
    bench.ask(request.cookie(cookie.clone())).await
}

async fn look(bench: &Bench, cookie: &Cookie<'static>, path: &str, language: &str) -> Seen {
    let request = get(path).insert_header(("accept-language", language));
    bench.ask(request.cookie(cookie.clone())).await
}

#[actix_web::test]
async fn a_plugin_is_switched_for_its_owners_bot_alone() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let list = look(&bench, &shop, "/bot/plugins", "es").await;
    assert!(
        list.text.contains("Saluda a quienes llegan"),
        "{}",
        list.text
    );
    assert!(list.text.contains("greeter") && list.text.contains("Desactivar: welcome"));

    let clash = send(
        &bench,
        &shop,
        "/bot/plugins/greeter/switch",
        &[("to", "on")],
    )
    .await;
    assert_eq!(clash.status, StatusCode::CONFLICT);
    assert!(
        clash.text.contains("Switch welcome off first"),
        "{}",
        clash.text
    );
    let none = send(&bench, &shop, "/bot/plugins/none/switch", &[("to", "on")]).await;
    assert_eq!(none.status, StatusCode::CONFLICT);
    assert!(bench.switched().is_empty());

    for (name, to) in [("welcome", "off"), ("greeter", "on")] {
        let path = format!("/bot/plugins/{name}/switch");
        let switched = send(&bench, &shop, &path, &[("to", to)]).await;
        assert_eq!(switched.status, StatusCode::SEE_OTHER, "{}", switched.text);
    }
    let done = [
        (bot(1), "welcome".to_owned(), false),
        (bot(1), "greeter".to_owned(), true),
    ];
    assert_eq!(bench.switched(), done);
}

#[actix_web::test]
async fn a_plugins_page_tells_what_it_may_do_and_has_a_field_for_each_setting() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let page = look(&bench, &shop, "/bot/plugins/welcome", "en").await;
    for part in [
        "see who comes into a group",
        "answer in the chat that it is used in",
        "read and change its own settings",
        "(To &#60;greet&#62;)",
        "type=\"checkbox\" value=\"on\" aria-describedby=\"hint-on\"> Greets",
        "For groups that set nothing of their own.",
        "maxlength=\"200\">\nHi</textarea>",
        "type=\"text\" maxlength=\"10\"",
        "min=\"1\" max=\"3\" required value=\"2\"",
        "<option selected>kind</option><option>dry</option>",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let spanish = look(&bench, &shop, "/bot/plugins/welcome", "es").await;
    assert!(spanish.text.contains("ver quién llega a un grupo"));
    let none = look(&bench, &shop, "/bot/plugins/none", "en").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

/// The form of `welcome`.
fn fields<'a>(text: &'a str, times: &'a str, tone: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("set-on", "on"),
        ("set-text", text),
        ("set-sign", ""),
        ("set-times", times),
        ("set-tone", tone),
    ]
}

#[actix_web::test]
async fn settings_are_kept_as_the_manifest_allows_and_can_be_set_back() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let path = "/bot/plugins/welcome/settings";
    let set = async |n| {
        let data = bench.store.bot(bot(n)).await.expect("its data");
        let set = data.plugin_settings("welcome", None).await;
        set.expect("read")
    };
    let kept = send(&bench, &shop, path, &fields("Hello\r\nyou", "2", "dry")).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text);
    // What is as it was stays unset.
    let wanted = BTreeMap::from([
        ("on".to_owned(), SettingValue::Toggle(true)),
        (
            "text".to_owned(),
            SettingValue::Text("Hello\nyou".to_owned()),
        ),
        ("tone".to_owned(), SettingValue::Text("dry".to_owned())),
    ]);
    assert_eq!(set(1).await, wanted);
    let page = look(&bench, &shop, "/bot/plugins/welcome?kept", "en").await;
    assert!(page.text.contains("value=\"on\" checked") && page.text.contains("Kept."));

    let long = "x".repeat(201);
    let wrong = [
        (fields("Hello", "4", "dry"), "How often"),
        (fields("Hello", "many", "dry"), "How often"),
        (fields("Hello", "2", "rude"), "The tone"),
    ];
    for (fields, setting) in wrong {
        let refused = send(&bench, &shop, path, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let says = format!("{setting}: not allowed.");
        assert!(refused.text.contains(&says), "{}", refused.text);
        assert!(
            refused.text.contains("\nHello</textarea>"),
            "what was typed stays"
        );
    }
    let refused = send(&bench, &shop, path, &fields(&long, "2", "dry")).await;
    assert!(refused.text.contains("The greeting: not allowed."));
    assert_eq!(set(1).await, wanted);

    let back = send(&bench, &shop, path, &[("reset", "yes")]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert!(set(1).await.is_empty() && set(2).await.is_empty());
}
