//! Bots made and managed from chat, as a chat with the main bot sees it. The host's answers are the test's own.

mod bots;
mod give;
mod matrix;
mod operate;
mod takeout;

use jadi_plugin_test::{
    BotRecord, BotUsage, Capability, CpuTime, FeatureState, HostOverview, HostingAnswer,
    HostingAsk, HostingOrder, HostingRefusal, HostingStep, KnownCounts, LinkMethod, PluginLoad,
    RefusalReason, Role, StateName, StepName, SystemOwner, TestBot,
};

const ALICE: &str = "6280000000101";
const BOB: &str = "6280000000102";
const ROOT: &str = "6280000000001";
const SHOP: &str = "6280000000200";

/// A bot of Alice's with this number, in this state.
fn shop(bot: &TestBot, state: StateName) -> BotRecord {
    BotRecord {
        state,
        ..bot.hosted(SHOP, ALICE)
    }
}

/// The main bot of a host with Alice's bot, in this state.
fn host(state: StateName) -> TestBot {
    host_that(state, None)
}

/// The same; on such a host no bot may be offered, when there is a reason.
fn host_that(state: StateName, refuses_offers: Option<RefusalReason>) -> TestBot {
    let bot = TestBot::of_this_crate();
    bot.set_main();
    let shop = shop(&bot, state);
    bot.set_host(move |ask| match ask {
        HostingAsk::Request { number, method, .. } => match method {
            Some(_) => HostingAnswer::Granted(number.parse().expect("a number")),
            None => HostingAnswer::Refused(RefusalReason::MethodMissing.into()),
        },
        HostingAsk::Find { number } => {
            let found = (number.digits() == SHOP).then(|| shop.clone());
            HostingAnswer::Bots(found.into_iter().collect())
        }
        HostingAsk::OwnedBy { owner } => {
            let owned = (shop.owner.as_ref() == Some(owner)).then(|| shop.clone());
            HostingAnswer::Bots(owned.into_iter().collect())
        }
        HostingAsk::List { .. } => HostingAnswer::Bots(vec![shop.clone()]),
        HostingAsk::Overview => HostingAnswer::Overview(HostOverview {
            slots: 5,
            taken: 1,
            states: vec![(StateName::Open, 1)],
            started_at: shop.created,
            restoring: 0,
            delay_ms: 250,
            pages: Some("https://bots.example/".to_owned()),
        }),
        HostingAsk::Features => {
            let feature = |name: &str, on| FeatureState {
                name: name.to_owned(),
                on,
            };
            HostingAnswer::Features(vec![feature("jadibot", true), feature("tides", false)])
        }
        HostingAsk::Usage { .. } => HostingAnswer::Usage(Box::new(used())),
        HostingAsk::SystemOwners => {
            let owner = |number: &str, configured| SystemOwner {
                number: number.parse().expect("a number"),
                configured,
            };
            HostingAnswer::SystemOwners(vec![owner(ROOT, true), owner(BOB, false)])
        }
        HostingAsk::Take { .. } => HostingAnswer::Bots(vec![shop.clone()]),
        HostingAsk::Offer { .. } if refuses_offers.is_some() => {
            let reason = refuses_offers.unwrap_or(RefusalReason::Off);
            HostingAnswer::Refused(HostingRefusal {
                until: Some(shop.created + 90_000),
                ..reason.into()
            })
        }
        HostingAsk::Broadcast { by } => HostingAnswer::Granted(by.number().expect("a number")),
        HostingAsk::Offer { number, .. }
        | HostingAsk::NameSystemOwner { number }
        | HostingAsk::DropSystemOwner { number } => {
            HostingAnswer::Granted(number.parse().expect("a number"))
        }
    });
    bot
}

/// What Alice's bot has and uses.
fn used() -> BotUsage {
    BotUsage {
        up_since: None,
        known: KnownCounts {
            users: 12,
            groups: 3,
            private_chats: 9,
        },
        received: 120,
        sent: 80,
        quota: Some((7, 2_000)),
        load: PluginLoad {
            runs: 34,
            failed: 1,
            cpu_us: 41_500,
            busiest: Some("welcome".to_owned()),
        },
        waiting: 2,
        waiting_most: 10_000,
        unsent: 1,
        stored: 1_250_000,
        stored_most: 268_435_456,
        cpu: Some(CpuTime {
            client: 12_340_000,
            plugins: 990_000,
        }),
        cpu_percent: 25,
        memory: Some((3_400_000, 67_108_864)),
        slowed: true,
    }
}

fn refusing(reason: RefusalReason) -> TestBot {
    let bot = TestBot::of_this_crate();
    bot.set_main();
    let until = bot.clock().now() + 90_000;
    let in_the_way = shop(&bot, StateName::Open);
    bot.set_host(move |_| {
        HostingAnswer::Refused(HostingRefusal {
            reason,
            bot: Some(in_the_way.clone().into()),
            until: Some(until),
        })
    });
    bot
}

fn step(name: StepName) -> HostingStep {
    HostingStep::new(name, SHOP.parse().expect("a number"))
}
