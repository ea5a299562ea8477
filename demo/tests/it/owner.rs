//! A bot's owner on its page: in by a link from chat, and out again.

use jadi_browser::Browser;
use jadi_demo::MAIN_NUMBER;
use jadi_demo::world::World;
use jadi_simulator::Phone;

use super::support::{ALICE, answer_of, finish, main_chat, options, say, world};

/// The number of Alice's bot. Nobody has numbers of this form.
const SHOP: &str = "6280000000200";

/// A world in which Alice has a bot.
async fn with_bot() -> (World, Phone) {
    let world = world(options()).await;
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    world.add_bot("shop", SHOP, ALICE).await.expect("a bot");
    (world, alice)
}

/// Asks for a link in chat.
pub async fn link(alice: &Phone) -> String {
    let mut events = alice.subscribe();
    say(alice, &main_chat(), "!token").await;
    let told = answer_of(&mut events, MAIN_NUMBER).await.text;
    let mut lines = told.lines();
    let link = lines.find(|line| line.starts_with("http://"));
    link.expect("a link").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_signs_in_by_a_link_once_and_out_again() {
    let (world, alice) = with_bot().await;
    let link = link(&alice).await;
    // What a messenger does for its preview.
    let preview = link.clone();
    let fetched = tokio::task::spawn_blocking(move || ureq::get(&preview).call().map(drop));
    fetched.await.expect("it ends").expect("a page");

    let page = Browser::start().await;
    page.look(420, 900, false).await;
    page.open(&link).await;
    page.picture("owner-sign-in").await;
    page.click("main button").await;
    page.see_text("state", "Open").await;
    page.until("document.querySelector('h1').textContent === '+6280000000200'")
        .await;
    page.picture("owner").await;
    page.look(420, 900, true).await;
    page.picture("owner-dark").await;
    page.click("form[action='/bot/sign-out'] button").await;
    page.until("location.pathname === '/'").await;
    assert_eq!(page.console_errors().await, Vec::<String>::new());

    let host = world.host_page().expect("the host runs");
    page.open(&format!("{host}bot")).await;
    page.see_text("card", "Write !token to the main bot").await;
    page.open(&link).await;
    page.see_text("card", "It was used already").await;
    page.picture("owner-link-over").await;
    page.end().await;
    finish(world).await;
}
