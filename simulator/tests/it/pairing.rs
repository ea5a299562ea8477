//! Becoming a companion: by QR, by code, and what can go wrong.

use std::time::Duration;

use jadi_simulator::{PairError, PhoneEvent, SimClock, SimulatorError};
use wacore::types::events::Event;

use crate::support::{ALICE, SHOP, TestBot, empty_world, finish, phone_event, world_with_clock};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_linked_by_qr_and_connects_without_waiting_for_keys() {
    let sim = empty_world().await;
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let mut events = shop.subscribe();
    let mut bot = TestBot::start(&sim).await;
    let started = std::time::Instant::now();
    let device = bot.scan_with(&shop).await;
    bot.wait("PairSuccess", |event| match event {
        Event::PairSuccess(success) => {
            assert_eq!(success.id.user, SHOP);
            Some(())
        }
        _ => None,
    })
    .await;
    bot.wait_connected().await;
    assert!(
        started.elapsed() < Duration::from_secs(8),
        "Connected came after {:?}: the key share is late",
        started.elapsed()
    );
    assert_eq!(device.0, 1);
    let linked = shop.linked_devices();
    assert_eq!(linked.len(), 1);
    assert!(linked[0].connected);
    let seen = phone_event(&mut events, "DeviceLinked", |event| match event {
        PhoneEvent::DeviceLinked(index) => Some(*index),
        _ => None,
    })
    .await;
    assert_eq!(seen, device);
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_linked_by_code() {
    let sim = empty_world().await;
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let mut bot = TestBot::start_for_code(&sim, SHOP).await;
    let code = bot
        .wait("a pairing code", |event| match event {
            Event::PairingCode(code) => Some(code.code.clone()),
            _ => None,
        })
        .await;
    let other = if code.starts_with('A') { "B" } else { "A" };
    let wrong = format!("{other}{}", &code[1..]);
    assert_eq!(
        shop.enter_pairing_code(&wrong).await,
        Err(PairError::WrongCode)
    );
    let dashed = format!("{}-{}", &code[..4], &code[4..]);
    shop.enter_pairing_code(&dashed)
        .await
        .expect("the code is right");
    bot.wait_connected().await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_is_for_one_number_only() {
    let sim = empty_world().await;
    let alice = sim.add_phone("alice", ALICE).await.unwrap();
    sim.add_phone("shop", SHOP).await.unwrap();
    let mut bot = TestBot::start_for_code(&sim, SHOP).await;
    let code = bot
        .wait("a pairing code", |event| match event {
            Event::PairingCode(code) => Some(code.code.clone()),
            _ => None,
        })
        .await;
    assert_eq!(
        alice.enter_pairing_code(&code).await,
        Err(PairError::NoCodeRequested)
    );
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_qr_expires_and_serves_once() {
    let clock = SimClock::system();
    let sim = world_with_clock(clock.clone()).await;
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let mut bot = TestBot::start(&sim).await;
    let qr = bot.next_qr().await;
    clock.advance(Duration::from_secs(161));
    assert_eq!(shop.scan_qr(&qr).await, Err(PairError::QrExpired));

    let mut other = TestBot::start(&sim).await;
    let qr = other.next_qr().await;
    shop.scan_qr(&qr).await.expect("a fresh code works");
    other.wait_connected().await;
    assert_eq!(shop.scan_qr(&qr).await, Err(PairError::QrExpired));
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_is_asked_for_a_passkey_while_the_account_wants_one() {
    let sim = empty_world().await;
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    sim.faults().ask_for_passkey(SHOP, true);
    let mut bot = TestBot::start(&sim).await;
    let qr = bot.next_qr().await;
    assert_eq!(shop.scan_qr(&qr).await, Err(PairError::PasskeyAsked));
    let options = bot
        .wait("a request for a passkey", |event| match event {
            Event::PairPasskeyRequest(asked) => Some(asked.request_options_json.clone()),
            _ => None,
        })
        .await;
    assert!(options.contains("web.whatsapp.com"), "{options}");
    assert!(shop.linked_devices().is_empty());
    sim.faults().ask_for_passkey(SHOP, false);
    shop.scan_qr(&qr).await.expect("it is taken now");
    bot.wait_connected().await;
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unlinked_client_is_told_and_cannot_come_back() {
    let sim = empty_world().await;
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let mut bot = TestBot::start(&sim).await;
    let device = bot.scan_with(&shop).await;
    bot.wait_connected().await;
    shop.unlink(device).await.unwrap();
    bot.wait("LoggedOut", |event| {
        matches!(event, Event::LoggedOut(_)).then_some(())
    })
    .await;
    assert!(shop.linked_devices().is_empty());
    bot.restart().await;
    let at_login = bot
        .wait("LoggedOut at login", |event| match event {
            Event::LoggedOut(logged_out) => Some(logged_out.on_connect),
            _ => None,
        })
        .await;
    assert!(at_login);
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_logs_out_is_gone_from_the_phone() {
    let sim = empty_world().await;
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let bot = TestBot::paired(&sim, &shop).await;
    let mut events = shop.subscribe();
    bot.client().logout().await;
    let gone = phone_event(&mut events, "DeviceUnlinked", |event| match event {
        PhoneEvent::DeviceUnlinked(index) => Some(*index),
        _ => None,
    })
    .await;
    assert_eq!(gone.0, 1);
    assert!(shop.linked_devices().is_empty());
    finish(sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_takes_four_companions() {
    let sim = empty_world().await;
    let shop = sim.add_phone("shop", SHOP).await.unwrap();
    let mut bots = Vec::new();
    for _ in 0..4 {
        bots.push(TestBot::paired(&sim, &shop).await);
    }
    let mut fifth = TestBot::start(&sim).await;
    let qr = fifth.next_qr().await;
    assert_eq!(shop.scan_qr(&qr).await, Err(PairError::TooManyDevices(4)));
    assert!(shop.linked_devices().iter().all(|device| device.connected));
    finish(sim).await;
}

#[tokio::test]
async fn a_phone_needs_a_number_and_a_name_of_its_own() {
    let sim = empty_world().await;
    sim.add_phone("alice", ALICE).await.unwrap();
    for number in ["", "+6280000000101", "62 80", "1234567890123456"] {
        let refused = sim.add_phone("bob", number).await;
        assert!(
            matches!(refused, Err(SimulatorError::BadNumber(_))),
            "{number:?}"
        );
    }
    assert!(matches!(
        sim.add_phone("alice", SHOP).await,
        Err(SimulatorError::PhoneTaken(_))
    ));
    assert!(matches!(
        sim.add_phone("bob", ALICE).await,
        Err(SimulatorError::PhoneTaken(_))
    ));
    finish(sim).await;
}
