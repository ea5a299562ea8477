//! A message that no plugin asked for: how long it takes to know that.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, ensure};
use jadi_model::{Chat, ChatKind, Event, EventKey, EventKind, Jid, Message, Person};
use jadi_plugin_manifest::Manifest;
use jadi_plugin_runtime::routing::turns;

use crate::table::{head, row};

/// Measurements, and how often each asks, for a clock can't see a single one.
const TIMES: usize = 1000;
const EACH: usize = 200;

/// Prints the table, for a bot with all of these plugins that want no ordinary message.
pub fn measure(all: &[Manifest]) -> Result<()> {
    let event = message()?;
    let prefixes = vec!["!".to_owned()];
    let ask = |manifests: &[&Manifest]| {
        let manifests = manifests.iter().copied();
        turns(black_box(manifests), |_| None, black_box(&event), &prefixes).len()
    };
    let quiet: Vec<&Manifest> = all.iter().filter(|one| ask(&[one]) == 0).collect();
    ensure!(!quiet.is_empty(), "every plugin wants every message");
    head(&format!(
        "a message that none of {} plugins wants",
        quiet.len()
    ));
    let times = (0..TIMES).map(|_| {
        let start = Instant::now();
        for _ in 0..EACH {
            black_box(ask(&quiet));
        }
        start.elapsed().as_secs_f64() * 1e9 / EACH as f64
    });
    row("until that is known, ns", times.collect());
    Ok(())
}

fn message() -> Result<Event> {
    let group: Jid = "120363000000000001@g.us".parse()?;
    let person: Jid = "6280000000101@s.whatsapp.net".parse()?;
    Ok(Event {
        key: EventKey {
            chat: group.clone(),
            sender: person.clone(),
            id: "3EB0000000000000000001".parse()?,
        },
        at: 1_700_000_000_000,
        chat: Chat {
            jid: group,
            kind: ChatKind::Group,
        },
        sender: Person {
            jid: person,
            lid: None,
            name: "alice".to_owned(),
        },
        kind: EventKind::Message(Message {
            text: "See you at nine, then; I will bring the cake.".to_owned(),
            ..Message::default()
        }),
    })
}
