//! The page of an attempt while it goes on: it outlives a reload, a lost line and a host that comes anew; its code is changed without
//! a flicker, is good for as long as the ring says, and can be copied.

use std::time::Duration;

use jadi_browser::{Browser, Key, phones};

use super::connect::{CONNECTED, FORM, TYPED, VISITOR, ask_at, html, it_answers, with_visitor};
use super::line::{Line, Way};
use super::support::{finish, usable};

/// The page says that it lost its host.
const LOST: &str = "document.querySelector('.offline').checkVisibility()";
/// How much of its time the code that is shown has had.
const SPENT: &str = "return Number(document.querySelector('.ring rect').style.strokeDashoffset)";
/// How many seconds it is good for.
const LEFT: &str =
    "return Number(/\\d+/.exec(document.querySelector('[data-field=left]').textContent))";
/// The ring and the seconds are shown.
const COUNTS: &str = "/\\d/.test(document.querySelector('[data-field=left]').textContent)
    && document.querySelector('.ring rect').style.strokeDashoffset !== ''";
/// Looks at the code at each change of the page and before each time that it is drawn: `flickers` is when it was not there, `codes` all
/// that were shown, and `titles` what was said meanwhile.
const WATCH: &str = "
    window.flickers = [];
    window.codes = new Set();
    window.titles = new Set();
    const card = document.querySelector('#link');
    const code = document.querySelector('img.qr');
    const title = document.querySelector('[data-field=title]');
    window.watched = true;
    const look = () => {
        titles.add(title.textContent);
        if (!watched) return;
        codes.add(code.src);
        if (!card.checkVisibility()) flickers.push('the card is hidden');
        if (!code.checkVisibility()) flickers.push('the code is hidden');
        if (!code.naturalWidth) flickers.push('the code is not drawn');
    };
    const changes = { subtree: true, attributes: true, childList: true, characterData: true };
    new MutationObserver(look).observe(document.querySelector('main'), changes);
    const draw = () => { look(); requestAnimationFrame(draw); };
    draw();";

async fn number(page: &Browser, script: &str) -> f64 {
    page.script(script).await.as_f64().expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_qr_code_outlives_a_reload_and_is_changed_without_a_flicker() {
    let (mut world, visitor) = with_visitor().await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    ask_at(
        &page,
        world.host_page().expect("the host runs"),
        TYPED,
        "qr",
    )
    .await;
    let first = page.scan("img.qr").await;
    page.until(COUNTS).await;
    assert!(number(&page, SPENT).await < 0.45, "it is fresh");

    // Half of its minute later the page is loaded anew.
    let half = Duration::from_secs(30);
    world.pass_time(half).await.expect("the host's clock");
    let address = page.script("return location.href").await;
    page.open(address.as_str().expect("an address")).await;
    assert_eq!(page.scan("img.qr").await, first);
    page.until(COUNTS).await;
    let (spent, left) = (number(&page, SPENT).await, number(&page, LEFT).await);
    assert!((0.5..1.0).contains(&spent), "{spent} is spent");
    assert!((1.0..=30.0).contains(&left), "good for {left} s");
    assert!(
        (spent - (60.0 - left) / 60.0).abs() < 0.05,
        "{spent}, {left} s"
    );
    page.picture("connect-ring").await;

    // WhatsApp gives it another one.
    page.script(WATCH).await;
    page.until("codes.size === 1").await;
    world.simulator().faults().renew_references();
    page.until("codes.size === 2").await;
    let mut second = page.scan("img.qr").await;
    while second == first {
        second = page.scan("img.qr").await;
    }
    page.until(COUNTS).await;
    assert!(number(&page, SPENT).await < 0.45, "it is fresh");
    assert_eq!(page.script("return flickers").await, serde_json::json!([]));

    // What the phone has done is told before the bot is open, which takes a while on a slow line.
    page.script("watched = false").await;
    let slow = Duration::from_millis(150);
    world.simulator().faults().slow(VISITOR, slow);
    visitor.scan_qr(&second).await.expect("the phone takes it");
    page.see_text("state", "Open").await;
    world.simulator().faults().slow(VISITOR, Duration::ZERO);
    page.until("titles.has('Linked on the phone')").await;
    it_answers(&world).await;
    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_outlives_a_reload_and_is_copied_to_the_phone() {
    let (mut world, _visitor) = with_visitor().await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    ask_at(
        &page,
        world.host_page().expect("the host runs"),
        TYPED,
        "pair",
    )
    .await;
    page.see_text("code", "-").await;
    let code = page.text("[data-field=code]").await;
    let form = "/^[1-9A-HJ-NP-TV-Z]{4}-[1-9A-HJ-NP-TV-Z]{4}$/";
    page.until(&format!("{form}.test('{code}')")).await;
    let half = Duration::from_secs(90);
    world.pass_time(half).await.expect("the host's clock");
    let address = page.script("return location.href").await;
    page.open(address.as_str().expect("an address")).await;
    page.until(COUNTS).await;
    assert_eq!(page.text("[data-field=code]").await, code);
    let (spent, left) = (number(&page, SPENT).await, number(&page, LEFT).await);
    assert!((0.5..1.0).contains(&spent), "{spent} is spent");
    assert!((1.0..=90.0).contains(&left), "good for {left} s");

    // A browser that lets the page copy nothing: it says what to do, and the code is ready for it.
    page.script(
        "window.allowed = document.execCommand;
        document.execCommand = () => false;
        navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));",
    )
    .await;
    page.click("#copy").await;
    page.see_text("hint", "The code is selected").await;
    let selected = page.script("return getSelection().toString()").await;
    assert_eq!(selected, code.as_str());
    page.picture("connect-copy-refused").await;
    usable(&page, "a code that can't be copied").await;
    // One that only knows the old way.
    page.script("document.execCommand = allowed").await;
    page.click("#copy").await;
    page.until("document.querySelector('#copy').textContent === 'Copied'")
        .await;
    page.until("document.querySelector('#copying').textContent === ''")
        .await;
    // Clicked again meanwhile it still is called what it was afterwards.
    page.click("#copy").await;
    page.until("document.querySelector('#copy').textContent === 'Copy'")
        .await;

    let host = page.tab().await;
    page.new_tab().await;
    let phones_page = world.phones_page().expect("it was asked for");
    phones::be(&page, &phones_page, "visitor").await;
    page.click("#devices").await;
    let paste = format!("{}v{}", char::from(Key::Control), char::from(Key::Null));
    page.type_into("#dialog-body [name=code]", &paste).await;
    page.until(&format!(
        "document.querySelector('#dialog-body [name=code]').value === '{code}'"
    ))
    .await;
    page.click("#dialog-body .primary").await;
    page.see_text("row-text", "Jadi").await;
    page.show(&host).await;
    page.see_text("state", "Open").await;
    it_answers(&world).await;
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_lost_its_line_takes_it_up_again_and_shows_what_is_good_by_then() {
    let (world, visitor) = with_visitor().await;
    let line = Line::to(&world).await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    ask_at(&page, &line.page(), TYPED, "qr").await;
    let first = page.scan("img.qr").await;
    page.until(COUNTS).await;
    page.until(CONNECTED).await;

    // The line breaks, and the proxy in front of the host answers for it: more than once, so that the page has been refused.
    line.goes(Way::BadGateway);
    page.until(LOST).await;
    page.picture("connect-lost").await;
    usable(&page, "a lost line").await;
    let refused = "performance.getEntriesByType('resource')
        .filter((entry) => entry.name.endsWith('/events') && entry.responseStatus === 502).length";
    page.until(&format!("{refused} >= 2")).await;
    world.simulator().faults().renew_references();
    line.goes(Way::Through);
    page.until(CONNECTED).await;
    let mut second = page.scan("img.qr").await;
    while second == first {
        second = page.scan("img.qr").await;
    }

    // The line is dead, which nobody tells: it has been silent for too long, as the page's clock says.
    line.goes(Way::Dead);
    page.script("const now = Date.now; Date.now = () => now() + 60000;")
        .await;
    page.until(LOST).await;
    line.goes(Way::Through);
    page.until(CONNECTED).await;
    visitor.scan_qr(&second).await.expect("the phone takes it");
    page.see_text("state", "Open").await;
    it_answers(&world).await;
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_comes_anew_in_the_middle_of_it_is_asked_again() {
    let (mut world, visitor) = with_visitor().await;
    let line = Line::to(&world).await;
    let page = Browser::start().await;
    page.look(420, 900, false).await;
    ask_at(&page, &line.page(), TYPED, "qr").await;
    page.scan("img.qr").await;
    page.until(COUNTS).await;
    world.kill_host().await.expect("it runs");
    page.until(LOST).await;

    // The attempt is over with the host that made it, and the page says so by itself.
    world.start_host().await.expect("it starts");
    line.leads_to(&world);
    // Its machine is on a network again: it does not wait any longer.
    page.script("dispatchEvent(new Event('online'))").await;
    page.see_text(
        "problem",
        "There is no such request any more. Start a new one.",
    )
    .await;
    assert!(html(&world, "", None).await.contains(FORM));
    ask_at(&page, &line.page(), TYPED, "qr").await;
    let shown = page.scan("img.qr").await;
    visitor.scan_qr(&shown).await.expect("the phone takes it");
    page.see_text("state", "Open").await;
    it_answers(&world).await;
    page.end().await;
    finish(world).await;
}
