//! Two bots of one host in a group: one of them answers.

use super::{ALICE, BOT, Fake, GROUP, Host, Place, group_message, jid, soon};
use crate::model::{
    Action, BotId, BotRecord, BotRole, Event, EventKind, GroupChange, LinkMethod, Person,
};
use crate::store::Seat;

/// Another bot of the host.
const OTHER: &str = "6280000000201@s.whatsapp.net";
const ECHO: &str =
    r#"{"name":"echo","version":"1.0.0","languages":["en"],"events":[{"event":"message"}]}"#;

/// A process whose store knows another bot, which has the group's seat.
async fn beside_another(place: &Place) -> (Host, BotId) {
    let host = place.start(vec![Fake::echo(ECHO)]).await;
    let id = BotId::from_random([9; 16]);
    let mut other = BotRecord::requested(id, BotRole::Sub, LinkMethod::Qr, 1);
    other.jid = Some(jid(OTHER));
    host.store.add_bot(&other).await.expect("added");
    let seat = host.store.seats().claim(&jid(GROUP), id, 1).await;
    assert_eq!(seat.expect("claimed"), Seat::Own);
    (host, id)
}

fn moved(id: &str, came: bool) -> Event {
    let people = vec![Person {
        jid: jid(BOT),
        lid: None,
        name: String::new(),
    }];
    let mut event = group_message(GROUP, ALICE, id, "");
    event.kind = if came {
        EventKind::GroupAdd { people }
    } else {
        EventKind::GroupRemove { people }
    };
    event
}

/// What was said and done in the group.
fn done(host: &Host) -> Vec<String> {
    let attempts = host.session.attempts().into_iter();
    attempts
        .map(|outgoing| match outgoing.action {
            Action::Send(message) if message.chat == jid(GROUP) => {
                message.text.lines().next().unwrap_or_default().to_owned()
            }
            Action::Group {
                group,
                change: GroupChange::Leave,
                ..
            } if group == jid(GROUP) => "leaves".to_owned(),
            other => panic!("{other:?}"),
        })
        .collect()
}

const LEAVES: [&str; 2] = ["*This group has a bot already*", "leaves"];

#[tokio::test]
async fn the_second_bot_that_is_spoken_to_says_so_once_and_leaves() {
    let place = Place::new();
    let (host, _) = beside_another(&place).await;
    let people = [(ALICE, false), (BOT, false), (OTHER, false)];
    host.session.set_group(GROUP, &people);
    let events = ["A1", "A2"].map(|id| group_message(GROUP, ALICE, id, "hello"));
    host.receive(events.into()).await;
    soon(host.dispatch.idle()).await;
    assert_eq!(done(&host), LEAVES);
    host.end().await;
}

#[tokio::test]
async fn the_second_bot_leaves_as_soon_as_it_comes_in() {
    let place = Place::new();
    let (host, _) = beside_another(&place).await;
    host.session.lose_group_questions(1);
    let people = [(ALICE, false), (BOT, false), (OTHER, false)];
    host.session.set_group(GROUP, &people);
    host.receive(vec![moved("A1", true)]).await;
    host.session.until_attempted(2).await;
    soon(host.dispatch.idle()).await;
    assert_eq!(
        done(&host),
        LEAVES,
        "though WhatsApp did not answer at first"
    );

    // Whoever brings it in again is told again.
    host.receive(vec![moved("A2", false), moved("A3", true)])
        .await;
    soon(host.dispatch.idle()).await;
    assert_eq!(done(&host), [LEAVES, LEAVES].concat());
    host.end().await;
}

#[tokio::test]
async fn a_bot_that_comes_in_sees_who_is_there_though_nobody_spoke_to_it_yet() {
    let place = Place::new();
    let (host, other) = beside_another(&place).await;
    let seats = host.store.seats();
    seats.vacate(&jid(GROUP), other).await.expect("vacated");
    host.known_bots.add(jid(OTHER), BotRole::Sub);
    let people = [(ALICE, false), (BOT, false), (OTHER, false)];
    host.session.set_group(GROUP, &people);
    host.receive(vec![moved("A1", true)]).await;
    soon(host.dispatch.idle()).await;
    assert_eq!(done(&host), LEAVES);
    let seat = seats.claim(&jid(GROUP), other, 2).await;
    assert_eq!(seat.expect("claimed"), Seat::Own);
    host.end().await;
}

#[tokio::test]
async fn where_the_rule_is_relaxed_the_second_bot_is_silent() {
    let place = Place::new();
    let (host, other) = beside_another(&place).await;
    host.seating.set_leaves(false);
    let people = [(ALICE, false), (BOT, false), (OTHER, false)];
    host.session.set_group(GROUP, &people);
    host.receive(vec![moved("A1", true)]).await;
    host.receive(vec![group_message(GROUP, ALICE, "A2", "hello")])
        .await;
    soon(host.dispatch.idle()).await;
    assert_eq!(done(&host), [""; 0]);
    host.store
        .seats()
        .vacate(&jid(GROUP), other)
        .await
        .expect("vacated");
    host.receive(vec![group_message(GROUP, ALICE, "A3", "and now")])
        .await;
    soon(host.dispatch.idle()).await;
    assert_eq!(done(&host), ["echo: and now"]);
    host.end().await;
}

#[tokio::test]
async fn a_bot_that_is_not_there_any_more_has_no_seat() {
    let place = Place::new();
    let (host, other) = beside_another(&place).await;
    host.session
        .set_group(GROUP, &[(ALICE, false), (BOT, false)]);
    host.receive(vec![group_message(GROUP, ALICE, "A1", "hello")])
        .await;
    soon(host.dispatch.idle()).await;
    assert_eq!(done(&host), ["echo: hello"]);
    let seat = host.store.seats().claim(&jid(GROUP), other, 2).await;
    assert!(matches!(seat, Ok(Seat::Taken { .. })), "{seat:?}");

    // It leaves, and the other one may have it.
    host.receive(vec![moved("A2", false)]).await;
    soon(host.dispatch.idle()).await;
    let seat = host.store.seats().claim(&jid(GROUP), other, 2).await;
    assert_eq!(seat.expect("claimed"), Seat::Own);
    host.end().await;
}
