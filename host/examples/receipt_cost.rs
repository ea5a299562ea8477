//! What a receipt adds to an event: one event is taken in and committed to a bot's encrypted file, with a receipt and without.
//!
//! `cargo xtask bench` runs this and prints least, median and most. Half of the events have a receipt, in turn, so that both
//! meet the same noise.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jadi::model::{
    BotId, BotRecord, BotRole, Chat, ChatKind, Event, EventKey, EventKind, Jid, LinkMethod,
    Message, Person,
};
use jadi::random::SystemRandom;
use jadi::store::{
    Arrival, BotData, Handled, KeptBounds, MasterKey, Settings, Store, StoreOptions,
};

/// Events before it is measured, and events that are.
const WARM: usize = 200;
const EVENTS: usize = 4_000;

/// A receipt as dispatch writes it, for a command with one log line.
const RECEIPT: &str = r#"{"event":"e12345","version":"1.0.0","digest":"0123456789abcdef","used":[[310,50000],[2100,5000000],
[1179648,16777216],[3,128],[12,1048576],[1,8],[20,65536],[30,4096]],"log":[{"level":"info","text":"a line of thirty characters."}]}"#;

#[tokio::main]
async fn main() -> Result<()> {
    let dir = tempfile::tempdir()?;
    let random = Arc::new(SystemRandom);
    let options = StoreOptions {
        data_dir: dir.path().to_owned(),
        session_dir: None,
        defaults: Settings::default(),
        kept: KeptBounds::default(),
        random: random.clone(),
    };
    let master = MasterKey::load(dir.path(), None, &*random)?;
    let store = Store::open(options, master).await?;
    let id = BotId::from_random([1; 16]);
    let bot = BotRecord::requested(id, BotRole::Main, LinkMethod::Qr, 1);
    store.add_bot(&bot).await?;
    let data = store.bot(id).await?;

    let (mut with, mut without) = (Vec::new(), Vec::new());
    for number in 0..WARM + EVENTS {
        let receipt = number
            .is_multiple_of(2)
            .then(|| RECEIPT.as_bytes().to_vec());
        let has_receipt = receipt.is_some();
        let took = commit(&data, number, receipt).await?;
        if number >= WARM {
            if has_receipt { &mut with } else { &mut without }.push(took);
        }
    }
    row("commit of an event without a receipt, µs", without);
    row("commit of an event with its receipt, µs", with);
    drop(data);
    store.close().await?;
    Ok(())
}

async fn commit(data: &BotData, number: usize, receipt: Option<Vec<u8>>) -> Result<Duration> {
    let alice: Jid = "6280000000101@s.whatsapp.net".parse()?;
    let event = Event {
        key: EventKey {
            chat: alice.clone(),
            sender: alice.clone(),
            id: format!("A{number}").parse()?,
        },
        at: 1,
        chat: Chat {
            jid: alice.clone(),
            kind: ChatKind::Private,
        },
        sender: Person {
            jid: alice,
            lid: None,
            name: "alice".to_owned(),
        },
        kind: EventKind::Message(Message {
            text: "!ping".to_owned(),
            ..Message::default()
        }),
    };
    let arrival = Arrival {
        event,
        wanted: true,
        keep: false,
        meets: false,
        gathers: None,
        posts: None,
    };
    let accepted = data.accept(vec![arrival], 1).await?;
    let waiting = accepted.new.first().context("the event is new")?;
    let handled = Handled {
        event: waiting.row,
        plugin: Some("core".to_owned()),
        receipt,
        last: true,
        at: 2,
        ..Handled::default()
    };
    let start = Instant::now();
    data.commit(handled).await?;
    Ok(start.elapsed())
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |index: usize| {
        times
            .get(index)
            .map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
    };
    let last = times.len().saturating_sub(1);
    println!(
        "{name:<42} {:>9.1} {:>9.1} {:>9.1} {:>6}",
        at(0),
        at(last / 2),
        at(last),
        times.len()
    );
}
