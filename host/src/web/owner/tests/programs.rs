//! What a program does for a bot's owner by `/api/v1/bot`.

use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use super::takeout::answered;
use super::tokens::{api, send, token};
use super::{Bench, bench, bot, get};
use crate::bots::archive;
use crate::store::{DeliveryError, NewDelivery, Piece, Tried};

/// The shop, and a program of its owner's.
pub(super) struct Shop {
    pub(super) bench: Bench,
    pub(super) token: String,
}

impl Shop {
    pub(super) async fn new() -> Self {
        let bench = bench("http://127.0.0.1:8080/").await;
        let cookie = bench.sign_in(&bench.link(1).await).await;
        let token = token(&bench, &cookie).await;
        Self { bench, token }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = TestRequest::with_uri(&format!("/api/v1/bot{path}")).method(method);
        let request = match body {
            Some(body) => request.set_json(body),
            None => request,
        };
        api(&self.bench, request, &self.token).await
    }

    pub(super) async fn done(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let (status, mut told) = self.ask(method, path, body).await;
        assert_eq!(status, StatusCode::OK, "{path}: {told}");
        told["data"].take()
    }

    /// Asks for what is refused: with which status and code.
    pub(super) async fn refused(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (StatusCode, String) {
        let (status, told) = self.ask(method, path, body).await;
        (status, told["code"].as_str().unwrap_or_default().to_owned())
    }

    /// What was done by programs, the latest first.
    async fn deeds(&self) -> Vec<(String, String)> {
        self.deeds_by("the owner's token till <1>").await
    }

    /// What was done by this way, the latest first.
    pub(super) async fn deeds_by(&self, way: &str) -> Vec<(String, String)> {
        let deeds = self.bench.store.audit().deeds(None, 100).await;
        let deeds = deeds.expect("read").into_iter().map(|(_, deed)| deed);
        let by_programs = deeds.filter(|deed| deed.by == way);
        let of_shop = by_programs.inspect(|deed| assert_eq!(deed.with, bot(1).to_string()));
        of_shop.map(|deed| (deed.what, deed.detail)).collect()
    }
}

pub(super) fn deed(what: &str, detail: &str) -> (String, String) {
    (what.to_owned(), detail.to_owned())
}

#[actix_web::test]
async fn a_program_makes_and_revokes_tokens() {
    let shop = Shop::new().await;
    let wanted = Some(json!({"name": " second "}));
    let made = shop.done(Method::POST, "/tokens", wanted).await;
    assert_eq!(made["name"], "second");
    let second = made["token"].as_str().expect("a token");
    let (status, _) = api(&shop.bench, get("/api/v1/bot"), second).await;
    assert_eq!(status, StatusCode::OK);

    let listed = shop.done(Method::GET, "/tokens", None).await;
    assert_eq!(
        (&listed[0]["name"], &listed[1]["name"]),
        (&json!("till <1>"), &json!("second"))
    );
    assert!(!listed.to_string().contains(second), "it is shown once");

    for name in ["", " ", "a\nb", &"x".repeat(41)] {
        let wrong = shop.refused(Method::POST, "/tokens", Some(json!({"name": name})));
        let wanted = (StatusCode::UNPROCESSABLE_ENTITY, "INVALID_VALUE".to_owned());
        assert_eq!(wrong.await, wanted, "{name}");
    }
    for _ in 2..10 {
        let wanted = Some(json!({"name": "more"}));
        shop.done(Method::POST, "/tokens", wanted).await;
    }
    let full = shop.refused(Method::POST, "/tokens", Some(json!({"name": "more"})));
    assert_eq!(full.await, (StatusCode::CONFLICT, "TOKENS_FULL".to_owned()));

    // Another bot's token is none of this bot's.
    let farms = shop.bench.access.add_token(bot(2), "farm".to_owned()).await;
    let farms = farms.expect("kept").expect("there is room");
    let id = shop.bench.access.tokens(bot(2)).await.expect("read")[0].id;
    for strange in [
        id.to_string(),
        "x".to_owned(),
        "9".repeat(30),
        "-1".to_owned(),
    ] {
        let path = format!("/tokens/{strange}");
        let refused = shop.refused(Method::DELETE, &path, None).await;
        let wanted = (StatusCode::NOT_FOUND, "TOKEN_NOT_FOUND".to_owned());
        assert_eq!(refused, wanted, "{strange}");
    }
    let (status, _) = api(&shop.bench, get("/api/v1/bot"), &farms).await;
    assert_eq!(status, StatusCode::OK);

    let path = format!("/tokens/{}", listed[1]["id"]);
    let left = shop.done(Method::DELETE, &path, None).await;
    assert_eq!(left.as_array().expect("a list").len(), 9);
    let (status, _) = api(&shop.bench, get("/api/v1/bot"), second).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    // The one that is shown, too.
    shop.done(
        Method::DELETE,
        &format!("/tokens/{}", listed[0]["id"]),
        None,
    )
    .await;
    assert_eq!(
        shop.refused(Method::GET, "/tokens", None).await,
        (StatusCode::UNAUTHORIZED, "UNAUTHORIZED".to_owned())
    );
    let deeds = shop.deeds().await;
    assert_eq!(deeds.len(), 11, "{deeds:?}");
    assert_eq!(deeds[10], deed("token-make", "second"));
    assert_eq!(deeds[0], deed("token-revoke", &listed[0]["id"].to_string()));
}

#[actix_web::test]
async fn a_program_is_told_in_plain_words_what_plugins_may_do() {
    let shop = Shop::new().await;
    let plugins = shop.done(Method::GET, "/plugins", None).await;
    let mut plugins = plugins.as_array().expect("a list").iter();
    let welcome = plugins.find(|plugin| plugin["name"] == "welcome");
    let may = &welcome.expect("it is installed")["may"];
    assert_eq!(may[0]["reason"], "To <greet>");
    assert_eq!(
        may[1],
        json!({"words": "read and change its own settings", "reason": null})
    );
    assert_eq!(may[2]["words"], "see who comes into a group");
    // What a change answers tells it too.
    let off = Some(json!({"enabled": false}));
    let changed = shop.done(Method::PATCH, "/plugins/welcome", off).await;
    assert_eq!(&changed["may"], may);
}

#[actix_web::test]
async fn a_program_makes_webhooks_and_replays_what_they_did_not_take() {
    let shop = Shop::new().await;
    for url in [
        "http://shop.example/",
        "https://192.168.1.1/",
        "https://localhost/",
        "https://shop.example:8443/",
        "https://me:secret@shop.example/",
    ] {
        let wrong = shop.refused(Method::POST, "/webhooks", Some(json!({"url": url})));
        let wanted = (StatusCode::UNPROCESSABLE_ENTITY, "INVALID_VALUE".to_owned());
        assert_eq!(wrong.await, wanted, "{url}");
    }
    let wanted = json!({"url": "https://Shop.example/hook?key=1"});
    let made = shop.done(Method::POST, "/webhooks", Some(wanted)).await;
    assert_eq!(made["url"], "https://shop.example/hook?key=1");
    let secret = made["secret"].as_str().expect("a secret");

    let data = shop.bench.store.bot(bot(1)).await.expect("data");
    let post = NewDelivery {
        id: "1".to_owned(),
        event: "bot_connected".to_owned(),
        body: b"{}".to_vec(),
    };
    data.post_to_webhooks(post, 1).await.expect("kept");
    let due = data.due_deliveries(1, Vec::new()).await.expect("read");
    let error = DeliveryError::Answered(503);
    let given_up = data
        .tried(due.due[0].row, Tried::GivenUp { at: 2, error })
        .await;
    given_up.expect("kept");

    let told = shop.done(Method::GET, "/webhooks", None).await;
    assert!(!told.to_string().contains(secret), "it is shown once");
    let dead = &told["deadLetters"][0];
    assert_eq!(dead["event"], "bot_connected");
    assert_eq!(
        dead["failure"],
        json!({"reason": "answered", "status": 503})
    );
    assert_eq!((&dead["at"], &dead["givenUp"]), (&json!(1), &json!(2)));

    let none = shop.refused(Method::POST, "/webhooks/dead-letters/99/replay", None);
    let wanted = (StatusCode::NOT_FOUND, "DEAD_LETTER_NOT_FOUND".to_owned());
    assert_eq!(none.await, wanted);
    let replay = format!("/webhooks/dead-letters/{}/replay", dead["id"]);
    let left = shop.done(Method::POST, &replay, None).await;
    assert_eq!(left["deadLetters"], json!([]));
    assert_eq!(left["webhooks"][0]["waiting"], 1);

    let none = shop.refused(Method::DELETE, "/webhooks/99", None);
    let wanted = (StatusCode::NOT_FOUND, "WEBHOOK_NOT_FOUND".to_owned());
    assert_eq!(none.await, wanted);
    let path = format!("/webhooks/{}", left["webhooks"][0]["id"]);
    let left = shop.done(Method::DELETE, &path, None).await;
    assert_eq!(left, json!({"webhooks": [], "deadLetters": []}));
    let deeds = shop.deeds().await;
    // What stands behind the server's name may be a secret of its owner's.
    assert_eq!(deeds[2], deed("webhook-make", "shop.example"), "{deeds:?}");
}

#[actix_web::test]
async fn a_program_sees_days_and_runs() {
    let shop = Shop::new().await;
    assert_eq!(shop.done(Method::GET, "/days", None).await, json!([]));
    let log = "/plugins/welcome/log";
    assert_eq!(shop.done(Method::GET, log, None).await, json!([]));
    answered(&shop.bench).await;
    let days = shop.done(Method::GET, "/days", None).await;
    let count = |field: &str| {
        let days = days.as_array().expect("a list").iter();
        days.filter_map(|day| day[field].as_u64()).sum::<u64>()
    };
    // What is sent a moment later may be of the next day.
    assert_eq!(
        [
            "received",
            "sent",
            "answers",
            "halfWithin",
            "almostAllWithin"
        ]
        .map(count),
        [1, 1, 1, 1_600, 1_600],
        "{days}"
    );
    let mut runs = shop.done(Method::GET, log, None).await;
    assert!(runs[0]["at"].take().is_number());
    let wanted = json!([{
        "at": null, "event": "message", "version": "1.2.0", "failure": "it used more CPU than it may",
        "cpu": 1_310, "wall": 2_000, "memory": 65_537, "log": [{"level": "warn", "text": "<b>late</b>"}],
    }]);
    assert_eq!(runs, wanted);
    let other = shop.done(Method::GET, "/plugins/greeter/log", None).await;
    assert_eq!(other, json!([]));
    let none = shop.refused(Method::GET, "/plugins/none/log", None).await;
    assert_eq!(none, (StatusCode::NOT_FOUND, "PLUGIN_NOT_FOUND".to_owned()));
}

#[actix_web::test]
async fn a_program_takes_the_data_away_five_times_an_hour_with_the_page() {
    let shop = Shop::new().await;
    answered(&shop.bench).await;
    let data = shop.bench.store.bot(bot(1)).await.expect("data");
    let pieces = data.pieces().await.expect("read");
    let export = || {
        let request = get("/api/v1/bot/export");
        request.insert_header(("x-jadi-token", shop.token.as_str()))
    };
    for _ in 0..3 {
        let file = shop.bench.ask(export()).await;
        assert_eq!(file.status, StatusCode::OK);
        assert_eq!(file.header("content-type"), "application/zstd");
        let taken = archive::read(&file.body[..]).expect("an archive");
        assert_eq!(taken.pieces, pieces);
    }
    let cookie = shop.bench.sign_in(&shop.bench.link(1).await).await;
    for _ in 0..2 {
        let file = send(&shop.bench, &cookie, "/bot/data/export", &[]).await;
        assert_eq!(file.status, StatusCode::OK);
    }
    let page = send(&shop.bench, &cookie, "/bot/data/export", &[]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        page.text.contains("Too many requests for this bot."),
        "{}",
        page.text
    );
    let refused = shop.refused(Method::GET, "/export", None).await;
    let wanted = (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED".to_owned());
    assert_eq!(refused, wanted);
    // Other bots' are not touched.
    let farms = shop.bench.access.add_token(bot(2), "farm".to_owned()).await;
    let farms = farms.expect("kept").expect("there is room");
    let file = get("/api/v1/bot/export").insert_header(("x-jadi-token", farms));
    assert_eq!(shop.bench.ask(file).await.status, StatusCode::OK);
    shop.bench
        .clock
        .advance(std::time::Duration::from_secs(721));
    assert_eq!(shop.bench.ask(export()).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_program_erases_only_what_it_names() {
    let shop = Shop::new().await;
    answered(&shop.bench).await;
    let data = shop.bench.store.bot(bot(1)).await.expect("data");
    let pieces = data.pieces().await.expect("read");
    for number in ["", "6280000000202", "yes"] {
        let wrong = shop.refused(Method::POST, "/erase", Some(json!({"number": number})));
        let wanted = (StatusCode::UNPROCESSABLE_ENTITY, "NOT_CONFIRMED".to_owned());
        assert_eq!(wrong.await, wanted, "{number}");
    }
    for body in [
        None,
        Some(json!({})),
        Some(json!({"number": 6_280_000_000_201_u64})),
    ] {
        let wrong = shop.refused(Method::POST, "/erase", body).await;
        let wanted = (StatusCode::BAD_REQUEST, "INVALID_REQUEST".to_owned());
        assert_eq!(wrong, wanted);
    }
    assert_eq!(data.pieces().await.expect("read"), pieces);
    let meant = Some(json!({"number": "+62 800 0000 0201"}));
    let told = shop.done(Method::POST, "/erase", meant).await;
    assert_eq!(told["jid"], "6280000000201@s.whatsapp.net");
    let left = data.pieces().await.expect("read");
    assert!(matches!(left.as_slice(), [Piece::Day { .. }]), "{left:?}");
    assert_eq!(shop.deeds().await, [deed("erase", "")]);
}
