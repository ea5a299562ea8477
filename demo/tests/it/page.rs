//! The phones page in a real browser, with the bot at the other end: all that a visitor of the demo sees.

use jadi_browser::{Browser, phones};
use jadi_demo::MAIN_NUMBER;
use jadi_demo::world::WorldOptions;

use super::support::{ALICE, BOB, finish, options, world};

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
