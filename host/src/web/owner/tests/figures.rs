//! Numbers on pages and in the API are those that there are: places for bots, people, groups and chats.

use serde_json::{Value, json};

use super::{Bench, bench, bot, get};
use crate::clock::Clock as _;
use crate::dispatch::tests::{ALICE, BOB, GROUP, group_message, private_message};
use crate::store::Arrival;

/// What a list of facts says, in its order: names as Indonesian has them.
fn facts(page: &str) -> Vec<(&str, &str)> {
    let terms = page.split("<dt>").skip(1);
    let terms = terms.filter_map(|term| {
        let (name, rest) = term.split_once("</dt><dd>")?;
        let (value, _) = rest.split_once("</dd>")?;
        Some((name, value))
    });
    terms.collect()
}

/// What they say of people, groups, private chats and messages from others.
fn told<'a>(
    people: &'a str,
    groups: &'a str,
    chats: &'a str,
    received: &'a str,
) -> [(&'a str, &'a str); 5] {
    [
        ("Orang", people),
        ("Grup", groups),
        ("Chat pribadi", chats),
        ("Pesan masuk", received),
        ("Pesan keluar", "0"),
    ]
}

/// Bob writes in two groups, and he and Alice in private.
async fn meet(bench: &Bench) {
    let other = "120363000000000002@g.us";
    let events = [
        group_message(GROUP, BOB, "A1", "hello"),
        group_message(GROUP, BOB, "A2", "hello"),
        group_message(other, BOB, "A3", "hello"),
        private_message(BOB, "A4", "hello"),
        private_message(ALICE, "A5", "hello"),
        private_message("6280000000104@s.whatsapp.net", "A6", "hello"),
    ];
    let heard = events.map(|event| Arrival {
        event,
        wanted: false,
        keep: false,
        meets: true,
        gathers: None,
        posts: None,
    });
    let data = bench.store.bot(bot(1)).await.expect("data");
    let kept = data.accept(heard.into(), bench.clock.now()).await;
    kept.expect("kept");
}

#[actix_web::test]
async fn an_owner_reads_how_many_people_groups_and_chats_the_bot_has_met() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let shop = bench.sign_in(&bench.link(1).await).await;
    let page = async || bench.ask(get("/bot").cookie(shop.clone())).await.text;
    assert_eq!(facts(&page().await), told("0", "0", "0", "0"));
    meet(&bench).await;
    assert_eq!(facts(&page().await), told("3", "2", "3", "6"));
    let token = bench.owners_token(1).await;
    let api = get("/api/v1/bot").insert_header(("x-jadi-token", token));
    let api: Value = serde_json::from_str(&bench.ask(api).await.text).expect("JSON");
    let bot = &api["data"];
    assert_eq!(
        (&bot["users"], &bot["groups"], &bot["privateChats"]),
        (&json!(3), &json!(2), &json!(3)),
        "{bot}"
    );
    // Nothing of it is another's.
    let farm = bench.sign_in(&bench.link(2).await).await;
    let theirs = bench.ask(get("/bot").cookie(farm)).await;
    assert_eq!(facts(&theirs.text), told("0", "0", "0", "0"));
}

#[actix_web::test]
async fn the_front_page_and_the_api_say_how_many_places_are_left() {
    let bench = bench("http://127.0.0.1:8080/").await;
    let hosting = bench.shared.parts.hosting.as_ref().expect("there is");
    for (slots, left) in [(5, 3), (40, 38), (2, 0), (1, 0)] {
        hosting.creation.set_slots(slots).await.expect("kept");
        let front = get("/").insert_header(("accept-language", "en"));
        let front = bench.ask(front).await.text;
        let places = format!("{left} of {slots} places free.");
        assert_eq!(front.contains(&places), left > 0, "{front}");
        assert_eq!(front.contains("All places are taken"), left == 0, "{front}");
        let status = bench.ask(get("/api/subbot/status")).await;
        let status: Value = serde_json::from_str(&status.text).expect("JSON");
        assert_eq!(
            status["data"],
            json!({"totalBots": 2, "connectedBots": 0, "maxSlots": slots, "availableSlots": left})
        );
    }
}
