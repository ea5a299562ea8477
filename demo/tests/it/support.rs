//! A world for a test, and what tests do in it again and again.

use std::time::Duration;

use jadi_browser::Browser;
use jadi_demo::world::{PairingMethod, World, WorldOptions};
use jadi_demo::{MAIN_NUMBER, ROOT_NUMBER};
use jadi_simulator::{ChatId, Outgoing, Phone, PhoneEvent, SeenMessage};
use tokio::sync::broadcast;

use super::built;

/// What should happen happens by then, even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Numbers of the people in these tests. Nobody has numbers of this form.
pub const ALICE: &str = "6280000000101";
pub const BOB: &str = "6280000000102";

/// A fresh world without the phones page, whose main bot is linked by QR.
pub fn options() -> WorldOptions {
    WorldOptions {
        jadi: built("JADI_BIN", "bin/jadi-simulated"),
        plugins: built("JADI_PLUGINS", "plugins"),
        data: None,
        owners: vec![ROOT_NUMBER.to_owned()],
        pairing: PairingMethod::Qr,
        port: 0,
        phones_port: None,
        log: "info".to_owned(),
        environment: Vec::new(),
        servers: [].into(),
    }
}

/// A world with an open main bot.
pub async fn world(options: WorldOptions) -> World {
    let tell = |line: &str| eprintln!("{line}");
    Box::pin(World::start(options, &tell))
        .await
        .expect("a world")
}

/// The most bytes of a page with all that it loads, before anything is compressed.
const HEAVIEST: u64 = 100_000;
/// How many bytes the page that is shown has taken, with its pictures, styles and scripts. What it goes on hearing does not count.
const WEIGHT: &str = "return performance.getEntries()
    .filter((entry) => entry.entryType === 'navigation' || entry.entryType === 'resource')
    .filter((entry) => !entry.name.endsWith('/events'))
    .reduce((bytes, entry) => bytes + entry.decodedBodySize, 0)";

/// How far the page reaches beyond the window, which is as wide as a phone: who reads it would push it from side to side.
const WIDER: &str = "const page = document.documentElement;
    return page.scrollWidth - page.clientWidth";

/// Nothing on the page keeps anybody from using it: no obstacle, nothing beyond the edge, and nobody waits for it on a slow line.
pub async fn usable(page: &Browser, what: &str) {
    let axe = built("JADI_AXE", "checks/axe/node_modules/axe-core/axe.min.js");
    let axe = std::fs::read_to_string(axe).expect("a script");
    let obstacles = page.obstacles(&axe).await;
    assert!(obstacles.is_empty(), "{what}:\n{}", obstacles.join("\n"));
    let weight = page.script(WEIGHT).await;
    let weight = weight.as_u64().expect("bytes");
    // Less than the styles alone: it was not measured.
    assert!(
        (5_000..=HEAVIEST).contains(&weight),
        "{what}: {weight} bytes"
    );
    let wider = page.script(WIDER).await;
    assert_eq!(wider, 0, "{what}: pixels beyond the edge of a phone");
}

/// Ends a test: nothing may have been asked that the simulator does not know.
pub async fn finish(world: World) {
    let unknown = world.simulator().unknown_iqs();
    assert!(
        unknown.is_empty(),
        "requests without an answer:\n{unknown:#?}"
    );
    world.shutdown().await;
}

/// The chat with the main bot.
pub fn main_chat() -> ChatId {
    ChatId::direct(MAIN_NUMBER)
}

pub async fn say(phone: &Phone, chat: &ChatId, text: &str) {
    let sent = phone.send(chat, Outgoing::text(text)).await;
    sent.unwrap_or_else(|error| panic!("{} can't send: {error}", phone.name()));
}

/// The next event of a phone that `pick` wants.
pub async fn event<T>(
    events: &mut broadcast::Receiver<PhoneEvent>,
    what: &str,
    mut pick: impl FnMut(&PhoneEvent) -> Option<T>,
) -> T {
    let found = tokio::time::timeout(DEADLINE, async {
        loop {
            let event = events.recv().await.expect("the phone is there");
            if let Some(found) = pick(&event) {
                return found;
            }
        }
    });
    found
        .await
        .unwrap_or_else(|_| panic!("the phone saw no {what} within {DEADLINE:?}"))
}

/// The next message of the main bot in this chat.
pub async fn answer(events: &mut broadcast::Receiver<PhoneEvent>, chat: &ChatId) -> SeenMessage {
    message_of(events, chat, MAIN_NUMBER).await
}

/// The next message of the bot with this number in a private chat with it.
pub async fn answer_of(events: &mut broadcast::Receiver<PhoneEvent>, bot: &str) -> SeenMessage {
    message_of(events, &ChatId::direct(bot), bot).await
}

/// The next message of the bot with this number in this chat.
pub async fn message_of(
    events: &mut broadcast::Receiver<PhoneEvent>,
    chat: &ChatId,
    bot: &str,
) -> SeenMessage {
    event(events, "answer", |event| match event {
        PhoneEvent::Message(message) if message.key.chat == *chat && message.key.sender == bot => {
            Some(message.clone())
        }
        _ => None,
    })
    .await
}
