//! What counts as arrived, and the order in which it is met.

use super::*;

const ALICE: &str = "6280000000101";
const BOB: &str = "6280000000102";
const MAIN: &str = "6280000000000";
const FRIENDS: &str = "120363000000000001@g.us";

fn key(chat: &ChatId, sender: &str, id: &str) -> MessageKey {
    MessageKey {
        chat: chat.clone(),
        sender: sender.into(),
        id: id.into(),
    }
}

fn message(chat: &ChatId, sender: &str, text: &str, body: Body) -> SeenMessage {
    SeenMessage {
        key: key(chat, sender, text),
        from_me: sender == ALICE,
        at_ms: 0,
        body,
        text: text.into(),
        edited: false,
        deleted: None,
        reactions: Vec::new(),
        quote: None,
        mentions: Vec::new(),
        receipts: Vec::new(),
    }
}

/// Alice's log after these messages: who, and the text, which is its id too.
fn log(chat: &ChatId, messages: &[(&str, &str)]) -> Log {
    let mut log = Log::default();
    for (sender, text) in messages {
        log.take(
            PhoneEvent::Message(message(chat, sender, text, Body::Text)),
            ALICE,
        );
    }
    log
}

fn texts(arrivals: &[Arrival]) -> Vec<String> {
    let text = |came: &Arrival| match &came.what {
        What::Message { text, .. } => text.clone(),
        What::Reaction { emoji, to } => format!("{emoji} {to}"),
        What::Edit { text } => format!("edit {text}"),
        What::Delete { text } => format!("delete {text}"),
    };
    arrivals.iter().map(text).collect()
}

#[test]
fn own_messages_and_lines_of_whatsapp_do_not_arrive() {
    let chat = ChatId::group(FRIENDS);
    let mut log = log(&chat, &[(ALICE, "mine"), (BOB, "his")]);
    let system = message(&chat, BOB, "", Body::System("bob was added".into()));
    log.take(PhoneEvent::Message(system), ALICE);
    assert_eq!(texts(&log.arrivals), ["his"]);
}

#[test]
fn what_happens_to_a_message_is_told_with_its_text() {
    let chat = ChatId::group(FRIENDS);
    let mut log = log(&chat, &[(ALICE, "mine"), (BOB, "his")]);
    let (mine, his) = (key(&chat, ALICE, "mine"), key(&chat, BOB, "his"));
    log.take(
        PhoneEvent::Reaction {
            key: mine.clone(),
            from: BOB.into(),
            emoji: "👍".into(),
        },
        ALICE,
    );
    log.take(
        PhoneEvent::Edited {
            key: his.clone(),
            text: "his own".into(),
        },
        ALICE,
    );
    log.take(
        PhoneEvent::Deleted {
            key: his,
            by: DeletedBy::Sender,
        },
        ALICE,
    );
    log.take(
        PhoneEvent::Deleted {
            key: mine,
            by: DeletedBy::Admin(MAIN.into()),
        },
        ALICE,
    );
    assert_eq!(
        texts(&log.arrivals),
        [
            "his",
            "👍 mine",
            "edit his own",
            "delete his own",
            "delete mine"
        ]
    );
    assert_eq!(log.arrivals[4].author, MAIN);
}

#[test]
fn a_message_that_is_read_at_last_keeps_its_place() {
    let chat = ChatId::direct(MAIN);
    let mut log = Log::default();
    let garbled = message(&chat, MAIN, "first", Body::Undecryptable);
    log.take(PhoneEvent::Message(garbled), ALICE);
    let second = message(&chat, MAIN, "second", Body::Text);
    log.take(PhoneEvent::Message(second), ALICE);
    let first = message(&chat, MAIN, "first", Body::Text);
    log.take(PhoneEvent::Message(first), ALICE);
    assert_eq!(texts(&log.arrivals), ["first", "second"]);
    assert!(matches!(
        log.arrivals[0].what,
        What::Message {
            body: Body::Text,
            ..
        }
    ));
}

#[test]
fn each_author_of_a_group_has_an_order_of_his_own() {
    let chat = ChatId::group(FRIENDS);
    let mut log = log(
        &chat,
        &[(BOB, "b1"), (MAIN, "m1"), (BOB, "b2"), (MAIN, "m2")],
    );
    let lane = |author: Option<&str>| Lane {
        chat: chat.clone(),
        author: author.map(str::to_owned),
    };
    log.arrivals[3].met = true;
    assert_eq!(start_of_rest(&log.arrivals, &lane(Some(MAIN))), 4);
    assert_eq!(start_of_rest(&log.arrivals, &lane(Some(BOB))), 0);
    assert_eq!(start_of_rest(&log.arrivals, &lane(None)), 4);
    let elsewhere = Lane {
        chat: ChatId::direct(BOB),
        author: None,
    };
    assert_eq!(start_of_rest(&log.arrivals, &elsewhere), 0);
}
