//! The operator gives out an invite code, and who has it makes a bot; the front page where there is no bot to be had.

use jadi_browser::Browser;
use jadi_demo::ROOT_NUMBER;
use jadi_demo::world::WorldOptions;

use super::operator::{environment, sign_in};
use super::support::{answer, finish, main_chat, options, say, usable, world};

/// The visitor's number. Nobody has numbers of this form.
const VISITOR: &str = "6280000000301";
/// The button to try again is there.
const CAN_TRY_AGAIN: &str = "document.querySelector('#start').checkVisibility()";

#[tokio::test(flavor = "multi_thread")]
async fn who_has_an_invite_code_makes_a_bot_with_it_once() {
    let world = world(WorldOptions {
        environment: environment(),
        ..options()
    })
    .await;
    let visitor = world.phone("visitor", VISITOR).await.expect("a phone");
    let stranger = world.phone("stranger", "6280000000302").await;
    let stranger = stranger.expect("a phone");
    let host = world.host_page().expect("the host runs").to_owned();
    let page = Browser::start().await;
    page.look(420, 900, false).await;

    sign_in(&page, &host).await;
    page.click("#invite-codes button").await;
    page.see_text("badge", "On").await;
    page.open(&format!("{host}operator/invites")).await;
    page.type_into("#name", "Friends").await;
    page.click("form.card button").await;
    page.see_text("token", "?invite=").await;
    page.picture("operator-invite").await;
    usable(&page, "a new code").await;
    let link = page.text(".hint + .token").await;
    page.open(&format!("{host}operator/invites")).await;
    page.see_text("plugins", "1 of 1 left").await;
    page.picture("operator-invites").await;
    usable(&page, "invite codes").await;

    // Without it there is no bot.
    page.open(&host).await;
    page.type_into("#number", VISITOR).await;
    page.type_into("#invite", "ABCD-EFGH-2345").await;
    page.click(".connect button").await;
    page.see_text("problem", "worth nothing").await;
    page.picture("connect-invite").await;
    usable(&page, "a wrong code").await;

    // With it there is one: a use of which nothing came is there for the next try, and the last one is not.
    page.open(&link).await;
    page.type_into("#number", VISITOR).await;
    page.click(".connect button").await;
    page.see_text("state", "Waiting to be linked").await;
    let shown = page.scan("img.qr").await;
    stranger.scan_qr(&shown).await.expect("the phone takes it");
    page.until(CAN_TRY_AGAIN).await;
    page.click("#start button").await;
    page.see_text("state", "Waiting to be linked").await;
    let shown = page.scan("img.qr").await;
    visitor.scan_qr(&shown).await.expect("the phone takes it");
    page.see_text("state", "Open").await;
    page.open(&link).await;
    page.type_into("#number", stranger.number()).await;
    page.click(".connect button").await;
    page.see_text("problem", "used up").await;
    page.open(&format!("{host}operator/invites")).await;
    page.see_text("plugins", "0 of 1 left").await;

    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_page_says_when_there_is_no_bot_to_be_had() {
    let world = world(options()).await;
    let root = world.phone("root", ROOT_NUMBER).await.expect("a phone");
    let mut events = root.subscribe();
    let host = world.host_page().expect("the host runs").to_owned();
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    for (command, told, picture) in [
        ("!slots 0", "places are taken", "connect-full"),
        (
            "!feature connect-page off",
            "No new bots are taken",
            "connect-closed",
        ),
    ] {
        say(&root, &main_chat(), command).await;
        answer(&mut events, &main_chat()).await;
        world.idle().await.expect("it is done");
        page.open(&host).await;
        page.see_text("next", told).await;
        page.picture(picture).await;
        usable(&page, told).await;
    }
    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}
