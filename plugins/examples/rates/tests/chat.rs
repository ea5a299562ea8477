//! Conversions, with servers of the test's own.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use jadi_plugin_test::{Failure, HttpResponse, TestBot};

const ALICE: &str = "6280000000101";

fn answer(status: u16, body: &str) -> Option<HttpResponse> {
    Some(HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    })
}

#[test]
fn an_amount_is_told_in_the_other_currency() {
    let bot = TestBot::of_this_crate();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let note = Arc::clone(&asked);
    bot.servers(move |request| {
        note.lock().expect("lock").push(request.url.clone());
        answer(
            200,
            r#"{"base":"EUR","date":"2026-11-24","rates":{"IDR":17000.5}}"#,
        )
    });
    let told = bot.private(ALICE).says("!convert 2 eur idr");
    assert_eq!(told.text(), "2.00 EUR = *34001.00 IDR*\n2026-11-24");
    assert_eq!(told.progress.len(), 1, "it says that it is at work");
    assert_eq!(
        *asked.lock().expect("lock"),
        ["https://api.frankfurter.dev/v1/latest?base=EUR&symbols=IDR"]
    );
}

#[test]
fn a_server_that_is_away_or_does_not_know_is_told_in_the_bots_language() {
    let bot = TestBot::of_this_crate();
    bot.set_language("id");
    let turn = AtomicU32::new(0);
    bot.servers(move |_| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => None,
        1 => answer(503, "busy"),
        2 => answer(404, r#"{"message":"not found"}"#),
        _ => answer(200, r#"{"date":"2026-11-24","rates":{}}"#),
    });
    let alice = bot.private(ALICE);
    for expected in [
        "Server kurs tidak menjawab",
        "Server kurs tidak menjawab",
        "Tidak ada kurs",
        "Tidak ada kurs",
    ] {
        bot.clock().advance(std::time::Duration::from_secs(10));
        let told = alice.says("!convert 2 EUR XXX");
        assert!(told.text().starts_with(expected), "{told}");
    }
}

#[test]
fn what_is_typed_wrong_is_never_asked() {
    let bot = TestBot::of_this_crate();
    bot.servers(|request| panic!("{} was asked", request.url));
    let alice = bot.private(ALICE);
    assert!(
        alice
            .says("!convert 2 EUR I&R")
            .text()
            .starts_with("A currency has")
    );
    bot.clock().advance(std::time::Duration::from_secs(10));
    assert!(
        alice
            .says("!convert many EUR IDR")
            .text()
            .contains("*amount*")
    );
}

#[test]
fn an_answer_that_is_no_answer_fails_the_event() {
    let bot = TestBot::of_this_crate();
    bot.servers(|_| answer(200, "<html>"));
    let failed = bot.private(ALICE).fails("!convert 2 EUR IDR");
    assert!(
        matches!(failed.failure(), Some(Failure::Handler { message }) if message.contains("the server's answer"))
    );
}
