//! The operator on their page: in by a password, looking, setting, and installing a plugin that then answers in chat.

use std::process::{Command, Stdio};

use jadi_browser::Browser;
use jadi_demo::MAIN_NUMBER;
use jadi_demo::world::WorldOptions;
use serde_json::{Value, json};

use super::built;
use super::live::echo;
use super::support::{ALICE, answer_of, finish, main_chat, options, say, usable, world};

/// The number of Alice's bot. Nobody has numbers of this form.
const SHOP: &str = "6280000000200";
pub(super) const PASSWORD: &str = "correct horse";

/// What `jadi operator password` prints for a password, without the key's name.
pub(super) fn hash() -> String {
    let mut jadi = Command::new(built("JADI_BIN", "bin/jadi-simulated"))
        .args(["operator", "password"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = jadi.stdin.take().expect("it is piped");
    std::io::Write::write_all(&mut stdin, format!("{PASSWORD}\n").as_bytes()).expect("written");
    drop(stdin);
    let output = jadi.wait_with_output().expect("it ends");
    let line = String::from_utf8(output.stdout).expect("text");
    let value = line.trim().strip_prefix("operator_password = \"");
    let value = value.and_then(|value| value.strip_suffix('"'));
    value.expect("a line of the configuration").to_owned()
}

/// What a host with an operator's page is started with.
pub fn environment() -> Vec<(String, String)> {
    vec![("JADI_OPERATOR_PASSWORD".to_owned(), hash())]
}

/// Signs in, to the overview.
pub async fn sign_in(page: &Browser, host: &str) {
    page.open(&format!("{host}operator")).await;
    page.until("location.pathname === '/operator/sign-in'")
        .await;
    page.type_into("#password", PASSWORD).await;
    page.click("main button").await;
    page.until("location.pathname === '/operator'").await;
}

/// Makes a token of the operator's on their page, in a browser in which they are signed in.
pub async fn operators_token(page: &Browser, host: &str, name: &str) -> String {
    page.open(&format!("{host}operator/tokens")).await;
    page.type_into("#name", name).await;
    page.click(".fields button").await;
    page.text(".token").await
}

/// What a program with a token of the operator's posts, and what is answered.
async fn post(host: &str, token: &str, path: &str, body: Vec<u8>) -> Value {
    let url = format!("{host}api/v1/operator/{path}");
    let token = token.to_owned();
    let asked = tokio::task::spawn_blocking(move || {
        let request = ureq::post(&url).header("x-jadi-token", &token);
        let answer = request.content_type("application/json").send(&body[..]);
        let mut answer = answer.expect("a good answer");
        answer.body_mut().read_to_string().expect("text")
    });
    let mut told: Value = serde_json::from_str(&asked.await.expect("it ends")).expect("JSON");
    told["data"].take()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_signs_in_looks_around_and_installs_a_plugin() {
    let world = world(WorldOptions {
        environment: environment(),
        ..options()
    })
    .await;
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    world.add_bot("shop", SHOP, ALICE).await.expect("a bot");
    let host = world.host_page().expect("the host runs").to_owned();

    let page = Browser::start().await;
    page.look(420, 900, false).await;
    page.open(&format!("{host}operator")).await;
    page.until("location.pathname === '/operator/sign-in'")
        .await;
    usable(&page, "sign-in").await;
    page.type_into("#password", "wrong horse").await;
    page.click("main button").await;
    page.see_text("problem", "another password").await;
    page.type_into("#password", PASSWORD).await;
    page.click("main button").await;
    page.until("location.pathname === '/operator'").await;
    // The figures are live.
    let before = page.text("[data-figure=events]").await;
    say(&alice, &main_chat(), "hello").await;
    page.until(&format!(
        "document.querySelector('[data-figure=events]').textContent !== '{before}'"
    ))
    .await;
    page.picture("operator").await;
    usable(&page, "overview").await;
    page.look(420, 900, true).await;
    page.picture("operator-dark").await;
    usable(&page, "overview, dark").await;

    page.open(&format!("{host}operator/bots")).await;
    page.see_text("bots", "628*").await;
    usable(&page, "bots").await;
    page.picture("operator-bots").await;
    page.click(".bots li:nth-child(2) a").await;
    page.see_text("facts", "+6280000000200").await;
    usable(&page, "a bot").await;
    page.picture("operator-bot").await;

    page.open(&format!("{host}operator/plugins")).await;
    usable(&page, "plugins").await;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("echo.wasm");
    std::fs::write(&file, echo(7)).expect("written");
    page.type_into("#file", file.to_str().expect("a path"))
        .await;
    page.click(".fields button").await;
    page.until("document.querySelector('form[action=\"/operator/plugins/install\"]') !== null")
        .await;
    usable(&page, "consent").await;
    page.picture("operator-install").await;
    page.click("input[name=replace]").await;
    page.click("form[action='/operator/plugins/install'] button")
        .await;
    page.until("location.pathname === '/operator/plugins/echo'")
        .await;
    page.see_text("badge", "0.1.7").await;
    usable(&page, "a plugin").await;
    page.picture("operator-plugin").await;
    let mut events = alice.subscribe();
    say(&alice, &main_chat(), "!echo hello").await;
    let told = answer_of(&mut events, MAIN_NUMBER).await.text;
    assert_eq!(told, "hello");

    // The bot's end, and why, is told to its owner in chat.
    page.open(&format!("{host}operator/bots?q={SHOP}")).await;
    page.click(".bots li a").await;
    page.click("a[href$='/end']").await;
    page.type_into("#reason", "The rent is not paid.").await;
    usable(&page, "a bot's end").await;
    page.picture("operator-end").await;
    page.click(".danger").await;
    page.until("location.pathname === '/operator/bots'").await;
    let told = answer_of(&mut events, MAIN_NUMBER).await.text;
    assert!(told.contains("The rent is not paid."), "{told}");

    page.open(&format!("{host}operator/audit")).await;
    page.see_text("deeds", "plugin-install").await;
    usable(&page, "audit").await;
    page.picture("operator-audit").await;
    page.open(&format!("{host}operator/tokens")).await;
    page.type_into("#name", "till").await;
    page.click(".fields button").await;
    page.see_text("token", "jadi_operator_").await;
    usable(&page, "tokens").await;
    page.picture("operator-tokens").await;

    // With the token a program looks at an upgrade, agrees to it, and goes back.
    let till = page.text(".token").await;
    let seen = post(&host, &till, "components", echo(8)).await;
    assert_eq!(
        (
            &seen["installed"]["version"],
            &seen["installed"]["newNeeds"]
        ),
        (&json!("0.1.7"), &json!([]))
    );
    let agreed = json!({"digest": seen["digest"], "replace": true}).to_string();
    let installed = post(&host, &till, "plugins", agreed.into()).await;
    assert_eq!(installed["version"], "0.1.8");
    say(&alice, &main_chat(), "!echo again").await;
    let told = answer_of(&mut events, MAIN_NUMBER).await.text;
    assert_eq!(told, "again");
    let plugins = post(&host, &till, "plugins/echo/roll-back", Vec::new()).await;
    let mut plugins = plugins.as_array().expect("a list").iter();
    let echo = plugins.find(|plugin| plugin["name"] == "echo");
    assert_eq!(echo.expect("it is there")["version"], "0.1.7");

    page.open(&format!("{host}api")).await;
    usable(&page, "API").await;
    page.picture("api").await;
    page.open(&host).await;
    usable(&page, "front page").await;
    page.end().await;
    finish(world).await;
}
