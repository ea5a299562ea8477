//! The registry's part of the suite.

use super::{ALICE, BOB, Bench, jid};
use crate::model::{BotId, BotRecord, BotRole, Cause, Jid, LinkMethod, StateName};
use crate::store::{LimitValues, Seat, StoreError};

pub(super) fn bot(n: u8, role: BotRole) -> BotRecord {
    let id = BotId::from_random([n; 16]);
    BotRecord::requested(id, role, LinkMethod::Code, 10)
}

pub(super) fn key(n: u8) -> Vec<u8> {
    vec![n; 72]
}

pub(super) async fn records_come_back_whole(bench: &impl Bench) {
    let registry = bench.registry().await;
    let mut main = bot(1, BotRole::Main);
    registry.add(&main, key(1)).await.expect("add");
    main = registry
        .update(
            main.id,
            Box::new(|bot| {
                bot.jid = Some(jid("6280000000200@s.whatsapp.net"));
                bot.lid = Some(jid("100000000000200@lid"));
                bot.owner = Some(jid(ALICE));
                bot.name = "Shop 🛒".to_owned();
                bot.language = "id".to_owned();
                bot.plan = Some("monthly".to_owned());
                bot.expires = Some(99);
                bot.stopped = true;
                bot.enter(StateName::Open, None, 20);
                let banned = Cause::TemporaryBan { until: Some(50) };
                bot.enter(StateName::Reconnecting, Some(banned), 30);
            }),
        )
        .await
        .expect("update");
    assert_eq!(main.since, 30);
    assert_eq!(main.last_connect, Some(20));
    assert_eq!(
        registry.get(main.id).await.expect("get"),
        Some(main.clone())
    );
    assert_eq!(registry.main().await.expect("main"), Some(main.clone()));
    assert_eq!(registry.wrapped_key(main.id).await.expect("key"), key(1));

    registry.remove(main.id).await.expect("remove");
    assert_eq!(registry.get(main.id).await.expect("get"), None);
    let gone = |result| matches!(result, Err(StoreError::NoSuchBot(id)) if id == main.id);
    assert!(gone(registry.wrapped_key(main.id).await.map(drop)));
    assert!(gone(registry.remove(main.id).await));
    let change = registry.update(main.id, Box::new(|_| ())).await;
    assert!(gone(change.map(drop)));
}

pub(super) async fn what_is_unique_is_refused(bench: &impl Bench) {
    let registry = bench.registry().await;
    let number: Jid = jid("6280000000200@s.whatsapp.net");
    let lid: Jid = jid("100000000000200@lid");
    let mut main = bot(1, BotRole::Main);
    main.jid = Some(number.clone());
    main.lid = Some(lid.clone());
    registry.add(&main, key(1)).await.expect("add");

    let mut same_number = bot(2, BotRole::Sub);
    same_number.jid = Some(number.clone());
    let mut same_lid = bot(2, BotRole::Sub);
    same_lid.lid = Some(lid);
    let cases = [
        (bot(1, BotRole::Sub), "id"),
        (bot(2, BotRole::Main), "place as main bot"),
        (same_number, "number"),
        (same_lid, "linked identity"),
    ];
    for (bot, expected) in cases {
        match registry.add(&bot, key(2)).await {
            Err(StoreError::Taken(what)) => assert_eq!(what, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    let sub = bot(2, BotRole::Sub);
    registry.add(&sub, key(2)).await.expect("add");
    let stolen = registry
        .update(sub.id, Box::new(move |bot| bot.jid = Some(number)))
        .await;
    assert!(
        matches!(stolen, Err(StoreError::Taken("number"))),
        "{stolen:?}"
    );
    assert_eq!(registry.get(sub.id).await.expect("get"), Some(sub));
}

pub(super) async fn look_ups_find_what_is_there(bench: &impl Bench) {
    let registry = bench.registry().await;
    assert_eq!(registry.main().await.expect("main"), None);
    for n in 1..=5 {
        let mut sub = bot(n, BotRole::Sub);
        sub.jid = Some(jid(&format!("628000000020{n}@s.whatsapp.net")));
        sub.lid = Some(jid(&format!("10000000000020{n}@lid")));
        sub.owner = Some(jid(if n % 2 == 0 { ALICE } else { BOB }));
        if n > 3 {
            sub.enter(StateName::Open, None, 20);
        }
        registry.add(&sub, key(n)).await.expect("add");
    }
    let ids = |bots: Vec<BotRecord>| -> Vec<BotId> { bots.iter().map(|bot| bot.id).collect() };
    let of = |numbers: &[u8]| -> Vec<BotId> {
        numbers
            .iter()
            .map(|n| BotId::from_random([*n; 16]))
            .collect()
    };
    let number = "6280000000203".parse().expect("number");
    let found = registry.by_number(&number).await.expect("number");
    assert_eq!(found.expect("there").id, of(&[3])[0]);
    let found = registry
        .by_lid(&jid("100000000000204@lid"))
        .await
        .expect("lid");
    assert_eq!(found.expect("there").id, of(&[4])[0]);
    assert_eq!(registry.by_lid(&jid(ALICE)).await.expect("lid"), None);
    assert_eq!(
        ids(registry.owned_by(&jid(ALICE)).await.expect("owner")),
        of(&[2, 4])
    );
    assert_eq!(
        ids(registry.in_state(StateName::Open).await.expect("state")),
        of(&[4, 5])
    );
    let first = registry.list(None, 2).await.expect("page");
    let last = first.last().map(|bot| bot.id);
    assert_eq!(ids(first), of(&[1, 2]));
    assert_eq!(
        ids(registry.list(last, 9).await.expect("page")),
        of(&[3, 4, 5])
    );
}

pub(super) async fn changes_do_not_undo_each_other(bench: &impl Bench) {
    let registry = bench.registry().await;
    let sub = bot(1, BotRole::Sub);
    registry.add(&sub, key(1)).await.expect("add");
    let name = registry.update(sub.id, Box::new(|bot| bot.name = "Shop".to_owned()));
    let plan = registry.update(sub.id, Box::new(|bot| bot.plan = Some("free".to_owned())));
    let identity = registry.update(
        sub.id,
        Box::new(|bot| {
            bot.id = BotId::from_random([9; 16]);
            bot.role = BotRole::Main;
        }),
    );
    let (name, plan, identity) = tokio::join!(name, plan, identity);
    name.and(plan).and(identity).expect("updates");
    let kept = registry.get(sub.id).await.expect("get").expect("there");
    assert_eq!(
        (kept.name.as_str(), kept.plan.as_deref()),
        ("Shop", Some("free"))
    );
    assert_eq!(kept.role, BotRole::Sub);
}

pub(super) async fn plugin_limits_are_kept_by_plugin(bench: &impl Bench) {
    let registry = bench.registry().await;
    let limits = LimitValues::from([("cpu_ms".to_owned(), 7)]);
    for plugin in ["core", "echo"] {
        let set = registry.set_plugin_limits(plugin, limits.clone());
        set.await.expect("set");
    }
    let none = registry.set_plugin_limits("echo", LimitValues::new());
    none.await.expect("taken back");
    let kept = registry.plugin_limits().await.expect("limits");
    assert_eq!(
        kept.into_iter().collect::<Vec<_>>(),
        [("core".to_owned(), limits)]
    );
}

pub(super) async fn a_group_has_one_seat(bench: &impl Bench) {
    let (registry, seats) = bench.seats().await;
    let (group, another) = (jid(super::GROUP), jid("120363000000000002@g.us"));
    let (mut first, second) = (bot(1, BotRole::Main), bot(2, BotRole::Sub));
    first.jid = Some(jid("6280000000200@s.whatsapp.net"));
    first.lid = Some(jid("100000000000200@lid"));
    for (n, bot) in [&first, &second].into_iter().enumerate() {
        registry.add(bot, key(n as u8)).await.expect("add");
    }
    let claim = async |group: &Jid, bot: BotId| seats.claim(group, bot, 5).await.expect("claim");
    assert_eq!(claim(&group, first.id).await, Seat::Own);
    assert_eq!(claim(&group, first.id).await, Seat::Own);
    let taken = Seat::Taken {
        by: first.id,
        accounts: first.jid.iter().chain(&first.lid).cloned().collect(),
    };
    assert_eq!(claim(&group, second.id).await, taken);
    assert_eq!(claim(&another, second.id).await, Seat::Own);

    seats.vacate(&group, second.id).await.expect("not its own");
    assert_eq!(claim(&group, second.id).await, taken);
    seats.vacate(&group, first.id).await.expect("vacate");
    seats.vacate(&group, first.id).await.expect("again");
    let (one, other) = (claim(&group, first.id), claim(&group, second.id));
    let both = <[Seat; 2]>::from(tokio::join!(one, other));
    let own = both.iter().filter(|seat| **seat == Seat::Own).count();
    assert_eq!(own, 1, "of two that ask at once one gets it: {both:?}");

    let places = async |group: &Jid, account: &Jid| {
        seats.place(group, account, 5).await.expect("place");
    };
    let (number, lid) = (first.jid.clone(), first.lid.clone());
    for (n, account) in number.iter().chain(&lid).enumerate() {
        let group = jid(&format!("12036300000000001{n}@g.us"));
        places(&group, account).await;
        assert_eq!(claim(&group, second.id).await, taken, "who was there first");
    }
    places(&another, &number.expect("a number")).await;
    assert_eq!(
        claim(&another, second.id).await,
        Seat::Own,
        "a seat that is taken"
    );
    let free = jid("120363000000000020@g.us");
    places(&free, &jid(ALICE)).await;
    assert_eq!(claim(&free, second.id).await, Seat::Own, "Alice is no bot");

    registry.remove(first.id).await.expect("remove");
    registry.remove(second.id).await.expect("remove");
    let third = bot(3, BotRole::Sub);
    registry.add(&third, key(3)).await.expect("add");
    assert_eq!(
        claim(&group, third.id).await,
        Seat::Own,
        "whose bots are gone"
    );
    let gone = seats.claim(&group, first.id, 5).await;
    assert!(matches!(gone, Err(StoreError::NoSuchBot(_))), "{gone:?}");
}
