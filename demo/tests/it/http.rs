//! A plugin that asks a server, in a whole host. The server is on this machine, which only a build for the simulator can be told of.

use jadi_demo::run::{Answer, Servers};
use jadi_demo::world::WorldOptions;

use super::support::{ALICE, answer, finish, main_chat, options, say, world};

const RATES: &str = "api.frankfurter.dev";

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_asks_the_server_that_its_manifest_names() {
    let rates = Answer::Says {
        status: 200,
        body: r#"{"date":"2026-11-24","rates":{"IDR":17000.5}}"#.to_owned(),
    };
    let servers = Servers::start([(RATES.to_owned(), [rates].into())].into()).await;
    let servers = servers.expect("a port");
    let world = world(WorldOptions {
        servers: servers.addresses(),
        ..options()
    })
    .await;
    let alice = world.phone("alice", ALICE).await.expect("a phone");
    let mut events = alice.subscribe();
    say(&alice, &main_chat(), "!convert 2 eur idr").await;
    let told = answer(&mut events, &main_chat()).await;
    let text = told.text.as_str();
    assert_eq!(text, "2.00 EUR = *34001.00 IDR*\n2026-11-24");
    let asked = servers.requests(RATES).join("\n");
    let line = "GET /v1/latest?base=EUR&symbols=IDR HTTP/1.1\r\n";
    assert!(asked.starts_with(line), "{asked}");
    assert!(
        asked
            .to_lowercase()
            .contains("\r\nhost: api.frankfurter.dev"),
        "{asked}"
    );
    finish(world).await;
}
