//! What a plugin may write and read in its chat, without an instance.

use super::super::super::tests::support::{Data, input, jid, state};
use super::wit::{Host, HostDraft};
use super::*;
use crate::Grants;
use crate::bindings::jadi::plugin::types::HostMessage;

fn fresh() -> EventState {
    state(Data::default(), EventLimits::default())
}

fn message(state: &mut EventState) -> Resource<HeldMessage> {
    state.hand_over(HeldMessage::EVENT).expect("a handle")
}

/// The message that the event's one answers: one of the bot's own.
fn quoted(state: &mut EventState) -> Resource<HeldMessage> {
    let message = message(state);
    let quoted = HostMessage::quoted(state, message).expect("no trap");
    quoted.expect("it answers one")
}

fn draft(state: &mut EventState, text: &str) -> Resource<Draft> {
    HostDraft::new(state, text.to_owned()).expect("a handle")
}

fn same(draft: &Resource<Draft>) -> Resource<Draft> {
    Resource::new_borrow(draft.rep())
}

fn action(state: &mut EventState, answer: Answer) -> Action {
    let handle = answer.expect("no trap").expect("not refused");
    match state.handles.delete(handle).expect("held") {
        HeldAction::Do(action) => *action,
        HeldAction::End => panic!("an action"),
    }
}

fn refusal(answer: Answer) -> Refused {
    match answer.expect("no trap") {
        Err(refused) => refused,
        Ok(_) => panic!("it was not refused"),
    }
}

#[test]
fn an_answer_goes_to_the_events_chat_with_quote_and_mentions() {
    let mut state = fresh();
    let draft = draft(&mut state, "hello @6280000000102");
    let quote = message(&mut state);
    state.quote(same(&draft), quote).expect("no trap");
    for _ in 0..2 {
        let person = "6280000000102@s.whatsapp.net".to_owned();
        state.mention(same(&draft), person).expect("no trap");
    }
    let answer = state.send(draft);
    let event = input().event;
    let expected = SendMessage {
        chat: event.chat.jid.clone(),
        text: "hello @6280000000102".to_owned(),
        media: None,
        quote: Some(MessageRef {
            chat: event.chat.jid.clone(),
            author: event.sender.jid.clone(),
            from_me: false,
            id: event.key.id.clone(),
        }),
        mentions: vec![jid("6280000000102@s.whatsapp.net")],
        poll: None,
    };
    assert_eq!(action(&mut state, answer), Action::Send(expected));
}

#[test]
fn a_poll_is_sent_as_one_and_what_whatsapp_does_not_take_is_refused() {
    let mut state = fresh();
    let options = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    let drafted = draft(&mut state, "Tea?");
    let poll = state.poll(
        same(&drafted),
        "p1".to_owned(),
        options(&["yes", "no"]),
        true,
    );
    poll.expect("no trap");
    let answer = state.send(drafted);
    let Action::Send(message) = action(&mut state, answer) else {
        panic!("a message");
    };
    let poll = message.poll.expect("a poll");
    assert_eq!((poll.name.as_str(), poll.several), ("p1", true));
    assert_eq!(poll.options, ["yes", "no"]);
    assert!(poll.plugin.is_empty() && poll.secret.is_empty());

    let long = "x".repeat(101);
    let many: Vec<String> = (0..13).map(|n| n.to_string()).collect();
    let question = "x".repeat(256);
    for (text, name, options) in [
        ("Tea?", "", options(&["yes", "no"])),
        ("Tea?", "p", options(&["yes"])),
        ("Tea?", "p", options(&["yes", "no", "yes"])),
        ("Tea?", "p", options(&["yes", " "])),
        ("Tea?", "p", options(&["yes", "a\nb"])),
        ("Tea?", "p", options(&["yes", &long])),
        ("Tea?", "p", many),
        (" ", "p", options(&["yes", "no"])),
        (&question, "p", options(&["yes", "no"])),
    ] {
        let drafted = draft(&mut state, text);
        let poll = state.poll(same(&drafted), name.to_owned(), options.clone(), false);
        poll.expect("no trap");
        let refused = refusal(state.send(drafted));
        assert!(matches!(refused, Refused::Invalid(_)), "{options:?}");
    }
}

#[test]
fn a_private_answer_goes_to_the_sender() {
    let mut state = fresh();
    let draft = draft(&mut state, "psst");
    let answer = state.send_privately(draft);
    match action(&mut state, answer) {
        Action::Send(message) => assert_eq!(message.chat, input().event.sender.jid),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_operator_has_denied_is_refused() {
    let mut state = fresh();
    state.input.grants = Grants::without([Capability::Chat]);
    let drafted = draft(&mut state, "hello");
    let answers = [
        state.send(drafted),
        {
            let drafted = draft(&mut state, "psst");
            state.send_privately(drafted)
        },
        {
            let to = message(&mut state);
            state.react(to, "x".to_owned())
        },
        {
            let own = quoted(&mut state);
            state.edit(own, "changed".to_owned())
        },
        {
            let own = quoted(&mut state);
            state.delete(own)
        },
    ];
    for answer in answers {
        assert!(matches!(refusal(answer), Refused::Denied));
    }
    let to = message(&mut state);
    let shown = [
        state.progress_typing().await.expect("no trap"),
        state
            .progress_react(to, "x".to_owned())
            .await
            .expect("no trap"),
    ];
    for refused in shown {
        assert!(matches!(refused, Err(Refused::Denied)), "{refused:?}");
    }
    assert_eq!((state.desk.actions, state.desk.text), (0, 0));
}

#[test]
fn only_the_bots_own_messages_are_edited_and_deleted() {
    let mut state = fresh();
    let (theirs, own) = (message(&mut state), quoted(&mut state));
    let edit = state.edit(theirs, "changed".to_owned());
    assert!(matches!(refusal(edit), Refused::Invalid(_)));
    let theirs = message(&mut state);
    let delete = state.delete(theirs);
    assert!(matches!(refusal(delete), Refused::Invalid(_)));

    let edit = state.edit(Resource::new_borrow(own.rep()), "changed".to_owned());
    match action(&mut state, edit) {
        Action::Edit { target, text, .. } => {
            assert_eq!((target.as_str(), text.as_str()), ("3EB0AA", "changed"));
        }
        other => panic!("{other:?}"),
    }
    let delete = state.delete(own);
    assert!(matches!(
        action(&mut state, delete),
        Action::Delete { target } if target.from_me
    ));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut state = fresh();
    let empty = draft(&mut state, " \n");
    let answer = state.send(empty);
    assert!(matches!(refusal(answer), Refused::Invalid(_)));

    let mentioning = draft(&mut state, "hi");
    let nobody = "everybody".to_owned();
    state.mention(same(&mentioning), nobody).expect("no trap");
    let answer = state.send(mentioning);
    assert!(matches!(refusal(answer), Refused::Invalid(_)));

    let to = message(&mut state);
    let answer = state.react(to, "x".repeat(65));
    assert!(matches!(refusal(answer), Refused::Invalid(_)));
}

#[test]
fn drafts_that_nobody_sends_hold_no_more_mentions_than_messages_could() {
    let mut state = fresh();
    let mut held = 0;
    for n in 0..1_000 {
        let draft = draft(&mut state, "");
        for m in 0..20 {
            let person = format!("62800000{n:03}{m:02}@s.whatsapp.net");
            state.mention(same(&draft), person).expect("no trap");
        }
        held += state.handles.get(&draft).expect("held").mentions.len();
    }
    assert_eq!(held, 8 * MENTIONS);
}

#[test]
fn a_thousand_mentions_are_enough() {
    let mut state = fresh();
    let draft = draft(&mut state, "all");
    for n in 0..=MENTIONS {
        let person = format!("62800000{n:05}@s.whatsapp.net");
        state.mention(same(&draft), person).expect("no trap");
    }
    let answer = state.send(draft);
    match refusal(answer) {
        Refused::Limit(text) => assert_eq!(text, "1024 mentions in a message"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_thrown_away_makes_room() {
    let limits = EventLimits {
        actions: 1,
        text_bytes: 10,
        ..EventLimits::default()
    };
    let mut state = state(Data::default(), limits);
    let first = draft(&mut state, "1234567890");
    let too_much = draft(&mut state, "1");
    let answer = state.send(too_much);
    assert!(matches!(refusal(answer), Refused::Limit(text) if text.contains("text")));

    let kept = state.send(first).expect("no trap").expect("not refused");
    let to = message(&mut state);
    let answer = state.react(to, "👍".to_owned());
    assert!(matches!(refusal(answer), Refused::Limit(text) if text == "1 actions"));

    state.discard(kept).expect("held");
    let again = draft(&mut state, "0987654321");
    let answer = state.send(again);
    action(&mut state, answer);
}

#[tokio::test]
async fn progress_is_shown_at_once() {
    let mut state = fresh();
    let typing = state.progress_typing().await.expect("no trap");
    assert!(typing.is_ok());
    assert_eq!(state.calls.made(), 1);

    let broken = Data {
        broken: true,
        ..Data::default()
    };
    let mut state = super::super::super::tests::support::state(broken, EventLimits::default());
    let typing = state.progress_typing().await.expect("no trap");
    assert!(matches!(typing, Err(Refused::Unavailable)));
}
