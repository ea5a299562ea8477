//! Links and sessions.

use std::sync::Arc;

use super::registry::{bot, key};
use super::{ALICE, Bench, jid};
use crate::clock::Millis;
use crate::model::{BotId, BotRole};
use crate::store::credentials::{
    LINKS_PER_BOT, OPERATOR_TOKENS, SESSIONS_PER_BOT, TOKEN_USED_WITHIN, TOKENS_PER_BOT,
};
use crate::store::{Credentials, NewSecret, SecretDigest, StoreError};

fn shop() -> BotId {
    BotId::from_random([1; 16])
}

async fn credentials(bench: &impl Bench) -> Arc<dyn Credentials> {
    let (registry, credentials) = bench.credentials().await;
    registry
        .add(&bot(1, BotRole::Sub), key(1))
        .await
        .expect("add");
    credentials
}

fn digest(n: u8) -> SecretDigest {
    [n; 32]
}

fn secret(n: u8, issued: Millis, expires: Millis) -> NewSecret {
    NewSecret {
        digest: digest(n),
        issued,
        expires,
    }
}

pub(super) async fn a_link_signs_in_once(bench: &impl Bench) {
    let credentials = credentials(bench).await;
    let stranger = BotId::from_random([9; 16]);
    let none = credentials.add_link(digest(9), stranger, 10, 20).await;
    assert!(matches!(none, Err(StoreError::NoSuchBot(id)) if id == stranger));
    let added = credentials.add_link(digest(1), shop(), 10, 20).await;
    added.expect("add");
    let link = async |n, now| credentials.link(digest(n), now).await.expect("link");
    // Looking at it does not use it up.
    assert_eq!(link(1, 19).await, Some(shop()));
    assert_eq!(link(1, 19).await, Some(shop()));
    assert_eq!(link(1, 20).await, None, "it is over");
    assert_eq!(link(2, 19).await, None, "there is none");

    let redeem = async |link, new| {
        let redeemed = credentials.redeem(digest(link), format!("form {new}"), secret(new, 15, 50));
        redeemed.await.expect("redeem")
    };
    assert_eq!(redeem(2, 11).await, None);
    let (one, other) = tokio::join!(redeem(1, 12), redeem(1, 13));
    assert_eq!([one, other].iter().flatten().count(), 1, "of two one");
    assert_eq!(redeem(1, 14).await, None, "it is used");
    assert_eq!(link(1, 15).await, None);
    let sessions = [12, 13].map(|n| credentials.session(digest(n), 49));
    let [one, other] = sessions;
    let (one, other) = (one.await.expect("read"), other.await.expect("read"));
    let session = one.xor(other).expect("one of them");
    assert_eq!(
        (session.bot, session.begun, session.issued),
        (shop(), 15, 15)
    );

    let added = credentials.add_link(digest(3), shop(), 20, 30).await;
    added.expect("add");
    let late = credentials.redeem(digest(3), "late".to_owned(), secret(15, 30, 50));
    assert_eq!(late.await.expect("redeem"), None, "it is over");
}

pub(super) async fn a_session_goes_on_under_another_secret(bench: &impl Bench) {
    let credentials = credentials(bench).await;
    credentials
        .add_link(digest(1), shop(), 0, 100)
        .await
        .expect("add");
    let begun = credentials.redeem(digest(1), "form".to_owned(), secret(10, 0, 100));
    assert_eq!(begun.await.expect("redeem"), Some(shop()));
    let session = async |n, now| credentials.session(digest(n), now).await.expect("read");
    let renew = async |former, new| {
        let renewed = credentials.renew(digest(former), secret(new, 50, 200), 60);
        renewed.await.expect("renew")
    };
    assert!(renew(10, 11).await);
    assert!(!renew(10, 12).await, "it was replaced");
    assert!(!renew(99, 12).await, "there is none");
    let former = session(10, 59).await.expect("good for a while");
    assert!(former.replaced);
    assert_eq!(session(10, 60).await, None);
    let new = session(11, 199).await.expect("the new one");
    assert_eq!(
        (new.form.as_str(), new.begun, new.issued, new.replaced),
        ("form", 0, 50, false)
    );
    assert_eq!(session(11, 200).await, None, "it is over");

    // Signing out with either ends both.
    assert!(renew(11, 13).await);
    credentials.end_session(digest(11)).await.expect("end");
    assert_eq!(session(11, 55).await, None);
    assert_eq!(session(13, 55).await, None);
    credentials.end_session(digest(11)).await.expect("again");
}

pub(super) async fn credentials_are_bounded_and_go_with_their_bot(bench: &impl Bench) {
    let (registry, credentials) = bench.credentials().await;
    registry
        .add(&bot(1, BotRole::Sub), key(1))
        .await
        .expect("add");
    let link = async |n| credentials.link(digest(n), 0).await.expect("link");
    let links = LINKS_PER_BOT as u8;
    for n in 0..=links {
        let added = credentials.add_link(digest(n), shop(), 0, 100);
        added.await.expect("add");
        assert_eq!(link(n).await, Some(shop()), "the newest stays");
    }
    let mut good = 0;
    for n in 0..=links {
        good += u8::from(link(n).await.is_some());
    }
    assert_eq!(good, links);

    let session = async |n| credentials.session(digest(n), 0).await.expect("read");
    let sessions = SESSIONS_PER_BOT as u8;
    for n in 0..=sessions {
        let added = credentials.add_link(digest(200), shop(), 0, 200);
        added.await.expect("add");
        let begun = credentials.redeem(digest(200), n.to_string(), secret(n, 0, 100));
        assert_eq!(begun.await.expect("redeem"), Some(shop()));
        assert!(session(n).await.is_some(), "the newest stays");
    }
    let mut there = 0;
    for n in 0..=sessions {
        there += u8::from(session(n).await.is_some());
    }
    assert_eq!(there, sessions);

    registry.remove(shop()).await.expect("remove");
    for n in 0..=sessions {
        assert_eq!((session(n).await, link(n).await), (None, None));
    }
}

pub(super) async fn a_token_is_its_bots_until_it_is_revoked(bench: &impl Bench) {
    let (registry, credentials) = bench.credentials().await;
    for n in [1, 2] {
        let added = registry.add(&bot(n, BotRole::Sub), key(n)).await;
        added.expect("add");
    }
    let other = BotId::from_random([2; 16]);
    let add = async |n, bot| {
        credentials
            .add_token(digest(n), bot, format!("no {n}"), 10)
            .await
    };
    let stranger = BotId::from_random([9; 16]);
    let none = add(9, stranger).await;
    assert!(matches!(none, Err(StoreError::NoSuchBot(id)) if id == stranger));
    assert!(add(1, shop()).await.expect("add") && add(2, other).await.expect("add"));
    let token = async |n, now| {
        let held = credentials.token(digest(n), now).await.expect("read");
        held.map(|(bot, _)| bot)
    };
    let used = async || {
        let tokens = credentials.tokens(shop()).await.expect("read");
        tokens[0].used
    };
    assert_eq!((used().await, token(3, 11).await), (None, None));
    assert_eq!(
        (token(1, 11).await, token(2, 11).await),
        (Some(shop()), Some(other))
    );
    assert_eq!(token(1, 10 + TOKEN_USED_WITHIN).await, Some(shop()));
    assert_eq!(used().await, Some(11), "to within an hour");
    assert_eq!(token(1, 11 + TOKEN_USED_WITHIN).await, Some(shop()));
    assert_eq!(used().await, Some(11 + TOKEN_USED_WITHIN));

    let tokens = credentials.tokens(shop()).await.expect("read");
    assert_eq!(
        (tokens.len(), tokens[0].name.as_str(), tokens[0].created),
        (1, "no 1", 10)
    );
    let held = credentials.token(digest(1), 12).await.expect("read");
    assert_eq!(held, Some((shop(), "no 1".to_owned())));
    let revoke = async |bot, id| credentials.revoke_token(bot, id).await.expect("revoke");
    revoke(other, tokens[0].id).await;
    assert_eq!(token(1, 12).await, Some(shop()), "another bot's stays");
    revoke(shop(), tokens[0].id).await;
    assert_eq!(
        (token(1, 12).await, token(2, 12).await),
        (None, Some(other))
    );

    for n in 0..TOKENS_PER_BOT as u8 {
        assert!(add(100 + n, shop()).await.expect("add"));
    }
    assert!(!add(200, shop()).await.expect("asked"), "those are enough");
    assert!(add(201, other).await.expect("add"));
    registry.remove(shop()).await.expect("remove");
    assert_eq!(
        (token(100, 12).await, token(2, 12).await),
        (None, Some(other))
    );
}

pub(super) async fn an_operators_token_is_no_bots(bench: &impl Bench) {
    let (registry, credentials) = bench.credentials().await;
    registry
        .add(&bot(1, BotRole::Sub), key(1))
        .await
        .expect("add");
    let added = credentials.add_token(digest(1), shop(), "till".to_owned(), 0);
    assert!(added.await.expect("add"));
    let add = async |n| {
        let added = credentials.add_operator_token(digest(n), format!("no {n}"), 10);
        added.await.expect("asked")
    };
    let token = async |n, now| {
        credentials
            .operator_token(digest(n), now)
            .await
            .expect("read")
    };
    assert!(add(2).await);
    assert_eq!((token(1, 11).await, token(3, 11).await), (None, None));
    let as_a_bots = credentials.token(digest(2), 11).await.expect("read");
    assert_eq!(as_a_bots, None);
    let used = async || credentials.operator_tokens().await.expect("read")[0].used;
    assert_eq!(used().await, None);
    assert_eq!(token(2, 11).await.as_deref(), Some("no 2"));
    assert!(token(2, 10 + TOKEN_USED_WITHIN).await.is_some());
    assert_eq!(used().await, Some(11), "to within an hour");
    assert!(token(2, 11 + TOKEN_USED_WITHIN).await.is_some());
    assert_eq!(used().await, Some(11 + TOKEN_USED_WITHIN));

    // What a bot loses is nothing to the operator.
    registry.remove(shop()).await.expect("remove");
    assert!(token(2, 12).await.is_some());
    for n in 3..=OPERATOR_TOKENS as u8 + 1 {
        assert!(add(n).await);
    }
    assert!(!add(100).await, "those are enough");
    let id = credentials.operator_tokens().await.expect("read")[0].id;
    let revoke = async || credentials.revoke_operator_token(id).await.expect("revoke");
    assert!(revoke().await && !revoke().await);
    assert_eq!(token(2, 12).await, None);
    assert!(token(3, 12).await.is_some() && add(100).await);
}

pub(super) async fn who_a_bot_is_given_to_finds_no_door_open(bench: &impl Bench) {
    let (registry, credentials) = bench.credentials().await;
    registry
        .add(&bot(1, BotRole::Sub), key(1))
        .await
        .expect("add");
    let link = |n| credentials.add_link(digest(n), shop(), 0, 100);
    link(1).await.expect("add");
    let begun = credentials.redeem(digest(1), "form".to_owned(), secret(2, 0, 100));
    assert_eq!(begun.await.expect("redeem"), Some(shop()));
    link(3).await.expect("add");
    let added = credentials.add_token(digest(4), shop(), "till".to_owned(), 0);
    assert!(added.await.expect("add"));
    let open = async || {
        let link = credentials.link(digest(3), 1).await.expect("read");
        let session = credentials.session(digest(2), 1).await.expect("read");
        let token = credentials.token(digest(4), 1).await.expect("read");
        (link.is_some(), session.is_some(), token.is_some())
    };
    let rename = registry.update(shop(), Box::new(|bot| bot.name = "Shop".to_owned()));
    rename.await.expect("update");
    assert_eq!(open().await, (true, true, true), "it is the same owner");
    let give = registry.update(shop(), Box::new(|bot| bot.owner = Some(jid(ALICE))));
    give.await.expect("update");
    assert_eq!(open().await, (false, false, false));
}
