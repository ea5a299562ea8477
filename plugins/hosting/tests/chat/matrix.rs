//! Who may do what with whose bot. In the manifest these commands are everybody's: whose bot it is, only the plugin can know.

use std::time::Duration;

use super::*;

const CAROL: &str = "6280000000103";
/// Bob's bot.
const CAFE: &str = "6280000000201";

/// The main bot of a host with a bot of Alice's and one of Bob's, in this state.
fn two_bots(state: StateName) -> TestBot {
    let bot = host(state);
    let cafe = bot.hosted(CAFE, BOB);
    let other = cafe.id.to_string().replace('7', "8");
    let cafe = BotRecord {
        id: other.parse().expect("an id"),
        state,
        ..cafe
    };
    let all = [shop(&bot, state), cafe];
    bot.set_host(move |ask| match ask {
        HostingAsk::Find { number } => {
            let found = all
                .iter()
                .filter(|bot| bot.number().as_ref() == Some(number));
            HostingAnswer::Bots(found.cloned().collect())
        }
        HostingAsk::OwnedBy { owner } => {
            let owned = all.iter().filter(|bot| bot.owner.as_ref() == Some(owner));
            HostingAnswer::Bots(owned.cloned().collect())
        }
        HostingAsk::Offer { number, .. } => {
            HostingAnswer::Granted(number.parse().expect("a number"))
        }
        HostingAsk::Usage { .. } => HostingAnswer::Usage(Box::new(used())),
        HostingAsk::Overview => HostingAnswer::Overview(HostOverview {
            slots: 5,
            taken: 2,
            states: Vec::new(),
            started_at: 0,
            restoring: 0,
            delay_ms: 250,
            pages: Some("https://bots.example/".to_owned()),
        }),
        other => panic!("{other:?}"),
    });
    bot
}

/// What came of a command: `s` it was about Alice's bot, `c` about Bob's, `-` there is no such bot of theirs, `0` they have none.
fn sign(bot: &TestBot, typed: &str, person: &str) -> char {
    let role = match person {
        ROOT => Role::SystemOwner,
        _ => Role::User,
    };
    // Some of these take a while, and may not be asked for again at once.
    bot.clock().advance(Duration::from_secs(60));
    let told = bot.private(person).role(role).says(typed);
    let orders: Vec<_> = told
        .orders()
        .iter()
        .map(|order| format!("{order:?}"))
        .collect();
    let texts = told.texts();
    let about = |number: &str, id: &str| {
        let told = texts
            .iter()
            .any(|text| text.contains(&format!("+{number}")));
        let ordered = orders.iter().any(|order| order.contains(id));
        let elsewhere = orders.iter().any(|order| !order.contains(id));
        (told || ordered) && !elsewhere
    };
    let id = bot.hosted(SHOP, ALICE).id.to_string();
    match &texts[..] {
        ["There is no such bot of yours."] if orders.is_empty() => '-',
        [text] if text.starts_with("You have no bot.") && orders.is_empty() => '0',
        _ if about(SHOP, &id) => 's',
        _ if about(CAFE, &id.replace('7', "8")) => 'c',
        _ => panic!("{typed} by {person}: {told}"),
    }
}

#[test]
fn each_command_minds_whose_bot_it_is() {
    // By the bot's owner, another's owner, somebody without a bot, and the operator.
    let people = [ALICE, BOB, CAROL, ROOT];
    for (command, of_number, of_own) in [
        ("stopbot", "s--s", "sc00"),
        ("startbot", "s--s", "sc00"),
        ("botinfo", "s--s", "sc00"),
        ("logoutbot", "s--s", "sc00"),
        ("exportdata", "s--s", "sc00"),
        ("erasedata", "s--s", "sc00"),
        // A link signs in as the owner: nobody else has one.
        ("token", "s---", "sc00"),
    ] {
        let bot = two_bots(match command {
            "startbot" => StateName::Stopped,
            _ => StateName::Open,
        });
        let signs = |typed: String| -> String {
            let signs = people.iter().map(|person| sign(&bot, &typed, person));
            signs.collect()
        };
        assert_eq!(signs(format!("!{command} {SHOP}")), of_number, "{command}");
        assert_eq!(signs(format!("!{command}")), of_own, "{command}");
    }
    // What is given away is one's own, always.
    let bot = two_bots(StateName::Open);
    for typed in ["!giveto 6280000000104", "!giveto cancel"] {
        let signs = people.map(|person| sign(&bot, typed, person));
        assert_eq!(signs, ['s', 'c', '0', '0'], "{typed}");
    }
}

#[test]
fn a_code_confirms_for_its_owner_alone() {
    for command in ["logoutbot", "erasedata"] {
        let bot = two_bots(StateName::Open);
        let asked = bot.private(ALICE).says(&format!("!{command}"));
        let code = asked.text().rsplit(' ').next().expect("a code").to_owned();
        let typed = format!("!{command} {code}");
        for (person, role) in [
            (BOB, Role::User),
            (CAROL, Role::User),
            (ROOT, Role::SystemOwner),
        ] {
            let told = bot.private(person).role(role).says(&typed);
            assert!(told.text().starts_with("That code is wrong"), "{told}");
            assert!(told.orders().is_empty(), "{told}");
        }
        let told = bot.private(ALICE).says(&typed);
        assert!(
            matches!(
                told.orders()[..],
                [HostingOrder::End { .. } | HostingOrder::Erase { .. }]
            ),
            "{told}"
        );
    }
}
