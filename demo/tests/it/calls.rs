//! What programs ask of a whole host and are answered: commands, a picture that links a number, and how the host has come up.

use jadi_browser::Browser;
use jadi_demo::world::{World, WorldOptions};
use jadi_simulator::ChatId;
use serde_json::{Value, json};

use super::operator::{environment, sign_in};
use super::owner::{SHOP, signed_in, with_bot};
use super::programs::token;
use super::root;
use super::support::{DEADLINE, answer_of, finish, options, say, world};

/// A visitor's number. Nobody has numbers of this form.
const VISITOR: &str = "6280000000301";

/// Asks the API with a token: the HTTP status and the answer.
async fn ask(world: &World, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
    let url = format!("{}{path}", world.host_page().expect("the host runs"));
    let token = token.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let answer = match body {
            Some(body) => agent
                .post(&url)
                .header("x-jadi-token", token)
                .content_type("application/json")
                .send(body.to_string()),
            None => match token.as_str() {
                "" => agent.get(&url).call(),
                token => agent.get(&url).header("x-jadi-token", token).call(),
            },
        };
        let mut answer = answer.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("text");
        (status, serde_json::from_str(&text).expect("JSON"))
    });
    asked.await.expect("it ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gives_commands_and_hears_what_the_owner_would() {
    let (world, alice) = with_bot(options()).await;
    let page = signed_in(&alice).await;
    let till = token(&page, &world, "till").await;
    page.end().await;
    let picture = root().join("tests/chats/square.png");
    let picture = std::fs::read(picture).expect("a picture");
    alice.set_picture(picture).await.expect("it is taken");
    // The bot meets her.
    let mut events = alice.subscribe();
    say(&alice, &ChatId::direct(SHOP), "!ping").await;
    answer_of(&mut events, SHOP).await;

    let command = async |body: Value| {
        let mut body = body;
        body["botJid"] = json!(format!("{SHOP}@s.whatsapp.net"));
        ask(&world, "api/subbot/command", &till, Some(body)).await
    };
    let done = async |body: Value| {
        let (status, mut told) = command(body).await;
        assert_eq!(status, 200, "{told}");
        told["data"].take()
    };
    let pong = done(json!({"command": "ping"})).await;
    assert_eq!(
        (&pong["result"], &pong["files"]),
        (&json!("done"), &json!([]))
    );
    let text = pong["output"].as_str().expect("text");
    assert!(text.starts_with("*Pong*"), "{text}");
    // With its prefix too, with parameters as words or as a text.
    for parameters in [json!(["6280000000999"]), json!("6280000000999")] {
        let told = done(json!({"command": "!profile", "parameters": parameters})).await;
        let unmet = json!({
            "result": "done", "output": "I have never met @6280000000999.", "files": [],
        });
        assert_eq!(told, unmet, "{parameters}");
    }
    let own = done(json!({"command": "profile"})).await;
    let mime = own["files"][0]["mime"].as_str().expect("a type");
    assert!(mime.starts_with("image/"), "{own}");
    assert_eq!(own["files"], json!([{"kind": "image", "mime": mime}]));
    let refused = done(json!({"command": "groupinfo"})).await;
    assert_eq!(
        (&refused["result"], &refused["output"]),
        (
            &json!("refused"),
            &json!("This command works in groups only.")
        )
    );

    for (body, status, code) in [
        (json!({"command": "dance"}), 404, "COMMAND_NOT_FOUND"),
        (json!({"command": ""}), 400, "INVALID_COMMAND"),
        (json!({"command": "ping me"}), 400, "INVALID_COMMAND"),
        (
            json!({"command": "ping", "parameters": "x".repeat(4096)}),
            400,
            "INVALID_COMMAND",
        ),
        (json!({"command": 1}), 400, "INVALID_REQUEST"),
    ] {
        let (answered, told) = command(body).await;
        assert_eq!((answered, &told["code"]), (status, &json!(code)), "{told}");
    }
    // Nothing of all that went to her chat.
    world.idle().await.expect("all is told");
    let texts = std::iter::from_fn(|| events.try_recv().ok());
    assert!(
        !texts
            .into_iter()
            .any(|event| format!("{event:?}").contains("never met")),
        "the owner is not told"
    );
    finish(world).await;
}

/// What a picture of the API's says, shown by a browser.
async fn scanned(page: &Browser, picture: &Value) -> String {
    let picture = picture.as_str().expect("a picture");
    assert!(
        picture.starts_with("data:image/svg+xml;base64,"),
        "{picture}"
    );
    page.open(&format!("data:text/html,<img src={picture}>"))
        .await;
    page.scan("img").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_that_a_program_gets_is_scanned_and_makes_the_number_a_bot() {
    let world = world(options()).await;
    let visitor = world.phone("visitor", VISITOR).await.expect("a phone");
    let body = json!({"phoneNumber": VISITOR, "botName": "Shop", "method": "qr"});
    let (status, begun) = ask(&world, "api/subbot/connect", "", Some(body)).await;
    assert_eq!(status, 200, "{begun}");
    let begun = &begun["data"];
    assert_eq!(begun["pairCode"], Value::Null);
    let expires = begun["expiresIn"].as_u64().expect("seconds");
    assert!((1..=60).contains(&expires), "{expires} s");
    let session = begun["sessionId"].as_str().expect("an id");
    let of_attempt = format!("api/subbot/status?sessionId={session}");
    let page = Browser::start().await;
    let first = scanned(&page, &begun["qrCode"]).await;
    assert!(first.contains(','), "what WhatsApp's codes say: {first}");
    // The status shows what is good now.
    let (_, waiting) = ask(&world, &of_attempt, "", None).await;
    assert_eq!(waiting["data"]["state"], "pairing");
    let now = scanned(&page, &waiting["data"]["qrCode"]).await;
    visitor.scan_qr(&now).await.expect("the phone takes it");
    page.end().await;
    let opens = world.wait_for(VISITOR, "open", DEADLINE).await;
    opens.expect("it is a bot");
    world.idle().await.expect("all is told");
    let (_, open) = ask(&world, &of_attempt, "", None).await;
    assert_eq!(
        (&open["data"]["connected"], &open["data"]["qrCode"]),
        (&json!(true), &Value::Null),
        "{open}"
    );
    assert_eq!(open["data"]["botInfo"]["method"], "qr");
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_starts_again_tells_that_its_bots_have_come_up() {
    let options = WorldOptions {
        environment: environment(),
        ..options()
    };
    let (mut world, _alice) = with_bot(options).await;
    world.end_host().await.expect("it ends");
    world.start_host().await.expect("it starts");
    let host = world.host_page().expect("the host runs").to_owned();
    let page = Browser::start().await;
    sign_in(&page, &host).await;
    page.until("document.querySelector('[data-figure=restore]').textContent === '1 / 1'")
        .await;
    page.open(&format!("{host}operator/tokens")).await;
    page.type_into("#name", "till").await;
    page.click(".fields button").await;
    let till = page.text(".token").await;
    page.end().await;
    let (_, told) = ask(&world, "api/v1/operator", &till, None).await;
    let wanted = json!({"total": 1, "done": 1, "broken": 0});
    assert_eq!(told["data"]["restore"], wanted, "{told}");
    let (_, bots) = ask(&world, "api/v1/operator/bots", &till, None).await;
    let bots = bots["data"]["bots"].as_array().expect("a list");
    assert_eq!(bots.len(), 2, "{bots:?}");
    for bot in bots {
        assert!(bot["memory"].as_u64() > Some(10_000), "{bot}");
    }
    finish(world).await;
}
