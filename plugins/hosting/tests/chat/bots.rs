//! Bots made, shown, stopped, started and ended.

use super::*;

#[test]
fn a_request_that_is_granted_is_an_order() {
    let bot = host(StateName::Open);
    for (typed, method) in [
        ("!jadibot +62 800-0000-0300 --qr", LinkMethod::Qr),
        ("!becomebot 6280000000300 --code", LinkMethod::Code),
        ("!serbot 6280000000300 --pairing", LinkMethod::Code),
        ("!host pair 6280000000300", LinkMethod::Code),
    ] {
        let told = bot.private(ALICE).says(typed);
        let [
            HostingOrder::Create {
                plugin,
                number,
                method: asked,
                owner,
            },
        ] = told.orders()[..]
        else {
            panic!("{typed}: {told}");
        };
        assert_eq!(
            (plugin.as_str(), number.digits()),
            ("hosting", "6280000000300")
        );
        assert_eq!((*asked, owner.jid.user()), (method, ALICE), "{typed}");
    }
}

#[test]
fn each_refusal_has_its_reply() {
    let bot = host(StateName::Open);
    let alice = bot.private(ALICE);
    for usage in ["!jadibot", "!jadibot --qr", "!jadibot 6280000000300 --fast"] {
        let told = alice.says(usage);
        assert!(
            told.text()
                .starts_with("*How to get a bot*\n!jadibot <number>"),
            "{told}"
        );
    }
    let told = alice.says("!jadibot 6280000000300");
    assert!(
        told.text().contains("!jadibot 6280000000300 --qr: scan"),
        "{told}"
    );
    let told = alice.says(&format!("!jadibot 6280000000300{}", "-".repeat(35_000)));
    assert!(told.text().len() < 400, "a number has an end");
    for (reason, reply) in [
        (RefusalReason::NotANumber, "That is no phone number"),
        (RefusalReason::NotOnWhatsApp, "not on WhatsApp"),
        (RefusalReason::AskedAlready, "It ends in 1 min."),
        (RefusalReason::TooOften, "Ask again in 1 min."),
        (RefusalReason::Full, "All slots are taken"),
        (RefusalReason::Off, "No new bots"),
        (
            RefusalReason::OwnsOne,
            "You have a bot already.\n*+6280000000200*\nLast connected: never\nConnected: yes",
        ),
    ] {
        let told = refusing(reason)
            .private(ALICE)
            .says("!jadibot 6280000000300 --qr");
        assert!(told.text().contains(reply), "{reason:?}: {told}");
        assert!(told.orders().is_empty(), "{told}");
    }
    // Somebody else's bot is shown without its number and owner.
    let told = refusing(RefusalReason::Hosted)
        .private(BOB)
        .says("!jadibot 6280000000200 --qr");
    assert!(
        !told.text().contains(SHOP) && !told.text().contains(ALICE),
        "{told}"
    );
}

#[test]
fn steps_are_told_where_it_was_asked() {
    let bot = host(StateName::Open);
    let alice = bot.private(ALICE);
    let until = Some(bot.clock().now() + 60_000);
    let told = alice.is_told(HostingStep {
        picture: b"a picture".to_vec(),
        until,
        ..step(StepName::Qr)
    });
    let message = told.message();
    assert!(
        message.media.is_some() && message.text.contains("Good for 1 min"),
        "{told}"
    );
    let told = alice.is_told(HostingStep {
        code: Some("ABCD2345".to_owned()),
        until,
        ..step(StepName::Code)
    });
    assert!(told.text().starts_with("*ABCD-2345*\n"), "{told}");
    let told = alice.is_told(step(StepName::Open));
    assert!(
        told.text().starts_with("*+6280000000200 is a bot now*"),
        "{told}"
    );
    assert!(
        matches!(told.orders()[..], [HostingOrder::Say { .. }]),
        "{told}"
    );
    let told = bot.private(ROOT).is_told(step(StepName::Opened));
    assert_eq!(told.text(), "*New bot* +6280000000200");
    for (name, text) in [
        (StepName::Expired, "in time"),
        (StepName::WrongNumber, "Another phone"),
        (StepName::PasskeyNeeded, "passkey"),
        (StepName::LoggedOut, "removed on the phone"),
    ] {
        let told = alice.is_told(step(name));
        assert!(told.text().contains(text), "{told}");
    }
    let told = alice.is_told(HostingStep {
        reason: Some("spam".to_owned()),
        ..step(StepName::Ended)
    });
    assert!(told.text().ends_with("Reason: spam"), "{told}");
    let told = alice.is_told(HostingStep {
        reason: Some("full".to_owned()),
        ..step(StepName::Refused)
    });
    assert!(told.text().starts_with("All slots are taken"), "{told}");
}

#[test]
fn an_owner_manages_only_theirs_and_the_operator_all() {
    let bot = host(StateName::Open);
    let told = bot.private(ALICE).says("!stopbot");
    assert!(
        matches!(told.orders()[..], [HostingOrder::Stop { .. }]),
        "{told}"
    );
    let told = bot.private(BOB).says("!stopbot 6280000000200");
    assert_eq!(told.text(), "There is no such bot of yours.");
    assert!(told.orders().is_empty());
    let told = bot.private(BOB).says("!stopbot");
    assert!(told.text().starts_with("You have no bot."), "{told}");
    let root = bot.private(ROOT).role(Role::SystemOwner);
    let told = root.says("!stopbot 6280000000200");
    assert!(
        matches!(told.orders()[..], [HostingOrder::Stop { .. }]),
        "{told}"
    );
    for command in ["!terminate 6280000000200", "!slots 3", "!hoststats"] {
        assert!(
            bot.private(ALICE).says(command).refused().is_some(),
            "{command}"
        );
    }
    let told = root.says("!terminate 6280000000200 too much spam");
    let [HostingOrder::End { reason, .. }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert_eq!(reason.as_deref(), Some("too much spam"));
    assert!(
        root.says("!botinfo 6280000000200")
            .text()
            .contains("State: open")
    );
    assert!(matches!(
        root.says("!slots 3").orders()[..],
        [HostingOrder::SetSlots { slots: 3 }]
    ));
    assert_eq!(root.says("!slots").text(), "*Slots* 1 of 5 taken");
    let stopped = host(StateName::Stopped);
    let told = stopped.private(ALICE).says("!stopbot");
    assert_eq!(told.text(), "+6280000000200 is stopped already.");
    let told = stopped.private(ALICE).says("!startbot");
    assert!(
        matches!(told.orders()[..], [HostingOrder::Start { .. }]),
        "{told}"
    );
}

#[test]
fn a_log_out_is_confirmed_with_a_code_once() {
    let bot = host(StateName::Open);
    let alice = bot.private(ALICE);
    let asked = alice.says("!logoutbot").text().to_owned();
    let code = asked.rsplit(' ').next().expect("a code").to_owned();
    assert!(
        asked.ends_with(&format!("!logoutbot {code}")) && code.len() == 4,
        "{asked}"
    );
    // Nobody else's code counts, and a wrong one is a try.
    let told = bot.private(BOB).says(&format!("!logoutbot {code}"));
    assert!(told.text().starts_with("That code is wrong"), "{told}");
    let told = alice.says(&format!("!logoutbot {code}"));
    assert!(
        matches!(told.orders()[..], [HostingOrder::End { reason: None, .. }]),
        "{told}"
    );
    let told = alice.says(&format!("!logoutbot {code}"));
    assert!(told.text().starts_with("That code is wrong"), "{told}");
}

#[test]
fn a_bots_owner_sees_how_it_does() {
    let bot = host(StateName::Open);
    bot.clock().advance(std::time::Duration::from_secs(7_200));
    let told = bot.private(ALICE).says("!botinfo");
    assert_eq!(
        told.text(),
        "*+6280000000200*\nState: open (2 h)\nLast connected: never\nConnected: yes\nOwner: +6280000000101\nLinked by code\n\
         Users: 12, groups: 3, chats: 9\nMessages: 120 in, 80 out\nToday: 7 of 2000 messages sent\n\
         Plugins in the last hour: 34 runs, 1 failed, 42 ms of CPU, most by welcome\n\
         Waiting: 2 of 10000 events, 1 messages to send\n\
         CPU: 12.3 s for WhatsApp, 0.9 s for plugins; at most 25 % of a processor\nMemory: 3.4 MB of 67.1 MB\n\
         Stored: 1.2 MB of 268.4 MB\nIt is slowed down, for it takes more than it may\nPlan: without an end"
    );
    let told = bot.private(BOB).says("!botinfo 6280000000200");
    assert_eq!(told.text(), "There is no such bot of yours.");
}

#[test]
fn a_link_is_for_the_owner_in_private() {
    let bot = host(StateName::Open);
    let told = bot.private(ALICE).says("!token");
    let [HostingOrder::SignIn { text, .. }] = told.orders()[..] else {
        panic!("{told}");
    };
    assert!(
        text.starts_with("*The page of your bot +6280000000200*\n{link}\nOpen it within 10 min."),
        "{text}"
    );
    let told = bot.group("friends").member(ALICE).says("!token");
    assert!(told.text().contains("Write !token to me"), "{told}");
    let told = bot.private(BOB).says("!token 6280000000200");
    assert_eq!(told.text(), "There is no such bot of yours.");
    let told = bot.private(BOB).says("!token");
    assert!(told.text().starts_with("You have no bot."), "{told}");
    let root = bot.private(ROOT).role(Role::SystemOwner);
    let told = root.says("!token 6280000000200");
    assert_eq!(told.text(), "There is no such bot of yours.");
    assert!(told.orders().is_empty());

    let shop = shop(&bot, StateName::Open);
    bot.set_host(move |ask| match ask {
        HostingAsk::Overview => HostingAnswer::Overview(HostOverview {
            slots: 5,
            taken: 1,
            states: Vec::new(),
            started_at: 0,
            restoring: 0,
            delay_ms: 250,
            pages: None,
        }),
        _ => HostingAnswer::Bots(vec![shop.clone()]),
    });
    let told = bot.private(ALICE).says("!token");
    assert!(told.text().starts_with("This host has no pages."), "{told}");
}

#[test]
fn a_list_hides_numbers() {
    let bot = host(StateName::Open);
    let told = bot.private(BOB).says("!listbot");
    assert_eq!(told.text(), "*Bots*\n1. 628•••••••200: open, never");
}

#[test]
fn a_sub_bot_and_an_operator_who_denies_it_have_no_hosting() {
    let bot = host(StateName::Open);
    bot.deny([Capability::Hosting]);
    bot.private(ALICE).fails("!botinfo");
    let sub = TestBot::of_this_crate();
    assert!(sub.private(ALICE).says("!botinfo").refused().is_some());
}
