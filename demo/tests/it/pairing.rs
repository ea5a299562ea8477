//! The main bot is linked to its phone as the operator does it: what the host's page shows is scanned or typed.

use std::time::Duration;

use jadi_browser::{Browser, phones};
use jadi_demo::MAIN_NUMBER;
use jadi_demo::world::{PairingMethod, World, WorldOptions};

use super::support::{ALICE, DEADLINE, answer, finish, main_chat, options, say};

/// Where the pages show the code to type.
const CODE: &str = "[data-field=code]";

async fn unlinked(pairing: PairingMethod) -> World {
    let options = WorldOptions {
        pairing,
        phones_port: Some(0),
        ..options()
    };
    let tell = |line: &str| eprintln!("{line}");
    Box::pin(World::start_unlinked(options, &tell))
        .await
        .expect("a world")
}

/// Somebody asks the bot for a sign of life.
async fn it_answers(world: &World) {
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    let mut events = alice.subscribe();
    say(&alice, &main_chat(), "!ping").await;
    let pong = answer(&mut events, &main_chat()).await;
    assert!(pong.text.starts_with("*Pong*"), "{pong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_qr_code_on_the_hosts_page_links_the_main_bot() {
    let world = unlinked(PairingMethod::Qr).await;
    let page = Browser::start().await;
    page.look(420, 900, true).await;
    page.open(world.pairing_page().expect("the host runs"))
        .await;
    page.see_text("state", "Waiting to be linked").await;
    let shown = page.scan("img.qr").await;
    page.until("document.querySelector('[data-by=qr]').checkVisibility() && !document.querySelector('[data-by=code]').checkVisibility()")
        .await;
    page.picture("pairing-qr").await;

    let main = world.phone("main", MAIN_NUMBER).await.expect("a phone");
    main.scan_qr(&shown).await.expect("the phone takes it");
    page.see_text("state", "Open").await;
    page.until("!document.getElementById('link').checkVisibility()")
        .await;
    page.picture("pairing-done").await;
    it_answers(&world).await;

    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_on_the_hosts_page_is_typed_on_the_phone_and_links_the_main_bot() {
    let mut world = unlinked(PairingMethod::Code).await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    let host = page.tab().await;
    page.open(world.pairing_page().expect("the host runs"))
        .await;
    page.see_text("code", "-").await;
    let outdated = page.text(CODE).await;
    page.until("!document.querySelector('img.qr').checkVisibility()")
        .await;
    page.until("document.querySelector('[data-by=code]').checkVisibility() && !document.querySelector('[data-by=qr]').checkVisibility()")
        .await;

    // A code is good for three minutes; then there is another.
    world
        .pass_time(Duration::from_secs(200))
        .await
        .expect("the host's clock");
    page.until(&format!(
        "!['', '{outdated}'].includes(document.querySelector('{CODE}').textContent)"
    ))
    .await;
    let code = page.text(CODE).await;
    page.picture("pairing-code").await;

    // On the phone, under Linked devices.
    page.new_tab().await;
    let phones_page = world.phones_page().expect("it was asked for");
    phones::be(&page, &phones_page, "main").await;
    page.click("#devices").await;
    page.type_into("#dialog-body [name=code]", &code).await;
    page.click("#dialog-body .primary").await;
    page.see_text("row-text", "Jadi").await;
    page.picture("pairing-phone").await;
    page.show(&host).await;
    page.see_text("state", "Open").await;
    it_answers(&world).await;
    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;

    // Once linked it needs no code, though the configuration still names a number for one.
    world.end_host().await.expect("the host ends");
    world.start_host().await.expect("the host starts");
    world
        .wait_for_main("open", DEADLINE)
        .await
        .expect("it opens");
    it_answers(&world).await;
    finish(world).await;
}
