//! What a bot knows of people and chats, what is changed of it, and events that become one: that part of the suite.

use jadi_plugin_manifest::SettingValue;

use super::context::{by, one};
use super::{ALICE, BOB, Bench, GROUP, jid, message, person};
use crate::clock::Millis;
use crate::model::{ChatKind, Event, EventKind, Person};
use crate::store::{
    Arrival, BotData, ContextChange, Handled, SettingChange, SettingsChange, Surroundings,
};

const BOUND: u64 = 100;
/// Alice by her linked identity.
const ALICES_LID: &str = "100000000000101@lid";

fn met(event: Event) -> Arrival {
    Arrival {
        event,
        wanted: false,
        keep: false,
        meets: true,
        gathers: None,
        posts: None,
    }
}

/// A message in the group.
fn by_person(sender: Person, id: &str) -> Event {
    let mut event = message(GROUP, sender.jid.as_str(), id, "hello");
    event.chat.kind = ChatKind::Group;
    event.sender = sender;
    event
}

fn named(jid: &str, lid: Option<&str>, name: &str) -> Person {
    Person {
        lid: lid.map(super::jid),
        name: name.to_owned(),
        ..person(jid)
    }
}

async fn meet(context: &BotData, sender: Person, id: &str, at: Millis) {
    let arrivals = vec![met(by_person(sender, id))];
    context.accept(arrivals, at).await.expect("accept");
}

async fn around(context: &BotData, person: &str) -> Surroundings {
    let (person, chat) = (jid(person), jid(GROUP));
    let read = context.surroundings(&person, &chat).await;
    read.expect("surroundings")
}

pub(super) async fn a_number_and_its_identity_are_one_person(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    meet(&context, named(ALICES_LID, None, "Al"), "A1", 10).await;
    let ban = ContextChange::Ban {
        person: jid(ALICES_LID),
        banned: true,
    };
    change(&context, "X1", vec![ban], 15).await;
    meet(&context, named(ALICE, Some(ALICES_LID), "Alice"), "A2", 20).await;
    meet(&context, named(ALICES_LID, None, ""), "A3", 30).await;
    let context = bench.reopened(context).await;
    for address in [ALICE, ALICES_LID] {
        let alice = around(&context, address).await.user.expect("known");
        assert_eq!(alice.jid, jid(ALICE), "{address}");
        assert_eq!(alice.name, "Alice", "{address}");
        assert_eq!((alice.first_seen, alice.last_seen), (10, 30), "{address}");
        assert_eq!(alice.messages, 3, "{address}");
        assert_eq!(alice.banned_since, Some(15), "{address}");
    }
    let counts = context.counts().await.expect("counts");
    assert_eq!((counts.users, counts.groups), (1, 1));
    let last = context.last_seen().await.expect("last seen");
    assert_eq!(last, Some(30));
    let bans = context.bans(9).await.expect("bans");
    assert_eq!(bans.len(), 1);
    assert_eq!((&bans[0].person, bans[0].since), (&jid(ALICE), 15));
}

pub(super) async fn an_identity_that_moves_takes_nothing_along(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    meet(&context, named(ALICE, Some(ALICES_LID), "Alice"), "A1", 10).await;
    meet(&context, named(BOB, Some(ALICES_LID), "Bob"), "A2", 20).await;
    let by_lid = around(&context, ALICES_LID).await.user.expect("known");
    assert_eq!(by_lid.jid, jid(BOB), "whose it is now");
    let alice = around(&context, ALICE).await.user.expect("known");
    assert_eq!((alice.messages, alice.name.as_str()), (1, "Alice"));
}

/// Handles one more event, which leaves these changes behind.
async fn change(context: &BotData, id: &str, changes: Vec<ContextChange>, at: Millis) {
    let handled = Handled {
        bot: changes,
        at,
        ..by("admin", one(context.as_ref(), id).await)
    };
    context.commit(handled).await.expect("commit");
}

pub(super) async fn what_is_changed_of_a_bot_is_kept_with_the_event(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    meet(&context, named(ALICE, None, ""), "A1", 10).await;
    let stranger = jid("6280000000109@s.whatsapp.net");
    let group = jid(GROUP);
    let ban = |banned| ContextChange::Ban {
        person: stranger.clone(),
        banned,
    };
    let changes = vec![
        ContextChange::Settings(SettingsChange {
            language: Some("id".to_owned()),
            prefixes: Some(vec!["$".to_owned()]),
        }),
        ContextChange::ChatLanguage {
            chat: group.clone(),
            language: Some("es".to_owned()),
        },
        ContextChange::Off {
            chat: group.clone(),
            off: true,
        },
        ban(true),
        ContextChange::PluginSetting {
            plugin: "welcome".to_owned(),
            change: SettingChange {
                chat: None,
                name: "times".to_owned(),
                value: Some(SettingValue::Number(3)),
            },
        },
    ];
    change(&context, "X1", changes, 50).await;
    let context = bench.reopened(context).await;
    let settings = context.settings().await.expect("settings");
    assert_eq!(
        (settings.language.as_str(), settings.prefixes),
        ("id", vec!["$".to_owned()])
    );
    let chat = around(&context, ALICE).await.chat.expect("known");
    assert_eq!(
        (chat.off_since, chat.language.as_deref()),
        (Some(50), Some("es"))
    );
    assert_eq!((chat.first_seen, chat.messages), (10, 1));
    let banned = around(&context, stranger.as_str())
        .await
        .user
        .expect("known by name alone");
    assert_eq!((banned.banned_since, banned.messages), (Some(50), 0));
    let set = context.plugin_settings("welcome", Some(&group)).await;
    let expected = [("times".to_owned(), SettingValue::Number(3))];
    assert_eq!(set.expect("read"), expected.into());

    let undone = vec![
        ContextChange::ChatLanguage {
            chat: group.clone(),
            language: None,
        },
        ContextChange::Off {
            chat: group,
            off: false,
        },
        ban(false),
    ];
    change(&context, "X2", undone, 60).await;
    let chat = around(&context, ALICE).await.chat.expect("known");
    assert_eq!((chat.off_since, chat.language), (None, None));
    assert!(context.bans(9).await.expect("bans").is_empty());
}

/// Who came into the group by themselves.
fn came(who: &str, id: &str, gathers: Millis) -> Arrival {
    let mut event = message(GROUP, who, id, "");
    event.kind = EventKind::GroupAdd {
        people: vec![person(who)],
    };
    Arrival {
        event,
        wanted: true,
        keep: false,
        meets: true,
        gathers: Some(gathers),
        posts: None,
    }
}

pub(super) async fn who_comes_within_moments_comes_in_one_event(bench: &impl Bench) {
    let context = bench.context(BOUND).await;
    let carol = "6280000000103@s.whatsapp.net";
    let accept = async |arrival: Arrival, at: Millis| {
        let accepted = context.accept(vec![arrival], at).await.expect("accept");
        (accepted.gathering, accepted.merged, accepted.repeated)
    };
    assert_eq!(accept(came(ALICE, "J1", 1_500), 0).await, (1, 0, 0));
    assert_eq!(accept(came(BOB, "J2", 2_000), 500).await, (0, 1, 0));
    assert_eq!(
        accept(came(BOB, "J2", 2_100), 600).await,
        (0, 0, 1),
        "WhatsApp repeats it"
    );
    assert!(context.waiting().await.expect("waiting").is_empty());
    let early = context.release_gathered(1_999).await.expect("release");
    assert_eq!((early.waiting.len(), early.next), (0, Some(2_000)));

    let context = bench.reopened(context).await;
    let released = context.release_gathered(2_000).await.expect("release");
    assert_eq!((released.waiting.len(), released.next), (1, None));
    let row = released.waiting[0].row;
    let unhandled = context
        .unhandled(row)
        .await
        .expect("read")
        .expect("it waits");
    let EventKind::GroupAdd { people } = &unhandled.event.kind else {
        panic!("people came");
    };
    assert_eq!(people.len(), 2);
    let late = vec![came(carol, "J3", 4_000)];
    let accepted = context.accept(late, 2_500).await.expect("accept");
    assert_eq!(
        (accepted.gathering, accepted.merged),
        (1, 0),
        "the first is on its way"
    );

    // A group that never rests is told all the same.
    for n in 0..20 {
        let at = 2_500 + n * 1_000;
        let who = format!("62800000002{n:02}@s.whatsapp.net");
        let arrival = came(&who, &format!("K{n}"), at + 1_500);
        context.accept(vec![arrival], at).await.expect("accept");
    }
    let released = context.release_gathered(12_500).await.expect("release");
    assert_eq!(released.waiting.len(), 1);
}
