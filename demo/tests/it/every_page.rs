//! Every page that the host has, as the table of its routes names them: looked at on a phone and at a desk, light and dark, by people
//! who can't see or point; and an owner who has nothing but a keyboard.

use std::collections::BTreeSet;

use jadi_browser::{Browser, Key};
use jadi_demo::world::{World, WorldOptions};

use super::connect::{TYPED, VISITOR, ask_at};
use super::operator::{PASSWORD, environment, sign_in};
use super::owner::{SHOP, link, signed_in, with_bot};
use super::root;
use super::support::{finish, options, usable};

/// All routes, with who may ask them.
const TABLE: &str = "host/src/web/owner/tests/routes.rs";

/// How a page is looked at: width and height, and whether in the dark.
const LOOKS: [(&str, u32, u32, bool); 3] = [
    ("phone", 390, 844, false),
    ("phone, dark", 390, 844, true),
    ("desk", 1280, 900, false),
];

/// With which status the page came that is shown.
const STATUS: &str = "return performance.getEntriesByType('navigation')[0].responseStatus";

/// The routes under which there are pages for people.
fn pages() -> BTreeSet<String> {
    let table = std::fs::read_to_string(root().join(TABLE)).expect("the table");
    let table: String = table.split_whitespace().collect();
    let rows = table.split("Row(By::").skip(1);
    let pages: BTreeSet<_> = rows
        .filter_map(|row| {
            let mut words = row.split('"').skip(1).step_by(2);
            let (method, path) = (words.next()?, words.next()?);
            let is_for_programs = ["/api/", "/ws/", "/static/", "/healthz"]
                .iter()
                .any(|start| path.starts_with(start));
            let is_file = path.ends_with("/{failure}");
            let is_page =
                method == "GET" && !is_for_programs && !is_file && !path.ends_with("/events");
            is_page.then(|| path.to_owned())
        })
        .collect();
    assert!(pages.len() > 20, "{pages:?}");
    pages
}

/// A tour of pages.
struct Tour {
    page: Browser,
    host: String,
    seen: BTreeSet<String>,
}

impl Tour {
    /// Looks at the page of a route in every way.
    async fn look(&mut self, route: &str, address: &str) {
        let name = match route.trim_matches('/') {
            "" => "front".to_owned(),
            path => path.replace(['/', '{', '}'], "-"),
        };
        for (look, width, height, dark) in LOOKS {
            self.page.look(width, height, dark).await;
            self.page.open(address).await;
            let status = self.page.script(STATUS).await;
            assert_eq!(status, 200, "{route}");
            let what = format!("{route}, {look}");
            usable(&self.page, &what).await;
            let picture = format!("every-{name}-{}", look.replace(", ", "-"));
            self.page.whole_picture(&picture).await;
        }
        let missed = self.page.missed_by_tab().await;
        assert!(missed.is_empty(), "{route} by Tab: {missed:#?}");
        assert!(self.seen.insert(route.to_owned()), "{route} twice");
    }

    /// The same for routes that say where they are.
    async fn look_at(&mut self, routes: &[&str]) {
        for route in routes {
            let address = format!("{}{}", self.host, &route[1..]);
            let address = address.replace("{name}", "welcome");
            self.look(route, &address).await;
        }
    }

    /// Where the browser is.
    async fn address(&self) -> String {
        let address = self.page.script("return location.href").await;
        address.as_str().expect("an address").to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_can_be_used_on_a_phone_in_the_dark_and_by_keyboard() {
    let options = WorldOptions {
        environment: environment(),
        ..options()
    };
    let (world, alice) = with_bot(options).await;
    let _visitor = world.phone("visitor", VISITOR).await.expect("a phone");
    let host = world.host_page().expect("the host runs").to_owned();
    let mut tour = Tour {
        page: Browser::start().await,
        host: host.clone(),
        seen: BTreeSet::new(),
    };
    // Everybody's.
    tour.look_at(&["/", "/api", "/operator/sign-in"]).await;
    let pairing = world.pairing_page().expect("the host runs").to_owned();
    tour.look("/pair/{key}", &pairing).await;
    ask_at(&tour.page, &host, TYPED, "pair").await;
    tour.page.see_text("code", "-").await;
    let attempt = tour.address().await;
    tour.look("/connect/{id}", &attempt).await;

    // The owner's.
    let link = link(&alice).await;
    tour.look("/sign-in/{link}", &link).await;
    tour.page.click("main button").await;
    tour.page.see_text("state", "Open").await;
    for (path, field, text) in [
        ("bot/tokens", "#name", "till"),
        ("bot/webhooks", "#url", "https://till.example/hook"),
    ] {
        tour.page.open(&format!("{host}{path}")).await;
        tour.page.type_into(field, text).await;
        tour.page.click(".fields button").await;
        tour.page.see(".token").await;
    }
    tour.look_at(&[
        "/bot",
        "/bot/plugins",
        "/bot/plugins/{name}",
        "/bot/plugins/{name}/log",
        "/bot/numbers",
        "/bot/tokens",
        "/bot/webhooks",
        "/bot/data",
        "/bot/data/erase",
        "/bot/log-out",
    ])
    .await;

    // The operator's.
    sign_in(&tour.page, &host).await;
    for path in ["operator/tokens", "operator/invites"] {
        tour.page.open(&format!("{host}{path}")).await;
        tour.page.type_into("#name", "till").await;
        tour.page.click(".fields button").await;
        tour.page.see(".token").await;
    }
    tour.look_at(&[
        "/operator",
        "/operator/bots",
        "/operator/invites",
        "/operator/plugins",
        "/operator/plugins/{name}",
        "/operator/audit",
        "/operator/tokens",
    ])
    .await;
    tour.page
        .open(&format!("{host}operator/bots?q={SHOP}"))
        .await;
    tour.page.click(".bots li a").await;
    tour.page.see_text("facts", SHOP).await;
    let shop = tour.address().await;
    tour.look("/operator/bots/{id}", &shop).await;
    let end = format!("{shop}/end");
    tour.look("/operator/bots/{id}/end", &end).await;

    assert_eq!(tour.seen, pages(), "pages that nobody has looked at");
    assert_eq!(tour.page.console_errors().await, Vec::<String>::new());
    tour.page.end().await;
    finish(world).await;
}

/// Waits for another page.
async fn arrives(page: &Browser, path: &str) {
    page.until(&format!("location.pathname === '{path}'")).await;
    page.script("document.activeElement.blur()").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_has_a_keyboard_alone_does_all_that_forms_are_for() {
    let (world, alice): (World, _) = with_bot(options()).await;
    let page = signed_in(&alice).await;
    page.script("document.activeElement.blur()").await;
    // A token, made and revoked.
    page.press_on("a[href='/bot/tokens']").await;
    arrives(&page, "/bot/tokens").await;
    page.tab_to("#name").await;
    page.press("till").await;
    page.press(&char::from(Key::Enter).to_string()).await;
    page.see_text("token", "jadi_").await;
    page.press_on("form[action$='/revoke'] button").await;
    page.until("!document.querySelector(\"form[action$='/revoke']\")")
        .await;
    page.script("document.activeElement.blur()").await;
    page.press_on("a[href='/bot']").await;
    arrives(&page, "/bot").await;

    // A webhook, made and removed.
    page.press_on("a[href='/bot/webhooks']").await;
    arrives(&page, "/bot/webhooks").await;
    page.tab_to("#url").await;
    page.press("https://till.example/hook").await;
    page.press(&char::from(Key::Enter).to_string()).await;
    page.see_text("token", "jadi_hook_").await;
    page.press_on("form[action$='/remove'] button").await;
    page.until("!document.querySelector(\"form[action$='/remove']\")")
        .await;
    page.script("document.activeElement.blur()").await;
    page.press_on("a[href='/bot']").await;
    arrives(&page, "/bot").await;

    // A plugin's setting, and the bot's own.
    let host = world.host_page().expect("the host runs");
    page.open(&format!("{host}bot/plugins/welcome")).await;
    page.tab_to("#set-welcome").await;
    page.press(" ").await;
    page.press_on("form[action$='/settings'] button:not(.quiet)")
        .await;
    page.see_text("done", "Kept.").await;
    page.until("document.querySelector('#set-welcome').checked")
        .await;
    page.open(&format!("{host}bot")).await;
    page.tab_to("#name").await;
    page.press("Keys").await;
    page.press(&char::from(Key::Enter).to_string()).await;
    page.until("document.querySelector('h1').textContent === 'Keys'")
        .await;
    page.script("document.activeElement.blur()").await;

    // Its data, and at last its end.
    page.press_on("a[href='/bot/data']").await;
    arrives(&page, "/bot/data").await;
    page.press_on("a[href='/bot/data/erase']").await;
    arrives(&page, "/bot/data/erase").await;
    page.press_on(".danger").await;
    page.see_text("done", "Erased.").await;
    page.script("document.activeElement.blur()").await;
    page.press_on("a[href='/bot']").await;
    arrives(&page, "/bot").await;
    page.press_on("a[href='/bot/log-out']").await;
    arrives(&page, "/bot/log-out").await;
    page.press_on(".danger").await;
    page.see_text("card", "logged out").await;
    page.end().await;
    finish(world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_who_has_a_keyboard_alone_sets_and_makes_and_ends() {
    let enter = char::from(Key::Enter).to_string();
    let options = WorldOptions {
        environment: environment(),
        ..options()
    };
    let (world, _alice) = with_bot(options).await;
    let host = world.host_page().expect("the host runs").to_owned();
    let page = Browser::start().await;
    page.open(&format!("{host}operator")).await;
    page.tab_to("#password").await;
    page.press(PASSWORD).await;
    page.press(&enter).await;
    arrives(&page, "/operator").await;

    // Slots and a feature. What stands in a field is chosen by Tab, so that what is typed takes its place.
    page.tab_to("#slots").await;
    page.press("7").await;
    page.press(&enter).await;
    page.until("document.querySelector('#slots').value === '7'")
        .await;
    page.script("document.activeElement.blur()").await;
    page.press_on("#invite-codes button").await;
    page.until("document.querySelector('#invite-codes .badge').textContent === 'On'")
        .await;
    page.script("document.activeElement.blur()").await;

    // A code, and a token.
    page.press_on("a[href='/operator/invites']").await;
    arrives(&page, "/operator/invites").await;
    page.tab_to("#name").await;
    page.press("friends").await;
    page.press(&enter).await;
    page.see_text("token", "?invite=").await;
    page.script("document.activeElement.blur()").await;
    page.press_on("a[href='/operator/tokens']").await;
    arrives(&page, "/operator/tokens").await;
    page.tab_to("#name").await;
    page.press("till").await;
    page.press(&enter).await;
    page.see_text("token", "jadi_operator_").await;
    page.press_on("form[action$='/revoke'] button").await;
    page.until("!document.querySelector(\"form[action$='/revoke']\")")
        .await;
    page.script("document.activeElement.blur()").await;

    // A plugin, and a bot that is found, stopped and ended.
    page.press_on("a[href='/operator/plugins']").await;
    arrives(&page, "/operator/plugins").await;
    page.press_on("a[href='/operator/plugins/afk']").await;
    arrives(&page, "/operator/plugins/afk").await;
    page.press_on("form[action$='/switch-off'] button").await;
    page.see("form[action$='/switch-on']").await;
    page.script("document.activeElement.blur()").await;
    page.press_on("a[href='/operator/bots']").await;
    arrives(&page, "/operator/bots").await;
    page.tab_to("#q").await;
    page.press(SHOP).await;
    page.press(&enter).await;
    page.until("document.querySelectorAll('.bots li').length === 1")
        .await;
    page.script("document.activeElement.blur()").await;
    page.press_on(".bots li a").await;
    page.see_text("facts", SHOP).await;
    page.script("document.activeElement.blur()").await;
    page.press_on("form[action$='/stop'] button").await;
    page.see("form[action$='/start']").await;
    page.script("document.activeElement.blur()").await;
    page.press_on("a[href$='/end']").await;
    page.see(".danger").await;
    page.script("document.activeElement.blur()").await;
    page.tab_to("#reason").await;
    page.press("The rent is not paid.").await;
    page.press_on(".danger").await;
    arrives(&page, "/operator/bots").await;
    page.press_on("a[href='/operator/audit']").await;
    page.see_text("deeds", "The rent is not paid.").await;
    page.script("document.activeElement.blur()").await;
    page.press_on("form[action='/operator/sign-out'] button")
        .await;
    arrives(&page, "/operator/sign-in").await;
    assert_eq!(page.console_errors().await, Vec::<String>::new());
    page.end().await;
    finish(world).await;
}
