//! A command that a program gives and that takes too long.

use std::sync::Arc;
use std::time::Duration;

use actix_web::test::TestRequest;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::{bench_with, bot};
use crate::dispatch::tests::{Fake, answered};
use crate::model::Jid;
use crate::whatsapp::fake::DEADLINE;

const SLOW: &str = r#"{"name":"slow","version":"1.0.0","languages":["en"],
    "commands":[{"name":"dig","summary":"Digs"}]}"#;

#[actix_web::test]
async fn a_command_that_takes_too_long_is_told_and_goes_on_and_is_among_the_deeds() {
    let (begun, goes_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (begun, goes_on) = (begun.clone(), goes_on.clone());
        Fake::doing(SLOW, move |input, _| {
            let (begun, goes_on) = (begun.clone(), goes_on.clone());
            Box::pin(async move {
                begun.notify_one();
                goes_on.notified().await;
                answered(&input.event, "late")
            })
        })
    };
    let mut bench = bench_with("http://127.0.0.1:8080/", None, vec![slow]).await;
    let owner: Jid = "6280000000101@s.whatsapp.net".parse().expect("a jid");
    let owned = bench.store.registry();
    let owned = owned.update(bot(1), Box::new(|record| record.owner = Some(owner)));
    owned.await.expect("kept");
    let token = bench.owners_token(1).await;
    bench.fleet.start(bot(1)).await.expect("it starts");
    bench.opens(1).await;

    let command = TestRequest::post()
        .uri("/api/subbot/command")
        .insert_header(("x-jadi-token", token.as_str()))
        .set_json(json!({"botJid": "6280000000201", "command": "dig", "parameters": "secretly"}));
    let passes = async {
        begun.notified().await;
        bench.clock.advance(Duration::from_secs(30));
    };
    let asked = async { tokio::join!(bench.ask(command), passes) };
    let (seen, ()) = tokio::time::timeout(DEADLINE, asked)
        .await
        .expect("in time");
    assert_eq!(seen.status.as_u16(), 504, "{}", seen.text);
    let told: Value = serde_json::from_str(&seen.text).expect("JSON");
    assert_eq!(
        (&told["code"], &told["status"]),
        (&json!("COMMAND_TIMEOUT"), &json!(false))
    );
    let message = told["message"].as_str().expect("a sentence");
    assert!(message.contains("goes to the owner's chat"), "{message}");
    let deeds = bench.store.audit().deeds(None, 1).await.expect("read");
    let (_, deed) = deeds.into_iter().next().expect("it is kept");
    assert_eq!(
        (deed.what.as_str(), deed.detail.as_str(), deed.by.as_str()),
        ("command", "dig", "the owner's token owner's")
    );
    goes_on.notify_one();
    bench.fleet.shutdown().await;
}
