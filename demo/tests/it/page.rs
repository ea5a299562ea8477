//! The phones page in a real browser, with the bot at the other end: all that a visitor of the demo sees.

use jadi_browser::{Browser, phones};
use jadi_demo::world::WorldOptions;
use jadi_demo::{MAIN_NUMBER, ROOT_NUMBER};

use super::support::{ALICE, BOB, finish, options, world};

/// What the bot says in each language, on the phones page: a picture of each to look at.
#[tokio::test(flavor = "multi_thread")]
async fn the_phones_page_shows_the_bot_in_each_language() {
    let world = world(WorldOptions {
        phones_port: Some(0),
        ..options()
    })
    .await;
    world.phone("root", ROOT_NUMBER).await.expect("a phone");
    let url = world.phones_page().expect("it was asked for");
    let page = Browser::start().await;
    page.look(1180, 900, false).await;
    phones::be(&page, &url, "root").await;
    phones::begin_chat(&page, MAIN_NUMBER, "main").await;
    for (language, chosen, menu, help, poll) in [
        ("en", "I speak English now.", "General", "How fast", "Tea?"),
        (
            "id",
            "Sekarang aku berbahasa Indonesia.",
            "Umum",
            "Seberapa",
            "Teh?",
        ),
        ("es", "Ahora hablo español.", "General", "rápido", "¿Té?"),
    ] {
        phones::say(&page, &format!("!lang {language}")).await;
        page.see_text("theirs", chosen).await;
        phones::say(&page, "!menu general").await;
        page.see_text("theirs", menu).await;
        phones::say(&page, "!help ping").await;
        page.see_text("theirs", help).await;
        phones::say(&page, &format!("!poll {poll} | 1 | 2")).await;
        let last = "[...document.querySelectorAll('.theirs')].at(-1)";
        page.until(&format!(
            "{last}.querySelector('.text')?.textContent.startsWith('{poll}') && {last}.querySelectorAll('.poll button').length === 2"
        ))
        .await;
        page.script(&format!("{last}.querySelector('.poll button').click()"))
            .await;
        page.until(&format!(
            "{last}.querySelector('.poll button').getAttribute('aria-pressed') === 'true'"
        ))
        .await;
        phones::say(&page, "!poll").await;
        page.see_text("theirs", "1 – 1").await;
        page.picture(&format!("phones-{language}")).await;
    }
    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alice_and_bob_use_the_bot_on_the_phones_page() {
    let world = world(WorldOptions {
        phones_port: Some(0),
        ..options()
    })
    .await;
    for (name, number) in [("alice", ALICE), ("bob", BOB)] {
        world.phone(name, number).await.expect("a phone");
    }
    let url = world.phones_page().expect("it was asked for");
    let page = Browser::start().await;
    page.look(1180, 760, false).await;

    // Alice, alone with the bot.
    let alice = page.tab().await;
    phones::be(&page, &url, "alice").await;
    phones::begin_chat(&page, MAIN_NUMBER, "main").await;
    phones::say(&page, "!menu").await;
    page.see_text("theirs", "Menu").await;
    page.see_text("theirs", "!ping – How fast the bot answers")
        .await;
    phones::say(&page, "!ping").await;
    page.see_text("theirs", "Pong").await;
    phones::say(&page, "!pnig").await;
    page.see_text("theirs", "Did you mean !ping?").await;
    page.until("[...document.querySelectorAll('.mine')].every((one) => one.querySelector('.ticks.delivered'))")
        .await;

    // With Bob in a group, who is there in a tab of his own and sees what she sees.
    phones::make_group(&page, "Lake trip", &[BOB, MAIN_NUMBER]).await;
    phones::say(&page, "Who brings the boat?").await;
    phones::say(&page, "!ping").await;
    page.see_text("theirs", "Pong").await;
    let bob = page.new_tab().await;
    phones::be(&page, &url, "bob").await;
    phones::open_chat(&page, "Lake trip").await;
    page.see_text("theirs", "Pong").await;
    phones::say(&page, "!echo The boat is ready").await;
    page.see_text("theirs", "The boat is ready").await;
    page.show(&alice).await;
    page.see_text("theirs", "!echo The boat is ready").await;
    page.until(
        "[...document.querySelectorAll('.theirs .text')].some((one) => one.textContent === 'The boat is ready')",
    )
    .await;
    let unread = "document.querySelector('.chat[aria-current] .badge')";
    page.until(&format!("!{unread}")).await;

    // And Bob, alone with the bot: what he asks there is not Alice's business.
    page.show(&bob).await;
    phones::begin_chat(&page, MAIN_NUMBER, "main").await;
    phones::say(&page, "!runtime").await;
    page.see_text("theirs", "Up for").await;
    page.show(&alice).await;
    phones::open_chat(&page, "main").await;
    page.see_text("theirs", "Did you mean !ping?").await;
    page.until("!document.body.innerText.includes('Up for')")
        .await;
    page.picture("phones").await;

    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}
