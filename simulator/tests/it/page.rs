//! The phones page in a real browser: two people in two tabs talk to each other, live.

use std::net::{Ipv4Addr, SocketAddr};

use jadi_browser::{Browser, Key, phones};
use jadi_simulator::http::{self, HttpServer};
use jadi_simulator::{ChatId, Outgoing, SimClock, Simulator, SimulatorConfig};

const ALICE: &str = "6280000000101";
const BOB: &str = "6280000000102";

struct Scene {
    sim: Simulator,
    page: HttpServer,
    browser: Browser,
}

impl Scene {
    async fn set() -> Self {
        let config = SimulatorConfig {
            data_dir: None,
            port: 0,
            clock: SimClock::system(),
        };
        let sim = Simulator::start(config).await.expect("starts");
        for (name, number) in [("alice", ALICE), ("bob", BOB), ("carol", "6280000000103")] {
            sim.add_phone(name, number).await.expect("a new phone");
        }
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let page = http::serve(sim.clone(), addr).expect("a free port");
        Self {
            sim,
            page,
            browser: Browser::start().await,
        }
    }

    /// Opens the page in the current tab as this person, and waits until it is live.
    async fn be(&self, name: &str) {
        phones::be(&self.browser, &self.page.url(), name).await;
    }

    async fn say(&self, text: &str) {
        phones::say(&self.browser, text).await;
    }

    /// Uses one of the buttons beside the message that contains `text`, as the keyboard does: focus, then press.
    async fn act(&self, text: &str, button: &str) {
        self.browser.see_text("msg", text).await;
        let script = format!(
            "const message = [...document.querySelectorAll('.msg')].findLast((one) => one.querySelector('.text')?.textContent.includes('{text}'));
             message.focus(); message.querySelector('[aria-label=\"{button}\"]').click();"
        );
        self.browser.script(&script).await;
    }

    /// Ends everything; the page may have reported so many refused requests and no other trouble.
    async fn end(self, refusals: usize) {
        let errors = self.browser.console_errors().await;
        let (refused, trouble): (Vec<_>, Vec<_>) = errors
            .into_iter()
            .partition(|error| error.contains("/api/") && error.contains("status of 4"));
        assert_eq!(trouble, Vec::<String>::new());
        assert_eq!(refused.len(), refusals, "{refused:?}");
        self.browser.end().await;
        self.page.shutdown().await;
        self.sim.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_talk_and_each_sees_it_live() {
    let scene = Scene::set().await;
    let page = &scene.browser;
    let alice = page.tab().await;
    scene.be("alice").await;
    let bob = page.new_tab().await;
    scene.be("bob").await;

    phones::begin_chat(page, ALICE, "alice").await;
    scene
        .say("Hello *alice* <img src=x onerror=alert(1)>")
        .await;
    page.see_text("mine", "Hello alice").await;

    page.show(&alice).await;
    page.see_text("chat", "Hello alice").await;
    page.see_text("badge", "1").await;
    page.click(".chat").await;
    page.see_text("theirs", "Hello alice <img src=x onerror=alert(1)>")
        .await;
    page.until("document.querySelector('.theirs strong')?.textContent === 'alice'")
        .await;
    page.until("document.querySelectorAll('#messages img').length === 0")
        .await;
    page.until("!document.querySelector('.chat .badge')").await;

    page.show(&bob).await;
    page.see(".mine .ticks.read").await;

    page.show(&alice).await;
    scene.act("Hello", "Reply").await;
    page.see_text("context", "Reply to bob").await;
    scene.say("Hi, how are you?").await;
    page.show(&bob).await;
    page.see_text("theirs", "Hi, how are you?").await;
    page.see_text("quote", "Hello alice").await;

    scene.act("how are you", "React").await;
    page.click(".palette:not([hidden]) button").await;
    page.see_text("reactions", "👍").await;
    page.show(&alice).await;
    page.see_text("reactions", "👍").await;

    // Arrow up in an empty field edits what one said last.
    page.type_into("#text", &Key::Up.to_string()).await;
    page.see_text("context", "Edit message").await;
    page.script("document.getElementById('text').select()")
        .await;
    scene.say("Hi, how is everyone?").await;
    page.show(&bob).await;
    page.see_text("theirs", "Hi, how is everyone?").await;
    page.see_text("meta", "edited").await;

    scene.act("Hello", "Delete for everyone").await;
    page.see_text("gone", "You deleted this message").await;
    page.show(&alice).await;
    page.see_text("gone", "This message was deleted").await;

    scene.end(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_made_written_in_and_changed() {
    let scene = Scene::set().await;
    let page = &scene.browser;
    let alice = page.tab().await;
    scene.be("alice").await;

    phones::make_group(page, "Lake trip", &[BOB]).await;
    scene.say("Welcome @bob").await;
    page.until("document.querySelector('.mine .mention')?.textContent === '@bob'")
        .await;

    let bob = page.new_tab().await;
    scene.be("bob").await;
    phones::open_chat(page, "Lake trip").await;
    page.see_text("theirs", "Welcome @bob").await;
    page.see_text("sender", "alice").await;
    page.until("!document.getElementById('write').hidden").await;

    page.show(&alice).await;
    page.click("#info").await;
    page.click("#dialog-body .toggles input").await;
    page.click("#dialog-close").await;
    page.show(&bob).await;
    page.see_text("closed", "Only admins can write in this group.")
        .await;

    page.show(&alice).await;
    page.click("#info").await;
    page.click("[aria-label='Remove bob']").await;
    page.until("!document.querySelector('[aria-label=\"Remove bob\"]')")
        .await;
    page.click("#dialog-close").await;
    page.show(&bob).await;
    page.see_text("closed", "You are not a member of this group.")
        .await;
    let group = scene.sim.groups().pop().expect("it was made");
    assert!(!group.has_member(BOB) && group.is_admin(ALICE));

    scene.end(0).await;
}

/// Draws a picture and hands it to the page as if it had been picked from a file.
const PICK_A_PICTURE: &str = r##"
    const canvas = new OffscreenCanvas(640, 420);
    const g = canvas.getContext("2d");
    const sky = g.createLinearGradient(0, 0, 0, 420);
    sky.addColorStop(0, "#f7b267"); sky.addColorStop(0.55, "#f4845f"); sky.addColorStop(1, "#274060");
    g.fillStyle = sky; g.fillRect(0, 0, 640, 420);
    g.fillStyle = "#ffe8c2"; g.beginPath(); g.arc(430, 190, 46, 0, 7); g.fill();
    for (const [x, top, tone] of [[-60, 170, "#335c67"], [210, 200, "#1f4e5f"], [400, 225, "#173f4f"]]) {
        g.fillStyle = tone; g.beginPath(); g.moveTo(x, 300); g.lineTo(x + 170, top); g.lineTo(x + 340, 300); g.fill();
    }
    g.fillStyle = "#12303d"; g.fillRect(0, 295, 640, 125);
    g.fillStyle = "rgb(255 232 194 / 0.35)";
    for (let y = 305; y < 415; y += 14) g.fillRect(430 - (y - 280) / 2.4, y, (y - 280) / 1.2, 4);
    return canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 }).then((blob) => {
        const files = new DataTransfer();
        files.items.add(new File([blob], "lake.jpg", { type: "image/jpeg" }));
        const input = document.getElementById("file");
        input.files = files.files;
        input.dispatchEvent(new Event("change"));
        return blob.size;
    });
"##;

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_person_far_away() {
    let scene = Scene::set().await;
    let page = &scene.browser;
    scene.be("alice").await;
    page.click("#new-chat").await;
    page.type_into("#dialog-body [name=number]", "+62 8000-0000-102")
        .await;
    page.click("#dialog-body .primary").await;
    page.see_text("head-text", "bob").await;
    page.script(PICK_A_PICTURE).await;
    page.see_text("context", "lake.jpg").await;
    scene.say("The lake at six").await;
    page.until("document.querySelector('.mine img.image')?.naturalWidth === 640")
        .await;

    let bob = page.new_tab().await;
    scene.be(&format!("bob/{ALICE}%40s.whatsapp.net")).await;
    page.until("document.querySelector('.theirs img.image')?.naturalWidth === 640")
        .await;
    page.see_text("theirs", "The lake at six").await;
    page.show(&bob).await;

    // A phone without network: what is sent to it comes later.
    page.click("#online").await;
    page.see_text("self-name", "offline").await;
    let phone = scene.sim.phone("alice").expect("there");
    let chat = ChatId::direct(BOB);
    let late = Outgoing::text("Are you there?");
    phone.send(&chat, late).await.expect("sent");
    page.click("#online").await;
    page.see_text("theirs", "Are you there?").await;

    // A number that nobody has: told, and what was typed is still there.
    page.script("location.hash = 'bob/6280000000999%40s.whatsapp.net'")
        .await;
    page.see_text("head-text", "+6280000000999").await;
    scene.say("Anyone?").await;
    page.see_text("toasts", "6280000000999 is not on WhatsApp")
        .await;
    page.until("document.getElementById('text').value === 'Anyone?'")
        .await;

    scene.end(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pairing_code_is_explained_beside_its_button() {
    let scene = Scene::set().await;
    let page = &scene.browser;
    scene.be("carol").await;
    page.click("#devices").await;
    page.type_into("#dialog-body [name=code]", "ABCD-EFGH")
        .await;
    page.click("#dialog-body .primary").await;
    page.see_text("problem", "no device waits for a pairing code")
        .await;
    page.type_into("#dialog-body [name=qr]", "not a code").await;
    page.script("document.querySelectorAll('#dialog-body .primary')[1].click()")
        .await;
    page.until("[...document.querySelectorAll('.problem')].at(-1).textContent.includes('QR')")
        .await;
    scene.end(2).await;
}

/// A conversation with something of everything, for looking at.
async fn a_lively_afternoon(sim: &Simulator) -> String {
    sim.add_phone("main", "6280000000100").await.expect("new");
    let phone = |name: &str| sim.phone(name).expect("there");
    let (alice, bob, main) = (phone("alice"), phone("bob"), phone("main"));
    let direct = |number: &str| ChatId::direct(number);

    let morning = Outgoing::text("See you at six 👋");
    bob.send(&direct(ALICE), morning).await.expect("sent");
    alice
        .send(&direct("6280000000100"), Outgoing::text("!ping"))
        .await
        .expect("sent");
    main.send(&direct(ALICE), Outgoing::text("Pong"))
        .await
        .expect("sent");

    let members = [
        BOB.to_owned(),
        "6280000000103".to_owned(),
        "6280000000100".to_owned(),
    ];
    let group = alice
        .create_group("Lake trip", &members)
        .await
        .expect("made");
    let lake = ChatId::group(&group.jid);
    let asked = "Who brings the snacks on *Saturday*?";
    let asked = bob.send(&lake, Outgoing::text(asked)).await.expect("sent");
    sim.idle().await;
    let answer = Outgoing {
        text: Some("I do! Two bags of krupuk and a _very_ large thermos of tea ☕️".to_owned()),
        quote: Some(asked),
        ..Outgoing::default()
    };
    let answer = alice.send(&lake, answer).await.expect("sent");
    sim.idle().await;
    bob.react(&answer, "❤️").await.expect("reacted");
    phone("carol").react(&answer, "🙏").await.expect("reacted");
    let thanks = Outgoing {
        text: Some(format!(
            "@{ALICE} you are the best. The way: https://example.org/lake"
        )),
        mentions: vec![ALICE.to_owned()],
        ..Outgoing::default()
    };
    phone("carol").send(&lake, thanks).await.expect("sent");
    let late = bob
        .send(&lake, Outgoing::text("I will be late"))
        .await
        .expect("sent");
    sim.idle().await;
    bob.revoke(&late).await.expect("deleted");
    alice
        .send(&lake, Outgoing::text("!remind 17:30 *leave for the lake*"))
        .await
        .expect("sent");
    let reminder = "*Reminder set*\nI will tell everyone at ```17:30```.";
    main.send(&lake, Outgoing::text(reminder))
        .await
        .expect("sent");
    sim.idle().await;
    group.jid
}

/// What has no name for a screen reader among the controls that are shown.
const NAMELESS: &str = "return [...document.querySelectorAll('button, input, textarea, select, a')]
    .filter((one) => one.checkVisibility() && !one.ariaLabel && !one.labels?.length
        && !(one.innerText ?? '').trim())
    .map((one) => one.outerHTML)";

#[tokio::test(flavor = "multi_thread")]
async fn it_fits_a_phone_and_names_every_control() {
    let scene = Scene::set().await;
    let page = &scene.browser;
    let group = a_lively_afternoon(&scene.sim).await;
    scene.be("alice").await;
    page.look(1180, 760, false).await;
    page.see_text("chat", "Lake trip").await;
    page.picture("list-light").await;
    page.script(&format!(
        "location.hash = 'alice/{}'",
        group.replace('@', "%40")
    ))
    .await;
    page.see_text("theirs", "Reminder set").await;
    page.picture("group-light").await;
    page.look(1180, 760, true).await;
    page.picture("group-dark").await;
    assert_eq!(page.script(NAMELESS).await, serde_json::json!([]));

    page.look(1180, 760, false).await;
    page.click("#info").await;
    page.see_text("row", "carol").await;
    page.picture("group-info").await;
    assert_eq!(page.script(NAMELESS).await, serde_json::json!([]));

    page.look(360, 720, false).await;
    let fits = "document.documentElement.scrollWidth <= 360 && document.querySelector('#dialog-body').scrollWidth <= document.querySelector('#dialog-body').clientWidth";
    page.until(fits).await;
    page.picture("group-info-phone").await;
    page.click("#dialog-close").await;
    page.until(
        "document.getElementById('log').scrollWidth <= document.getElementById('log').clientWidth",
    )
    .await;
    page.until("!document.querySelector('.side').checkVisibility()")
        .await;
    page.picture("group-phone").await;
    page.click("#back").await;
    page.until("document.querySelector('.side').checkVisibility() && !document.querySelector('.talk').checkVisibility()").await;
    page.look(360, 720, true).await;
    page.picture("list-phone-dark").await;
    page.until("document.documentElement.scrollWidth <= 360")
        .await;
    scene.end(0).await;
}
