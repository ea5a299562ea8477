//! A visitor makes their number a bot on the host's page: what the page shows is scanned or typed, and then the bot answers.

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use jadi_browser::{Browser, Key, phones};
use jadi_demo::ROOT_NUMBER;
use jadi_demo::world::{World, WorldOptions};
use jadi_simulator::{ChatId, PairError, Phone};
use serde_json::{Value, json};

use super::support::{
    ALICE, BOB, DEADLINE, answer, answer_of, finish, main_chat, options, say, usable, world,
};

/// The visitor's number. Nobody has numbers of this form.
pub const VISITOR: &str = "6280000000301";
/// The same, as a person writes it.
pub const TYPED: &str = "+62 800-0000-0301";

/// The button to try again is there.
const CAN_TRY_AGAIN: &str = "document.querySelector('#start').checkVisibility()";
/// The page does not say that it lost its host.
pub const CONNECTED: &str = "!document.querySelector('.offline').checkVisibility()";

/// The front page has the form; or says that it is closed.
pub const FORM: &str = "action=\"/connect\"";
const CLOSED: &str = "No new bots are taken";

pub async fn with_visitor() -> (World, Phone) {
    let options = WorldOptions {
        phones_port: Some(0),
        ..options()
    };
    let world = world(options).await;
    let visitor = world.phone("visitor", VISITOR).await.expect("a phone");
    (world, visitor)
}

/// Fills the form on the front page and sends it.
async fn ask(page: &Browser, world: &World, number: &str, method: &str) {
    let host = world.host_page().expect("the host runs");
    ask_at(page, host, number, method).await;
}

/// The same on the front page at this address.
pub async fn ask_at(page: &Browser, host: &str, number: &str, method: &str) {
    page.open(host).await;
    page.type_into("#number", number).await;
    page.type_into("#name", "Shop").await;
    page.click(&format!("input[name=method][value={method}]"))
        .await;
    page.click(".connect button").await;
}

/// Somebody asks the new bot for a sign of life.
pub async fn it_answers(world: &World) {
    let bob = world.phone("bob", BOB).await.expect("a phone");
    let mut events = bob.subscribe();
    say(&bob, &ChatId::direct(VISITOR), "!ping").await;
    let pong = answer_of(&mut events, VISITOR).await;
    assert!(pong.text.starts_with("*Pong*"), "{pong:?}");
}

/// Takes every answer for one, refusals too.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.build().into()
}

/// Asks the API: the HTTP status and the answer.
async fn api(world: &World, path: &str, body: Option<Value>) -> (u16, Value) {
    let url = format!(
        "{}{path}",
        world
            .host_page()
            .expect("the host runs")
            .trim_end_matches('/')
    );
    let asked = tokio::task::spawn_blocking(move || {
        let answer = match body {
            Some(body) => agent()
                .post(&url)
                .content_type("application/json")
                .send(body.to_string()),
            None => agent().get(&url).call(),
        };
        let mut answer = answer.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("text");
        (status, serde_json::from_str(&text).expect("JSON"))
    });
    asked.await.expect("it ends")
}

/// A page as a browser without scripts gets it; with a form, what comes of sending that.
pub async fn html(world: &World, path: &str, form: Option<String>) -> String {
    let page = world.host_page().expect("the host runs");
    let url = format!("{}/{path}", page.trim_end_matches('/'));
    let asked = tokio::task::spawn_blocking(move || {
        let answer = match form {
            Some(form) => agent()
                .post(&url)
                .content_type("application/x-www-form-urlencoded")
                .send(form),
            None => agent().get(&url).call(),
        };
        let mut answer = answer.expect("an answer");
        answer.body_mut().read_to_string().expect("text")
    });
    asked.await.expect("it ends")
}

/// The data of the first event that this stream tells.
async fn first_event(world: &World, path: &str) -> Value {
    let url = format!(
        "{}{path}",
        world
            .host_page()
            .expect("the host runs")
            .trim_end_matches('/')
    );
    let heard = tokio::task::spawn_blocking(move || {
        let stream = ureq::get(&url).call().expect("an answer").into_body();
        let lines = BufReader::new(stream.into_reader()).lines();
        let mut data = lines.filter_map(|line| {
            let line = line.expect("text");
            Some(line.strip_prefix("data: ")?.to_owned())
        });
        serde_json::from_str(&data.next().expect("an event")).expect("JSON")
    });
    let heard = tokio::time::timeout(DEADLINE, heard).await;
    heard.expect("in time").expect("it ends")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_qr_code_on_the_page_makes_a_number_a_bot() {
    let (world, visitor) = with_visitor().await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    page.open(world.host_page().expect("the host runs")).await;
    // The country of what is typed is told, and what is missing of it.
    let country =
        |text: &str| format!("document.querySelector('#country').textContent === '{text}'");
    for (typed, told) in [
        ("+62 8", "+62 Indonesia"),
        ("34 600", "+34 Spain"),
        ("+1 80", "+1 United States, Canada"),
        ("+1 809-5", "+1809 Dominican Republic"),
        (
            "0812",
            "Write the country code in place of the 0 at the beginning.",
        ),
        (
            "+999 1",
            "No country has a calling code that begins like this.",
        ),
        ("+", ""),
    ] {
        page.script("document.querySelector('#number').value = ''")
            .await;
        page.type_into("#number", typed).await;
        page.until(&country(told)).await;
    }
    page.picture("connect-form").await;
    usable(&page, "the form").await;

    // What is wrong is said beside the form, and what was typed stays.
    ask(&page, &world, "0812", "qr").await;
    page.see_text("problem", "write it in place of the 0").await;
    assert_eq!(
        page.script("return document.querySelector('#number').value")
            .await,
        "0812"
    );
    page.picture("connect-problem").await;
    usable(&page, "the form with a problem").await;

    ask(&page, &world, TYPED, "qr").await;
    page.see_text("state", "Waiting to be linked").await;
    page.until("document.querySelector('[data-field=left]').textContent.startsWith('Good for')")
        .await;
    page.picture("connect-qr").await;
    usable(&page, "a QR code").await;
    page.look(420, 900, true).await;
    page.picture("connect-qr-dark").await;
    usable(&page, "a QR code, dark").await;

    // Another phone's owner scans it by mistake.
    let shown = page.scan("img.qr").await;
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    alice.scan_qr(&shown).await.expect("the phone takes it");
    page.see_text("card", "Another number than the expected one was linked.")
        .await;
    page.until(CAN_TRY_AGAIN).await;
    page.picture("connect-wrong").await;
    usable(&page, "another number").await;
    page.click("#start button").await;
    page.see_text("state", "Waiting to be linked").await;
    let shown = page.scan("img.qr").await;
    visitor.scan_qr(&shown).await.expect("the phone takes it");
    page.see_text("state", "Open").await;
    page.until("!document.getElementById('link').checkVisibility()")
        .await;
    it_answers(&world).await;
    page.until(CONNECTED).await;
    page.picture("connect-open").await;
    usable(&page, "open").await;
    assert!(
        alice.linked_devices().is_empty(),
        "the wrong phone is left alone"
    );

    // The page of an attempt can be opened again; the form now says that the number is taken.
    let address = page.script("return location.href").await;
    page.open(address.as_str().expect("an address")).await;
    page.see_text("state", "Open").await;
    ask(&page, &world, TYPED, "pair").await;
    page.see_text("problem", "is a bot here already").await;
    // The form that was wrong came back with a status that says so, which a browser notes; and it notes nothing else.
    let mut errors = page.console_errors().await;
    errors.retain(|error| {
        !error
            .contains("/connect - Failed to load resource: the server responded with a status of 4")
    });
    assert_eq!(errors, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn that_whatsapp_wants_a_passkey_is_told_on_the_page() {
    let (world, visitor) = with_visitor().await;
    world.simulator().faults().ask_for_passkey(VISITOR, true);
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    ask(&page, &world, TYPED, "qr").await;
    let shown = page.scan("img.qr").await;
    let scanned = visitor.scan_qr(&shown).await;
    assert_eq!(scanned, Err(PairError::PasskeyAsked));
    page.see_text("card", "confirm it on the phone").await;
    page.until("!document.getElementById('link').checkVisibility()")
        .await;
    page.picture("connect-passkey").await;
    usable(&page, "a passkey").await;
    page.look(420, 900, true).await;
    page.picture("connect-passkey-dark").await;
    usable(&page, "a passkey, dark").await;
    // Nobody has to begin anew for it.
    page.until(&format!("!({CAN_TRY_AGAIN})")).await;
    world.simulator().faults().ask_for_passkey(VISITOR, false);
    visitor.scan_qr(&shown).await.expect("the phone takes it");
    page.see_text("state", "Open").await;
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_keyboard_alone_a_code_is_asked_for_and_asked_for_again_when_it_is_late() {
    let (mut world, _visitor) = with_visitor().await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    page.open(world.host_page().expect("the host runs")).await;
    page.tab_to("#number").await;
    page.press(TYPED).await;
    page.tab_to("#name").await;
    page.press("Shop").await;
    page.tab_to("[name=method]").await;
    page.press(&char::from(Key::Down).to_string()).await;
    page.tab_to(".connect button").await;
    page.picture("connect-keyboard").await;
    page.press(&char::from(Key::Enter).to_string()).await;
    page.see_text("code", "-").await;
    page.picture("connect-code").await;
    usable(&page, "a code").await;

    // Nobody typed it in time: nothing of the attempt is left, and one click asks for another.
    world
        .pass_time(Duration::from_secs(400))
        .await
        .expect("the host's clock");
    page.see_text("card", "Nobody linked the device in time.")
        .await;
    page.until(CAN_TRY_AGAIN).await;
    page.picture("connect-expired").await;
    usable(&page, "nobody linked it").await;
    page.tab_to("#start button").await;
    page.press(&char::from(Key::Enter).to_string()).await;
    page.see_text("code", "-").await;
    let code = page.text("[data-field=code]").await;

    // The button puts it where it can be pasted from.
    page.press_on("#copy").await;
    page.until("document.querySelector('#copy').textContent === 'Copied'")
        .await;
    let host = page.tab().await;
    page.new_tab().await;
    page.open(world.host_page().expect("the host runs")).await;
    page.click("#name").await;
    page.paste().await;
    let pasted = page.script("return document.querySelector('#name').value");
    assert_eq!(pasted.await, Value::from(code.as_str()));
    let phones_page = world.phones_page().expect("it was asked for");
    phones::be(&page, &phones_page, "visitor").await;
    page.click("#devices").await;
    page.type_into("#dialog-body [name=code]", &code).await;
    page.click("#dialog-body .primary").await;
    page.see_text("row-text", "Jadi").await;
    page.show(&host).await;
    page.see_text("state", "Open").await;
    it_answers(&world).await;
    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_makes_a_bot_through_the_api() {
    let (world, visitor) = with_visitor().await;
    let (_, before) = api(&world, "/api/subbot/status", None).await;
    assert_eq!(before["status"], true);
    assert_eq!(before["data"]["totalBots"], 0);
    let slots = before["data"]["maxSlots"].as_u64().expect("slots");
    assert_eq!(before["data"]["availableSlots"], slots);

    // Each mistake has its code.
    let wrong = [
        (
            json!({"phoneNumber": "12", "method": "qr"}),
            400,
            "INVALID_PHONE_NUMBER",
        ),
        (
            json!({"phoneNumber": "6280000000399", "method": "qr"}),
            422,
            "INVALID_PHONE_NUMBER",
        ),
        (
            json!({"phoneNumber": VISITOR, "method": "fax"}),
            400,
            "INVALID_METHOD",
        ),
        (json!({"method": "qr"}), 400, "INVALID_REQUEST"),
    ];
    for (body, status, code) in wrong {
        let (answered, told) = api(&world, "/api/subbot/connect", Some(body.clone())).await;
        assert_eq!(
            (answered, told["code"].as_str()),
            (status, Some(code)),
            "{body} {told}"
        );
        assert_eq!(told["status"], false);
        assert!(
            told["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
    }

    let body = json!({"phoneNumber": VISITOR, "botName": "Shop", "method": "pair"});
    let (status, begun) = api(&world, "/api/subbot/connect", Some(body)).await;
    assert_eq!(status, 200, "{begun}");
    let code = begun["data"]["pairCode"]
        .as_str()
        .expect("a code")
        .to_owned();
    let session = begun["data"]["sessionId"]
        .as_str()
        .expect("an id")
        .to_owned();
    let expires = begun["data"]["expiresIn"].as_u64().expect("seconds");
    assert!((1..=180).contains(&expires), "{expires} s");
    assert_eq!(session.len(), 64);

    let of_attempt = format!("/api/subbot/status?sessionId={session}");
    let (_, waiting) = api(&world, &of_attempt, None).await;
    assert_eq!(waiting["data"]["connected"], false);
    assert_eq!(waiting["data"]["state"], "pairing");
    assert_eq!(waiting["data"]["pairCode"], code);
    visitor
        .enter_pairing_code(&code.replace('-', ""))
        .await
        .expect("the phone takes it");
    it_answers(&world).await;
    world.idle().await.expect("all is told");

    let (_, open) = api(&world, &of_attempt, None).await;
    assert_eq!(open["data"]["connected"], true, "{open}");
    assert_eq!(open["data"]["pairCode"], Value::Null);
    assert_eq!(
        open["data"]["botInfo"]["jid"],
        format!("{VISITOR}@s.whatsapp.net")
    );
    assert_eq!(open["data"]["botInfo"]["name"], "Shop");
    assert_eq!(open["data"]["botInfo"]["method"], "pair");

    let live = first_event(&world, &format!("/api/subbot/events?sessionId={session}")).await;
    assert_eq!(live["state"], "open", "{live}");

    // Who did not start it learns nothing but that there is one.
    let (_, listed) = api(&world, "/api/subbot/list", None).await;
    assert_eq!(listed["data"][0]["jid"], "628*******301@s.whatsapp.net");
    assert_eq!(listed["data"][0]["isConnected"], true);
    assert!(!listed.to_string().contains(VISITOR));
    let (_, same) = api(&world, "/api/subbot/status?action=list", None).await;
    assert_eq!(same, listed);
    let strange = "0".repeat(64);
    let (status, told) = api(
        &world,
        &format!("/api/subbot/status?sessionId={strange}"),
        None,
    )
    .await;
    assert_eq!(
        (status, told["code"].as_str()),
        (404, Some("SESSION_NOT_FOUND"))
    );
    let (_, after) = api(&world, "/api/subbot/status", None).await;
    assert_eq!(after["data"]["connectedBots"], 1);
    assert_eq!(after["data"]["availableSlots"], slots - 1);
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_closes_is_closed_to_visitors_and_programs_until_it_is_opened_again() {
    let (world, _visitor) = with_visitor().await;
    let root = world.phone("root", ROOT_NUMBER).await.expect("a phone");
    let mut events = root.subscribe();
    let asked = json!({"phoneNumber": VISITOR, "botName": "Shop", "method": "pair"});

    say(&root, &main_chat(), "!feature connect-page off").await;
    let told = answer(&mut events, &main_chat()).await;
    assert!(told.text.contains("is off from now on"), "{told:?}");
    let front = html(&world, "", None).await;
    assert!(front.contains(CLOSED) && !front.contains(FORM), "{front}");
    // Who had the form open, and a program, are told, and nothing is begun.
    let form = format!("number={VISITOR}&name=Shop&method=pair");
    let sent = html(&world, "connect", Some(form)).await;
    assert!(sent.contains(CLOSED) && !sent.contains(FORM), "{sent}");
    let (status, refused) = api(&world, "/api/subbot/connect", Some(asked.clone())).await;
    assert_eq!(
        (status, &refused["status"], refused["code"].as_str()),
        (403, &json!(false), Some("CREATION_OFF")),
        "{refused}"
    );
    assert!(world.bot(VISITOR).await.expect("the registry").is_none());
    // The other door is a matter of its own.
    say(&root, &main_chat(), "!feature").await;
    let told = answer(&mut events, &main_chat()).await;
    assert!(told.text.contains("*jadibot* is on"), "{told:?}");

    say(&root, &main_chat(), "!feature connect-page on").await;
    let told = answer(&mut events, &main_chat()).await;
    assert!(told.text.contains("is on from now on"), "{told:?}");
    let front = html(&world, "", None).await;
    assert!(front.contains(FORM) && !front.contains(CLOSED), "{front}");
    let (status, begun) = api(&world, "/api/subbot/connect", Some(asked)).await;
    assert_eq!(status, 200, "{begun}");
    finish(world).await;
}
