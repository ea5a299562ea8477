//! What programs ask of a whole host and are answered: commands, a picture that links a number, and how the host has come up.

use jadi_browser::Browser;
use jadi_demo::MAIN_NUMBER;
use jadi_demo::world::{World, WorldOptions};
use jadi_simulator::ChatId;
use serde_json::{Value, json};

use super::operator::{environment, operators_token, sign_in};
use super::owner::{SHOP, signed_in, with_bot};
use super::programs::token;
use super::root;
use super::support::{BOB, DEADLINE, answer_of, finish, main_chat, options, say, world};

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
    let options = WorldOptions {
        environment: environment(),
        ..options()
    };
    let (world, alice) = with_bot(options).await;
    let page = signed_in(&alice).await;
    let till = token(&page, &world, "till").await;
    let host = world.host_page().expect("the host runs").to_owned();
    sign_in(&page, &host).await;
    let operators = operators_token(&page, &host, "watch").await;
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
    // Who gave them by which token is among the deeds, and nothing of what stood behind their names.
    let (_, deeds) = ask(&world, "api/v1/operator/deeds", &operators, None).await;
    let deeds = deeds["data"].as_array().expect("a list");
    let commands = || deeds.iter().filter(|deed| deed["what"] == "command");
    let names: Vec<_> = commands().map(|deed| deed["detail"].as_str()).collect();
    let named = ["groupinfo", "profile", "profile", "profile", "ping"];
    assert_eq!(names, named.map(Some));
    for deed in commands() {
        let by = deed["by"].as_str().expect("who");
        assert!(by.starts_with("the owner's token till, 127."), "{by}");
        assert!(!deed.to_string().contains("6280000000999"), "{deed}");
    }
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
    let till = operators_token(&page, &host, "till").await;
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

/// Takes something back, by a program.
async fn delete(world: &World, path: &str, token: &str) -> Value {
    let url = format!("{}{path}", world.host_page().expect("the host runs"));
    let token = token.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let answer = ureq::delete(&url).header("x-jadi-token", token).call();
        let mut answer = answer.expect("a good answer");
        answer.body_mut().read_to_string().expect("text")
    });
    let mut told: Value = serde_json::from_str(&asked.await.expect("it ends")).expect("JSON");
    told["data"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gives_the_bot_away_when_its_owner_confirms_that_in_chat() {
    const OFFER: &str = "api/v1/bot/offer";
    let (world, alice) = with_bot(options()).await;
    let bob = world.phone("bob", BOB).await.expect("a phone");
    let page = signed_in(&alice).await;
    let till = token(&page, &world, "till").await;
    page.end().await;
    let offer = async |code: Option<&str>| {
        let mut body = json!({"number": BOB});
        if let Some(code) = code {
            body["code"] = json!(code);
        }
        let (status, mut told) = ask(&world, OFFER, &till, Some(body)).await;
        match status {
            200 => Ok(told["data"].take()),
            _ => Err(told["code"].as_str().expect("a code").to_owned()),
        }
    };
    let nobody = json!({"number": null, "until": null});

    let (mut hers, mut his) = (alice.subscribe(), bob.subscribe());
    let asked = offer(None).await.expect("it may be");
    assert_eq!(asked["offered"], false, "{asked}");
    let told = answer_of(&mut hers, MAIN_NUMBER).await.text;
    assert!(
        told.starts_with(&format!("*Give +{SHOP} to +{BOB}?*")),
        "{told}"
    );
    let code = |told: &str| {
        let code = told.split('*').find(|word| word.parse::<u32>().is_ok());
        code.expect("a code").to_owned()
    };
    // Who has the token alone gives nothing away, and uses the code up.
    let right = code(&told);
    let wrong = if right == "000000" {
        "000001"
    } else {
        "000000"
    };
    assert_eq!(offer(Some(wrong)).await, Err("WRONG_CODE".to_owned()));
    assert_eq!(offer(Some(&right)).await, Err("WRONG_CODE".to_owned()));
    assert_eq!(ask(&world, OFFER, &till, None).await.1["data"], nobody);

    offer(None).await.expect("it may be");
    let told = answer_of(&mut hers, MAIN_NUMBER).await.text;
    let offered = offer(Some(&code(&told))).await.expect("she wants it");
    assert_eq!(
        (&offered["offered"], &offered["number"]),
        (&json!(true), &json!(BOB))
    );
    let told = answer_of(&mut his, MAIN_NUMBER).await.text;
    assert!(told.contains("wants to give you a bot"), "{told}");
    assert_eq!(delete(&world, OFFER, &till).await, nobody);
    say(&bob, &main_chat(), "!takebot").await;
    let told = answer_of(&mut his, MAIN_NUMBER).await.text;
    assert!(told.contains("No bot is offered to you"), "{told}");

    offer(None).await.expect("it may be");
    let told = answer_of(&mut hers, MAIN_NUMBER).await.text;
    offer(Some(&code(&told))).await.expect("she wants it");
    answer_of(&mut his, MAIN_NUMBER).await;
    let (_, told) = ask(&world, OFFER, &till, None).await;
    assert_eq!(told["data"]["number"], BOB);
    say(&bob, &main_chat(), "!takebot").await;
    let told = answer_of(&mut his, MAIN_NUMBER).await.text;
    assert!(told.contains("is your bot now"), "{told}");
    let (status, _) = ask(&world, OFFER, &till, None).await;
    assert_eq!(status, 401, "her tokens are worth nothing any more");
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_of_the_operators_writes_to_all_owners() {
    const BROADCAST: &str = "api/v1/operator/broadcast";
    let options = WorldOptions {
        environment: environment(),
        ..options()
    };
    let (mut world, alice) = with_bot(options).await;
    let host = world.host_page().expect("the host runs").to_owned();
    let page = Browser::start().await;
    sign_in(&page, &host).await;
    let till = operators_token(&page, &host, "till").await;
    page.end().await;
    let (_, told) = ask(&world, BROADCAST, &till, None).await;
    let none = json!({"state": null, "sent": 0, "receivers": 1});
    assert_eq!(told["data"], none);
    let body =
        |receivers| Some(json!({"text": " Tonight the host restarts. ", "receivers": receivers}));
    let (status, told) = ask(&world, BROADCAST, &till, body(2)).await;
    assert_eq!((status, &told["code"]), (409, &json!("OTHER_RECEIVERS")));
    assert_eq!(told["details"], json!({"receivers": 1}));

    let mut events = alice.subscribe();
    let (status, told) = ask(&world, BROADCAST, &till, body(1)).await;
    assert_eq!(
        (status, &told["data"]["state"]),
        (200, &json!("sending")),
        "{told}"
    );
    let (status, told) = ask(&world, BROADCAST, &till, body(1)).await;
    assert_eq!((status, &told["code"]), (409, &json!("BROADCAST_RUNNING")));
    world
        .pass_time(std::time::Duration::from_secs(10))
        .await
        .expect("the host's clock");
    let told = answer_of(&mut events, MAIN_NUMBER).await.text;
    assert_eq!(told, "Tonight the host restarts.");
    world.idle().await.expect("it is through");
    let (_, told) = ask(&world, BROADCAST, &till, None).await;
    let through = json!({"state": "sent", "sent": 1, "receivers": 1});
    assert_eq!(told["data"], through);

    // Another one is stopped before anybody has it.
    let (status, _) = ask(&world, BROADCAST, &till, body(1)).await;
    assert_eq!(status, 200);
    delete(&world, BROADCAST, &till).await;
    world.idle().await.expect("it ends");
    let (_, told) = ask(&world, BROADCAST, &till, None).await;
    let stopped = json!({"state": "stopped", "sent": 0, "receivers": 1});
    assert_eq!(told["data"], stopped);
    finish(world).await;
}
