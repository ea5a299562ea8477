//! A bot's owner on its page: in by a link from chat, and out again.

use jadi_browser::Browser;
use jadi_demo::MAIN_NUMBER;
use jadi_demo::world::{World, WorldOptions};
use jadi_simulator::{ChatId, GroupChange, Phone};

use super::support::{
    ALICE, BOB, answer_of, finish, main_chat, message_of, options, say, usable, world,
};

/// The number of Alice's bot. Nobody has numbers of this form.
pub const SHOP: &str = "6280000000200";

/// A world in which Alice has a bot.
pub async fn with_bot(options: WorldOptions) -> (World, Phone) {
    let world = world(options).await;
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

/// A browser in which Alice is signed in to her bot's page.
pub async fn signed_in(alice: &Phone) -> Browser {
    let link = link(alice).await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    page.open(&link).await;
    page.click("main button").await;
    page.see_text("state", "Open").await;
    page
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_signs_in_by_a_link_once_and_out_again() {
    let (world, alice) = with_bot(options()).await;
    let link = link(&alice).await;
    // What a messenger does for its preview.
    let preview = link.clone();
    let fetched = tokio::task::spawn_blocking(move || ureq::get(&preview).call().map(drop));
    fetched.await.expect("it ends").expect("a page");

    let page = Browser::start().await;
    page.look(420, 900, false).await;
    page.open(&link).await;
    page.picture("owner-sign-in").await;
    usable(&page, "owner-sign-in").await;
    page.click("main button").await;
    page.see_text("state", "Open").await;
    page.until("document.querySelector('h1').textContent === '+6280000000200'")
        .await;
    page.picture("owner").await;
    usable(&page, "owner").await;
    page.look(420, 900, true).await;
    page.picture("owner-dark").await;
    usable(&page, "owner-dark").await;
    page.click("form[action='/bot/sign-out'] button").await;
    page.until("location.pathname === '/'").await;
    assert_eq!(page.console_errors().await, Vec::<String>::new());

    let host = world.host_page().expect("the host runs");
    page.open(&format!("{host}bot")).await;
    page.see_text("card", "Write !token to the main bot").await;
    page.open(&link).await;
    page.see_text("card", "It was used already").await;
    page.picture("owner-link-over").await;
    usable(&page, "owner-link-over").await;
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn welcome_that_is_switched_on_on_the_page_greets_in_chat() {
    let (world, alice) = with_bot(options()).await;
    let bob = world.phone("bob", BOB).await.expect("a phone");
    let group = alice.create_group("Friends", &[SHOP.to_owned()]).await;
    let group = group.expect("a group").jid;
    let chat = ChatId::group(&group);

    let page = signed_in(&alice).await;
    page.click("a[href='/bot/plugins']").await;
    page.picture("owner-plugins").await;
    usable(&page, "owner-plugins").await;
    page.click("a[href='/bot/plugins/welcome']").await;
    page.click("#set-welcome").await;
    page.click("form[action$='/settings'] button:not(.quiet)")
        .await;
    page.see_text("done", "Kept.").await;
    page.until("document.querySelector('#set-welcome').checked")
        .await;
    page.picture("owner-plugin").await;
    usable(&page, "owner-plugin").await;

    let mut events = alice.subscribe();
    let comes = GroupChange::Add(vec![bob.number().to_owned()]);
    alice.group_change(&group, comes).await.expect("he comes");
    let greeting = message_of(&mut events, &chat, SHOP).await.text;
    assert!(greeting.contains('@'), "{greeting}");
    world.idle().await.expect("all is told");

    // What it did and cost, and the day, are on the page.
    let host = world.host_page().expect("the host runs");
    page.open(&format!("{host}bot/plugins/welcome/log")).await;
    page.see_text("runs", "on the processor").await;
    page.picture("owner-log").await;
    usable(&page, "owner-log").await;
    page.open(&format!("{host}bot/numbers")).await;
    page.until("document.querySelectorAll('svg rect').length >= 2")
        .await;
    page.click("details summary").await;
    page.see("#messages td").await;
    page.picture("owner-numbers").await;
    usable(&page, "owner-numbers").await;
    page.look(420, 900, true).await;
    page.picture("owner-numbers-dark").await;
    usable(&page, "owner-numbers-dark").await;
    page.open(&format!("{host}bot/data/erase")).await;
    page.picture("owner-erase").await;
    usable(&page, "owner-erase").await;
    page.click("form[action='/bot/data/erase'] button").await;
    page.see_text("done", "Erased.").await;
    page.open(&format!("{host}bot/plugins/welcome")).await;
    page.until("!document.querySelector('#set-welcome').checked")
        .await;
    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}
