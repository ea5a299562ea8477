//! Files of an event and files that a plugin makes, without an instance.

use std::sync::Arc;

use jadi_model::{Action, EventKind, Media, SendMessage};

use super::super::super::context::EventInput;
use super::super::super::tests::support::{Data, input, state_of};
use super::super::event::HeldAction;
use super::wit::{Host, HostFile};
use super::*;
use crate::bindings::jadi::plugin::chat::{Host as _, HostDraft};

const CONTENT: &[u8] = b"0123456789";

/// An event whose message brought a picture.
fn with_picture() -> EventInput {
    let mut input = input();
    let event = Arc::make_mut(&mut input.event);
    let EventKind::Message(message) = &mut event.kind else {
        panic!("a message");
    };
    message.media = Some(Media {
        kind: MediaKind::Image,
        mime: "image/png".to_owned(),
        bytes: CONTENT.len() as u64,
        file_name: None,
        handle: b"handle".to_vec(),
    });
    input
}

fn with(input: EventInput, media_bytes: u64) -> EventState {
    let data = Data {
        files: [(b"handle".to_vec(), CONTENT.to_vec())].into(),
        ..Data::default()
    };
    let limits = EventLimits {
        media_bytes,
        ..EventLimits::default()
    };
    state_of(input, data, limits)
}

fn fresh() -> EventState {
    with(with_picture(), 1024)
}

fn message(state: &mut EventState) -> Resource<HeldMessage> {
    state.hand_over(HeldMessage::EVENT).expect("a handle")
}

fn draft(state: &mut EventState, text: &str) -> Resource<Draft> {
    HostDraft::new(state, text.to_owned()).expect("a handle")
}

fn same<T: 'static>(handle: &Resource<T>) -> Resource<T> {
    Resource::new_borrow(handle.rep())
}

async fn opened(state: &mut EventState) -> Result<Resource<File>, Refused> {
    let message = message(state);
    state.open(message).await.expect("no trap")
}

fn sent(state: &mut EventState, draft: Resource<Draft>) -> Result<SendMessage, Refused> {
    let handle: Resource<HeldAction> = state.send(draft).expect("no trap")?;
    match state.handles.delete(handle).expect("held") {
        HeldAction::Do(action) => match *action {
            Action::Send(message) => Ok(message),
            other => panic!("{other:?}"),
        },
        HeldAction::End => panic!("an action"),
    }
}

fn limit(refused: Refused) -> String {
    match refused {
        Refused::Limit(text) => text,
        other => panic!("a limit, not {other:?}"),
    }
}

#[tokio::test]
async fn a_files_content_is_read_in_parts() {
    let mut state = fresh();
    let file = opened(&mut state).await.expect("it is there");
    assert_eq!(HostFile::size(&mut state, same(&file)).expect("held"), 10);
    let mut read =
        |offset, length| HostFile::read(&mut state, same(&file), offset, length).expect("held");
    assert_eq!(read(0, 4), b"0123");
    assert_eq!(read(4, 100), b"456789");
    assert_eq!(read(10, 1), b"");
    assert_eq!(read(u64::MAX, u32::MAX), b"");
}

#[tokio::test]
async fn what_is_not_there_is_told_apart() {
    let mut none = with(input(), 1024);
    let refused = opened(&mut none).await.expect_err("no file");
    assert!(
        matches!(&refused, Refused::Invalid(why) if why.contains("no file")),
        "{refused:?}"
    );

    let mut gone = state_of(with_picture(), Data::default(), EventLimits::default());
    let refused = opened(&mut gone).await.expect_err("gone");
    assert!(
        matches!(&refused, Refused::Invalid(why) if why.contains("keep")),
        "{refused:?}"
    );

    let broken = Data {
        broken: true,
        ..Data::default()
    };
    let mut broken = state_of(with_picture(), broken, EventLimits::default());
    let refused = opened(&mut broken).await.expect_err("broken");
    assert!(matches!(refused, Refused::Unavailable), "{refused:?}");
}

#[tokio::test]
async fn pictures_are_shown_of_whom_the_event_names_only() {
    let group = "120363000000000001@g.us";
    let (alice, bob) = (
        "6280000000101@s.whatsapp.net",
        "6280000000102@s.whatsapp.net",
    );
    let stranger = "6280000000199@s.whatsapp.net";
    let pictured = |of: &str| (of.parse().expect("an address"), CONTENT.to_vec());
    let data = || Data {
        pictures: [alice, stranger, group].map(pictured).into(),
        ..Data::default()
    };
    let limits = |media_bytes| EventLimits {
        media_bytes,
        ..EventLimits::default()
    };
    let mut input = input();
    input.group = Some(Arc::new(crate::tests::support::group()));
    let mut state = state_of(input.clone(), data(), limits(1024));
    for (of, is_there) in [(alice, true), (bob, false), (group, true)] {
        let found = state.picture(of.to_owned()).await.expect("no trap");
        assert_eq!(found.expect("not refused").is_some(), is_there, "{of}");
    }
    for nobody in [stranger, "nobody"] {
        let refused = state.picture(nobody.to_owned()).await.expect("no trap");
        assert!(matches!(refused, Err(Refused::Invalid(_))), "{nobody}");
    }
    let mut state = state_of(input, data(), limits(9));
    let refused = state.picture(alice.to_owned()).await.expect("no trap");
    assert!(matches!(refused, Err(Refused::Limit(_))));
}

#[tokio::test]
async fn all_files_together_have_a_limit() {
    let mut state = with(with_picture(), 16);
    let file = opened(&mut state).await.expect("ten of sixteen");
    let again = opened(&mut state).await.expect_err("twenty");
    assert_eq!(limit(again), "16 bytes of files");
    let png = "image/png".to_owned();
    let made = state.make(shared::MediaKind::Image, png, None);
    let made = made.expect("no trap").expect("not refused");
    let more = |state: &mut EventState, bytes: usize| {
        HostFile::append(state, same(&made), vec![0; bytes]).expect("held")
    };
    more(&mut state, 6).expect("sixteen");
    assert_eq!(
        limit(more(&mut state, 1).expect_err("seventeen")),
        "16 bytes of files"
    );
    HostFile::drop(&mut state, file).expect("held");
    more(&mut state, 10).expect("there is room again");
}

#[tokio::test]
async fn a_file_goes_out_as_bytes_or_as_it_came() {
    let mut state = fresh();
    let file = opened(&mut state).await.expect("it is there");
    let with_bytes = draft(&mut state, "");
    state.attach(same(&with_bytes), file).expect("no trap");
    let message_out = sent(&mut state, with_bytes).expect("not refused");
    let media = message_out.media.expect("a file");
    assert!(media.content == MediaContent::Bytes(CONTENT.to_vec()));
    assert_eq!(
        (media.kind, media.mime.as_str()),
        (MediaKind::Image, "image/png")
    );

    let forwarding = draft(&mut state, "look");
    let asked = message(&mut state);
    let forwarded = state.forward(same(&forwarding), asked).expect("no trap");
    forwarded.expect("it has a file");
    let message_out = sent(&mut state, forwarding).expect("not refused");
    assert_eq!(message_out.text, "look");
    let media = message_out.media.expect("a file");
    assert!(media.content == MediaContent::Kept(b"handle".to_vec()));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let mut state = fresh();
    let two = draft(&mut state, "");
    for _ in 0..2 {
        let asked = message(&mut state);
        let forwarded = state.forward(same(&two), asked).expect("no trap");
        forwarded.expect("it has a file");
    }
    assert!(
        matches!(sent(&mut state, two), Err(Refused::Invalid(why)) if why.contains("one file"))
    );

    let webp = "image/webp".to_owned();
    let sticker = state.make(shared::MediaKind::Sticker, webp, None);
    let sticker = sticker.expect("no trap").expect("not refused");
    let empty = draft(&mut state, "");
    state.attach(same(&empty), sticker).expect("no trap");
    assert!(matches!(sent(&mut state, empty), Err(Refused::Invalid(why)) if why.contains("empty")));

    let webp = "image/webp".to_owned();
    let sticker = state.make(shared::MediaKind::Sticker, webp, None);
    let sticker = sticker.expect("no trap").expect("not refused");
    HostFile::append(&mut state, same(&sticker), vec![1])
        .expect("held")
        .expect("room");
    let captioned = draft(&mut state, "a caption");
    state.attach(same(&captioned), sticker).expect("no trap");
    assert!(
        matches!(sent(&mut state, captioned), Err(Refused::Invalid(why)) if why.contains("caption"))
    );

    for (mime, name) in [
        ("png", None),
        ("image/", None),
        ("image/png\n", None),
        ("image/png", Some("")),
        ("image/png", Some("../x")),
        ("image/png", Some("a\u{7}")),
    ] {
        let made = state.make(
            shared::MediaKind::Document,
            mime.to_owned(),
            name.map(str::to_owned),
        );
        assert!(
            matches!(made.expect("no trap"), Err(Refused::Invalid(_))),
            "{mime:?} {name:?}"
        );
    }
}
