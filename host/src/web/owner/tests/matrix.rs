//! An owner can reach only their bot, tried on every route of the pages and the API.
//!
//! The routes are read off the source, so that a new one without a row here fails the test. Each is asked by nobody, by another
//! bot's owner, by a program with another bot's token, and by the owner or the owner's program. Whatever the answer: to anybody but the
//! owner it holds nothing of the owner's, and nothing of the bot has changed. A form is sent once more without what proves that a page
//! of the visitor's sent it, and once from another site.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use actix_web::cookie::Cookie;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;

use super::routes::{By, Row, TABLE};
use super::{Bench, Seen, bench_of, bot, get};
use crate::model::BotRecord;
use crate::store::conformance::failed_run_of_plugin;
use crate::store::{
    ApiToken, DeadLetter, DeliveryError, NewDelivery, NewWebhook, Piece, SettingsChange, Tried,
    Webhook, WebhookSecret,
};

/// The files of this room whose routes are served elsewhere: on the control socket, to monitoring, and to whoever drives a test.
const ELSEWHERE: [&str; 3] = ["control.rs", "metrics.rs", "dev.rs"];

/// The attributes that declare a route.
const METHODS: [&str; 9] = [
    "get", "post", "put", "delete", "patch", "head", "options", "connect", "trace",
];

/// Other ways to declare one, which would pass unseen.
const OTHERWISE: [&str; 6] = [
    "web::resource(",
    "web::scope(",
    ".route(",
    "#[route",
    "#[actix_web",
    "Resource::new(",
];

/// All routes that the source declares.
fn declared() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let elsewhere = ELSEWHERE.map(|file| room.join(file));
    assert!(elsewhere.iter().all(|file| file.exists()), "{elsewhere:?}");
    let mut open = vec![room];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if !elsewhere.contains(&path)
                && !path.components().any(|part| part.as_os_str() == "tests")
            {
                let text = fs::read_to_string(&path).expect("text");
                let routes = routes_of(&text);
                found.extend(routes.unwrap_or_else(|line| panic!("{}: {line}", path.display())));
            }
        }
    }
    found
}

/// The routes of one file, as actix-web's attributes declare them, each on a line of its own. Or the line that does it in a way that
/// is not read here.
fn routes_of(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        let is_test = line == "#[actix_web::test]";
        if !is_test && OTHERWISE.iter().any(|other| line.contains(other)) {
            return Err(format!("declared in another way: {line}"));
        }
        let attribute = line
            .strip_prefix("#[")
            .and_then(|rest| rest.split_once('('));
        let Some((method, rest)) = attribute.filter(|(method, _)| METHODS.contains(method)) else {
            continue;
        };
        let path = rest
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix("\")]"));
        let path = path.filter(|path| !path.contains('"'));
        let path = path.ok_or_else(|| format!("write the path and no more: {line}"))?;
        found.push((method.to_uppercase(), path.to_owned()));
    }
    Ok(found)
}

/// Everything of a bot that its owner has and others must not see or change.
#[derive(Debug, PartialEq)]
struct Owned {
    record: Option<BotRecord>,
    tokens: Vec<ApiToken>,
    pieces: Vec<Piece>,
    webhooks: Vec<Webhook>,
    dead: Vec<DeadLetter>,
    switched: usize,
}

/// What is the shop's alone, and never shown to anybody else.
const MARKS: [&str; 5] = [
    "6280000000201",
    "shop-token",
    "shop-hook.example",
    "shop-prefix",
    "shop-failure",
];

/// Two bots, of which the first, the shop, has something of everything.
struct World {
    bench: Bench,
    shop: Cookie<'static>,
    farm: Cookie<'static>,
    shops_token: String,
    farms_token: String,
    token_id: i64,
    dead_letter: i64,
    failure: i64,
}

impl World {
    async fn new() -> Self {
        let bench = bench_of("http://127.0.0.1:8080/", Some("the operator's own")).await;
        let shop = bench.sign_in(&bench.link(1).await).await;
        let farm = bench.sign_in(&bench.link(2).await).await;
        let token = async |n, name: &str| {
            let added = bench.access.add_token(bot(n), name.to_owned()).await;
            added.expect("kept").expect("there is room")
        };
        let (shops_token, farms_token) = (token(1, "shop-token").await, token(2, "till").await);
        let data = bench.store.bot(bot(1)).await.expect("data");
        let webhook = NewWebhook {
            url: "https://shop-hook.example/".to_owned(),
            secret: WebhookSecret("shop-secret".to_owned()),
            owner: None,
            made: 1,
        };
        assert!(data.add_webhook(webhook).await.expect("kept"));
        let post = NewDelivery {
            id: "1".to_owned(),
            event: "bot_connected".to_owned(),
            body: b"{}".to_vec(),
        };
        data.post_to_webhooks(post, 1).await.expect("kept");
        let due = data.due_deliveries(1, Vec::new()).await.expect("read");
        let (row, error) = (due.due[0].row, DeliveryError::Unreachable);
        let given_up = data.tried(row, Tried::GivenUp { at: 2, error }).await;
        given_up.expect("kept");
        let change = SettingsChange {
            language: None,
            prefixes: Some(vec!["shop-prefix".to_owned()]),
        };
        data.change_settings(change).await.expect("kept");
        let summary =
            r#"{"event":"e1","version":"1","digest":"d","failure":"shop-failure","bytes":2}"#;
        let failure = failed_run_of_plugin(&*data, 1, "welcome", summary, "{}").await;
        let token_id = bench.access.tokens(bot(1)).await.expect("read")[0].id;
        Self {
            bench,
            shop,
            farm,
            shops_token,
            farms_token,
            token_id,
            dead_letter: row,
            failure,
        }
    }

    async fn owned(&self) -> Owned {
        let record = self.bench.record(1).await;
        let data = self.bench.store.bot(bot(1)).await.expect("data");
        let mut tokens = self.bench.access.tokens(bot(1)).await.expect("read");
        // That it was looked at is no change.
        for token in &mut tokens {
            token.used = None;
        }
        let switched = self.bench.switched().into_iter();
        Owned {
            record,
            tokens,
            pieces: data.pieces().await.expect("read"),
            webhooks: data.webhooks().await.expect("read"),
            dead: data.dead_letters().await.expect("read"),
            switched: switched.filter(|(of, _, _)| *of == bot(1)).count(),
        }
    }

    /// A route's path with what is the shop's in it, or cannot be guessed.
    fn path(&self, route: &str) -> String {
        let unguessed = "0".repeat(64);
        let begins = |with| route.starts_with(with);
        let id = match () {
            () if begins("/bot/tokens") => self.token_id.to_string(),
            () if begins("/api/v1/bot/tokens") => self.token_id.to_string(),
            () if route.contains("/dead-letters/") => self.dead_letter.to_string(),
            () if begins("/operator/invites") => "1".to_owned(),
            () if begins("/bot/webhooks") || begins("/api/v1/bot/webhooks") => "1".to_owned(),
            () if begins("/operator/tokens") => "1".to_owned(),
            () if begins("/operator") || begins("/api/v1/operator") => bot(1).to_string(),
            () => unguessed.clone(),
        };
        let name = match route.starts_with("/static") {
            true => "jadi.css",
            false => "welcome",
        };
        route
            .replace("{id}", &id)
            .replace("{row}", &self.dead_letter.to_string())
            .replace("{name}", name)
            .replace("{failure}", &self.failure.to_string())
            .replace("{deed}", "disable")
            .replace("{jid}", "6280000000201")
            .replace("{number}", "6280000000201")
            .replace("{key}", &unguessed)
            .replace("{link}", &unguessed)
    }

    /// A request with all that the route asks for, but for what says who asks.
    fn request(&self, Row(_, method, route, _): &Row, proof: &str) -> TestRequest {
        let method: Method = method.parse().expect("a method");
        let request = TestRequest::with_uri(&self.path(route)).method(method.clone());
        let request = request.insert_header(("accept-language", "en"));
        match *route {
            _ if method == Method::GET => request,
            "/api/subbot/connect" => request.set_json(json!({"phoneNumber": "1", "method": "qr"})),
            "/api/subbot/command" => {
                request.set_json(json!({"botJid": "6280000000201", "command": "ping"}))
            }
            "/api/v1/operator" => request.set_json(json!({"slots": 1})),
            "/api/v1/operator/bots/{id}/end" => request.set_json(json!({"reason": "none"})),
            "/api/v1/operator/bots/{id}/plan" => request.set_json(json!({"days": 1})),
            "/api/v1/operator/owners" => request.set_json(json!({"number": "6280000000201"})),
            "/api/v1/operator/broadcast" => {
                request.set_json(json!({"text": "hello", "receivers": 1}))
            }
            "/api/v1/bot/offer" => request.set_json(json!({"number": "6280000000301"})),
            "/api/v1/operator/invites" => request.set_json(json!({"name": "new", "uses": 1})),
            "/api/v1/operator/plugins" => request.set_json(json!({"digest": "0"})),
            "/api/v1/operator/plugins/{name}" => request.set_json(json!({"everywhere": false})),
            "/api/v1/bot" => request.set_json(json!({"name": "new", "prefixes": ["?"]})),
            "/api/v1/bot/tokens" => request.set_json(json!({"name": "new"})),
            "/api/v1/bot/webhooks" => request.set_json(json!({"url": "https://till.example/"})),
            "/api/v1/bot/erase" => request.set_json(json!({"number": "6280000000201"})),
            "/api/v1/bot/plugins/{name}" => request.set_json(json!({"enabled": false})),
            // Of an attempt that there is not, so that the bot stays for what is asked next.
            "/api/subbot/logout" => request.set_json(json!({"sessionId": "0"})),
            _ => request.set_form([
                ("form", proof),
                ("number", "1"),
                ("method", "qr"),
                ("name", "new"),
                ("language", "es"),
                ("prefixes", "?"),
                ("to", "off"),
                ("reset", "yes"),
                ("url", "https://till.example/"),
            ]),
        }
    }

    async fn proof(&self, cookie: &Cookie<'static>) -> String {
        let page = self.bench.ask(get("/bot").cookie(cookie.clone())).await;
        page.proof()
    }

    /// Somebody who is not the owner asks: nothing of the shop is told, and nothing of it changes.
    async fn stranger(&self, who: &str, row: &Row, request: TestRequest, expected: u16) {
        let Row(_, method, route, _) = row;
        let before = self.owned().await;
        let seen = self.bench.ask(request).await;
        assert_eq!(
            seen.status.as_u16(),
            expected,
            "{method} {route} by {who}: {}",
            seen.text
        );
        for mark in MARKS {
            assert!(
                !seen.text.contains(mark),
                "{method} {route} tells {who} of {mark}: {}",
                seen.text
            );
        }
        let mut after = self.owned().await;
        // What the API's answer to a program with a token may change is the token's own record.
        after.tokens.iter_mut().for_each(|token| token.used = None);
        assert_eq!(after, before, "{method} {route} by {who}");
    }
}

#[test]
fn a_route_that_is_declared_in_another_way_is_told() {
    let read = routes_of("    #[get(\"/a/{b}\")]\n#[post(\"/c\")]\n// x.get(\"d\")\n");
    let wanted = [("GET", "/a/{b}"), ("POST", "/c")];
    let wanted = wanted.map(|(method, path)| (method.to_owned(), path.to_owned()));
    assert_eq!(read, Ok(wanted.into()));
    for unseen in [
        "#[get(",
        "#[get(\n    \"/a\"\n)]",
        "#[delete(\"/a\", guard = \"x\")]",
        "#[post(PATH)]",
        "#[actix_web::get(\"/a\")]",
        "#[route(\"/a\", method = \"GET\")]",
        "#[routes]",
        "config.route(\"/a\", web::get().to(a))",
        "config.service(web::scope(\"/a\"))",
        "config.service(web::resource(\"/a\"))",
    ] {
        assert!(routes_of(unseen).is_err(), "{unseen}");
    }
}

#[test]
fn every_route_has_a_row() {
    let rows: BTreeSet<_> = TABLE
        .iter()
        .map(|Row(_, method, route, _)| ((*method).to_owned(), (*route).to_owned()))
        .collect();
    assert_eq!(rows.len(), TABLE.len(), "a route stands there twice");
    assert_eq!(rows, declared());
}

#[actix_web::test]
async fn nobody_but_its_owner_reaches_a_bot() {
    for row in TABLE {
        let Row(by, method, route, [nobody, other, program, owner]) = row;
        let world = World::new().await;
        world
            .stranger("nobody", row, world.request(row, ""), *nobody)
            .await;

        let farms_proof = world.proof(&world.farm).await;
        let theirs = world.request(row, &farms_proof).cookie(world.farm.clone());
        world.stranger("another owner", row, theirs, *other).await;
        let token = ("x-jadi-token", world.farms_token.as_str());
        let theirs = world.request(row, &farms_proof).insert_header(token);
        world
            .stranger("another's program", row, theirs, *program)
            .await;

        let shops_proof = world.proof(&world.shop).await;
        if *by == By::Cookie && *method == "POST" {
            for (what, proof) in [("no proof", ""), ("another's proof", farms_proof.as_str())] {
                let form = world.request(row, proof).cookie(world.shop.clone());
                world.stranger(what, row, form, 403).await;
            }
            for site in ["cross-site", "same-site"] {
                let form = world.request(row, &shops_proof).cookie(world.shop.clone());
                let form = form.insert_header(("sec-fetch-site", site));
                world.stranger(site, row, form, 403).await;
            }
        }
        // A cookie is nothing where a token is asked for.
        if *by == By::Token {
            let form = world.request(row, &shops_proof).cookie(world.shop.clone());
            world.stranger("a cookie", row, form, 401).await;
        }
        let own = match by {
            By::Token | By::Operator => world
                .request(row, "")
                .insert_header(("x-jadi-token", world.shops_token.as_str())),
            _ => world.request(row, &shops_proof).cookie(world.shop.clone()),
        };
        let Seen { status, text, .. } = world.bench.ask(own).await;
        assert_eq!(
            status.as_u16(),
            *owner,
            "{method} {route} by its owner: {text}"
        );
    }
}

/// Forms that everybody may send are sent from here.
#[actix_web::test]
async fn another_site_sends_no_form() {
    let world = World::new().await;
    let open = TABLE.iter().filter(|Row(by, method, route, _)| {
        let is_api = route.starts_with("/api/");
        *method == "POST" && !is_api && matches!(by, By::Nothing | By::Address)
    });
    for row in open {
        let Row(by, method, route, _) = row;
        let form = world
            .request(row, "")
            .insert_header(("sec-fetch-site", "cross-site"));
        let status = world.bench.ask(form).await.status.as_u16();
        // An address that leads nowhere is told first.
        let refused = status == 403 || (*by == By::Address && status == 404);
        assert!(refused, "{method} {route}: {status}");
    }
}
