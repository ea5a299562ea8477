//! What a data directory keeps: after a restart of the simulator a bot finds the world that it knew.

use jadi_simulator::{ChatId, Outgoing, Simulator, SimulatorConfig};

use crate::support::{ALICE, SHOP, TestBot, finish, phone_hears, write};

async fn start(dir: &std::path::Path, port: u16) -> Simulator {
    let config = SimulatorConfig {
        data_dir: Some(dir.to_owned()),
        port,
        ..SimulatorConfig::default()
    };
    Simulator::start(config)
        .await
        .expect("the simulator starts")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_goes_on_after_the_simulator_was_started_anew() {
    let dir = tempfile::tempdir().unwrap();
    let sim = start(dir.path(), 0).await;
    let alice = sim.add_phone("alice", ALICE).await.unwrap();
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let mut bot = TestBot::paired(&sim, &shop).await;
    let group = alice
        .create_group("friends", &[SHOP.to_owned()])
        .await
        .unwrap()
        .jid;
    alice
        .send(&ChatId::group(&group), Outgoing::text("hello group"))
        .await
        .unwrap();
    assert_eq!(bot.next_message().await.text, "hello group");
    let mut events = alice.subscribe();
    bot.say(&group, "hello alice").await;
    phone_hears(&mut events).await;
    sim.idle().await;
    bot.stop().await;
    write(&alice, SHOP, "kept while all were away").await;
    let certificate = sim.certificate();
    finish(sim).await;

    let sim = start(dir.path(), 0).await;
    assert_eq!(sim.certificate(), certificate);
    let alice = sim.phone("alice").expect("alice is still there");
    assert_eq!(sim.phone("shop").unwrap().linked_devices().len(), 1);
    assert_eq!(sim.group(&group).unwrap().subject, "friends");
    bot.move_to(&sim).await;
    assert_eq!(
        bot.next_messages(1).await[0].text,
        "kept while all were away"
    );
    let mut events = alice.subscribe();
    bot.say(&alice.jid(), "I am back").await;
    assert_eq!(phone_hears(&mut events).await.text, "I am back");
    bot.say(&group, "and here").await;
    assert_eq!(phone_hears(&mut events).await.text, "and here");
    alice
        .send(&ChatId::group(&group), Outgoing::text("welcome back"))
        .await
        .unwrap();
    assert_eq!(bot.next_messages(1).await[0].text, "welcome back");
    assert!(
        alice
            .messages(&ChatId::direct(SHOP))
            .iter()
            .all(|message| message.text == "I am back")
    );
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_world_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("simulator-world.json"), b"{}").unwrap();
    let config = SimulatorConfig {
        data_dir: Some(dir.path().to_owned()),
        ..SimulatorConfig::default()
    };
    let error = Simulator::start(config)
        .await
        .err()
        .expect("it must not begin anew over an unreadable world");
    assert!(
        error.to_string().contains("simulator-world.json"),
        "{error}"
    );
}
