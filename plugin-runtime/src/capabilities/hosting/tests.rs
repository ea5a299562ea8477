//! Who may do what to which bot, whatever a plugin's own commands say.

use std::sync::{Arc, Mutex};

use jadi_model::{Action, BotId, BotRole, Event, Jid, LinkMethod, Role};

use super::wit::{Host, HostBot, HostRefusal};
use super::*;
use crate::Grants;
use crate::hosting::{FeatureState, RefusalReason, SystemOwner};
use crate::limits::EventLimits;
use crate::tests::support::{Data, input, state_of};

const ALICE: &str = "6280000000101@s.whatsapp.net";
const BOB: &str = "6280000000102@s.whatsapp.net";
const ALICE_LID: &str = "111111111111111@lid";
const SHOP: &str = "6280000000200";

/// What Alice's event sees, who has this role.
fn seen_by(role: Role, kind: ChatKind, answers: Vec<(HostingAsk, HostingAnswer)>) -> EventState {
    let mut input = input();
    let event: &mut Event = Arc::make_mut(&mut input.event);
    event.sender.jid = ALICE.parse().expect("a jid");
    event.sender.lid = Some(ALICE_LID.parse().expect("a lid"));
    event.chat.kind = kind;
    input.role = role;
    let answers = answers.into_iter();
    let data = Data {
        hosting: Mutex::new(
            answers
                .map(|(ask, answer)| (format!("{ask:?}"), answer))
                .collect(),
        ),
        ..Data::default()
    };
    state_of(input, data, EventLimits::default())
}

fn alone(role: Role) -> EventState {
    seen_by(role, ChatKind::Private, Vec::new())
}

fn record(role: BotRole, owner: &str) -> BotRecord {
    let mut bot = BotRecord::requested(BotId::from_random([1; 16]), role, LinkMethod::Qr, 1);
    bot.owner = Some(owner.parse().expect("a jid"));
    bot.jid = Some(format!("{SHOP}@s.whatsapp.net").parse().expect("a jid"));
    bot
}

/// A sub-bot of this owner, as an instance was told of it.
fn bot(state: &mut EventState, owner: &str) -> Resource<HeldBot> {
    held(state, record(BotRole::Sub, owner))
}

fn held(state: &mut EventState, record: BotRecord) -> Resource<HeldBot> {
    state.hand_over(HeldBot(record)).expect("a handle")
}

/// What an action orders.
fn ordered(state: &mut EventState, action: Resource<HeldAction>) -> HostingOrder {
    match state.handles.delete(action).expect("held") {
        HeldAction::Do(action) => match *action {
            Action::Hosting { chat, order } => {
                assert_eq!(chat, state.input.event.chat.jid, "told where it was asked");
                *order
            }
            other => panic!("{other:?}"),
        },
        HeldAction::End => panic!("an end"),
    }
}

/// The order that an answer gives, or why there is none.
fn outcome(state: &mut EventState, answer: Answer) -> Result<HostingOrder, Refused> {
    let action = answer.expect("no trap")?;
    Ok(ordered(state, action))
}

/// Why a call was refused that makes no sense, or that its person may not make.
fn why<T: std::fmt::Debug>(answer: Result<T, Refused>) -> String {
    match answer {
        Err(Refused::Invalid(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// A call about one bot.
type AboutOne = fn(&mut EventState, Resource<HeldBot>) -> Answer;

/// What a bot's owner and the operator may do to it.
const ABOUT_ONE: [(&str, AboutOne); 7] = [
    ("stop", |state, bot| Host::stop(state, bot)),
    ("start", |state, bot| Host::start(state, bot)),
    ("end", |state, bot| Host::end(state, bot, None)),
    ("say", |state, bot| {
        Host::say(state, bot, "hello".to_owned())
    }),
    ("withdraw", |state, bot| Host::withdraw(state, bot)),
    ("export-data", |state, bot| Host::export_data(state, bot)),
    ("erase-data", |state, bot| Host::erase_data(state, bot)),
];

#[test]
fn a_bot_is_managed_by_its_owner_and_the_operator_alone() {
    for (name, call) in ABOUT_ONE {
        let given = |role, record: BotRecord| {
            let mut state = alone(role);
            let bot = held(&mut state, record);
            let answer = call(&mut state, bot);
            outcome(&mut state, answer)
        };
        for (role, owner) in [
            (Role::User, ALICE),
            (Role::User, ALICE_LID),
            (Role::SystemOwner, BOB),
        ] {
            let order = given(role, record(BotRole::Sub, owner));
            assert!(order.is_ok(), "{name} by {role:?}: {order:?}");
        }
        for role in [Role::User, Role::GroupAdmin, Role::BotOwner] {
            let told = why(given(role, record(BotRole::Sub, BOB)));
            assert!(told.contains("does not own"), "{name} by {role:?}: {told}");
        }
        // Nobody stops, ends or empties the main bot from within a plugin.
        let told = why(given(Role::SystemOwner, record(BotRole::Main, ALICE)));
        assert!(told.contains("main bot"), "{name}: {told}");
    }
}

#[test]
fn an_order_names_its_bot_its_plugin_and_its_reason() {
    let mut state = alone(Role::User);
    let id = record(BotRole::Sub, ALICE).id;
    let plugin = state.manifest.name.clone();
    let shop = bot(&mut state, ALICE);
    let answer = Host::end(&mut state, shop, Some("too much spam".to_owned()));
    let expected = HostingOrder::End {
        bot: id,
        plugin: plugin.clone(),
        reason: Some("too much spam".to_owned()),
    };
    assert_eq!(outcome(&mut state, answer).ok(), Some(expected));
    for reason in [String::new(), "x".repeat(REASON + 1)] {
        let shop = bot(&mut state, ALICE);
        let answer = Host::end(&mut state, shop, Some(reason));
        assert!(why(outcome(&mut state, answer)).contains("500 characters"));
    }
    for text in [String::new(), "x".repeat(TEXT + 1)] {
        let shop = bot(&mut state, ALICE);
        let answer = Host::say(&mut state, shop, text);
        assert!(why(outcome(&mut state, answer)).contains("4096 characters"));
    }
    let shop = bot(&mut state, ALICE);
    let answer = Host::export_data(&mut state, shop);
    let to = state.input.event.sender.clone();
    let expected = HostingOrder::Export {
        bot: id,
        plugin,
        to,
    };
    assert_eq!(outcome(&mut state, answer).ok(), Some(expected));
}

#[test]
fn a_link_is_for_the_bots_owner_in_private_and_nobody_else() {
    let (text, private) = ("Here: {link}", ChatKind::Private);
    let sign_in = |role, owner: &str, kind, text: &str| {
        let mut state = seen_by(role, kind, Vec::new());
        let bot = bot(&mut state, owner);
        let answer = Host::sign_in(&mut state, bot, text.to_owned());
        outcome(&mut state, answer)
    };
    assert!(sign_in(Role::User, ALICE, private, text).is_ok());
    let refused = [
        sign_in(Role::User, BOB, private, text),
        sign_in(Role::SystemOwner, BOB, private, text),
        sign_in(Role::User, ALICE, ChatKind::Group, text),
        sign_in(Role::User, ALICE, private, "Here: link"),
        sign_in(Role::User, ALICE, private, &"{link}".repeat(1000)),
    ];
    for answer in refused {
        assert!(matches!(answer, Err(Refused::Invalid(_))), "{answer:?}");
    }
}

#[tokio::test]
async fn what_is_the_hosts_is_for_who_operates_it_and_within_bounds() {
    for role in [Role::User, Role::GroupAdmin, Role::BotOwner] {
        let mut state = alone(role);
        let own = bot(&mut state, ALICE);
        let told = [
            why(Host::set_slots(&mut state, 5).expect("no trap")),
            why(Host::set_delay(&mut state, 5).expect("no trap")),
            why(Host::stop_broadcast(&mut state).expect("no trap")),
            // Not even of one's own bot.
            why(Host::set_plan(&mut state, own, Some(30)).expect("no trap")),
            why(Host::features(&mut state)
                .await
                .expect("no trap")
                .map(|all| all.len())),
            why(Host::set_feature(&mut state, "isolation".to_owned(), false)
                .await
                .expect("no trap")),
            why(Host::system_owners(&mut state)
                .await
                .expect("no trap")
                .map(|all| all.len())),
            verdict_why(Host::broadcast(&mut state, "x".to_owned()).await),
            verdict_why(Host::name_system_owner(&mut state, SHOP.to_owned()).await),
            verdict_why(Host::drop_system_owner(&mut state, SHOP.to_owned()).await),
        ];
        for told in told {
            assert!(told.contains("not a system owner"), "{role:?}: {told}");
        }
    }
    let mut state = alone(Role::SystemOwner);
    let slots = Host::set_slots(&mut state, SLOTS);
    let expected = HostingOrder::SetSlots { slots: SLOTS };
    assert_eq!(outcome(&mut state, slots).ok(), Some(expected));
    assert!(why(Host::set_slots(&mut state, SLOTS + 1).expect("no trap")).contains("10000"));
    let delay = Host::set_delay(&mut state, DELAY);
    let expected = HostingOrder::SetDelay { millis: DELAY };
    assert_eq!(outcome(&mut state, delay).ok(), Some(expected));
    assert!(why(Host::set_delay(&mut state, DELAY + 1).expect("no trap")).contains("60000"));
    for (days, is_good) in [
        (None, true),
        (Some(1), true),
        (Some(0), false),
        (Some(DAYS + 1), false),
    ] {
        let anybodys = bot(&mut state, BOB);
        let answer = Host::set_plan(&mut state, anybodys, days);
        assert_eq!(outcome(&mut state, answer).is_ok(), is_good, "{days:?}");
    }
}

/// Why a question whether something may be was refused as one that makes no sense.
fn verdict_why(answer: Verdict) -> String {
    why(answer.expect("no trap").map(|_| "a verdict"))
}

/// A verdict that grants, as its order, or the word of the reason against it.
fn ruled(state: &mut EventState, answer: Verdict) -> Result<HostingOrder, String> {
    match answer.expect("no trap").expect("served") {
        wit::Verdict::Granted(action) => Ok(ordered(state, action)),
        wit::Verdict::Refused(refusal) => Err(HostRefusal::reason(state, refusal).expect("held")),
    }
}

#[tokio::test]
async fn what_may_be_is_asked_of_the_host_and_ordered_in_the_senders_name() {
    let number: PhoneNumber = SHOP.parse().expect("a number");
    let by = alone(Role::User).input.event.sender.clone();
    let request = |typed: &str, method| HostingAsk::Request {
        number: typed.to_owned(),
        method,
        by: by.clone(),
    };
    let qr = Some(LinkMethod::Qr);
    let take = HostingAsk::Take { by: by.clone() };
    let mut state = seen_by(
        Role::User,
        ChatKind::Group,
        vec![
            (request(SHOP, qr), HostingAnswer::Granted(number.clone())),
            (
                request("12", None),
                HostingAnswer::Refused(RefusalReason::NotANumber.into()),
            ),
            (take, HostingAnswer::Bots(vec![record(BotRole::Sub, BOB)])),
        ],
    );
    let plugin = state.manifest.name.clone();
    let answer = Host::request(&mut state, SHOP.to_owned(), Some(wit::Method::Qr)).await;
    let expected = HostingOrder::Create {
        plugin: plugin.clone(),
        number,
        method: LinkMethod::Qr,
        owner: by.clone(),
    };
    assert_eq!(ruled(&mut state, answer), Ok(expected));
    let answer = Host::request(&mut state, "12".to_owned(), None).await;
    assert_eq!(ruled(&mut state, answer), Err("not-a-number".to_owned()));
    let answer = Host::take(&mut state).await;
    let bot_id = record(BotRole::Sub, BOB).id;
    let expected = HostingOrder::Take {
        bot: bot_id,
        plugin,
        by,
    };
    assert_eq!(ruled(&mut state, answer), Ok(expected));
    // The host has no answer, or a wrong one: that is the host's trouble, and nothing is ordered.
    let answer = Host::take(&mut state).await.expect("no trap");
    assert!(matches!(answer, Err(Refused::Unavailable)));
    let theirs = bot(&mut state, BOB);
    let offered = Host::offer(&mut state, theirs, SHOP.to_owned()).await;
    assert!(verdict_why(offered).contains("does not own"));
}

#[tokio::test]
async fn bots_are_found_by_whole_numbers_and_listed_a_screenful_at_a_time() {
    let number: PhoneNumber = SHOP.parse().expect("a number");
    let owner: Jid = ALICE.parse().expect("a jid");
    let found = || HostingAnswer::Bots(vec![record(BotRole::Sub, ALICE)]);
    let list = HostingAsk::List {
        first: 3,
        limit: LISTED,
    };
    let mut state = seen_by(
        Role::User,
        ChatKind::Private,
        vec![
            (HostingAsk::Find { number }, found()),
            (HostingAsk::OwnedBy { owner }, found()),
            (list, found()),
        ],
    );
    let one = Host::find(&mut state, SHOP.to_owned()).await;
    let one = one.expect("no trap").expect("served").expect("found");
    let told = HostBot::number(&mut state, one).expect("held");
    assert_eq!(told.as_deref(), Some(SHOP));
    let none = Host::find(&mut state, "../../registry".to_owned()).await;
    assert!(none.expect("no trap").expect("served").is_none());
    let own = Host::owned(&mut state).await.expect("no trap");
    assert_eq!(own.expect("served").len(), 1);
    let listed = Host::list(&mut state, 3, u32::MAX).await.expect("no trap");
    assert_eq!(listed.expect("served").len(), 1);
    let nothing = Host::look(&mut state).await.expect("no trap");
    assert!(matches!(nothing, Err(Refused::Unavailable)));
}

#[tokio::test]
async fn the_operator_sees_who_operates_and_switches_what_there_is() {
    let features = || {
        let on = FeatureState {
            name: "isolation".to_owned(),
            on: true,
        };
        (HostingAsk::Features, HostingAnswer::Features(vec![on]))
    };
    let owner = SystemOwner {
        number: SHOP.parse().expect("a number"),
        configured: true,
    };
    let owners = HostingAnswer::SystemOwners(vec![owner]);
    let answers = vec![features(), (HostingAsk::SystemOwners, owners)];
    let mut state = seen_by(Role::SystemOwner, ChatKind::Private, answers);
    let told = Host::system_owners(&mut state).await.expect("no trap");
    let told = told.expect("served");
    assert_eq!(told.len(), 1);
    assert!(
        told.iter()
            .all(|owner| owner.number == SHOP && owner.configured)
    );
    let answer = Host::set_feature(&mut state, "isolation".to_owned(), false).await;
    let expected = HostingOrder::SetFeature {
        name: "isolation".to_owned(),
        on: false,
    };
    assert_eq!(outcome(&mut state, answer).ok(), Some(expected));
    let mut state = seen_by(Role::SystemOwner, ChatKind::Private, vec![features()]);
    let answer = Host::set_feature(&mut state, "moon".to_owned(), true).await;
    assert!(why(outcome(&mut state, answer)).contains("moon"));
}

#[tokio::test]
async fn nothing_is_told_and_nothing_ordered_without_the_operators_grant() {
    let mut input = input();
    input.role = Role::SystemOwner;
    input.grants = Grants::without([Capability::Hosting]);
    let mut state = state_of(input, Data::default(), EventLimits::default());
    let denied = |name: &str, is_denied: bool| assert!(is_denied, "{name}");
    for (name, call) in ABOUT_ONE {
        let anybodys = bot(&mut state, ALICE);
        let answer = call(&mut state, anybodys).expect("no trap");
        denied(name, matches!(answer, Err(Refused::Denied)));
    }
    let found = Host::find(&mut state, "none".to_owned()).await;
    denied(
        "find",
        matches!(found.expect("no trap"), Err(Refused::Denied)),
    );
    let look = Host::look(&mut state).await.expect("no trap");
    denied("look", matches!(look, Err(Refused::Denied)));
    let slots = Host::set_slots(&mut state, 1).expect("no trap");
    denied("set-slots", matches!(slots, Err(Refused::Denied)));
    let request = Host::request(&mut state, SHOP.to_owned(), None).await;
    denied(
        "request",
        matches!(request.expect("no trap"), Err(Refused::Denied)),
    );
}
